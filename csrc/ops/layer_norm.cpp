#include <limits>

#include "core/error.h"
#include "core/work.h"
#include "graph/record.h"
#include "kernels/reduce.h"
#include "kernels/rows.h"
#include "ops/accumulate.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/memory_format.h"
#include "ops/normalization.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/rows.h"
#include "ops/widened.h"

namespace taut {
namespace {

struct Geometry {
  int64_t rows, n;
  Dims dims;  // the normalised dimensions, counted from the end
};

Geometry geometry_of(const char* op, const Tensor& x, DimSpan shape, const Tensor& weight,
                     const Tensor& bias) {
  TAUT_CHECK(!shape.empty(), RuntimeError, op,
             ": Expected normalized_shape to be at least 1-dimensional");
  const auto k = static_cast<int64_t>(shape.size());
  const bool fits = k <= x.dim() && same(shape, DimSpan(x.sizes()).last(shape.size()));
  TAUT_CHECK(fits, RuntimeError, op, ": Given normalized_shape=", ShapeText{shape},
             ", expected input with its last dimensions of that shape, but got input of size",
             ShapeText{x.sizes()});
  check_floating(op, x);
  for (const Tensor& t : {weight, bias}) {
    TAUT_CHECK(!t.defined() || same(t.sizes(), shape), RuntimeError, op,
               ": Expected weight and bias to be of same shape as normalized_shape, but got ",
               ShapeText{t.sizes()}, " and normalized_shape=", ShapeText{shape});
    TAUT_CHECK(!t.defined() || t.dtype() == x.dtype(), RuntimeError, op,
               ": weight and bias must have the dtype of the input, ", x.dtype(), ", got ",
               t.dtype());
  }
  Geometry g{1, numel(shape), {}};
  g.rows = g.n == 0 ? 0 : x.numel() / g.n;
  for (int64_t d = -k; d < 0; ++d) g.dims.push_back(d);
  return g;
}

Tensor plain(const Tensor& t) {
  NoGrad guard;
  return t.defined() ? contiguous(t) : t;
}
template <class T>
T* data_or_null(const Tensor& t) {
  return t.defined() ? t.data<T>() : nullptr;
}

// The gradients of weight and bias: sums over rows. Each piece of rows adds into a line of its own,
// and the lines are summed in order.
class RowSums {
 public:
  RowSums(bool wanted, int64_t pieces, int64_t n, const Tensor& x) : pieces_(pieces), n_(n) {
    if (wanted) lines_ = zeros_beside(x, Dims{pieces, n}, x.dtype());
  }
  template <class T>
  T* line(int64_t piece) const {
    return lines_.defined() ? lines_.data<T>() + piece * n_ : nullptr;
  }
  void finish(GradFrame& frame, int64_t input, DimSpan sizes) const {
    if (!lines_.defined()) return;
    const Dest dest = frame.dest(input, sizes, lines_.dtype());
    if (dest.tensor.is_meta()) return;
    const Tensor out = dest.beta == 0 ? dest.tensor : empty(sizes, lines_.dtype());
    reduce_kernels().sum[static_cast<int>(lines_.dtype())](lines_.raw(), {1, 0, pieces_, n_, n_},
                                                           out.raw(), 1.0);
    if (dest.beta != 0) accumulate_raw(dest.tensor, out);
  }

 private:
  int64_t pieces_, n_;
  Tensor lines_;
};

// Layer norm and RMS norm: the second has no mean and no bias.
struct NormBackward final : FusedNode {
  bool centred;
  Geometry geometry;
  double eps;
  SavedTensor x, weight, bias;
  Tensor mean, rstd;
  NormBackward(bool centred, Geometry g, double eps)
      : centred(centred), geometry(std::move(g)), eps(eps) {}

  const char* name() const override {
    return centred ? "NativeLayerNormBackward0" : "FusedRmsNormBackward0";
  }
  void each_saved(SavedValues& values) override {
    for (SavedTensor* s : {&x, &weight, &bias}) values(*s);
    values(mean);
    values(rstd);
  }
  SmallVec<Tensor, 4> inputs() const override {
    return {x.unpack(*this), weight.unpack(*this), bias.unpack(*this)};
  }
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    const Tensor centre = centred ? sub(in[0], taut::mean(in[0], geometry.dims, true, {})) : in[0];
    const Tensor spread = taut::mean(square(centre), geometry.dims, true, {});
    Tensor out = mul(centre, rsqrt(add(spread, eps)));
    if (in[1].defined()) out = mul(out, in[1]);
    if (in[2].defined()) out = add(out, in[2]);
    return {out};
  }
  void kernel(GradFrame& frame) override {
    const Tensor input = plain(x.unpack(*this)), gamma = plain(weight.unpack(*this));
    const Tensor dy = plain(frame.grad());
    visit_floating(input.dtype(), [&]<class T>() { run<T>(frame, input, gamma, dy); });
  }

