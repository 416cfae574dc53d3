// Conversions between Python and C++ values, as pybind11 casters.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "bindings/tensor_type.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/scalar.h"
#include "core/shape.h"

namespace taut {

namespace py = pybind11;

// taut.dtype objects: one per element type, compared by identity.
void init_dtypes(py::module_& m);
PyObject* dtype_object(DType t);                // borrowed
std::optional<DType> parse_dtype(PyObject* o);  // also float, int and bool, as PyTorch takes them

// taut.Size: a tuple of ints.
void init_size(py::module_& m);
PyObject* size_object(DimSpan sizes);  // new reference

// A Python (or numpy) number; nullopt for anything else.
std::optional<Scalar> scalar_of(PyObject* o);
// A tensor as it is, a number as a wrapped 0-d tensor, else undefined.
Tensor tensor_or_number(PyObject* o);
// Sizes given as an int, or a sequence of ints; false when o is neither.
bool dims_of(PyObject* o, Dims& out);
// The sizes in f(2, 3) or f((2, 3)).
Dims dims_from_args(const py::args& args, const char* op);

}  // namespace taut

namespace pybind11::detail {

template <>
struct type_caster<taut::Tensor> {
  PYBIND11_TYPE_CASTER(taut::Tensor, const_name("taut.Tensor"));
  bool load(handle src, bool) {
    if (!taut::is_tensor(src.ptr())) return false;
    value = taut::tensor_of(src.ptr());
    return true;
  }
  static handle cast(taut::Tensor t, return_value_policy, handle) {
    return taut::wrap(std::move(t));
  }
};

template <>
struct type_caster<taut::DType> {
  PYBIND11_TYPE_CASTER(taut::DType, const_name("taut.dtype"));
  bool load(handle src, bool) {
    const auto t = taut::parse_dtype(src.ptr());
    if (t) value = *t;
    return t.has_value();
  }
  static handle cast(taut::DType t, return_value_policy, handle) {
    return Py_NewRef(taut::dtype_object(t));
  }
};

template <>
struct type_caster<taut::Scalar> {
  PYBIND11_TYPE_CASTER(taut::Scalar, const_name("bool | int | float"));
  bool load(handle src, bool) {
    const auto s = taut::scalar_of(src.ptr());
    if (s) value = *s;
    return s.has_value();
  }
  static handle cast(taut::Scalar s, return_value_policy, handle) {
    if (s.is_floating()) return PyFloat_FromDouble(s.to_double());
    if (s.is_bool()) return PyBool_FromLong(s.to_int() != 0);
    return PyLong_FromLongLong(s.to_int());
  }
};

// Sizes, dimensions: an int or a sequence of ints; returned as taut.Size.
template <>
struct type_caster<taut::Dims> {
  PYBIND11_TYPE_CASTER(taut::Dims, const_name("int | Sequence[int]"));
  bool load(handle src, bool) { return taut::dims_of(src.ptr(), value); }
  static handle cast(const taut::Dims& dims, return_value_policy, handle) {
    return taut::size_object(dims);
  }
};

}  // namespace pybind11::detail

namespace taut {

// Binds f as taut._C.<name>(input, ...) and as the method Tensor.<name>(...). f takes the tensor
// first; extras describe the other arguments.
template <class F, class... Extra>
void def_method(const char* name, F f, const Extra&... extra) {
  auto cls = py::handle(reinterpret_cast<PyObject*>(&TensorBaseType));
  py::cpp_function method(f, py::name(name), py::is_method(cls),
                          py::sibling(py::getattr(cls, name, py::none())), extra...);
  add_method(name, method.ptr());
}
template <class F, class... Extra>
void def_op(py::module_& m, const char* name, F f, const Extra&... extra) {
  m.def(name, f, py::arg("input"), extra...);
  def_method(name, f, extra...);
}

}  // namespace taut
