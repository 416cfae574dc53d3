// A square of vectors transposed in registers, and many vectors summed at once.
#pragma once

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

// Lanes by number from two vectors, those of b counted on from those of a.
template <int... Lane>
struct Lanes {};
template <int N, int... Lane>
struct LanesUpTo : LanesUpTo<N - 1, N - 1, Lane...> {};
template <int... Lane>
struct LanesUpTo<0, Lane...> {
  using type = Lanes<Lane...>;
};
template <int N>
using LanesOf = typename LanesUpTo<N>::type;

template <int... Lane, class Raw>
inline Raw shuffle(Raw a, Raw b) {
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(a, b, Lane...);
#else
  typedef decltype(a < a) Index;
  return __builtin_shuffle(a, b, Index{Lane...});
#endif
}

template <class T, int Step>
struct Exchange {
  using V = Vec<T>;

  // Of two vectors: the lanes without bit Step of both, and the lanes with it.
  static constexpr int low(int lane) { return lane & Step ? V::size + lane - Step : lane; }
  static constexpr int high(int lane) { return lane & Step ? V::size + lane : lane + Step; }

  template <int... Lane>
  static void pair(V a, V b, V& lo, V& hi, Lanes<Lane...>) {
    lo = V(shuffle<low(Lane)...>(a.v, b.v));
    hi = V(shuffle<high(Lane)...>(a.v, b.v));
  }
};

// Row i becomes lane i.
template <class T, int Step = 1>
inline void transpose(Vec<T> (&row)[Vec<T>::size]) {
  if constexpr (Step < Vec<T>::size) {
#pragma GCC unroll 16
    for (int i = 0; i < Vec<T>::size; ++i) {
      if (i & Step) continue;
      Vec<T> lo, hi;
      Exchange<T, Step>::pair(row[i], row[i + Step], lo, hi, LanesOf<Vec<T>::size>{});
      row[i] = lo, row[i + Step] = hi;
    }
    transpose<T, 2 * Step>(row);
  }
}

// Lane i of the result is the sum of the lanes of row i; the order of the sum is fixed per ISA.
template <class T, int Step = 1>
inline Vec<T> sums_of(Vec<T> (&row)[Vec<T>::size]) {
  if constexpr (Step < Vec<T>::size) {
#pragma GCC unroll 16
    for (int i = 0; i < Vec<T>::size; i += 2 * Step) {
      Vec<T> lo, hi;
      Exchange<T, Step>::pair(row[i], row[i + Step], lo, hi, LanesOf<Vec<T>::size>{});
      row[i] = lo + hi;
    }
    return sums_of<T, 2 * Step>(row);
  } else {
    return row[0];
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA
