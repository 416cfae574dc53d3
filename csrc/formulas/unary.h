// Arithmetic, powers, exponentials, logarithms, error functions and rounding of one number.
#pragma once

#include "formulas/formula.h"

namespace taut::formulas {

// Arithmetic ------------------------------------------------------------------------------------

struct Neg : OfNothing {
  template <class N>
  N f(const N& x) const {
    return -x;
  }
  template <class N>
  N dx(const N& g, const N&) const {
    return -g;
  }
};

struct Abs : OfInput {
  template <class N>
  N f(const N& x) const {
    return abs(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x > 0.0, g, select(x < 0.0, -g, 0.0 * g));
  }
};

struct Sign : OfNothing {
  template <class N>
  N f(const N& x) const {
    return select(x > N(0), N(1), select(x < N(0), N(-1), N(0)));
  }
  template <class N>
  N dx(const N& g, const N&) const {
    return g * 0.0;
  }
};

struct Square : OfInput {
  template <class N>
  N f(const N& x) const {
    return x * x;
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * (2.0 * x);
  }
};

struct Cube : OfInput {
  template <class N>
  N f(const N& x) const {
    return x * x * x;
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * (3.0 * (x * x));
  }
};

struct Sqrt : OfOutput {
  template <class N>
  N f(const N& x) const {
    return sqrt(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g / (2.0 * y);
  }
};

struct Rsqrt : OfOutput {
  template <class N>
  N f(const N& x) const {
    return 1.0 / sqrt(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return -0.5 * g * (y * y * y);
  }
};

struct Reciprocal : OfOutput {
  template <class N>
  N f(const N& x) const {
    return 1.0 / x;
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return -g * (y * y);
  }
};

struct PowScalar : OfInput {
  double exponent;
  template <class N>
  N f(const N& x) const {
    return pow(x, N(exponent));
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return exponent == 0.0 ? g * 0.0 : g * (exponent * pow(x, exponent - 1.0));
  }
};

// Exponentials and logarithms -------------------------------------------------------------------

struct Exp : OfOutput {
  template <class N>
  N f(const N& x) const {
    return exp(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g * y;
  }
};

struct Exp2 : OfOutput {
  template <class N>
  N f(const N& x) const {
    return exp2(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g * (y * kLn2);
  }
};

struct Expm1 : OfOutput {
  template <class N>
  N f(const N& x) const {
    return expm1(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g * (y + 1.0);
  }
};

struct Log : OfInput {
  template <class N>
  N f(const N& x) const {
    return log(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / x;
  }
};

struct Log2 : OfInput {
  template <class N>
  N f(const N& x) const {
    return log2(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / (x * kLn2);
  }
};

struct Log10 : OfInput {
  template <class N>
  N f(const N& x) const {
    return log10(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / (x * kLn10);
  }
};

struct Log1p : OfInput {
  template <class N>
  N f(const N& x) const {
    return log1p(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g / (x + 1.0);
  }
};

// log(x / (1 - x)), x first limited to [eps, 1 - eps] unless eps < 0.
struct Logit : OfInput {
  double eps;
  template <class N>
  N f(const N& x) const {
    const N z = eps < 0.0 ? x : limit(x, eps, 1.0 - eps);
    return log(z / (1.0 - z));
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    const double lo = eps < 0.0 ? 0.0 : eps, outside = eps < 0.0 ? __builtin_nan("") : 0.0;
    const N inside = g / abs(x * (1.0 - x));  // +infinity at both ends, also at -0
    return select(x < lo, outside, select(x > 1.0 - lo, outside, inside));
  }
};

// Error functions -------------------------------------------------------------------------------

struct Erf : OfInput {
  template <class N>
  N f(const N& x) const {
    return erf(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * (kTwoOverSqrtPi * exp(-(x * x)));
  }
};

struct Erfc : OfInput {
  template <class N>
  N f(const N& x) const {
    return erfc(x);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return g * (-kTwoOverSqrtPi * exp(-(x * x)));
  }
};

struct Erfinv : OfOutput {
  template <class N>
  N f(const N& x) const {
    return erfinv(x);
  }
  template <class N>
  N dx(const N& g, const N& y) const {
    return g * (kHalfSqrtPi * exp(y * y));
  }
};

// Rounding --------------------------------------------------------------------------------------

struct Floor : OfNothing {
  template <class N>
  N f(const N& x) const {
    return floor(x);
  }
  template <class N>
  N dx(const N& g, const N&) const {
    return g * 0.0;
  }
};

struct Ceil : OfNothing {
  template <class N>
  N f(const N& x) const {
    return ceil(x);
  }
  template <class N>
  N dx(const N& g, const N&) const {
    return g * 0.0;
  }
};

struct Round : OfNothing {
  template <class N>
  N f(const N& x) const {
    return round(x);
  }
  template <class N>
  N dx(const N& g, const N&) const {
    return g * 0.0;
  }
};

struct Trunc : OfNothing {
  template <class N>
  N f(const N& x) const {
    return trunc(x);
  }
  template <class N>
  N dx(const N& g, const N&) const {
    return g * 0.0;
  }
};

struct Frac : OfNothing {
  template <class N>
  N f(const N& x) const {
    return x - trunc(x);
  }
  template <class N>
  N dx(const N& g, const N&) const {
    return g * 1.0;
  }
};

struct NanToNum : OfInput {
  double nan, posinf, neginf;
  template <class N>
  N f(const N& x) const {
    const double infinity = __builtin_inf();
    const N finite = select(x == infinity, posinf, select(x == -infinity, neginf, x));
    return select(x != x, nan, finite);
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x - x == 0.0, g, 0.0);
  }
};

struct Clamp : OfInput {
  double min, max;  // max wins where min > max; NaN gives NaN
  template <class N>
  N f(const N& x) const {
    const N below = select(x > max, max, select(x < min, select(N(min) > max, max, N(min)), x));
    return min != min || max != max ? N(__builtin_nan("")) : below;
  }
  template <class N>
  N dx(const N& g, const N& x) const {
    return select(x >= min, select(x <= max, g, 0.0), 0.0);
  }
};

}  // namespace taut::formulas
