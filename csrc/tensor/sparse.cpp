#include "tensor/sparse.h"

namespace taut {
namespace {

struct Contents final : RefCounted {
  explicit Contents(Coordinates c) : coordinates(std::move(c)) {}
  Coordinates coordinates;
};

}  // namespace

// Note [Sparse tensors]
// ~~~~~~~~~~~~~~~~~~~~~
// A sparse tensor is a Tensor like others, with a shape, a dtype and a storage, but the storage
// holds coordinates and values in the place of memory. So identity, versions, detach and the graph
// are as for all tensors. An operation that knows the layout (those of ops/sparse.h, and what
// forwards to them) asks is_sparse() first. Every other one comes to a halt with a
// NotImplementedError: all addresses come from raw(), results are allocated beside their inputs
// (empty_beside, empty_result) and views are aliases of other sizes, and all of these refuse the
// layout. is_contiguous() is false, so that fast paths are not taken.
Tensor make_sparse(DimSpan sizes, Coordinates c) {
  const DType dtype = c.values.dtype();
  return Tensor(make<TensorImpl>(Storage::of_contents(make<Contents>(std::move(c))), 0, Dims(sizes),
                                 contiguous_strides(sizes), dtype));
}

const Coordinates& coordinates(const Tensor& t) {
  return static_cast<const Contents*>(t.storage()->contents())->coordinates;
}

void set_coordinates(const Tensor& t, Coordinates c) {
  static_cast<Contents*>(t.storage()->contents())->coordinates = std::move(c);
}

}  // namespace taut
