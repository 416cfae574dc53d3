#include "kernels/sort.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace taut::kernels {
namespace {

using std::int64_t;
using std::size_t;

// Note [Sort keys]
// Every type is sorted as unsigned integers: flipping the sign bit orders signed integers,
// flipping all bits of negatives orders floats. -0 becomes 0 and every NaN the largest key.
// Descending order is ascending order of the complement, which keeps equal elements in place.
// A key and the position it came from are sorted together, 8 bytes for the usual types.
struct Narrow {
  std::uint32_t key, position;
};
struct Wide {
  std::uint64_t key, position;
};

template <class T>
auto key_of(T v) {
  if constexpr (std::is_floating_point_v<T>) {
    using U = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr U sign = U(1) << (8 * sizeof(T) - 1);
    if (v != v) return std::numeric_limits<U>::max();
    const U bits = std::bit_cast<U>(v == T(0) ? T(0) : v);
    return bits & sign ? U(~bits) : U(bits | sign);
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return static_cast<std::uint64_t>(v) ^ (std::uint64_t{1} << 63);
  } else {
    return static_cast<std::uint32_t>(static_cast<int64_t>(v) -
                                      static_cast<int64_t>(std::numeric_limits<T>::min()));
  }
}

template <class Pair>
struct KeyThenPosition {
  bool operator()(const Pair& a, const Pair& b) const {
    return a.key != b.key ? a.key < b.key : a.position < b.position;
  }
};

template <class T, class Pair>
void make_pairs(const char* values, int64_t stride, int64_t n, bool descending, Pair* out) {
  for (int64_t i = 0; i < n; ++i) {
    const auto key = key_of(*reinterpret_cast<const T*>(values + i * stride));
    out[i].key = descending ? static_cast<decltype(Pair::key)>(~key) : key;
    out[i].position = static_cast<decltype(Pair::position)>(i);
  }
}

// Calls f(pairs) with the line's pairs in scratch.
template <class F>
decltype(auto) with_pairs(DType dtype, const void* values, int64_t stride, int64_t n,
                          bool descending, void* scratch, F&& f) {
  return visit(dtype, [&]<class T>() {
    const auto* p = static_cast<const char*>(values);
    if (sizeof(T) <= 4 && n <= std::numeric_limits<std::uint32_t>::max()) {
      auto* pairs = static_cast<Narrow*>(scratch);
      if constexpr (sizeof(T) <= 4) make_pairs<T>(p, stride, n, descending, pairs);
      return f(pairs);
    }
    auto* pairs = static_cast<Wide*>(scratch);
    make_pairs<T>(p, stride, n, descending, pairs);
    return f(pairs);
  });
}

template <class Pair>
void insertion_sort(Pair* a, int64_t n) {
  for (int64_t i = 1; i < n; ++i) {
    const Pair x = a[i];
    int64_t j = i;
    for (; j > 0 && x.key < a[j - 1].key; --j) a[j] = a[j - 1];
    a[j] = x;
  }
}

constexpr int64_t kInsertionRun = 16;
// From here on counting bytes costs less than merging (measured with random float32 keys).
constexpr int64_t kRadixFrom = 96;

// Bottom-up merging between a and b; returns the one that holds the result.
template <class Pair>
Pair* merge_sort(Pair* a, Pair* b, int64_t n) {
  for (int64_t i = 0; i < n; i += kInsertionRun) {
    insertion_sort(a + i, std::min(kInsertionRun, n - i));
  }
  for (int64_t width = kInsertionRun; width < n; width *= 2) {
    for (int64_t lo = 0; lo < n; lo += 2 * width) {
      const int64_t mid = std::min(lo + width, n), hi = std::min(lo + 2 * width, n);
      int64_t i = lo, j = mid;
      for (int64_t k = lo; k < hi; ++k) {
        const bool right = i == mid || (j < hi && a[j].key < a[i].key);
        b[k] = right ? a[j++] : a[i++];
      }
    }
    std::swap(a, b);
  }
  return a;
}

// Byte by byte from the least significant; a byte in which all keys agree is skipped.
template <class Pair>
Pair* radix_sort(Pair* a, Pair* b, int64_t n) {
  using Key = decltype(Pair::key);
  constexpr int kDigits = sizeof(Key);
  int64_t count[kDigits][256] = {};
  for (int64_t i = 0; i < n; ++i) {
    for (int d = 0; d < kDigits; ++d) ++count[d][(a[i].key >> (8 * d)) & 255];
  }
  for (int d = 0; d < kDigits; ++d) {
    if (count[d][(a[0].key >> (8 * d)) & 255] == n) continue;
    int64_t start = 0;
    for (auto& c : count[d]) start += std::exchange(c, start);
    for (int64_t i = 0; i < n; ++i) b[count[d][(a[i].key >> (8 * d)) & 255]++] = a[i];
    std::swap(a, b);
  }
  return a;
}

template <class Pair>
Pair* stable_sort(Pair* a, int64_t n) {
  if (n <= kInsertionRun) {
    insertion_sort(a, n);
    return a;
  }
  return n < kRadixFrom ? merge_sort(a, a + n, n) : radix_sort(a, a + n, n);
}

// NaN greatest, as in the keys.
template <class T>
bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (b != b && a == a);
  return a < b;
}

}  // namespace

