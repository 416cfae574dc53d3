#include "ops/random_fill.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>
#include <utility>

#include "core/half.h"
#include "kernels/random.h"

namespace taut {
namespace {

// Samples made at a time: their words, 8 KiB at most, stay in the first-level cache.
constexpr int64_t kTile = 1024;
constexpr int64_t kBlock = 16;

// Calls f(words, begin, count) for the tiles of n samples, each worth `words_per_sample` draws.
template <class F>
void for_tiles(Generator& generator, int64_t n, int words_per_sample, F f) {
  alignas(64) uint32_t words[2 * kTile];
  for (int64_t begin = 0; begin < n; begin += kTile) {
    const int64_t count = std::min(kTile, n - begin);
    generator.random32(words, count * words_per_sample);
    f(words, begin, count);
  }
}

uint64_t join(const uint32_t* words) { return uint64_t{words[0]} << 32 | words[1]; }

template <class T>
void uniform_tile(const uint32_t* words, int64_t n, double from, double to, T* out) {
  const T low = static_cast<T>(from);
  const T width = static_cast<T>(to) - low;
  if constexpr (std::is_same_v<T, float>) {
    random_kernels().uniform_f32(words, n, low, width, out);
  } else {
    random_kernels().uniform_f64(words, n, low, width, out);
  }
}

// Fills n samples through tiles of doubles in [0, 1) that `f` maps one by one.
template <class T, class F>
void fill_from_uniform64(Generator& generator, T* out, int64_t n, F f) {
  double u[kTile];
  for_tiles(generator, n, 2, [&](const uint32_t* words, int64_t begin, int64_t count) {
    uniform_tile(words, count, 0.0, 1.0, u);
    for (int64_t i = 0; i < count; ++i) out[begin + i] = static_cast<T>(f(u[i]));
  });
}

template <class T>
constexpr int kUniformWords = std::is_same_v<T, double> ? 2 : 1;

template <class T>
void normal_blocks(Generator& generator, T* out, int64_t blocks, double mean, double std) {
  alignas(64) uint32_t words[kNormalBlocks * kBlock * kUniformWords<T>];
  while (blocks > 0) {
    const int64_t count = std::min(blocks, kNormalBlocks);
    generator.random32(words, count * kBlock * kUniformWords<T>);
    if constexpr (std::is_same_v<T, double>) {
      random_kernels().normal_f64(words, count, mean, std, out);
    } else if constexpr (std::is_same_v<T, float>) {
      random_kernels().normal_f32(words, count, static_cast<T>(mean), static_cast<T>(std), out);
    } else {
      float samples[kNormalBlocks * kBlock];
      random_kernels().normal_f32(words, count, static_cast<float>(mean), static_cast<float>(std),
                                  samples);
      std::copy_n(samples, count * kBlock, out);
    }
    out += count * kBlock;
    blocks -= count;
  }
}

// The number of integers, from 0 up, that random_() without bounds draws from.
template <class T>
constexpr uint64_t full_range() {
  if constexpr (std::is_same_v<T, bool>) return 2;
  if constexpr (is_floating_v<T>) {
    return (uint64_t{1} << digits_of<T>()) + 1;
  } else {
    return static_cast<uint64_t>(std::numeric_limits<T>::max()) + 1;
  }
}

// v * 2^-bits < p is v < below_threshold(p, bits) for every integer v, exactly.
uint64_t below_threshold(double p, int bits) {
  return static_cast<uint64_t>(std::ceil(std::ldexp(std::clamp(p, 0.0, 1.0), bits)));
}

}  // namespace

template <class T>
void fill_uniform(Generator& generator, T* out, int64_t n, double from, double to) {
  for_tiles(generator, n, kUniformWords<T>,
            [&](const uint32_t* words, int64_t begin, int64_t count) {
              if constexpr (is_narrow_v<T>) {
                float samples[kTile];
                uniform_tile(words, count, from, to, samples);
                // What is rounded up to the end, which is no sample, starts over.
                for (int64_t i = 0; i < count; ++i) {
                  const T sample = samples[i];
                  out[begin + i] = float(sample) < float(T(to)) ? sample : T(from);
                }
              } else {
                uniform_tile(words, count, from, to, out + begin);
              }
            });
}

template <class T>
void fill_normal_serial(Generator& generator, T* out, int64_t n, double mean, double std) {
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(std::fma(generator.normal(), std, mean));
}

template <class T>
void fill_normal(Generator& generator, T* out, int64_t n, double mean, double std) {
  if (n < kBlock) return fill_normal_serial(generator, out, n, mean, std);
  normal_blocks(generator, out, n / kBlock, mean, std);
  if (n % kBlock == 0) return;
  // The uniforms of the tail are drawn, then drawn again with those of the 16 samples that end
  // there; those of a 16-bit T once.
  if constexpr (!is_narrow_v<T>) {
    uint32_t unused[kBlock * kUniformWords<T>];
    generator.random32(unused, n % kBlock * kUniformWords<T>);
  }
  normal_blocks(generator, out + n - kBlock, 1, mean, std);
}

template <class T>
void fill_integers(Generator& generator, T* out, int64_t n, uint64_t range, int64_t base) {
  const bool wide = range == 0 || range >= uint64_t{1} << 28;
  const uint64_t offset = static_cast<uint64_t>(base);
  for_tiles(generator, n, wide ? 2 : 1, [&](const uint32_t* words, int64_t begin, int64_t count) {
    T* to = out + begin;
    if (wide) {
      for (int64_t i = 0; i < count; ++i) {
        const uint64_t draw = join(words + 2 * i);
        to[i] = static_cast<T>(static_cast<int64_t>((range ? draw % range : draw) + offset));
      }
    } else {
      const uint32_t narrow = static_cast<uint32_t>(range);
      for (int64_t i = 0; i < count; ++i) {
        to[i] = static_cast<T>(static_cast<int64_t>(words[i] % narrow + offset));
      }
    }
  });
}

template <class T>
void fill_integers_full(Generator& generator, T* out, int64_t n) {
  constexpr uint64_t kRange = full_range<T>();
  constexpr bool kWide = std::is_same_v<T, double> || std::is_same_v<T, int64_t>;
  for_tiles(generator, n, kWide ? 2 : 1, [&](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t draw = kWide ? join(words + 2 * i) : words[i];
      out[begin + i] = static_cast<T>(draw % kRange);
    }
  });
}

