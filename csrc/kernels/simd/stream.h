// Stores that go past the caches: for results that will have left them before they are read.
#pragma once

#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace taut {
namespace {

// A cache line; `to` is aligned to it.
inline void stream_line(char* to, const char* from) {
#if defined(__AVX512F__)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), _mm512_loadu_si512(from));
#elif defined(__AVX2__)
  for (int i = 0; i < 64; i += 32) {
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i)));
  }
#elif defined(__SSE2__)
  for (int i = 0; i < 64; i += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
#else
  std::memcpy(to, from, 64);
#endif
}

// A vector; `to` is aligned to it.
template <class V>
inline void stream_vector(void* to, const V& v) {
#if defined(__AVX512F__)
  _mm512_stream_si512(static_cast<__m512i*>(to), (__m512i)v.v);
#elif defined(__AVX2__)
  _mm256_stream_si256(static_cast<__m256i*>(to), (__m256i)v.v);
#elif defined(__SSE2__)
  _mm_stream_si128(static_cast<__m128i*>(to), (__m128i)v.v);
#else
  std::memcpy(to, &v, sizeof(v));
#endif
}

// Orders the lines before whatever this thread writes next.
inline void stream_fence() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace
}  // namespace taut
