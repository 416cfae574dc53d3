#include "bindings/convert.h"

#include <array>

namespace taut {
namespace {

struct PyDType {
  PyObject_HEAD DType value;
};

PyTypeObject* g_dtype_type = nullptr;
PyTypeObject* g_size_type = nullptr;
std::array<PyObject*, kDTypeCount> g_dtypes;

DType value_of(PyObject* o) { return reinterpret_cast<PyDType*>(o)->value; }

// PyTorch's spelling, so that a program's printed output is the same.
PyObject* dtype_repr(PyObject* o) { return PyUnicode_FromFormat("torch.%s", name(value_of(o))); }
PyObject* dtype_reduce(PyObject* o, PyObject*) { return PyUnicode_FromString(name(value_of(o))); }
PyObject* dtype_is_floating(PyObject* o, void*) {
  return PyBool_FromLong(is_floating(value_of(o)));
}
PyObject* dtype_is_complex(PyObject*, void*) { Py_RETURN_FALSE; }
PyObject* dtype_is_signed(PyObject* o, void*) { return PyBool_FromLong(is_signed(value_of(o))); }
PyObject* dtype_itemsize(PyObject* o, void*) { return PyLong_FromSize_t(size_of(value_of(o))); }

PyMethodDef kDTypeMethods[] = {
    {"__reduce__", dtype_reduce, METH_NOARGS, "Pickled by its name in taut."},
    {nullptr, nullptr, 0, nullptr}};
PyGetSetDef kDTypeAttributes[] = {
    {"is_floating_point", dtype_is_floating, nullptr, "True for floating-point types.", nullptr},
    {"is_complex", dtype_is_complex, nullptr, "True for complex types.", nullptr},
    {"is_signed", dtype_is_signed, nullptr, "True for types with negative values.", nullptr},
    {"itemsize", dtype_itemsize, nullptr, "Bytes of one element.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyType_Slot kDTypeSlots[] = {{Py_tp_repr, reinterpret_cast<void*>(dtype_repr)},
                             {Py_tp_methods, kDTypeMethods},
                             {Py_tp_getset, kDTypeAttributes},
                             {Py_tp_doc, const_cast<char*>("The element type of a tensor.")},
                             {0, nullptr}};
PyType_Spec kDTypeSpec = {"taut.dtype", sizeof(PyDType), 0,
                          Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, kDTypeSlots};

bool as_int64(PyObject* o, std::int64_t& out) {
  if (PyFloat_Check(o)) return false;
  PyObject* index = PyNumber_Index(o);
  if (index == nullptr) {
    PyErr_Clear();
    return false;
  }
  out = PyLong_AsLongLong(index);
  Py_DECREF(index);
  if (out == -1 && PyErr_Occurred()) throw py::error_already_set();
  return true;
}

}  // namespace

void init_dtypes(py::module_& m) {
  g_dtype_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&kDTypeSpec));
  if (g_dtype_type == nullptr) throw py::error_already_set();
  m.add_object("dtype", reinterpret_cast<PyObject*>(g_dtype_type));
  for (int i = 0; i < kDTypeCount; ++i) {
    g_dtypes[i] = g_dtype_type->tp_alloc(g_dtype_type, 0);
    reinterpret_cast<PyDType*>(g_dtypes[i])->value = static_cast<DType>(i);
    m.add_object(name(static_cast<DType>(i)), py::reinterpret_borrow<py::object>(g_dtypes[i]));
  }
  m.def("get_default_dtype", &default_dtype, "The dtype of new floating-point tensors.");
  m.def("set_default_dtype", &set_default_dtype, py::arg("d"),
        "Sets the dtype of new floating-point tensors.");
}

PyObject* dtype_object(DType t) { return g_dtypes[static_cast<int>(t)]; }

std::optional<DType> parse_dtype(PyObject* o) {
  if (Py_TYPE(o) == g_dtype_type) return value_of(o);
  if (o == reinterpret_cast<PyObject*>(&PyFloat_Type)) return DType::Float64;
  if (o == reinterpret_cast<PyObject*>(&PyLong_Type)) return DType::Int64;
  if (o == reinterpret_cast<PyObject*>(&PyBool_Type)) return DType::Bool;
  return std::nullopt;
}

void init_size(py::module_& m) {
  m.def("_set_size_class",
        [](py::object cls) { g_size_type = reinterpret_cast<PyTypeObject*>(cls.release().ptr()); });
}

PyObject* size_object(DimSpan sizes) {
  PyObject* o = g_size_type->tp_alloc(g_size_type, static_cast<Py_ssize_t>(sizes.size()));
  if (o == nullptr) throw py::error_already_set();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    PyTuple_SET_ITEM(o, static_cast<Py_ssize_t>(i), PyLong_FromLongLong(sizes[i]));
  }
  return o;
}

std::optional<Scalar> scalar_of(PyObject* o) {
  if (PyFloat_Check(o)) return Scalar(PyFloat_AS_DOUBLE(o));
  if (PyBool_Check(o)) return Scalar(o == Py_True);
  if (PyLong_Check(o)) {
    const auto v = static_cast<std::int64_t>(PyLong_AsLongLong(o));
    if (v == -1 && PyErr_Occurred()) throw py::error_already_set();
    return Scalar(v);
  }
  // numpy's scalars are numbers without deriving from them.
  if (is_tensor(o) || !PyNumber_Check(o) || PySequence_Check(o)) return std::nullopt;
  std::int64_t v;
  if (as_int64(o, v)) return Scalar(v);
  PyObject* f = PyNumber_Float(o);
  if (f == nullptr) {
    PyErr_Clear();
    return std::nullopt;
  }
  const double d = PyFloat_AS_DOUBLE(f);
  Py_DECREF(f);
  return Scalar(d);
}

Tensor tensor_or_number(PyObject* o) {
  if (is_tensor(o)) return tensor_of(o);
  const auto s = scalar_of(o);
  return s ? wrapped(*s) : Tensor();
}

bool dims_of(PyObject* o, Dims& out) {
  out.clear();
  std::int64_t v;
  if (PyTuple_Check(o) || PyList_Check(o)) {
    const Py_ssize_t n = PySequence_Fast_GET_SIZE(o);
    for (Py_ssize_t i = 0; i < n; ++i) {
      if (!as_int64(PySequence_Fast_GET_ITEM(o, i), v)) return false;
      out.push_back(v);
    }
    return true;
  }
  if (!as_int64(o, v)) return false;
  out.push_back(v);
  return true;
}

Dims dims_from_args(const py::args& args, const char* op) {
  Dims out;
  PyObject* source = args.size() == 1 ? PyTuple_GET_ITEM(args.ptr(), 0) : args.ptr();
  TAUT_CHECK(dims_of(source, out), TypeError, op,
             ": sizes must be ints or one sequence of ints, got ", std::string(py::str(args)));
  return out;
}

}  // namespace taut
