#include "core/error.h"
#include "graph/record.h"
#include "ops/autocast.h"
#include "ops/copy.h"
#include "ops/gemm.h"
#include "ops/matmul.h"
#include "ops/pointwise.h"
#include "ops/views.h"

namespace taut {
namespace {

// (..., n) as (rows, n), copying only what strides cannot express. Not recorded.
Tensor as_rows(const Tensor& t) {
  const int64_t n = t.size(-1);
  const Dims sizes{n == 0 ? numel(DimSpan(t.sizes()).first(t.sizes().size() - 1)) : t.numel() / n,
                   n};
  if (t.dim() == 2) return alias(t);
  Dims strides;
  if (view_strides(t.sizes(), t.strides(), sizes, strides)) {
    return alias(t, sizes, strides, t.offset());
  }
  return alias(detach(contiguous(detach(t))), sizes, contiguous_strides(sizes), 0);
}

// out[j] = beta out[j] + the sum of column j: a product with a row of ones, read at stride 0.
void sum_columns(const Tensor& g, const Tensor& out, double beta) {
  Tensor one = empty({}, g.dtype());
  Scalar(1).store(g.dtype(), one.raw());
  const Tensor ones = alias(one, {1, g.size(0)}, {0, 0}, 0);
  gemm(ones, g, alias(out, {1, g.size(1)}, {g.size(1), 1}, out.offset()), 1.0, beta);
}

// dx = g W, dW = g^T x, db = the column sums of g.
class LinearBackward final : public FusedNode {
 public:
  LinearBackward(const Tensor& x, const Tensor& weight, const Tensor& bias)
      : x_(x), weight_(weight), bias_(bias), ndim_(x.dim()) {}
  // The node that PyTorch's result would show: the last step of its composition.
  const char* name() const override {
    if (ndim_ > 2) return bias_.defined() ? "ViewBackward0" : "UnsafeViewBackward0";
    return bias_.defined() ? "AddmmBackward0" : "MmBackward0";
  }
  SmallVec<Tensor, 4> inputs() const override {
    return {x_.unpack(*this), weight_.unpack(*this), bias_.unpack(*this)};
  }
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    Tensor out = matmul(in[0], transpose(in[1], 0, 1));
    return {in[2].defined() ? add(out, in[2]) : out};
  }
  void kernel(GradFrame& frame) override {
    const Tensor x = x_.unpack(*this), weight = weight_.unpack(*this);
    const Tensor g = as_rows(frame.grad());
    if (frame.needs(0)) {
      const Dest d = frame.dest(0, x.sizes(), x.dtype());
      gemm(g, weight, as_rows(d.tensor), 1.0, d.beta);
    }
    if (frame.needs(1)) {
      const ScaledDest d = frame.dest_scaled(1, weight.sizes(), weight.dtype(), true);
      gemm(alias(g, {g.size(1), g.size(0)}, {g.stride(1), g.stride(0)}, g.offset()), as_rows(x),
           d.tensor, d.alpha, d.beta);
    }
    if (edges.size() > 2 && frame.needs(2)) {
      const Dest d = frame.dest(2, Dims{g.size(1)}, g.dtype());
      sum_columns(g, d.tensor, d.beta);
    }
  }
  void each_saved(SavedValues& values) override {
    values(x_);
    values(weight_);
    values(bias_);
  }

 private:
  SavedTensor x_, weight_, bias_;
  int64_t ndim_;
};

void check_linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  TAUT_CHECK(weight.dim() == 2 && x.dim() >= 1, RuntimeError,
             "linear: weight must be a matrix and input at least 1-D, got shapes ",
             ShapeText{weight.sizes()}, " and ", ShapeText{x.sizes()});
  TAUT_CHECK(x.size(-1) == weight.size(1), RuntimeError,
             "linear: mat1 and mat2 shapes cannot be multiplied (",
             x.numel() / std::max<int64_t>(x.size(-1), 1), "x", x.size(-1), " and ", weight.size(1),
             "x", weight.size(0), ")");
  TAUT_CHECK(x.dtype() == weight.dtype() && (!bias.defined() || bias.dtype() == x.dtype()),
             RuntimeError, "linear: mat1 and mat2 must have the same dtype, but got ", x.dtype(),
             " and ", weight.dtype());
  TAUT_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), RuntimeError,
             "linear: bias must have shape [", weight.size(0), "], got ", ShapeText{bias.sizes()});
}

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (autocast::on()) {
    return autocast::lowered([&](auto low) { return linear(low(x), low(weight), low(bias)); });
  }
  // Vectors as weights, and biases that broadcast, are not a layer: compose them.
  if (weight.dim() == 1 || (bias.defined() && bias.dim() != 1)) {
    Tensor out = matmul(x, weight.dim() == 1 ? weight : transpose(weight, 0, 1));
    return bias.defined() ? add(out, bias) : out;
  }
  check_linear(x, weight, bias);
  Dims sizes = x.sizes();
  sizes.back() = weight.size(0);
  Tensor out = empty_beside(x, sizes, x.dtype());
  const Tensor bias_row = bias.defined() ? contiguous(detach(bias)) : bias;
  gemm(x.dim() == 2 ? x : as_rows(x),
       alias(weight, {weight.size(1), weight.size(0)}, {weight.stride(1), weight.stride(0)},
             weight.offset()),
       as_rows(out), 1.0, 0.0, bias_row);
  if (needs_grad(x, weight, bias)) {
    auto node = make<LinearBackward>(x, weight, bias);
    set_edges(*node, {x, weight, bias});
    set_history(out, node);
  }
  return out;
}

}  // namespace taut
