#include "bindings/arguments.h"

#include "bindings/return_types.h"
#include "ops/copy.h"
#include "ops/output.h"
#include "ops/overwrite.h"

namespace taut {
namespace {

[[noreturn]] void refuse(const Values& v, int i, const char* expected) {
  raise<TypeError>(v.name(), "(): argument '", v.parameter(i), "' must be ", expected, ", not ",
                   v.object(i) ? Py_TYPE(v.object(i))->tp_name : "nothing");
}

}  // namespace

int64_t int_at(const Values& v, int i) {
  PyObject* o = v.object(i);
  if (o == nullptr || PyFloat_Check(o) || !PyIndex_Check(o)) refuse(v, i, "int");
  PyObject* number = PyNumber_Index(o);
  if (number == nullptr) throw py::error_already_set();
  const auto value = static_cast<int64_t>(PyLong_AsLongLong(number));
  Py_DECREF(number);
  if (value == -1 && PyErr_Occurred()) throw py::error_already_set();
  return value;
}

std::optional<int64_t> optional_int_at(const Values& v, int i) {
  if (!v.given(i)) return std::nullopt;
  return int_at(v, i);
}

bool flag_at(const Values& v, int i, bool otherwise) {
  if (!v.given(i)) return otherwise;
  if (!PyBool_Check(v.object(i))) refuse(v, i, "bool");
  return v.object(i) == Py_True;
}

Dims dims_at(const Values& v, int i) {
  Dims out;
  if (v.object(i) == nullptr || !dims_of(v.object(i), out)) {
    refuse(v, i, "int or tuple of ints");
  }
  return out;
}

std::vector<Tensor> tensors_at(const Values& v, int i) {
  PyObject* o = v.object(i);
  if (o != nullptr && is_tensor(o)) refuse(v, i, "tuple of Tensors");
  PyObject* items = o == nullptr ? nullptr : PySequence_Fast(o, "");
  if (items == nullptr) {
    PyErr_Clear();
    refuse(v, i, "tuple of Tensors");
  }
  const auto owner = py::reinterpret_steal<py::object>(items);
  std::vector<Tensor> out;
  for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(items); ++k) {
    PyObject* item = PySequence_Fast_GET_ITEM(items, k);
    TAUT_CHECK(is_tensor(item), TypeError, v.name(), "(): expected Tensor as element ", k,
               " in argument '", v.parameter(i), "', but got ", Py_TYPE(item)->tp_name);
    out.push_back(tensor_of(item));
  }
  return out;
}

Tensor into(const char* op, const Tensor& out, Tensor result, OutType type) {
  if (!out.defined()) return result;
  check_out(op, std::array{Arg(result)}, out);
  if (type == OutType::Castable) {
    check_castable(op, result.dtype(), out.dtype());
  } else {
    check_same_dtype(op, result.dtype(), out);
  }
  NoGrad guard;  // out may be a leaf
  check_writable(out, op);
  resize_out(out, result.sizes());
  copy_raw(out, result);
  out.bump_version();
  return out;
}
PyObject* into(const Values& v, int i, Tensor result, OutType type) {
  return wrap(into(v.name(), v.tensor_or_undefined(i), std::move(result), type));
}

void check_out_type(const Values& v, int i, DType type) {
  if (v.given(i)) check_same_dtype(v.name(), type, v.tensor(i));
}

PyObject* pair_into(const Values& v, int i, PyTypeObject* type, const Tensor& a, const Tensor& b) {
  if (!v.given(i)) return named_tuple(type, {a, b});
  const auto outs = tensors_at(v, i);
  TAUT_CHECK(outs.size() == 2, TypeError, v.name(), "(): out must be a pair of Tensors, got ",
             outs.size());
  return named_tuple(type, {into(v.name(), outs[0], a), into(v.name(), outs[1], b)});
}

PyObject* tuple_of(std::span<const Tensor> tensors) {
  PyObject* out = PyTuple_New(static_cast<Py_ssize_t>(tensors.size()));
  if (out == nullptr) throw py::error_already_set();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    PyTuple_SET_ITEM(out, static_cast<Py_ssize_t>(i), wrap(tensors[i]));
  }
  return out;
}

Dims dims_of_call(const char* name, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  TAUT_CHECK(named == 0 || (named == 1 && n == 0), TypeError, name,
             "() takes sizes or one keyword with them");
  Dims out;
  // f((2, 3)), f([2, 3]), f(size=(2, 3)); a lone int is a size too.
  if (n + named == 1 && dims_of(args[0], out)) return out;
  out.clear();
  for (Py_ssize_t i = 0; i < n; ++i) {
    Dims one;
    TAUT_CHECK(PyIndex_Check(args[i]) && dims_of(args[i], one), TypeError, name,
               "(): sizes must be ints or one sequence of ints, got ", Py_TYPE(args[i])->tp_name,
               " at position ", i + 1);
    out.push_back(one[0]);
  }
  TAUT_CHECK(n + named != 1, TypeError, name,
             "(): sizes must be ints or one sequence of ints, got ", Py_TYPE(args[0])->tp_name);
  return out;
}

}  // namespace taut
