// Recurrent networks: Elman's (1990), LSTM (Hochreiter and Schmidhuber, 1997), GRU (Cho et al.,
// 2014).
#pragma once

#include "ops/recurrent_steps.h"

namespace taut {

struct RecurrentOptions {
  Cell cell;
  bool biases = true;
  int64_t layers = 1;
  double dropout = 0;  // between layers, in training
  bool train = false;
  bool bidirectional = false;
  bool batch_first = false;
};

// x: (steps, batch, in), or (batch, steps, in) when batch_first; with batch_sizes (int64, how many
// sequences each step has) the rows of a packed batch. state: none (zeros), h, or h and c of an
// LSTM, each (layers * directions, batch, width). params: for each layer and direction weight_ih,
// weight_hh, bias_ih and bias_hh where there are biases, weight_hr where h is projected.
// Returns the outputs of the last layer, the last h of each layer and, of an LSTM, the last c.
SmallVec<Tensor, 3> recurrent(const Tensor& x, const Tensor& batch_sizes,
                              std::span<const Tensor> state, std::span<const Tensor> params,
                              const RecurrentOptions& options);

// One step of one layer. x: (batch, in) or (in); state: h, or h and c, (batch, width) or (width).
// params: weight_ih, weight_hh, bias_ih, bias_hh, the biases both given or both undefined.
SmallVec<Tensor, 3> recurrent_cell(Cell cell, const Tensor& x, std::span<const Tensor> state,
                                   std::span<const Tensor> params);

}  // namespace taut
