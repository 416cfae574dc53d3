// Examples of functions that take elements one by one; run by the tests.
#include "bindings/examples.h"

namespace taut {
namespace {

constexpr Example kExamples[] = {
    {"abs", R"(>>> taut.abs(taut.tensor([-1.5, 0.0, 2.0]))
tensor([1.5000, 0.0000, 2.0000]))"},
    {"acos", R"(>>> taut.acos(taut.tensor([0.25, 0.5, 0.75]))
tensor([1.3181, 1.0472, 0.7227]))"},
    {"acosh", R"(>>> taut.acosh(taut.tensor([1.0, 2.0, 4.0]))
tensor([0.0000, 1.3170, 2.0634]))"},
    {"add", R"(>>> taut.add(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), alpha=10)
tensor([21.0000, 18.0000, -6.5000]))"},
    {"addcdiv",
     R"(>>> taut.addcdiv(taut.tensor([1.0]), taut.tensor([6.0]), taut.tensor([3.0]), value=0.5)
tensor([2.]))"},
    {"addcmul",
     R"(>>> taut.addcmul(taut.tensor([1.0]), taut.tensor([6.0]), taut.tensor([3.0]), value=0.5)
tensor([10.]))"},
    {"allclose", R"(>>> taut.allclose(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 2.000001]))
True)"},
    {"asin", R"(>>> taut.asin(taut.tensor([0.25, 0.5, 0.75]))
tensor([0.2527, 0.5236, 0.8481]))"},
    {"asinh", R"(>>> taut.asinh(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.1948,  0.0000,  1.4436]))"},
    {"atan", R"(>>> taut.atan(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.9828,  0.0000,  1.1071]))"},
    {"atan2", R"(>>> taut.atan2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ 0.4636, -0.7854,  1.8491]))"},
    {"atanh", R"(>>> taut.atanh(taut.tensor([0.25, 0.5, 0.75]))
tensor([0.2554, 0.5493, 0.9730]))"},
    {"bitwise_and", R"(>>> taut.bitwise_and(taut.tensor([5, 6]), taut.tensor([3, 3]))
tensor([1, 2]))"},
    {"bitwise_left_shift", R"(>>> taut.bitwise_left_shift(taut.tensor([5, 6]), taut.tensor([1, 1]))
tensor([10, 12]))"},
    {"bitwise_not", R"(>>> taut.bitwise_not(taut.tensor([0, 5]))
tensor([-1, -6]))"},
    {"bitwise_or", R"(>>> taut.bitwise_or(taut.tensor([5, 6]), taut.tensor([3, 3]))
tensor([7, 7]))"},
    {"bitwise_right_shift",
     R"(>>> taut.bitwise_right_shift(taut.tensor([5, 6]), taut.tensor([1, 1]))
tensor([2, 3]))"},
    {"bitwise_xor", R"(>>> taut.bitwise_xor(taut.tensor([5, 6]), taut.tensor([3, 3]))
tensor([6, 5]))"},
    {"ceil", R"(>>> taut.ceil(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.,  0.,  2.]))"},
    {"celu", R"(>>> taut.celu(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.7769,  0.0000,  2.0000]))"},
    {"clamp", R"(>>> taut.clamp(taut.tensor([-1.5, 0.0, 2.0]), -1, 1)
tensor([-1.,  0.,  1.]))"},
    {"clamp_max", R"(>>> taut.clamp_max(taut.tensor([-1.5, 0.0, 2.0]), 1)
tensor([-1.5000,  0.0000,  1.0000]))"},
    {"clamp_min", R"(>>> taut.clamp_min(taut.tensor([-1.5, 0.0, 2.0]), -1)
tensor([-1.,  0.,  2.]))"},
    {"copysign", R"(>>> taut.copysign(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ 1.0000,  2.0000, -3.5000]))"},
    {"cos", R"(>>> taut.cos(taut.tensor([-1.5, 0.0, 2.0]))
tensor([ 0.0707,  1.0000, -0.4161]))"},
    {"cosh", R"(>>> taut.cosh(taut.tensor([-1.5, 0.0, 2.0]))
tensor([2.3524, 1.0000, 3.7622]))"},
    {"deg2rad", R"(>>> taut.deg2rad(taut.tensor([0.0, 90.0, 180.0]))
tensor([0.0000, 1.5708, 3.1416]))"},
    {"digamma", R"(>>> taut.digamma(taut.tensor([1.0, 2.0, 4.0]))
tensor([-0.5772,  0.4228,  1.2561]))"},
    {"div",
     R"(>>> taut.div(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), rounding_mode="floor")
tensor([ 0., -1., -4.]))"},
    {"elu", R"(>>> taut.elu(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.7769,  0.0000,  2.0000]))"},
    {"eq", R"(>>> taut.eq(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([False, False, False]))"},
    {"equal", R"(>>> taut.equal(taut.tensor([1, 2]), taut.tensor([1, 2]))
True)"},
    {"erf", R"(>>> taut.erf(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.9661,  0.0000,  0.9953]))"},
    {"erfc", R"(>>> taut.erfc(taut.tensor([-1.5, 0.0, 2.0]))
tensor([1.9661, 1.0000, 0.0047]))"},
    {"erfinv", R"(>>> taut.erfinv(taut.tensor([0.25, 0.5, 0.75]))
tensor([0.2253, 0.4769, 0.8134]))"},
    {"exp", R"(>>> taut.exp(taut.tensor([-1.5, 0.0, 2.0]))
tensor([0.2231, 1.0000, 7.3891]))"},
    {"exp2", R"(>>> taut.exp2(taut.tensor([-1.5, 0.0, 2.0]))
tensor([0.3536, 1.0000, 4.0000]))"},
    {"expm1", R"(>>> taut.expm1(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.7769,  0.0000,  6.3891]))"},
    {"float_power", R"(>>> taut.float_power(taut.tensor([1, 2, 3]), 2)
tensor([1., 4., 9.], dtype=torch.float64))"},
    {"floor", R"(>>> taut.floor(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-2.,  0.,  2.]))"},
    {"floor_divide",
     R"(>>> taut.floor_divide(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ 0., -1., -4.]))"},
    {"fmax", R"(>>> taut.fmax(taut.tensor([1.0, taut.nan]), taut.tensor([2.0, 3.0]))
tensor([2., 3.]))"},
    {"fmin", R"(>>> taut.fmin(taut.tensor([1.0, taut.nan]), taut.tensor([2.0, 3.0]))
tensor([1., 3.]))"},
    {"fmod", R"(>>> taut.fmod(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([1.0000, -0.0000, 0.5000]))"},
    {"frac", R"(>>> taut.frac(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.5000,  0.0000,  0.0000]))"},
    {"ge", R"(>>> taut.ge(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([False, False,  True]))"},
    {"gelu", R"(>>> taut.gelu(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.1002,  0.0000,  1.9545]))"},
    {"gt", R"(>>> taut.gt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([False, False,  True]))"},
    {"hardshrink", R"(>>> taut.hardshrink(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.5000,  0.0000,  2.0000]))"},
    {"hardsigmoid", R"(>>> taut.hardsigmoid(taut.tensor([-1.5, 0.0, 2.0]))
tensor([0.2500, 0.5000, 0.8333]))"},
    {"hardswish", R"(>>> taut.hardswish(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.3750,  0.0000,  1.6667]))"},
    {"hardtanh", R"(>>> taut.hardtanh(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.,  0.,  1.]))"},
    {"heaviside", R"(>>> taut.heaviside(taut.tensor([-1.0, 0.0, 1.0]), taut.tensor(0.5))
tensor([0.0000, 0.5000, 1.0000]))"},
    {"hypot", R"(>>> taut.hypot(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([2.2361, 2.8284, 3.6401]))"},
    {"isclose", R"(>>> taut.isclose(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 2.1]))
tensor([ True, False]))"},
    {"isfinite", R"(>>> taut.isfinite(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
tensor([ True, False, False, False]))"},
    {"isinf", R"(>>> taut.isinf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
tensor([False,  True,  True, False]))"},
    {"isnan", R"(>>> taut.isnan(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
tensor([False, False, False,  True]))"},
    {"isneginf", R"(>>> taut.isneginf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
tensor([False, False,  True, False]))"},
    {"isposinf", R"(>>> taut.isposinf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
tensor([False,  True, False, False]))"},
    {"isreal", R"(>>> taut.isreal(taut.tensor([-1.5, 0.0, 2.0]))
tensor([True, True, True]))"},
    {"ldexp", R"(>>> taut.ldexp(taut.tensor([1.0, 3.0]), taut.tensor([1, 2]))
tensor([ 2., 12.]))"},
    {"le", R"(>>> taut.le(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ True,  True, False]))"},
    {"leaky_relu", R"(>>> taut.leaky_relu(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.0150,  0.0000,  2.0000]))"},
    {"lerp", R"(>>> taut.lerp(taut.tensor([0.0, 10.0]), taut.tensor([10.0, 20.0]), 0.25)
tensor([ 2.5000, 12.5000]))"},
    {"lgamma", R"(>>> taut.lgamma(taut.tensor([1.0, 2.0, 4.0]))
tensor([0.0000, 0.0000, 1.7918]))"},
    {"log", R"(>>> taut.log(taut.tensor([1.0, 2.0, 4.0]))
tensor([0.0000, 0.6931, 1.3863]))"},
    {"log10", R"(>>> taut.log10(taut.tensor([1.0, 2.0, 4.0]))
tensor([0.0000, 0.3010, 0.6021]))"},
    {"log1p", R"(>>> taut.log1p(taut.tensor([1.0, 2.0, 4.0]))
tensor([0.6931, 1.0986, 1.6094]))"},
    {"log2", R"(>>> taut.log2(taut.tensor([1.0, 2.0, 4.0]))
tensor([0., 1., 2.]))"},
    {"logaddexp",
     R"(>>> taut.logaddexp(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([2.3133, 2.0181, 3.5110]))"},
    {"logaddexp2",
     R"(>>> taut.logaddexp2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([2.5850, 2.0875, 3.5624]))"},
    {"logical_and", R"(>>> taut.logical_and(taut.tensor([True, False]), taut.tensor([True, True]))
tensor([ True, False]))"},
    {"logical_not", R"(>>> taut.logical_not(taut.tensor([True, False]))
tensor([False,  True]))"},
    {"logical_or", R"(>>> taut.logical_or(taut.tensor([True, False]), taut.tensor([True, True]))
tensor([True, True]))"},
    {"logical_xor", R"(>>> taut.logical_xor(taut.tensor([True, False]), taut.tensor([True, True]))
tensor([False,  True]))"},
    {"logit", R"(>>> taut.logit(taut.tensor([0.25, 0.5, 0.75]))
tensor([-1.0986,  0.0000,  1.0986]))"},
    {"logsigmoid", R"(>>> taut.logsigmoid(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.7014, -0.6931, -0.1269]))"},
    {"lt", R"(>>> taut.lt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ True,  True, False]))"},
    {"maximum", R"(>>> taut.maximum(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([2.0000, 2.0000, 3.5000]))"},
    {"minimum", R"(>>> taut.minimum(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ 1., -2., -1.]))"},
    {"mish", R"(>>> taut.mish(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.2981,  0.0000,  1.9440]))"},
    {"mul", R"(>>> taut.mul(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ 2.0000, -4.0000, -3.5000]))"},
    {"nan_to_num",
     R"(>>> taut.nan_to_num(taut.tensor([1.0, taut.nan, taut.inf]), posinf=9.0)
tensor([1., 0., 9.]))"},
    {"ne", R"(>>> taut.ne(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([True, True, True]))"},
    {"neg", R"(>>> taut.neg(taut.tensor([-1.5, 0.0, 2.0]))
tensor([ 1.5000, -0.0000, -2.0000]))"},
    {"polygamma", R"(>>> taut.polygamma(1, taut.tensor([1.0, 2.0]))
tensor([1.6449, 0.6449]))"},
    {"positive", R"(>>> taut.positive(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.5000,  0.0000,  2.0000]))"},
    {"pow", R"(>>> taut.pow(taut.tensor([1.0, 2.0, 3.0]), 2)
tensor([1., 4., 9.]))"},
    {"rad2deg", R"(>>> taut.rad2deg(taut.tensor([0.0, taut.pi / 2, taut.pi]))
tensor([  0.,  90., 180.]))"},
    {"reciprocal", R"(>>> taut.reciprocal(taut.tensor([1.0, 2.0, 4.0]))
tensor([1.0000, 0.5000, 0.2500]))"},
    {"relu", R"(>>> taut.relu(taut.tensor([-1.5, 0.0, 2.0]))
tensor([0., 0., 2.]))"},
    {"relu6", R"(>>> taut.relu6(taut.tensor([-1.5, 0.0, 2.0]))
tensor([0., 0., 2.]))"},
    {"remainder",
     R"(>>> taut.remainder(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ 1.0000, -0.0000, -0.5000]))"},
    {"result_type", R"(>>> taut.result_type(taut.tensor([1, 2]), 1.5)
torch.float32)"},
    {"round", R"(>>> taut.round(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-2.,  0.,  2.]))"},
    {"rrelu", R"(>>> taut.rrelu(taut.tensor([-4.0, 4.0]), 0.25, 0.25)
tensor([-1.,  4.]))"},
    {"rsqrt", R"(>>> taut.rsqrt(taut.tensor([1.0, 2.0, 4.0]))
tensor([1.0000, 0.7071, 0.5000]))"},
    {"rsub", R"(>>> taut.rsub(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([ 1.0000,  4.0000, -4.5000]))"},
    {"selu", R"(>>> taut.selu(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.3658,  0.0000,  2.1014]))"},
    {"sigmoid", R"(>>> taut.sigmoid(taut.tensor([-1.5, 0.0, 2.0]))
tensor([0.1824, 0.5000, 0.8808]))"},
    {"sign", R"(>>> taut.sign(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.,  0.,  1.]))"},
    {"signbit", R"(>>> taut.signbit(taut.tensor([-1.5, 0.0, 2.0]))
tensor([ True, False, False]))"},
    {"silu", R"(>>> taut.silu(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.2736,  0.0000,  1.7616]))"},
    {"sin", R"(>>> taut.sin(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.9975,  0.0000,  0.9093]))"},
    {"sinc", R"(>>> taut.sinc(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-2.1221e-01,  1.0000e+00,  2.7828e-08]))"},
    {"sinh", R"(>>> taut.sinh(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-2.1293,  0.0000,  3.6269]))"},
    {"softplus", R"(>>> taut.softplus(taut.tensor([-1.5, 0.0, 2.0]))
tensor([0.2014, 0.6931, 2.1269]))"},
    {"softshrink", R"(>>> taut.softshrink(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.0000,  0.0000,  1.5000]))"},
    {"softsign", R"(>>> taut.softsign(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.6000,  0.0000,  0.6667]))"},
    {"sqrt", R"(>>> taut.sqrt(taut.tensor([1.0, 2.0, 4.0]))
tensor([1.0000, 1.4142, 2.0000]))"},
    {"square", R"(>>> taut.square(taut.tensor([-1.5, 0.0, 2.0]))
tensor([2.2500, 0.0000, 4.0000]))"},
    {"sub", R"(>>> taut.sub(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
tensor([-1.0000, -4.0000,  4.5000]))"},
    {"tan", R"(>>> taut.tan(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-14.1014,   0.0000,  -2.1850]))"},
    {"tanh", R"(>>> taut.tanh(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.9051,  0.0000,  0.9640]))"},
    {"tanhshrink", R"(>>> taut.tanhshrink(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-0.5949,  0.0000,  1.0360]))"},
    {"threshold", R"(>>> taut.threshold(taut.tensor([-1.5, 0.0, 2.0]), 1.0, 0.0)
tensor([0., 0., 2.]))"},
    {"trunc", R"(>>> taut.trunc(taut.tensor([-1.5, 0.0, 2.0]))
tensor([-1.,  0.,  2.]))"},
    {"where",
     R"(>>> taut.where(taut.tensor([-1.5, 0.0, 2.0]) > 0, taut.tensor(1.0), taut.tensor(-1.0))
tensor([-1., -1.,  1.]))"},
    {"xlogy", R"(>>> taut.xlogy(taut.tensor([0.0, 1.0]), taut.tensor([0.0, 2.0]))
tensor([0.0000, 0.6931]))"},
};

}  // namespace

std::span<const Example> pointwise_examples() { return kExamples; }

}  // namespace taut
