#include "kernels/multilabel.h"

#include <algorithm>

namespace taut::kernels {
namespace {

// Marks the labels and returns how many there are.
int64_t mark(const int64_t* labels, int64_t classes, bool* among) {
  std::fill_n(among, classes, false);
  int64_t n = 0;
  for (; n < classes && labels[n] >= 0; ++n) among[labels[n]] = true;
  return n;
}

}  // namespace

template <class T>
double multilabel_margin(const T* x, const int64_t* labels, int64_t classes, bool* among) {
  const int64_t count = mark(labels, classes, among);
  double total = 0;
  for (int64_t j = 0; j < count; ++j) {
    const T bound = T(1) - x[labels[j]];
    for (int64_t i = 0; i < classes; ++i) {
      const T z = bound + x[i];
      total += !among[i] && z > T(0) ? z : T(0);
    }
  }
  return total;
}

template <class T>
void multilabel_margin_grad(const T* x, const int64_t* labels, int64_t classes, T g, bool* among,
                            T* grad) {
  const int64_t count = mark(labels, classes, among);
  for (int64_t j = 0; j < count; ++j) {
    const T bound = T(1) - x[labels[j]];
    int64_t over = 0;
    for (int64_t i = 0; i < classes; ++i) {
      const bool counts = !among[i] && bound + x[i] > T(0);
      grad[i] += counts ? g : T(0);
      over += counts;
    }
    grad[labels[j]] -= g * static_cast<T>(over);
  }
}

template double multilabel_margin(const float*, const int64_t*, int64_t, bool*);
template double multilabel_margin(const double*, const int64_t*, int64_t, bool*);
template void multilabel_margin_grad(const float*, const int64_t*, int64_t, float, bool*, float*);
template void multilabel_margin_grad(const double*, const int64_t*, int64_t, double, bool*,
                                     double*);

}  // namespace taut::kernels
