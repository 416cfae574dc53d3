#include "kernels/conv.h"

#include "kernels/gemm/pack.h"
#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

// Tiles of sums in registers: rows of weights by vectors of pixels, rows of dy by taps.
#if defined(__AVX512F__)
constexpr int kRows = 6, kVectors = 4, kDotRows = 4, kDotTaps = 6;
#else
constexpr int kRows = 6, kVectors = 2, kDotRows = 3, kDotTaps = 4;
#endif

// Stage -----------------------------------------------------------------------------------------

template <class T>
inline void copy(const T* from, int64_t n, T* to) {
  constexpr int lanes = Vec<T>::size;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) Vec<T>::load(from + i).store(to + i);
  if (i < n) Vec<T>::load(from + i, static_cast<int>(n - i)).store(to + i, static_cast<int>(n - i));
}
template <class T>
inline void fill_line(T* to, int64_t n, T value) {
  constexpr int lanes = Vec<T>::size;
  const Vec<T> v(value);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) v.store(to + i);
  if (i < n) v.store(to + i, static_cast<int>(n - i));
}
// Every second element; a constant distance, so that the compiler vectorises.
template <class T>
inline void copy_second(const T* from, int64_t n, T* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = from[2 * i];
}

// Elements at, at + split, ... of a line of n, of which those outside [0, n) are `fill`.
template <class T>
inline void stage_part(const T* line, int64_t n, int64_t at, int64_t split, int64_t count, T fill,
                       T* to) {
  int64_t first = at < 0 ? (-at + split - 1) / split : 0;
  int64_t last = at < n ? (n - at + split - 1) / split : 0;
  if (last > count) last = count;
  if (first > last) first = last;
  fill_line(to, first, fill);
  const T* from = line + at + first * split;
  if (split == 1) {
    copy(from, last - first, to + first);
  } else if (split == 2) {
    copy_second(from, last - first, to + first);
  } else {
    for (int64_t i = first; i < last; ++i, from += split) to[i] = *from;
  }
  fill_line(to + last, count - last, fill);
}

template <class T>
void stage(const T* planes, int64_t count, const ConvStage& s, T fill, T* to) {
  const int64_t part = s.part(), line = s.line();
  for (int64_t c = 0; c < count; ++c, planes += s.size[0] * s.size[1] * s.size[2]) {
    for (int64_t d = 0; d < s.extent[0]; ++d) {
      for (int64_t h = 0; h < s.extent[1]; ++h, to += line) {
        const int64_t z = s.origin[0] + d, y = s.origin[1] + h;
        if (z < 0 || z >= s.size[0] || y < 0 || y >= s.size[1]) {
          fill_line(to, line, fill);
          continue;
        }
        const T* from = planes + (z * s.size[1] + y) * s.size[2];
        for (int64_t r = 0; r < s.split; ++r) {
          stage_part(from, s.size[2], s.origin[2] + r, s.split, part, fill, to + r * part);
        }
      }
    }
  }
}

// Runs --------------------------------------------------------------------------------------------

// Pixels that lie side by side in the image as in the output: at most a vector of them.
struct Run {
  int64_t from;  // in the image
  int64_t to;    // counted in pixels from the first
  int length;
};

// Walks over the pixels begin..end of a grid in runs.
template <class T>
class Runs {
 public:
  Runs(const PixelGrid& grid, int64_t begin, int64_t end)
      : grid_(grid), at_(begin), begin_(begin), end_(end) {
    int64_t line = grid.size[3] ? begin / grid.size[3] : 0;
    column_ = begin - line * grid.size[3];
    for (int d = 2; d > 0; --d) where_[d] = line % grid.size[d], line /= grid.size[d];
    where_[0] = line;
  }

  bool next(Run& run) {
    if (at_ >= end_) return false;
    constexpr int lanes = Vec<T>::size;
    const PixelGrid& g = grid_;
    int64_t length = g.size[3] - column_;
    if (length > end_ - at_) length = end_ - at_;
    if (length > lanes) length = lanes;
    run.from =
        where_[0] * g.stride[0] + where_[1] * g.stride[1] + where_[2] * g.stride[2] + column_;
    run.to = at_ - begin_;
    run.length = static_cast<int>(length);
    at_ += length, column_ += length;
    if (column_ == g.size[3]) next_line();
    return true;
  }

 private:
  void next_line() {
    column_ = 0;
    for (int d = 2; d >= 0; --d) {
      if (++where_[d] < grid_.size[d] || d == 0) return;
      where_[d] = 0;
    }
  }

  const PixelGrid& grid_;
  int64_t at_, begin_, end_, column_;
  int64_t where_[3];
};

// Patches -----------------------------------------------------------------------------------------

constexpr int kRunsAtOnce = 64;

