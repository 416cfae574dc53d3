// The instructions that vector extensions cannot express: rounding, square root, masked access.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#ifndef TAUT_ISA
#define TAUT_ISA baseline
#endif

namespace taut::TAUT_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kVecBytes = 64;
#elif defined(__AVX2__)
constexpr int kVecBytes = 32;
#else
constexpr int kVecBytes = 16;
#endif

typedef float RawFloat __attribute__((vector_size(kVecBytes)));
typedef double RawDouble __attribute__((vector_size(kVecBytes)));
typedef int32_t RawInt32 __attribute__((vector_size(kVecBytes)));
typedef int64_t RawInt64 __attribute__((vector_size(kVecBytes)));

#if defined(__AVX512F__)

// Under a full mask: GCC's unmasked forms name an undefined value, which -Wuninitialized reports.
inline RawFloat raw_sqrt(RawFloat a) { return _mm512_mask_sqrt_ps(a, (__mmask16)-1, a); }
inline RawDouble raw_sqrt(RawDouble a) { return _mm512_mask_sqrt_pd(a, (__mmask8)-1, a); }
inline RawFloat raw_floor(RawFloat a) {
  return _mm512_mask_roundscale_ps(a, (__mmask16)-1, a, 0x09);
}
inline RawDouble raw_floor(RawDouble a) {
  return _mm512_mask_roundscale_pd(a, (__mmask8)-1, a, 0x09);
}
inline RawFloat raw_ceil(RawFloat a) {
  return _mm512_mask_roundscale_ps(a, (__mmask16)-1, a, 0x0a);
}
inline RawDouble raw_ceil(RawDouble a) {
  return _mm512_mask_roundscale_pd(a, (__mmask8)-1, a, 0x0a);
}
inline RawFloat raw_trunc(RawFloat a) {
  return _mm512_mask_roundscale_ps(a, (__mmask16)-1, a, 0x0b);
}
inline RawDouble raw_trunc(RawDouble a) {
  return _mm512_mask_roundscale_pd(a, (__mmask8)-1, a, 0x0b);
}
inline RawFloat raw_round(RawFloat a) {
  return _mm512_mask_roundscale_ps(a, (__mmask16)-1, a, 0x08);
}
inline RawDouble raw_round(RawDouble a) {
  return _mm512_mask_roundscale_pd(a, (__mmask8)-1, a, 0x08);
}

#elif defined(__AVX2__)

inline RawFloat raw_sqrt(RawFloat a) { return _mm256_sqrt_ps(a); }
inline RawDouble raw_sqrt(RawDouble a) { return _mm256_sqrt_pd(a); }
inline RawFloat raw_floor(RawFloat a) { return _mm256_round_ps(a, 0x09); }
inline RawDouble raw_floor(RawDouble a) { return _mm256_round_pd(a, 0x09); }
inline RawFloat raw_ceil(RawFloat a) { return _mm256_round_ps(a, 0x0a); }
inline RawDouble raw_ceil(RawDouble a) { return _mm256_round_pd(a, 0x0a); }
inline RawFloat raw_trunc(RawFloat a) { return _mm256_round_ps(a, 0x0b); }
inline RawDouble raw_trunc(RawDouble a) { return _mm256_round_pd(a, 0x0b); }
inline RawFloat raw_round(RawFloat a) { return _mm256_round_ps(a, 0x08); }
inline RawDouble raw_round(RawDouble a) { return _mm256_round_pd(a, 0x08); }

#else

#if defined(__SSE2__)
inline RawFloat raw_sqrt(RawFloat a) { return _mm_sqrt_ps(a); }
inline RawDouble raw_sqrt(RawDouble a) { return _mm_sqrt_pd(a); }
#else
inline RawFloat raw_sqrt(RawFloat a) {
  for (int i = 0; i < 4; ++i) a[i] = __builtin_sqrtf(a[i]);
  return a;
}
inline RawDouble raw_sqrt(RawDouble a) {
  for (int i = 0; i < 2; ++i) a[i] = __builtin_sqrt(a[i]);
  return a;
}
#endif

