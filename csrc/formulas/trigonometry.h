// Circular and hyperbolic functions and their inverses.
#pragma once

#include "formulas/formula.h"

namespace taut::formulas {

struct Sin : OfInput {
  template <class N>
  N f(const N& x) const {
    return sin(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * cos(x);
  }
};

struct Cos : OfInput {
  template <class N>
  N f(const N& x) const {
    return cos(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return -g * sin(x);
  }
};

struct Tan : OfOutput {
  template <class N>
  N f(const N& x) const {
    return tan(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g * (y * y + 1.0);
  }
};

struct Asin : OfInput {
  template <class N>
  N f(const N& x) const {
    return asin(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / sqrt(1.0 - x * x);
  }
};

struct Acos : OfInput {
  template <class N>
  N f(const N& x) const {
    return acos(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return -g / sqrt(1.0 - x * x);
  }
};

struct Atan : OfInput {
  template <class N>
  N f(const N& x) const {
    return atan(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / (x * x + 1.0);
  }
};

struct Sinh : OfInput {
  template <class N>
  N f(const N& x) const {
    return sinh(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * cosh(x);
  }
};

struct Cosh : OfInput {
  template <class N>
  N f(const N& x) const {
    return cosh(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * sinh(x);
  }
};

struct Tanh : OfOutput {
  template <class N>
  N f(const N& x) const {
    return tanh(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g * (1.0 - y * y);
  }
};

struct Asinh : OfInput {
  template <class N>
  N f(const N& x) const {
    return asinh(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / sqrt(x * x + 1.0);
  }
};

struct Acosh : OfInput {
  template <class N>
  N f(const N& x) const {
    return acosh(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / sqrt(x * x - 1.0);
  }
};

struct Atanh : OfInput {
  template <class N>
  N f(const N& x) const {
    return atanh(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / (1.0 - x * x);
  }
};

}  // namespace taut::formulas
