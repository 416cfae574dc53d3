// The index, sort and copy kernels against loops too simple to be wrong. Exits 1 on a mismatch.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "kernels/copy.h"
#include "kernels/indexing.h"
#include "kernels/sort.h"

namespace {

using namespace taut;
using namespace taut::kernels;
using std::int64_t;

int failures = 0;

#define EXPECT(cond)                                         \
  do {                                                       \
    if (!(cond)) {                                           \
      std::printf("%s:%d: %s\n", __FILE__, __LINE__, #cond); \
      ++failures;                                            \
    }                                                        \
  } while (false)

std::mt19937 rng(7);

template <class T>
char* bytes(T* p) {
  return reinterpret_cast<char*>(p);
}

// Few distinct values, so that ties occur; NaN, infinities and both zeros for floats.
template <class T>
std::vector<T> some_values(int64_t n) {
  std::vector<T> v(static_cast<std::size_t>(n));
  for (auto& x : v)
    x = static_cast<T>(static_cast<int>(rng() % 41) - (std::is_signed_v<T> ? 20 : 0));
  if constexpr (std::is_floating_point_v<T>) {
    for (std::size_t i = 0; i + 5 < v.size(); i += 6) {
      const T odd[] = {std::numeric_limits<T>::quiet_NaN(),
                       -std::numeric_limits<T>::infinity(),
                       T(-0.0),
                       T(0),
                       std::numeric_limits<T>::infinity(),
                       T(0.5)};
      v[i] = odd[rng() % 6];
    }
  }
  return v;
}

template <class T>
bool before(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(b)) return !std::isnan(a);
  }
  return a < b;
}

template <class T>
void test_order(DType dtype) {
  for (int64_t n : {0, 1, 2, 15, 16, 17, 100, 511, 512, 3000}) {
    auto v = some_values<T>(n);
    std::vector<int64_t> order(v.size()), want(v.size());
    std::vector<double> scratch(sort_scratch(n) / 8 + 1);
    for (bool descending : {false, true}) {
      const auto first = [&](int64_t a, int64_t b) {
        return descending ? before<T>(v[b], v[a]) : before<T>(v[a], v[b]);
      };
      std::iota(want.begin(), want.end(), 0);
      std::stable_sort(want.begin(), want.end(), first);
      sort_line(dtype, v.data(), sizeof(T), n, descending, order.data(), scratch.data());
      EXPECT(order == want);
      for (int64_t k : {int64_t{0}, std::min<int64_t>(n, 3), n / 2, n}) {
        std::vector<int64_t> top(static_cast<std::size_t>(k));
        top_line(dtype, v.data(), sizeof(T), n, k, descending, true, top.data(), scratch.data());
        EXPECT(std::equal(top.begin(), top.end(), want.begin()));
        top_line(dtype, v.data(), sizeof(T), n, k, descending, false, top.data(), scratch.data());
        std::sort(top.begin(), top.end());
        std::vector<int64_t> expected(want.begin(), want.begin() + k);
        std::sort(expected.begin(), expected.end());
        EXPECT(top == expected);
        if (!descending && k < n) {
          EXPECT(kth_line(dtype, v.data(), sizeof(T), n, k, scratch.data()) == want[k]);
        }
      }
    }
  }
}

template <class T>
void test_search(DType dtype) {
  for (int64_t n : {0, 1, 7, 100}) {
    auto s = some_values<T>(n);
    std::vector<int64_t> sorter(s.size());
    std::iota(sorter.begin(), sorter.end(), 0);
    std::stable_sort(sorter.begin(), sorter.end(),
                     [&](auto a, auto b) { return before(s[a], s[b]); });
    const auto v = some_values<T>(50);
    std::vector<int64_t> out(v.size());
    for (bool right : {false, true}) {
      search_line(dtype, s.data(), n, sorter.data(), v.data(), 50, right, out.data());
      for (std::size_t i = 0; i < v.size(); ++i) {
        EXPECT(out[i] == std::count_if(s.begin(), s.end(), [&](T x) {
                 return right ? !before(v[i], x) : before(x, v[i]);
               }));
      }
    }
  }
}