template <class T>
void patches(const T* image, const int64_t* taps, int64_t count, const PixelGrid& grid,
             int64_t begin, int64_t end, T* to, int64_t ld) {
  constexpr int lanes = Vec<T>::size;
  Runs<T> runs(grid, begin, end);
  Run list[kRunsAtOnce];
  for (int n = 1; n > 0;) {
    for (n = 0; n < kRunsAtOnce && runs.next(list[n]);) ++n;
    for (int64_t t = 0; t < count; ++t) {
      const T* from = image + taps[t];
      T* row = to + t * ld;
      for (int i = 0; i < n; ++i) {
        const Run run = list[i];
        const Vec<T> v = run.length == lanes ? Vec<T>::load(from + run.from)
                                             : Vec<T>::load(from + run.from, run.length);
        // Whole vectors: what spills is overwritten by the next run.
        if (run.to + lanes <= ld) {
          v.store(row + run.to);
        } else {
          v.store(row + run.to, run.length);
        }
      }
    }
  }
}

// Direct ------------------------------------------------------------------------------------------

template <class T>
struct DirectTile {
  ConvTaps taps;
  const T* image[kVectors];
  T* out[kVectors];
  int length[kVectors];
  const T* weights;
  int64_t w_rs;
  const T* bias;
  int64_t out_rs;
  T beta;
};

template <int R, int V, class T>
void direct_tile(const DirectTile<T>& d) {
  constexpr int lanes = Vec<T>::size;
  Vec<T> acc[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    const Vec<T> start = d.bias ? Vec<T>(d.bias[r]) : Vec<T>::zero();
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) acc[r][v] = start;
  }
  for (int64_t p = 0; p < d.taps.count; p += d.taps.period) {
    for (int64_t t = p; t < p + d.taps.used; ++t) {
      const int64_t tap = d.taps.at[t];
      Vec<T> x[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) x[v] = Vec<T>::load(d.image[v] + tap);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const Vec<T> w(d.weights[r * d.w_rs + t]);
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) acc[r][v] = fma(w, x[v], acc[r][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      T* out = d.out[v] + r * d.out_rs;
      const int n = d.length[v];
      if (n == lanes) {
        (d.beta == 0 ? acc[r][v] : acc[r][v] + Vec<T>::load(out)).store(out);
      } else {
        (d.beta == 0 ? acc[r][v] : acc[r][v] + Vec<T>::load(out, n)).store(out, n);
      }
    }
  }
}

template <class T>
using DirectKernel = void (*)(const DirectTile<T>&);
template <class T, int V, int R = kRows>
inline DirectKernel<T> direct_rows(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return direct_rows<T, V, R - 1>(rows);
  }
  return direct_tile<R, V, T>;
}
template <class T, int V = kVectors>
inline DirectKernel<T> direct_for(int64_t rows, int vectors) {
  if constexpr (V > 1) {
    if (vectors < V) return direct_for<T, V - 1>(rows, vectors);
  }
  return direct_rows<T, V>(rows);
}

template <class T>
void direct(const T* image, const ConvTaps& taps, const PixelGrid& grid, int64_t begin, int64_t end,
            const T* weights, int64_t w_rs, int64_t rows, const T* bias, T* out, int64_t out_rs,
            T beta) {
  const int64_t first = begin * grid.size[3];
  Runs<T> runs(grid, first, end * grid.size[3]);
  DirectTile<T> d{taps, {}, {}, {}, nullptr, w_rs, nullptr, out_rs, beta};
  for (int n = 1; n > 0;) {
    Run run;
    for (n = 0; n < kVectors && runs.next(run); ++n) {
      d.image[n] = image + run.from, d.out[n] = out + first + run.to, d.length[n] = run.length;
    }
    if (n == 0) return;
    for (int64_t r = 0; r < rows; r += kRows) {
      d.weights = weights + r * w_rs, d.bias = bias ? bias + r : nullptr;
      direct_for<T>(rows - r, n)(d);
      for (int v = 0; v < n; ++v) d.out[v] += kRows * out_rs;
    }
  }
}

// By channels -------------------------------------------------------------------------------------

// Pixels of a tile: as many sums as registers hold beside two vectors of weights.
template <class T>
constexpr int kPixels = Vec<T>::size < 14 ? Vec<T>::size : 14;
#if defined(__AVX512F__)
constexpr int kMostPixels = 14;
#else
constexpr int kMostPixels = 6;
#endif
template <class T>
constexpr int kTilePixels = kPixels<T> < kMostPixels ? kPixels<T> : kMostPixels;

template <class T>
struct ChannelTile {
  ConvTaps taps;
  const T* image;
  const T* weights;  // [count][V vectors]
  const T* bias;     // V vectors, or null
  T* out;
  int64_t out_rs;
  int64_t rows;  // that exist
  T beta;
};

