// Reductions, rows, losses, attention scores and optimiser steps against loops in double, on every
// instruction set of this machine.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "check.h"
#include "isas.h"
#include "kernels/attention.h"
#include "kernels/loss.h"
#include "kernels/optim.h"
#include "kernels/reduce.h"
#include "kernels/rows.h"

namespace taut {

struct Tables {
  const AttentionKernels* attention;
  const LossKernels* loss;
  const OptimKernels* optim;
  const ReduceKernels* reduce;
  const RowKernels* rows;
};
#define TAUT_DECLARE(isa)                                                            \
  namespace isa {                                                                    \
  extern const AttentionKernels attention_table;                                     \
  extern const LossKernels loss_table;                                               \
  extern const OptimKernels optim_table;                                             \
  extern const ReduceKernels reduce_table;                                           \
  extern const RowKernels row_table;                                                 \
  inline Tables tables() {                                                           \
    return {&attention_table, &loss_table, &optim_table, &reduce_table, &row_table}; \
  }                                                                                  \
  }
TAUT_ON_EVERY_ISA(TAUT_DECLARE)

namespace {

using std::int64_t;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<T> numbers(int64_t n, unsigned seed = 1) {
  std::mt19937 rng(seed);
  std::normal_distribution<double> normal;
  std::vector<T> out(static_cast<std::size_t>(n));
  for (auto& v : out) v = static_cast<T>(normal(rng));
  return out;
}

template <class T>
bool near(T got, double expected, double size = 1) {
  const double eps = sizeof(T) == 4 ? 4e-6 : 1e-13;
  return std::abs(static_cast<double>(got) - expected) <= eps * (size + std::abs(expected));
}

constexpr int64_t kSizes[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 130, 600, 1100};

// f<T>(tables) for both floating types.
template <class F>
void for_floats(F f) {
  on_every_isa([&](const Tables& t) {
    f.template operator()<float>(t);
    f.template operator()<double>(t);
  });
}
template <class T>
constexpr int type_index = static_cast<int>(dtype_of<T>::value);

}  // namespace

TEST(sums_and_extremes_of_lines_and_columns) {
  for_floats([]<class T>(const Tables& t) {
    for (int64_t n : kSizes) {
      for (int64_t inner : {int64_t{1}, int64_t{5}, int64_t{70}}) {
        for (int64_t gap : {int64_t{0}, int64_t{3}}) {
          const int64_t stride = inner + gap, outer = 2, step = n * stride + 1;
          const auto x = numbers<T>(outer * step);
          const ReduceShape s{outer, step, n, stride, inner};
          std::vector<T> sum(outer * inner), most(outer * inner);
          std::vector<int64_t> place(outer * inner);
          t.reduce->sum[type_index<T>](x.data(), s, sum.data(), 2.0);
          t.reduce->argmax[type_index<T>](x.data(), s, most.data(), place.data());
          for (int64_t o = 0; o < outer; ++o) {
            for (int64_t j = 0; j < inner; ++j) {
              double total = 0;
              int64_t best = 0;
              const auto at = [&](int64_t i) { return x[o * step + i * stride + j]; };
              for (int64_t i = 0; i < n; ++i) {
                total += static_cast<double>(at(i));
                if (at(i) > at(best)) best = i;
              }
              CHECK(near(sum[o * inner + j], total / 2, std::sqrt(n)));
              CHECK(place[o * inner + j] == best);
              CHECK(most[o * inner + j] == at(best));
            }
          }
        }
      }
    }
  });
}

TEST(integers_wrap_and_nan_wins) {
  on_every_isa([](const Tables& t) {
    const std::vector<int8_t> x = {100, 100, 100, -128, 127, 5, 5};
    int64_t sum = 0;
    int8_t most = 0;
    const ReduceShape s{1, 0, 7, 1, 1};
    t.reduce->wide_sum[type_index<int8_t>](x.data(), s, &sum, 0);
    t.reduce->max[type_index<int8_t>](x.data(), s, &most, 0);
    CHECK(sum == 309);
    CHECK(most == 127);
    auto y = numbers<float>(1000);
    y[700] = static_cast<float>(kNan);
    float least = 0;
    int64_t place = 0;
    t.reduce->min[type_index<float>](y.data(), {1, 0, 1000, 1, 1}, &least, 0);
    t.reduce->argmin[type_index<float>](y.data(), {1, 0, 1000, 1, 1}, nullptr, &place);
    CHECK(std::isnan(least));
    CHECK(place == 700);
  });
}

TEST(moments_far_from_zero) {
  for_floats([]<class T>(const Tables& t) {
    auto x = numbers<T>(1000);
    for (auto& v : x) v += static_cast<T>(1000);
    double mean = 0, m2 = 0, exact_mean = 0, exact = 0;
    t.reduce->moments[type_index<T>](x.data(), {1, 0, 1000, 1, 1}, &mean, &m2);
    for (T v : x) exact_mean += static_cast<double>(v) / 1000;
    for (T v : x) exact += std::pow(static_cast<double>(v) - exact_mean, 2);
    CHECK(std::abs(mean - exact_mean) < (sizeof(T) == 4 ? 1e-5 : 1e-11));
    CHECK(std::abs(m2 - exact) < 1e-7 * exact);
  });
}

TEST(softmax_and_its_gradient) {
  for_floats([]<class T>(const Tables& t) {
    const auto& k = t.rows->of<T>();
    for (int64_t n : kSizes) {
      const auto x = numbers<T>(2 * n), g = numbers<T>(2 * n, 2);
      std::vector<T> y(2 * n), dx(2 * n, static_cast<T>(kNan)), twice(2 * n, T(1));
      k.softmax(x.data(), 2, n, y.data(), Stores::Cached);
      k.softmax_backward(g.data(), y.data(), 2, n, dx.data(), T(0));
      k.softmax_backward(g.data(), y.data(), 2, n, twice.data(), T(1));
      for (int64_t r = 0; r < 2; ++r) {
        double total = 0, dot = 0;
        for (int64_t j = 0; j < n; ++j) total += std::exp(static_cast<double>(x[r * n + j]));
        for (int64_t j = 0; j < n; ++j) {
          const int64_t i = r * n + j;
          CHECK(near(y[i], std::exp(static_cast<double>(x[i])) / total, 0.1));
          dot += static_cast<double>(g[i]) * static_cast<double>(y[i]);
        }
        for (int64_t j = 0; j < n; ++j) {
          const int64_t i = r * n + j;
          const double expected = static_cast<double>(y[i]) * (static_cast<double>(g[i]) - dot);
          CHECK(near(dx[i], expected));
          CHECK(near(twice[i], expected + 1));
        }
      }
    }
  });
}

TEST(cross_entropy_gradient_sums_to_zero) {
  for_floats([]<class T>(const Tables& t) {
    const auto& k = t.rows->of<T>();
    for (int64_t n : kSizes) {
      const auto x = numbers<T>(3 * n);
      const int64_t target[] = {0, -100, n - 1};
      const CrossEntropy<T> args{target, nullptr, static_cast<double>(n), -100, 0.1};
      T loss[3], lse[3], grad[] = {T(2)};
      std::vector<T> dx(3 * n, static_cast<T>(kNan));
      k.cross_entropy(x.data(), args, 3, n, loss, lse);
      k.cross_entropy_backward(x.data(), args, lse, grad, 0, 0.5, 3, n, dx.data(), T(0));
      CHECK(loss[1] == T(0));
      for (int64_t r = 0; r < 3; ++r) {
        double total = 0;
        for (int64_t j = 0; j < n; ++j) total += static_cast<double>(dx[r * n + j]);
        CHECK(near(static_cast<T>(total), 0, 4));
      }
    }
  });
}

TEST(layer_norm_rows_are_normal) {
  for_floats([]<class T>(const Tables& t) {
    const auto& k = t.rows->of<T>();
    for (int64_t n : {int64_t{2}, int64_t{17}, int64_t{600}}) {
      const auto x = numbers<T>(n);
      std::vector<T> y(n), dx(n, static_cast<T>(kNan)), dgamma(n, T(1));
      T mean, rstd;
      k.layer_norm(x.data(), nullptr, nullptr, 1, n, 0, y.data(), &mean, &rstd, Stores::Cached);
      double sum = 0, square = 0;
      for (T v : y) sum += static_cast<double>(v), square += std::pow(static_cast<double>(v), 2);
      CHECK(near(static_cast<T>(sum), 0, static_cast<double>(n)));
      CHECK(near(static_cast<T>(square), static_cast<double>(n)));
      // Along its own result nothing changes but the scale, which the norm removes.
      k.layer_norm_backward(y.data(), x.data(), nullptr, &mean, &rstd, 1, n, dx.data(), T(0),
                            dgamma.data(), nullptr);
      for (int64_t i = 0; i < n; ++i) {
        CHECK(near(dx[i], 0, 10));
        CHECK(near(dgamma[i], 1 + std::pow(static_cast<double>(y[i]), 2)));
      }
    }
  });
}

TEST(losses) {
  for_floats([]<class T>(const Tables& t) {
    for (int64_t n : kSizes) {
      const auto x = numbers<T>(n), y = numbers<T>(n, 2);
      const auto& k = t.loss->of<T>(DifferenceLoss::Huber);
      double expected = 0;
      for (int64_t i = 0; i < n; ++i) {
        const double d = std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i]));
        expected += d < 0.7 ? d * d / 2 : 0.7 * (d - 0.35);
      }
      CHECK(near(static_cast<T>(k.sum(x.data(), y.data(), n, 0.7)), expected));
    }
  });
}

