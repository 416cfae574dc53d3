// Samples that depend on tensors: normal, bernoulli, multinomial.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/pointwise.h"
#include "ops/random.h"
#include "ops/random_common.h"
#include "ops/random_fill.h"
#include "ops/widened.h"

namespace taut {
namespace {

void record(const Tensor& out, const Ref<Node>& node) {
  if (node) set_history(out, node);
}

template <class T>
void shift_loop(char* const* ptr, const int64_t* stride, int64_t n, const double*) {
  for (int64_t i = 0; i < n; ++i) {
    T& x = *reinterpret_cast<T*>(ptr[0] + i * stride[0]);
    x = x * *reinterpret_cast<const T*>(ptr[2] + i * stride[2]) +
        *reinterpret_cast<const T*>(ptr[1] + i * stride[1]);
  }
}

Tensor number(double value, DType dtype) {
  const Tensor t = empty({}, dtype);
  Scalar(value).store(dtype, t.raw());
  return t;
}

// mean + std * sample, mean and std of one floating-point dtype.
Tensor shifted_normal(const Tensor& mean, const Tensor& std, Generator* generator) {
  const Dims sizes = broadcast_shapes(mean.sizes(), std.sizes(), "normal");
  const Tensor out = normal_(empty_beside(mean, sizes, mean.dtype()), 0, 1, generator);
  if (out.is_meta()) return out;
  if (is_narrow(out.dtype())) {
    copy_raw(out, add(mul(out, std), mean));
    return out;
  }
  const Loop loop =
      mean.dtype() == DType::Float32 ? Loop(shift_loop<float>) : Loop(shift_loop<double>);
  const Tensor operands[] = {out, mean, std};
  Plan(out.sizes(), operands).run(loop, nullptr);
  return out;
}

void check_std(const Tensor& std) {
  if (std.is_meta()) return;
  const Tensor dense = empty_as(std, std.dtype());
  copy_raw(dense, std);
  const bool ok = visit_stored(std.dtype(), [&]<class T>() {
    const T* begin = dense.data<T>();
    return std::all_of(begin, begin + dense.numel(), [](T v) { return v >= T(0); });
  });
  TAUT_CHECK(ok, RuntimeError, "normal: expects all elements of std >= 0.0");
}

void check_std(double std) {
  TAUT_CHECK(std >= 0, RuntimeError, "normal: expects std >= 0.0, but found std ", std);
}

void check_weights(const Tensor& weights, int64_t samples, bool replacement) {
  TAUT_CHECK(weights.dim() == 1 || weights.dim() == 2, RuntimeError,
             "multinomial: weights must have 1 or 2 dimensions, got ", weights.dim());
  TAUT_CHECK(is_floating(weights.dtype()), RuntimeError,
             "multinomial: weights must be floating-point, got ", weights.dtype());
  TAUT_CHECK(samples > 0, RuntimeError, "multinomial: the number of samples must be positive, got ",
             samples);
  const int64_t n = weights.size(-1);
  TAUT_CHECK(replacement || samples <= n, RuntimeError, "multinomial: ", samples,
             " samples without replacement need as many weights, got ", n);
  TAUT_CHECK(n <= int64_t{1} << 24, RuntimeError,
             "multinomial: at most 2^24 categories are supported, got ", n);
}

template <class T>
void check_row(const T* weights, int64_t n) {
  const bool valid =
      std::all_of(weights, weights + n, [](T w) { return w >= 0 && std::isfinite(w); });
  TAUT_CHECK(valid, RuntimeError, "multinomial: weights must be finite and not negative");
  TAUT_CHECK(std::any_of(weights, weights + n, [](T w) { return w > 0; }), RuntimeError,
             "multinomial: the sum of the weights must be positive");
}

// The indices of the `samples` largest values, largest first.
template <class T>
void largest(const T* values, int64_t n, int64_t samples, int64_t* out) {
  if (samples == 1) {
    *out = std::max_element(values, values + n) - values;
    return;
  }
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::partial_sort(order.begin(), order.begin() + samples, order.end(), [&](int64_t a, int64_t b) {
    return values[a] > values[b] || (values[a] == values[b] && a < b);
  });
  std::copy_n(order.begin(), samples, out);
}

// Weights in C order, row after row.
Tensor contiguous_copy(const Tensor& t) {
  const Tensor out = empty(t.sizes(), t.dtype());
  copy_raw(out, t);
  return out;
}

// The largest of weight / exponential sample: the first to arrive of processes with these rates.
template <class T>
void draw_by_arrival(Generator& g, const Tensor& weights, const Tensor& rows, int64_t samples,
                     int64_t* out) {
  const Tensor times = empty_as(weights, weights.dtype());
  fill_exponential(g, times.data<T>(), times.numel(), 1.0);
  const Tensor ratio = contiguous_copy(times);
  const int64_t n = rows.size(-1), count = rows.numel() / n;
  T* values = ratio.data<T>();
  for (int64_t i = 0; i < rows.numel(); ++i) values[i] = rows.data<T>()[i] / values[i];
  for (int64_t r = 0; r < count; ++r) largest(values + r * n, n, samples, out + r * samples);
}

}  // namespace

Tensor normal(const Tensor& mean, const Tensor& std, Generator* generator) {
  check_floating("normal", mean);
  const Tensor scale = cast(detach(std), mean.dtype());
  check_std(scale);
  const Ref<Node> node = overwritten("NormalBackward3", {mean, std});
  const Tensor out = shifted_normal(mean, scale, generator);
  record(out, node);
  return out;
}

Tensor normal(const Tensor& mean, double std, Generator* generator) {
  check_floating("normal", mean);
  check_std(std);
  const Ref<Node> node = overwritten("NormalBackward1", {mean});
  const Tensor out = shifted_normal(mean, number(std, mean.dtype()), generator);
  record(out, node);
  return out;
}

Tensor normal(double mean, const Tensor& std, Generator* generator) {
  check_floating("normal", std);
  check_std(std);
  const Ref<Node> node = overwritten("NormalBackward2", {std});
  const Tensor out = shifted_normal(number(mean, std.dtype()), std, generator);
  record(out, node);
  return out;
}

Tensor bernoulli(const Tensor& p, Generator* generator) {
  const Ref<Node> node = overwritten("BernoulliBackward0", {p});
  const NoGrad no_grad;
  const Tensor out = bernoulli_(empty_beside(p, p.sizes(), p.dtype()), p, generator);
  record(out, node);
  return out;
}

Tensor bernoulli(const Tensor& t, double p, Generator* generator) {
  return bernoulli_(empty_beside(t, t.sizes(), t.dtype()), p, generator);
}

Tensor poisson(const Tensor& rates, Generator* generator) {
  TAUT_CHECK(is_floating(rates.dtype()), NotImplementedError,
             "poisson: the rates must be floating-point, got ", rates.dtype());
  if (is_narrow(rates.dtype())) return rounded(poisson(widened(rates), generator), rates.dtype());
  const Ref<Node> node = overwritten("PoissonBackward0", {rates});
  const Tensor each = contiguous_copy(rates), out = empty(rates.sizes(), rates.dtype());
  visit(rates.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T* rate = each.data<T>();
      const bool valid = std::all_of(rate, rate + each.numel(), [](T r) { return r >= 0; });
      TAUT_CHECK(valid, RuntimeError,
                 "poisson: invalid Poisson rate, expected rate to be non-negative");
      with_generator(generator, 8 * out.numel(),
                     [&](Generator& g) { fill_poisson(g, out.data<T>(), out.numel(), rate); });
    }
  });
  record(out, node);
  return out;
}

