// The caching allocator: blocks go back to a free list, so a training step that repeats its
// shapes neither calls the system nor page-faults.
//
// Small blocks (to 1 KiB, in steps of 64 bytes) come from per-thread lists; larger ones from
// size classes (four to a doubling) shared by all threads. Every block is 64-byte aligned.
#pragma once

#include <cstddef>
#include <cstdint>

namespace taut {

inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kSmallBlock = 1024;

// Memory for tensor data, counted in memory_stats(). bytes may be 0 (still a valid block).
void* allocate(std::size_t bytes);
void deallocate(void* p, std::size_t bytes) noexcept;

// Memory for the engine's own small objects: the same lists, not counted.
void* pool_allocate(std::size_t bytes);
void pool_free(void* p, std::size_t bytes) noexcept;

struct MemoryStats {
  std::int64_t allocated;       // bytes of tensor data alive now
  std::int64_t peak_allocated;  // its highest value since the last reset
  std::int64_t reserved;        // bytes held from the system, free lists included
  std::int64_t allocations;     // tensor-data blocks handed out since the start
  std::int64_t largest;         // the largest block handed out since the last reset
};
MemoryStats memory_stats();
void reset_peak_memory_stats();
// Gives every large block on the free lists back to the system.
void empty_cache();

}  // namespace taut
