#include "kernels/attention.h"

#include "kernels/reduce_folds.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
constexpr T kLowest = -FloatLayout<T>::infinity;

template <class T>
inline Vec<T> at(const T* p, int lanes) {
  return load_lanes<Vec<T>>(p, lanes);
}

// Keys that count for row r.
template <class T>
inline int64_t visible(const ScoreBlock<T>& b, int64_t r) {
  const int64_t limit = b.first + r + 1;
  return b.causal && limit < b.n ? limit : b.n;
}

template <class T>
inline void add_mask(const ScoreBlock<T>& b, int64_t r, int64_t n, T* row) {
  if (!b.mask) return;
  const T* mask = b.mask + r * b.mask_rs;
  if (b.mask_cs != 1) {
    for (int64_t j = 0; j < n; ++j) row[j] += mask[j * b.mask_cs];
    return;
  }
  each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
    store_lanes(at(row + j, lanes) + at(mask + j, lanes), row + j, lanes);
  });
}

template <class T>
inline void clear(T* row, int64_t from, int64_t to) {
  for (int64_t j = from; j < to; ++j) row[j] = (T)0;
}

// One row of weights. Returns the sum of exponentials, over that of top, the largest score.
template <class T>
T row_weights(const ScoreBlock<T>& b, int64_t r, T* s, T& top) {
  const int64_t n = visible(b, r);
  add_mask(b, r, n, s);
  top = hmax(fold_run<Max>(Vec<T>(kLowest<T>), s, n));
  if (top == kLowest<T>) {
    clear(s, 0, b.n);
    top = -kLowest<T>;
    return (T)1;
  }
  const double total = sum_of<T>(n, [=](int64_t j, int lanes) {
    const Vec<T> e = exp_below_one(at(s + j, lanes) - Vec<T>(top));
    store_lanes(e, s + j, lanes);
    return keep_lanes(e, lanes);
  });
  const Vec<T> scale((T)(1.0 / total));
  each_vector<Vec<T>::size>(
      n, [&](int64_t j, int lanes) { store_lanes(at(s + j, lanes) * scale, s + j, lanes); });
  clear(s, n, b.n);
  return (T)total;
}

template <class T>
void weights(const ScoreBlock<T>& b, T* s, T* lse) {
  each_vector<Vec<T>::size>(b.rows, [&](int64_t r0, int rows) {
    T tops[Vec<T>::size], totals[Vec<T>::size];
    for (int r = 0; r < rows; ++r, s += b.stride) totals[r] = row_weights(b, r0 + r, s, tops[r]);
    store_lanes(at(tops, rows) + log(at(totals, rows)), lse + r0, rows);
  });
}

template <class T>
void weights_again(const ScoreBlock<T>& b, T* s, const T* lse) {
  for (int64_t r = 0; r < b.rows; ++r, s += b.stride) {
    const int64_t n = visible(b, r);
    add_mask(b, r, n, s);
    const Vec<T> top(lse[r]);
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      store_lanes(exp_below_one(at(s + j, lanes) - top), s + j, lanes);
    });
    clear(s, n, b.n);
  }
}

template <class T>
void score_grad(const ScoreBlock<T>& b, const T* w, T* dw, T scale) {
  for (int64_t r = 0; r < b.rows; ++r, w += b.stride, dw += b.stride) {
    const int64_t n = visible(b, r);
    const double dot =
        sum_of<T>(n, [=](int64_t j, int lanes) { return at(w + j, lanes) * at(dw + j, lanes); });
    const Vec<T> mean((T)dot), factor(scale);
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      const Vec<T> d = at(w + j, lanes) * (at(dw + j, lanes) - mean);
      store_lanes(d * factor, dw + j, lanes);
    });
    clear(dw, n, b.n);
  }
}

template <class T>
constexpr AttentionKernelsOf<T> kernels_of = {weights<T>, weights_again<T>, score_grad<T>};

}  // namespace

extern const AttentionKernels attention_table;
const AttentionKernels attention_table = {kernels_of<float>, kernels_of<double>};

}  // namespace taut::TAUT_ISA
