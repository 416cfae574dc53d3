// Reductions, running reductions and norms.
#include "ops/reduce.h"

#include <cmath>
#include <limits>

#include "bindings/arguments.h"
#include "bindings/return_types.h"
#include "bindings/topics.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/extremes.h"
#include "ops/moments.h"
#include "ops/norm.h"
#include "ops/pointwise.h"
#include "ops/scan.h"
#include "ops/softmax.h"

namespace taut {
namespace {

// Dimensions given as an int, a sequence, or None, which is all of them: none in the list.
Dims dims_or_all(const Values& v, int i) { return v.given(i) ? dims_at(v, i) : Dims{}; }

std::optional<DType> dtype_at(const Values& v, int i) {
  if (!v.given(i)) return std::nullopt;
  const auto t = parse_dtype(v.object(i));
  TAUT_CHECK(t, TypeError, v.name(), "(): argument '", v.parameter(i), "' must be taut.dtype, not ",
             Py_TYPE(v.object(i))->tp_name);
  return t;
}

// Sums ------------------------------------------------------------------------------------------

using Sum = Tensor (*)(const Tensor&, DimSpan, bool, std::optional<DType>);
template <Sum F>
PyObject* summed(const Values& v) {
  return into(v, 4, F(v.tensor(0), dims_or_all(v, 1), flag_at(v, 2, false), dtype_at(v, 3)),
              OutType::Castable);
}
constexpr Signature kSum{"sum",
                         {"input", "dim", "keepdim", "dtype", "out"},
                         1,
                         3,
                         "The sum over dim, or over everything."};
constexpr Signature kMean{"mean",
                          {"input", "dim", "keepdim", "dtype", "out"},
                          1,
                          3,
                          "The mean over dim, or over everything."};
constexpr Signature kNansum{"nansum",
                            {"input", "dim", "keepdim", "dtype", "out"},
                            1,
                            3,
                            "The sum over dim, NaN counting as 0."};
constexpr Signature kNanmean{"nanmean",
                             {"input", "dim", "keepdim", "dtype", "out"},
                             1,
                             3,
                             "The mean over dim of what is not NaN."};

constexpr Signature kProd{"prod",
                          {"input", "dim", "keepdim", "dtype", "out"},
                          1,
                          3,
                          "The product over dim, or of everything."};
PyObject* prod_of(const Values& v) {
  return into(v, 4, prod(v.tensor(0), optional_int_at(v, 1), flag_at(v, 2, false), dtype_at(v, 3)),
              OutType::Castable);
}

using OverDims = Tensor (*)(const Tensor&, DimSpan, bool);
template <OverDims F, OutType Type = OutType::Exact>
PyObject* over_dims(const Values& v) {
  return into(v, 3, F(v.tensor(0), dims_or_all(v, 1), flag_at(v, 2, false)), Type);
}
template <OverDims F>
PyObject* truth(const Values& v) {
  const Tensor out = v.tensor_or_undefined(3);
  TAUT_CHECK(!out.defined() || is_bool(out.dtype()) || out.dtype() == DType::UInt8, RuntimeError,
             v.name(), " only supports bool tensor for result, got: ", out.dtype());
  return over_dims<F, OutType::Castable>(v);
}
constexpr Signature kAny{
    "any", {"input", "dim", "keepdim", "out"}, 1, 3, "Whether any element along dim is not zero."};
constexpr Signature kAll{"all",
                         {"input", "dim", "keepdim", "out"},
                         1,
                         3,
                         "Whether every element along dim is not zero."};
constexpr Signature kAmax{"amax",
                          {"input", "dim", "keepdim", "out"},
                          1,
                          3,
                          "The greatest element over dim; ties share the gradient."};
constexpr Signature kAmin{"amin",
                          {"input", "dim", "keepdim", "out"},
                          1,
                          3,
                          "The least element over dim; ties share the gradient."};
constexpr Signature kLogsumexp{"logsumexp",
                               {"input", "dim", "keepdim", "out"},
                               2,
                               3,
                               "log(sum(exp(input))) over dim, without overflow."};

constexpr Signature kCountNonzero{
    "count_nonzero", {"input", "dim"}, 1, 6, "How many elements along dim are not zero."};
PyObject* count_nonzero_of(const Values& v) {
  return wrap(count_nonzero(v.tensor(0), dims_or_all(v, 1)));
}

// Extremes --------------------------------------------------------------------------------------

struct ExtremeOf {
  Tensor (*all)(const Tensor&);
  Extreme (*along)(const Tensor&, int64_t, bool);
  Tensor (*elementwise)(Arg, Arg, const Tensor&);
};
// f(input) and f(input, dim, keepdim=False); out is parameter i.
PyObject* reduced_of(const Values& v, const ExtremeOf& f, PyTypeObject* type, int i) {
  if (!v.given(1)) return into(v, i, f.all(v.tensor(0)), OutType::Castable);
  const Extreme e = f.along(v.tensor(0), int_at(v, 1), flag_at(v, 2, false));
  return pair_into(v, i, type, e.values, e.indices);
}
// The same and f(input, other).
PyObject* extreme_of(const Values& v, const ExtremeOf& f, PyTypeObject* type) {
  PyObject* second = v.given(1) ? v.object(1) : v.object(3);
  if (second != nullptr && is_tensor(second)) {
    return wrap(f.elementwise(v.tensor(0), tensor_of(second), v.tensor_or_undefined(4)));
  }
  return reduced_of(v, f, type, 4);
}
constexpr Signature kMax{
    "max",
    {"input", "dim", "keepdim", "other", "out"},
    1,
    3,
    "The greatest element of all, or along dim with its place, or of input and other elementwise."};
constexpr Signature kMin{
    "min",
    {"input", "dim", "keepdim", "other", "out"},
    1,
    3,
    "The least element of all, or along dim with its place, or of input and other elementwise."};
constexpr Signature kMedian{
    "median",
    {"input", "dim", "keepdim", "out"},
    1,
    3,
    "The lower median of everything, or along dim with its place; NaN if there is one."};
constexpr Signature kNanmedian{
    "nanmedian",
    {"input", "dim", "keepdim", "out"},
    1,
    3,
    "The lower median of what is not NaN, of everything or along dim with its place."};
PyObject* max_of(const Values& v) {
  static PyTypeObject* type = make_return_type("max", {"values", "indices"});
  return extreme_of(v, {max, max, maximum}, type);
}
PyObject* min_of(const Values& v) {
  static PyTypeObject* type = make_return_type("min", {"values", "indices"});
  return extreme_of(v, {min, min, minimum}, type);
}
PyObject* median_of(const Values& v) {
  static PyTypeObject* type = make_return_type("median", {"values", "indices"});
  return reduced_of(v, {median, median, nullptr}, type, 3);
}
PyObject* nanmedian_of(const Values& v) {
  static PyTypeObject* type = make_return_type("nanmedian", {"values", "indices"});
  return reduced_of(v, {nanmedian, nanmedian, nullptr}, type, 3);
}

constexpr Signature kAminmax{"aminmax",
                             {"input", "dim", "keepdim", "out"},
                             1,
                             1,
                             "The least and the greatest element, of everything or along dim."};
PyObject* aminmax_of(const Values& v) {
  static PyTypeObject* type = make_return_type("aminmax", {"min", "max"});
  const MinMax m = aminmax(v.tensor(0), optional_int_at(v, 1), flag_at(v, 2, false));
  return pair_into(v, 3, type, m.min, m.max);
}

using Place = Tensor (*)(const Tensor&, std::optional<int64_t>, bool);
template <Place F>
PyObject* place(const Values& v) {
  return into(v, 3, F(v.tensor(0), optional_int_at(v, 1), flag_at(v, 2, false)));
}
constexpr Signature kArgmax{
    "argmax",
    {"input", "dim", "keepdim", "out"},
    1,
    3,
    "The first place of the greatest element, in the flattened input or along dim."};
constexpr Signature kArgmin{
    "argmin",
    {"input", "dim", "keepdim", "out"},
    1,
    3,
    "The first place of the least element, in the flattened input or along dim."};

// Variance --------------------------------------------------------------------------------------

// f(input, unbiased) and f(input, dim, unbiased, keepdim, correction).
struct SpreadCall {
  Dims dims;
  double correction;
  bool keepdim;
  explicit SpreadCall(const Values& v) : correction(1), keepdim(flag_at(v, 3, false)) {
    const bool flag_first = v.given(1) && PyBool_Check(v.object(1));
    if (!flag_first) dims = dims_or_all(v, 1);
    const bool unbiased = flag_first ? v.object(1) == Py_True : flag_at(v, 2, true);
    correction = v.real(4, unbiased ? 1.0 : 0.0);
  }
};
using Spread = Tensor (*)(const Tensor&, DimSpan, double, bool);
template <Spread F>
PyObject* spread(const Values& v) {
  const SpreadCall c(v);
  return into(v, 5, F(v.tensor(0), c.dims, c.correction, c.keepdim), OutType::Castable);
}
using SpreadMean = std::pair<Tensor, Tensor> (*)(const Tensor&, DimSpan, double, bool);
template <SpreadMean F>
PyObject* spread_mean(const Values& v) {
  const SpreadCall c(v);
  const auto [value, mean] = F(v.tensor(0), c.dims, c.correction, c.keepdim);
  return tuple_of(std::array{value, mean});
}
#define TAUT_SPREAD(constant, name, doc) \
  constexpr Signature constant{          \
      name, {"input", "dim", "unbiased", "keepdim", "correction", "out"}, 1, 4, doc};
TAUT_SPREAD(kVar, "var", "The variance over dim, divided by the count less correction.")
TAUT_SPREAD(kStd, "std", "The standard deviation over dim, divided by the count less correction.")
TAUT_SPREAD(kVarMean, "var_mean", "The variance and the mean over dim.")
TAUT_SPREAD(kStdMean, "std_mean", "The standard deviation and the mean over dim.")
#undef TAUT_SPREAD

// Running reductions ------------------------------------------------------------------------------

using Cumulative = Tensor (*)(const Tensor&, int64_t, std::optional<DType>);
template <Cumulative F>
PyObject* cumulative(const Values& v) {
  const Tensor out = v.tensor_or_undefined(3);
  const auto type = out.defined() && !v.given(2) ? out.dtype() : dtype_at(v, 2);
  return into(v, 3, F(v.tensor(0), int_at(v, 1), type), OutType::Castable);
}
constexpr Signature kCumsum{
    "cumsum", {"input", "dim", "dtype", "out"}, 2, 2, "The sums of the elements so far along dim."};
constexpr Signature kCumprod{"cumprod",
                             {"input", "dim", "dtype", "out"},
                             2,
                             2,
                             "The products of the elements so far along dim."};
template <Cumulative F>
PyObject* cumulative_(const Values& v) {
  const Tensor& self = v.tensor(0);
  return wrap(copy_(self, F(clone(self), int_at(v, 1), dtype_at(v, 2))));
}
constexpr Signature kCumsum_{"cumsum_", {"input", "dim", "dtype"}, 2, 2, "cumsum() in place."};
constexpr Signature kCumprod_{"cumprod_", {"input", "dim", "dtype"}, 2, 2, "cumprod() in place."};

constexpr Signature kLogcumsumexp{
    "logcumsumexp",
    {"input", "dim", "out"},
    2,
    2,
    "The logarithm of the sums of the exponentials so far along dim."};
PyObject* logcumsumexp_of(const Values& v) {
  return into(v, 2, logcumsumexp(v.tensor(0), int_at(v, 1)));
}

constexpr Signature kCummax{"cummax",
                            {"input", "dim", "out"},
                            2,
                            2,
                            "The greatest element so far along dim, and its last place."};
constexpr Signature kCummin{"cummin",
                            {"input", "dim", "out"},
                            2,
                            2,
                            "The least element so far along dim, and its last place."};
PyObject* cummax_of(const Values& v) {
  static PyTypeObject* type = make_return_type("cummax", {"values", "indices"});
  const auto [values, indices] = cummax(v.tensor(0), int_at(v, 1));
  return pair_into(v, 2, type, values, indices);
}
PyObject* cummin_of(const Values& v) {
  static PyTypeObject* type = make_return_type("cummin", {"values", "indices"});
  const auto [values, indices] = cummin(v.tensor(0), int_at(v, 1));
  return pair_into(v, 2, type, values, indices);
}

// Norms -----------------------------------------------------------------------------------------

constexpr Signature kVectorNorm{
    "_vector_norm",
    {"input", "ord", "dim", "keepdim", "dtype", "out"},
    1,
    4,
    "(sum |input|^ord)^(1/ord) over dim; 0 counts, infinities are extremes."};
PyObject* vector_norm_of(const Values& v) {
  return into(v, 5,
              vector_norm(v.tensor(0), v.real(1, 2.0), dims_or_all(v, 2), flag_at(v, 3, false),
                          dtype_at(v, 4)));
}

// p: a number, or the word for the Frobenius norm, which on vectors is the 2-norm.
constexpr Signature kNorm{"norm",
                          {"input", "p", "dim", "keepdim", "out", "dtype"},
                          1,
                          6,
                          "The p-norm of the elements over dim, as of a vector."};
// Singular values are LAPACK's, of Python.
PyObject* nuclear_norm_of(const Values& v) {
  const auto argument = [&](int i) {
    return v.given(i) ? py::reinterpret_borrow<py::object>(v.object(i)) : py::none();
  };
  const py::object f = py::module_::import("taut._linalg.norms").attr("nuclear_norm");
  return f(v.tensor(0), argument(2), flag_at(v, 3, false), argument(5), argument(4))
      .release()
      .ptr();
}
double norm_order(const Values& v) {
  if (!v.given(1)) return 2.0;
  if (!PyUnicode_Check(v.object(1))) return v.scalar(1).to_double();
  const auto word = v.text(1, "fro");
  if (word == "inf") return std::numeric_limits<double>::infinity();
  if (word == "-inf") return -std::numeric_limits<double>::infinity();
  TAUT_CHECK(word == "fro", RuntimeError, "norm: p must be a number, 'fro' or 'inf', got ", word);
  return 2.0;
}
PyObject* norm_of(const Values& v) {
  if (v.given(1) && PyUnicode_Check(v.object(1)) && v.text(1, "") == "nuc")
    return nuclear_norm_of(v);
  return into(v, 4,
              vector_norm(v.tensor(0), norm_order(v), dims_or_all(v, 2), flag_at(v, 3, false),
                          dtype_at(v, 5)));
}

void bind_sums(py::module_& m) {
  def_fast_op<kSum, summed<sum>>(m);
  def_fast_op<kMean, summed<mean>>(m);
  def_fast_op<kNansum, summed<nansum>>(m);
  def_fast_op<kNanmean, summed<nanmean>>(m);
  def_fast_op<kProd, prod_of>(m);
  def_fast_op<kAny, truth<any>>(m);
  def_fast_op<kAll, truth<all>>(m);
  def_fast_op<kCountNonzero, count_nonzero_of>(m);
  def_fast_op<kVar, spread<var>>(m);
  def_fast_op<kStd, spread<std_dev>>(m);
  def_fast<kVarMean, spread_mean<var_mean>>(m);
  def_fast<kStdMean, spread_mean<std_mean>>(m);
}

void bind_extremes(py::module_& m) {
  def_fast_op<kMax, max_of>(m);
  def_fast_op<kMin, min_of>(m);
  def_fast_op<kMedian, median_of>(m);
  def_fast_op<kNanmedian, nanmedian_of>(m);
  def_fast_op<kAmax, over_dims<amax>>(m);
  def_fast_op<kAmin, over_dims<amin>>(m);
  def_fast_op<kAminmax, aminmax_of>(m);
  def_fast_op<kArgmax, place<argmax>>(m);
  def_fast_op<kArgmin, place<argmin>>(m);
}

}  // namespace

void bind_reduce(py::module_& m) {
  bind_sums(m);
  bind_extremes(m);
  def_fast_op<kCumsum, cumulative<cumsum>>(m);
  def_fast_op<kCumprod, cumulative<cumprod>>(m);
  def_fast_method<kCumsum_, cumulative_<cumsum>>();
  def_fast_method<kCumprod_, cumulative_<cumprod>>();
  def_fast_op<kLogcumsumexp, logcumsumexp_of>(m);
  def_fast_op<kCummax, cummax_of>(m);
  def_fast_op<kCummin, cummin_of>(m);
  def_fast_op<kLogsumexp, over_dims<logsumexp, OutType::Castable>>(m);
  def_fast<kVectorNorm, vector_norm_of>(m);
  def_fast_op<kNorm, norm_of>(m);
}

}  // namespace taut
