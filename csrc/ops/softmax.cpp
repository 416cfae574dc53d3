#include "ops/softmax.h"

#include "core/error.h"
#include "graph/record.h"
#include "kernels/rows.h"
#include "ops/accumulate.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/reduce_plan.h"
#include "ops/rows.h"
#include "ops/views.h"

namespace taut {
namespace {

int64_t row_size(const Tensor& t, int64_t dim) { return t.dim() == 0 ? 1 : t.size(dim); }

// The function along the last dimension of contiguous rows.
Tensor forward_rows(const Tensor& rows, int64_t n, bool log) {
  const Tensor out = empty(rows.sizes(), rows.dtype());
  visit_floating(rows.dtype(), [&]<class T>() {
    const auto& k = row_kernels().of<T>();
    for_rows(n == 0 ? 0 : rows.numel() / n, n, 4, [&](int64_t b, int64_t e) {
      (log ? k.log_softmax : k.softmax)(rows.data<T>() + b * n, e - b, n, out.data<T>() + b * n);
    });
  });
  return out;
}

void backward_rows(const Tensor& dy, const Tensor& y, int64_t n, bool log, const Dest& dest) {
  visit_floating(y.dtype(), [&]<class T>() {
    const auto& k = row_kernels().of<T>();
    for_rows(n == 0 ? 0 : y.numel() / n, n, 3, [&](int64_t b, int64_t e) {
      (log ? k.log_softmax_backward : k.softmax_backward)(dy.data<T>() + b * n, y.data<T>() + b * n,
                                                          e - b, n, dest.tensor.data<T>() + b * n,
                                                          static_cast<T>(dest.beta));
    });
  });
}

// Needs the output only, so its second order is written in it rather than by a reference.
struct SoftmaxBackward final : Node {
  int64_t dim;
  bool log;
  SavedTensor output;
  SoftmaxBackward(int64_t dim, bool log) : dim(dim), log(log) {}
  const char* name() const override { return log ? "LogSoftmaxBackward0" : "SoftmaxBackward0"; }
  void release_saved() override {
    output.reset();
    released = true;
  }
  void backward(GradFrame& frame) override {
    const Tensor y = output.unpack(*this), &g = frame.grad();
    const int64_t n = row_size(y, dim), dims[] = {dim};
    if (frame.create_graph()) {
      const Tensor total = sum(log ? g : mul(g, y), dims, true, {});
      return frame.give(0, log ? sub(g, mul(exp(y), total)) : mul(y, sub(g, total)));
    }
    if (is_last(y, dim)) {
      const Tensor dy = contiguous(g);
      return backward_rows(dy, y, n, log, frame.dest(0, y.sizes(), y.dtype()));
    }
    const Tensor rows = to_rows(y, dim), dx = empty(rows.sizes(), rows.dtype());
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
  const int64_t n = row_size(x, dim);
  const Tensor rows = forward_rows(to_rows(x, dim), n, log);
  const Tensor out = is_last(x, dim) ? rows : from_rows(rows, dim);
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
  void release_saved() override {
    input.reset();
    output.reset();
    released = true;
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
  const Axes axes(x, dims, "logsumexp");
  // Reduced dimensions last; as_block would leave them where they are.
  Dims order, gone = axes.dims();
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (!axes.has(d)) order.push_back(d);
  }
  for (auto d : gone) order.push_back(d);
  const Tensor out = empty(axes.sizes(keepdim), x.dtype());
  const Tensor rows = [&] {
    NoGrad guard;
    return contiguous(permute(x, order));
  }();
  const int64_t n = axes.count();
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