// Plain SSE2 has no rounding instruction: adding 2^(mantissa bits) rounds to nearest even, and
// floor, ceil and trunc correct that by one. Values past it are integers already; -0 stays -0.
template <class Float, class Int>
inline Float round_by_magic(Float a, Int sign_bit, Float magic) {
  const Int sign = (Int)a & sign_bit;
  const Float size = (Float)((Int)a & ~sign_bit);
  const Float rounded = (Float)((Int)((size + magic) - magic) | sign);
  return size < magic ? rounded : a;
}
inline RawFloat raw_round(RawFloat a) {
  return round_by_magic(a, RawInt32{} + INT32_MIN, RawFloat{} + 0x1p23f);
}
inline RawDouble raw_round(RawDouble a) {
  return round_by_magic(a, RawInt64{} + INT64_MIN, RawDouble{} + 0x1p52);
}
template <class Int, class Float>
inline Float keep_sign(Float value, Float of, Int sign_bit) {
  return (Float)(((Int)value & ~sign_bit) | ((Int)of & sign_bit));
}
inline RawFloat raw_floor(RawFloat a) {
  const RawFloat r = raw_round(a);
  return keep_sign(r > a ? r - 1.0f : r, a, RawInt32{} + INT32_MIN);
}
inline RawDouble raw_floor(RawDouble a) {
  const RawDouble r = raw_round(a);
  return keep_sign(r > a ? r - 1.0 : r, a, RawInt64{} + INT64_MIN);
}
inline RawFloat raw_ceil(RawFloat a) { return -raw_floor(-a); }
inline RawDouble raw_ceil(RawDouble a) { return -raw_floor(-a); }
inline RawFloat raw_trunc(RawFloat a) { return a < 0.0f ? raw_ceil(a) : raw_floor(a); }
inline RawDouble raw_trunc(RawDouble a) { return a < 0.0 ? raw_ceil(a) : raw_floor(a); }

#endif

// a > b ? a : b and a < b ? a : b, which is b where either is NaN: one instruction, where GCC
// compares and blends.
#if defined(__AVX512F__)
inline RawFloat raw_greater(RawFloat a, RawFloat b) {
  return _mm512_maskz_max_ps((__mmask16)-1, a, b);
}
inline RawDouble raw_greater(RawDouble a, RawDouble b) {
  return _mm512_maskz_max_pd((__mmask8)-1, a, b);
}
inline RawFloat raw_lesser(RawFloat a, RawFloat b) {
  return _mm512_maskz_min_ps((__mmask16)-1, a, b);
}
inline RawDouble raw_lesser(RawDouble a, RawDouble b) {
  return _mm512_maskz_min_pd((__mmask8)-1, a, b);
}
#elif defined(__AVX2__)
inline RawFloat raw_greater(RawFloat a, RawFloat b) { return _mm256_max_ps(a, b); }
inline RawDouble raw_greater(RawDouble a, RawDouble b) { return _mm256_max_pd(a, b); }
inline RawFloat raw_lesser(RawFloat a, RawFloat b) { return _mm256_min_ps(a, b); }
inline RawDouble raw_lesser(RawDouble a, RawDouble b) { return _mm256_min_pd(a, b); }
#elif defined(__SSE2__)
inline RawFloat raw_greater(RawFloat a, RawFloat b) { return _mm_max_ps(a, b); }
inline RawDouble raw_greater(RawDouble a, RawDouble b) { return _mm_max_pd(a, b); }
inline RawFloat raw_lesser(RawFloat a, RawFloat b) { return _mm_min_ps(a, b); }
inline RawDouble raw_lesser(RawDouble a, RawDouble b) { return _mm_min_pd(a, b); }
#endif
template <class Raw>
inline Raw raw_greater(Raw a, Raw b) {
  return a > b ? a : b;
}
template <class Raw>
inline Raw raw_lesser(Raw a, Raw b) {
  return a < b ? a : b;
}

