#include "kernels/copy.h"

#include <algorithm>
#include <cstring>

#include "kernels/stream.h"

namespace taut::kernels {
namespace {

using std::int64_t;
using std::size_t;

// One tile of both sides fits in L1 with room to spare, and its rows are whole cache lines.
constexpr int64_t kTileBytes = 64;

// 4 x 4 of 4-byte elements in registers: four loads, eight shuffles, four stores.
void transpose_4x4(char* out, int64_t out_step, const char* in, int64_t in_step) {
  typedef std::uint32_t V [[gnu::vector_size(16)]];
  V r[4];
  for (int k = 0; k < 4; ++k) std::memcpy(&r[k], in + k * in_step, 16);
  const V ab_lo = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
  const V ab_hi = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  const V cd_lo = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
  const V cd_hi = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  const V t[4] = {__builtin_shufflevector(ab_lo, cd_lo, 0, 1, 4, 5),
                  __builtin_shufflevector(ab_lo, cd_lo, 2, 3, 6, 7),
                  __builtin_shufflevector(ab_hi, cd_hi, 0, 1, 4, 5),
                  __builtin_shufflevector(ab_hi, cd_hi, 2, 3, 6, 7)};
  for (int k = 0; k < 4; ++k) std::memcpy(out + k * out_step, &t[k], 16);
}

// out rows [0, rows) x cols [0, cols), element by element.
template <class T>
void transpose_plain(char* out, int64_t out_step, const char* in, int64_t in_step, int64_t rows,
                     int64_t cols) {
  for (int64_t i = 0; i < rows; ++i) {
    T* o = reinterpret_cast<T*>(out + i * out_step);
    const char* x = in + i * static_cast<int64_t>(sizeof(T));
    for (int64_t j = 0; j < cols; ++j) o[j] = *reinterpret_cast<const T*>(x + j * in_step);
  }
}

template <class T>
void transpose_tile(char* out, int64_t out_step, const char* in, int64_t in_step, int64_t rows,
                    int64_t cols) {
  constexpr int64_t w = sizeof(T);
  if constexpr (w == 4) {
    if (rows % 4 == 0 && cols % 4 == 0) {
      for (int64_t i = 0; i < rows; i += 4) {
        for (int64_t j = 0; j < cols; j += 4) {
          transpose_4x4(out + i * out_step + j * w, out_step, in + j * in_step + i * w, in_step);
        }
      }
      return;
    }
  }
  transpose_plain<T>(out, out_step, in, in_step, rows, cols);
}

template <class T>
void transpose_of(char* out, int64_t out_step, const char* in, int64_t in_step, int64_t rows,
                  int64_t cols) {
  constexpr int64_t w = sizeof(T), tile = kTileBytes / w;
  for (int64_t i = 0; i < rows; i += tile) {
    for (int64_t j = 0; j < cols; j += tile) {
      transpose_tile<T>(out + i * out_step + j * w, out_step, in + j * in_step + i * w, in_step,
                        std::min(tile, rows - i), std::min(tile, cols - j));
    }
  }
}

template <class T>
void copy_elements(char* const* ptr, const int64_t* stride, int64_t n, const double*) {
  constexpr int64_t w = sizeof(T);
  T* out = reinterpret_cast<T*>(ptr[0]);
  const T* in = reinterpret_cast<const T*>(ptr[1]);
  if (stride[0] == w && stride[1] == w) {
    copy_bytes(out, in, static_cast<size_t>(n) * sizeof(T));
  } else if (stride[0] == w && stride[1] == -w) {
    for (int64_t i = 0; i < n; ++i) out[i] = in[-i];
  } else if (stride[0] == w && stride[1] == 0) {
    std::fill_n(out, n, *in);
  } else {
    for (int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<T*>(ptr[0] + i * stride[0]) =
          *reinterpret_cast<const T*>(ptr[1] + i * stride[1]);
    }
  }
}

}  // namespace

void copy_bytes(void* out, const void* in, size_t n) {
  constexpr size_t kFew = 512;
  if (n == 0) return;  // an empty tensor may have no address, which memcpy must not see
  if (n <= kFew) {
    std::memcpy(out, in, n);
  } else {
    stream_kernels().copy(static_cast<char*>(out), static_cast<const char*>(in), n, nullptr);
  }
}

CopyLoop copy_loop(size_t width) {
  switch (width) {
    case 1:
      return copy_elements<std::uint8_t>;
    case 2:
      return copy_elements<std::uint16_t>;
    case 4:
      return copy_elements<std::uint32_t>;
    default:
      return copy_elements<std::uint64_t>;
  }
}

void copy_blocks(char* out, int64_t out_step, const char* in, int64_t in_step, size_t bytes,
                 int64_t n, bool past_caches) {
  if (!past_caches) {
    for (int64_t i = 0; i < n; ++i) copy_bytes(out + i * out_step, in + i * in_step, bytes);
    return;
  }
  constexpr int64_t kAhead = 4096;  // as far as memory takes to answer
  const auto& lines = stream_kernels();
  for (int64_t i = 0; i < n; ++i) {
    const char* from = in + i * in_step;
    lines.stream(out + i * out_step, from, bytes, from + kAhead);
  }
  lines.fence();
}

void transpose(size_t width, char* out, int64_t out_step, const char* in, int64_t in_step,
               int64_t rows, int64_t cols) {
  const auto f = width == 1   ? transpose_of<std::uint8_t>
                 : width == 2 ? transpose_of<std::uint16_t>
                 : width == 4 ? transpose_of<std::uint32_t>
                              : transpose_of<std::uint64_t>;
  f(out, out_step, in, in_step, rows, cols);
}

}  // namespace taut::kernels
