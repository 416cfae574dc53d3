// Contiguous memory filled from a generator, draw for draw as PyTorch fills it. T is float or
// double unless said otherwise; the caller holds the generator's mutex.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace taut {

// from + (to - from) * u, u from 24 bits of one draw (float) or 53 bits of two (double).
template <class T>
void fill_uniform(Generator& generator, T* out, int64_t n, double from, double to);

// One sample after the other by Generator::normal().
template <class T>
void fill_normal_serial(Generator& generator, T* out, int64_t n, double mean, double std);
// As above below 16 samples; from 16 on Box-Muller over blocks of 16 uniforms of type T, where a
// ragged tail draws the last 16 again.
template <class T>
void fill_normal(Generator& generator, T* out, int64_t n, double mean, double std);

// Any T: base + draw % range, of 64-bit draws when range >= 2^28. Range 0 stands for 2^64 (with
// base 0).
template <class T>
void fill_integers(Generator& generator, T* out, int64_t n, uint64_t range, int64_t base);
// Any T: every value that T represents exactly, from 0 up.
template <class T>
void fill_integers_full(Generator& generator, T* out, int64_t n);

// Any T: 1 with probability p.
template <class T>
void fill_bernoulli(Generator& generator, T* out, int64_t n, double p);
// Any T: out[i] is 1 with probability p[i], 53-bit draws for double p and 24-bit draws for float.
template <class T, class P>
void fill_bernoulli_each(Generator& generator, T* out, int64_t n, const P* p);

template <class T>
void fill_exponential(Generator& generator, T* out, int64_t n, double lambda);
template <class T>
void fill_cauchy(Generator& generator, T* out, int64_t n, double median, double sigma);
template <class T>
void fill_log_normal(Generator& generator, T* out, int64_t n, double mean, double std);
// Any T but bool: the number of trials up to and including the first success.
template <class T>
void fill_geometric(Generator& generator, T* out, int64_t n, double p);

// out[i] is drawn at the rate rates[i], which is not negative.
template <class T>
void fill_poisson(Generator& generator, T* out, int64_t n, const T* rates);

// Any T that holds n - 1: a permutation of 0 .. n - 1.
template <class T>
void fill_permutation(Generator& generator, T* out, int64_t n);

// `samples` indices in 0 .. n - 1, each with the probability weights[i] / sum(weights).
// `cumulative` is scratch for n values.
template <class T>
void fill_multinomial(Generator& generator, const T* weights, int64_t n, T* cumulative,
                      int64_t samples, int64_t* out);

}  // namespace taut
