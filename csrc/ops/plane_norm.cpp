#include "ops/plane_norm.h"

#include "core/parallel.h"
#include "graph/record.h"
#include "kernels/planes.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/moments.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/rows.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

Tensor plain(const Tensor& t) { return t.defined() ? contiguous(detach(t)) : t; }

// A weight, as a vector over the channels.
Tensor vector_of(const Tensor& t) { return t.defined() ? reshape(plain(t), Dims{t.numel()}) : t; }

template <class T>
const T* data_or_null(const Tensor& t) {
  return t.defined() ? t.data<T>() : nullptr;
}

// What the planes have of the groups' values, (samples, channels); other values have that form.
Tensor to_planes(const Tensor& t, const PlaneShape& s) {
  if (s.together != Together::Group) return t;
  const int64_t each = s.channels / s.groups;
  const Tensor wide =
      expand(reshape(t, Dims{s.samples, s.groups, 1}), Dims{s.samples, s.groups, each});
  return reshape(contiguous(wide), Dims{s.samples, s.channels});
}
// The sums over what shares a mean of sums over planes.
Tensor group_sums(const Tensor& t, const PlaneShape& s) {
  if (s.together != Together::Group) return t;
  const Dims sizes{s.samples, s.groups, s.channels / s.groups};
  return to_planes(sum(reshape(t, sizes), Dims{2}, false, {}), s);
}

// What is subtracted and what is multiplied by, where moments are given.
struct Scaling {
  Tensor mean, rstd;
};

Tensor composed(const Tensor& x, const PlaneShape& s, const Scaling& given, const Tensor& weight,
                const Tensor& bias, double eps) {
  const Dims planes{s.samples, s.channels, s.size};
  const bool group = s.together == Together::Group;
  const Tensor in =
      reshape(x, group ? Dims{s.samples, s.groups, s.channels / s.groups * s.size} : planes);
  Tensor out;
  if (s.together == Together::Given) {
    const Dims channels{s.channels, 1};
    out = mul(sub(in, reshape(given.mean, channels)), reshape(given.rstd, channels));
  } else {
    const Dims dims = s.together == Together::Batch ? Dims{0, 2} : Dims{2};
    const auto [var, mean] = var_mean(in, dims, 0, true);
    out = mul(sub(in, mean), rsqrt(add(var, eps)));
  }
  if (group) out = reshape(out, planes);
  if (weight.defined()) out = mul(out, reshape(weight, Dims{s.channels, 1}));
  if (bias.defined()) out = add(out, reshape(bias, Dims{s.channels, 1}));
  return reshape(out, x.sizes());
}

