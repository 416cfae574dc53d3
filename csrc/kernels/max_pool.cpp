#include "kernels/max_pool.h"

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

inline void store_index(Vec<int64_t> at, int64_t* out, int n) {
  if (n == Vec<int64_t>::size) return at.store(out);
  at.store(out, n);
}
inline void store_index(Vec<int32_t> at, int64_t* out, int n) {
  constexpr int half = Vec<int64_t>::size;
  Vec<int64_t> lo, hi;
  widen(at, lo, hi);
  store_index(lo, out, n < half ? n : half);
  if (n > half) store_index(hi, out + half, n - half);
}

template <class T>
struct Line {
  const T* staged;
  T* out;
  int64_t* index;
  int64_t start;  // of the indices
  int64_t first;  // of those inside along the other dimensions
};

template <bool kIndices, class T>
void line_of_maxima(const MaxWindows<T>& w, const Line<T>& line) {
  using Index = typename MaxWindows<T>::Index;
  constexpr int lanes = Vec<T>::size;
  const Vec<T> lowest(-__builtin_huge_val());
  const Vec<Index> steps = Vec<Index>::iota() * Vec<Index>((Index)w.step[2]);
  const int64_t width = w.grid.size[3];
  for (int64_t x = 0; x < width; x += lanes) {
    const int n = width - x < lanes ? (int)(width - x) : lanes;
    const T* from = line.staged + x;
    Vec<T> best = lowest;
    Vec<Index> at = Vec<Index>::zero();
    if (kIndices) at = Vec<Index>((Index)line.first) + Vec<Index>::load(w.first[2] + x);
    for (int64_t t = 0; t < w.count; ++t) {
      const Vec<T> v = Vec<T>::load(from + w.taps[t]);
      const Mask<T> better = (v > best) | isnan(v);
      best = select(better, v, best);
      if (kIndices) at = select(Mask<Index>(better.v), Vec<Index>(w.index[t]), at);
    }
    if (n == lanes) {
      best.store(line.out + x);
    } else {
      best.store(line.out + x, n);
    }
    if (kIndices) {
      const Vec<Index> start((Index)(line.start + x * w.step[2]));
      store_index(start + steps + at, line.index + x, n);
    }
  }
}

template <class T>
void maxima(const T* staged, const MaxWindows<T>& w, T* out, int64_t* index) {
  const PixelGrid& grid = w.grid;
  for (int64_t z = 0; z < grid.size[1]; ++z) {
    for (int64_t y = 0; y < grid.size[2]; ++y) {
      const Line<T> line{staged + z * grid.stride[1] + y * grid.stride[2], out, index,
                         w.start + z * w.step[0] + y * w.step[1],
                         index ? w.first[0][z] + w.first[1][y] : 0};
      (index ? line_of_maxima<true, T> : line_of_maxima<false, T>)(w, line);
      out += grid.size[3];
      if (index) index += grid.size[3];
    }
  }
}

}  // namespace

extern const MaxPoolKernels max_pool_table;
constinit const MaxPoolKernels max_pool_table = {maxima<float>, maxima<double>};

}  // namespace taut::TAUT_ISA
