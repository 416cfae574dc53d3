// How much was computed: multiplications followed by an addition, in the products of matrices.
#pragma once

#include <cstdint>

namespace taut {

namespace detail {
inline thread_local std::uint64_t t_multiply_adds = 0;
}  // namespace detail

// Counts n multiply-adds that this thread asked for. Operations count what their definition takes,
// whatever way they are computed.
inline void count_multiply_adds(std::int64_t n) {
  detail::t_multiply_adds += static_cast<std::uint64_t>(n);
}
// The count since the thread began.
inline std::uint64_t multiply_adds() { return detail::t_multiply_adds; }

}  // namespace taut
