// Pointwise functions of two and three numbers, and predicates. Their derivatives are written in
// operations (ops/), for broadcasting makes each a sum over other dimensions.
// How a formula is written: formula.h. `a op b` on integers wraps; division never traps (callers
// refuse a zero divisor before).
#pragma once

#include "formulas/formula.h"

namespace taut::formulas {

// Arithmetic ------------------------------------------------------------------------------------

struct Add {
  template <class N>
  N f(const N& a, const N& b) const {
    return a + b;
  }
};

struct Sub {
  template <class N>
  N f(const N& a, const N& b) const {
    return a - b;
  }
};

struct AddScaled {  // a + alpha b; through an integer, for a negative double to unsigned is
                    // undefined
  double alpha;
  template <class N>
  N f(const N& a, const N& b) const {
    if constexpr (N::is_integer)
      return a + N((typename N::Lane)(long long)alpha) * b;
    else
      return a + b * alpha;
  }
};

struct Mul {
  template <class N>
  N f(const N& a, const N& b) const {
    return a * b;
  }
};

struct Div {
  template <class N>
  N f(const N& a, const N& b) const {
    return a / b;
  }
};

struct DivTrunc {
  template <class N>
  N f(const N& a, const N& b) const {
    if constexpr (N::is_integer)
      return divide(a, b);
    else
      return trunc(a / b);
  }
};

// Python's //, digits kept by dividing only after the remainder is taken off.
struct DivFloor {
  template <class N>
  N f(const N& a, const N& b) const {
    if constexpr (N::is_integer) {
      const N q = divide(a, b), r = a - q * b;
      return select((r != N(0)) & ((r ^ b) < N(0)), q - N(1), q);
    } else {
      const N r = fmod(a, b), exact = (a - r) / b;
      const N q = select((r != 0.0) & ((b < 0.0) ^ (r < 0.0)), exact - 1.0, exact);
      const N near = floor(q), whole = select(q - near > 0.5, near + 1.0, near);
      return select(b == 0.0, a / b, select(q == 0.0, copysign(0.0 * q, a / b), whole));
    }
  }
};

// Python's %: the sign of the divisor.
struct Remainder {
  template <class N>
  N f(const N& a, const N& b) const {
    if constexpr (N::is_integer) {
      const N r = a - divide(a, b) * b;
      return select((r != N(0)) & ((r ^ b) < N(0)), r + b, r);
    } else {
      const N r = fmod(a, b);
      return select((r != 0.0) & ((b < 0.0) ^ (r < 0.0)), r + b, r);
    }
  }
};

// C's %: the sign of the dividend.
struct Fmod {
  template <class N>
  N f(const N& a, const N& b) const {
    if constexpr (N::is_integer)
      return a - divide(a, b) * b;
    else
      return fmod(a, b);
  }
};

struct Pow {
  template <class N>
  N f(const N& a, const N& b) const {
    return pow(a, b);
  }
};

struct Atan2 {
  template <class N>
  N f(const N& a, const N& b) const {
    return atan2(a, b);
  }
};

struct Hypot {
  template <class N>
  N f(const N& a, const N& b) const {
    return hypot(a, b);
  }
};

struct Copysign {
  template <class N>
  N f(const N& a, const N& b) const {
    return copysign(a, b);
  }
};

struct Maximum {
  template <class N>
  N f(const N& a, const N& b) const {
    return max(a, b);
  }
};

struct Minimum {
  template <class N>
  N f(const N& a, const N& b) const {
    return min(a, b);
  }
};

struct Fmax {  // NaN only where both are
  template <class N>
  N f(const N& a, const N& b) const {
    return select((a >= b) | (b != b), a, b);
  }
};

struct Fmin {
  template <class N>
  N f(const N& a, const N& b) const {
    return select((a <= b) | (b != b), a, b);
  }
};

// log(e^a + e^b); equal infinities give themselves.
struct LogAddExp {
  template <class N>
  N f(const N& a, const N& b) const {
    const N finite = max(a, b) + log1p(exp(-abs(a - b)));
    return select((a == b) & (a - a != 0.0), a, finite);
  }
};

// log2(2^a + 2^b).
struct LogAddExp2 {
  template <class N>
  N f(const N& a, const N& b) const {
    const N finite = max(a, b) + log1p(exp2(-abs(a - b))) * (1.0 / kLn2);
    return select((a == b) & (a - a != 0.0), a, finite);
  }
};

// The step from 0 to 1 at a = 0, where it is b.
struct Heaviside {
  template <class N>
  N f(const N& a, const N& b) const {
    return select(a == N(0), b, select(a < N(0), N(0), select(a == a, N(1), a)));
  }
};

// a log(b), 0 where a is 0 and b is a number.
struct Xlogy {
  template <class N>
  N f(const N& a, const N& b) const {
    return select((a == 0.0) & (b == b), 0.0, a * log(b));
  }
};

// Bits ------------------------------------------------------------------------------------------

struct BitAnd {
  template <class N>
  N f(const N& a, const N& b) const {
    return a & b;
  }
};

struct BitOr {
  template <class N>
  N f(const N& a, const N& b) const {
    return a | b;
  }
};

struct BitXor {
  template <class N>
  N f(const N& a, const N& b) const {
    return a ^ b;
  }
};

struct BitNot {
  template <class N>
  N f(const N& x) const {
    return ~x;
  }
};

// Shifts past the width, or by a negative number, shift every bit out.
struct ShiftLeft {
  template <class N>
  N f(const N& a, const N& b) const {
    const auto valid = (b >= N(0)) & (b < N(N::bits));
    return select(valid, a << select(valid, b, N(0)), N(0));
  }
};

struct ShiftRight {
  template <class N>
  N f(const N& a, const N& b) const {
    const auto valid = (b >= N(0)) & (b < N(N::bits));
    return select(valid, a >> select(valid, b, N(0)), a >> (N::bits - 1) >> 1);
  }
};

// Predicates ------------------------------------------------------------------------------------

struct Eq {
  template <class N>
  auto f(const N& a, const N& b) const {
    return a == b;
  }
};

struct Ne {
  template <class N>
  auto f(const N& a, const N& b) const {
    return a != b;
  }
};

struct Lt {
  template <class N>
  auto f(const N& a, const N& b) const {
    return a < b;
  }
};

struct Le {
  template <class N>
  auto f(const N& a, const N& b) const {
    return a <= b;
  }
};

struct Gt {
  template <class N>
  auto f(const N& a, const N& b) const {
    return a > b;
  }
};

struct Ge {
  template <class N>
  auto f(const N& a, const N& b) const {
    return a >= b;
  }
};

struct LogicalAnd {
  template <class N>
  auto f(const N& a, const N& b) const {
    return (a != N(0)) & (b != N(0));
  }
};

struct LogicalOr {
  template <class N>
  auto f(const N& a, const N& b) const {
    return (a != N(0)) | (b != N(0));
  }
};

struct LogicalXor {
  template <class N>
  auto f(const N& a, const N& b) const {
    return (a != N(0)) ^ (b != N(0));
  }
};

struct LogicalNot {
  template <class N>
  auto f(const N& x) const {
    return x == N(0);
  }
};

struct IsNan {
  template <class N>
  auto f(const N& x) const {
    return x != x;
  }
};

struct IsInf {
  template <class N>
  auto f(const N& x) const {
    return abs(x) == __builtin_inf();
  }
};

struct IsFinite {
  template <class N>
  auto f(const N& x) const {
    return abs(x) < __builtin_inf();
  }
};

struct IsPosInf {
  template <class N>
  auto f(const N& x) const {
    return x == __builtin_inf();
  }
};

struct IsNegInf {
  template <class N>
  auto f(const N& x) const {
    return x == -__builtin_inf();
  }
};

struct Signbit {  // of a float; NaN and -0 have signs
  template <class N>
  auto f(const N& x) const {
    return copysign(N(1), x) < N(0);
  }
};

// Three operands --------------------------------------------------------------------------------

struct Lerp {  // from the nearer end, so that weight 1 gives b exactly
  template <class N>
  N f(const N& a, const N& b, const N& weight) const {
    return select(abs(weight) < 0.5, a + weight * (b - a), b - (b - a) * (1.0 - weight));
  }
};

struct AddCMul {
  double value;
  template <class N>
  N f(const N& x, const N& a, const N& b) const {
    if constexpr (N::is_integer)
      return x + N((typename N::Lane)(long long)value) * a * b;
    else
      return x + value * a * b;
  }
};

struct AddCDiv {
  double value;
  template <class N>
  N f(const N& x, const N& a, const N& b) const {
    return x + value * a / b;
  }
};

struct ClampBetween {  // the upper bound wins; NaN anywhere gives NaN
  template <class N>
  N f(const N& x, const N& lo, const N& hi) const {
    return min(max(x, lo), hi);
  }
};

}  // namespace taut::formulas
