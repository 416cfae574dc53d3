#include "ops/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "ops/checks.h"
#include "ops/random_common.h"
#include "ops/random_fill.h"
#include "ops/widened.h"

namespace taut {
namespace {

// The frame of every in-place operation below: fill(generator, T* out, n), with the dtypes it
// allows.
enum class Allows { Real, NumbersAndBool, Numbers };

template <Allows allowed, class F>
Tensor fill_with(const char* op, const char* node_name, const Tensor& t, Generator* generator,
                 F fill) {
  check_writable(t, op);
  t.check_strided();
  const Ref<Node> node = overwritten(node_name, {t});
  const int64_t n = t.numel();
  with_generator(generator, n, [&](Generator& g) {
    if (n == 0) return;  // nothing to draw, of whatever type
    visit_stored(t.dtype(), [&]<class T>() {
      constexpr bool kAllowed = is_floating_v<T> || allowed == Allows::NumbersAndBool ||
                                (allowed == Allows::Numbers && !std::is_same_v<T, bool>);
      if constexpr (kAllowed) {
        write<T>(t, [&](T* out) { fill(g, out, n); });
      } else {
        raise<NotImplementedError>(op, ": not implemented for ", t.dtype());
      }
    });
  });
  finish_inplace(t, node);
  return t;
}

void check_continuous(const Tensor& t, const char* op) {
  TAUT_CHECK(is_floating(t.dtype()), RuntimeError, op,
             ": a continuous distribution needs a floating-point dtype, got ", t.dtype());
}

void check_probability(double p, const char* op) {
  TAUT_CHECK(p >= 0 && p <= 1, RuntimeError, op, ": p must be in [0, 1], got ", p);
}

// Largest integer up to which the dtype holds every integer.
int64_t largest_exact(DType dtype) {
  return visit_stored(dtype, []<class T>() -> int64_t {
    if constexpr (is_floating_v<T>) return int64_t{1} << digits_of<T>();
    return static_cast<int64_t>(std::numeric_limits<T>::max());
  });
}

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();

// The integer next to a number that may lie outside of them.
int64_t saturated(double x) {
  constexpr double kEnd = 0x1p63;
  return x >= kEnd ? kGreatest : x < -kEnd ? kLeast : static_cast<int64_t>(x);
}

// n as a floating type rounds it, and the distance to the next number there.
struct Rounded {
  int64_t value, unit;
};
Rounded rounded_to(DType dtype, int64_t n) {
  return visit_stored(dtype, [&]<class T>() -> Rounded {
    const uint64_t size = n < 0 ? uint64_t{0} - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
    return {saturated(static_cast<double>(static_cast<T>(n))),
            int64_t{1} << std::max(static_cast<int>(std::bit_width(size)) - digits_of<T>(), 0)};
  });
}

// Bounds as a floating type can tell them from their neighbours, as PyTorch moves them.
int64_t distinct_from(DType dtype, int64_t from) {
  if (from == kGreatest) return from;
  const auto [next, unit] = rounded_to(dtype, from + 1);
  return next < from ? next + unit : from;
}
int64_t distinct_to(DType dtype, int64_t to) {
  if (to == kLeast) return to;
  const auto [last, unit] = rounded_to(dtype, to - 1);
  return last >= to ? last - unit : to;
}

void check_bound(int64_t bound, const char* what, DType dtype) {
  const bool ok = visit(widened(dtype), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) return true;
    return bound >= static_cast<int64_t>(std::numeric_limits<T>::min()) &&
           bound <= static_cast<int64_t>(std::numeric_limits<T>::max());
  });
  TAUT_CHECK(ok, RuntimeError, "random_: ", what, " is out of bounds for ", dtype, ", got ", bound);
}

// The words [from, from + range) as in fill_integers.
Tensor fill_range(const char* op, const char* node_name, const Tensor& t, uint64_t range,
                  int64_t from, Generator* generator) {
  return fill_with<Allows::NumbersAndBool>(
      op, node_name, t, generator,
      [=]<class T>(Generator& g, T* out, int64_t n) { fill_integers(g, out, n, range, from); });
}

}  // namespace

