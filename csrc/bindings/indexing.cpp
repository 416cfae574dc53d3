// Operations that take an index or a mask.
#include "ops/indexing.h"

#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/creation.h"
#include "ops/embedding.h"
#include "ops/gather.h"
#include "ops/masked.h"
#include "ops/output.h"
#include "ops/views.h"

namespace taut {
namespace {

// A tensor as it is, a number as a wrapped one.
Tensor value_at(const Values& v, int i) {
  const Tensor t = v.object(i) ? tensor_or_number(v.object(i)) : Tensor();
  TAUT_CHECK(t.defined(), TypeError, v.name(), "(): argument '", v.parameter(i),
             "' must be Tensor or Number, not ",
             v.object(i) ? Py_TYPE(v.object(i))->tp_name : "nothing");
  return t;
}

// ---- gather and scatter ----

constexpr Signature kGather{"gather", {"input", "dim", "index", "sparse_grad", "out"}, 3, 3};
constexpr Signature kTakeAlongDim{"take_along_dim", {"input", "indices", "dim", "out"}, 2, 3};
PyObject* gather_fn(const Values& v) {
  const Tensor result = gather(v.tensor(0), int_at(v, 1), v.tensor(2));
  for (int i : {0, 2}) {
    check_no_overlap("gather", v.tensor_or_undefined(4), result.numel(), v.tensor(i));
  }
  return into(v, 4, result);
}
PyObject* take_along_dim_fn(const Values& v) {
  return into(v, 3, take_along_dim(v.tensor(0), v.tensor(1), optional_int_at(v, 2)));
}

constexpr Signature kScatter{
    "scatter", {"input", "dim", "index", "src", "reduce", "value", "out"}, 3, 4};
constexpr Signature kScatter_{
    "scatter_", {"input", "dim", "index", "src", "reduce", "value"}, 3, 4};

// The old form of reduction: "add" or "multiply".
std::string_view reduction_of(std::string_view word, const char* op) {
  if (word == "add") return "sum";
  TAUT_CHECK(word == "multiply", RuntimeError, op,
             ": reduce argument must be either add or multiply, got ", word);
  return "prod";
}

template <bool in_place>
PyObject* scatter_fn(const Values& v) {
  const Tensor &self = v.tensor(0), &index = v.tensor(2);
  const auto dim = int_at(v, 1);
  const int at = v.object(3) ? 3 : 5;
  const Tensor source = value_at(v, at);
  const bool number = !is_tensor(v.object(at));
  if (v.given(4)) {
    const Tensor src =
        number ? expand(full({}, v.scalar(at), self.dtype()), index.sizes()) : source;
    const auto how = reduction_of(v.text(4, ""), v.name());
    const auto f = in_place ? scatter_reduce_ : scatter_reduce;
    return into(v, 6, f(self, dim, index, src, how, true));
  }
  if (number) {
    const Scalar value = v.scalar(at);
    return into(v, 6,
                in_place ? scatter_(self, dim, index, value) : scatter(self, dim, index, value));
  }
  return into(v, 6,
              in_place ? scatter_(self, dim, index, source) : scatter(self, dim, index, source));
}

constexpr Signature kScatterAdd{"scatter_add", {"input", "dim", "index", "src", "out"}, 4, 4};
constexpr Signature kScatterAdd_{"scatter_add_", {"input", "dim", "index", "src"}, 4};
constexpr Signature kScatterReduce{
    "scatter_reduce", {"input", "dim", "index", "src", "reduce", "include_self", "out"}, 5, 5};
constexpr Signature kScatterReduce_{
    "scatter_reduce_", {"input", "dim", "index", "src", "reduce", "include_self"}, 5, 5};
constexpr Signature kIndexReduce{
    "index_reduce", {"input", "dim", "index", "source", "reduce", "include_self", "out"}, 5, 5};
constexpr Signature kIndexReduce_{
    "index_reduce_", {"input", "dim", "index", "source", "reduce", "include_self"}, 5, 5};

using IndexedFunction = Tensor (*)(const Tensor&, int64_t, const Tensor&, const Tensor&);
template <IndexedFunction F>
PyObject* indexed(const Values& v) {
  return into(v, 4, F(v.tensor(0), int_at(v, 1), v.tensor(2), v.tensor(3)));
}
using ReduceFunction = Tensor (*)(const Tensor&, int64_t, const Tensor&, const Tensor&,
                                  std::string_view, bool);
template <ReduceFunction F>
PyObject* reducing(const Values& v) {
  return into(
      v, 6,
      F(v.tensor(0), int_at(v, 1), v.tensor(2), v.tensor(3), v.text(4, ""), flag_at(v, 5, true)));
}

// ---- slices by a vector of indices ----

constexpr Signature kIndexSelect{"index_select", {"input", "dim", "index", "out"}, 3, 3};
constexpr Signature kIndexAdd{
    "index_add", {"input", "dim", "index", "source", "alpha", "out"}, 4, 4};
constexpr Signature kIndexAdd_{"index_add_", {"input", "dim", "index", "source", "alpha"}, 4, 4};
constexpr Signature kIndexCopy{"index_copy", {"input", "dim", "index", "source", "out"}, 4, 4};
constexpr Signature kIndexCopy_{"index_copy_", {"input", "dim", "index", "source"}, 4};
constexpr Signature kIndexFill{"index_fill", {"input", "dim", "index", "value"}, 4};
constexpr Signature kIndexFill_{"index_fill_", {"input", "dim", "index", "value"}, 4};

PyObject* index_select_fn(const Values& v) {
  return into(v, 3, index_select(v.tensor(0), int_at(v, 1), v.tensor(2)));
}
template <Tensor (*F)(const Tensor&, int64_t, const Tensor&, const Tensor&, Scalar)>
PyObject* index_add_fn(const Values& v) {
  return into(v, 5, F(v.tensor(0), int_at(v, 1), v.tensor(2), v.tensor(3), v.scalar(4, 1)));
}
template <IndexedFunction F>
PyObject* index_fill_fn(const Values& v) {
  return wrap(F(v.tensor(0), int_at(v, 1), v.tensor(2), value_at(v, 3)));
}

// ---- flat and by several indices ----

constexpr Signature kTake{"take", {"input", "index", "out"}, 2, 2};
constexpr Signature kPut{"put", {"input", "index", "source", "accumulate"}, 3};
constexpr Signature kPut_{"put_", {"input", "index", "source", "accumulate"}, 3};
constexpr Signature kIndexPut{"index_put", {"input", "indices", "values", "accumulate"}, 3};
constexpr Signature kIndexPut_{"index_put_", {"input", "indices", "values", "accumulate"}, 3};

PyObject* take_fn(const Values& v) { return into(v, 2, take(v.tensor(0), v.tensor(1))); }
template <Tensor (*F)(const Tensor&, const Tensor&, const Tensor&, bool)>
PyObject* put_fn(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), v.tensor(2), flag_at(v, 3, false)));
}
// A sequence of tensors, None for a whole dimension.
IndexTensors index_tensors_at(const Values& v, int i) {
  PyObject* items = PySequence_Fast(v.object(i), "indices must be a tuple of Tensors");
  if (items == nullptr) throw py::error_already_set();
  const auto owner = py::reinterpret_steal<py::object>(items);
  IndexTensors out;
  for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(items); ++k) {
    PyObject* item = PySequence_Fast_GET_ITEM(items, k);
    TAUT_CHECK(item == Py_None || is_tensor(item), TypeError, v.name(),
               "(): expected Tensor or None as element ", k, " in argument 'indices', but got ",
               Py_TYPE(item)->tp_name);
    out.push_back(item == Py_None ? Tensor() : tensor_of(item));
  }
  return out;
}
template <Tensor (*F)(const Tensor&, const IndexTensors&, const Tensor&, bool)>
PyObject* index_put_fn(const Values& v) {
  return wrap(F(v.tensor(0), index_tensors_at(v, 1), v.tensor(2), flag_at(v, 3, false)));
}