// a b + c, in one rounding where the ISA has it. The compiler contracts only what it leaves side by
// side, so one expression may round one way here and another there.
#if defined(__AVX512F__)
inline RawFloat raw_fma(RawFloat a, RawFloat b, RawFloat c) { return _mm512_fmadd_ps(a, b, c); }
inline RawDouble raw_fma(RawDouble a, RawDouble b, RawDouble c) { return _mm512_fmadd_pd(a, b, c); }
#elif defined(__FMA__)
inline RawFloat raw_fma(RawFloat a, RawFloat b, RawFloat c) { return _mm256_fmadd_ps(a, b, c); }
inline RawDouble raw_fma(RawDouble a, RawDouble b, RawDouble c) { return _mm256_fmadd_pd(a, b, c); }
#endif
template <class Raw>
inline Raw raw_fma(Raw a, Raw b, Raw c) {
  return a * b + c;
}

// float <-> double by halves, for which GCC's vector conversion takes three times the instructions.
#if defined(__AVX512F__)
inline void raw_widen(RawFloat a, RawDouble& lo, RawDouble& hi) {
  __m256 half[2];
  __builtin_memcpy(half, &a, sizeof(a));
  lo = _mm512_maskz_cvtps_pd((__mmask8)-1, half[0]);
  hi = _mm512_maskz_cvtps_pd((__mmask8)-1, half[1]);
}
inline RawFloat raw_narrow(RawDouble lo, RawDouble hi) {
  const __m256 half[2] = {_mm512_maskz_cvtpd_ps((__mmask8)-1, lo),
                          _mm512_maskz_cvtpd_ps((__mmask8)-1, hi)};
  RawFloat r;
  __builtin_memcpy(&r, half, sizeof(r));
  return r;
}
#elif defined(__AVX2__)
inline void raw_widen(RawFloat a, RawDouble& lo, RawDouble& hi) {
  lo = _mm256_cvtps_pd(_mm256_castps256_ps128(a));
  hi = _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1));
}
inline RawFloat raw_narrow(RawDouble lo, RawDouble hi) {
  return _mm256_set_m128(_mm256_cvtpd_ps(hi), _mm256_cvtpd_ps(lo));
}
#endif