void test_take_put_reduce() {
  std::vector<float> table = some_values<float>(40), out(12), want(12);
  const std::vector<int64_t> index = {3, 0, 9, 3, 2, 2, 7, 1, 9, 0, 4, 4};
  char* ptr[] = {bytes(out.data()), bytes(const_cast<int64_t*>(index.data())), bytes(table.data())};
  const double step = 16;
  const int64_t stride[] = {4, 8, 0};
  take_loop(4)(ptr, stride, 12, &step);
  for (int i = 0; i < 12; ++i) EXPECT(std::memcmp(&out[i], &table[4 * index[i]], 4) == 0);
  const int64_t run[] = {4, 0, 4};
  take_loop(4)(ptr, run, 12, &step);
  EXPECT(std::memcmp(out.data(), &table[4 * 3], 48) == 0);

  std::vector<double> sums(40, 1.0), source(12), expect(40, 1.0);
  std::iota(source.begin(), source.end(), -3.0);
  for (auto op : {Reduce::Add, Reduce::Mul, Reduce::Max, Reduce::Min}) {
    sums = expect = std::vector<double>(40, 1.0);
    for (int i = 0; i < 12; ++i) {
      double& e = expect[4 * index[i]];
      e = op == Reduce::Add   ? e + source[i]
          : op == Reduce::Mul ? e * source[i]
          : op == Reduce::Max ? std::max(e, source[i])
                              : std::min(e, source[i]);
    }
    char* p[] = {bytes(sums.data()), ptr[1], bytes(source.data())};
    const double step8 = 32;
    const int64_t s[] = {0, 8, 8};
    reduce_loop(DType::Float64, op)(p, s, 12, &step8);
    EXPECT(sums == expect);
  }
  bool flags[4] = {false, true, true, false}, ones[2] = {true, true};
  char* p[] = {bytes(flags), ptr[1], bytes(ones)};
  const double step1 = 1;
  const int64_t s[] = {0, 8, 1};
  reduce_loop(DType::Bool, Reduce::Add)(p, s, 2, &step1);
  EXPECT(flags[3] && flags[0]);
}

void test_rows() {
  const std::vector<int64_t> index = {2, 0, 2, 4};
  for (int64_t len : {1, 2, 3, 4, 33, 64, 200}) {
    auto table = some_values<float>(5 * len);
    std::vector<float> rows(static_cast<std::size_t>(4 * len));
    for (bool past_caches : {false, true}) {
      std::fill(rows.begin(), rows.end(), 0.0f);
      take_rows(bytes(rows.data()), len * 4, bytes(table.data()), len * 4, index.data(), 4, len * 4,
                past_caches);
      for (int64_t i = 0; i < 4; ++i) {
        EXPECT(std::memcmp(rows.data() + i * len, table.data() + index[i] * len, len * 4) == 0);
      }
    }

    std::vector<double> sum(static_cast<std::size_t>(5 * len), 1.0),
        term(static_cast<std::size_t>(4 * len), 2.0);
    const double scale[] = {1, 2, 0.5, 3};
    add_rows(DType::Float64, bytes(sum.data()), len * 8, bytes(term.data()), len * 8, index.data(),
             4, len, scale, 4);
    for (int64_t j = 0; j < len; ++j) {
      EXPECT(sum[2 * len + j] == 4 && sum[j] == 5 && sum[4 * len + j] == 1);
    }
  }
}

void test_checks() {
  std::vector<int64_t> index = {0, 4, -1, 5};
  EXPECT(first_outside(index.data(), 8, 4, 0, 5) == 2);
  EXPECT(first_outside(index.data(), 16, 2, 0, 5) == 1);
  EXPECT(first_outside(index.data(), 8, 4, -1, 6) == -1);
  EXPECT(first_outside(index.data(), 8, 1, 0, 0) == 0);
  std::vector<int64_t> offset = {10, 20, 30, 40};
  EXPECT(add_offsets(offset.data(), index.data(), 3, 5, 100) == -1);
  EXPECT((offset == std::vector<int64_t>{10, 420, 430, 40}));
  EXPECT(add_offsets(offset.data(), index.data(), 4, 5, 100) == 3);
}