// ---- masks ----

constexpr Signature kMaskedFill{"masked_fill", {"input", "mask", "value"}, 3};
constexpr Signature kMaskedFill_{"masked_fill_", {"input", "mask", "value"}, 3};
constexpr Signature kMaskedSelect{"masked_select", {"input", "mask", "out"}, 2, 2};
constexpr Signature kMaskedScatter{"masked_scatter", {"input", "mask", "source"}, 3};
constexpr Signature kMaskedScatter_{"masked_scatter_", {"input", "mask", "source"}, 3};
constexpr Signature kNonzero{"nonzero", {"input", "as_tuple", "out"}, 1, 1};
constexpr Signature kArgwhere{"argwhere", {"input"}};

PyObject* masked_fill_fn(const Values& v) {
  return wrap(masked_fill(v.tensor(0), v.tensor(1), value_at(v, 2)));
}
PyObject* masked_fill_in_place(const Values& v) {
  return wrap(masked_fill_(v.tensor(0), v.tensor(1), value_at(v, 2)));
}
PyObject* masked_select_fn(const Values& v) {
  const Tensor result = masked_select(v.tensor(0), v.tensor(1));
  for (int i : {0, 1}) {
    check_no_overlap("masked_select", v.tensor_or_undefined(2), result.numel(), v.tensor(i));
  }
  return into(v, 2, result);
}
template <Tensor (*F)(const Tensor&, const Tensor&, const Tensor&)>
PyObject* masked_scatter_fn(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), v.tensor(2)));
}
PyObject* nonzero_fn(const Values& v) {
  TAUT_CHECK(!flag_at(v, 1, false) || !v.given(2), TypeError,
             "nonzero(): out= is not taken together with as_tuple=True");
  if (flag_at(v, 1, false)) return tuple_of(nonzero_tuple(v.tensor(0)));
  return into(v, 2, nonzero(v.tensor(0)));
}
PyObject* argwhere_fn(const Values& v) { return wrap(nonzero(v.tensor(0))); }

