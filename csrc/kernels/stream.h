// Moving bytes by cache lines, through the caches or past them.
//
// A store to a line that is in no cache fetches the line first, and later writes it back. Where the
// whole line is written, and the result is larger than the caches, that fetch is a third of the
// traffic for nothing: a streamed line goes to memory without it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu.h"
#include "core/parallel.h"

namespace taut {

// How a kernel that has the choice stores its results. Streamed needs an address that its elements'
// size divides.
enum class Stores : std::uint8_t { Cached, Streamed };

struct StreamKernels {
  // n bytes of `in`, which does not overlap out, for any addresses. As many bytes from `ahead` on
  // are fetched on the way, for what is to be read next; null: nothing is.
  void (*copy)(char* out, const char* in, std::size_t n, const char* ahead);
  // The same past the caches.
  void (*stream)(char* out, const char* in, std::size_t n, const char* ahead);
  // n bytes past the caches that repeat the 8 of `pattern`, from its first on.
  void (*stream_fill)(char* out, std::size_t n, const char* pattern);
  // After the last stream of a thread, before another thread is told of it.
  void (*fence)();
};
const StreamKernels& stream_kernels();

// Whether a result of so many bytes goes past the caches: the last level could not hold it beside
// what it is computed from. cost: rough cycles per element. Where the arithmetic of one thread
// leaves memory idle, a line that is fetched first costs nothing.
inline bool streams([[maybe_unused]] std::int64_t bytes, [[maybe_unused]] int cost = 1) {
#if defined(__SSE2__)
  constexpr int kCheap = 4;
  return bytes >= last_level_cache() / 2 && cost <= kCheap * num_threads();
#else
  return false;
#endif
}

}  // namespace taut
