#include "ops/moments.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/reduce_plan.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Mean and sum of squared deviations per line, in double.
struct Moments {
  Tensor mean, m2;
};

struct Pieces {
  const Block& block;
  int64_t rows, columns;  // of one piece
  explicit Pieces(const Block& b) : block(b) {
    columns = b.n * b.inner <= kReduceChunk ? b.inner : std::min<int64_t>(b.inner, 1024);
    rows = std::min(b.n, std::max<int64_t>(kReduceChunk / columns, 16));
  }
  int64_t row_parts() const { return (block.n + rows - 1) / rows; }
  int64_t column_parts() const { return (block.inner + columns - 1) / columns; }
  int64_t rows_of(int64_t part) const { return std::min(rows, block.n - part * rows); }
};

// [outer][row parts][inner] partial moments.
Moments partial_moments(const Pieces& p) {
  const Block& b = p.block;
  const int64_t parts = p.row_parts(), wide = p.column_parts();
  const Moments out{empty(Dims{b.outer * parts * b.inner}, DType::Float64),
                    empty(Dims{b.outer * parts * b.inner}, DType::Float64)};
  const MomentsLoop loop = reduce_kernels().moments[static_cast<int>(b.t.dtype())];
  const auto bytes = static_cast<int64_t>(b.t.element_size());
  const int64_t grain =
      parts * wide > 1 ? 1
                       : std::max<int64_t>(kReduceChunk / std::max<int64_t>(b.n * b.inner, 1), 1);
  parallel_for(0, b.outer * parts * wide, grain, [&](int64_t first, int64_t last) {
    const int64_t o = first / wide / parts, part = first / wide % parts;
    const int64_t column = first % wide * p.columns;
    const int64_t at = (o * b.n + part * p.rows) * b.inner + column;
    const int64_t to = (o * parts + part) * b.inner + column;
    loop(b.t.raw() + at * bytes,
         {parts * wide > 1 ? 1 : last - first, b.n * b.inner, p.rows_of(part), b.inner,
          std::min(p.columns, b.inner - column)},
         out.mean.data<double>() + to, out.m2.data<double>() + to);
  });
  return out;
}

// Chan, Golub and LeVeque's rule for the moments of a union, part after part.
void merge(const Pieces& p, const Moments& in, const Moments& out) {
  const int64_t parts = p.row_parts(), inner = p.block.inner;
  for (int64_t line = 0; line < p.block.outer * inner; ++line) {
    const int64_t base = line / inner * parts * inner + line % inner;
    double count = 0, mean = 0, m2 = 0;
    for (int64_t part = 0; part < parts; ++part) {
      const double n = static_cast<double>(p.rows_of(part)), all = count + n;
      const double d = in.mean.data<double>()[base + part * inner] - mean;
      mean += d * n / all;
      m2 += in.m2.data<double>()[base + part * inner] + d * d * count * n / all;
      count = all;
    }
    out.mean.data<double>()[line] = mean;
    out.m2.data<double>()[line] = m2;
  }
}

Moments moments_of(const Tensor& t, const Axes& axes) {
  const Block block = as_block(t, axes);
  const Pieces pieces(block);
  LongWork section(t.numel() * 2);
  const Moments parts = partial_moments(pieces);
  if (pieces.row_parts() == 1) return parts;
  const Moments out{empty(Dims{block.outer * block.inner}, DType::Float64),
                    empty(Dims{block.outer * block.inner}, DType::Float64)};
  merge(pieces, parts, out);
  return out;
}

struct Spread {
  Tensor value, mean;
};

// The variance or its root; not recorded.
Spread spread_of(const Tensor& t, const Axes& axes, double correction, bool keepdim, bool root) {
  const Dims sizes = axes.sizes(keepdim);
  const Spread out{empty_beside(t, sizes, t.dtype()), empty_beside(t, sizes, t.dtype())};
  if (t.is_meta()) return out;
  if (t.numel() == 0) {
    fill_raw(out.value, std::nan(""));
    fill_raw(out.mean, std::nan(""));
    return out;
  }
  const Moments m = moments_of(t, axes);
  const double divisor = std::max(static_cast<double>(axes.count()) - correction, 0.0);
  visit(t.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < out.value.numel(); ++i) {
      const double v = m.m2.data<double>()[i] / divisor;
      out.value.data<T>()[i] = static_cast<T>(root ? std::sqrt(v) : v);
      out.mean.data<T>()[i] = static_cast<T>(m.mean.data<double>()[i]);
    }
  });
  return out;
}