 private:
  template <class T>
  void run(GradFrame& frame, const Tensor& input, const Tensor& gamma, const Tensor& dy) {
    const auto [rows, n, dims] = geometry;
    const int64_t step = std::max<int64_t>((1 << 15) / std::max<int64_t>(n, 1), 16);
    const int64_t pieces = (rows + step - 1) / step;
    const RowSums dgamma(frame.needs(1), pieces, n, input);
    const RowSums dshift(frame.needs(2), pieces, n, input);
    Dest dx{};
    if (frame.needs(0)) dx = frame.dest(0, input.sizes(), input.dtype());
    LongWork section(rows * n * 4);
    parallel_for(0, dy.is_meta() ? 0 : pieces, 1, [&](int64_t p, int64_t end) {
      for (; p < end; ++p) {
        run_piece<T>(input, gamma, dy, dx, p * step, std::min(step, rows - p * step),
                     dgamma.line<T>(p), dshift.line<T>(p));
      }
    });
    const Dims shape(input.sizes().end() - dims.size(), input.sizes().end());
    dgamma.finish(frame, 1, shape);
    dshift.finish(frame, 2, shape);
  }
  template <class T>
  void run_piece(const Tensor& input, const Tensor& gamma, const Tensor& dy, const Dest& dx,
                 int64_t row, int64_t rows, T* dgamma, T* dshift) const {
    const int64_t n = geometry.n, at = row * n;
    const auto& k = row_kernels().of<T>();
    T* out = dx.tensor.defined() ? dx.tensor.data<T>() + at : nullptr;
    const T beta = static_cast<T>(dx.beta);
    const T *g = dy.data<T>() + at, *in = input.data<T>() + at;
    if (centred) {
      k.layer_norm_backward(g, in, data_or_null<T>(gamma), mean.data<T>() + row,
                            rstd.data<T>() + row, rows, n, out, beta, dgamma, dshift);
    } else {
      k.rms_norm_backward(g, in, data_or_null<T>(gamma), rstd.data<T>() + row, rows, n, out, beta,
                          dgamma);
    }
  }
};

Tensor norm_over_last(bool centred, const Tensor& x, DimSpan shape, const Tensor& weight,
                      const Tensor& bias, double eps) {
  // The weight and bias of 16-bit numbers may be float32.
  if (is_narrow(x.dtype())) {
    return rounded(norm_over_last(centred, widened(x), shape, widened(weight), widened(bias), eps),
                   x.dtype());
  }
  const Geometry g = geometry_of(centred ? "layer_norm" : "rms_norm", x, shape, weight, bias);
  // The mean and the differences from it, the mean square, the scaling.
  const int64_t each = (centred ? 5 : 3) + weight.defined() + bias.defined();
  const FusedWork work(each * x.numel() + 2 * g.rows);
  const Tensor in = plain(x), gamma = plain(weight), shift = plain(bias);
  const Tensor out = empty_beside(x, x.sizes(), x.dtype());
  const Tensor rstd = empty_beside(x, Dims{g.rows}, x.dtype());
  const Tensor mean = centred ? empty_beside(x, Dims{g.rows}, x.dtype()) : Tensor();
  if (!out.is_meta())
    visit_floating(x.dtype(), [&]<class T>() {
      const auto& k = row_kernels().of<T>();
      const Stores stores = stores_of(out, g.n, 3);
      for_rows(g.rows, g.n, 3, [&](int64_t b, int64_t e) {
        const T* from = in.data<T>() + b * g.n;
        T* to = out.data<T>() + b * g.n;
        if (centred) {
          k.layer_norm(from, data_or_null<T>(gamma), data_or_null<T>(shift), e - b, g.n, eps, to,
                       mean.data<T>() + b, rstd.data<T>() + b, stores);
        } else {
          k.rms_norm(from, data_or_null<T>(gamma), e - b, g.n, eps, to, rstd.data<T>() + b, stores);
        }
      });
    });
  if (needs_grad(x, weight, bias)) {
    auto node = make<NormBackward>(centred, g, eps);
    set_edges(*node, {x, weight, bias});
    set_history(out, node);
    node->x = SavedTensor(x);
    node->weight = SavedTensor(weight);
    node->bias = SavedTensor(bias);
    node->mean = mean;
    node->rstd = rstd;
  }
  return out;
}

}  // namespace

Tensor layer_norm(const Tensor& x, DimSpan shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return norm_over_last(true, x, shape, weight, bias, eps);
}

Tensor rms_norm(const Tensor& x, DimSpan shape, const Tensor& weight, std::optional<double> eps) {
  TAUT_CHECK(static_cast<int64_t>(shape.size()) <= x.dim(), ValueError,
             "rms_norm: normalized_shape ", ShapeText{shape},
             " has more dimensions than the input, of size ", ShapeText{x.sizes()});
  const double least = x.dtype() == DType::Float64 ? std::numeric_limits<double>::epsilon()
                                                   : std::numeric_limits<float>::epsilon();
  // The weight may be of any type.
  const Tensor gamma = weight.defined() ? cast(weight, widened(x.dtype())) : weight;
  return in_format_of(x, norm_over_last(false, x, shape, gamma, {}, eps.value_or(least)));
}

}  // namespace taut
