// Steps of optimisers: one call updates every parameter of a group, in place and unrecorded.
#pragma once

#include <span>

#include "tensor/tensor.h"

namespace taut {

struct SgdOptions {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
};

struct AdamOptions {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled;  // AdamW: the decay shrinks the parameters and stays out of the moments
  bool maximize;
};

struct SparseAdamOptions {
  double lr, beta1, beta2, eps;
  bool maximize;
};

// Lists of one length, a place for each parameter. A parameter whose grad is not defined() is left
// alone. Each tensor has the shape and dtype of its parameter; any layout. Every argument is
// checked before the first write, and every tensor written has its version bumped.

// Sparse gradients go into the parameters row by row, where there is no weight decay; a buffer that
// is made of one is sparse. buffers: empty when momentum is 0. One that is not defined() yet is
// made, and holds the gradient. Sutskever et al., 2013.
void sgd_step(std::span<const Tensor> params, std::span<const Tensor> grads,
              std::span<Tensor> buffers, const SgdOptions& options);

// max_exp_avg_sqs: empty without amsgrad. steps: tensors of one element, incremented here.
// Kingma and Ba, 2015; Reddi et al., 2018; Loshchilov and Hutter, 2019.
void adam_step(std::span<const Tensor> params, std::span<const Tensor> grads,
               std::span<const Tensor> exp_avgs, std::span<const Tensor> exp_avg_sqs,
               std::span<const Tensor> max_exp_avg_sqs, std::span<const Tensor> steps,
               const AdamOptions& options);

// Adam on the rows that a sparse gradient names, which alone have their moments moved. steps:
// counts that take in this step.
void sparse_adam_step(std::span<const Tensor> params, std::span<const Tensor> grads,
                      std::span<const Tensor> exp_avgs, std::span<const Tensor> exp_avg_sqs,
                      std::span<const double> steps, const SparseAdamOptions& options);

}  // namespace taut
