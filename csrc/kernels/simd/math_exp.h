// exp, expm1, exp2, log, log1p and what is made of them: tanh, sigmoid. float and double.
// Coefficients: minimax fits of the stated function over the reduced interval, fewer for float.
#pragma once

#include "kernels/simd/math_base.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
struct ExpFit;
template <>
struct ExpFit<float> {
  // (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2.
  static constexpr float exp[] = {0.50000000955782269f, 0.166665183054455106f,
                                  0.0416662044914006105f, 0.00836895363734367298f,
                                  0.00139505814616561446f};
  static constexpr float expm1[] = {0.500000004666755291f,   0.166666668177550874f,
                                    0.0416663535265201903f,  0.0083332728845532107f,
                                    0.00139411031922983421f, 0.000199142676778462285f};
  // (log(1 + f) - f + f^2 / 2) / f^3 on 1 + f in [sqrt(1/2), sqrt(2)].
  static constexpr float log[] = {
      0.333333098936543524f,  -0.249999850491765124f, 0.200022690231187109f,
      -0.166693682174532318f, 0.14217793184109077f,   -0.123816638398682841f,
      0.118772735974521311f,  -0.118084152129156608f, 0.0692783481500311871f};
  // (tanh(x) / x - 1) / x^2 in x^2, |x| <= 0.625.
  static constexpr float tanh[] = {-0.333333309064142502f,   0.133332097598760214f,
                                   -0.0539472041459426943f,  0.0217029675628403325f,
                                   -0.00818267669223958403f, 0.00214754043926070107f};
  static constexpr float exp_lowest = -104.0f;  // below, e^x rounds to 0
  static constexpr float exp_highest = 89.0f;   // above, to infinity
  static constexpr float tanh_one = 10.0f;      // above, tanh(x) rounds to 1
};
template <>
struct ExpFit<double> {
  static constexpr double exp[] = {
      0.5,
      0.16666666666666684,
      0.0416666666666667249,
      0.00833333333331662096,
      0.00138888888888582958,
      0.000198412698973554976,
      0.0000248015873739962501,
      2.75572339356436217e-6,
      2.75572331580343008e-7,
      2.51123464083314522e-8,
      2.09270026571888479e-9,
  };
  static constexpr double expm1[] = {
      0.5,
      0.166666666666666667,
      0.0416666666666666923,
      0.00833333333333333855,
      0.00138888888888718106,
      0.000198412698412454284,
      0.0000248015873503038812,
      2.75573192777779582e-6,
      2.75572517100299132e-7,
      2.50520474535430099e-8,
      2.09216481752633882e-9,
      1.60934114702244828e-10,
  };
  // (log((1 + s) / (1 - s)) / s - 2) / s^2 in s^2, s = f / (2 + f).
  static constexpr double log[] = {
      0.666666666666666607, 0.400000000000065154, 0.285714285689997155, 0.222222226598072641,
      0.181817746218719161, 0.153871365005251815, 0.132490842428230186, 0.132607524973611806,
  };
  static constexpr double tanh[] = {
      -0.333333333333333138,    0.13333333333329886,       -0.0539682539661329763,
      0.0218694884706236927,    -0.00886323434112034987,   0.00359211426819606309,
      -0.0014557276001791682,   0.00058945856292372074,    -0.000237029980980459123,
      0.0000915895924892791316, -0.0000302177876681050006, 6.0555671922328098e-6,
  };
  static constexpr double exp_lowest = -746.0;
  static constexpr double exp_highest = 710.0;
  static constexpr double tanh_one = 20.0;
};

// x = n ln 2 + r + rest with an integer n and |r| <= ln(2) / 2.
template <class T>
struct ExpParts {
  Vec<T> n, r, rest;
};
template <class T>
inline ExpParts<T> split_exp(Vec<T> x) {
  using L = FloatLayout<T>;
  const Vec<T> n = round_small(x * Vec<T>(L::log2e)), low = n * Vec<T>(L::ln2_lo);
  const Vec<T> above = x - n * Vec<T>(L::ln2_hi), r = above - low;
  return {n, r, (above - r) - low};
}

template <class T>
inline Vec<T> exp_of_parts(ExpParts<T> p) {
  const Vec<T> one((T)1), sum = one + p.r, lost = (p.r - (sum - one)) + p.rest;
  return scale_by_exp2(sum + (poly(p.r, ExpFit<T>::exp) * p.r * p.r + lost), p.n);
}

template <class T>
inline Vec<T> exp(Vec<T> x) {
  return exp_of_parts(split_exp(clamp(x, ExpFit<T>::exp_lowest, ExpFit<T>::exp_highest)));
}

// e^x for x <= 1; -inf gives 0, NaN stays. Within 1.5 ulp in float: exp() spends half of its
// instructions on the last half ulp and on large x.
inline Vec<float> exp_below_one(Vec<float> x) {
  using L = FloatLayout<float>;
  // (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2.
  static constexpr float fit[] = {0.499999934f, 0.166665206f, 0.0416683881f, 0.00836871702f,
                                  0.00138145987f};
  const Vec<float> one(1.0f);
  x = greater_of(Vec<float>(-104.0f), x);
  const Vec<float> n = round_small(x * Vec<float>(L::log2e));
  const Vec<float> r = fma(n, Vec<float>(-L::ln2_lo), fma(n, Vec<float>(-L::ln2_hi), x));
  return scale_by_exp2(fma(fma(poly(r, fit), r, one), r, one), n);
}
inline Vec<double> exp_below_one(Vec<double> x) { return exp(x); }

