#include "ops/recurrent_steps.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "kernels/recurrent.h"
#include "ops/copy.h"

namespace taut {
namespace {

// Rows of `width` elements from memory to memory, the distances in elements.
template <class T>
void copy_rows(int64_t rows, int64_t width, const T* from, int64_t from_stride, T* to,
               int64_t to_stride) {
  const auto bytes = static_cast<std::size_t>(width) * sizeof(T);
  if (from_stride == width && to_stride == width) {
    if (rows > 0) std::memcpy(to, from, static_cast<std::size_t>(rows) * bytes);
    return;
  }
  for (int64_t r = 0; r < rows; ++r) std::memcpy(to + r * to_stride, from + r * from_stride, bytes);
}

// The rows of one step that a part of the batch has: sequences begin to begin + rows. outermost: no
// state goes in, or no gradient goes out, that anyone has or wants.
struct Step {
  int64_t begin, rows, row;
  bool outermost;
};
Step step_of(const Sequence& s, int64_t t, int64_t begin, int64_t end, bool outermost) {
  const int64_t rows = std::min(s.active(t), end) - begin;
  return {begin, std::max<int64_t>(rows, 0), s.row(t) + begin * s.step, outermost};
}

template <class T>
void forward_step(const Sequence& s, const StepShape& shape, const ForwardSteps<T>& d,
                  const Step& at, T* scratch) {
  const auto& k = recurrent_kernels().of<T>();
  const int64_t n = shape.n, p = shape.p, width = gates_of(shape.cell) * n;
  T *const gates = d.gates + at.row * width, *const h = d.h + at.begin * p;
  if (d.h_before) copy_rows(at.rows, p, h, p, d.h_before + at.row * p, p * s.step);
  T* const kept = d.kept ? d.kept + at.row * n : nullptr;
  const T* const state = at.outermost ? nullptr : h;
  if (shape.cell == Cell::Gru) {
    d.state_weight->multiply(state, p, at.rows, 0, scratch, width, d.state_bias);
    k.gru(at.rows, n, s.step, gates, scratch, h, kept);
  } else {
    d.state_weight->multiply(state, p, at.rows, 1, gates, width * s.step);
  }
  if (shape.cell == Cell::Tanh || shape.cell == Cell::Relu) {
    k.elman(shape.cell == Cell::Relu, at.rows, n, s.step, gates, h);
  } else if (shape.cell == Cell::Lstm) {
    T* const c = d.c + at.begin * n;
    if (d.c_before) copy_rows(at.rows, n, c, n, d.c_before + at.row * n, n * s.step);
    k.lstm(at.rows, n, s.step, gates, c, shape.projected ? scratch : h);
    if (shape.projected) {
      if (kept) copy_rows(at.rows, n, scratch, n, kept, n * s.step);
      d.projection->multiply(scratch, n, at.rows, 0, h, p);
    }
  }
  if (d.out) {
    copy_rows(at.rows, p, h, p, d.out + at.row * d.out_stride, d.out_stride * s.step);
  }
}

template <class T>
void backward_step(const Sequence& s, const StepShape& shape, const BackwardSteps<T>& d,
                   const Step& at, T* scratch) {
  const auto& k = recurrent_kernels().of<T>();
  const int64_t n = shape.n, p = shape.p, width = gates_of(shape.cell) * n;
  const T* const gates = d.gates + at.row * width;
  T *const dgates = d.dgates + at.row * width, *const dproduct = d.dproduct + at.row * width;
  T* const dh = d.dh + at.begin * p;
  if (d.dout) {
    k.add_rows(at.rows, p, d.dout_stride * s.step, d.dout + at.row * d.dout_stride, dh);
  }
  if (shape.cell == Cell::Gru) {
    k.gru_backward(at.rows, n, s.step, gates, d.kept + at.row * n, d.h_before + at.row * p, dh,
                   dgates, dproduct);
  } else if (shape.cell == Cell::Lstm) {
    if (shape.projected) {
      copy_rows(at.rows, p, dh, p, d.dprojected + at.row * p, p * s.step);
      d.projection->multiply(dh, p, at.rows, 0, scratch, n);
    }
    k.lstm_backward(at.rows, n, s.step, gates, d.c_before + at.row * n,
                    shape.projected ? scratch : dh, d.dc + at.begin * n, dgates);
  } else {
    k.elman_backward(shape.cell == Cell::Relu, at.rows, n, s.step, gates, dh, dgates);
  }
  if (at.outermost) return;
  const T keep = shape.cell == Cell::Gru ? T(1) : T(0);
  d.state_weight->multiply(dproduct, width * s.step, at.rows, keep, dh, p);
}

// f(direction, first sequence, last sequence), on as many threads as there is work for. Sequences
// are apart only where their products come out the same in any company.
template <class T, class Steps, class F>
void for_parts(const Sequence& s, std::span<const Steps> each, F f) {
  const auto directions = static_cast<int64_t>(each.size());
  constexpr int64_t kWorthIt = 1 << 20, kFewest = 4;
  const int64_t cost = directions * each[0].state_weight->cost(s.rows);
  int64_t parts = 1;
  if (each[0].state_weight->is_packed() && cost >= kWorthIt) {
    parts = std::clamp<int64_t>(num_threads() / directions, 1, (s.batch + kFewest - 1) / kFewest);
  }
  const int64_t step = std::max<int64_t>((s.batch + parts - 1) / parts, 1);
  const int64_t grain = cost >= kWorthIt ? 1 : directions;
  LongWork section(cost / 16);
  parallel_for(0, directions * parts, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % parts * step;
      f(each[i / parts], first, std::min(first + step, s.batch));
    }
  });
}

}  // namespace