class PlaneNormBackward final : public FusedNode {
 public:
  PlaneNormBackward(const Tensor& x, const Tensor& weight, const Tensor& bias,
                    const PlaneShape& shape, Scaling used, double eps)
      : x_(x), weight_(weight), bias_(bias), shape_(shape), used_(std::move(used)), eps_(eps) {
    if (weight.defined()) weight_sizes_ = weight.sizes();
    if (bias.defined()) bias_sizes_ = bias.sizes();
  }
  const char* name() const override {
    return shape_.together == Together::Group ? "NativeGroupNormBackward0"
                                              : "NativeBatchNormBackward0";
  }
  SmallVec<Tensor, 4> inputs() const override {
    return {x_.unpack(*this), weight_.unpack(*this), bias_.unpack(*this)};
  }
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    return {composed(in[0], shape_, used_, in[1], in[2], eps_)};
  }
  void kernel(GradFrame& frame) override {
    const Tensor x = plain(x_.unpack(*this)), weight = vector_of(weight_.unpack(*this));
    const Tensor dy = plain(frame.grad());
    visit_floating(x.dtype(), [&]<class T>() { run<T>(frame, x, weight, dy); });
  }
  void each_saved(SavedValues& values) override {
    for (SavedTensor* s : {&x_, &weight_, &bias_}) values(*s);
    values(used_.mean);
    values(used_.rstd);
  }

 private:
  struct Sums {
    Tensor dy, product;  // as mean: of dy, of dy (x - mean)
  };

  template <class T>
  void run(GradFrame& frame, const Tensor& x, const Tensor& weight, const Tensor& dy) {
    const bool given = shape_.together == Together::Given;
    Sums sums;
    if (frame.needs(1) || frame.needs(2) || !given) sums = sums_of<T>(dy, x);
    if (frame.needs(1)) frame.give(1, over_samples(mul(sums.product, used_.rstd), weight_sizes_));
    if (frame.needs(2)) frame.give(2, over_samples(sums.dy, bias_sizes_));
    if (!frame.needs(0)) return;
    given ? give_scaled<T>(frame, x, weight, dy) : give_input<T>(frame, x, weight, dy, sums);
  }

  static Tensor over_samples(const Tensor& t, const Dims& sizes) {
    return reshape(sum(t, Dims{0}, false, {}), sizes);
  }

  template <class T>
  Sums sums_of(const Tensor& dy, const Tensor& x) const {
    const Dims sizes{shape_.samples, shape_.channels};
    Sums s{empty_beside(x, sizes, x.dtype()), empty_beside(x, sizes, x.dtype())};
    for_rows(dy.is_meta() ? 0 : shape_.planes(), shape_.size, 1, [&](int64_t begin, int64_t end) {
      plane_kernels().of<T>().sums(dy.data<T>(), x.data<T>(), begin, end, shape_.size,
                                   used_.mean.data<T>(), used_.mean.numel(), s.dy.data<T>(),
                                   s.product.data<T>());
    });
    if (used_.mean.size(0) == shape_.samples) return s;
    return {sum(s.dy, Dims{0}, true, {}), sum(s.product, Dims{0}, true, {})};
  }

  // With g = dy weight, its mean G and the mean P of g (x - mean):
  // dx = rstd (g - G - (x - mean) rstd^2 P).
  template <class T>
  void give_input(GradFrame& frame, const Tensor& x, const Tensor& weight, const Tensor& dy,
                  const Sums& sums) const {
    const auto weighted = [&](const Tensor& t) { return weight.defined() ? mul(t, weight) : t; };
    const double share = -1.0 / static_cast<double>(shape_.count());
    const Tensor a = weighted(used_.rstd);
    const Tensor d = mul(mul(group_sums(weighted(sums.dy), shape_), share), used_.rstd);
    const Tensor b = mul(mul(group_sums(weighted(sums.product), shape_), share),
                         mul(used_.rstd, square(used_.rstd)));
    const Dest dx = frame.dest(0, x.sizes(), x.dtype());
    if (dx.tensor.is_meta()) return;
    const PlaneGradient<T> g{used_.mean.data<T>(), a.data<T>(), b.data<T>(), d.data<T>(),
                             used_.mean.numel()};
    for_rows(shape_.planes(), shape_.size, 1, [&](int64_t begin, int64_t end) {
      plane_kernels().of<T>().gradient(dy.data<T>(), x.data<T>(), begin, end, shape_.size, g,
                                       dx.tensor.data<T>(), static_cast<T>(dx.beta));
    });
  }

  template <class T>
  void give_scaled(GradFrame& frame, const Tensor& x, const Tensor& weight,
                   const Tensor& dy) const {
    const Tensor scale = weight.defined() ? mul(used_.rstd, weight) : used_.rstd;
    const Dest dx = frame.dest(0, x.sizes(), x.dtype());
    if (dx.tensor.is_meta()) return;
    const PlaneMap<T> map{nullptr, scale.data<T>(), scale.numel(), nullptr, shape_.channels};
    for_rows(shape_.planes(), shape_.size, 1, [&](int64_t begin, int64_t end) {
      plane_kernels().of<T>().map(dy.data<T>(), begin, end, shape_.size, map, dx.tensor.data<T>(),
                                  static_cast<T>(dx.beta));
    });
  }

  SavedTensor x_, weight_, bias_;
  Dims weight_sizes_, bias_sizes_;
  PlaneShape shape_;
  Scaling used_;  // of each plane: (1 or samples, channels)
  double eps_;
};

bool has_kernel(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  for (const Tensor& t : {weight, bias}) {
    if (t.defined() && t.dtype() != x.dtype()) return false;
  }
  return is_floating(x.dtype()) && x.numel() > 0;
}

// One row of planes for each row of the moments; contiguous, of x's type.
Tensor rows_of_planes(const Tensor& t, const PlaneShape& s, DType dtype) {
  const Tensor own = cast(detach(t), dtype);
  return contiguous(s.together == Together::Given ? reshape(own, Dims{1, s.channels})
                                                  : to_planes(own, s));
}

}  // namespace