void test_masks() {
  const float x[] = {0, -0.0f, 1, NAN, 0, 2};
  int64_t position[6];
  EXPECT(count_nonzero(DType::Float32, x, 6) == 3);
  EXPECT(nonzero_positions(DType::Float32, x, 6, 10, position) == 3 && position[1] == 13);
  const int64_t flat[] = {7, 19, 0};
  int64_t row[3] = {}, offset[3] = {1, 1, 1};
  add_coordinates(row, flat, 3, 5, 4, 1);
  EXPECT(row[0] == 1 && row[1] == 3 && row[2] == 0);
  add_coordinates(offset, flat, 3, 1, 5, 10);
  EXPECT(offset[0] == 21 && offset[1] == 41 && offset[2] == 1);
  const bool mask[] = {false, true, true, false, true, false};
  std::uint16_t source[] = {1, 2, 3, 4, 5, 6}, out[6] = {};
  compact(2, out, source, mask, 6);
  EXPECT(out[0] == 2 && out[1] == 3 && out[2] == 5);
  distribute(2, out, source, mask, 6);
  EXPECT(out[1] == 1 && out[2] == 2 && out[4] == 3);
}

void test_runs() {
  const int v[] = {1, 1, 2, 2, 2, 9};
  int64_t starts[6];
  EXPECT(run_starts(DType::Int32, v, 6, starts) == 3 && starts[2] == 5);
  const int rows[] = {2, 1, 1, 5, 2, 0, 1, 5};
  int64_t order[4];
  sort_rows(DType::Int32, rows, 4, 2, order);
  EXPECT(order[0] == 1 && order[1] == 3 && order[2] == 2 && order[3] == 0);
}

template <class T>
void test_transpose() {
  for (auto [rows, cols] : {std::pair{1, 1}, {3, 5}, {16, 16}, {20, 36}, {70, 130}, {0, 4}}) {
    std::vector<T> in(static_cast<std::size_t>(rows * cols)), out(in.size());
    std::iota(in.begin(), in.end(), T(0));
    transpose(sizeof(T), bytes(out.data()), cols * static_cast<int64_t>(sizeof(T)),
              bytes(in.data()), rows * static_cast<int64_t>(sizeof(T)), rows, cols);
    bool same = true;
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < cols; ++j) same &= out[i * cols + j] == in[j * rows + i];
    EXPECT(same);
  }
}

void test_copy() {
  std::vector<char> from(20000), to(20000);
  std::iota(from.begin(), from.end(), 0);
  for (std::size_t n : {0, 1, 63, 1023, 1024, 1025, 5000}) {
    for (std::size_t shift : {0, 1, 4, 63, 64, 4096, 4100}) {
      std::fill(to.begin(), to.end(), 'x');
      copy_bytes(to.data() + shift, from.data(), n);
      EXPECT(std::equal(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(n),
                        to.begin() + static_cast<std::ptrdiff_t>(shift)));
      EXPECT(to[shift + n] == 'x');
    }
  }
  const int in[] = {1, 2, 3, 4, 5};
  int out[5];
  char* reversed[] = {bytes(out), bytes(const_cast<int*>(in + 4))};
  const int64_t backwards[] = {4, -4};
  copy_loop(4)(reversed, backwards, 5, nullptr);
  EXPECT(out[0] == 5 && out[4] == 1);
  char* repeated[] = {bytes(out), bytes(const_cast<int*>(in + 1))};
  const int64_t still[] = {4, 0};
  copy_loop(4)(repeated, still, 5, nullptr);
  EXPECT(out[0] == 2 && out[4] == 2);
}

}  // namespace

int main() {
  test_order<float>(DType::Float32);
  test_order<double>(DType::Float64);
  test_order<std::int8_t>(DType::Int8);
  test_order<std::int16_t>(DType::Int16);
  test_order<std::uint8_t>(DType::UInt8);
  test_order<int>(DType::Int32);
  test_order<int64_t>(DType::Int64);
  test_search<float>(DType::Float32);
  test_search<int64_t>(DType::Int64);
  test_take_put_reduce();
  test_rows();
  test_copy();
  test_checks();
  test_masks();
  test_runs();
  test_transpose<std::uint8_t>();
  test_transpose<std::uint16_t>();
  test_transpose<std::uint32_t>();
  test_transpose<std::uint64_t>();
  if (failures == 0) std::puts("ok");
  return failures != 0;
}
