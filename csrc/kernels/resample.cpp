#include "kernels/resample.h"

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

// Rows of `inner` elements: sums of weighted rows, a few vectors at a time.
template <class T>
void rows(const SparseMatrix<T>& m, const T* x, int64_t inner, T* out) {
  constexpr int lanes = Vec<T>::size;
  for (int64_t i = 0; i < m.rows; ++i, out += inner) {
    const int64_t begin = m.begin[i], end = m.begin[i + 1];
    int64_t j = 0;
    for (; j + 2 * lanes <= inner; j += 2 * lanes) {
      Vec<T> a = Vec<T>::zero(), b = a;
      for (int64_t e = begin; e < end; ++e) {
        const T* row = x + m.from[e] * inner + j;
        const Vec<T> w(m.weight[e]);
        a = fma(w, Vec<T>::load(row), a), b = fma(w, Vec<T>::load(row + lanes), b);
      }
      a.store(out + j), b.store(out + j + lanes);
    }
    for (; j < inner; j += lanes) {
      const int n = inner - j < lanes ? static_cast<int>(inner - j) : lanes;
      Vec<T> a = Vec<T>::zero();
      for (int64_t e = begin; e < end; ++e) {
        a = fma(Vec<T>(m.weight[e]), Vec<T>::load(x + m.from[e] * inner + j, n), a);
      }
      a.store(out + j, n);
    }
  }
}

// Windows of Count elements, Step apart: constants, so that the compiler vectorises.
template <int Count, int Step, class T>
void windows(const SparseMatrix<T>& m, const T* x, T* out) {
  const T weight = m.weight[0];
  for (int64_t i = 0; i < m.rows; ++i) {
    T sum = x[i * Step];
#pragma GCC unroll 4
    for (int t = 1; t < Count; ++t) sum += x[i * Step + t];
    out[i] = weight * sum;
  }
}
template <class T>
void repeat_twice(const SparseMatrix<T>& m, const T* x, T* out) {
  for (int64_t i = 0; i < m.rows / 2; ++i) {
    const T value = m.weight[0] * x[i];
    out[2 * i] = value, out[2 * i + 1] = value;
  }
}
template <class T>
void elements(const SparseMatrix<T>& m, const T* x, T* out) {
  for (int64_t i = 0; i < m.rows; ++i) {
    T sum = 0;
    for (int64_t e = m.begin[i]; e < m.begin[i + 1]; ++e) sum += m.weight[e] * x[m.from[e]];
    out[i] = sum;
  }
}

template <class T>
void resample(const SparseMatrix<T>& m, const T* x, int64_t outer, int64_t inner, T* out) {
  void (*line)(const SparseMatrix<T>&, const T*, T*) = elements<T>;
  if (m.count == 2 && m.step == 2) line = windows<2, 2, T>;
  if (m.count == 3 && m.step == 2) line = windows<3, 2, T>;
  if (m.count == 3 && m.step == 1) line = windows<3, 1, T>;
  if (m.repeat == 2 && m.rows % 2 == 0) line = repeat_twice<T>;
  for (int64_t o = 0; o < outer; ++o, x += m.columns * inner, out += m.rows * inner) {
    if (inner == 1) {
      line(m, x, out);
    } else {
      rows(m, x, inner, out);
    }
  }
}

}  // namespace

extern const ResampleKernels resample_table;
constinit const ResampleKernels resample_table = {resample<float>, resample<double>};

}  // namespace taut::TAUT_ISA
