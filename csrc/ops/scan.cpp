#include "ops/scan.h"

#include <array>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "graph/record.h"
#include "kernels/scan.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/join.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

using kernels::Scan;
using kernels::ScanShape;

ScanShape shape_of(const Tensor& t, int64_t dim, bool reverse) {
  ScanShape s{1, 1, 1, reverse};
  for (int64_t d = 0; d < t.dim(); ++d) (d < dim ? s.outer : d > dim ? s.inner : s.n) *= t.size(d);
  return s;
}

// f(part, offset) for parts of the outer dimension, in parallel; offset counts elements.
template <class F>
void each_part(const ScanShape& s, const F& f) {
  const int64_t line = s.n * s.inner;
  if (line == 0) return;
  LongWork section(s.outer * line * 2);
  parallel_for(0, s.outer, std::max<int64_t>((1 << 14) / line, 1), [&](int64_t b, int64_t e) {
    f(ScanShape{e - b, s.n, s.inner, s.reverse}, b * line);
  });
}

Tensor plain(const Tensor& t) {
  NoGrad guard;
  return contiguous(t);
}

Tensor run(Scan op, const Tensor& t, int64_t dim, bool reverse) {
  if (is_floating(t.dtype())) count_element_operations(t.numel());
  const Tensor x = plain(t);
  Tensor out = empty_beside(x, x.sizes(), x.dtype());
  if (out.is_meta()) return out;
  const auto bytes = static_cast<int64_t>(x.element_size());
  each_part(shape_of(x, dim, reverse), [&](const ScanShape& s, int64_t at) {
    kernels::scan(op, x.dtype(), x.raw() + at * bytes, s, out.raw() + at * bytes);
  });
  return out;
}

struct CumsumBackward final : Node {
  int64_t dim;
  bool reverse;
  CumsumBackward(int64_t dim, bool reverse) : dim(dim), reverse(reverse) {}
  const char* name() const override { return "CumsumBackward0"; }
  void backward(GradFrame& frame) override {
    const Tensor& g = frame.grad();
    frame.give(0, reverse ? cumsum(g, dim, {}) : reverse_cumsum(g, dim));
  }
};

// Gradient of a cumulative product where some elements are 0: dividing by them is not possible,
// so for each k, sum_{j >= k} g_j prod_{i <= j, i != k} x_i.
Tensor cumprod_grad_with_zeros(const Tensor& g, const Tensor& x, int64_t dim) {
  const int64_t n = x.size(dim);
  Dims edge = x.sizes();
  edge[dim] = 1;
  const Tensor one = ones(edge, x.dtype());
  std::vector<Tensor> parts;
  Tensor before = one;
  for (int64_t k = 0; k < n; ++k) {
    const Tensor rest = cat(std::array{one, slice(x, dim, k + 1, n, 1)}, dim);
    const Tensor terms = mul(slice(g, dim, k, n, 1), cumprod(rest, dim, {}));
    const int64_t dims[] = {dim};
    parts.push_back(mul(before, sum(terms, dims, true, {})));
    before = mul(before, slice(x, dim, k, k + 1, 1));
  }
  return cat(parts, dim);
}

struct CumprodBackward final : Node {
  int64_t dim;
  bool reverse;
  SavedTensor input, output;
  CumprodBackward(int64_t dim, bool reverse) : dim(dim), reverse(reverse) {}
  const char* name() const override { return "CumprodBackward0"; }
  void each_saved(SavedValues& values) override {
    values(input);
    values(output);
  }
  void backward(GradFrame& frame) override {
    const Tensor x = input.unpack(*this), &g = frame.grad();
    if (x.numel() <= 1) return frame.give(0, g);
    if (!has_zero(x)) {
      const Tensor w = mul(g, output.unpack(*this));
      return frame.give(0, div(reverse ? cumsum(w, dim, {}) : reverse_cumsum(w, dim), x));
    }
    const auto flipped = [&](const Tensor& t) { return reverse ? reversed(t) : t; };
    frame.give(0, flipped(cumprod_grad_with_zeros(flipped(g), flipped(x), dim)));
  }

 private:
  static bool has_zero(const Tensor& x) {
    NoGrad guard;
    return !x.is_meta() && *any(eq(x, 0), {}, false).data<bool>();
  }
  Tensor reversed(const Tensor& t) const {
    return index_select(t, dim, arange(t.size(dim) - 1, -1, -1, DType::Int64));
  }
};

// The gradient's positive and negative parts, each by its logarithm so that neither overflows. What
// is left out of a part is the lowest number and not -inf, whose differences are NaN.
struct LogcumsumexpBackward final : Node {
  int64_t dim;
  SavedTensor input, output;
  explicit LogcumsumexpBackward(int64_t dim) : dim(dim) {}
  const char* name() const override { return "LogcumsumexpBackward0"; }
  void each_saved(SavedValues& values) override {
    values(input);
    values(output);
  }
  void backward(GradFrame& frame) override {
    const Tensor x = input.unpack(*this), y = output.unpack(*this), &g = frame.grad();
    if (x.dim() == 0) return frame.give(0, g);
    const double lowest = x.dtype() == DType::Float32 ? std::numeric_limits<float>::lowest()
                                                      : std::numeric_limits<double>::lowest();
    const auto part = [&](const Tensor& chosen, const Tensor& size) {
      const Tensor logs = where(chosen, log(size), lowest);
      return exp(add(reverse_logcumsumexp(sub(logs, y)), x));
    };
    frame.give(0, sub(part(gt(g, 0), g), part(lt(g, 0), neg(g))));
  }