Tensor uniform_(const Tensor& t, double from, double to, Generator* generator) {
  check_floating("uniform_", t);
  visit_stored(t.dtype(), [&]<class T>() {
    if constexpr (is_floating_v<T>) {
      constexpr double kMax = greatest<T>();
      TAUT_CHECK(std::abs(from) <= kMax, RuntimeError, "uniform_: from is out of bounds for ",
                 t.dtype(), ", got ", from);
      TAUT_CHECK(std::abs(to) <= kMax, RuntimeError, "uniform_: to is out of bounds for ",
                 t.dtype(), ", got ", to);
      TAUT_CHECK(from <= to, RuntimeError,
                 "uniform_: expects to return a [from, to) range, but found ", "from=", from,
                 " > to=", to);
      TAUT_CHECK(to - from <= kMax, RuntimeError, "uniform_: to - from must not exceed ", kMax,
                 ", got from=", from, " and to=", to);
    }
  });
  return fill_with<Allows::Real>(
      "uniform_", "UniformBackward0", t, generator,
      [=]<class T>(Generator& g, T* out, int64_t n) { fill_uniform(g, out, n, from, to); });
}

Tensor normal_(const Tensor& t, double mean, double std, Generator* generator) {
  TAUT_CHECK(std >= 0, RuntimeError, "normal_: expects std >= 0.0, but found std ", std);
  const bool blocks = t.is_contiguous();
  return fill_with<Allows::Real>("normal_", "NormalBackward0", t, generator,
                                 [=]<class T>(Generator& g, T* out, int64_t n) {
                                   if (blocks) return fill_normal(g, out, n, mean, std);
                                   fill_normal_serial(g, out, n, mean, std);
                                 });
}

Tensor exponential_(const Tensor& t, double lambda, Generator* generator) {
  check_continuous(t, "exponential_");
  TAUT_CHECK(lambda > 0, RuntimeError,
             "exponential_: expects lambda > 0.0, but found lambda=", lambda);
  return fill_with<Allows::Real>(
      "exponential_", "ExponentialBackward0", t, generator,
      [=]<class T>(Generator& g, T* out, int64_t n) { fill_exponential(g, out, n, lambda); });
}

Tensor cauchy_(const Tensor& t, double median, double sigma, Generator* generator) {
  check_continuous(t, "cauchy_");
  TAUT_CHECK(sigma > 0, RuntimeError, "cauchy_: expects sigma > 0.0, but found sigma=", sigma);
  return fill_with<Allows::Real>(
      "cauchy_", "CauchyBackward0", t, generator,
      [=]<class T>(Generator& g, T* out, int64_t n) { fill_cauchy(g, out, n, median, sigma); });
}

Tensor log_normal_(const Tensor& t, double mean, double std, Generator* generator) {
  TAUT_CHECK(std > 0, RuntimeError, "log_normal_: expects std > 0.0, but found std=", std);
  return fill_with<Allows::Real>(
      "log_normal_", "LogNormalBackward0", t, generator,
      [=]<class T>(Generator& g, T* out, int64_t n) { fill_log_normal(g, out, n, mean, std); });
}

Tensor geometric_(const Tensor& t, double p, Generator* generator) {
  TAUT_CHECK(p > 0 && p < 1, RuntimeError, "geometric_: expects p to be in (0, 1), but got p=", p);
  return fill_with<Allows::Numbers>(
      "geometric_", "GeometricBackward0", t, generator,
      [=]<class T>(Generator& g, T* out, int64_t n) { fill_geometric(g, out, n, p); });
}

Tensor bernoulli_(const Tensor& t, double p, Generator* generator) {
  check_probability(p, "bernoulli_");
  return fill_with<Allows::NumbersAndBool>(
      "bernoulli_", "BernoulliBackward2", t, generator,
      [=]<class T>(Generator& g, T* out, int64_t n) { fill_bernoulli(g, out, n, p); });
}

