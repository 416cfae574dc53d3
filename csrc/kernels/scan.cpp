#include "kernels/scan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace taut::kernels {
namespace {

template <class T>
using Carry = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

struct Sum {
  static constexpr double start = 0;
  template <class C>
  static C of(C carry, C x) {
    return carry + x;
  }
};
struct Product {
  static constexpr double start = 1;
  template <class C>
  static C of(C carry, C x) {
    return carry * x;
  }
};
struct LogSumExp {
  static constexpr double start = -std::numeric_limits<double>::infinity();
  static double of(double carry, double x) {
    const double most = std::max(carry, x), least = std::min(carry, x);
    if (std::isnan(carry) || std::isnan(x)) return carry + x;
    if (most == least && std::isinf(most)) return most;
    return most + std::log1p(std::exp(least - most));
  }
};

constexpr int64_t kColumns = 128;  // carried side by side, in the L1 cache

// f(offset of the row's first element) in the order of the scan.
template <class F>
void each_row(const ScanShape& s, int64_t o, F f) {
  const int64_t base = o * s.n * s.inner;
  for (int64_t i = 0; i < s.n; ++i) f(base + (s.reverse ? s.n - 1 - i : i) * s.inner);
}

// kLines whole lines side by side: each waits on its own carry only.
template <class Op, int kLines, class T>
void scan_lines(const T* x, const ScanShape& s, T* out) {
  Carry<T> carry[kLines];
  for (auto& c : carry) c = static_cast<Carry<T>>(Op::start);
  const int64_t step = s.reverse ? -1 : 1;
  for (int64_t i = s.reverse ? s.n - 1 : 0, left = s.n; left > 0; --left, i += step) {
    for (int l = 0; l < kLines; ++l) {
      carry[l] = Op::of(carry[l], static_cast<Carry<T>>(x[l * s.n + i]));
      out[l * s.n + i] = static_cast<T>(carry[l]);
    }
  }
}

template <class Op, class T>
void scan_as(const T* x, const ScanShape& s, T* out) {
  if (s.inner == 1) {
    int64_t o = 0;
    for (; o + 4 <= s.outer; o += 4) scan_lines<Op, 4>(x + o * s.n, s, out + o * s.n);
    for (; o < s.outer; ++o) scan_lines<Op, 1>(x + o * s.n, s, out + o * s.n);
    return;
  }
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t first = 0; first < s.inner; first += kColumns) {
      const int64_t count = std::min(kColumns, s.inner - first);
      Carry<T> carry[kColumns];
      for (int64_t j = 0; j < count; ++j) carry[j] = static_cast<Carry<T>>(Op::start);
      each_row(s, o, [&](int64_t row) {
        for (int64_t j = 0; j < count; ++j) {
          carry[j] = Op::of(carry[j], static_cast<Carry<T>>(x[row + first + j]));
          out[row + first + j] = static_cast<T>(carry[j]);
        }
      });
    }
  }
}

template <bool kGreatest, class T>
void extreme_as(const T* x, const ScanShape& s, T* values, int64_t* indices) {
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t j = 0; j < s.inner; ++j) {
      T best{};
      int64_t place = 0, i = 0;
      each_row(s, o, [&](int64_t row) {
        const T v = x[row + j];
        // A NaN fails every comparison with it, so it stays; ties move on.
        if (i == 0 || v != v || (kGreatest ? v >= best : v <= best)) {
          best = v;
          place = s.reverse ? s.n - 1 - i : i;
        }
        values[row + j] = best;
        indices[row + j] = place;
        ++i;
      });
    }
  }
}

}  // namespace

void scan(Scan op, DType dtype, const void* x, const ScanShape& shape, void* out) {
  visit(dtype, [&]<class T>() {
    const T* in = static_cast<const T*>(x);
    T* to = static_cast<T*>(out);
    if (op == Scan::Sum) return scan_as<Sum>(in, shape, to);
    if (op == Scan::Product) return scan_as<Product>(in, shape, to);
    if constexpr (std::is_floating_point_v<T>) scan_as<LogSumExp>(in, shape, to);
  });
}

void scan_extreme(bool greatest, DType dtype, const void* x, const ScanShape& shape, void* values,
                  int64_t* indices) {
  visit(dtype, [&]<class T>() {
    const T* in = static_cast<const T*>(x);
    T* to = static_cast<T*>(values);
    greatest ? extreme_as<true>(in, shape, to, indices) : extreme_as<false>(in, shape, to, indices);
  });
}

}  // namespace taut::kernels
