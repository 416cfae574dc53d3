#include "kernels/stream.h"

#include "kernels/simd/stream.h"
#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

constexpr std::size_t kLine = 64;

// How many of n bytes lie before the first line that begins at or behind `out`.
inline std::size_t before_line(const char* out, std::size_t n) {
  const std::size_t to_line = -(std::size_t)out % kLine;
  return to_line < n ? to_line : n;
}

template <bool kPast>
inline void store_line(char* to, const char* from) {
  if constexpr (kPast) {
    stream_line(to, from);
  } else {
    for (std::size_t i = 0; i < kLine; i += kVecBytes) {
      Vec<uint8_t>::load((const uint8_t*)from + i).store((uint8_t*)to + i);
    }
  }
}

template <bool kPast, bool kAhead>
inline void move_lines(char* out, const char* in, std::size_t lines, const char* ahead) {
  for (std::size_t i = 0; i < lines * kLine; i += kLine) {
    if (kAhead) __builtin_prefetch(ahead + i, 0, 2);
    store_line<kPast>(out + i, in + i);
  }
}

template <bool kPast>
void move(char* out, const char* in, std::size_t n, const char* ahead) {
  const std::size_t head = before_line(out, n);
  if (head) __builtin_memcpy(out, in, head);
  out += head;
  in += head;
  n -= head;
  if (ahead) {
    move_lines<kPast, true>(out, in, n / kLine, ahead);
  } else {
    move_lines<kPast, false>(out, in, n / kLine, ahead);
  }
  const std::size_t done = n / kLine * kLine;
  if (n > done) __builtin_memcpy(out + done, in + done, n - done);
}

void fill(char* out, std::size_t n, const char* pattern) {
  alignas(kLine) char lines[2 * kLine];
  for (std::size_t i = 0; i < sizeof(lines); i += 8) __builtin_memcpy(lines + i, pattern, 8);
  const std::size_t head = before_line(out, n);
  __builtin_memcpy(out, lines, head);
  const char* const from = lines + head % 8;  // where the pattern goes on
  std::size_t i = head;
  for (; i + kLine <= n; i += kLine) stream_line(out + i, from);
  __builtin_memcpy(out + i, from, n - i);
}

}  // namespace

extern const StreamKernels stream_table;
const StreamKernels stream_table = {move<false>, move<true>, fill, stream_fence};

}  // namespace taut::TAUT_ISA
