#include "kernels/pool.h"

#include <algorithm>
#include <limits>

namespace taut {
namespace {

// Columns of a line of outputs whose best elements are kept on the stack.
constexpr int64_t kColumns = 128;

template <class T>
constexpr T lowest() {
  if constexpr (std::numeric_limits<T>::has_infinity) {
    return -std::numeric_limits<T>::infinity();
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

// Offsets from the start of the plane are kept as the number of the tap until all taps were seen:
// small numbers, of which a vector holds many.
template <class T>
struct Best {
  T value[kColumns];
  int32_t tap[kColumns];
};

// One tap for the columns begin..end whose elements are x[0], x[Stride], ... (0: `stride`).
template <int Stride, class T>
void compare(const T* x, int64_t stride, int64_t n, int32_t tap, T* value, int32_t* taken) {
  const int64_t step = Stride ? Stride : stride;
  for (int64_t i = 0; i < n; ++i) {
    const T v = x[i * step];
    const bool better = (v > value[i]) | (v != v) | (taken[i] < 0);
    value[i] = better ? v : value[i];
    taken[i] = better ? tap : taken[i];
  }
}

// Windows at a regular distance: tap by tap, over all columns of a line that have it.
template <class T>
void regular_line(const MaxPool& p, const T* x, int64_t z, int64_t y, T* out, int64_t* index) {
  const PoolWindows &d = p.windows[0], &h = p.windows[1], &w = p.windows[2];
  const int64_t width = p.size[2], layer = p.size[1] * width;
  const int64_t start = w.first[0];  // of the taps of column 0: may lie before the plane
  const int64_t taps = (w.last[0] - start + w.step - 1) / w.step;
  const int64_t rows = (h.last[y] - h.first[y] + h.step - 1) / h.step;
  Best<T> best;
  for (int64_t c = 0; c < w.count; c += kColumns) {
    const int64_t n = std::min(kColumns, w.count - c);
    std::fill_n(best.value, n, lowest<T>());
    std::fill_n(best.tap, n, -1);
    int32_t tap = 0;
    for (int64_t a = d.first[z]; a < d.last[z]; a += d.step) {
      for (int64_t b = h.first[y]; b < h.last[y]; b += h.step) {
        for (int64_t t = 0; t < taps; ++t, ++tap) {
          const int64_t at = start + c * p.stride + t * w.step;  // of the first column
          const int64_t from = at >= 0 ? 0 : (-at + p.stride - 1) / p.stride;
          const int64_t to = at >= width ? 0 : std::min(n, (width - at + p.stride - 1) / p.stride);
          if (from >= to) continue;
          const T* line = x + a * layer + b * width + at + from * p.stride;
          const auto f = p.stride == 1   ? compare<1, T>
                         : p.stride == 2 ? compare<2, T>
                                         : compare<0, T>;
          f(line, p.stride, to - from, tap, best.value + from, best.tap + from);
        }
      }
    }
    for (int64_t i = 0; i < n; ++i) {
      const int64_t t = best.tap[i] % taps, row = best.tap[i] / taps;
      out[c + i] = best.value[i];
      index[c + i] = (d.first[z] + row / rows * d.step) * layer +
                     (h.first[y] + row % rows * h.step) * width + start + (c + i) * p.stride +
                     t * w.step;
    }
  }
}

template <class T>
void any_line(const MaxPool& p, const T* x, int64_t z, int64_t y, T* out, int64_t* index) {
  const PoolWindows &d = p.windows[0], &h = p.windows[1], &w = p.windows[2];
  for (int64_t o = 0; o < w.count; ++o) {
    T value = lowest<T>();
    int64_t at = -1;
    for (int64_t a = d.first[z]; a < d.last[z]; a += d.step) {
      for (int64_t b = h.first[y]; b < h.last[y]; b += h.step) {
        for (int64_t c = w.first[o]; c < w.last[o]; c += w.step) {
          const int64_t i = (a * p.size[1] + b) * p.size[2] + c;
          if (at < 0 || x[i] > value || x[i] != x[i]) value = x[i], at = i;
        }
      }
    }
    out[o] = value, index[o] = at;
  }
}

}  // namespace

template <class T>
void max_pool_plane(const MaxPool& p, const T* x, T* out, int64_t* index) {
  for (int64_t z = 0; z < p.windows[0].count; ++z) {
    for (int64_t y = 0; y < p.windows[1].count; ++y) {
      (p.stride ? regular_line<T> : any_line<T>)(p, x, z, y, out, index);
      out += p.windows[2].count, index += p.windows[2].count;
    }
  }
}

template <class T>
void take_elements(const T* x, const int64_t* index, int64_t n, T* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = x[index[i]];
}

template <class T>
int64_t place_elements(const T* x, const int64_t* index, int64_t n, bool add, T* out,
                       int64_t size) {
  std::fill_n(out, size, T(0));
  for (int64_t i = 0; i < n; ++i) {
    if (index[i] < 0 || index[i] >= size) return i;
    T& to = out[index[i]];
    to = static_cast<T>(add ? to + x[i] : x[i]);
  }
  return -1;
}

#define TAUT_POOL(T)                                                    \
  template void max_pool_plane(const MaxPool&, const T*, T*, int64_t*); \
  template void take_elements(const T*, const int64_t*, int64_t, T*);   \
  template int64_t place_elements(const T*, const int64_t*, int64_t, bool, T*, int64_t);
TAUT_POOL(uint8_t)
TAUT_POOL(int8_t)
TAUT_POOL(int16_t)
TAUT_POOL(int32_t)
TAUT_POOL(int64_t)
TAUT_POOL(float)
TAUT_POOL(double)

}  // namespace taut