// `pixels` sums of every lane as rows of `out`.
template <int R, class T>
inline void store_lanes(const Vec<T> (&sums)[R], const ChannelTile<T>& c, int v) {
  constexpr int lanes = Vec<T>::size;
  Vec<T> row[lanes];
#pragma GCC unroll 16
  for (int r = 0; r < lanes; ++r) row[r] = r < R ? sums[r < R ? r : 0] : Vec<T>::zero();
  transpose(row);
  T sorted[lanes][lanes];
#pragma GCC unroll 16
  for (int i = 0; i < lanes; ++i) row[i].store(sorted[i]);
  const int64_t left = c.rows - v * lanes;
  T* out = c.out + v * lanes * c.out_rs;
  for (int64_t i = 0; i < lanes && i < left; ++i, out += c.out_rs) {
    Vec<T> sum = Vec<T>::load(sorted[i]);
    if (c.beta != 0) sum += Vec<T>::load(out, R);
    sum.store(out, R);
  }
}

template <int R, int V, class T>
void channel_tile(const ChannelTile<T>& c) {
  constexpr int lanes = Vec<T>::size;
  Vec<T> acc[V][R];
#pragma GCC unroll 2
  for (int v = 0; v < V; ++v) {
    const Vec<T> start = c.bias ? Vec<T>::load(c.bias + v * lanes) : Vec<T>::zero();
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) acc[v][r] = start;
  }
  for (int64_t p = 0; p < c.taps.count; p += c.taps.period) {
    const T* weights = c.weights + p * V * lanes;
    for (int64_t t = p; t < p + c.taps.used; ++t, weights += V * lanes) {
      const T* x = c.image + c.taps.at[t];
      // The planes of many channels are more streams than hardware follows.
      __builtin_prefetch(x + 128 / sizeof(T));
      Vec<T> w[V];
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) w[v] = Vec<T>::load(weights + v * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        const Vec<T> pixel(x[r]);
#pragma GCC unroll 2
        for (int v = 0; v < V; ++v) acc[v][r] = fma(pixel, w[v], acc[v][r]);
      }
    }
  }
#pragma GCC unroll 2
  for (int v = 0; v < V; ++v) store_lanes(acc[v], c, v);
}

template <class T>
using ChannelKernel = void (*)(const ChannelTile<T>&);
template <class T, int V, int R = kTilePixels<T>>
inline ChannelKernel<T> channel_kernel(int64_t pixels) {
  if constexpr (R > 1) {
    if (pixels < R) return channel_kernel<T, V, R - 1>(pixels);
  }
  return channel_tile<R, V, T>;
}

template <class T>
void by_channels(const T* image, const ConvTaps& taps, const PixelGrid& grid, int64_t begin,
                 int64_t end, const T* weights, int64_t rows, const T* bias, T* out, int64_t out_rs,
                 T beta) {
  const int64_t width = grid.size[3];
  if (width == 0) return;
  // Tiles of like widths: 7 + 7 rather than 12 + 2.
  const int64_t tiles = (width + kTilePixels<T> - 1) / kTilePixels<T>;
  const int64_t step = (width + tiles - 1) / tiles;
  ChannelTile<T> c{taps, nullptr, weights, bias, nullptr, out_rs, rows, beta};
  for (int64_t line = begin; line < end; ++line) {
    const int64_t h = line % grid.size[2], d = line / grid.size[2];
    const int64_t from =
        d % grid.size[1] * grid.stride[1] + h * grid.stride[2] + d / grid.size[1] * grid.stride[0];
    for (int64_t w = 0; w < width; w += step) {
      const int64_t pixels = width - w < step ? width - w : step;
      c.image = image + from + w, c.out = out + line * width + w;
      (rows > Vec<T>::size ? channel_kernel<T, 2>(pixels) : channel_kernel<T, 1>(pixels))(c);
    }
  }
}

template <class T>
void turn(const T* weights, int64_t rs, int64_t rows, int64_t count, T* to) {
  constexpr int lanes = Vec<T>::size;
  const int64_t padded = (rows + lanes - 1) / lanes * lanes;
  for (int64_t t = 0; t < count; t += lanes) {
    const int steps = count - t < lanes ? static_cast<int>(count - t) : lanes;
    for (int64_t r = 0; r < rows; r += lanes) {
      Vec<T> square[lanes];
      const int given = rows - r < lanes ? static_cast<int>(rows - r) : lanes;
      load_transposed(weights + r * rs + t, rs, given, steps, lanes * rs, square);
      store_rows(square, steps, to + t * padded + r, padded);
    }
  }
}

// Dots --------------------------------------------------------------------------------------------

