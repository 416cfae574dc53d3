// Compiled once per instruction set.
#include "peak_loops.h"

#include "kernels/simd/stream.h"
#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

// Rounds of multiply-adds that depend on nothing but their own last value.
template <class T>
double multiply_adds(int64_t rounds, T* sink) {
  // Enough chains to hide the latency of two units, few enough for the registers.
  constexpr int chains = 12;
  Vec<T> sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = Vec<T>(sink[i]);
  const Vec<T> factor(sink[0]), term(sink[1]);
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i) sums[i] = fma(sums[i], factor, term);
  }
  for (int i = 0; i < chains; ++i) sink[i] = sums[i][0];
  return 2.0 * chains * Vec<T>::size * static_cast<double>(rounds);
}

using V = Vec<float>;
constexpr int64_t kBlock = PeakLoops::kBlock;

float read(const float* from, int64_t n) {
  constexpr int chains = 8;
  static_assert(kBlock % (chains * V::size) == 0);
  V sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = V::zero();
  for (; n > 0; n -= chains * V::size, from += chains * V::size) {
#pragma GCC unroll 8
    for (int i = 0; i < chains; ++i) sums[i] = sums[i] + V::load(from + i * V::size);
  }
  for (int i = 1; i < chains; ++i) sums[0] = sums[0] + sums[i];
  return hsum(sums[0]);
}

// Keeps the compiler from making a call of memset or memcpy out of the loop around it.
inline void keep_the_loop() { asm volatile("" ::: "memory"); }

template <bool streaming>
void write(float* to, int64_t n) {
  alignas(64) const float line[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  for (int64_t begin = 0; begin < n; begin += kBlock, keep_the_loop()) {
    for (int64_t i = begin; i < begin + kBlock; i += streaming ? 16 : V::size) {
      if constexpr (streaming) {
        stream_line(reinterpret_cast<char*>(to + i), reinterpret_cast<const char*>(line));
      } else {
        V::load(line).store(to + i);
      }
    }
  }
  if (streaming) stream_fence();
}

template <bool streaming>
void copy(float* to, const float* from, int64_t n) {
  for (int64_t begin = 0; begin < n; begin += kBlock, keep_the_loop()) {
    for (int64_t i = begin; i < begin + kBlock; i += streaming ? 16 : V::size) {
      if constexpr (streaming) {
        stream_line(reinterpret_cast<char*>(to + i), reinterpret_cast<const char*>(from + i));
      } else {
        V::load(from + i).store(to + i);
      }
    }
  }
  if (streaming) stream_fence();
}

}  // namespace

extern const PeakLoops peak_table;
const PeakLoops peak_table = {multiply_adds<float>, multiply_adds<double>, read,      write<false>,
                              write<true>,          copy<false>,           copy<true>};

}  // namespace taut::TAUT_ISA