// Outputs: the variance or deviation, then the mean where it was asked for.
struct SpreadBackward final : Node {
  const char* label;
  Axes axes;
  double correction;
  bool root;
  SavedTensor input, output;
  SpreadBackward(const char* label, const Axes& axes, double correction, bool root)
      : label(label), axes(axes), correction(correction), root(root) {}
  const char* name() const override { return label; }
  void each_saved(SavedValues& values) override {
    values(input);
    values(output);
  }
  void backward(GradFrame& frame) override {
    const Tensor x = input.unpack(*this);
    const double n = static_cast<double>(axes.count());
    Tensor total;
    if (frame.grad(0).defined()) {
      Tensor g = restore_dims(frame.grad(0), axes);
      if (root) {
        const Tensor y = restore_dims(output.unpack(*this), axes);
        g = where(eq(y, 0), 0, div(g, mul(y, 2)));
      }
      const Tensor centre = x.dim() == 0 ? x : mean(x, axes.dims(), true, {});
      const double divisor = n - correction;
      const double scale = divisor > 0 ? 2.0 / divisor : std::numeric_limits<double>::infinity();
      total = mul(mul(g, scale), sub(x, centre));
    }
    if (num_outputs > 1 && frame.grad(1).defined()) {
      const Tensor part = expand(restore_dims(div(frame.grad(1), n), axes), x.sizes());
      total = total.defined() ? add(total, part) : part;
    }
    frame.give(0, total);
  }
};

Spread recorded(const char* op, const char* label, const Tensor& t, DimSpan dims, double correction,
                bool keepdim, bool root, bool with_mean) {
  TAUT_CHECK(is_floating(t.dtype()), RuntimeError, op,
             " only support floating point and complex dtypes, got ", t.dtype());
  if (is_narrow(t.dtype())) {
    const Spread wide = recorded(op, label, widened(t), dims, correction, keepdim, root, with_mean);
    return {rounded(wide.value, t.dtype()), rounded(wide.mean, t.dtype())};
  }
  const Axes axes(t, dims, op);
  // The mean, the difference from it, its square, their mean.
  const FusedWork work(4 * t.numel());
  const Spread out = spread_of(t, axes, correction, keepdim, root);
  if (needs_grad(t)) {
    auto node = make<SpreadBackward>(label, axes, correction, root);
    node->num_outputs = with_mean ? 2 : 1;
    set_edges(*node, {t});
    set_history(out.value, node);
    if (with_mean) set_history(out.mean, node, 1);
    node->input = SavedTensor(t);
    node->output = SavedTensor::output(out.value);
  }
  return out;
}

}  // namespace

Tensor var(const Tensor& t, DimSpan dims, double correction, bool keepdim) {
  return recorded("var", "VarBackward0", t, dims, correction, keepdim, false, false).value;
}
Tensor std_dev(const Tensor& t, DimSpan dims, double correction, bool keepdim) {
  return recorded("std", "StdBackward0", t, dims, correction, keepdim, true, false).value;
}
std::pair<Tensor, Tensor> var_mean(const Tensor& t, DimSpan dims, double correction, bool keepdim) {
  const auto s =
      recorded("var_mean", "VarMeanBackward0", t, dims, correction, keepdim, false, true);
  return {s.value, s.mean};
}
std::pair<Tensor, Tensor> std_mean(const Tensor& t, DimSpan dims, double correction, bool keepdim) {
  const auto s = recorded("std_mean", "StdMeanBackward0", t, dims, correction, keepdim, true, true);
  return {s.value, s.mean};
}

}  // namespace taut
