#include "ops/sparse.h"

#include <algorithm>

#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/indexing.h"
#include "ops/masked.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"
#include "ops/sort.h"
#include "ops/sparse_arithmetic.h"
#include "ops/views.h"

namespace taut {
namespace {

void check_sparse(const char* op, const Tensor& t) {
  TAUT_CHECK(t.is_sparse(), RuntimeError, op,
             " expected sparse coordinate tensor layout but got Strided");
}

void check_shapes(const Tensor& indices, const Tensor& values, DimSpan sizes) {
  const auto sparse = indices.size(0), dense = values.dim() - 1;
  const auto dims = static_cast<std::int64_t>(sizes.size());
  TAUT_CHECK(dims == sparse + dense, RuntimeError,
             "sparse_coo_tensor: 'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) "
             "= ",
             dims, ", sparse_dim = ", sparse, ", dense_dim = ", dense);
  Dims expected{indices.size(1)};
  for (auto d = sparse; d < dims; ++d) expected.push_back(sizes[static_cast<std::size_t>(d)]);
  TAUT_CHECK(same(values.sizes(), expected), RuntimeError,
             "sparse_coo_tensor: values has incorrect size, expected ", ShapeText{expected},
             ", got ", ShapeText{values.sizes()});
}

void check_counts(const Tensor& indices, const Tensor& values) {
  TAUT_CHECK(
      indices.dim() == 2, RuntimeError,
      "sparse_coo_tensor: indices must be sparse_dim x nnz, but got: ", ShapeText{indices.sizes()});
  TAUT_CHECK(values.dim() > 0 && indices.size(1) == values.size(0), RuntimeError,
             "sparse_coo_tensor: indices and values must have same nnz, but got nnz from indices: ",
             indices.size(1), ", nnz from values: ", values.dim() > 0 ? values.size(0) : 0);
}

void check_bounds(const Tensor& indices, DimSpan sizes) {
  const auto nnz = indices.size(1);
  const auto* at = indices.data<std::int64_t>();
  for (std::int64_t d = 0; d < indices.size(0); ++d, at += nnz) {
    const auto size = sizes[static_cast<std::size_t>(d)];
    const auto* bad = std::find_if(at, at + nnz, [&](auto i) { return i < 0 || i >= size; });
    if (bad == at + nnz) continue;
    TAUT_CHECK(*bad >= 0, RuntimeError, "sparse_coo_tensor: found negative index ", *bad,
               " for dim ", d);
    raise<RuntimeError>("sparse_coo_tensor: size is inconsistent with indices: for dim ", d,
                        ", size is ", size, " but found index ", *bad);
  }
}

// Of equal positions, one is kept and the others are added to it in their order.
struct Groups {
  std::vector<std::int64_t> first;    // kept, by ascending position
  std::vector<std::int64_t> others;   // each of the rest,
  std::vector<std::int64_t> goes_to;  // and the place in `first` of the one it is added to
};

Groups groups_of(const Tensor& position) {
  const Tensor order = argsort(position, 0, false);  // stable
  const auto *at = position.data<std::int64_t>(), *sorted = order.data<std::int64_t>();
  Groups groups;
  for (std::int64_t j = 0; j < order.numel(); ++j) {
    if (j > 0 && at[sorted[j]] == at[sorted[j - 1]]) {
      groups.others.push_back(sorted[j]);
      groups.goes_to.push_back(static_cast<std::int64_t>(groups.first.size()) - 1);
    } else {
      groups.first.push_back(sorted[j]);
    }
  }
  return groups;
}

// What a sparse gradient is where its places are read: PyTorch's gradient of the values.
Tensor gradient_at(const Tensor& g, const Tensor& indices) {
  return slices_at(to_dense(g), indices);
}

}  // namespace

Tensor from_list(const std::vector<std::int64_t>& list) {
  Tensor out = empty(Dims{static_cast<std::int64_t>(list.size())}, DType::Int64);
  std::copy(list.begin(), list.end(), out.data<std::int64_t>());
  return out;
}

IndexTensors rows_of(const Tensor& indices) {
  IndexTensors rows;
  for (std::int64_t d = 0; d < indices.size(0); ++d) rows.push_back(select(indices, 0, d));
  return rows;
}

Tensor positions(const Tensor& indices, DimSpan sizes) {
  Tensor out = zeros(Dims{indices.size(1)}, DType::Int64);
  auto* to = out.data<std::int64_t>();
  const auto* at = indices.data<std::int64_t>();
  for (std::int64_t d = 0; d < indices.size(0); ++d) {
    for (std::int64_t j = 0; j < out.numel(); ++j) {
      to[j] = to[j] * sizes[static_cast<std::size_t>(d)] + *at++;
    }
  }
  return out;
}

void put_slices(const Tensor& t, const Tensor& indices, const Tensor& slices) {
  if (indices.size(0) == 0) {
    copy_raw(t, select(slices, 0, 0));
  } else {
    index_put_(t, rows_of(indices), slices, false);
  }
}

Tensor slices_at(const Tensor& t, const Tensor& indices) {
  if (indices.size(0) == 1) return index_select(t, 0, select(indices, 0, 0));
  if (indices.size(0) > 0) return index(t, rows_of(indices));
  Dims sizes = t.sizes();
  sizes.insert(0, indices.size(1));
  return expand(t, sizes);
}

Dims sizes_for(const Tensor& indices, const Tensor& values) {
  check_counts(indices, values);
  Dims sizes;
  const auto nnz = indices.size(1);
  const auto* at = indices.data<std::int64_t>();
  for (std::int64_t d = 0; d < indices.size(0); ++d, at += nnz) {
    const auto [least, most] = std::minmax_element(at, at + nnz);
    TAUT_CHECK(nnz == 0 || *least >= 0, RuntimeError, "sparse_coo_tensor: found negative index ",
               *least, " for dim ", d);
    sizes.push_back(nnz == 0 ? 0 : *most + 1);
  }
  for (std::int64_t d = 1; d < values.dim(); ++d) sizes.push_back(values.size(d));
  return sizes;
}

Tensor sparse_coo_tensor(const Tensor& given, const Tensor& values, DimSpan sizes, bool coalesced) {
  check_counts(given, values);
  check_shapes(given, values, sizes);
  check_sizes("sparse_coo_tensor", sizes, values.dtype());
  Tensor indices;
  Coordinates c;
  {
    NoGrad guard;
    indices = c.indices = detach(contiguous(cast(given, DType::Int64)));
    c.values = detach(contiguous(values));
    c.coalesced = coalesced;
  }
  check_bounds(indices, sizes);
  const Tensor out = make_sparse(sizes, std::move(c));
  record(out, "SparseCooTensorWithDimsAndTensorsBackward0", {values}, {},
         [indices](GradFrame& frame, TensorSpan) {
           frame.give(0, gradient_at(frame.grad(), indices));
         });
  return out;
}

Tensor to_dense(const Tensor& t) {
  if (!t.is_sparse()) return t;
  const Tensor out = zeros(t.sizes(), t.dtype());
  add_sparse(out, t, 1);
  record(out, "ToDenseBackward0", {t}, {},
         [places = coordinates(t), sizes = t.sizes()](GradFrame& frame, TensorSpan) {
           frame.give(0, sparse_mask(frame.grad(), make_sparse(sizes, coalesced(places, sizes))));
         });
  return out;
}

Tensor to_sparse(const Tensor& t, std::optional<std::int64_t> sparse_dim) {
  if (t.is_sparse()) {
    TAUT_CHECK(!sparse_dim || *sparse_dim == coordinates(t).sparse_dim(), RuntimeError,
               "to_sparse: conversion from Sparse to Sparse with sparse_dim argument != ",
               "self.sparse_dim() is not supported");
    return t;
  }
  const auto dims = sparse_dim.value_or(t.dim());
  TAUT_CHECK(dims > 0 || t.dim() == 0, RuntimeError,
             "dense_to_sparse: sparse_dim argument must be in >0 when self.dim()>0");
  TAUT_CHECK(dims >= 0 && dims <= t.dim(), RuntimeError,
             "dense_to_sparse: sparse_dim argument must be in [0,", t.dim(), "] range, but ", dims,
             " is given");
  Coordinates c;
  {
    NoGrad guard;
    const Tensor source = detach(t);
    Tensor there = ne(source, 0);
    Dims inner;
    for (auto d = dims; d < t.dim(); ++d) inner.push_back(d);
    if (!inner.empty()) there = any(there, inner, false);
    c.indices = clone_contiguous(transpose(nonzero(there), 0, 1));
    c.values = clone_contiguous(slices_at(source, c.indices));
    c.coalesced = true;
  }
  const Tensor out = make_sparse(t.sizes(), std::move(c));
  record(out, "ToSparseBackward0", {t}, {},
         [](GradFrame& frame, TensorSpan) { frame.give(0, to_dense(frame.grad())); });
  return out;
}

Coordinates coalesced(const Coordinates& c, DimSpan sizes) {
  if (c.coalesced) return c;
  NoGrad guard;
  if (c.nnz() < 2) return {clone(c.indices), clone(c.values), true};
  const Groups groups = groups_of(positions(c.indices, sizes));
  const Tensor first = from_list(groups.first);
  const Tensor values = index_select(c.values, 0, first);
  if (!groups.others.empty()) {
    index_add_(values, 0, from_list(groups.goes_to),
               index_select(c.values, 0, from_list(groups.others)));
  }
  return {index_select(c.indices, 1, first), values, true};
}

Tensor coalesce(const Tensor& t) {
  check_sparse("coalesce", t);
  const Coordinates& c = coordinates(t);
  if (c.coalesced) return t;
  const Tensor out = make_sparse(t.sizes(), coalesced(c, t.sizes()));
  record(out, "CoalesceBackward0", {t}, {},
         [](GradFrame& frame, TensorSpan) { frame.give(0, frame.grad()); });
  return out;
}

Tensor sparse_values(const Tensor& t) {
  TAUT_CHECK(t.is_sparse(), RuntimeError, "values expected sparse tensor layout but got Strided");
  const Coordinates& c = coordinates(t);
  TAUT_CHECK(c.coalesced, RuntimeError,
             "Cannot get values on an uncoalesced tensor, please call .coalesce() first");
  const Tensor out = detach(c.values);
  record(out, "ValuesBackward0", {t}, {},
         [indices = c.indices, sizes = t.sizes()](GradFrame& frame, TensorSpan) {
           frame.give(0, sparse_coo_tensor(indices, frame.grad(), sizes, true));
         });
  return out;
}

Tensor sparse_mask(const Tensor& t, const Tensor& mask) {
  TAUT_CHECK(mask.is_sparse(), NotImplementedError, "sparse_mask: the mask must be sparse");
  TAUT_CHECK(same(t.sizes(), mask.sizes()), RuntimeError,
             "sparse_mask(): operands have incompatible sizes; self has size ",
             ShapeText{t.sizes()}, " but mask has size ", ShapeText{mask.sizes()});
  const Coordinates& c = coordinates(mask);
  return sparse_coo_tensor(c.indices, slices_at(to_dense(t), c.indices), t.sizes(), c.coalesced);
}

}  // namespace taut
