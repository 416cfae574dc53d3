// Dropout in its four kinds, and the randomised leaky ReLU, with PyTorch's masks for the same seed.
#pragma once

#include "core/random.h"
#include "tensor/tensor.h"

namespace taut {

// Hinton et al., 2012: in training each element is zero with probability p, the others are divided
// by 1 - p. The whole input, unchanged, otherwise.
Tensor dropout(const Tensor& x, double p, bool train);
// Each (sample, channel), the first two dimensions, is dropped as a whole.
Tensor feature_dropout(const Tensor& x, double p, bool train);
// Klambauer et al., 2017: dropped elements become SELU's negative limit, then an affine map keeps
// mean 0 and variance 1.
Tensor alpha_dropout(const Tensor& x, double p, bool train);
Tensor feature_alpha_dropout(const Tensor& x, double p, bool train);

// x where it is positive, else x times a slope: drawn from [lower, upper) in training, their mean
// otherwise.
Tensor rrelu(const Tensor& x, double lower, double upper, bool train, Generator* generator);
Tensor rrelu_(const Tensor& x, double lower, double upper, bool train, Generator* generator);

Tensor dropout_(const Tensor& x, double p, bool train);
Tensor feature_dropout_(const Tensor& x, double p, bool train);
Tensor alpha_dropout_(const Tensor& x, double p, bool train);
Tensor feature_alpha_dropout_(const Tensor& x, double p, bool train);

}  // namespace taut
