#include "kernels/optim.h"

#include "kernels/reduce_blocks.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
inline Vec<T> load_at(const T* p, int lanes) {
  return load_lanes<Vec<T>>(p, lanes);
}

template <class T>
void sgd(T* param, const T* grad, T* buffer, int64_t n, const SgdArgs& args) {
  const Vec<T> lr((T)-args.lr), decay((T)args.weight_decay);
  const Vec<T> momentum((T)args.momentum), fresh((T)(1.0 - args.dampening));
  each_vector<Vec<T>::size>(n, [&](int64_t i, int lanes) {
    const Vec<T> p = load_at(param + i, lanes);
    Vec<T> g = load_at(grad + i, lanes);
    if (args.maximize) g = -g;
    if (args.weight_decay != 0) g = fma(decay, p, g);
    if (buffer) {
      const Vec<T> b = args.first ? g : fma(fresh, g, momentum * load_at(buffer + i, lanes));
      store_lanes(b, buffer + i, lanes);
      g = args.nesterov ? fma(momentum, b, g) : b;
    }
    store_lanes(fma(lr, g, p), param + i, lanes);
  });
}

// a + weight (b - a), from whichever end is nearer.
template <class T>
inline Vec<T> lerp(Vec<T> a, Vec<T> b, double weight) {
  const Vec<T> d = b - a;
  return weight < 0.5 ? fma(Vec<T>((T)weight), d, a) : b - d * Vec<T>((T)(1.0 - weight));
}

template <class T>
void adam(T* param, const T* grad, T* exp_avg, T* exp_avg_sq, T* max_exp_avg_sq, int64_t n,
          const AdamArgs& args) {
  const Vec<T> decay((T)args.weight_decay), shrink((T)args.shrink), eps((T)args.eps);
  const Vec<T> beta2((T)args.beta2), fresh((T)(1.0 - args.beta2));
  const Vec<T> scale((T)args.denom_scale), step((T)-args.step_size);
  each_vector<Vec<T>::size>(n, [&](int64_t i, int lanes) {
    Vec<T> p = load_at(param + i, lanes), g = load_at(grad + i, lanes);
    if (args.maximize) g = -g;
    if (args.weight_decay != 0) g = fma(decay, p, g);
    p = p * shrink;
    const Vec<T> m = lerp(load_at(exp_avg + i, lanes), g, 1.0 - args.beta1);
    const Vec<T> v = fma(fresh * g, g, beta2 * load_at(exp_avg_sq + i, lanes));
    store_lanes(m, exp_avg + i, lanes);
    store_lanes(v, exp_avg_sq + i, lanes);
    Vec<T> spread = v;
    if (max_exp_avg_sq) {
      spread = max(load_at(max_exp_avg_sq + i, lanes), v);
      store_lanes(spread, max_exp_avg_sq + i, lanes);
    }
    const Vec<T> denom = fma(sqrt(spread), scale, eps);
    store_lanes(p + (step * m) / denom, param + i, lanes);
  });
}

template <class T>
void sparse_adam(T* param, const T* grad, T* exp_avg, T* exp_avg_sq, const int64_t* at,
                 int64_t rows, int64_t width, const SparseAdamArgs& args) {
  const Vec<T> fresh1((T)(1.0 - args.beta1)), fresh2((T)(1.0 - args.beta2));
  const Vec<T> eps((T)args.eps), step((T)-args.step_size);
  for (int64_t r = 0; r < rows; ++r, grad += width) {
    const int64_t row = (at ? at[r] : r) * width;
    each_vector<Vec<T>::size>(width, [&](int64_t i, int lanes) {
      Vec<T> g = load_at(grad + i, lanes);
      if (args.maximize) g = -g;
      const Vec<T> m0 = load_at(exp_avg + row + i, lanes);
      const Vec<T> v0 = load_at(exp_avg_sq + row + i, lanes);
      const Vec<T> m = m0 + (g - m0) * fresh1, v = v0 + (g * g - v0) * fresh2;
      store_lanes(m, exp_avg + row + i, lanes);
      store_lanes(v, exp_avg_sq + row + i, lanes);
      const Vec<T> p = load_at(param + row + i, lanes);
      store_lanes(p + step * (m / (sqrt(v) + eps)), param + row + i, lanes);
    });
  }
}

}  // namespace

extern const OptimKernels optim_table;
const OptimKernels optim_table = {{sgd<float>, adam<float>, sparse_adam<float>},
                                  {sgd<double>, adam<double>, sparse_adam<double>}};

}  // namespace taut::TAUT_ISA
