// Gamma functions and sinc.
#pragma once

#include "formulas/formula.h"

namespace taut::formulas {

inline constexpr double kPi = 3.14159265358979323846;

struct Lgamma : OfInput {  // log |gamma(x)|
  template <class N>
  N f(const N& x) const {
    return lgamma(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * digamma(x);
  }
};

struct Digamma : OfInput {  // the derivative of lgamma
  template <class N>
  N f(const N& x) const {
    return digamma(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * polygamma(1.0, x);
  }
};

struct Polygamma : OfInput {  // the n-th derivative of digamma
  double n;
  template <class N>
  N f(const N& x) const {
    return polygamma(n, x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * polygamma(n + 1.0, x);
  }
};

struct Sinc : OfInput {  // sin(pi x) / (pi x)
  template <class N>
  N f(const N& x) const {
    const N angle = x * kPi;
    return select(x == 0.0, 0.0 * x + 1.0, sin(angle) / angle);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const N angle = select(x == 0.0, 1.0, x * kPi);
    const N slope = (angle * cos(angle) - sin(angle)) / (angle * angle) * kPi;
    return g * select(x == 0.0, 0.0, slope);
  }
};

}  // namespace taut::formulas