Tensor bernoulli_(const Tensor& t, const Tensor& p, Generator* generator) {
  TAUT_CHECK(t.numel() == 0 || is_floating(p.dtype()), NotImplementedError,
             "bernoulli_: p must have a floating-point dtype, got ", p.dtype());
  TAUT_CHECK(is_broadcastable_to(p.sizes(), t.sizes()), RuntimeError, "bernoulli_: p of shape ",
             ShapeText{p.sizes()}, " does not broadcast to ", ShapeText{t.sizes()});
  const Tensor each = empty_as(t, widened(p.dtype()));  // p element by element, as t lies in memory
  copy_raw(each, p);
  return visit(each.dtype(), [&]<class P>() -> Tensor {
    if constexpr (std::is_floating_point_v<P>) {
      const P* begin = each.is_meta() ? nullptr : each.data<P>();
      TAUT_CHECK(each.is_meta() ||
                     std::all_of(begin, begin + each.numel(), [](P v) { return v >= 0 && v <= 1; }),
                 RuntimeError, "bernoulli_: every p must be in [0, 1]");
      return fill_with<Allows::NumbersAndBool>(
          "bernoulli_", "BernoulliBackward1", t, generator,
          [=]<class T>(Generator& g, T* out, int64_t n) { fill_bernoulli_each(g, out, n, begin); });
    }
    return t;
  });
}

Tensor random_(const Tensor& t, Generator* generator) {
  return fill_with<Allows::NumbersAndBool>(
      "random_", "RandomBackward2", t, generator,
      []<class T>(Generator& g, T* out, int64_t n) { fill_integers_full(g, out, n); });
}

Tensor random_(const Tensor& t, int64_t from, std::optional<int64_t> to, Generator* generator) {
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  if (!to && from == kLowest) {
    check_bound(from, "from", t.dtype());
    return fill_range("random_", "RandomBackward0", t, 0, 0, generator);
  }
  if (to && is_floating(t.dtype())) {
    from = distinct_from(t.dtype(), from);
    to = distinct_to(t.dtype(), *to);
  }
  const int64_t last = to ? *to - 1 : largest_exact(t.dtype());
  TAUT_CHECK(to ? from < *to : from <= last, RuntimeError,
             "random_: expects 'from' to be less than 'to', but got from=", from,
             " >= to=", to ? *to : last);
  check_bound(from, "from", t.dtype());
  check_bound(last, "to - 1", t.dtype());
  const uint64_t range = static_cast<uint64_t>(last) - static_cast<uint64_t>(from) + 1;
  return fill_range("random_", from == 0 ? "RandomBackward1" : "RandomBackward0", t, range, from,
                    generator);
}

Tensor rand(DimSpan sizes, DType dtype, Generator* generator) {
  return uniform_(empty(sizes, dtype), 0.0, 1.0, generator);
}

Tensor randn(DimSpan sizes, DType dtype, Generator* generator) {
  return normal_(empty(sizes, dtype), 0.0, 1.0, generator);
}

Tensor randint(int64_t low, int64_t high, DimSpan sizes, DType dtype, Generator* generator) {
  return random_(empty(sizes, dtype), low, high, generator);
}

Tensor randperm(int64_t n, DType dtype, Generator* generator) {
  TAUT_CHECK(n >= 0, RuntimeError, "randperm: n must be non-negative, got ", n);
  TAUT_CHECK(!is_bool(dtype), NotImplementedError, "randperm: not implemented for bool");
  TAUT_CHECK(n == 0 || n - 1 <= largest_exact(dtype), RuntimeError, "randperm: ", dtype,
             " does not hold every integer below n, got n=", n);
  const int64_t sizes[] = {n};
  const Tensor out = empty(sizes, dtype);
  with_generator(generator, n, [&](Generator& g) {
    visit_stored(dtype, [&]<class T>() { fill_permutation(g, out.data<T>(), n); });
  });
  return out;
}

}  // namespace taut
