// Plain loops that compilers vectorise: every function below is branch-free, and knows its narrow
// domain (u in (0, 1], angles in [0, 2 pi]), so it needs none of the special cases of the general
// functions.
#include "kernels/random.h"

namespace taut::TAUT_ISA {
namespace {

constexpr int64_t kHalf = 8;  // the first half of a block of 16 gives radii, the second angles
constexpr int64_t kPairs = kNormalBlocks * kHalf;

inline uint32_t bits_of(float x) { return __builtin_bit_cast(uint32_t, x); }
inline uint64_t bits_of(double x) { return __builtin_bit_cast(uint64_t, x); }
inline float float_of(uint32_t bits) { return __builtin_bit_cast(float, bits); }
inline double double_of(uint64_t bits) { return __builtin_bit_cast(double, bits); }

// Unsigned integers below 2^52 and 2^32 as doubles, by way of the mantissa: no instruction set
// below AVX-512 converts 64-bit integers.
inline double exact(uint64_t below_2_52) {
  return double_of(bits_of(0x1p52) | below_2_52) - 0x1p52;
}
inline double exact(uint32_t high, uint32_t low) {
  return (double_of(bits_of(0x1p84) | high) - (0x1p84 + 0x1p52)) + double_of(bits_of(0x1p52) | low);
}

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }

inline float unit24(uint32_t word) { return static_cast<float>(word & 0xffffff) * 0x1p-24f; }
inline double unit53(uint32_t high, uint32_t low) { return exact(high & 0x1fffff, low) * 0x1p-53; }

// log u = e log 2 + 2 atanh s, u = 2^e m, s = (m - 1) / (m + 1), m in [sqrt(1/2), sqrt(2)): |s| <
// 0.172. The series stops where the next term is below half an ulp.
inline float log_unit(float u) {
  constexpr uint32_t kRootHalf = 0x3f3504f3;
  const int32_t exponent = static_cast<int32_t>(bits_of(u) - kRootHalf) >> 23;
  const float m = float_of(bits_of(u) - (static_cast<uint32_t>(exponent) << 23));
  const float s = (m - 1.0f) / (m + 1.0f);
  const float z = s * s;
  const float series = z * (1.0f / 3 + z * (1.0f / 5 + z * (1.0f / 7 + z * (1.0f / 9))));
  const float e = static_cast<float>(exponent);
  return e * 0x1.62e4p-1f + ((s + s) + ((s + s) * series + e * 0x1.7f7d1cp-20f));
}

inline double log_unit(double u) {
  constexpr uint64_t kRootHalf = 0x3fe6a09e667f3bcd;
  constexpr uint64_t kBias = 64;  // keeps the shifted number positive: AVX2 has no arithmetic shift
  const uint64_t biased = (bits_of(u) - kRootHalf + (kBias << 52)) >> 52;
  const double m = double_of(bits_of(u) - ((biased - kBias) << 52));
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double series = 1.0 / 21;
  series = series * z + 1.0 / 19;
  series = series * z + 1.0 / 17;
  series = series * z + 1.0 / 15;
  series = series * z + 1.0 / 13;
  series = series * z + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = (series * z + 1.0 / 3) * z;
  const double e = exact(biased) - static_cast<double>(kBias);
  return e * 0x1.62e42fefa3800p-1 + ((s + s) + ((s + s) * series + e * 0x1.ef35793c76730p-45));
}

struct SinCosF {
  float sin, cos;
};
struct SinCosD {
  double sin, cos;
};

// The angle less a multiple of pi/2 (in three parts), then the Taylor series on [-pi/4, pi/4].
inline SinCosF sincos_turn(float angle) {
  const int32_t quadrant = static_cast<int32_t>(angle * 0x1.45f306p-1f + 0.5f);
  const float q = static_cast<float>(quadrant);
  const float r = ((angle - q * 0x1.92p0f) - q * 0x1.fb4p-12f) - q * 0x1.4442d2p-24f;
  const float z = r * r;
  const float sine =
      r + r * z * (-1.0f / 6 + z * (1.0f / 120 + z * (-1.0f / 5040 + z * (1.0f / 362880))));
  const float cosine =
      1.0f - z * (0.5f - z * (1.0f / 24 - z * (1.0f / 720 - z * (1.0f / 40320 - z / 3628800))));
  const bool swap = quadrant & 1;
  const uint32_t sine_sign = static_cast<uint32_t>(quadrant & 2) << 30;
  const uint32_t cosine_sign = static_cast<uint32_t>((quadrant + 1) & 2) << 30;
  return {float_of(bits_of(swap ? cosine : sine) ^ sine_sign),
          float_of(bits_of(swap ? sine : cosine) ^ cosine_sign)};
}

inline SinCosD sincos_turn(double angle) {
  const uint64_t quadrant = bits_of(angle * 0x1.45f306dc9c883p-1 + 0x1p52) & 7;
  const double q = exact(quadrant);
  const double r =
      ((angle - q * 0x1.921fb544p0) - q * 0x1.0b4611a6p-34) - q * 0x1.3198a2e037073p-69;
  const double z = r * r;
  double sine = 1.0 / 355687428096000;
  sine = sine * z - 1.0 / 1307674368000;
  sine = sine * z + 1.0 / 6227020800;
  sine = sine * z - 1.0 / 39916800;
  sine = sine * z + 1.0 / 362880;
  sine = sine * z - 1.0 / 5040;
  sine = sine * z + 1.0 / 120;
  sine = r + r * z * (sine * z - 1.0 / 6);
  double cosine = 1.0 / 20922789888000;
  cosine = cosine * z - 1.0 / 87178291200;
  cosine = cosine * z + 1.0 / 479001600;
  cosine = cosine * z - 1.0 / 3628800;
  cosine = cosine * z + 1.0 / 40320;
  cosine = cosine * z - 1.0 / 720;
  cosine = 1.0 - z * (0.5 - z * (cosine * z + 1.0 / 24));
  const bool swap = quadrant & 1;
  const uint64_t sine_sign = (quadrant & 2) << 62;
  const uint64_t cosine_sign = ((quadrant + 1) & 2) << 62;
  return {double_of(bits_of(swap ? cosine : sine) ^ sine_sign),
          double_of(bits_of(swap ? sine : cosine) ^ cosine_sign)};
}

void uniform_f32(const uint32_t* words, int64_t n, float from, float width, float* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = unit24(words[i]) * width + from;
}

void uniform_f64(const uint32_t* words, int64_t n, double from, double width, double* out) {
  for (int64_t i = 0; i < n; ++i) {
    out[i] = unit53(words[2 * i], words[2 * i + 1]) * width + from;
  }
}

void below_24(const uint32_t* words, int64_t n, uint32_t threshold, uint8_t* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = (words[i] & 0xffffff) < threshold;
}

void below_53(const uint32_t* words, int64_t n, uint64_t threshold, uint8_t* out) {
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t high = words[2 * i] & 0x1fffff;
    out[i] = (high << 32 | words[2 * i + 1]) < threshold;
  }
}

