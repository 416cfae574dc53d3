// How much was computed: multiplications followed by an addition in the products of matrices, and
// the operations on single elements beside them.
#pragma once

#include <atomic>
#include <cstdint>

namespace taut {

namespace detail {
inline thread_local std::uint64_t t_multiply_adds = 0;
inline thread_local std::uint64_t t_element_operations = 0;
inline thread_local int t_fused = 0;
// How many want to know of operations on elements: nobody's hot path pays for counting them.
inline std::atomic<int> g_watchers{0};

inline bool watched() { return g_watchers.load(std::memory_order_relaxed) != 0; }
}  // namespace detail

// Counts n multiply-adds that this thread asked for. Operations count what their definition takes,
// whatever way they are computed.
inline void count_multiply_adds(std::int64_t n) {
  detail::t_multiply_adds += static_cast<std::uint64_t>(n);
}
// The count since the thread began.
inline std::uint64_t multiply_adds() { return detail::t_multiply_adds; }

// The same for operations on elements, while somebody watches: an arithmetic operation or function
// of one element, or an element taken into a sum or an extreme, is one.
inline void count_element_operations(std::int64_t n) {
  if (detail::watched() && detail::t_fused == 0) [[unlikely]]
    detail::t_element_operations += static_cast<std::uint64_t>(n);
}
inline std::uint64_t element_operations() { return detail::t_element_operations; }
inline void watch_element_operations(bool on) { detail::g_watchers += on ? 1 : -1; }

// A fused operation counts what its definition takes; what it is computed by counts nothing.
class FusedWork {
 public:
  explicit FusedWork(std::int64_t n) {
    count_element_operations(n);
    ++detail::t_fused;
  }
  ~FusedWork() { --detail::t_fused; }
  FusedWork(const FusedWork&) = delete;
  FusedWork& operator=(const FusedWork&) = delete;
};

}  // namespace taut
