// Order, search and distinct values.
#include "bindings/arguments.h"
#include "bindings/return_types.h"
#include "bindings/topics.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/sort.h"

namespace taut {
namespace {

PyObject* sorted_into(const Values& v, int i, PyTypeObject* type, const Sorted& s) {
  return pair_into(v, i, type, s.values, s.indices);
}

constexpr Signature kSort{"sort", {"input", "dim", "descending", "stable", "out"}, 1, 3};
constexpr Signature kArgsort{"argsort", {"input", "dim", "descending", "stable", "out"}, 1, 3};
constexpr Signature kMsort{"msort", {"input", "out"}, 1, 1};
constexpr Signature kTopk{"topk", {"input", "k", "dim", "largest", "sorted", "out"}, 2, 5};
constexpr Signature kKthvalue{"kthvalue", {"input", "k", "dim", "keepdim", "out"}, 2, 4};

PyObject* sort_fn(const Values& v) {
  static PyTypeObject* type = make_return_type("sort", {"values", "indices"});
  return sorted_into(v, 4, type, sort(v.tensor(0), int_at(v, 1, -1), flag_at(v, 2, false)));
}
PyObject* argsort_fn(const Values& v) {
  return into(v, 4, argsort(v.tensor(0), int_at(v, 1, -1), flag_at(v, 2, false)));
}
PyObject* msort_fn(const Values& v) { return into(v, 1, sort(v.tensor(0), 0, false).values); }
PyObject* topk_fn(const Values& v) {
  static PyTypeObject* type = make_return_type("topk", {"values", "indices"});
  return sorted_into(
      v, 5, type,
      topk(v.tensor(0), int_at(v, 1), int_at(v, 2, -1), flag_at(v, 3, true), flag_at(v, 4, true)));
}
PyObject* kthvalue_fn(const Values& v) {
  static PyTypeObject* type = make_return_type("kthvalue", {"values", "indices"});
  return sorted_into(v, 4, type,
                     kthvalue(v.tensor(0), int_at(v, 1), int_at(v, 2, -1), flag_at(v, 3, false)));
}

// (values, inverse, counts); the Python functions pick what was asked for.
constexpr Signature kUnique{"_unique", {"input", "dim", "inverse"}};
constexpr Signature kUniqueConsecutive{"_unique_consecutive", {"input", "dim", "inverse"}};
template <Unique (*F)(const Tensor&, std::optional<int64_t>, bool)>
PyObject* unique_fn(const Values& v) {
  const Unique u = F(v.tensor(0), optional_int_at(v, 1), flag_at(v, 2, false));
  return tuple_of(std::array{u.values, u.inverse, u.counts});
}

Tensor tensor_from(const Values& v, int i) {
  if (is_tensor(v.object(i))) return v.tensor(i);
  const Scalar s = v.scalar(i);
  return full({}, s, s.is_floating() ? default_dtype() : s.dtype());
}

constexpr Signature kSearchsorted{
    "searchsorted",
    {"sorted_sequence", "input", "out_int32", "right", "side", "sorter", "out"},
    2,
    2};
constexpr Signature kBucketize{
    "bucketize", {"input", "boundaries", "out_int32", "right", "out"}, 2, 2};
PyObject* positions(const Values& v, const Tensor& t, bool narrow, int out) {
  return into(v, out, narrow ? cast(t, DType::Int32) : t);
}
PyObject* searchsorted_fn(const Values& v) {
  const bool right = flag_at(v, 3, false);
  const auto side = v.text(4, right ? "right" : "left");
  TAUT_CHECK(side == "left" || side == "right", RuntimeError,
             "searchsorted: side can only be 'left' or 'right' but got ", side);
  TAUT_CHECK(!right || side == "right", RuntimeError,
             "searchsorted: side and right can't be set to opposites, got side of left while right "
             "was True");
  const Tensor found =
      searchsorted(v.tensor(0), tensor_from(v, 1), side == "right", v.tensor_or_undefined(5));
  return positions(v, found, flag_at(v, 2, false), 6);
}
PyObject* bucketize_fn(const Values& v) {
  const Tensor& edges = v.tensor(1);
  TAUT_CHECK(edges.dim() == 1, RuntimeError,
             "bucketize: boundaries tensor must be 1 dimension, but "
             "got dim(",
             edges.dim(), ")");
  return positions(v, searchsorted(edges, tensor_from(v, 0), flag_at(v, 3, false), {}),
                   flag_at(v, 2, false), 4);
}

constexpr Signature kBincount{"bincount", {"input", "weights", "minlength"}};
constexpr Signature kIsin{
    "isin", {"elements", "test_elements", "assume_unique", "invert", "out"}, 2, 2};
PyObject* bincount_fn(const Values& v) {
  return wrap(bincount(v.tensor(0), v.tensor_or_undefined(1), int_at(v, 2, 0)));
}
PyObject* isin_fn(const Values& v) {
  return into(v, 4, isin(tensor_from(v, 0), tensor_from(v, 1), flag_at(v, 3, false)));
}

}  // namespace

void bind_sorting(py::module_& m) {
  def_fast_op<kSort, sort_fn>(m);
  def_fast_op<kArgsort, argsort_fn>(m);
  def_fast_op<kMsort, msort_fn>(m);
  def_fast_op<kTopk, topk_fn>(m);
  def_fast_op<kKthvalue, kthvalue_fn>(m);
  def_fast<kUnique, unique_fn<unique>>(m);
  def_fast<kUniqueConsecutive, unique_fn<unique_consecutive>>(m);
  def_fast<kSearchsorted, searchsorted_fn>(m);
  def_fast<kBucketize, bucketize_fn>(m);
  def_fast_op<kBincount, bincount_fn>(m);
  def_fast<kIsin, isin_fn>(m);
}

}  // namespace taut
