// Choice by a mask: masked_*, and the positions of what is not zero.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace taut {

// `node` names the node in the graph where another operation does its work through one of these.

// value: 0-d. mask: bool, broadcast to self.
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value);
Tensor masked_fill_(const Tensor& self, const Tensor& mask, const Tensor& value,
                    const char* node = nullptr);

// The elements whose mask is set, in order, as a vector; self and mask broadcast.
Tensor masked_select(const Tensor& self, const Tensor& mask,
                     const char* node = "MaskedSelectBackward0");
// Elements whose mask is set take the first elements of source, in order.
Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source);
Tensor masked_scatter_(const Tensor& self, const Tensor& mask, const Tensor& source);

// Coordinates of the elements that are not zero: n x dim.
Tensor nonzero(const Tensor& self);
// The same as one vector per dimension; a 0-d self counts as a vector.
std::vector<Tensor> nonzero_tuple(const Tensor& self);

}  // namespace taut
