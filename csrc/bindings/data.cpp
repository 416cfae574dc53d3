#include "bindings/data.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "bindings/convert.h"
#include "core/error.h"
#include "ops/copy.h"

namespace taut {
namespace {

// Deeper than any tensor: a list that contains itself, or a string, whose items are strings.
constexpr int64_t kTooDeep = 128;

const char* type_name(PyObject* o) { return Py_TYPE(o)->tp_name; }

py::object owned(PyObject* o) {
  if (o == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(o);
}

// Whether o is an instance of numpy's class `type`. Without numpy in the process it is not.
bool is_numpy(PyObject* o, const char* type) {
  if (PyFloat_CheckExact(o) || PyLong_CheckExact(o) || PyList_Check(o)) return false;
  PyObject* numpy = PyDict_GetItemString(PyImport_GetModuleDict(), "numpy");
  if (numpy == nullptr) return false;
  const py::object cls = owned(PyObject_GetAttrString(numpy, type));
  return PyObject_IsInstance(o, cls.ptr()) == 1;
}

bool is_text(PyObject* o) { return PyUnicode_Check(o) || PyBytes_Check(o); }

bool is_sequence(PyObject* o) {
  return PyList_Check(o) || PyTuple_Check(o) ||
         (!is_tensor(o) && !PyDict_Check(o) && PySequence_Check(o));
}

std::optional<DType> dtype_of_number(PyObject* o) {
  if (PyFloat_CheckExact(o)) return default_dtype();
  if (PyBool_Check(o)) return DType::Bool;
  if (PyLong_CheckExact(o)) return DType::Int64;
  if (is_tensor(o)) return tensor_of(o).dtype();
  if (is_numpy(o, "generic") || is_ndarray(o)) return dtype_of_numpy(o);
  if (PyFloat_Check(o)) return default_dtype();
  if (PyLong_Check(o)) return DType::Int64;
  return std::nullopt;
}

}  // namespace

bool is_ndarray(PyObject* data) { return is_numpy(data, "ndarray"); }

Scalar only_element(const Tensor& t) {
  TAUT_CHECK(t.numel() == 1, RuntimeError, "a Tensor with ", t.numel(),
             " elements cannot be converted to Scalar");
  return number_of(t);
}

DType infer_dtype(PyObject* data) {
  if (const auto dtype = dtype_of_number(data)) return *dtype;
  TAUT_CHECK(!is_text(data), TypeError, "tensor: invalid data type '", type_name(data), "'");
  TAUT_CHECK(!PyComplex_Check(data), TypeError, "tensor: complex numbers are not supported");
  TAUT_CHECK(is_sequence(data), RuntimeError, "Could not infer dtype of ", type_name(data));
  const py::object items = owned(PySequence_Fast(data, "not a sequence"));
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(items.ptr());
  if (n == 0) return default_dtype();
  DType dtype = DType::Bool;
  for (Py_ssize_t i = 0; i < n; ++i) {
    dtype = promote(dtype, infer_dtype(PySequence_Fast_GET_ITEM(items.ptr(), i)));
  }
  return dtype;
}

namespace {

Dims infer_sizes(PyObject* data) {
  Dims sizes;
  py::object at = py::reinterpret_borrow<py::object>(data);
  while (is_sequence(at.ptr()) && !(sizes.empty() && is_text(at.ptr()))) {
    const Py_ssize_t n = PySequence_Size(at.ptr());
    if (n < 0) throw py::error_already_set();
    sizes.push_back(n);
    TAUT_CHECK(sizes.size() < kTooDeep, ValueError, "too many dimensions '", type_name(at.ptr()),
               "'");
    if (n == 0) break;
    at = owned(PySequence_GetItem(at.ptr(), 0));
  }
  return sizes;
}

[[noreturn]] void raise_overflow(DType dtype) {
  raise<RuntimeError>("value cannot be converted to type ", dtype, " without overflow");
}

int64_t integer_of(PyObject* o) {
  const py::object index = owned(PyNumber_Index(o));
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  TAUT_CHECK(overflow == 0, ValueError, "Overflow when unpacking long long");
  if (value == -1 && PyErr_Occurred()) throw py::error_already_set();
  return value;
}

double real_of(PyObject* o) {
  const double value = PyFloat_AsDouble(o);
  if (value == -1.0 && PyErr_Occurred()) throw py::error_already_set();
  return value;
}

// What integer and bool elements are made of: a number of Python's, or what stands for an integer.
Scalar number_of(PyObject* o) {
  if (PyFloat_Check(o)) return real_of(o);
  if (PyBool_Check(o)) return o == Py_True;
  if (PyLong_Check(o)) return integer_of(o);
  if (is_tensor(o)) {
    const Tensor& t = tensor_of(o);
    TAUT_CHECK(t.numel() == 1 && !is_floating(t.dtype()), TypeError,
               "only integer tensors of a single element can be converted to an index");
    return only_element(t);
  }
  return integer_of(o);
}

// Unsigned types take negative integers modulo their range.
template <class T>
T integer_as(Scalar value) {
  using Limits = std::numeric_limits<T>;
  if (value.is_floating()) {
    const double v = std::trunc(value.to_double());
    constexpr double kEnd = 2.0 * static_cast<double>(uint64_t{1} << (Limits::digits - 1));
    if (!(v >= static_cast<double>(Limits::min()) && v < kEnd)) raise_overflow(dtype_of<T>::value);
    return static_cast<T>(v);
  }
  const int64_t v = value.to_int();
  const int64_t low = std::is_signed_v<T> ? static_cast<int64_t>(Limits::min())
                                          : -static_cast<int64_t>(Limits::max());
  if (v < low || v > static_cast<int64_t>(Limits::max())) raise_overflow(dtype_of<T>::value);
  return static_cast<T>(v);
}

template <class T>
T element_of(PyObject* o) {
  if constexpr (std::is_same_v<T, bool>) {
    if (PyBool_Check(o)) return o == Py_True;
    if (dtype_of_number(o) == DType::Bool) return PyObject_IsTrue(o) == 1;  // numpy's bool
    return number_of(o).to<bool>();
  } else if constexpr (is_floating_v<T>) {
    if (PyFloat_CheckExact(o)) return static_cast<T>(PyFloat_AS_DOUBLE(o));
    TAUT_CHECK(!is_tensor(o) || tensor_of(o).numel() == 1, ValueError,
               "only one element tensors can be converted to Python scalars");
    return static_cast<T>(real_of(o));
  } else {
    return integer_as<T>(number_of(o));
  }
}

template <class T>
void store(PyObject* data, DimSpan sizes, size_t depth, T*& out) {
  if (depth == sizes.size()) {
    *out++ = element_of<T>(data);
    return;
  }
  TAUT_CHECK(is_sequence(data), TypeError, "not a sequence");
  const py::object items = owned(PySequence_Fast(data, "not a sequence"));
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(items.ptr());
  TAUT_CHECK(n == sizes[depth], ValueError, "expected sequence of length ", sizes[depth],
             " at dim ", depth, " (got ", n, ")");
  for (Py_ssize_t i = 0; i < n; ++i) {
    store(PySequence_Fast_GET_ITEM(items.ptr(), i), sizes, depth + 1, out);
  }
}

template <class T>
py::object number_at(const T* p) {
  // Memory that came from outside may hold other bytes than 0 and 1.
  if constexpr (std::is_same_v<T, bool>)
    return py::bool_(*reinterpret_cast<const uint8_t*>(p) != 0);
  if constexpr (is_floating_v<T>) return py::float_(static_cast<double>(*p));
  return py::int_(static_cast<int64_t>(*p));
}

template <class T>
py::object list_of(const Tensor& t, const T* p, int64_t d) {
  if (d == t.dim()) return number_at(p);
  py::list out(static_cast<size_t>(t.size(d)));
  for (int64_t i = 0; i < t.size(d); ++i) {
    PyList_SET_ITEM(out.ptr(), i, list_of(t, p + i * t.stride(d), d + 1).release().ptr());
  }
  return out;
}

}  // namespace

Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype) {
  if (is_tensor(data) || is_ndarray(data)) {
    const Tensor source =
        is_tensor(data) ? detach(tensor_of(data)) : from_ndarray(data, Access::Read);
    const Tensor out = empty_like(source, dtype.value_or(source.dtype()));
    copy_raw(out, source);
    return out;
  }
  const Dims sizes = infer_sizes(data);
  const Tensor out = empty(sizes, dtype ? *dtype : infer_dtype(data));
  visit_stored(out.dtype(), [&]<class T>() {
    T* at = out.data<T>();
    store(data, sizes, 0, at);
  });
  return out;
}

py::object to_list(const Tensor& t) {
  return visit_stored(t.dtype(), [&]<class T>() { return list_of(t, t.data<T>(), 0); });
}

}  // namespace taut