Tensor multinomial(const Tensor& weights, int64_t samples, bool replacement, Generator* generator) {
  check_weights(weights, samples, replacement);
  if (is_narrow(weights.dtype())) {
    return multinomial(widened(weights), samples, replacement, generator);
  }
  Dims sizes = weights.sizes();
  const int64_t n = sizes.back();
  sizes.back() = samples;
  const Tensor out = empty(sizes, DType::Int64);
  if (out.numel() == 0) return out;
  TAUT_CHECK(n > 0, RuntimeError, "multinomial: there is no category to draw from");
  const Tensor rows = contiguous_copy(weights);
  const int64_t count = rows.numel() / n;
  visit(weights.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      for (int64_t r = 0; r < count; ++r) check_row(rows.data<T>() + r * n, n);
      with_generator(generator, out.numel() + rows.numel(), [&](Generator& g) {
        if (!replacement || samples == 1) {
          return draw_by_arrival<T>(g, weights, rows, samples, out.data<int64_t>());
        }
        std::vector<T> scratch(static_cast<size_t>(n));
        for (int64_t r = 0; r < count; ++r) {
          fill_multinomial(g, rows.data<T>() + r * n, n, scratch.data(), samples,
                           out.data<int64_t>() + r * samples);
        }
      });
    }
  });
  return out;
}

}  // namespace taut
