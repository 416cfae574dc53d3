#include "ops/creation.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "kernels/stream.h"
#include "ops/copy.h"
#include "ops/overwrite.h"
#include "ops/sparse_arithmetic.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// Elements a thread fills at a time.
constexpr int64_t kGrain = 1 << 15;

template <class T>
void fill_loop(char* const* ptr, const int64_t* stride, int64_t n, const double* value) {
  const T v = *reinterpret_cast<const T*>(value);
  if (stride[0] == sizeof(T)) {
    std::fill_n(reinterpret_cast<T*>(ptr[0]), n, v);
    return;
  }
  for (int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(ptr[0] + i * stride[0]) = v;
}

// value: one element of t, which is contiguous.
void fill_past_caches(const Tensor& t, const void* value) {
  const auto width = t.element_size();
  char pattern[8];
  for (size_t i = 0; i < sizeof(pattern); i += width) std::memcpy(pattern + i, value, width);
  const auto bytes = t.numel() * static_cast<int64_t>(width);
  LongWork section(bytes / 4);
  parallel_for(0, bytes, 1 << 17, [&](int64_t b, int64_t e) {
    const auto& lines = stream_kernels();
    lines.stream_fill(reinterpret_cast<char*>(t.raw()) + b, static_cast<size_t>(e - b), pattern);
    lines.fence();
  });
}

// A new 1-d tensor whose element i is value(i), a T.
template <class T, class F>
Tensor generate(int64_t n, F value) {
  const int64_t sizes[] = {n};
  Tensor out = empty(sizes, dtype_of<T>::value);
  T* data = out.data<T>();
  parallel_for(0, n, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) data[i] = value(i);
  });
  return out;
}

void check_range(const char* op, double first, double last, double by) {
  TAUT_CHECK(by != 0, RuntimeError, op, ": step must be nonzero");
  TAUT_CHECK(std::isfinite(first) && std::isfinite(last), RuntimeError, op,
             ": unsupported range: ", first, " -> ", last);
  TAUT_CHECK(by > 0 ? last >= first : last <= first, RuntimeError, op,
             ": upper bound and lower bound inconsistent with step sign: ", first, " -> ", last,
             " by ", by);
}

int64_t whole_step(const char* op, Scalar step) {
  TAUT_CHECK(step.to_int() != 0, ValueError, op, ": step must be nonzero as an integer, got ",
             step.to_double());
  return step.to_int();
}

int64_t checked_size(const char* op, double size) {
  TAUT_CHECK(size >= 0 && size <= 0x1p62, RuntimeError, op, ": invalid size: ", size);
  return static_cast<int64_t>(size);
}

// Elements in start, start + step, ... before end. Whole numbers are counted exactly.
int64_t arange_size(Scalar start, Scalar end, Scalar step, DType dtype) {
  const double first = start.to_double(), last = end.to_double(), by = step.to_double();
  check_range("arange", first, last, by);
  if (dtype == DType::Int64) {
    const int64_t gap = end.to_int() - start.to_int(), width = whole_step("arange", step);
    return gap / width + (gap % width != 0);
  }
  return checked_size("arange", std::ceil((last - first) / by));
}

// The same up to and including end.
int64_t range_size(Scalar start, Scalar end, Scalar step, DType dtype) {
  const double first = start.to_double(), last = end.to_double(), by = step.to_double();
  check_range("range", first, last, by);
  if (!is_floating(dtype)) {
    return (end.to_int() - start.to_int()) / whole_step("range", step) + 1;
  }
  return checked_size("range", std::floor((last - first) / by + 1));
}

// n elements start, start + step, ...
Tensor steps_from(Scalar start, Scalar step, int64_t n, DType dtype) {
  return visit_stored(dtype, [&]<class T>() -> Tensor {
    if constexpr (is_floating_v<T>) {
      const double first = start.to_double(), by = step.to_double();
      return generate<T>(n, [=](int64_t i) {
        return static_cast<T>(std::fma(by, static_cast<double>(i), first));
      });
    }
    const int64_t first = start.to_int(), by = step.to_int();
    return generate<T>(n, [=](int64_t i) { return static_cast<T>(first + i * by); });
  });
}

// Element i of `steps` evenly spaced values, each half counted from its own end. Integers are
// spaced in double precision.
template <class T>
class Spacing {
 public:
  using Step = std::conditional_t<std::is_integral_v<T>, double,
                                  std::conditional_t<is_narrow_v<T>, float, T>>;

  Spacing(Scalar start, Scalar end, int64_t steps)
      : start_(start.to<T>()), end_(end.to<T>()), steps_(steps) {
    if (steps > 1) step_ = (end_ - start_) / static_cast<Step>(steps - 1);
    if constexpr (is_narrow_v<T>) step_ = T(step_);  // as PyTorch
  }
  Step operator()(int64_t i) const {
    const bool lower = i < steps_ / 2;
    const auto away = static_cast<Step>(lower ? i : steps_ - i - 1);
    // As PyTorch: with 16 bits the distance is rounded.
    if constexpr (is_narrow_v<T>) return lower ? start_ + T(step_ * away) : end_ - T(step_ * away);
    return lower ? std::fma(step_, away, start_) : std::fma(-step_, away, end_);
  }

 private:
  Step start_, end_, step_ = 0;
  int64_t steps_;
};

