#include "kernels/ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace taut::kernels {
namespace {

template <class T>
constexpr T kNever = -std::numeric_limits<T>::infinity();

template <class T>
T log_sum(T a, T b, T c) {
  const T most = std::max({a, b, c});
  if (most == kNever<T>) return most;
  return most + std::log(std::exp(a - most) + std::exp(b - most) + std::exp(c - most));
}

int64_t class_of(const CtcSequence& q, int64_t state) {
  return state % 2 ? q.labels[state / 2] : q.blank;
}

// Whether a path may go from state - 2 to state: past the blank between two different labels.
bool skips(const CtcSequence& q, int64_t state) {
  return state % 2 && state > 2 && q.labels[state / 2] != q.labels[state / 2 - 1];
}

}  // namespace

template <class T>
T ctc_forward(const T* log_probs, const CtcSequence& q, T* alpha) {
  const int64_t states = 2 * q.count + 1;
  if (q.steps == 0) return q.count ? -kNever<T> : T(0);
  std::fill_n(alpha, states, kNever<T>);
  alpha[0] = log_probs[q.blank];
  if (q.count) alpha[1] = log_probs[q.labels[0]];
  for (int64_t t = 1; t < q.steps; ++t) {
    const T *before = alpha + (t - 1) * states, *now = log_probs + t * q.step;
    T* after = alpha + t * states;
    for (int64_t s = 0; s < states; ++s) {
      const T one = s > 0 ? before[s - 1] : kNever<T>;
      const T two = skips(q, s) ? before[s - 2] : kNever<T>;
      after[s] = log_sum(before[s], one, two) + now[class_of(q, s)];
    }
  }
  const T* last = alpha + (q.steps - 1) * states;
  return -log_sum(last[states - 1], q.count ? last[states - 2] : kNever<T>, kNever<T>);
}

template <class T>
void ctc_backward(const T* log_probs, const CtcSequence& q, const T* alpha, T loss, T g, T* beta,
                  T* part, T* grad) {
  const int64_t states = 2 * q.count + 1;
  T *after = beta, *now = beta + states;
  for (int64_t t = q.steps - 1; t >= 0; --t, std::swap(after, now)) {
    const T *p = log_probs + t * q.step, *prefix = alpha + t * states;
    std::fill_n(part, q.classes, std::isinf(loss) ? std::numeric_limits<T>::quiet_NaN() : T(0));
    for (int64_t s = 0; s < states; ++s) {
      T rest = s >= states - 2 ? T(0) : kNever<T>;
      if (t < q.steps - 1) {
        const T one = s + 1 < states ? after[s + 1] : kNever<T>;
        const T two = s + 2 < states && skips(q, s + 2) ? after[s + 2] : kNever<T>;
        rest = log_sum(after[s], one, two);
      }
      const int64_t c = class_of(q, s);
      part[c] += std::exp(prefix[s] + rest + loss);
      now[s] = rest + p[c];
    }
    T* out = grad + t * q.step;
    for (int64_t c = 0; c < q.classes; ++c) out[c] += g * (std::exp(p[c]) - part[c]);
  }
}

template float ctc_forward(const float*, const CtcSequence&, float*);
template double ctc_forward(const double*, const CtcSequence&, double*);
template void ctc_backward(const float*, const CtcSequence&, const float*, float, float, float*,
                           float*, float*);
template void ctc_backward(const double*, const CtcSequence&, const double*, double, double,
                           double*, double*, double*);

}  // namespace taut::kernels