size_t sort_scratch(int64_t n) { return 2 * static_cast<size_t>(n) * sizeof(Wide); }

void sort_line(DType dtype, const void* values, int64_t stride, int64_t n, bool descending,
               int64_t* order, void* scratch) {
  with_pairs(dtype, values, stride, n, descending, scratch, [&](auto* pairs) {
    const auto* sorted = stable_sort(pairs, n);
    for (int64_t i = 0; i < n; ++i) order[i] = static_cast<int64_t>(sorted[i].position);
  });
}

namespace {

// The k first pairs of a long line without making all pairs: a buffer of 2 k candidates, cut back
// to the best k when full, after which only keys before the k-th one enter.
template <class T, class Pair>
Pair* select_few(const char* values, int64_t stride, int64_t n, int64_t k, bool largest,
                 Pair* best) {
  const KeyThenPosition<Pair> before;
  make_pairs<T>(values, stride, 2 * k, largest, best);
  std::nth_element(best, best + k - 1, best + 2 * k, before);
  int64_t m = k;
  auto limit = best[k - 1].key;
  for (int64_t i = 2 * k; i < n; ++i) {
    auto key =
        static_cast<decltype(Pair::key)>(key_of(*reinterpret_cast<const T*>(values + i * stride)));
    if (largest) key = static_cast<decltype(Pair::key)>(~key);
    if (key >= limit) continue;  // an equal one that comes later does not count
    best[m++] = {key, static_cast<decltype(Pair::position)>(i)};
    if (m < 2 * k) continue;
    std::nth_element(best, best + k - 1, best + m, before);
    m = k;
    limit = best[k - 1].key;
  }
  std::nth_element(best, best + k - 1, best + m, before);
  return best;
}

// From here on the buffer pays.
constexpr int64_t kFew = 16;

}  // namespace

void top_line(DType dtype, const void* values, int64_t stride, int64_t n, int64_t k, bool largest,
              bool sorted, int64_t* order, void* scratch) {
  const auto finish = [&]<class Pair>(Pair* pairs) {
    if (sorted) std::sort(pairs, pairs + k, KeyThenPosition<Pair>{});
    for (int64_t i = 0; i < k; ++i) order[i] = static_cast<int64_t>(pairs[i].position);
  };
  if (k == 0) return;
  if (k * kFew <= n) {
    return visit(dtype, [&]<class T>() {
      const auto* p = static_cast<const char*>(values);
      if constexpr (sizeof(T) <= 4) {
        if (n <= std::numeric_limits<std::uint32_t>::max()) {
          return finish(select_few<T>(p, stride, n, k, largest, static_cast<Narrow*>(scratch)));
        }
      }
      finish(select_few<T>(p, stride, n, k, largest, static_cast<Wide*>(scratch)));
    });
  }
  with_pairs(dtype, values, stride, n, largest, scratch, [&]<class Pair>(Pair* pairs) {
    if (k < n) std::nth_element(pairs, pairs + k, pairs + n, KeyThenPosition<Pair>{});
    finish(pairs);
  });
}

int64_t kth_line(DType dtype, const void* values, int64_t stride, int64_t n, int64_t k,
                 void* scratch) {
  return with_pairs(dtype, values, stride, n, false, scratch, [&]<class Pair>(Pair* pairs) {
    std::nth_element(pairs, pairs + k, pairs + n, KeyThenPosition<Pair>{});
    return static_cast<int64_t>(pairs[k].position);
  });
}

void search_line(DType dtype, const void* sequence, int64_t size, const int64_t* sorter,
                 const void* values, int64_t n, bool right, int64_t* out) {
  visit(dtype, [&]<class T>() {
    const T* s = static_cast<const T*>(sequence);
    const T* x = static_cast<const T*>(values);
    for (int64_t i = 0; i < n; ++i) {
      int64_t lo = 0, len = size;
      while (len > 0) {
        const int64_t half = len / 2;
        const T mid = s[sorter ? sorter[lo + half] : lo + half];
        const bool before = right ? !less(x[i], mid) : less(mid, x[i]);
        lo = before ? lo + half + 1 : lo;
        len = before ? len - half - 1 : half;
      }
      out[i] = lo;
    }
  });
}

int64_t run_starts(DType dtype, const void* sorted, int64_t n, int64_t* starts) {
  return row_run_starts(dtype, sorted, n, 1, starts);
}

int64_t row_run_starts(DType dtype, const void* rows, int64_t n, int64_t len, int64_t* starts) {
  return visit(dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(rows);
    int64_t m = 0;
    for (int64_t i = 0; i < n; ++i) {
      const T* row = x + i * len;
      if (i == 0 || !std::equal(row, row + len, row - len)) starts[m++] = i;
    }
    return m;
  });
}

void sort_rows(DType dtype, const void* rows, int64_t n, int64_t len, int64_t* order) {
  visit(dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(rows);
    for (int64_t i = 0; i < n; ++i) order[i] = i;
    std::sort(order, order + n, [x, len](int64_t a, int64_t b) {
      const T *p = x + a * len, *q = x + b * len;
      for (int64_t j = 0; j < len; ++j) {
        if (less(p[j], q[j])) return true;
        if (less(q[j], p[j])) return false;
      }
      return a < b;
    });
  });
}

}  // namespace taut::kernels
