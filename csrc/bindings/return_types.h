// Named tuples of tensors, like taut.return_types.sort.
#pragma once

#include <Python.h>

#include <initializer_list>

#include "tensor/tensor.h"

namespace taut {

// A named tuple type for the results of one operation. Make it once: a static in the caller.
PyTypeObject* make_return_type(const char* op, std::initializer_list<const char*> fields);
// A new reference.
PyObject* named_tuple(PyTypeObject* type, std::initializer_list<Tensor> tensors);

}  // namespace taut