template <class T>
void fill_bernoulli(Generator& generator, T* out, int64_t n, double p) {
  const uint64_t threshold = below_threshold(p, 53);
  uint8_t hits[kTile];
  for_tiles(generator, n, 2, [&](const uint32_t* words, int64_t begin, int64_t count) {
    random_kernels().below_53(words, count, threshold, hits);
    for (int64_t i = 0; i < count; ++i) out[begin + i] = static_cast<T>(hits[i]);
  });
}

template <class T, class P>
void fill_bernoulli_each(Generator& generator, T* out, int64_t n, const P* p) {
  P u[kTile];
  for_tiles(generator, n, kUniformWords<P>,
            [&](const uint32_t* words, int64_t begin, int64_t count) {
              uniform_tile(words, count, 0.0, 1.0, u);
              for (int64_t i = 0; i < count; ++i) {
                out[begin + i] = static_cast<T>(u[i] < p[begin + i]);
              }
            });
}

template <class T>
void fill_exponential(Generator& generator, T* out, int64_t n, double lambda) {
  double samples[kTile];
  for_tiles(generator, n, 2, [&](const uint32_t* words, int64_t begin, int64_t count) {
    random_kernels().exponential(words, count, -1.0 / lambda, samples);
    for (int64_t i = 0; i < count; ++i) out[begin + i] = static_cast<T>(samples[i]);
  });
}

template <class T>
void fill_cauchy(Generator& generator, T* out, int64_t n, double median, double sigma) {
  fill_from_uniform64(generator, out, n, [=](double u) {
    return std::fma(sigma, std::tan(std::numbers::pi * (u - 0.5)), median);
  });
}

template <class T>
void fill_log_normal(Generator& generator, T* out, int64_t n, double mean, double std) {
  for (int64_t i = 0; i < n; ++i) {
    out[i] = static_cast<T>(std::exp(std::fma(generator.normal(), std, mean)));
  }
}

template <class T>
void fill_geometric(Generator& generator, T* out, int64_t n, double p) {
  const double log_failure = std::log1p(-p);
  fill_from_uniform64(generator, out, n,
                      [=](double u) { return std::ceil(std::log(u) / log_failure); });
}