// out[8b .. 8b + 7] = the half at in + 16b, and back.
template <class T>
inline void take_halves(const T* in, int64_t blocks, T* out) {
  for (int64_t b = 0; b < blocks; ++b) {
    __builtin_memcpy(out + kHalf * b, in + 2 * kHalf * b, kHalf * sizeof(T));
  }
}
template <class T>
inline void put_halves(const T* in, int64_t blocks, T* out) {
  for (int64_t b = 0; b < blocks; ++b) {
    __builtin_memcpy(out + 2 * kHalf * b, in + kHalf * b, kHalf * sizeof(T));
  }
}

template <class T>
inline void box_muller(const T* u, int64_t blocks, T mean, T std, T* out) {
  alignas(64) T cosines[kPairs];
  alignas(64) T sines[kPairs];
  take_halves(u, blocks, cosines);
  take_halves(u + kHalf, blocks, sines);
  for (int64_t i = 0; i < blocks * kHalf; ++i) {
    const T radius = root(T(-2) * log_unit(T(1) - cosines[i]));
    const auto turn = sincos_turn(T(6.283185307179586477) * sines[i]);
    cosines[i] = radius * turn.cos * std + mean;
    sines[i] = radius * turn.sin * std + mean;
  }
  put_halves(cosines, blocks, out);
  put_halves(sines, blocks, out + kHalf);
}

void normal_f32(const uint32_t* words, int64_t blocks, float mean, float std, float* out) {
  alignas(64) float u[2 * kPairs];
  uniform_f32(words, blocks * 2 * kHalf, 0.0f, 1.0f, u);
  box_muller(u, blocks, mean, std, out);
}

void normal_f64(const uint32_t* words, int64_t blocks, double mean, double std, double* out) {
  alignas(64) double u[2 * kPairs];
  uniform_f64(words, blocks * 2 * kHalf, 0.0, 1.0, u);
  box_muller(u, blocks, mean, std, out);
}

void exponential(const uint32_t* words, int64_t n, double scale, double* out) {
  for (int64_t i = 0; i < n; ++i) {
    out[i] = scale * log_unit(1.0 - unit53(words[2 * i], words[2 * i + 1]));
  }
}

template <class T>
void dropout(const uint8_t* mask, const T* x, int64_t n, T scale, T on, T off, T* out) {
  for (int64_t i = 0; i < n; ++i) {
    out[i] = x[i] * (mask[i] ? scale : T(0)) + (mask[i] ? on : off);
  }
}

template <class T>
void dropout_backward(const uint8_t* mask, const T* grad, int64_t n, T scale, T beta, T* out) {
  if (beta == 0) {
    for (int64_t i = 0; i < n; ++i) out[i] = grad[i] * (mask[i] ? scale : T(0));
  } else {
    for (int64_t i = 0; i < n; ++i) {
      out[i] = beta * out[i] + grad[i] * (mask[i] ? scale : T(0));
    }
  }
}

}  // namespace

extern const RandomKernels random_table;
const RandomKernels random_table = {uniform_f32,
                                    uniform_f64,
                                    below_24,
                                    below_53,
                                    normal_f32,
                                    normal_f64,
                                    exponential,
                                    dropout<float>,
                                    dropout<double>,
                                    dropout_backward<float>,
                                    dropout_backward<double>};

}  // namespace taut::TAUT_ISA
