// The numbers of the blocking, per ISA and element type.
//
// A micro-tile is mr rows by nr = 2 vectors of columns, kept in registers (mr x 2 accumulators,
// 2 vectors of B, one broadcast of A). kc makes a panel of B (kc x nr) stay in the L1 cache
// together with the panel of A that streams past; mc x kc of A stays in L2; kc x nc of B in L3.
#pragma once

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
struct Blocking {
  static constexpr int lanes = Vec<T>::size;
  static constexpr int nr = 2 * lanes;
#if defined(__AVX512F__)
  static constexpr int mr = 12;
#elif defined(__AVX2__)
  static constexpr int mr = 6;
#else
  static constexpr int mr = 4;
#endif
  static constexpr int64_t kc = 1024 / sizeof(T);
  static constexpr int64_t mc = 24 * mr;
  static constexpr int64_t nc = 32 * nr;
};

}  // namespace
}  // namespace taut::TAUT_ISA
