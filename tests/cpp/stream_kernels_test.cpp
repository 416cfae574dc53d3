// Copies and fills by cache lines at every alignment, through the caches and past them, and rows
// that are stored either way, on every instruction set of this machine.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "core/memory.h"
#include "isas.h"
#include "kernels/rows.h"
#include "kernels/stream.h"
#include "ops/scratch.h"

namespace taut {

struct Tables {
  const StreamKernels* stream;
  const RowKernels* rows;
};
#define TAUT_DECLARE(isa)                                        \
  namespace isa {                                                \
  extern const StreamKernels stream_table;                       \
  extern const RowKernels row_table;                             \
  inline Tables tables() { return {&stream_table, &row_table}; } \
  }
TAUT_ON_EVERY_ISA(TAUT_DECLARE)

namespace {

using std::int64_t;
using std::size_t;

constexpr size_t kLengths[] = {0, 1, 8, 63, 64, 65, 127, 128, 200, 1000, 4096};
constexpr size_t kShifts[] = {0, 1, 4, 8, 33, 63};

// Memory before and after what is written, to see that it stays as it is.
struct Guarded {
  static constexpr size_t kMargin = 64;
  alignas(64) char bytes[kMargin + 8192 + kMargin];
  Guarded() { std::memset(bytes, 'x', sizeof(bytes)); }
  char* at(size_t shift) { return bytes + kMargin + shift; }
  bool holds(size_t shift, const char* expected, size_t n) const {
    const char* begin = bytes + kMargin + shift;
    const auto kept = [](char c) { return c == 'x'; };
    return std::equal(expected, expected + n, begin) && std::all_of(bytes, begin, kept) &&
           std::all_of(begin + n, bytes + sizeof(bytes), kept);
  }
};

template <class T>
std::vector<T> numbers(int64_t n) {
  std::mt19937 rng(1);
  std::normal_distribution<double> normal;
  std::vector<T> out(static_cast<size_t>(n));
  for (auto& v : out) v = static_cast<T>(normal(rng));
  return out;
}

// f(table for T, the result to compare, how it is stored) both ways, from the first element of a
// cache line on and from the second: bit by bit the same.
template <class T, class F>
void check_both_ways(const RowKernels& rows, int64_t n, F f) {
  for (int64_t first : {0, 1}) {
    const Scratch<T> cached(3 * n + first), streamed(3 * n + first);
    f(rows.of<T>(), cached.data() + first, Stores::Cached);
    f(rows.of<T>(), streamed.data() + first, Stores::Streamed);
    CHECK(
        std::equal(cached.data() + first, cached.data() + 3 * n + first, streamed.data() + first));
  }
}

template <class T>
void check_rows(const RowKernels& rows, int64_t n) {
  const std::vector<T> x = numbers<T>(3 * n), gamma = numbers<T>(n);
  T mean[3], rstd[3];
  check_both_ways<T>(rows, n, [&](const auto& k, T* out, Stores stores) {
    k.softmax(x.data(), 3, n, out, stores);
  });
  check_both_ways<T>(rows, n, [&](const auto& k, T* out, Stores stores) {
    k.log_softmax(x.data(), 3, n, out, stores);
  });
  check_both_ways<T>(rows, n, [&](const auto& k, T* out, Stores stores) {
    k.layer_norm(x.data(), gamma.data(), gamma.data(), 3, n, 1e-5, out, mean, rstd, stores);
  });
  check_both_ways<T>(rows, n, [&](const auto& k, T* out, Stores stores) {
    k.rms_norm(x.data(), gamma.data(), 3, n, 1e-5, out, rstd, stores);
  });
}

}  // namespace

TEST(copies_of_every_length_and_alignment) {
  std::vector<char> from(16384);
  for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<char>(i * 7);
  on_every_isa([&](const Tables& t) {
    for (auto move : {t.stream->copy, t.stream->stream}) {
      for (size_t n : kLengths) {
        for (size_t shift : kShifts) {
          for (const char* ahead :
               {static_cast<const char*>(nullptr), static_cast<const char*>(from.data() + 5000)}) {
            Guarded to;
            move(to.at(shift), from.data() + 3, n, ahead);
            t.stream->fence();
            CHECK(to.holds(shift, from.data() + 3, n));
          }
        }
      }
    }
  });
}

TEST(fills_repeat_eight_bytes) {
  std::vector<char> expected;
  for (int i = 0; i < 1024; ++i) {
    for (char c : {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}) expected.push_back(c);
  }
  on_every_isa([&](const Tables& t) {
    for (size_t n : kLengths) {
      for (size_t shift : kShifts) {
        Guarded to;
        t.stream->stream_fill(to.at(shift), n, expected.data());
        t.stream->fence();
        CHECK(to.holds(shift, expected.data(), n));
      }
    }
  });
}

TEST(rows_are_the_same_either_way) {
  on_every_isa([](const Tables& t) {
    // The last is longer than what softmax keeps in L1.
    for (int64_t n : {1, 7, 16, 63, 512, 1000, 2048, 1 << 14}) {
      check_rows<float>(*t.rows, n);
      check_rows<double>(*t.rows, n);
    }
  });
}

TEST(a_cache_has_a_size) { CHECK(last_level_cache() >= 1 << 18); }

}  // namespace taut

TEST_MAIN()
