// Samples of gamma distributions, and how they move with the distribution's shape.
#pragma once

#include "core/random.h"
#include "tensor/tensor.h"

namespace taut {

// Samples of rate 1 of the gamma distributions with the shapes that `alpha` gives, in its dtype:
// PyTorch's stream for the same seed. Not recorded.
Tensor standard_gamma(const Tensor& alpha, Generator* generator);

// d sample / d alpha at a fixed quantile, element by element; both tensors have one shape and
// dtype. Not recorded.
Tensor standard_gamma_grad(const Tensor& alpha, const Tensor& sample);

}  // namespace taut
