#include "kernels/pool.h"

#include <algorithm>
#include <limits>

namespace taut {
namespace {

template <class T>
constexpr T lowest() {
  if constexpr (std::numeric_limits<T>::has_infinity) {
    return -std::numeric_limits<T>::infinity();
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

template <class T>
void line_of_maxima(const MaxPool& p, const T* x, int64_t z, int64_t y, T* out, int64_t* index) {
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
      line_of_maxima(p, x, z, y, out, index);
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
