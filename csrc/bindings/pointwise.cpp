// Elementwise functions and methods.
#include <string_view>

#include "ops/pointwise.h"

#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/masked.h"

namespace taut {
namespace {

// f(input, *, out=None) -------------------------------------------------------------------------

using UnaryFunction = Tensor (*)(const Tensor&, const Tensor&);
using UnaryInPlace = Tensor (*)(const Tensor&);

// What an out may be: of any type that holds the result, or, as PyTorch has it in some functions,
// of the result's very type.
enum class OutType { Any, Result, Bool };

// That of a function, where most of its kind have `usual`. By name: functions themselves are no
// constant expressions to compare where a sanitizer watches.
constexpr OutType out_type_of(std::string_view name, OutType usual) {
  if (name == "square" || name == "logical_not") return OutType::Any;
  return name == "bitwise_not" || name == "heaviside" ? OutType::Result : usual;
}

template <UnaryFunction F, OutType kOut = OutType::Any>
PyObject* unary(const Values& v) {
  if (kOut == OutType::Result) check_out_type(v, 1, v.tensor(0).dtype());
  if (kOut == OutType::Bool) check_out_type(v, 1, DType::Bool);
  return wrap(F(v.tensor(0), v.tensor_or_undefined(1)));
}
template <UnaryInPlace F>
PyObject* unary_(const Values& v) {
  return wrap(F(v.tensor(0)));
}

#define TAUT_SIGNATURES(name, formula)                                          \
  [[maybe_unused]] constexpr Signature k_##name{#name, {"input", "out"}, 1, 1}; \
  [[maybe_unused]] constexpr Signature k_##name##_{#name "_", {"input"}};
TAUT_FLOAT_FUNCTIONS(TAUT_SIGNATURES)
TAUT_KEEPING_FUNCTIONS(TAUT_SIGNATURES)
TAUT_ROUNDING_FUNCTIONS(TAUT_SIGNATURES)
TAUT_TEST_FUNCTIONS(TAUT_SIGNATURES)
#undef TAUT_SIGNATURES

constexpr Signature kRound{"round", {"input", "decimals", "out"}, 1, 1};
constexpr Signature kRound_{"round_", {"input", "decimals"}, 1, 1};
constexpr Signature kLogit{"logit", {"input", "eps", "out"}, 1, 2};
constexpr Signature kLogit_{"logit_", {"input", "eps"}};
constexpr Signature kNanToNum{"nan_to_num", {"input", "nan", "posinf", "neginf", "out"}, 1, 4};
constexpr Signature kNanToNum_{"nan_to_num_", {"input", "nan", "posinf", "neginf"}};
constexpr Signature kPositive{"positive", {"input"}};

PyObject* round_to(const Values& v) {
  check_out_type(v, 2, v.tensor(0).dtype());
  if (!v.given(1)) return wrap(round(v.tensor(0), v.tensor_or_undefined(2)));
  return wrap(round(v.tensor(0), v.scalar(1).to_int(), v.tensor_or_undefined(2)));
}
PyObject* round_to_(const Values& v) {
  const Tensor& t = v.tensor(0);
  if (!v.given(1)) return wrap(round_(t));
  // The rounding is done before anything is written.
  return wrap(add_(mul_(t, 0), round(t, v.scalar(1).to_int())));
}
PyObject* logit_of(const Values& v) {
  return wrap(logit(v.tensor(0), v.optional_real(1), v.tensor_or_undefined(2)));
}
PyObject* logit_of_(const Values& v) { return wrap(logit_(v.tensor(0), v.optional_real(1))); }
PyObject* nan_to_num_of(const Values& v) {
  check_out_type(v, 4, v.tensor(0).dtype());
  return wrap(nan_to_num(v.tensor(0), v.optional_real(1), v.optional_real(2), v.optional_real(3),
                         v.tensor_or_undefined(4)));
}
PyObject* nan_to_num_of_(const Values& v) {
  return wrap(nan_to_num_(v.tensor(0), v.optional_real(1), v.optional_real(2), v.optional_real(3)));
}
PyObject* positive_of(const Values& v) {
  TAUT_CHECK(!is_bool(v.tensor(0).dtype()), RuntimeError,
             "positive: The `+` operator, on a bool tensor is not supported.");
  return Py_NewRef(v.object(0));
}

void bind_unary(py::module_& m) {
#define TAUT_BIND(name, formula)         \
  def_fast_op<k_##name, unary<name>>(m); \
  def_fast_op<k_##name##_, unary_<name##_>>(m);
  TAUT_FLOAT_FUNCTIONS(TAUT_BIND)
#undef TAUT_BIND
#define TAUT_BIND(name, formula)                                              \
  def_fast_op<k_##name, unary<name, out_type_of(#name, OutType::Result)>>(m); \
  def_fast_op<k_##name##_, unary_<name##_>>(m);
  TAUT_KEEPING_FUNCTIONS(TAUT_BIND)
#define TAUT_ROUND_ROWS(X) X(floor, Floor) X(ceil, Ceil) X(trunc, Trunc) X(sign, Sign)
  TAUT_ROUND_ROWS(TAUT_BIND)
#undef TAUT_ROUND_ROWS
#undef TAUT_BIND
#define TAUT_BIND(name, formula) \
  def_fast_op<k_##name, unary<name, out_type_of(#name, OutType::Bool)>>(m);
  TAUT_TEST_FUNCTIONS(TAUT_BIND)
#undef TAUT_BIND
  def_fast_op<k_logical_not_, unary_<logical_not_>>(m);
  def_fast_op<k_bitwise_not_, unary_<bitwise_not_>>(m);
  def_fast_op<kRound, round_to>(m);
  def_fast_op<kRound_, round_to_>(m);
  def_fast_op<kLogit, logit_of>(m);
  def_fast_op<kLogit_, logit_of_>(m);
  def_fast_op<kNanToNum, nan_to_num_of>(m);
  def_fast_op<kNanToNum_, nan_to_num_of_>(m);
  def_fast_op<kPositive, positive_of>(m);
}

// f(input, other, *, out=None) ------------------------------------------------------------------

using BinaryFunction = Tensor (*)(Arg, Arg, const Tensor&);
using BinaryInPlace = Tensor (*)(const Tensor&, Arg);

// Which operands may be numbers: one of the two, the second, or none.
enum class Numbers { One, Second, None };

constexpr Numbers numbers_of(std::string_view name) {
  if (name == "fmod" || name == "copysign") return Numbers::Second;
  for (const std::string_view other :
       {"atan2", "hypot", "maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2",
        "heaviside", "logical_and", "logical_or", "logical_xor"}) {
    if (name == other) return Numbers::None;
  }
  return Numbers::One;
}
void check_operands(const Values& v, Numbers numbers) {
  if (numbers != Numbers::One || !v.arg(1).is_tensor()) v.tensor(0);
  if (numbers == Numbers::None) v.tensor(1);
}

template <BinaryFunction F, OutType kOut = OutType::Any, Numbers kNumbers = Numbers::One>
PyObject* binary(const Values& v) {
  const Arg a = v.arg(0), b = v.arg(1);
  if (!a.is_tensor() || kNumbers != Numbers::One) check_operands(v, kNumbers);
  if (kOut == OutType::Result) check_out_type(v, 2, result_type(a, b));
  return wrap(F(a, b, v.tensor_or_undefined(2)));
}
// Comparisons want it first.
template <BinaryFunction F, Numbers kNumbers>
PyObject* comparison(const Values& v) {
  if (kNumbers == Numbers::None) v.tensor(1);
  return wrap(F(v.tensor(0), v.arg(1), v.tensor_or_undefined(2)));
}
template <BinaryInPlace F, Numbers kNumbers = Numbers::One>
PyObject* binary_(const Values& v) {
  if (kNumbers == Numbers::None) v.tensor(1);
  return wrap(F(v.tensor(0), v.arg(1)));
}

#define TAUT_SIGNATURES(name, formula)                                  \
  constexpr Signature k_##name{#name, {"input", "other", "out"}, 2, 2}; \
  constexpr Signature k_##name##_{#name "_", {"input", "other"}, 2};
TAUT_BINARY_FUNCTIONS(TAUT_SIGNATURES)
TAUT_COMPARE_FUNCTIONS(TAUT_SIGNATURES)
TAUT_SIGNATURES(mul, Mul)
TAUT_SIGNATURES(floor_divide, DivFloor)
#undef TAUT_SIGNATURES

constexpr Signature kAdd{"add", {"input", "other", "alpha", "out"}, 2, 2};
constexpr Signature kAdd_{"add_", {"input", "other", "alpha"}, 2, 2};
constexpr Signature kSub{"sub", {"input", "other", "alpha", "out"}, 2, 2};
constexpr Signature kSub_{"sub_", {"input", "other", "alpha"}, 2, 2};
constexpr Signature kRsub{"rsub", {"input", "other", "alpha"}, 2, 3};
constexpr Signature kDiv{"div", {"input", "other", "rounding_mode", "out"}, 2, 2};
constexpr Signature kDiv_{"div_", {"input", "other", "rounding_mode"}, 2, 2};
constexpr Signature kRdiv{"__rdiv__", {"input", "other"}, 2};
constexpr Signature kPow{"pow", {"input", "exponent", "out"}, 2, 2};
constexpr Signature kPow_{"pow_", {"input", "exponent"}, 2};

// The out-of-place forms take the tensor second, too: add(2, x).
void check_some_tensor(const Values& v) {
  if (!v.arg(0).is_tensor() && !v.arg(1).is_tensor()) v.tensor(0);
}

template <Tensor (*F)(Arg, Arg, Scalar, const Tensor&)>
PyObject* scaled(const Values& v) {
  check_some_tensor(v);
  return wrap(F(v.arg(0), v.arg(1), v.scalar(2, 1), v.tensor_or_undefined(3)));
}
template <Tensor (*F)(const Tensor&, Arg, Scalar)>
PyObject* scaled_(const Values& v) {
  return wrap(F(v.tensor(0), v.arg(1), v.scalar(2, 1)));
}
PyObject* reversed_div(const Values& v) {
  const Tensor& t = v.tensor(0);
  if (is_narrow(t.dtype())) return wrap(mul(reciprocal(t), v.arg(1)));  // as the operator
  return wrap(div(v.arg(1), t));
}
PyObject* rsub(const Values& v) {
  v.tensor(0);
  return wrap(sub(v.arg(1), v.arg(0), v.scalar(2, 1)));
}

Rounding rounding_of(const Values& v, int i) {
  const auto mode = v.text(i, "");
  if (mode == "trunc") return Rounding::Trunc;
  if (mode == "floor") return Rounding::Floor;
  TAUT_CHECK(mode.empty(), RuntimeError,
             "div: expected rounding_mode to be one of None, 'trunc', or 'floor' but found '", mode,
             "'");
  return Rounding::None;
}
PyObject* div_of(const Values& v) {
  check_some_tensor(v);
  return wrap(div(v.arg(0), v.arg(1), rounding_of(v, 2), v.tensor_or_undefined(3)));
}
PyObject* div_of_(const Values& v) { return wrap(div_(v.tensor(0), v.arg(1), rounding_of(v, 2))); }

// clip, multiply, ...: another name of what is bound already.
void alias(py::module_& m, const char* other, const char* name) {
  const auto cls = py::handle(reinterpret_cast<PyObject*>(&TensorBaseType));
  if (py::hasattr(m, name)) m.attr(other) = m.attr(name);
  if (py::hasattr(cls, name)) add_method(other, cls.attr(name).ptr());
}
void alias_with_inplace(py::module_& m, const std::string& other, const std::string& name) {
  alias(m, other.c_str(), name.c_str());
  alias(m, (other + "_").c_str(), (name + "_").c_str());
}

void bind_binary(py::module_& m) {
#define TAUT_BIND(name, formula)                                                               \
  def_fast_op<k_##name, binary<name, out_type_of(#name, OutType::Any), numbers_of(#name)>>(m); \
  def_fast_method<k_##name##_, binary_<name##_, numbers_of(#name)>>();
  TAUT_BINARY_FUNCTIONS(TAUT_BIND)
  TAUT_BIND(mul, Mul)
  TAUT_BIND(floor_divide, DivFloor)
#undef TAUT_BIND
#define TAUT_BIND(name, formula)                                 \
  def_fast_op<k_##name, comparison<name, numbers_of(#name)>>(m); \
  def_fast_method<k_##name##_, binary_<name##_, numbers_of(#name)>>();
  TAUT_COMPARE_FUNCTIONS(TAUT_BIND)
#undef TAUT_BIND
  def_fast_op<kAdd, scaled<add>>(m);
  def_fast_method<kAdd_, scaled_<add_>>();
  def_fast_op<kSub, scaled<sub>>(m);
  def_fast_method<kSub_, scaled_<sub_>>();
  def_fast<kRsub, rsub>(m);
  def_fast_op<kDiv, div_of>(m);
  def_fast_method<kDiv_, div_of_>();
  def_fast_method<kRdiv, reversed_div>();
  def_fast_op<kPow, binary<pow>>(m);
  def_fast_method<kPow_, binary_<pow_>>();
}

// Three operands --------------------------------------------------------------------------------

constexpr Signature kWhere{"where", {"condition", "input", "other", "out"}, 1, 3};
constexpr Signature kWhereMethod{"where", {"input", "condition", "other"}, 3};
constexpr Signature kLerp{"lerp", {"input", "end", "weight", "out"}, 3, 3};
constexpr Signature kLerp_{"lerp_", {"input", "end", "weight"}, 3};
constexpr Signature kAddcmul{"addcmul", {"input", "tensor1", "tensor2", "value", "out"}, 3, 3};
constexpr Signature kAddcmul_{"addcmul_", {"input", "tensor1", "tensor2", "value"}, 3, 3};
constexpr Signature kAddcdiv{"addcdiv", {"input", "tensor1", "tensor2", "value", "out"}, 3, 3};
constexpr Signature kAddcdiv_{"addcdiv_", {"input", "tensor1", "tensor2", "value"}, 3, 3};
constexpr Signature kClamp{"clamp", {"input", "min", "max", "out"}, 1, 3};
constexpr Signature kClamp_{"clamp_", {"input", "min", "max"}};
constexpr Signature kClampMin{"clamp_min", {"input", "min", "out"}, 2, 2};
constexpr Signature kClampMin_{"clamp_min_", {"input", "min"}, 2};
constexpr Signature kClampMax{"clamp_max", {"input", "max", "out"}, 2, 2};
constexpr Signature kClampMax_{"clamp_max_", {"input", "max"}, 2};

// where(condition) alone: the coordinates where it holds.
PyObject* where_of(const Values& v) {
  if (!v.given(1) && !v.given(2)) return tuple_of(nonzero_tuple(v.tensor(0)));
  return wrap(where(v.tensor(0), v.arg(1), v.arg(2), v.tensor_or_undefined(3)));
}
PyObject* where_method(const Values& v) { return wrap(where(v.tensor(1), v.arg(0), v.arg(2))); }
PyObject* lerp_of(const Values& v) {
  return wrap(lerp(v.tensor(0), v.tensor(1), v.arg(2), v.tensor_or_undefined(3)));
}
PyObject* lerp_of_(const Values& v) { return wrap(lerp_(v.tensor(0), v.tensor(1), v.arg(2))); }

using Addc = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Scalar, const Tensor&);
using Addc_ = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Scalar);
template <Addc F>
PyObject* addc(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), v.tensor(2), v.scalar(3, 1), v.tensor_or_undefined(4)));
}
template <Addc_ F>
PyObject* addc_(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), v.tensor(2), v.scalar(3, 1)));
}

