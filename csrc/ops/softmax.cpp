#include "ops/softmax.h"

#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "graph/record.h"
#include "kernels/columns.h"
#include "kernels/rows.h"
#include "ops/accumulate.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/reduce_plan.h"
#include "ops/rows.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Contiguous memory as [outer][n][inner]: the functions run along the middle.
struct Lines {
  int64_t outer = 1, n = 1, inner = 1;
  Lines(const Tensor& t, int64_t dim) {
    for (int64_t d = 0; d < t.dim(); ++d) (d < dim ? outer : d == dim ? n : inner) *= t.size(d);
  }
  // Lines that lie side by side, enough of them to fill a vector, are worked on as they lie.
  bool as_columns() const { return inner >= 16; }
};

// f(offset of the first element, columns) over all columns, in blocks that a cache holds.
template <class F>
void for_columns(const Lines& l, F&& f) {
  const int64_t fitting = (1 << 16) / std::max<int64_t>(l.n, 1) / 64 * 64;
  const int64_t width = std::clamp<int64_t>(fitting, 64, kColumnsAtOnce);
  const int64_t blocks = (l.inner + width - 1) / width;
  LongWork section(l.outer * l.n * l.inner * 4);
  const int64_t grain = (1 << 14) / std::max<int64_t>(l.n * std::min(width, l.inner), 1) + 1;
  parallel_for(0, l.outer * blocks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t first = b % blocks * width;
      f(b / blocks * l.n * l.inner + first, std::min(width, l.inner - first));
    }
  });
}

// x is contiguous, and so is the result.
Tensor forward_columns(const Tensor& x, const Lines& l, bool log) {
  const Tensor out = empty_beside(x, x.sizes(), x.dtype());
  if (out.is_meta()) return out;
  visit_floating(x.dtype(), [&]<class T>() {
    const auto& k = column_kernels().of<T>();
    for_columns(l, [&](int64_t at, int64_t columns) {
      (log ? k.log_softmax : k.softmax)(x.data<T>() + at, l.n, l.inner, columns,
                                        out.data<T>() + at);
    });
  });
  return out;
}

void backward_columns(const Tensor& dy, const Tensor& y, const Lines& l, bool log,
                      const Dest& dest) {
  if (dest.tensor.is_meta()) return;
  visit_floating(y.dtype(), [&]<class T>() {
    const auto& k = column_kernels().of<T>();
    for_columns(l, [&](int64_t at, int64_t columns) {
      (log ? k.log_softmax_backward : k.softmax_backward)(
          dy.data<T>() + at, y.data<T>() + at, l.n, l.inner, columns, dest.tensor.data<T>() + at,
          static_cast<T>(dest.beta));
    });
  });
}

// The function along the last dimension of contiguous rows.
Tensor forward_rows(const Tensor& rows, int64_t n, bool log) {
  const Tensor out = empty_beside(rows, rows.sizes(), rows.dtype());
  if (out.is_meta()) return out;
  visit_floating(rows.dtype(), [&]<class T>() {
    const auto& k = row_kernels().of<T>();
    const Stores stores = stores_of(out, n, 8);
    for_rows(n == 0 ? 0 : rows.numel() / n, n, 4, [&](int64_t b, int64_t e) {
      (log ? k.log_softmax : k.softmax)(rows.data<T>() + b * n, e - b, n, out.data<T>() + b * n,
                                        stores);
    });
  });
  return out;
}

void backward_rows(const Tensor& dy, const Tensor& y, int64_t n, bool log, const Dest& dest) {
  if (dest.tensor.is_meta()) return;
  visit_floating(y.dtype(), [&]<class T>() {
    const auto& k = row_kernels().of<T>();
    for_rows(n == 0 ? 0 : y.numel() / n, n, 3, [&](int64_t b, int64_t e) {
      (log ? k.log_softmax_backward : k.softmax_backward)(dy.data<T>() + b * n, y.data<T>() + b * n,
                                                          e - b, n, dest.tensor.data<T>() + b * n,
                                                          static_cast<T>(dest.beta));
    });
  });
}

Tensor forward(const Tensor& x, int64_t dim, bool log) {
  const Lines lines(x, dim);
  if (lines.as_columns()) return forward_columns(contiguous(detach(x)), lines, log);
  const Tensor rows = forward_rows(to_rows(x, dim), lines.n, log);
  return is_last(x, dim) ? rows : from_rows(rows, dim);
}

