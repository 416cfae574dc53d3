// Normalisation layers.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace taut {

// Over the trailing dimensions `shape`, then * weight + bias (either may be undefined).
// Ba, Kiros and Hinton, 2016.
Tensor layer_norm(const Tensor& x, DimSpan shape, const Tensor& weight, const Tensor& bias,
                  double eps);
// x / sqrt(mean(x^2) + eps) * weight; without eps, the machine epsilon. Zhang and Sennrich, 2019.
Tensor rms_norm(const Tensor& x, DimSpan shape, const Tensor& weight, std::optional<double> eps);

// Of dimension 1 over all others. Training uses the batch's moments and moves the running ones
// (undefined: none kept) by `momentum`; otherwise the running ones are used. Ioffe and Szegedy,
// 2015.
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum,
                  double eps);
// The same for each sample alone. Ulyanov et al., 2016.
Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, bool use_input_stats,
                     double momentum, double eps);
// Of groups of channels (dimension 1) of each sample. Wu and He, 2018.
Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias,
                  double eps);

}  // namespace taut
