// Attributes of tensors: shape, dtype, grad, requires_grad and the like.
#pragma once

#include <Python.h>

#include "tensor/tensor.h"

namespace taut {

PyGetSetDef* tensor_attributes();

// For the garbage collector: hooks of a tensor that only Python holds.
int visit_hooks(const Tensor& t, visitproc visit, void* arg);
void clear_hooks(const Tensor& t);

}  // namespace taut