// linspace and logspace of one step are their start.
template <class F>
Tensor spaced(const char* op, Scalar start, Scalar end, int64_t steps, DType dtype, F map) {
  TAUT_CHECK(steps >= 0, RuntimeError, op, ": number of steps must be non-negative, got ", steps);
  check_fits(start, dtype);
  check_fits(end, dtype);
  return visit_stored(dtype, [&]<class T>() -> Tensor {
    if constexpr (std::is_same_v<T, bool>) {
      raise<NotImplementedError>(op, ": not implemented for bool");
    } else {
      const Spacing<T> at(start, steps == 1 ? start : end, steps);
      return generate<T>(steps, [&](int64_t i) { return static_cast<T>(map(at(i))); });
    }
  });
}

// What an integer type holds, and the integers that wrap into an unsigned one.
template <class T>
bool fits(Scalar value) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool>) return true;
  const double v = value.to_double();
  if constexpr (is_floating_v<T>) {
    return !std::isfinite(v) || std::abs(v) <= greatest<T>();
  } else {
    if (value.is_floating()) {
      return v >= static_cast<double>(Limits::min()) && v <= static_cast<double>(Limits::max());
    }
    const int64_t n = value.to_int();
    const int64_t low = std::is_signed_v<T> ? static_cast<int64_t>(Limits::min())
                                            : -static_cast<int64_t>(Limits::max());
    return n >= low && n <= static_cast<int64_t>(Limits::max());
  }
}

}  // namespace

void check_fits(Scalar value, DType dtype) {
  const bool ok = visit_stored(dtype, [&]<class T>() { return fits<T>(value); });
  TAUT_CHECK(ok, RuntimeError, "value cannot be converted to type ", dtype, " without overflow");
}

void fill_raw(const Tensor& t, Scalar value) {
  check_fits(value, t.dtype());
  if (t.is_meta()) return;
  double bits = 0;
  value.store(t.dtype(), &bits);
  // What was just filled is often read next: past the caches only where they hold little of it.
  constexpr int64_t kTimes = 4;
  if (t.is_contiguous() && streams(t.numel() * static_cast<int64_t>(t.element_size()) / kTimes)) {
    return fill_past_caches(t, &bits);
  }
  const Loop loop = visit_stored(t.dtype(), []<class T>() -> Loop { return fill_loop<T>; });
  const Tensor operands[] = {t};
  Plan(t.sizes(), operands).run(loop, &bits);
}

Tensor fill_(const Tensor& t, Scalar value) {
  check_writable(t, "fill_");
  const Ref<Node> node = overwritten("FillBackward0", {t});
  fill_raw(t, value);
  if (is_whole(t)) t.storage()->set_origin(0);
  finish_inplace(t, node);
  return t;
}

Tensor fill_(const Tensor& t, const Tensor& value) {
  TAUT_CHECK(value.dim() == 0, RuntimeError,
             "fill_: only supports a 0-dimension value tensor but got one with ", value.dim(),
             " dimensions");
  return copy_(t, value);
}

Tensor zero_(const Tensor& t) {
  check_writable(t, "zero_");
  const Ref<Node> node = overwritten("ZeroBackward0", {t});
  if (t.is_sparse()) {
    set_coordinates(t, coordinates(zeros_like_sparse(t, t.dtype())));
  } else {
    fill_raw(t, 0);
  }
  if (is_whole(t)) t.storage()->set_origin(0);
  finish_inplace(t, node);
  return t;
}

Tensor full(DimSpan sizes, Scalar value, DType dtype) {
  Tensor out = empty(sizes, dtype);
  fill_raw(out, value);
  return out;
}

Tensor full_beside(const Tensor& t, DimSpan sizes, Scalar value, DType dtype) {
  Tensor out = empty_beside(t, sizes, dtype);
  fill_raw(out, value);
  return out;
}

Tensor full_like(const Tensor& t, Scalar value, DType dtype) {
  if (t.is_sparse() && value.to_double() == 0) return zeros_like_sparse(t, dtype);
  const Tensor inputs[] = {t};
  Tensor out = empty_result(t.sizes(), inputs, dtype);
  fill_raw(out, value);
  return out;
}

Tensor eye(int64_t n, int64_t m, DType dtype) {
  TAUT_CHECK(n >= 0, RuntimeError, "eye: n must be greater or equal to 0, got ", n);
  TAUT_CHECK(m >= 0, RuntimeError, "eye: m must be greater or equal to 0, got ", m);
  const int64_t sizes[] = {n, m};
  Tensor out = zeros(sizes, dtype);
  fill_raw(alias(out, {std::min(n, m)}, {m + 1}, 0), 1);
  return out;
}

Tensor arange(Scalar start, Scalar end, Scalar step, std::optional<DType> dtype) {
  const bool real = start.is_floating() || end.is_floating() || step.is_floating();
  const DType type = dtype.value_or(real ? default_dtype() : DType::Int64);
  TAUT_CHECK(type != DType::Bool, NotImplementedError, "arange: not implemented for bool");
  return steps_from(start, step, arange_size(start, end, step, type), type);
}

Tensor range(Scalar start, Scalar end, Scalar step, DType dtype) {
  TAUT_CHECK(dtype != DType::Bool, NotImplementedError, "range: not implemented for bool");
  return steps_from(start, step, range_size(start, end, step, dtype), dtype);
}

Tensor linspace(Scalar start, Scalar end, int64_t steps, DType dtype) {
  return spaced("linspace", start, end, steps, dtype, [](auto x) { return x; });
}

Tensor logspace(Scalar start, Scalar end, int64_t steps, double base, DType dtype) {
  return spaced("logspace", start, end, steps, dtype,
                [base](auto x) { return std::pow(base, static_cast<double>(x)); });
}

}  // namespace taut