namespace {

// Events before a product of uniform numbers falls below e^-rate.
double small_poisson(Generator& generator, double rate) {
  const double least = std::exp(-rate);
  double product = generator.uniform64();
  int64_t events = 0;
  for (; product > least; ++events) product *= generator.uniform64();
  return static_cast<double>(events);
}

// Source: Hoermann, "The transformed rejection method for generating Poisson random variables",
// 1993, algorithm PTRS, whose constants these are.
double large_poisson(Generator& generator, double rate) {
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double log_rate = std::log(rate), log_alpha = std::log(1.1239 + 1.1328 / (b - 3.4));
  const double inside = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = generator.uniform64() - 0.5, v = generator.uniform64();
    const double s = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / s + b) * u + rate + 0.43);
    if (s >= 0.07 && v <= inside) return k;
    if (k < 0 || (s < 0.013 && v > s)) continue;
    const double accepted = k * log_rate - rate - std::lgamma(k + 1);
    if (std::log(v) + log_alpha - std::log(a / (s * s) + b) <= accepted) return k;
  }
}

}  // namespace

template <class T>
void fill_poisson(Generator& generator, T* out, int64_t n, const T* rates) {
  for (int64_t i = 0; i < n; ++i) {
    const auto rate = static_cast<double>(rates[i]);
    out[i] = static_cast<T>(rate == 0   ? 0
                            : rate < 10 ? small_poisson(generator, rate)
                                        : large_poisson(generator, rate));
  }
}

template <class T>
void fill_permutation(Generator& generator, T* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(i);
  for_tiles(generator, n - 1, 1, [&](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      T* rest = out + begin + i;
      std::swap(rest[0], rest[words[i] % static_cast<uint64_t>(n - begin - i)]);
    }
  });
}

template <class T>
void fill_multinomial(Generator& generator, const T* weights, int64_t n, T* cumulative,
                      int64_t samples, int64_t* out) {
  T sum = 0;
  for (int64_t i = 0; i < n; ++i) cumulative[i] = sum += weights[i];
  if (sum > 0) {
    for (int64_t i = 0; i < n; ++i) cumulative[i] /= sum;
  }
  for (int64_t i = 0; i < samples; ++i) {
    const double u = generator.uniform64();
    out[i] = std::lower_bound(cumulative, cumulative + n, u,
                              [](T c, double value) { return c < value; }) -
             cumulative;
  }
}

#define TAUT_FILL_FLOAT(T)                                                      \
  template void fill_uniform<T>(Generator&, T*, int64_t, double, double);       \
  template void fill_normal_serial<T>(Generator&, T*, int64_t, double, double); \
  template void fill_normal<T>(Generator&, T*, int64_t, double, double);        \
  template void fill_exponential<T>(Generator&, T*, int64_t, double);           \
  template void fill_cauchy<T>(Generator&, T*, int64_t, double, double);        \
  template void fill_log_normal<T>(Generator&, T*, int64_t, double, double);
#define TAUT_FILL_WEIGHTED(T)                                       \
  template void fill_poisson<T>(Generator&, T*, int64_t, const T*); \
  template void fill_multinomial<T>(Generator&, const T*, int64_t, T*, int64_t, int64_t*);
#define TAUT_FILL_ANY(T)                                                                \
  template void fill_integers<T>(Generator&, T*, int64_t, uint64_t, int64_t);           \
  template void fill_integers_full<T>(Generator&, T*, int64_t);                         \
  template void fill_bernoulli<T>(Generator&, T*, int64_t, double);                     \
  template void fill_bernoulli_each<T, float>(Generator&, T*, int64_t, const float*);   \
  template void fill_bernoulli_each<T, double>(Generator&, T*, int64_t, const double*); \
  template void fill_geometric<T>(Generator&, T*, int64_t, double);                     \
  template void fill_permutation<T>(Generator&, T*, int64_t);

TAUT_FILL_FLOAT(Float16)
TAUT_FILL_FLOAT(BFloat16)
TAUT_FILL_FLOAT(float)
TAUT_FILL_FLOAT(double)
TAUT_FILL_WEIGHTED(float)
TAUT_FILL_WEIGHTED(double)
TAUT_FILL_ANY(bool)
TAUT_FILL_ANY(uint8_t)
TAUT_FILL_ANY(int8_t)
TAUT_FILL_ANY(int16_t)
TAUT_FILL_ANY(int32_t)
TAUT_FILL_ANY(int64_t)
TAUT_FILL_ANY(Float16)
TAUT_FILL_ANY(BFloat16)
TAUT_FILL_ANY(float)
TAUT_FILL_ANY(double)

}  // namespace taut
