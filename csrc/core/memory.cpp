#include "core/memory.h"

#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "core/error.h"

namespace taut {
namespace {

constexpr std::size_t kSmallClasses = kSmallBlock / kAlignment;
constexpr std::size_t kSlabBytes = 64 * 1024;
constexpr std::size_t kLargeClasses = 4 * 48;
constexpr std::size_t kHugePage = 2 * 1024 * 1024;

// Under AddressSanitizer every block is its own allocation, so that a use after free is seen.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kPooling = false;
#else
constexpr bool kPooling = true;
#endif

struct FreeBlock {
  FreeBlock* next;
};

std::atomic<std::int64_t> g_allocated{0}, g_peak{0}, g_reserved{0}, g_count{0}, g_largest{0};

void raise_to(std::atomic<std::int64_t>& slot, std::int64_t value) {
  auto seen = slot.load(std::memory_order_relaxed);
  while (seen < value && !slot.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

void* from_system(std::size_t bytes) {
  const std::size_t align = bytes >= 2 * kHugePage ? kHugePage : kAlignment;
  void* p = std::aligned_alloc(align, (bytes + align - 1) / align * align);
  TAUT_CHECK(p != nullptr, RuntimeError, "allocate: not enough memory: tried to allocate ", bytes,
             " bytes");
#if defined(__linux__)
  if (align == kHugePage) madvise(p, bytes, MADV_HUGEPAGE);
#endif
  g_reserved.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  return p;
}

// Class c holds blocks of class_bytes(c): (4 + c % 4) / 4 of a power of two, so at most a
// quarter of a block is unused.
std::size_t class_bytes(std::size_t c) { return (4 + c % 4) << (c / 4 + 8); }
std::size_t large_class(std::size_t bytes) {
  const auto doubling = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^d < bytes
  const auto quarter = ((bytes - 1) >> (doubling - 2)) - 3;                       // 1..4
  return (doubling - 10) * 4 + quarter;
}

// Shared lists of large blocks, and of small blocks left by threads that ended.
class Central {
 public:
  void* take_large(std::size_t c) {
    {
      std::lock_guard lock(mutex_);
      if (!large_[c].empty()) {
        void* p = large_[c].back();
        large_[c].pop_back();
        return p;
      }
    }
    return from_system(class_bytes(c));
  }
  void give_large(void* p, std::size_t c) {
    std::lock_guard lock(mutex_);
    large_[c].push_back(p);
  }
  FreeBlock* take_small(std::size_t c) {
    std::lock_guard lock(mutex_);
    return std::exchange(small_[c], nullptr);
  }
  void give_small(FreeBlock* list, std::size_t c) {
    if (list == nullptr) return;
    FreeBlock* tail = list;
    while (tail->next) tail = tail->next;
    std::lock_guard lock(mutex_);
    tail->next = std::exchange(small_[c], list);
  }
  void release_all() {
    std::lock_guard lock(mutex_);
    for (std::size_t c = 0; c < kLargeClasses; ++c) {
      for (void* p : large_[c]) std::free(p);
      g_reserved.fetch_sub(static_cast<std::int64_t>(large_[c].size() * class_bytes(c)),
                           std::memory_order_relaxed);
      large_[c].clear();
    }
  }

 private:
  std::mutex mutex_;
  std::vector<void*> large_[kLargeClasses];
  FreeBlock* small_[kSmallClasses + 1] = {};
};

// Never destroyed: tensors in static storage may outlive any destructor order.
Central& central() {
  static Central* const instance = new Central;
  return *instance;
}

struct ThreadLists {
  FreeBlock* free[kSmallClasses + 1] = {};
  bool gone = false;  // this thread has run its destructors
  ~ThreadLists() {
    gone = true;
    for (std::size_t c = 0; c <= kSmallClasses; ++c) {
      central().give_small(std::exchange(free[c], nullptr), c);
    }
  }
};
thread_local ThreadLists t_lists;

[[gnu::noinline]] void* refill(std::size_t c) {
  FreeBlock* list = central().take_small(c);
  if (list == nullptr) {
    const std::size_t bytes = c * kAlignment;
    auto* slab = static_cast<std::byte*>(from_system(kSlabBytes));
    for (std::size_t at = 0; at + bytes <= kSlabBytes; at += bytes) {
      auto* block = reinterpret_cast<FreeBlock*>(slab + at);
      block->next = list;
      list = block;
    }
  }
  t_lists.free[c] = list->next;
  return list;
}

std::size_t small_class(std::size_t bytes) {
  return bytes == 0 ? 1 : (bytes + kAlignment - 1) / kAlignment;
}

}  // namespace

void* pool_allocate(std::size_t bytes) {
  if (!kPooling) return from_system(bytes);
  if (bytes > kSmallBlock) return central().take_large(large_class(bytes));
  const std::size_t c = small_class(bytes);
  FreeBlock* block = t_lists.free[c];
  if (block == nullptr) [[unlikely]]
    return refill(c);
  t_lists.free[c] = block->next;
  return block;
}

void pool_free(void* p, std::size_t bytes) noexcept {
  if (!kPooling) {
    g_reserved.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
    return std::free(p);
  }
  if (bytes > kSmallBlock) return central().give_large(p, large_class(bytes));
  const std::size_t c = small_class(bytes);
  auto* block = static_cast<FreeBlock*>(p);
  if (t_lists.gone) [[unlikely]] {
    block->next = nullptr;
    return central().give_small(block, c);
  }
  block->next = t_lists.free[c];
  t_lists.free[c] = block;
}

void* allocate(std::size_t bytes) {
  void* p = pool_allocate(bytes);
  const auto n = static_cast<std::int64_t>(bytes);
  const auto now = g_allocated.fetch_add(n, std::memory_order_relaxed) + n;
  if (now > g_peak.load(std::memory_order_relaxed)) raise_to(g_peak, now);
  if (n > g_largest.load(std::memory_order_relaxed)) raise_to(g_largest, n);
  g_count.fetch_add(1, std::memory_order_relaxed);
  return p;
}

void deallocate(void* p, std::size_t bytes) noexcept {
  g_allocated.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  pool_free(p, bytes);
}

MemoryStats memory_stats() { return {g_allocated, g_peak, g_reserved, g_count, g_largest}; }

void reset_peak_memory_stats() {
  g_peak = g_allocated.load();
  g_largest = 0;
}

void empty_cache() { central().release_all(); }

}  // namespace taut