template <class T>
struct DotTile {
  const T* image;
  const int64_t* taps;
  const T* dy;
  int64_t dy_rs;
  T* sums;
  int64_t sums_rs;
};

template <int R, int K, class T>
void dot_tile(const DotTile<T>& d, const PixelGrid& grid) {
  constexpr int lanes = Vec<T>::size;
  Vec<T> acc[R][K];
  const T* tap[K];
#pragma GCC unroll 8
  for (int k = 0; k < K; ++k) {
    tap[k] = d.image + d.taps[k];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) acc[r][k] = Vec<T>::load(d.sums + r * d.sums_rs + k * lanes);
  }
  const int64_t width = grid.size[3];
  int64_t line = 0;
  for (int64_t z = 0; z < grid.size[1]; ++z) {
    for (int64_t y = 0; y < grid.size[2]; ++y, ++line) {
      const int64_t from = z * grid.stride[1] + y * grid.stride[2];
      const T* dy = d.dy + line * width;
      for (int64_t w = 0; w < width; w += lanes) {
        const int n = width - w < lanes ? static_cast<int>(width - w) : lanes;
        Vec<T> g[R];
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
          g[r] = n == lanes ? Vec<T>::load(dy + r * d.dy_rs + w)
                            : Vec<T>::load(dy + r * d.dy_rs + w, n);
        }
#pragma GCC unroll 8
        for (int k = 0; k < K; ++k) {
          // No pixel past the last takes part: it might be infinite.
          const Vec<T> x =
              n == lanes ? Vec<T>::load(tap[k] + from + w) : Vec<T>::load(tap[k] + from + w, n);
#pragma GCC unroll 4
          for (int r = 0; r < R; ++r) acc[r][k] = fma(g[r], x, acc[r][k]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int k = 0; k < K; ++k) {
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) acc[r][k].store(d.sums + r * d.sums_rs + k * lanes);
  }
}

template <class T>
using DotKernel = void (*)(const DotTile<T>&, const PixelGrid&);
template <class T, int R, int K = kDotTaps>
inline DotKernel<T> dot_taps(int64_t taps) {
  if constexpr (K > 1) {
    if (taps < K) return dot_taps<T, R, K - 1>(taps);
  }
  return dot_tile<R, K, T>;
}
template <class T, int R = kDotRows>
inline DotKernel<T> dot_for(int64_t rows, int64_t taps) {
  if constexpr (R > 1) {
    if (rows < R) return dot_for<T, R - 1>(rows, taps);
  }
  return dot_taps<T, R>(taps);
}

template <class T>
void dots(const T* image, const int64_t* taps, int64_t count, const PixelGrid& grid, const T* dy,
          int64_t rows, int64_t dy_rs, T* sums) {
  constexpr int lanes = Vec<T>::size;
  // Tiles of like numbers of taps: 5 + 4 keep more sums in flight than 6 + 3.
  const int64_t tiles = (count + kDotTaps - 1) / kDotTaps;
  const int64_t step = tiles ? (count + tiles - 1) / tiles : 1;
  for (int64_t r = 0; r < rows; r += kDotRows) {
    for (int64_t k = 0; k < count; k += step) {
      const int64_t left = count - k < step ? count - k : step;
      dot_for<T>(rows - r, left)(
          {image, taps + k, dy + r * dy_rs, dy_rs, sums + (r * count + k) * lanes, count * lanes},
          grid);
    }
  }
}

template <class T>
void fold(const T* sums, int64_t count, T* out, T beta) {
  constexpr int lanes = Vec<T>::size;
  for (int64_t i = 0; i < count; ++i) {
    const T sum = hsum(Vec<T>::load(sums + i * lanes));
    out[i] = beta == 0 ? sum : out[i] + sum;
  }
}

template <class T>
T total(const T* x, int64_t n) {
  constexpr int lanes = Vec<T>::size;
  Vec<T> acc[4] = {Vec<T>::zero(), Vec<T>::zero(), Vec<T>::zero(), Vec<T>::zero()};
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) acc[v] += Vec<T>::load(x + i + v * lanes);
  }
  for (; i < n; i += lanes) {
    acc[0] += Vec<T>::load(x + i, n - i < lanes ? static_cast<int>(n - i) : lanes);
  }
  return hsum((acc[0] + acc[1]) + (acc[2] + acc[3]));
}

template <class T>
constexpr ConvTable<T> table() {
  return {Vec<T>::size, kRows,          kTilePixels<T>, Vec<T>::size, stage<T>, patches<T>,
          direct<T>,    by_channels<T>, turn<T>,        dots<T>,      fold<T>,  total<T>};
}

}  // namespace

extern const ConvKernels conv_table;
constinit const ConvKernels conv_table = {table<float>(), table<double>()};

}  // namespace taut::TAUT_ISA
