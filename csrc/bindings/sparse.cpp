// Sparse tensors in coordinate form.
#include "ops/sparse.h"

#include <algorithm>

#include "bindings/data.h"
#include "bindings/options.h"
#include "bindings/sparse_docs.h"
#include "bindings/topics.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/views.h"

namespace taut {
namespace {

Tensor tensor_from(const py::object& data, std::optional<DType> dtype) {
  if (!is_tensor(data.ptr())) return tensor_from_data(data.ptr(), dtype);
  const Tensor& t = tensor_of(data.ptr());
  return dtype ? cast(t, *dtype) : t;
}

Tensor zeros_of_size(const py::object& size, DType dtype) {
  const Dims sizes = size.cast<Dims>();
  return sparse_coo_tensor(empty(Dims{sizes.size(), 0}, DType::Int64), empty(Dims{0}, dtype),
                           sizes);
}

// RuntimeError unless the places are in ascending order, each once.
void check_order(const Tensor& indices, const Tensor& values, DimSpan sizes) {
  const Coordinates ordered = coalesced({indices, values, false}, sizes);
  const auto *a = ordered.indices.data<std::int64_t>(), *b = indices.data<std::int64_t>();
  TAUT_CHECK(ordered.nnz() == indices.size(1) && std::equal(a, a + indices.numel(), b),
             RuntimeError,
             "cannot set is_coalesced to true if indices correspond to uncoalesced COO tensor");
}

Tensor constructed(const py::object& given, const py::object& given_values, const py::object& size,
                   py::kwargs kwargs) {
  const py::object coalesced = take(kwargs, "is_coalesced");
  take(kwargs, "check_invariants");
  const Options options = take_options("sparse_coo_tensor", kwargs);
  TAUT_CHECK(!options.meta, NotImplementedError,
             "sparse_coo_tensor: there are no sparse tensors on the meta device");
  if (given_values.is_none()) {
    return options.finish(zeros_of_size(given, options.dtype_or(default_dtype())));
  }
  Tensor values = tensor_from(given_values, options.dtype);
  if (values.dim() == 0) values = unsqueeze(values, 0);
  const Tensor indices = contiguous(cast(tensor_from(given, std::nullopt), DType::Int64));
  const Dims sizes = size.is_none() ? sizes_for(indices, values) : size.cast<Dims>();
  const bool in_order = !coalesced.is_none() && coalesced.cast<bool>();
  const Tensor made = sparse_coo_tensor(indices, values, sizes, in_order);
  if (in_order) check_order(indices, coordinates(made).values, sizes);
  return made.requires_grad() ? made : options.finish(made);
}

Tensor indices_of(const Tensor& t) {
  TAUT_CHECK(t.is_sparse(), RuntimeError,
             "indices expected sparse coordinate tensor layout but got Strided");
  TAUT_CHECK(coordinates(t).coalesced, RuntimeError,
             "Cannot get indices on an uncoalesced tensor, please call .coalesce() first");
  return detach(coordinates(t).indices);
}

const Coordinates& parts_of(const char* op, const Tensor& t) {
  TAUT_CHECK(t.is_sparse(), NotImplementedError, op, ": only a sparse tensor has it");
  return coordinates(t);
}

bool is_coalesced(const Tensor& t) {
  TAUT_CHECK(t.is_sparse(), RuntimeError,
             "is_coalesced expected sparse coordinate tensor layout but got Strided");
  return coordinates(t).coalesced;
}

Tensor to_sparse_of(const Tensor& t, std::optional<std::int64_t> dim, const py::object& layout) {
  TAUT_CHECK(layout.is_none() || py::str(layout).cast<std::string>().ends_with("sparse_coo"),
             NotImplementedError, "to_sparse: the only sparse layout is taut.sparse_coo");
  return to_sparse(t, dim);
}

Tensor to_dense_of(const Tensor& t, std::optional<DType> dtype, std::optional<bool> masked) {
  TAUT_CHECK(!t.is_sparse() || !dtype, RuntimeError,
             "dtype argument is not supported by sparse_to_dense");
  TAUT_CHECK(
      masked.value_or(true), NotImplementedError,
      "to_dense: the gradient is that of the elements that are there; masked_grad=False is not "
      "supported");
  return dtype ? cast(t, *dtype) : to_dense(t);
}

}  // namespace

void bind_sparse(py::module_& m) {
  m.def("sparse_coo_tensor", &constructed, py::arg("indices"), py::arg("values") = py::none(),
        py::arg("size") = py::none(), docs::kSparseCooTensor);
  def_method("to_sparse", &to_sparse_of, py::arg("sparse_dim") = py::none(), py::kw_only(),
             py::arg("layout") = py::none(), docs::kToSparse);
  def_method(
      "to_sparse_coo", [](const Tensor& t) { return to_sparse(t, std::nullopt); },
      docs::kToSparseCoo);
  def_method("to_dense", &to_dense_of, py::arg("dtype") = py::none(), py::kw_only(),
             py::arg("masked_grad") = py::none(), docs::kToDense);
  def_method("coalesce", &coalesce, docs::kCoalesce);
  def_method("is_coalesced", &is_coalesced, docs::kIsCoalesced);
  def_method("indices", &indices_of, docs::kIndices);
  def_method("values", &sparse_values, docs::kValues);
  def_method("_indices", [](const Tensor& t) { return detach(parts_of("_indices", t).indices); });
  def_method("_values", [](const Tensor& t) { return detach(parts_of("_values", t).values); });
  def_method("_nnz", [](const Tensor& t) { return parts_of("_nnz", t).nnz(); });
  def_method(
      "sparse_dim", [](const Tensor& t) { return t.is_sparse() ? coordinates(t).sparse_dim() : 0; },
      docs::kSparseDim);
  def_method(
      "dense_dim",
      [](const Tensor& t) { return t.dim() - (t.is_sparse() ? coordinates(t).sparse_dim() : 0); },
      docs::kDenseDim);
  def_method("sparse_mask", &sparse_mask, py::arg("mask"), docs::kSparseMask);
}

}  // namespace taut