Sequence Sequence::packed(const Tensor& batch_sizes) {
  TAUT_CHECK(
      batch_sizes.dim() == 1 && batch_sizes.dtype() == DType::Int64 && batch_sizes.numel() > 0,
      RuntimeError, "batch_sizes must be a vector of int64 with an element");
  const Tensor held = contiguous(detach(batch_sizes));
  const auto* sizes = held.data<int64_t>();
  Sequence s{batch_sizes.numel(), sizes[0], 0, 1, {sizes, sizes + batch_sizes.numel()}, {}};
  for (int64_t t = 0; t < s.steps; ++t) {
    TAUT_CHECK(sizes[t] > 0 && (t == 0 || sizes[t] <= sizes[t - 1]), RuntimeError,
               "batch_sizes must be positive and never rise, got ", sizes[t], " at ", t);
    s.first.push_back(s.rows);
    s.rows += sizes[t];
  }
  return s;
}

// Of a unit in a step, beside the products: sums of the gates' two shares, activations, the state.
int64_t operations_of(Cell cell) {
  switch (cell) {
    case Cell::Lstm:
      return 4 + 4 + 3 + 2;  // c = f c + i g; h = o tanh(c)
    case Cell::Gru:
      return 3 + 3 + 1 + 4;  // r times a product; h = (1 - z) n + z h
    default:
      return 1 + 1;
  }
}

template <class T>
void run_forward(const Sequence& s, const StepShape& shape, std::span<const ForwardSteps<T>> each) {
  const int64_t state = shape.p * gates_of(shape.cell) * shape.n;
  const int64_t projection = shape.projected ? shape.n * shape.p : 0;
  count_multiply_adds(static_cast<int64_t>(each.size()) * s.rows * (state + projection));
  const FusedWork work(static_cast<int64_t>(each.size()) * s.rows * shape.n *
                       operations_of(shape.cell));
  for_parts<T>(s, each, [&](const ForwardSteps<T>& d, int64_t begin, int64_t end) {
    const int64_t width = shape.cell == Cell::Gru ? 3 * shape.n : shape.projected ? shape.n : 0;
    const Scratch<T> scratch((end - begin) * width);
    for (int64_t i = 0; i < s.steps; ++i) {
      const int64_t t = d.reverse ? s.steps - 1 - i : i;
      const Step at = step_of(s, t, begin, end, d.from_zero && i == 0);
      if (at.rows > 0) forward_step(s, shape, d, at, scratch.data());
    }
  });
}

template <class T>
void run_backward(const Sequence& s, const StepShape& shape,
                  std::span<const BackwardSteps<T>> each) {
  for_parts<T>(s, each, [&](const BackwardSteps<T>& d, int64_t begin, int64_t end) {
    const Scratch<T> scratch(shape.projected ? (end - begin) * shape.n : 0);
    for (int64_t i = 0; i < s.steps; ++i) {
      const int64_t t = d.reverse ? i : s.steps - 1 - i;
      const Step at = step_of(s, t, begin, end, !d.to_first && i + 1 == s.steps);
      if (at.rows > 0) backward_step(s, shape, d, at, scratch.data());
    }
  });
}

template void run_forward(const Sequence&, const StepShape&, std::span<const ForwardSteps<float>>);
template void run_forward(const Sequence&, const StepShape&, std::span<const ForwardSteps<double>>);
template void run_backward(const Sequence&, const StepShape&,
                           std::span<const BackwardSteps<float>>);
template void run_backward(const Sequence&, const StepShape&,
                           std::span<const BackwardSteps<double>>);

}  // namespace taut
