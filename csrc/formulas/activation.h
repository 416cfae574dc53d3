// The activation functions of neural networks. How a formula is written: formula.h.
#pragma once

#include "formulas/formula.h"

namespace taut::formulas {

struct Sigmoid : OfOutput {
  template <class N>
  N f(const N& x) const {
    return sigmoid(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g * ((1.0 - y) * y);
  }
};

struct LogSigmoid : OfInput {
  template <class N>
  N f(const N& x) const {
    return select(x > 0.0, 0.0, x) - log1p(exp(-abs(x)));
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * sigmoid(-x);
  }
};

struct Relu : OfOutput {
  template <class N>
  N f(const N& x) const {
    return select(x < N(0), N(0), x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return select(y <= 0.0, 0.0, g);
  }
};

struct LeakyRelu : OfInput {
  double slope;
  template <class N>
  N f(const N& x) const {
    return select(x > 0.0, x, x * slope);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x > 0.0, g, g * slope);
  }
};

// x above zero, alpha (e^(x input_scale) - 1) below, both times scale: elu, selu and celu.
struct Elu : OfInput {
  double alpha, scale, input_scale;
  template <class N>
  N f(const N& x) const {
    return select(x <= 0.0, expm1(x * input_scale) * (alpha * scale), x * scale);
  }
  // The exponent is kept at zero above zero: an infinite e^x there would make its own derivative
  // 0 times infinity.
  template <class N>
  N dx(const N& g, const N& x) const {
    const N e = exp(select(x > 0.0, 0.0, x) * input_scale);
    return select(x <= 0.0, g * e * (alpha * scale * input_scale), g * scale);
  }
};

// x Phi(x), Phi the normal distribution function (arXiv:1606.08415).
struct Gelu : OfInput {
  template <class N>
  N f(const N& x) const {
    return x * normal_cdf(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * (normal_cdf(x) + x * normal_pdf(x));
  }
};

struct GeluTanh : OfInput {
  static constexpr double cubic = 0.044715;
  template <class N>
  N f(const N& x) const {
    return 0.5 * x * (1.0 + tanh(kSqrtTwoOverPi * (x + cubic * (x * x * x))));
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const N square = x * x;
    const N t = tanh(kSqrtTwoOverPi * (x + cubic * (x * square)));
    const N inner = kSqrtTwoOverPi * (1.0 + 3.0 * cubic * square);
    return g * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner);
  }
};

struct Silu : OfInput {
  template <class N>
  N f(const N& x) const {
    return x * sigmoid(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const N s = sigmoid(x);
    return g * (s * (1.0 + x * (1.0 - s)));
  }
};

struct Mish : OfInput {
  template <class N>
  N f(const N& x) const {
    return x * tanh(log1p(exp(x)));
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const N t = tanh(log1p(exp(x)));
    return g * (t + x * sigmoid(x) * (1.0 - t * t));
  }
};

struct Softplus : OfInput {
  double beta, threshold;
  template <class N>
  N f(const N& x) const {
    const N z = x * beta;
    return select(z > threshold, x, log1p(exp(z)) / beta);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const N z = x * beta;
    return select(z > threshold, g, g * sigmoid(z));
  }
};

struct Softsign : OfInput {
  template <class N>
  N f(const N& x) const {
    return x / (abs(x) + 1.0);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const N d = abs(x) + 1.0;
    return g / (d * d);
  }
};

struct Tanhshrink : OfInput {
  template <class N>
  N f(const N& x) const {
    return x - tanh(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const N t = tanh(x);
    return g * (t * t);
  }
};

struct Softshrink : OfInput {
  double lambda;
  template <class N>
  N f(const N& x) const {
    return select(x > lambda, x - lambda, select(x < -lambda, x + lambda, x * 0.0));
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x >= -lambda, select(x <= lambda, 0.0, g), g);
  }
};

struct Hardshrink : OfInput {
  double lambda;
  template <class N>
  N f(const N& x) const {
    return select(x >= -lambda, select(x <= lambda, 0.0, x), x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x >= -lambda, select(x <= lambda, 0.0, g), g);
  }
};

struct Hardtanh : OfInput {
  double min, max;
  template <class N>
  N f(const N& x) const {
    const N lo(min), hi(max);
    return select(x < lo, lo, select(x > hi, hi, x));
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x <= min, 0.0, select(x >= max, 0.0, g));
  }
};

struct Hardsigmoid : OfInput {
  template <class N>
  N f(const N& x) const {
    return limit(x + 3.0, 0.0, 6.0) / 6.0;
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x > -3.0, select(x < 3.0, g / 6.0, 0.0), 0.0);
  }
};

struct Hardswish : OfInput {
  template <class N>
  N f(const N& x) const {
    return x * limit(x + 3.0, 0.0, 6.0) / 6.0;
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x <= -3.0, 0.0, select(x < 3.0, g * (x / 3.0 + 0.5), g));
  }
};

struct Threshold : OfInput {
  double threshold, value;
  template <class N>
  N f(const N& x) const {
    return select(x <= threshold, N(value), x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x <= threshold, 0.0, g);
  }
};

}  // namespace taut::formulas
