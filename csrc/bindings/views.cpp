// Views: shapes, dimensions and parts.
#include "ops/views.h"

#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/copy.h"
#include "ops/split.h"

namespace taut {
namespace {

// ---- sizes ----

constexpr Signature kView{"view", {"input", "shape"}};
constexpr Signature kBroadcastTensors{"broadcast_tensors", {"*tensors"}};
constexpr Signature kReshape{"reshape", {"input", "shape"}, 2};
constexpr Signature kReshapeMethod{"reshape", {"input", "shape"}};
constexpr Signature kExpand{"expand", {"input", "size"}};
constexpr Signature kPermuteMethod{"permute", {"input", "dims"}};
constexpr Signature kPermute{"permute", {"input", "dims"}, 2};
constexpr Signature kBroadcastTo{"broadcast_to", {"input", "size"}, 2};
constexpr Signature kViewAs{"view_as", {"input", "other"}, 2};
constexpr Signature kReshapeAs{"reshape_as", {"input", "other"}, 2};
constexpr Signature kExpandAs{"expand_as", {"input", "other"}, 2};

// x.view(2, 3), x.view((2, 3)), x.view(taut.int32).
PyObject* view_method(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  return guarded([&] {
    const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
    if (n + named == 1 && !PyType_Check(args[0])) {
      if (const auto t = parse_dtype(args[0])) return wrap(view_dtype(tensor_of(self), *t));
    }
    return wrap(view(tensor_of(self), dims_of_call("view", args, n, keywords)));
  });
}
PyObject* reshape_fn(const Values& v) { return wrap(reshape(v.tensor(0), dims_at(v, 1))); }
PyObject* permute_fn(const Values& v) { return wrap(permute(v.tensor(0), dims_at(v, 1))); }
PyObject* broadcast_to_fn(const Values& v) { return wrap(expand(v.tensor(0), dims_at(v, 1))); }
PyObject* view_as_fn(const Values& v) { return wrap(view(v.tensor(0), v.tensor(1).sizes())); }
PyObject* reshape_as_fn(const Values& v) { return wrap(reshape(v.tensor(0), v.tensor(1).sizes())); }
PyObject* expand_as_fn(const Values& v) { return wrap(expand(v.tensor(0), v.tensor(1).sizes())); }

constexpr Signature kFlatten{"flatten", {"input", "start_dim", "end_dim"}};
constexpr Signature kUnflatten{"unflatten", {"input", "dim", "sizes"}, 3};
constexpr Signature kRavel{"ravel", {"input"}};
PyObject* flatten_fn(const Values& v) {
  return wrap(flatten(v.tensor(0), int_at(v, 1, 0), int_at(v, 2, -1)));
}
PyObject* unflatten_fn(const Values& v) {
  return wrap(unflatten(v.tensor(0), int_at(v, 1), dims_at(v, 2)));
}
PyObject* ravel_fn(const Values& v) { return wrap(reshape(contiguous(v.tensor(0)), Dims{-1})); }

// ---- dimensions, with in-place forms ----

constexpr Signature kTranspose{"transpose", {"input", "dim0", "dim1"}, 3};
constexpr Signature kTranspose_{"transpose_", {"input", "dim0", "dim1"}, 3};
constexpr Signature kSwapaxes{"swapaxes", {"input", "axis0", "axis1"}, 3};
constexpr Signature kSwapaxes_{"swapaxes_", {"input", "axis0", "axis1"}, 3};
constexpr Signature kSwapdims{"swapdims", {"input", "dim0", "dim1"}, 3};
constexpr Signature kSwapdims_{"swapdims_", {"input", "dim0", "dim1"}, 3};
constexpr Signature kT{"t", {"input"}};
constexpr Signature kT_{"t_", {"input"}};
constexpr Signature kSqueeze{"squeeze", {"input", "dim"}};
constexpr Signature kSqueeze_{"squeeze_", {"input", "dim"}};
constexpr Signature kUnsqueeze{"unsqueeze", {"input", "dim"}, 2};
constexpr Signature kUnsqueeze_{"unsqueeze_", {"input", "dim"}, 2};

Tensor transposed(const Values& v) { return transpose(v.tensor(0), int_at(v, 1), int_at(v, 2)); }
Tensor t_of(const Values& v) { return t(v.tensor(0)); }
Tensor squeezed(const Values& v) {
  if (!v.given(1)) return squeeze(v.tensor(0));
  if (PyIndex_Check(v.object(1))) return squeeze(v.tensor(0), int_at(v, 1));
  return squeeze(v.tensor(0), DimSpan(dims_at(v, 1)));
}
Tensor unsqueezed(const Values& v) { return unsqueeze(v.tensor(0), int_at(v, 1)); }

template <Tensor (*F)(const Values&)>
PyObject* plain(const Values& v) {
  return wrap(F(v));
}
template <Tensor (*F)(const Values&)>
PyObject* in_place(const Values& v) {
  return wrap(become(v.tensor(0), F(v), v.name()));
}

constexpr Signature kMovedim{"movedim", {"input", "source", "destination"}, 3};
constexpr Signature kMoveaxis{"moveaxis", {"input", "source", "destination"}, 3};
constexpr Signature kAdjoint{"adjoint", {"input"}};
PyObject* movedim_fn(const Values& v) {
  return wrap(movedim(v.tensor(0), dims_at(v, 1), dims_at(v, 2)));
}
PyObject* adjoint_fn(const Values& v) { return wrap(matrix_transpose(v.tensor(0), "adjoint")); }

// ---- parts ----

constexpr Signature kSelect{"select", {"input", "dim", "index"}, 3};
constexpr Signature kNarrow{"narrow", {"input", "dim", "start", "length"}, 4};
constexpr Signature kDiagonal{"diagonal", {"input", "offset", "dim1", "dim2"}};
constexpr Signature kDiag{"diag", {"input", "diagonal", "out"}, 1, 2};
constexpr Signature kDiagEmbed{"diag_embed", {"input", "offset", "dim1", "dim2"}};
constexpr Signature kUnfold{"unfold", {"input", "dimension", "size", "step"}, 4};
constexpr Signature kAsStrided{"as_strided", {"input", "size", "stride", "storage_offset"}, 3};
constexpr Signature kAsStrided_{"as_strided_", {"input", "size", "stride", "storage_offset"}, 3};

PyObject* select_fn(const Values& v) {
  return wrap(select(v.tensor(0), int_at(v, 1), int_at(v, 2)));
}
PyObject* narrow_fn(const Values& v) {
  const bool tensor = is_tensor(v.object(2));
  TAUT_CHECK(!tensor || (v.tensor(2).dim() == 0 && !is_floating(v.tensor(2).dtype()) &&
                         !is_bool(v.tensor(2).dtype())),
             RuntimeError, "narrow: start must be an 0-dim integral Tensor.");
  return wrap(narrow(v.tensor(0), int_at(v, 1), int_at(v, 2), int_at(v, 3)));
}
PyObject* diagonal_fn(const Values& v) {
  return wrap(diagonal(v.tensor(0), int_at(v, 1, 0), int_at(v, 2, 0), int_at(v, 3, 1)));
}
PyObject* diag_fn(const Values& v) {
  const Tensor& t = v.tensor(0);
  TAUT_CHECK(t.dim() == 1 || t.dim() == 2, RuntimeError, "diag(): Supports 1D or 2D tensors. Got ",
             t.dim(), "D");
  const auto offset = int_at(v, 1, 0);
  return into(
      v, 2,
      t.dim() == 1 ? diag_embed(t, offset, 0, 1) : clone_contiguous(diagonal(t, offset, 0, 1)));
}
PyObject* diag_embed_fn(const Values& v) {
  return wrap(diag_embed(v.tensor(0), int_at(v, 1, 0), int_at(v, 2, -2), int_at(v, 3, -1)));
}
PyObject* unfold_fn(const Values& v) {
  return wrap(unfold(v.tensor(0), int_at(v, 1), int_at(v, 2), int_at(v, 3)));
}
Tensor strided(const Values& v) {
  const Tensor& t = v.tensor(0);
  return as_strided(t, dims_at(v, 1), dims_at(v, 2), int_at(v, 3, t.offset()));
}

// ---- pieces ----

constexpr Signature kSplit{"split", {"tensor", "split_size_or_sections", "dim"}, 2};
constexpr Signature kSplitMethod{"split", {"input", "split_size", "dim"}, 2};
constexpr Signature kSplitSizes{"split_with_sizes", {"input", "split_sizes", "dim"}, 2};
constexpr Signature kChunk{"chunk", {"input", "chunks", "dim"}, 2};
constexpr Signature kTensorSplit{"tensor_split", {"input", "indices_or_sections", "dim"}, 2};
constexpr Signature kUnbind{"unbind", {"input", "dim"}};

PyObject* split_fn(const Values& v) {
  const auto dim = int_at(v, 2, 0);
  if (PyIndex_Check(v.object(1))) return tuple_of(split(v.tensor(0), int_at(v, 1), dim));
  return tuple_of(split_with_sizes(v.tensor(0), dims_at(v, 1), dim));
}
PyObject* split_sizes_fn(const Values& v) {
  return tuple_of(split_with_sizes(v.tensor(0), dims_at(v, 1), int_at(v, 2, 0)));
}
PyObject* chunk_fn(const Values& v) {
  return tuple_of(chunk(v.tensor(0), int_at(v, 1), int_at(v, 2, 0)));
}
void check_places(const Tensor& at) {
  TAUT_CHECK(at.dtype() == DType::Int64, RuntimeError,
             "tensor_split: expected tensor_indices_or_sections to have dtype of long, but got ",
             scalar_type_name(at.dtype()));
  TAUT_CHECK(at.dim() <= 1, RuntimeError,
             "tensor_split: expected tensor_indices_or_sections to be a zero-dimensional or "
             "one-dimensional tensor, but got a tensor with ",
             at.dim(), " dims");
}
PyObject* tensor_split_fn(const Values& v) {
  const Tensor& t = v.tensor(0);
  const auto dim = int_at(v, 2, 0);
  PyObject* where = v.object(1);
  if (is_tensor(where)) check_places(tensor_of(where));
  if (is_tensor(where) && tensor_of(where).dim() == 1) {
    const Tensor at = contiguous(tensor_of(where));
    return tuple_of(
        tensor_split(t, Dims(at.data<int64_t>(), at.data<int64_t>() + at.numel()), dim));
  }
  if (PyIndex_Check(where)) return tuple_of(tensor_split(t, int_at(v, 1), dim));
  return tuple_of(tensor_split(t, DimSpan(dims_at(v, 1)), dim));
}
PyObject* unbind_fn(const Values& v) { return tuple_of(unbind(v.tensor(0), int_at(v, 1, 0))); }

// broadcast_tensors(a, b, ...) or of one sequence.
PyObject* broadcast_tensors_fn(PyObject*, PyObject* const* args, Py_ssize_t n, PyObject*) {
  return guarded([&] {
    std::vector<Tensor> tensors;
    const py::object listed = n == 1 && !is_tensor(args[0])
                                  ? py::reinterpret_steal<py::object>(PySequence_Tuple(args[0]))
                                  : py::object();
    if (PyErr_Occurred()) throw py::error_already_set();
    PyObject* const* items = listed ? &PyTuple_GET_ITEM(listed.ptr(), 0) : args;
    const Py_ssize_t count = listed ? PyTuple_GET_SIZE(listed.ptr()) : n;
    Dims sizes;
    for (Py_ssize_t i = 0; i < count; ++i) {
      TAUT_CHECK(is_tensor(items[i]), TypeError, "broadcast_tensors(): expected Tensor, got ",
                 Py_TYPE(items[i])->tp_name);
      sizes = broadcast_shapes(sizes, tensor_of(items[i]).sizes(), "broadcast_tensors");
      tensors.push_back(tensor_of(items[i]));
    }
    for (auto& t : tensors) t = expand(t, sizes);
    return tuple_of(tensors);
  });
}

void bind_shapes(py::module_& m) {
  add_fast_method(kView, view_method);
  def_dims_method<kReshapeMethod, reshape>();
  def_fast<kReshape, reshape_fn>(m);
  def_dims_method<kExpand, expand>();
  def_dims_method<kPermuteMethod, permute>();
  def_fast<kPermute, permute_fn>(m);
  def_fast_op<kBroadcastTo, broadcast_to_fn>(m);
  def_fast_method<kViewAs, view_as_fn>();
  def_fast_method<kReshapeAs, reshape_as_fn>();
  def_fast_method<kExpandAs, expand_as_fn>();
  def_fast_op<kFlatten, flatten_fn>(m);
  def_fast_op<kUnflatten, unflatten_fn>(m);
  def_fast_op<kRavel, ravel_fn>(m);
  add_fast_function(m, kBroadcastTensors, broadcast_tensors_fn);
}

void bind_dimensions(py::module_& m) {
  def_fast_op<kTranspose, plain<transposed>>(m);
  def_fast_op<kSwapaxes, plain<transposed>>(m);
  def_fast_op<kSwapdims, plain<transposed>>(m);
  def_fast_op<kT, plain<t_of>>(m);
  def_fast_op<kSqueeze, plain<squeezed>>(m);
  def_fast_op<kUnsqueeze, plain<unsqueezed>>(m);
  def_fast_method<kTranspose_, in_place<transposed>>();
  def_fast_method<kSwapaxes_, in_place<transposed>>();
  def_fast_method<kSwapdims_, in_place<transposed>>();
  def_fast_method<kT_, in_place<t_of>>();
  def_fast_method<kSqueeze_, in_place<squeezed>>();
  def_fast_method<kUnsqueeze_, in_place<unsqueezed>>();
  def_fast_op<kMovedim, movedim_fn>(m);
  def_fast_op<kMoveaxis, movedim_fn>(m);
  def_fast_op<kAdjoint, adjoint_fn>(m);
}

}  // namespace

void bind_views(py::module_& m) {
  bind_shapes(m);
  bind_dimensions(m);
  def_fast_op<kSelect, select_fn>(m);
  def_fast_op<kNarrow, narrow_fn>(m);
  def_fast_op<kDiagonal, diagonal_fn>(m);
  def_fast_op<kDiag, diag_fn>(m);
  def_fast_op<kDiagEmbed, diag_embed_fn>(m);
  def_fast_method<kUnfold, unfold_fn>();
  def_fast_op<kAsStrided, plain<strided>>(m);
  def_fast_method<kAsStrided_, in_place<strided>>();
  def_fast<kSplit, split_fn>(m);
  def_fast_method<kSplitMethod, split_fn>();
  def_fast_op<kSplitSizes, split_sizes_fn>(m);
  def_fast_op<kChunk, chunk_fn>(m);
  def_fast_op<kTensorSplit, tensor_split_fn>(m);
  def_fast_op<kUnbind, unbind_fn>(m);
}

}  // namespace taut
