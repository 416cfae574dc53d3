// What a pointwise formula is.
//
// A formula is a struct. f(x) is the function. dx(g, s) is g times its derivative, in terms of
// what `saves` names: the input x, the output y, or nothing. Both are templates over what a
// number is: a vector of floats in the kernels, a Tensor where the derivative is differentiated
// again. So they use operators, named functions found through their arguments, and select().
// Members are the parameters: doubles, in the order in which callers pass them.
#pragma once

namespace taut::formulas {

enum class Saves { Nothing, Input, Output };

struct OfNothing {
  static constexpr Saves saves = Saves::Nothing;
};
struct OfInput {
  static constexpr Saves saves = Saves::Input;
};
struct OfOutput {
  static constexpr Saves saves = Saves::Output;
};

inline constexpr double kLn2 = 0.693147180559945309417;
inline constexpr double kLn10 = 2.30258509299404568402;
inline constexpr double kSqrtHalf = 0.707106781186547524401;
inline constexpr double kTwoOverSqrtPi = 1.12837916709551257390;
inline constexpr double kHalfSqrtPi = 0.886226925452758013649;
inline constexpr double kInvSqrtTwoPi = 0.398942280401432677940;
inline constexpr double kSqrtTwoOverPi = 0.797884560802865355880;

// lo <= x <= hi; NaN stays.
template <class N>
inline N limit(const N& x, double lo, double hi) {
  return select(x < lo, lo, select(x > hi, hi, x));
}

}  // namespace taut::formulas
