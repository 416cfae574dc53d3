#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/moments.h"
#include "ops/normalization.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/views.h"

namespace taut {
namespace {

// A vector over the channels, shaped to broadcast over x.
Tensor per_channel(const Tensor& v, const Tensor& x) {
  Dims sizes(x.dim(), 1);
  sizes[1] = v.numel();
  return reshape(v, sizes);
}

Tensor scaled(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  Tensor out = x;
  if (weight.defined()) out = mul(out, per_channel(weight, x));
  if (bias.defined()) out = add(out, per_channel(bias, x));
  return out;
}

void check_channels(const char* op, const char* what, const Tensor& t, int64_t channels) {
  TAUT_CHECK(!t.defined() || t.numel() == channels, RuntimeError, op, ": ", what,
             " should contain ", channels, " elements not ", t.defined() ? t.numel() : 0);
}

// running = (1 - momentum) running + momentum now.
void move_running(const Tensor& running, const Tensor& now, double momentum) {
  if (!running.defined()) return;
  NoGrad guard;
  copy_(running, add(mul(running, 1 - momentum), mul(cast(now, running.dtype()), momentum)));
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum,
                  double eps) {
  const char* op = "batch_norm";
  TAUT_CHECK(x.dim() >= 2, RuntimeError, op, ": the input must have at least 2 dimensions, got ",
             x.dim());
  const int64_t channels = x.size(1);
  check_channels(op, "running_mean", running_mean, channels);
  check_channels(op, "running_var", running_var, channels);
  check_channels(op, "weight", weight, channels);
  check_channels(op, "bias", bias, channels);
  TAUT_CHECK(training || (running_mean.defined() && running_var.defined()), RuntimeError, op,
             ": running_mean and running_var must be defined in evaluation mode");
  if (!training) {
    const Tensor scale = rsqrt(add(running_var, eps));
    const Tensor centred = sub(x, per_channel(running_mean, x));
    return scaled(mul(centred, per_channel(scale, x)), weight, bias);
  }
  const int64_t count = channels == 0 ? 0 : x.numel() / channels;
  TAUT_CHECK(count != 1, ValueError,
             "Expected more than 1 value per channel when training, got input size ",
             ShapeText{x.sizes()});
  Dims dims{0};
  for (int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
  const auto [var, mean] = var_mean(x, dims, 0, true);
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  move_running(running_mean, detach(reshape(mean, Dims{channels})), momentum);
  move_running(running_var, mul(detach(reshape(var, Dims{channels})), unbiased), momentum);
  return scaled(mul(sub(x, mean), rsqrt(add(var, eps))), weight, bias);
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, bool use_input_stats,
                     double momentum, double eps) {
  TAUT_CHECK(use_input_stats || (running_mean.defined() && running_var.defined()), RuntimeError,
             "instance_norm: Expected running_mean and running_var to be defined when "
             "use_input_stats is false");
  if (!use_input_stats) {
    return batch_norm(x, running_mean, running_var, weight, bias, false, momentum, eps);
  }
  const int64_t samples = x.size(0), channels = x.size(1);
  Dims dims;
  for (int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
  const int64_t count = samples * channels == 0 ? 0 : x.numel() / (samples * channels);
  TAUT_CHECK(count != 1, ValueError,
             "Expected more than 1 spatial element when training, got input size ",
             ShapeText{x.sizes()});
  const auto [var, mean] = var_mean(x, dims, 0, true);
  const int64_t batch[] = {0};
  const auto per_batch = [&](const Tensor& t) {
    return taut::mean(detach(reshape(t, Dims{samples, channels})), batch, false, {});
  };
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  move_running(running_mean, per_batch(mean), momentum);
  move_running(running_var, mul(per_batch(var), unbiased), momentum);
  return scaled(mul(sub(x, mean), rsqrt(add(var, eps))), weight, bias);
}

Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  const char* op = "group_norm";
  TAUT_CHECK(x.dim() >= 2, RuntimeError, op,
             ": Expected at least 2 dimensions for input tensor but received ", x.dim());
  const int64_t samples = x.size(0), channels = x.size(1);
  TAUT_CHECK(groups > 0, RuntimeError, op, ": num_groups must be positive, got ", groups);
  TAUT_CHECK(channels % groups == 0, RuntimeError, op,
             ": Expected number of channels in input to be divisible by num_groups, but got input "
             "of shape ",
             ShapeText{x.sizes()}, " and num_groups=", groups);
  check_channels(op, "weight", weight, channels);
  check_channels(op, "bias", bias, channels);
  if (x.numel() == 0) return scaled(x, weight, bias);
  const int64_t n = x.numel() / (samples * groups), shape[] = {n};
  const Tensor lines = reshape(x, Dims{samples * groups, n});
  return scaled(reshape(layer_norm(lines, shape, {}, {}, eps), x.sizes()), weight, bias);
}

}  // namespace taut
