// Variance and its kin. `correction` is subtracted from the count in the divisor (1: Bessel's).
#pragma once

#include <utility>

#include "tensor/tensor.h"

namespace taut {

Tensor var(const Tensor& t, DimSpan dims, double correction, bool keepdim);
Tensor std_dev(const Tensor& t, DimSpan dims, double correction, bool keepdim);
// The variance (the deviation), then the mean.
std::pair<Tensor, Tensor> var_mean(const Tensor& t, DimSpan dims, double correction, bool keepdim);
std::pair<Tensor, Tensor> std_mean(const Tensor& t, DimSpan dims, double correction, bool keepdim);

}  // namespace taut
