// Elementwise kernels: tables of loops, one per operation and element type.
//
// A loop is void(char* const* ptr, const int64_t* stride, int64_t n, const double* params):
//   - ptr[0] is the output, ptr[1...] the inputs; stride[i] is in bytes, any value, 0 for an
//     input that is one number; n >= 0 elements; nothing needs alignment;
//   - an output may be the very same memory as an input, stride included; any other overlap is
//     undefined;
//   - params are the members of the formula (formulas/), in order.
// Contiguous operands are read in place, others through a block in the L1 cache: the arithmetic
// of an operation exists once, so results do not depend on layout.
// A bool is a byte, 0 or 1. Entries for element types an operation does not take are null.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace taut {

using PointwiseLoop = void (*)(char* const* ptr, const int64_t* stride, int64_t n,
                               const double* params);

// clang-format off
// Rows: formula and the element types it takes. All: every type; Number: not bool; Integer;
// Bits: integers and bool; Float.
#define TAUT_UNARY_ROWS(X)                                                                       \
  X(Neg, Number) X(Abs, Number) X(Sign, Number) X(Square, Number) X(Cube, Number)                 \
  X(Sqrt, Float) X(Rsqrt, Float) X(Reciprocal, Float) X(PowScalar, Float) X(Exp, Float)           \
  X(Exp2, Float) X(Expm1, Float) X(Log, Float) X(Log2, Float) X(Log10, Float) X(Log1p, Float)     \
  X(Logit, Float) X(Sin, Float) X(Cos, Float) X(Tan, Float) X(Asin, Float) X(Acos, Float)         \
  X(Atan, Float) X(Sinh, Float) X(Cosh, Float) X(Tanh, Float) X(Asinh, Float) X(Acosh, Float)     \
  X(Atanh, Float) X(Erf, Float) X(Erfc, Float) X(Erfinv, Float) X(Floor, Float) X(Ceil, Float)    \
  X(Round, Float) X(Trunc, Float) X(Frac, Float) X(NanToNum, Float) X(Clamp, Float)               \
  X(Sigmoid, Float) X(LogSigmoid, Float) X(Relu, Number) X(LeakyRelu, Float) X(Elu, Float)        \
  X(Gelu, Float) X(GeluTanh, Float) X(Silu, Float) X(Mish, Float) X(Softplus, Float)              \
  X(Softsign, Float) X(Tanhshrink, Float) X(Softshrink, Float) X(Hardshrink, Float)               \
  X(Hardtanh, Number) X(Hardsigmoid, Float) X(Hardswish, Float) X(Threshold, Number)              \
  X(Lgamma, Float) X(Digamma, Float) X(Polygamma, Float) X(Sinc, Float)

// No derivative. BitNot keeps the type, the others give bool.
#define TAUT_TEST_ROWS(X)                                                                        \
  X(LogicalNot, All) X(IsNan, Float) X(IsInf, Float) X(IsFinite, Float) X(IsPosInf, Float)        \
  X(IsNegInf, Float) X(Signbit, Float) X(BitNot, Integer)

// Bool entries of Add, Mul, Maximum, Minimum are or, and, or, and.
#define TAUT_BINARY_ROWS(X)                                                                      \
  X(Add, Number) X(Sub, Number) X(AddScaled, Number) X(Mul, Number) X(Div, Float)                 \
  X(DivTrunc, Number) X(DivFloor, Number) X(Remainder, Number) X(Fmod, Number) X(Pow, Number)     \
  X(Atan2, Float) X(Hypot, Float) X(Copysign, Float) X(Maximum, Number) X(Minimum, Number)        \
  X(Fmax, Number) X(Fmin, Number) X(LogAddExp, Float) X(Xlogy, Float) X(LogAddExp2, Float)        \
  X(Heaviside, Number) X(BitAnd, Bits) X(BitOr, Bits) X(BitXor, Bits) X(ShiftLeft, Integer)       \
  X(ShiftRight, Integer)

// All give bool.
#define TAUT_COMPARE_ROWS(X)                                                                     \
  X(Eq, All) X(Ne, All) X(Lt, All) X(Le, All) X(Gt, All) X(Ge, All) X(LogicalAnd, All)            \
  X(LogicalOr, All) X(LogicalXor, All)

// where: see PointwiseKernels.
#define TAUT_TERNARY_ROWS(X)                                                                     \
  X(Lerp, Float) X(AddCMul, Number) X(AddCDiv, Float) X(ClampBetween, Number)
// clang-format on

#define TAUT_ROW_NAME(name, types) name,
enum class UnaryOp : uint8_t { TAUT_UNARY_ROWS(TAUT_ROW_NAME) kCount };
enum class TestOp : uint8_t { TAUT_TEST_ROWS(TAUT_ROW_NAME) kCount };
enum class BinaryOp : uint8_t { TAUT_BINARY_ROWS(TAUT_ROW_NAME) kCount };
enum class CompareOp : uint8_t { TAUT_COMPARE_ROWS(TAUT_ROW_NAME) kCount };
enum class TernaryOp : uint8_t { TAUT_TERNARY_ROWS(TAUT_ROW_NAME) kCount };
#undef TAUT_ROW_NAME

// Loops by operation and element type of the inputs.
template <class Op>
struct LoopTable {
  PointwiseLoop loops[static_cast<int>(Op::kCount)][kDTypeCount];
  constexpr PointwiseLoop operator()(Op op, DType t) const {
    return loops[static_cast<int>(op)][static_cast<int>(t)];
  }
};

struct UnaryKernels {
  LoopTable<UnaryOp> forward;
  LoopTable<TestOp> test;
};
const UnaryKernels& unary_kernels();

// dx = g f'(s): ptr = {dx, g, s}, s what the formula saves (anything readable if nothing).
// `add` adds to dx; `write` never reads it.
struct UnaryBackwardKernels {
  LoopTable<UnaryOp> write, add;
};
const UnaryBackwardKernels& unary_backward_kernels();

struct BinaryKernels {
  LoopTable<BinaryOp> forward;
};
const BinaryKernels& binary_kernels();

struct CompareKernels {
  LoopTable<CompareOp> compare;
};
const CompareKernels& compare_kernels();

struct TernaryKernels {
  LoopTable<TernaryOp> forward;
  // ptr = {out, condition, a, b}; the condition is bool; by element size (1, 2, 4, 8: any type).
  PointwiseLoop where[kDTypeCount];
  // out = in as another type, by [to][from]: as C casts, bool is x != 0, and a float past the
  // range of an integer wraps as the machine does (through int64).
  PointwiseLoop convert[kDTypeCount][kDTypeCount];
};
const TernaryKernels& ternary_kernels();

}  // namespace taut
