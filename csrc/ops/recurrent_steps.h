// The loops over time of a recurrent layer, on raw memory; see ops/recurrent_layer.cpp.
#pragma once

#include <vector>

#include "ops/right_factor.h"
#include "tensor/tensor.h"

namespace taut {

enum class Cell : int8_t { Lstm, Gru, Tanh, Relu };
constexpr int64_t gates_of(Cell cell) { return cell == Cell::Lstm ? 4 : cell == Cell::Gru ? 3 : 1; }

// Where the steps of a batch of sequences lie: arrays over all of them have one row for each step
// of each sequence. In a packed batch the sequences are in order of falling length.
struct Sequence {
  int64_t steps, batch, rows;
  int64_t step = 1;            // rows from one sequence to the next within a step
  std::vector<int64_t> sizes;  // packed: sequences that a step has, never more than the one before
  std::vector<int64_t> first;  // packed: a step's first row

  static Sequence time_major(int64_t steps, int64_t batch) {
    return {steps, batch, steps * batch, 1, {}, {}};
  }
  static Sequence batch_major(int64_t steps, int64_t batch) {
    return {steps, batch, steps * batch, steps, {}, {}};
  }
  static Sequence packed(const Tensor& batch_sizes);

  bool is_packed() const { return !sizes.empty(); }
  int64_t active(int64_t t) const { return is_packed() ? sizes[t] : batch; }
  int64_t row(int64_t t) const { return is_packed() ? first[t] : step == 1 ? t * batch : t; }
};

// The values are T*, over the sequence [rows] or of the states [batch], and n gates wide times
// gates_of(cell), n or p: p is the width of h, less than n where an LSTM projects it.
struct StepShape {
  Cell cell;
  int64_t n, p;
  bool projected;
};

template <class T>
struct ForwardSteps {
  bool reverse;
  bool from_zero;                      // the first h is zeros: the first step needs no product
  const RightFactor<T>* state_weight;  // p x gates
  const RightFactor<T>* projection;    // n x p, or null
  const T* state_bias;                 // of a GRU: its other biases are in the gates already
  T* gates;                            // [rows]; the input's share, becomes the activations
  T *h, *c;                            // [batch]; the first states, become the last
  T* out;                              // [rows], out_stride elements apart, or null: h
  int64_t out_stride;
  // Kept for backward, over the sequence, or null: the states before each step, and what the
  // projection or a GRU's reset gate was applied to.
  T *h_before, *c_before, *kept;
};

template <class T>
struct BackwardSteps {
  bool reverse;
  bool to_first;  // whether the gradient of the first h is wanted; if not, dh ends undefined
  const RightFactor<T>* state_weight;           // gates x p
  const RightFactor<T>* projection;             // p x n, or null
  const T *gates, *h_before, *c_before, *kept;  // as forward left them
  const T* dout;  // [rows], dout_stride elements apart, or null: no gradient
  int64_t dout_stride;
  T *dh, *dc;  // [batch]; gradients of the last states, become those of the first
  // [rows]: gradients of the gates' two shares, which only a GRU tells apart, and of the projected
  // h.
  T *dgates, *dproduct, *dprojected;
};

// Runs all directions, cut into parts of the batch for several threads; results do not depend on
// it.
template <class T>
void run_forward(const Sequence& s, const StepShape& shape, std::span<const ForwardSteps<T>> each);
template <class T>
void run_backward(const Sequence& s, const StepShape& shape,
                  std::span<const BackwardSteps<T>> each);

}  // namespace taut
