// Writing over tensors: the order of memory, and the end of the old values' history.
#pragma once

#include <functional>
#include <initializer_list>

#include "graph/record.h"
#include "tensor/plan.h"

namespace taut {

// A node through which no gradient but zero flows to the inputs; null when none wants one.
Ref<Node> overwritten(const char* name,
                      std::initializer_list<std::reference_wrapper<const Tensor>> inputs);

// Uninitialised, without gaps, its elements in the order in which those of t lie in memory.
Tensor empty_as(const Tensor& t, DType dtype);

// Raises where t must not be written: see check_inplace, and where elements share a location.
void check_writable(const Tensor& t, const char* op);

}  // namespace taut
