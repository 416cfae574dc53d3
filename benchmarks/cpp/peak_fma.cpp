// Compiled once per instruction set.
#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {

// Runs `rounds` rounds of multiply-adds that depend on nothing but their own last value; returns
// the operations done. `sink` keeps the results alive.
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
template double multiply_adds(int64_t, float*);
template double multiply_adds(int64_t, double*);

}  // namespace taut::TAUT_ISA
