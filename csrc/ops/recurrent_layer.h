// One layer of a recurrent network as an operation of the graph.
#pragma once

#include "ops/recurrent_steps.h"

namespace taut {

struct LayerShape {
  StepShape step;
  bool biases;
  int64_t directions;
  bool alone;  // a cell: no output over time, states without the dimension for directions
  int64_t per_direction() const { return 2 + (biases ? 2 : 0) + (step.projected ? 1 : 0); }
};

// x: (steps, batch, in), (batch, steps, in) or (rows, in), as the sequence says.
// h, c: (directions, batch, p or n), or (batch, ...) for a cell; undefined: zeros. c is an LSTM's.
// params, for each direction: weight_ih (gates, in), weight_hh (gates, p), bias_ih and bias_hh
// (gates) where there are biases, weight_hr (p, n) where projected.
// Returns the outputs, laid out as x, unless it is a cell; the last h; the last c of an LSTM.
SmallVec<Tensor, 3> recurrent_layer(const Tensor& x, const Tensor& h, const Tensor& c,
                                    std::span<const Tensor> params, const Sequence& sequence,
                                    const LayerShape& shape);

// The same composed of operations, step by step.
SmallVec<Tensor, 3> recurrent_reference(const Tensor& x, const Tensor& h, const Tensor& c,
                                        std::span<const Tensor> params, const Sequence& sequence,
                                        const LayerShape& shape);

}  // namespace taut