PyObject* clamp_of(const Values& v) {
  return wrap(clamp(v.tensor(0), v.optional_arg(1), v.optional_arg(2), v.tensor_or_undefined(3)));
}
PyObject* clamp_of_(const Values& v) {
  return wrap(clamp_(v.tensor(0), v.optional_arg(1), v.optional_arg(2)));
}
PyObject* clamp_min(const Values& v) {
  return wrap(clamp(v.tensor(0), v.arg(1), std::nullopt, v.tensor_or_undefined(2)));
}
PyObject* clamp_min_(const Values& v) { return wrap(clamp_(v.tensor(0), v.arg(1), std::nullopt)); }
PyObject* clamp_max(const Values& v) {
  return wrap(clamp(v.tensor(0), std::nullopt, v.arg(1), v.tensor_or_undefined(2)));
}
PyObject* clamp_max_(const Values& v) { return wrap(clamp_(v.tensor(0), std::nullopt, v.arg(1))); }

void bind_ternary(py::module_& m) {
  def_fast<kWhere, where_of>(m);
  def_fast_method<kWhereMethod, where_method>();
  def_fast_op<kLerp, lerp_of>(m);
  def_fast_method<kLerp_, lerp_of_>();
  def_fast_op<kAddcmul, addc<addcmul>>(m);
  def_fast_method<kAddcmul_, addc_<addcmul_>>();
  def_fast_op<kAddcdiv, addc<addcdiv>>(m);
  def_fast_method<kAddcdiv_, addc_<addcdiv_>>();
  def_fast_op<kClamp, clamp_of>(m);
  def_fast_op<kClamp_, clamp_of_>(m);
  def_fast_op<kClampMin, clamp_min>(m);
  def_fast_op<kClampMin_, clamp_min_>(m);
  def_fast_op<kClampMax, clamp_max>(m);
  def_fast_op<kClampMax_, clamp_max_>(m);
}

