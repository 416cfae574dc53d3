// Vectors of float from memory of 16-bit floating-point numbers and back, as core/half.h rounds.
#pragma once

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

constexpr int kHalves = Vec<float>::size;
typedef uint16_t RawHalves __attribute__((vector_size(kHalves * 2)));

inline RawHalves load_halves(const char* p) {
  RawHalves r;
  __builtin_memcpy(&r, p, sizeof(r));
  return r;
}
inline void store_halves(char* p, RawHalves v) { __builtin_memcpy(p, &v, sizeof(v)); }

#if defined(__AVX512F__)
inline RawInt32 raw_widen(RawHalves v) {
  return (RawInt32)_mm512_maskz_cvtepu16_epi32((__mmask16)-1, (__m256i)v);
}
inline RawHalves raw_narrow(RawInt32 v) {
  return (RawHalves)_mm512_maskz_cvtepi32_epi16((__mmask16)-1, (__m512i)v);
}
#elif defined(__AVX2__)
inline RawInt32 raw_widen(RawHalves v) { return (RawInt32)_mm256_cvtepu16_epi32((__m128i)v); }
// Of numbers below 2^16.
inline RawHalves raw_narrow(RawInt32 v) {
  const __m256i pairs = _mm256_packus_epi32((__m256i)v, (__m256i)v);
  return (RawHalves)_mm256_castsi256_si128(_mm256_permute4x64_epi64(pairs, 0x08));
}
#else
inline RawInt32 raw_widen(RawHalves v) { return __builtin_convertvector(v, RawInt32); }
inline RawHalves raw_narrow(RawInt32 v) { return __builtin_convertvector(v, RawHalves); }
#endif

// Memory that holds Float, BFloat or Half numbers, seen as vectors of float.
struct Float {
  static constexpr int bytes = 4;
  static Vec<float> load(const char* p) { return Vec<float>::load((const float*)p); }
  static void store(char* p, Vec<float> v) { v.store((float*)p); }
};

struct BFloat {
  static constexpr int bytes = 2;
  static Vec<float> load(const char* p) {
    return Vec<float>((RawFloat)(raw_widen(load_halves(p)) << 16));
  }
  static void store(char* p, Vec<float> v) {
    typedef uint32_t Bits __attribute__((vector_size(kVecBytes)));
    const Bits bits = (Bits)v.v;
    const Bits rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16, quiet = bits >> 16 | 0x40;
    store_halves(p, raw_narrow((RawInt32)(v.v != v.v ? quiet : rounded)));
  }
};

#if defined(__AVX512F__)
struct Half {
  static constexpr int bytes = 2;
  static Vec<float> load(const char* p) {
    return Vec<float>(_mm512_maskz_cvtph_ps((__mmask16)-1, (__m256i)load_halves(p)));
  }
  static void store(char* p, Vec<float> v) {
    store_halves(p,
                 (RawHalves)_mm512_maskz_cvtps_ph((__mmask16)-1, v.v, _MM_FROUND_TO_NEAREST_INT));
  }
};
#elif defined(__AVX2__)
struct Half {
  static constexpr int bytes = 2;
  static Vec<float> load(const char* p) {
    return Vec<float>(_mm256_cvtph_ps((__m128i)load_halves(p)));
  }
  static void store(char* p, Vec<float> v) {
    store_halves(p, (RawHalves)_mm256_cvtps_ph(v.v, _MM_FROUND_TO_NEAREST_INT));
  }
};
#else
struct Half {
  static constexpr int bytes = 2;
  static Vec<float> load(const char* p) {
    const RawInt32 bits = raw_widen(load_halves(p)), sign = (bits & 0x8000) << 16;
    const RawInt32 size = (bits & 0x7fff) << 13;
    // The exponent of `size` is 112 too small, that of infinity and NaN by 112 more.
    const RawInt32 normal = size + 0x38000000, special = (size + 0x70000000) | 0x400000;
    const RawFloat small = __builtin_convertvector(bits & 0x7fff, RawFloat) * 0x1p-24f;
    const RawInt32 finite = size < 0x00800000 ? (RawInt32)small : normal;
    const RawInt32 infinite = size == 0x0f800000 ? RawInt32{} + 0x7f800000 : special;
    return Vec<float>((RawFloat)(sign | (size < 0x0f800000 ? finite : infinite)));
  }
  static void store(char* p, Vec<float> v) {
    const RawInt32 bits = (RawInt32)v.v, size = bits & 0x7fffffff;
    const RawInt32 sign = (bits >> 16) & 0x8000;
    // Below the least normal number: adding 0.5 makes the units of float those of the result.
    const RawInt32 small = (RawInt32)((RawFloat)size + 0.5f) - 0x3f000000;
    const RawInt32 normal = (size + 0xfff + (size >> 13 & 1) - 0x38000000) >> 13;
    const RawInt32 nan = 0x7e00 | (size >> 13 & 0x3ff);
    const RawInt32 finite = size < 0x38800000 ? small : normal;
    const RawInt32 infinite = size > 0x7f800000 ? nan : RawInt32{} + 0x7c00;
    store_halves(p, raw_narrow(sign | (size < 0x47800000 ? finite : infinite)));
  }
};
#endif

}  // namespace
}  // namespace taut::TAUT_ISA