PlaneShape PlaneShape::of(const Tensor& x, Together together, int64_t groups) {
  PlaneShape s{together, x.size(0), x.size(1), groups, 1};
  for (int64_t d = 2; d < x.dim(); ++d) s.size *= x.size(d);
  return s;
}

int64_t PlaneShape::count() const {
  switch (together) {
    case Together::Plane:
      return size;
    case Together::Group:
      return channels / groups * size;
    default:
      return samples * size;
  }
}

PlaneMoments plane_moments(const Tensor& x, const PlaneShape& s) {
  NoGrad guard;
  if (is_narrow(x.dtype())) return plane_moments(widened(x), s);
  const Tensor in = plain(x);
  const bool batch = s.together == Together::Batch;
  const int64_t lines = s.together == Together::Group ? s.groups : s.channels;
  const Dims sizes{s.samples, lines}, across{0};
  if (x.numel() == 0 || (batch && s.size == 1) || !is_floating(x.dtype())) {
    const Dims dims = batch ? Dims{0, 2} : Dims{2};
    const int64_t each = s.channels / std::max<int64_t>(lines, 1) * s.size;
    const auto [var, mean] = var_mean(reshape(in, Dims{s.samples, lines, each}), dims, 0, false);
    return batch ? PlaneMoments{unsqueeze(mean, 0), unsqueeze(var, 0)} : PlaneMoments{mean, var};
  }
  const Tensor mean = empty_beside(x, sizes, x.dtype());
  const Tensor squares = empty_beside(x, sizes, x.dtype());
  const int64_t length = x.numel() / mean.numel();
  visit_floating(x.dtype(), [&]<class T>() {
    for_rows(mean.is_meta() ? 0 : mean.numel(), length, 1, [&](int64_t begin, int64_t end) {
      plane_kernels().of<T>().moments(in.data<T>(), begin, end, length, mean.data<T>(),
                                      squares.data<T>());
    });
  });
  const auto count = static_cast<double>(s.count());
  if (!batch) return {mean, div(squares, count)};
  const auto [between, centre] = var_mean(mean, across, 0, true);
  return {centre, add(between, div(sum(squares, across, true, {}), count))};
}

Tensor plane_norm(const Tensor& x, const PlaneShape& s, const PlaneMoments& moments,
                  const Tensor& weight, const Tensor& bias, double eps) {
  if (is_narrow(x.dtype())) {
    const PlaneMoments wide{widened(moments.mean), widened(moments.var)};
    return rounded(plane_norm(widened(x), s, wide, widened(weight), widened(bias), eps), x.dtype());
  }
  Scaling used;
  {
    NoGrad guard;
    used = {moments.mean, rsqrt(add(moments.var, eps))};
  }
  if (!has_kernel(x, weight, bias)) return composed(x, s, used, weight, bias, eps);
  const Tensor out = empty_beside(x, x.sizes(), x.dtype());
  {
    NoGrad guard;
    used = {rows_of_planes(used.mean, s, x.dtype()), rows_of_planes(used.rstd, s, x.dtype())};
    const Tensor in = plain(x), gamma = vector_of(weight), shift = vector_of(bias);
    const Tensor scale = gamma.defined() ? mul(used.rstd, gamma) : used.rstd;
    if (!out.is_meta())
      visit_floating(x.dtype(), [&]<class T>() {
        const PlaneMap<T> map{used.mean.data<T>(), scale.data<T>(), scale.numel(),
                              data_or_null<T>(shift), s.channels};
        for_rows(s.planes(), s.size, 1, [&](int64_t begin, int64_t end) {
          plane_kernels().of<T>().map(in.data<T>(), begin, end, s.size, map, out.data<T>(), T(0));
        });
      });
  }
  if (needs_grad(x, weight, bias)) {
    // Given moments may move on; what is kept must not follow them.
    if (s.together == Together::Given) used.mean = clone_contiguous(used.mean);
    auto node = make<PlaneNormBackward>(x, weight, bias, s, std::move(used), eps);
    set_edges(*node, {x, weight, bias});
    set_history(out, node);
  }
  return out;
}

}  // namespace taut