// PyTorch's other names.
void bind_aliases(py::module_& m) {
  static constexpr const char* kAliases[][2] = {
      {"absolute", "abs"}, {"negative", "neg"},  {"arccos", "acos"},     {"arcsin", "asin"},
      {"arctan", "atan"},  {"arccosh", "acosh"}, {"arcsinh", "asinh"},   {"arctanh", "atanh"},
      {"fix", "trunc"},    {"sgn", "sign"},      {"arctan2", "atan2"},   {"subtract", "sub"},
      {"multiply", "mul"}, {"divide", "div"},    {"true_divide", "div"}, {"clip", "clamp"},
      {"less", "lt"},      {"less_equal", "le"}, {"greater", "gt"},      {"greater_equal", "ge"},
      {"not_equal", "ne"}};
  for (const auto& [other, name] : kAliases) alias_with_inplace(m, other, name);
}

}  // namespace

void bind_pointwise(py::module_& m) {
  bind_unary(m);
  bind_binary(m);
  bind_ternary(m);
  bind_aliases(m);
  m.def(
      "result_type",
      [](py::handle a, py::handle b) {
        const Tensor x = tensor_or_number(a.ptr()), y = tensor_or_number(b.ptr());
        TAUT_CHECK(x.defined() && y.defined(), TypeError,
                   "result_type: arguments must be tensors or numbers");
        return result_type(x, y);
      },
      py::arg("tensor1"), py::arg("tensor2"), "The dtype of an arithmetic operation on both.");
}

}  // namespace taut