// ---- tables ----

constexpr Signature kEmbedding{
    "embedding", {"weight", "indices", "padding_idx", "scale_grad_by_freq", "sparse"}, 2};
constexpr Signature kRenorm{"_embedding_renorm_", {"weight", "input", "max_norm", "norm_type"}, 4};
constexpr Signature kBag{
    "_embedding_bag", {"weight", "input", "offsets", "mode", "per_sample_weights", "options"}, 6};
constexpr Signature kOneHot{"_one_hot", {"input", "num_classes"}};

PyObject* embedding_fn(const Values& v) {
  return wrap(embedding(v.tensor(0), v.tensor(1), int_at(v, 2, -1), flag_at(v, 3, false),
                        flag_at(v, 4, false)));
}
PyObject* renorm_fn(const Values& v) {
  embedding_renorm_(v.tensor(0), v.tensor(1), v.real(2, 0), v.real(3, 2));
  Py_RETURN_NONE;
}
// options: (padding_idx, scale_grad_by_freq, sparse).
PyObject* bag_fn(const Values& v) {
  const auto mode = static_cast<BagMode>(int_at(v, 3));
  const Dims options = dims_at(v, 5);
  return wrap(embedding_bag(v.tensor(0), v.tensor(1), v.tensor(2), mode, v.tensor_or_undefined(4),
                            options[0], options[1] != 0, options[2] != 0));
}
PyObject* one_hot_fn(const Values& v) { return wrap(one_hot(v.tensor(0), int_at(v, 1, -1))); }

void bind_scatter(py::module_& m) {
  def_fast_op<kGather, gather_fn>(m);
  def_fast_op<kTakeAlongDim, take_along_dim_fn>(m);
  def_fast_op<kScatter, scatter_fn<false>>(m);
  def_fast_method<kScatter_, scatter_fn<true>>();
  def_fast_op<kScatterAdd, indexed<scatter_add>>(m);
  def_fast_method<kScatterAdd_, indexed<scatter_add_>>();
  def_fast_op<kScatterReduce, reducing<scatter_reduce>>(m);
  def_fast_method<kScatterReduce_, reducing<scatter_reduce_>>();
  def_fast_op<kIndexReduce, reducing<index_reduce>>(m);
  def_fast_method<kIndexReduce_, reducing<index_reduce_>>();
}

void bind_slices(py::module_& m) {
  def_fast_op<kIndexSelect, index_select_fn>(m);
  def_fast_op<kIndexAdd, index_add_fn<index_add>>(m);
  def_fast_method<kIndexAdd_, index_add_fn<index_add_>>();
  def_fast_op<kIndexCopy, indexed<index_copy>>(m);
  def_fast_method<kIndexCopy_, indexed<index_copy_>>();
  def_fast_op<kIndexFill, index_fill_fn<index_fill>>(m);
  def_fast_method<kIndexFill_, index_fill_fn<index_fill_>>();
  def_fast_op<kTake, take_fn>(m);
  def_fast_op<kPut, put_fn<put>>(m);
  def_fast_method<kPut_, put_fn<put_>>();
  def_fast_op<kIndexPut, index_put_fn<index_put>>(m);
  def_fast_method<kIndexPut_, index_put_fn<index_put_>>();
}

}  // namespace

void bind_indexing(py::module_& m) {
  bind_scatter(m);
  bind_slices(m);
  def_fast_op<kMaskedFill, masked_fill_fn>(m);
  def_fast_method<kMaskedFill_, masked_fill_in_place>();
  def_fast_op<kMaskedSelect, masked_select_fn>(m);
  def_fast_op<kMaskedScatter, masked_scatter_fn<masked_scatter>>(m);
  def_fast_method<kMaskedScatter_, masked_scatter_fn<masked_scatter_>>();
  def_fast_op<kNonzero, nonzero_fn>(m);
  def_fast_op<kArgwhere, argwhere_fn>(m);
  def_fast<kEmbedding, embedding_fn>(m);
  def_fast<kRenorm, renorm_fn>(m);
  def_fast<kBag, bag_fn>(m);
  def_fast<kOneHot, one_hot_fn>(m);
}

}  // namespace taut