TEST(attention_weights_of_a_causal_block) {
  for_floats([]<class T>(const Tables& t) {
    const auto& k = t.attention->of<T>();
    const int64_t rows = 5, n = 40, stride = 48;
    auto s = numbers<T>(rows * stride);
    const auto scores = s;
    std::vector<T> lse(rows);
    const ScoreBlock<T> block{rows, n, stride, true, 30, nullptr, 0, 0};
    k.weights(block, s.data(), lse.data());
    auto again = scores;
    k.weights_again(block, again.data(), lse.data());
    for (int64_t r = 0; r < rows; ++r) {
      double total = 0;
      for (int64_t j = 0; j < n; ++j) {
        total += static_cast<double>(s[r * stride + j]);
        CHECK(j <= 30 + r ? s[r * stride + j] > T(0) : s[r * stride + j] == T(0));
        CHECK(near(again[r * stride + j], static_cast<double>(s[r * stride + j])));
      }
      CHECK(near(static_cast<T>(total), 1));
    }
  });
}

TEST(optimiser_steps) {
  for_floats([]<class T>(const Tables& t) {
    for (int64_t n : kSizes) {
      auto p = numbers<T>(n);
      const auto before = p, g = numbers<T>(n, 2);
      std::vector<T> buffer(n, static_cast<T>(kNan));
      const SgdArgs args{0.1, 0.9, 0, 0.01, true, false, true};
      t.optim->of<T>().sgd(p.data(), g.data(), buffer.data(), n, args);
      for (int64_t i = 0; i < n; ++i) {
        const double d = static_cast<double>(g[i]) + 0.01 * static_cast<double>(before[i]);
        CHECK(near(buffer[i], d));
        CHECK(near(p[i], static_cast<double>(before[i]) - 0.1 * (d + 0.9 * d)));
      }
    }
  });
}

}  // namespace taut

TEST_MAIN()
