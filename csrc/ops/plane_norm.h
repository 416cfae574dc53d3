// Normalisation of channels as one operation of the graph: batch, instance and group norm.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// What shares a mean and a variance: a channel of all samples, a channel of one sample, a group of
// channels of one sample; or they are given, for each channel.
enum class Together : int8_t { Batch, Plane, Group, Given };

struct PlaneShape {
  Together together;
  int64_t samples, channels;
  int64_t groups;  // of channels, for Group
  int64_t size;    // elements of a plane

  static PlaneShape of(const Tensor& x, Together together, int64_t groups = 1);
  int64_t planes() const { return samples * channels; }
  // Elements that share a mean.
  int64_t count() const;
};

// Batch: (1, channels); Plane: (samples, channels); Group: (samples, groups). The variance divides
// by the count.
struct PlaneMoments {
  Tensor mean, var;
};

// Not recorded.
PlaneMoments plane_moments(const Tensor& x, const PlaneShape& shape);

// (x - mean) / sqrt(var + eps) * weight + bias; weight and bias, (channels), may be undefined.
// Differentiable in x, weight and bias: moments that are not given are functions of x.
Tensor plane_norm(const Tensor& x, const PlaneShape& shape, const PlaneMoments& moments,
                  const Tensor& weight, const Tensor& bias, double eps);

}  // namespace taut
