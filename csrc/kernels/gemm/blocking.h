// The numbers of the blocking, per ISA and element type.
//
// A micro-tile is mr rows by nr = 2 vectors of columns, kept in registers (mr x 2 accumulators,
// 2 vectors of B, one broadcast of A). Tiles run over nb columns, then down: with wide tiles the
// panel of A (mr x kc) stays in the L1 cache while kc x nb of B streams from L2; with nb of one
// panel, that panel of B stays and A streams. mc x kc of A fits L2, kc x nc of B L3. An operand of
// at most near_a or near_b bytes comes from L2 as it lies as fast as packed, and one of any size
// while at most few_rows rows of A, which fetch each panel ahead of its use, share what packing
// costs; a panel of B that is to stay in L1 must be packed.
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
  static constexpr int64_t kc = 2048 / sizeof(T), nb = 8 * nr;
  static constexpr int64_t near_b = 1 << 19, few_rows = 1024;
#elif defined(__AVX2__)
  static constexpr int mr = 6;
  static constexpr int64_t kc = 1024 / sizeof(T), nb = nr, near_b = 0, few_rows = 2 * mr;
#else
  static constexpr int mr = 4;
  static constexpr int64_t kc = 1024 / sizeof(T), nb = nr, near_b = 0, few_rows = 2 * mr;
#endif
  static constexpr int64_t mc = 24 * mr, near_a = 1 << 19;
  static constexpr int64_t nc = 64 * nr;
};

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t blocks_of(int64_t n, int64_t block) { return (n + block - 1) / block; }
// n cut into as few blocks of at most `most` as possible, of a like size that `unit` divides.
inline int64_t even_block(int64_t n, int64_t most, int64_t unit) {
  if (n == 0) return unit;
  const int64_t each = blocks_of(n, blocks_of(n, most));
  return blocks_of(each, unit) * unit;
}

}  // namespace
}  // namespace taut::TAUT_ISA
