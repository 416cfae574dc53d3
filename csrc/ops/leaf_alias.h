// Leaves that stand for another leaf: one memory and one gradient under two objects. See
// Note [Aliases of leaves] in graph/leaf_alias.cpp.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// A new alias of a leaf: its memory, with the two dimensions exchanged if transposed. What it adds
// to the gradient is multiplied by `scale`. An alias of an alias is one of the owner.
Tensor leaf_alias(const Tensor& leaf, bool transposed, double scale);

// What set_data and requires_grad do: the same for the owner and all its aliases.
void set_leaf_data(const Tensor& leaf, const Tensor& data);
void set_leaf_requires_grad(const Tensor& leaf, bool on);

}  // namespace taut