// Lanes of Bytes bytes from one byte each, and back, for lanes that are 0 or -1: by instructions
// where GCC's vector conversion goes lane by lane.
template <int Bytes, class Raw>
inline Raw raw_widen_bytes(const char* p) {
  typedef int8_t Packed __attribute__((vector_size(kVecBytes / Bytes)));
  Packed packed;
  __builtin_memcpy(&packed, p, sizeof(packed));
#if defined(__AVX2__)
  __m128i low = _mm_setzero_si128();
  __builtin_memcpy(&low, p, sizeof(packed) < sizeof(low) ? sizeof(packed) : sizeof(low));
#endif
#if defined(__AVX512F__)
  if constexpr (Bytes == 2) return (Raw)_mm512_maskz_cvtepi8_epi16(~0u, (__m256i)packed);
  if constexpr (Bytes == 4) return (Raw)_mm512_maskz_cvtepi8_epi32((__mmask16)-1, low);
  if constexpr (Bytes == 8) return (Raw)_mm512_maskz_cvtepi8_epi64((__mmask8)-1, low);
#elif defined(__AVX2__)
  if constexpr (Bytes == 2) return (Raw)_mm256_cvtepi8_epi16(low);
  if constexpr (Bytes == 4) return (Raw)_mm256_cvtepi8_epi32(low);
  if constexpr (Bytes == 8) return (Raw)_mm256_cvtepi8_epi64(low);
#endif
  return __builtin_convertvector(packed, Raw);
}
template <int Bytes, class Raw>
inline void raw_narrow_to_bytes(char* p, Raw v) {
  typedef int8_t Packed __attribute__((vector_size(kVecBytes / Bytes)));
#if defined(__AVX2__) && !defined(__AVX512F__)
  __m256i wide = (__m256i)v;
  if constexpr (Bytes == 8) {
    wide = _mm256_permutevar8x32_epi32(wide, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
  }
  if constexpr (Bytes >= 4) {
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    const __m128i bytes = _mm_packs_epi16(words, words);
    __builtin_memcpy(p, &bytes, sizeof(Packed));
    return;
  }
#endif
  const Packed packed = __builtin_convertvector(v, Packed);
  __builtin_memcpy(p, &packed, sizeof(packed));
}

// The first n lanes of memory, zero elsewhere; nothing past them is touched. 0 <= n <= lanes.
#if defined(__AVX512F__) && defined(__AVX512BW__)
template <int Bytes, class Raw>
inline Raw raw_load(const void* p, int n) {
  if constexpr (Bytes == 4) return (Raw)_mm512_maskz_loadu_epi32((__mmask16)_bzhi_u32(~0u, n), p);
  if constexpr (Bytes == 8) return (Raw)_mm512_maskz_loadu_epi64((__mmask8)_bzhi_u32(~0u, n), p);
  if constexpr (Bytes == 2) return (Raw)_mm512_maskz_loadu_epi16(_bzhi_u32(~0u, n), p);
  if constexpr (Bytes == 1) return (Raw)_mm512_maskz_loadu_epi8(_bzhi_u64(~0ull, n), p);
}
template <int Bytes, class Raw>
inline void raw_store(void* p, Raw v, int n) {
  const __m512i bits = (__m512i)v;
  if constexpr (Bytes == 4) _mm512_mask_storeu_epi32(p, (__mmask16)_bzhi_u32(~0u, n), bits);
  if constexpr (Bytes == 8) _mm512_mask_storeu_epi64(p, (__mmask8)_bzhi_u32(~0u, n), bits);
  if constexpr (Bytes == 2) _mm512_mask_storeu_epi16(p, _bzhi_u32(~0u, n), bits);
  if constexpr (Bytes == 1) _mm512_mask_storeu_epi8(p, _bzhi_u64(~0ull, n), bits);
}
#else
#if defined(__AVX2__)
inline __m256i first_lanes32(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline __m256i first_lanes64(int n) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
#endif
template <int Bytes>
struct SizedInt;
template <>
struct SizedInt<1> {
  typedef int8_t type __attribute__((may_alias));
};
template <>
struct SizedInt<2> {
  typedef int16_t type __attribute__((may_alias));
};
template <>
struct SizedInt<4> {
  typedef int32_t type __attribute__((may_alias));
};
template <>
struct SizedInt<8> {
  typedef int64_t type __attribute__((may_alias));
};
template <int Bytes, class Raw>
inline Raw raw_load(const void* p, int n) {
#if defined(__AVX2__)
  if constexpr (Bytes == 4) return (Raw)_mm256_maskload_epi32((const int*)p, first_lanes32(n));
  if constexpr (Bytes == 8) {
    return (Raw)_mm256_maskload_epi64((const long long*)p, first_lanes64(n));
  }
#endif
  using Int = typename SizedInt<Bytes>::type;
  Raw v{};
  for (int i = 0; i < n; ++i) ((Int*)&v)[i] = ((const Int*)p)[i];
  return v;
}
template <int Bytes, class Raw>
inline void raw_store(void* p, Raw v, int n) {
#if defined(__AVX2__)
  if constexpr (Bytes == 4) return _mm256_maskstore_epi32((int*)p, first_lanes32(n), (__m256i)v);
  if constexpr (Bytes == 8) {
    return _mm256_maskstore_epi64((long long*)p, first_lanes64(n), (__m256i)v);
  }
#endif
  using Int = typename SizedInt<Bytes>::type;
  for (int i = 0; i < n; ++i) ((Int*)p)[i] = ((const Int*)&v)[i];
}
#endif

}  // namespace
}  // namespace taut::TAUT_ISA
