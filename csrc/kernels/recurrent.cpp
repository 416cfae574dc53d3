#include "kernels/recurrent.h"

#include "kernels/gate_functions.h"
#include "kernels/reduce_blocks.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
inline Vec<T> at(const T* p, int lanes) {
  return load_lanes<Vec<T>>(p, lanes);
}
template <class T>
inline void put(Vec<T> v, T* p, int lanes) {
  store_lanes(v, p, lanes);
}

template <class T>
void lstm(int64_t rows, int64_t n, int64_t step, T* gates, T* c, T* h) {
  for (int64_t r = 0; r < rows; ++r, gates += 4 * n * step, c += n, h += n) {
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      T* const g = gates + j;
      const Vec<T> in = gate_sigmoid(at(g, lanes)), forget = gate_sigmoid(at(g + n, lanes));
      const Vec<T> fresh = gate_tanh(at(g + 2 * n, lanes));
      const Vec<T> out = gate_sigmoid(at(g + 3 * n, lanes));
      const Vec<T> cell = fma(forget, at(c + j, lanes), in * fresh);
      put(in, g, lanes), put(forget, g + n, lanes);
      put(fresh, g + 2 * n, lanes), put(out, g + 3 * n, lanes);
      put(cell, c + j, lanes);
      put(out * gate_tanh(cell), h + j, lanes);
    });
  }
}

template <class T>
void lstm_backward(int64_t rows, int64_t n, int64_t step, const T* gates, const T* c, const T* dh,
                   T* dc, T* dgates) {
  const Vec<T> one((T)1);
  for (int64_t r = 0; r < rows; ++r) {
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      const T* const g = gates + j;
      const Vec<T> in = at(g, lanes), forget = at(g + n, lanes);
      const Vec<T> fresh = at(g + 2 * n, lanes), out = at(g + 3 * n, lanes);
      const Vec<T> before = at(c + j, lanes), d = at(dh + j, lanes);
      const Vec<T> shown = gate_tanh(fma(forget, before, in * fresh));
      const Vec<T> dcell = fma(d * out, one - shown * shown, at(dc + j, lanes));
      T* const dg = dgates + j;
      put(dcell * fresh * in * (one - in), dg, lanes);
      put(dcell * before * forget * (one - forget), dg + n, lanes);
      put(dcell * in * (one - fresh * fresh), dg + 2 * n, lanes);
      put(d * shown * out * (one - out), dg + 3 * n, lanes);
      put(dcell * forget, dc + j, lanes);
    });
    gates += 4 * n * step, c += n * step, dh += n, dc += n, dgates += 4 * n * step;
  }
}

template <class T>
void gru(int64_t rows, int64_t n, int64_t step, T* gates, const T* product, T* h, T* kept) {
  for (int64_t r = 0; r < rows; ++r, gates += 3 * n * step, product += 3 * n, h += n) {
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      T* const g = gates + j;
      const T* const p = product + j;
      const Vec<T> reset = gate_sigmoid(at(g, lanes) + at(p, lanes));
      const Vec<T> update = gate_sigmoid(at(g + n, lanes) + at(p + n, lanes));
      const Vec<T> share = at(p + 2 * n, lanes);
      const Vec<T> fresh = gate_tanh(fma(reset, share, at(g + 2 * n, lanes)));
      put(reset, g, lanes), put(update, g + n, lanes), put(fresh, g + 2 * n, lanes);
      if (kept) put(share, kept + j, lanes);
      put(fma(update, at(h + j, lanes) - fresh, fresh), h + j, lanes);
    });
    if (kept) kept += n * step;
  }
}

template <class T>
void gru_backward(int64_t rows, int64_t n, int64_t step, const T* gates, const T* kept, const T* h,
                  T* dh, T* dgates, T* dproduct) {
  const Vec<T> one((T)1);
  for (int64_t r = 0; r < rows; ++r) {
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      const T* const g = gates + j;
      const Vec<T> reset = at(g, lanes), update = at(g + n, lanes), fresh = at(g + 2 * n, lanes);
      const Vec<T> d = at(dh + j, lanes);
      const Vec<T> dfresh = d * (one - update) * (one - fresh * fresh);
      const Vec<T> dreset = dfresh * at(kept + j, lanes) * reset * (one - reset);
      const Vec<T> dupdate = d * (at(h + j, lanes) - fresh) * update * (one - update);
      T *const dg = dgates + j, *const dp = dproduct + j;
      put(dreset, dg, lanes), put(dupdate, dg + n, lanes), put(dfresh, dg + 2 * n, lanes);
      put(dreset, dp, lanes), put(dupdate, dp + n, lanes), put(dfresh * reset, dp + 2 * n, lanes);
      put(d * update, dh + j, lanes);
    });
    gates += 3 * n * step, kept += n * step, h += n * step, dh += n;
    dgates += 3 * n * step, dproduct += 3 * n * step;
  }
}

template <class T>
void elman(bool relu, int64_t rows, int64_t n, int64_t step, T* gates, T* h) {
  for (int64_t r = 0; r < rows; ++r, gates += n * step, h += n) {
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      const Vec<T> x = at(gates + j, lanes), zero = Vec<T>::zero();
      const Vec<T> y = relu ? select(x <= zero, zero, x) : gate_tanh(x);
      put(y, gates + j, lanes);
      put(y, h + j, lanes);
    });
  }
}

template <class T>
void elman_backward(bool relu, int64_t rows, int64_t n, int64_t step, const T* gates, const T* dh,
                    T* dgates) {
  for (int64_t r = 0; r < rows; ++r, gates += n * step, dh += n, dgates += n * step) {
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      const Vec<T> y = at(gates + j, lanes), d = at(dh + j, lanes), zero = Vec<T>::zero();
      put(relu ? select(y <= zero, zero, d) : d * (Vec<T>((T)1) - y * y), dgates + j, lanes);
    });
  }
}

template <class T>
void add_rows(int64_t rows, int64_t n, int64_t stride, const T* from, T* to) {
  for (int64_t r = 0; r < rows; ++r, from += stride, to += n) {
    each_vector<Vec<T>::size>(n, [&](int64_t j, int lanes) {
      put(at(to + j, lanes) + at(from + j, lanes), to + j, lanes);
    });
  }
}

template <class T>
constexpr RecurrentKernelsOf<T> kernels_of = {
    .lstm = lstm<T>,
    .lstm_backward = lstm_backward<T>,
    .gru = gru<T>,
    .gru_backward = gru_backward<T>,
    .elman = elman<T>,
    .elman_backward = elman_backward<T>,
    .add_rows = add_rows<T>,
};

}  // namespace

extern const RecurrentKernels recurrent_table;
const RecurrentKernels recurrent_table = {kernels_of<float>, kernels_of<double>};

}  // namespace taut::TAUT_ISA
