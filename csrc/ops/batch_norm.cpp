#include "core/error.h"
#include "core/work.h"
#include "graph/grad_mode.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/memory_format.h"
#include "ops/normalization.h"
#include "ops/operators.h"
#include "ops/plane_norm.h"
#include "ops/reduce.h"
#include "ops/widened.h"

namespace taut {
namespace {

void check_channels(const char* op, const char* what, const Tensor& t, int64_t channels) {
  TAUT_CHECK(!t.defined() || t.numel() == channels, RuntimeError, op, ": ", what,
             " should contain ", channels, " elements not ", t.defined() ? t.numel() : 0);
}

// Moments, weights and biases have the type of the input; those of 16-bit numbers may be float32.
void check_types(const char* op, const Tensor& x, std::initializer_list<Tensor> parameters) {
  check_floating(op, x);
  for (const Tensor& t : parameters) {
    TAUT_CHECK(!t.defined() || t.dtype() == x.dtype() ||
                   (is_narrow(x.dtype()) && t.dtype() == DType::Float32),
               RuntimeError, op, ": expected scalar type ", scalar_type_name(x.dtype()),
               " as of the input but found ", scalar_type_name(t.dtype()));
  }
}

// running = (1 - momentum) running + momentum now.
void move_to(const Tensor& running, const Tensor& now, double momentum) {
  const Tensor before = widened(running);
  const Tensor mean_of_rows = cast(mean(now, Dims{0}, false, {}), before.dtype());
  copy_(running, add(mul(before, 1 - momentum), mul(mean_of_rows, momentum)));
}
// The running moments of channels, where kept; their variance divides by one less than the count.
void move_running(const Tensor& running_mean, const Tensor& running_var, const PlaneMoments& now,
                  int64_t count, double momentum) {
  NoGrad guard;
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  if (running_mean.defined()) move_to(running_mean, now.mean, momentum);
  if (running_var.defined()) move_to(running_var, mul(now.var, unbiased), momentum);
}

// Operations of normalising by given moments: the difference, the scaling, weight and bias.
int64_t scaling_work(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return (2 + weight.defined() + bias.defined()) * x.numel();
}

// The same by moments of x itself: means, squares and their means come first.
int64_t own_moments_work(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return 3 * x.numel() + scaling_work(x, weight, bias);
}

// In training: by the moments of the input, which the running ones follow.
Tensor with_own_moments(const Tensor& x, Together together, const Tensor& running_mean,
                        const Tensor& running_var, const Tensor& weight, const Tensor& bias,
                        double momentum, double eps) {
  const PlaneShape shape = PlaneShape::of(x, together);
  const bool batch = together == Together::Batch;
  TAUT_CHECK(shape.planes() == 0 || shape.count() != 1, ValueError, "Expected more than 1 ",
             batch ? "value per channel" : "spatial element", " when training, got input size ",
             ShapeText{x.sizes()});
  const FusedWork work(own_moments_work(x, weight, bias));
  const PlaneMoments moments = plane_moments(x, shape);
  move_running(running_mean, running_var, moments, shape.count(), momentum);
  return plane_norm(x, shape, moments, weight, bias, eps);
}

// By the running moments of the channels.
Tensor with_given_moments(const Tensor& x, const Tensor& mean, const Tensor& var,
                          const Tensor& weight, const Tensor& bias, double eps) {
  const FusedWork work(scaling_work(x, weight, bias) + 2 * x.size(1));
  return plane_norm(x, PlaneShape::of(x, Together::Given), {mean, var}, weight, bias, eps);
}

// An input without elements goes with parameters of any size; their gradients are zero.
Tensor norm_of_nothing(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  Tensor out = clone(x);
  if (weight.defined()) out = mul(out, sum(weight, {}, false, {}));
  if (bias.defined()) out = add(out, sum(bias, {}, false, {}));
  return out;
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum,
                  double eps) {
  const char* op = "batch_norm";
  if (x.numel() == 0) return norm_of_nothing(x, weight, bias);
  TAUT_CHECK(x.dim() >= 2, RuntimeError, op, ": the input must have at least 2 dimensions, got ",
             x.dim());
  const int64_t channels = x.size(1);
  check_channels(op, "running_mean", running_mean, channels);
  check_channels(op, "running_var", running_var, channels);
  check_channels(op, "weight", weight, channels);
  check_channels(op, "bias", bias, channels);
  TAUT_CHECK(training || (running_mean.defined() && running_var.defined()), RuntimeError, op,
             ": running_mean and running_var must be defined in evaluation mode");
  check_types(op, x, {running_mean, running_var, weight, bias});
  if (!training) {
    return in_format_of(x, with_given_moments(x, running_mean, running_var, weight, bias, eps));
  }
  return in_format_of(x, with_own_moments(x, Together::Batch, running_mean, running_var, weight,
                                          bias, momentum, eps));
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, bool use_input_stats,
                     double momentum, double eps) {
  TAUT_CHECK(use_input_stats || (running_mean.defined() && running_var.defined()), RuntimeError,
             "instance_norm: Expected running_mean and running_var to be defined when "
             "use_input_stats is false");
  const char* op = "instance_norm";
  const int64_t channels = x.size(wrap_dim(1, x.dim(), op));
  for (const Tensor& t : {running_mean, running_var, weight, bias}) {
    check_channels(op, "a vector over the channels", t, channels);
  }
  check_types(op, x, {weight, bias});  // the running moments may be of any
  if (!use_input_stats) {
    const auto moment = [&](const Tensor& t) { return cast(t, widened(x.dtype())); };
    // PyTorch keeps no format here.
    return with_given_moments(contiguous(x), moment(running_mean), moment(running_var), weight,
                              bias, eps);
  }
  return with_own_moments(x, Together::Plane, running_mean, running_var, weight, bias, momentum,
                          eps);
}

Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  const char* op = "group_norm";
  TAUT_CHECK(x.dim() >= 2, RuntimeError, op,
             ": Expected at least 2 dimensions for input tensor but received ", x.dim());
  const int64_t channels = x.size(1);
  TAUT_CHECK(groups > 0, RuntimeError, op, ": num_groups must be positive, got ", groups);
  TAUT_CHECK(channels % groups == 0, RuntimeError, op,
             ": Expected number of channels in input to be divisible by num_groups, but got input "
             "of shape ",
             ShapeText{x.sizes()}, " and num_groups=", groups);
  check_channels(op, "weight", weight, channels);
  check_channels(op, "bias", bias, channels);
  check_types(op, x, {weight, bias});
  const PlaneShape shape = PlaneShape::of(x, Together::Group, groups);
  const FusedWork work(own_moments_work(x, weight, bias));
  return in_format_of(x, plane_norm(x, shape, plane_moments(x, shape), weight, bias, eps));
}

}  // namespace taut
