// The Python type of tensors, written against CPython's C API so that its slots are direct calls.
#pragma once

#include <Python.h>

#include "tensor/tensor.h"

namespace taut {

struct PyTensor {
  PyObject_HEAD Tensor tensor;
  PyObject* dict;
  PyObject* weakrefs;
};

// taut._C.TensorBase; the Python class taut.Tensor derives from it.
extern PyTypeObject TensorBaseType;
void init_tensor_type(PyObject* module);

inline bool is_tensor(PyObject* o) { return PyObject_TypeCheck(o, &TensorBaseType); }
inline const Tensor& tensor_of(PyObject* o) { return reinterpret_cast<PyTensor*>(o)->tensor; }

// The Python object of a tensor, the same one while either lives; None when not defined. A new
// reference.
PyObject* wrap(Tensor t);
// A new Python object of a subclass over an impl that has none yet.
PyObject* wrap_as(PyTypeObject* type, Tensor t);

// Sets the Python error that belongs to the C++ exception being handled.
void set_python_error() noexcept;

// Adds a callable to TensorBase as a method.
void add_method(const char* name, PyObject* callable);

// f() for a slot: its result, or null with the Python error set.
template <class F>
PyObject* guarded(F&& f) noexcept {
  try {
    return f();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}
template <class F>
int guarded_int(F&& f) noexcept {
  try {
    f();
    return 0;
  } catch (...) {
    set_python_error();
    return -1;
  }
}

}  // namespace taut