// Needs the output only, so its second order is written in it rather than by a reference.
struct SoftmaxBackward final : Node {
  int64_t dim;
  bool log;
  SavedTensor output;
  SoftmaxBackward(int64_t dim, bool log) : dim(dim), log(log) {}
  const char* name() const override { return log ? "LogSoftmaxBackward0" : "SoftmaxBackward0"; }
  void each_saved(SavedValues& values) override { values(output); }
  void backward(GradFrame& frame) override {
    const Tensor y = output.unpack(*this), &g = frame.grad();
    const int64_t dims[] = {dim};
    if (frame.create_graph()) {
      const Tensor total = sum(log ? g : mul(g, y), dims, true, {});
      return frame.give(0, log ? sub(g, mul(exp(y), total)) : mul(y, sub(g, total)));
    }
    const Lines lines(y, dim);
    const int64_t n = lines.n;
    if (lines.as_columns() || is_last(y, dim)) {
      const Tensor dy = contiguous(g);
      const Dest dest = frame.dest(0, y.sizes(), y.dtype());
      if (lines.as_columns()) return backward_columns(dy, y, lines, log, dest);
      return backward_rows(dy, y, n, log, dest);
    }
    const Tensor rows = to_rows(y, dim), dx = empty_beside(rows, rows.sizes(), rows.dtype());
    backward_rows(to_rows(g, dim), rows, n, log, {dx, 0.0});
    frame.give(0, from_rows(dx, dim));
  }
};

Tensor softmax_of(const Tensor& t, int64_t dim, std::optional<DType> dtype, bool log) {
  const char* op = log ? "log_softmax" : "softmax";
  const Tensor x = cast(t, dtype.value_or(t.dtype()));
  TAUT_CHECK(is_floating(x.dtype()), NotImplementedError, "\"", op,
             "_lastdim_kernel_impl\" not implemented for '", scalar_type_name(x.dtype()), "'");
  dim = wrap_dim(dim, x.dim(), op);
  if (is_narrow(x.dtype())) return rounded(softmax_of(widened(x), dim, {}, log), x.dtype());
  // The greatest of a line, the difference from it, the exponential, their sum, its share.
  const FusedWork work(5 * x.numel());
  const Tensor out = forward(x, dim, log);
  if (needs_grad(x)) {
    auto node = make<SoftmaxBackward>(dim, log);
    set_edges(*node, {x});
    set_history(out, node);
    node->output = SavedTensor::output(out);
  }
  return out;
}

struct LogsumexpBackward final : Node {
  Axes axes;
  SavedTensor input, output;
  explicit LogsumexpBackward(const Axes& axes) : axes(axes) {}
  const char* name() const override { return "LogsumexpBackward0"; }
  void each_saved(SavedValues& values) override {
    values(input);
    values(output);
  }
  void backward(GradFrame& frame) override {
    const Tensor y = restore_dims(output.unpack(*this), axes);
    const Tensor share = exp(sub(input.unpack(*this), y));
    frame.give(0, mul(restore_dims(frame.grad(), axes), share));
  }
};

}  // namespace

Tensor softmax(const Tensor& t, int64_t dim, std::optional<DType> dtype) {
  return softmax_of(t, dim, dtype, false);
}
Tensor log_softmax(const Tensor& t, int64_t dim, std::optional<DType> dtype) {
  return softmax_of(t, dim, dtype, true);
}

Tensor logsumexp(const Tensor& t, DimSpan dims, bool keepdim) {
  const Tensor x = cast(t, float_type(t.dtype()));
  if (is_narrow(x.dtype())) return rounded(logsumexp(widened(x), dims, keepdim), x.dtype());
  const Axes axes(x, dims, "logsumexp");
  // Reduced dimensions last; as_block would leave them where they are.
  Dims order, gone = axes.dims();
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (!axes.has(d)) order.push_back(d);
  }
  for (auto d : gone) order.push_back(d);
  const Tensor out = empty_beside(x, axes.sizes(keepdim), x.dtype());
  const Tensor rows = [&] {
    NoGrad guard;
    return contiguous(permute(x, order));
  }();
  const int64_t n = axes.count();
  if (!out.is_meta())
    visit_floating(x.dtype(), [&]<class T>() {
      const auto& k = row_kernels().of<T>();
      for_rows(out.numel(), n + 1, 4, [&](int64_t b, int64_t e) {
        k.logsumexp(rows.data<T>() + b * n, e - b, n, out.data<T>() + b);
      });
    });
  if (needs_grad(x)) {
    auto node = make<LogsumexpBackward>(axes);
    set_edges(*node, {x});
    set_history(out, node);
    node->input = SavedTensor(x);
    node->output = SavedTensor::output(out);
  }
  return out;
}

}  // namespace taut