template <class T>
inline Vec<T> exp2(Vec<T> x) {
  using L = FloatLayout<T>;
  x = clamp(x, (T)(-L::bias - L::mantissa - 2), (T)(L::bias + 2));
  const Vec<T> n = round_small(x);
  return exp_of_parts<T>({n, (x - n) * Vec<T>((T)0.693147180559945309417), Vec<T>::zero()});
}

// 2^n (e^r - 1) + (2^n - 1), by halves so that n = 128 (1024) does not overflow before its time.
template <class T>
inline Vec<T> expm1(Vec<T> x) {
  const ExpParts<T> p = split_exp(clamp(x, (T)-50, ExpFit<T>::exp_highest));
  const Vec<T> m = p.r + (poly(p.r, ExpFit<T>::expm1) * p.r * p.r + p.rest);
  const Vec<T> half = exp2_integer(p.n - Vec<T>((T)1));
  const Vec<T> r = (half * m + (half - Vec<T>((T)0.5))) * Vec<T>((T)2);
  return select(x == Vec<T>::zero(), x, select(p.n == Vec<T>::zero(), m, r));
}

// log((1 + f) 2^e) for 1 + f in [sqrt(1/2), sqrt(2)].
inline Vec<float> log_of_parts(Vec<float> f, Vec<float> e) {
  using L = FloatLayout<float>;
  const Vec<float> f2 = f * f;
  Vec<float> r = poly(f, ExpFit<float>::log) * f2 * f;
  r = r + e * L::ln2_lo;
  r = r - 0.5f * f2;
  return (r + f) + e * L::ln2_hi;
}
inline Vec<double> log_of_parts(Vec<double> f, Vec<double> e) {
  using L = FloatLayout<double>;
  const Vec<double> s = f / (f + 2.0);
  const Vec<double> z = s * s;
  const Vec<double> r = poly(z, ExpFit<double>::log) * z;
  const Vec<double> half = 0.5 * f * f;
  return e * L::ln2_hi - ((half - (s * (half + r) + e * L::ln2_lo)) - f);
}

// x = m 2^e with m in [sqrt(1/2), sqrt(2)), for a normal x > 0.
template <class T>
inline void split_log(Vec<T> x, Vec<T>& m, Vec<T>& e) {
  using L = FloatLayout<T>;
  using Int = typename LaneInt<T>::type;
  const Vec<Int> shifted = bit_cast<Int>(x) + Vec<Int>(L::one_bits - L::sqrt_half_bits);
  const Vec<Int> exponent = shift_right_logical(shifted, L::mantissa);
  const Vec<Int> fraction((Int)(((Int)1 << L::mantissa) - 1));
  m = bit_cast<T>((shifted & fraction) + Vec<Int>(L::sqrt_half_bits));
  const Vec<T> magic(L::magic);
  e = bit_cast<T>(exponent | bit_cast<Int>(magic)) - (magic + Vec<T>((T)L::bias));
}

template <class T>
inline Vec<T> log(Vec<T> x) {
  using L = FloatLayout<T>;
  const Vec<T> zero = Vec<T>::zero();
  const Mask<T> tiny = x < Vec<T>(L::min_normal);
  Vec<T> m, e;
  split_log(select(tiny, x * Vec<T>(L::lift), x), m, e);
  e = e - select(tiny, Vec<T>((T)L::lift_log2), zero);
  Vec<T> r = log_of_parts(m - Vec<T>((T)1), e);
  r = select(x < Vec<T>(L::infinity), r, x);
  r = select(x == zero, Vec<T>(-L::infinity), r);
  return select(x < zero, Vec<T>(L::nan), r);
}

// log(u) for u = 1 + x, with what the sum lost put back into the fraction.
template <class T>
inline Vec<T> log1p(Vec<T> x) {
  using L = FloatLayout<T>;
  const Vec<T> one((T)1), zero = Vec<T>::zero();
  const Vec<T> u = one + x;
  const Vec<T> lost = select(x > one, one - (u - x), x - (u - one));
  Vec<T> m, e;
  split_log(u, m, e);
  const Vec<T> unit = exp2_integer(-e);
  Vec<T> r = log_of_parts((m - one) + select(e < Vec<T>((T)L::bias), lost * unit, zero), e);
  r = select(x < Vec<T>(L::infinity), r, x);
  r = select(x == -one, Vec<T>(-L::infinity), r);
  r = select(x < -one, Vec<T>(L::nan), r);
  return select(x == zero, x, r);
}

template <class T>
inline Vec<T> tanh(Vec<T> x) {
  const Vec<T> one((T)1), size = abs(x), square = x * x;
  const Vec<T> small = x + x * square * poly(square, ExpFit<T>::tanh);
  const Vec<T> bounded = lesser_of(Vec<T>(ExpFit<T>::tanh_one), size);
  const Vec<T> large = one - Vec<T>((T)2) / (exp(bounded + bounded) + one);
  return copysign(select(size < Vec<T>((T)0.625), small, large), x);
}

// Through e^-|x|, so that neither tail overflows and the lower one keeps its digits.
template <class T>
inline Vec<T> sigmoid(Vec<T> x) {
  const Vec<T> one((T)1), e = exp(-abs(x)), sum = one + e, lost = e - (sum - one);
  const Vec<T> r = select(x < Vec<T>::zero(), e, one) / sum;
  return r - r * lost;
}

}  // namespace
}  // namespace taut::TAUT_ISA
