// One sentence for every pointwise function bound through fastcall.h (other topics are in docs.h);
// the usage line is made from its signature.
#include <string>
#include <string_view>

#include "bindings/docs.h"
#include "bindings/fastcall.h"

namespace taut {
namespace {

constexpr Doc kDocs[] = {
    {"abs", "The absolute value of each element."},
    {"acos", "The angle in [0, pi] whose cosine is each element."},
    {"acosh", "The inverse hyperbolic cosine of each element; NaN below 1."},
    {"add", "input + alpha * other, with broadcasting and type promotion."},
    {"addcdiv", "input + value * tensor1 / tensor2, elementwise."},
    {"addcmul", "input + value * tensor1 * tensor2, elementwise."},
    {"allclose", "Whether all elements are close: see isclose()."},
    {"asin", "The angle in [-pi/2, pi/2] whose sine is each element."},
    {"asinh", "The inverse hyperbolic sine of each element."},
    {"atan", "The angle in (-pi/2, pi/2) whose tangent is each element."},
    {"atan2", "The angle in [-pi, pi] of the point (other, input), elementwise."},
    {"atanh", "The inverse hyperbolic tangent of each element; NaN outside [-1, 1]."},
    {"bitwise_and", "The bits set in both; logical and for bools."},
    {"bitwise_left_shift", "input * 2^other in integer bits; 0 past the width."},
    {"bitwise_not", "Every bit turned; logical not for bools."},
    {"bitwise_or", "The bits set in either; logical or for bools."},
    {"bitwise_right_shift", "input shifted right by other bits, the sign filling in."},
    {"bitwise_xor", "The bits set in one of both; exclusive or for bools."},
    {"ceil", "The smallest integer not below each element."},
    {"celu", "x above 0, alpha (e^(x / alpha) - 1) below (arXiv:1704.07483)."},
    {"clamp",
     "Each element limited to [min, max]; max wins where min > max. Bounds are numbers or "
     "tensors, and one may be missing (RuntimeError if both are)."},
    {"clamp_max", "Each element, at most max."},
    {"clamp_min", "Each element, at least min."},
    {"copysign", "The size of input with the sign of other, -0 and NaN included."},
    {"cos", "The cosine of each element, in radians."},
    {"cosh", "The hyperbolic cosine of each element."},
    {"deg2rad", "Degrees as radians."},
    {"digamma", "The derivative of lgamma()."},
    {"div",
     "input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards "
     "zero) or 'floor' (down)."},
    {"elu", "x above 0, alpha (e^x - 1) below (arXiv:1511.07289)."},
    {"eq", "Whether input == other, elementwise, as bools."},
    {"equal", "Whether both have the same shape and elements."},
    {"erf", "The error function: 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x."},
    {"erfc", "1 - erf(x), accurate where erf(x) is near 1."},
    {"erfinv", "The inverse of erf(); infinite at -1 and 1, NaN beyond."},
    {"exp", "e^x of each element."},
    {"exp2", "2^x of each element."},
    {"expm1", "e^x - 1 of each element, accurate near 0."},
    {"float_power", "input^exponent, computed in float64."},
    {"floor", "The largest integer not above each element."},
    {"floor_divide", "input / other rounded down, in the promoted type (Python's //)."},
    {"fmax", "The larger of both; a number where the other is NaN."},
    {"fmin", "The smaller of both; a number where the other is NaN."},
    {"fmod", "The remainder with the sign of input (C's fmod)."},
    {"frac", "Each element minus its integer part."},
    {"ge", "Whether input >= other, elementwise, as bools."},
    {"gelu",
     "x Phi(x), Phi the normal distribution function (arXiv:1606.08415); approximate='tanh' "
     "for its usual approximation."},
    {"gt", "Whether input > other, elementwise, as bools."},
    {"hardshrink", "x where |x| > lambd, else 0."},
    {"hardsigmoid", "min(max(x + 3, 0), 6) / 6."},
    {"hardswish", "x min(max(x + 3, 0), 6) / 6 (arXiv:1905.02244)."},
    {"hardtanh", "x limited to [min_val, max_val]."},
    {"heaviside", "0 below zero, 1 above, other at zero."},
    {"hypot", "sqrt(input^2 + other^2) without overflow."},
    {"isclose",
     "Whether |input - other| <= atol + rtol |other|, elementwise, as bools; infinities are "
     "close to themselves, NaN only with equal_nan."},
    {"isfinite", "Whether each element is neither infinite nor NaN."},
    {"isinf", "Whether each element is infinite."},
    {"isnan", "Whether each element is NaN."},
    {"isneginf", "Whether each element is -infinity."},
    {"isposinf", "Whether each element is +infinity."},
    {"isreal", "Whether each element is real: always."},
    {"ldexp", "input * 2^other."},
    {"le", "Whether input <= other, elementwise, as bools."},
    {"leaky_relu", "x above 0, negative_slope x below."},
    {"lerp", "input + weight (end - input), elementwise; weight is a number or a tensor."},
    {"lgamma", "log |gamma(x)| of each element."},
    {"log", "The natural logarithm of each element; -inf at 0, NaN below."},
    {"log10", "The logarithm to base 10 of each element."},
    {"log1p", "log(1 + x) of each element, accurate near 0."},
    {"log2", "The logarithm to base 2 of each element."},
    {"logaddexp", "log(e^input + e^other) without overflow."},
    {"logaddexp2", "log2(2^input + 2^other) without overflow."},
    {"logical_and", "Whether both are nonzero, elementwise, as bools."},
    {"logical_not", "Whether each element is zero, as bools."},
    {"logical_or", "Whether either is nonzero, elementwise, as bools."},
    {"logical_xor", "Whether exactly one is nonzero, elementwise, as bools."},
    {"logit", "log(x / (1 - x)), x first limited to [eps, 1 - eps] when eps is given."},
    {"logsigmoid", "log(sigmoid(x)) without overflow."},
    {"lt", "Whether input < other, elementwise, as bools."},
    {"maximum", "The larger of both; NaN where either is."},
    {"minimum", "The smaller of both; NaN where either is."},
    {"mish", "x tanh(softplus(x)) (arXiv:1908.08681)."},
    {"mul", "input * other, with broadcasting and type promotion."},
    {"nan_to_num",
     "NaN replaced by nan (0), the infinities by posinf and neginf (the largest and "
     "smallest finite numbers)."},
    {"ne", "Whether input != other, elementwise, as bools."},
    {"neg", "-x of each element."},
    {"polygamma", "The n-th derivative of digamma()."},
    {"positive", "The input itself; RuntimeError for bools."},
    {"pow",
     "input^exponent, elementwise; either may be a number. Integers to negative numbers are a "
     "RuntimeError."},
    {"rad2deg", "Radians as degrees."},
    {"reciprocal", "1 / x of each element."},
    {"relu", "max(x, 0) of each element."},
    {"relu6", "min(max(x, 0), 6) of each element."},
    {"remainder", "The remainder with the sign of other (Python's %)."},
    {"round", "Each element rounded to `decimals` places, halves to the even neighbour."},
    {"rsqrt", "1 / sqrt(x) of each element."},
    {"rsub", "other - alpha * input."},
    {"selu",
     "scale * elu(x, alpha) with the constants that keep mean 0 and variance 1 "
     "(arXiv:1706.02515)."},
    {"sigmoid", "1 / (1 + e^-x) of each element."},
    {"sign", "-1, 0 or 1 by the sign of each element; 0 for NaN."},
    {"signbit", "Whether the sign bit of each element is set; -0 has it."},
    {"silu", "x sigmoid(x) (arXiv:1702.03118)."},
    {"sin", "The sine of each element, in radians."},
    {"sinc", "sin(pi x) / (pi x), 1 at 0."},
    {"sinh", "The hyperbolic sine of each element."},
    {"softplus", "log(1 + e^(beta x)) / beta; x itself where beta x > threshold."},
    {"softshrink", "x moved towards 0 by lambd, 0 within it. RuntimeError if lambd < 0."},
    {"softsign", "x / (1 + |x|)."},
    {"sqrt", "The square root of each element; NaN below 0."},
    {"square", "x^2 of each element."},
    {"sub", "input - alpha * other, with broadcasting and type promotion."},
    {"tan", "The tangent of each element, in radians."},
    {"tanh", "The hyperbolic tangent of each element."},
    {"tanhshrink", "x - tanh(x)."},
    {"threshold", "x where x > threshold, else value."},
    {"trunc", "Each element rounded towards zero."},
    {"where",
     "input where condition, else other, elementwise; both may be numbers. Of a condition alone: "
     "the indices of its nonzero elements, a tensor per dimension."},
    {"xlogy", "input * log(other), 0 where input is 0 and other is no NaN."},
};

const char* text_of(std::string_view name) {
  for (const auto docs : {std::span<const Doc>(kDocs), shape_docs(), reduce_docs()}) {
    for (const Doc& d : docs) {
      if (d.name == name) return d.text;
    }
  }
  return nullptr;
}

// "exp(input, *, out=...)": what may be left out has "=...".
std::string usage(const Signature& s, bool method) {
  std::string line = std::string(s.name) + "(";
  for (int i = method ? 1 : 0; i < s.count(); ++i) {
    if (line.back() != '(') line += ", ";
    if (i == s.positional) line += "*, ";
    line += s.params[i];
    if (i >= s.required) line += "=...";
  }
  return line + ")";
}

}  // namespace

std::string doc_of(const Signature& s, bool method) {
  const std::string_view name = s.name;
  std::string text;
  if (s.doc != nullptr) {
    text = s.doc;
  } else if (const char* found = text_of(name)) {
    text = found;
  } else if (name.ends_with('_')) {
    const auto base = name.substr(0, name.size() - 1);
    if (const char* found = text_of(base)) {
      text = "Writes into the tensor itself: " + std::string(found);
    }
  }
  return usage(s, method) + "\n\n" + text;
}

}  // namespace taut