 private:
  Tensor reverse_logcumsumexp(const Tensor& t) const {
    const Tensor order = arange(t.size(dim) - 1, -1, -1, DType::Int64);
    return index_select(logcumsumexp(index_select(t, dim, order), dim), dim, order);
  }
};

template <class N>
void record_with_values(const Tensor& out, const Tensor& x, Ref<N> node) {
  set_edges(*node, {x});
  set_history(out, node);
  node->input = SavedTensor(x);
  node->output = SavedTensor::output(out);
}

// The conversion to the type that the scan works in.
Tensor converted(const Tensor& t, std::optional<DType> dtype) {
  return cast(t, dtype.value_or(is_floating(t.dtype()) ? t.dtype() : DType::Int64));
}

Tensor cumulative_sum(const Tensor& x, int64_t dim, bool reverse) {
  if (is_narrow(x.dtype())) return rounded(cumulative_sum(widened(x), dim, reverse), x.dtype());
  const Tensor out = run(Scan::Sum, x, dim, reverse);
  if (is_floating(x.dtype()) && needs_grad(x)) {
    auto node = make<CumsumBackward>(dim, reverse);
    set_edges(*node, {x});
    set_history(out, node);
  }
  return out;
}

Tensor cumulative_product(const Tensor& x, int64_t dim, bool reverse) {
  if (is_narrow(x.dtype())) return rounded(cumulative_product(widened(x), dim, reverse), x.dtype());
  const Tensor out = run(Scan::Product, x, dim, reverse);
  if (is_floating(x.dtype()) && needs_grad(x)) {
    record_with_values(out, x, make<CumprodBackward>(dim, reverse));
  }
  return out;
}

struct CumExtremeBackward final : Node {
  const char* label;
  int64_t dim;
  Dims sizes;
  DType dtype;
  SavedTensor indices;
  CumExtremeBackward(const char* label, int64_t dim, const Tensor& t)
      : label(label), dim(dim), sizes(t.sizes()), dtype(t.dtype()) {}
  const char* name() const override { return label; }
  void each_saved(SavedValues& values) override { values(indices); }
  void backward(GradFrame& frame) override {
    const Tensor places = indices.unpack(*this);
    frame.give(0, scatter_add(zeros_beside(frame.grad(), sizes, dtype), dim, places, frame.grad()));
  }
};

std::pair<Tensor, Tensor> cumulative_extreme(const Tensor& t, int64_t dim, bool greatest) {
  const char* op = greatest ? "cummax" : "cummin";
  dim = wrap_dim(dim, t.dim(), op);
  if (is_narrow(t.dtype())) {
    return rounded(cumulative_extreme(widened(t), dim, greatest), t.dtype());
  }
  const Tensor x = plain(t);
  Tensor values = empty_beside(x, x.sizes(), x.dtype());
  Tensor indices = empty_beside(x, x.sizes(), DType::Int64);
  const auto bytes = static_cast<int64_t>(x.element_size());
  if (!x.is_meta())
    each_part(shape_of(x, dim, false), [&](const ScanShape& s, int64_t at) {
      kernels::scan_extreme(greatest, x.dtype(), x.raw() + at * bytes, s, values.raw() + at * bytes,
                            indices.data<int64_t>() + at);
    });
  if (is_floating(t.dtype()) && needs_grad(t)) {
    auto node = make<CumExtremeBackward>(greatest ? "CummaxBackward0" : "CumminBackward0", dim, t);
    node->num_outputs = 2;
    set_edges(*node, {t});
    set_history(values, node);
    node->indices = SavedTensor(indices);
  }
  return {values, indices};
}

}  // namespace

Tensor cumsum(const Tensor& t, int64_t dim, std::optional<DType> dtype) {
  dim = wrap_dim(dim, t.dim(), "cumsum");
  return cumulative_sum(converted(t, dtype), dim, false);
}
Tensor reverse_cumsum(const Tensor& t, int64_t dim) { return cumulative_sum(t, dim, true); }

Tensor cumprod(const Tensor& t, int64_t dim, std::optional<DType> dtype) {
  dim = wrap_dim(dim, t.dim(), "cumprod");
  return cumulative_product(converted(t, dtype), dim, false);
}
Tensor reverse_cumprod(const Tensor& t, int64_t dim) { return cumulative_product(t, dim, true); }

Tensor logcumsumexp(const Tensor& t, int64_t dim) {
  dim = wrap_dim(dim, t.dim(), "logcumsumexp");
  TAUT_CHECK(is_floating(t.dtype()), NotImplementedError,
             "\"logcumsumexp_out_cpu\" not implemented for '", scalar_type_name(t.dtype()), "'");
  if (is_narrow(t.dtype())) return rounded(logcumsumexp(widened(t), dim), t.dtype());
  const Tensor out = run(Scan::LogSumExp, t, dim, false);
  if (needs_grad(t)) record_with_values(out, t, make<LogcumsumexpBackward>(dim));
  return out;
}

std::pair<Tensor, Tensor> cummax(const Tensor& t, int64_t dim) {
  return cumulative_extreme(t, dim, true);
}
std::pair<Tensor, Tensor> cummin(const Tensor& t, int64_t dim) {
  return cumulative_extreme(t, dim, false);
}

}  // namespace taut
