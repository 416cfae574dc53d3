#include "tensor/tensor.h"

#include <array>

#include "core/error.h"
#include "tensor/plan.h"

namespace taut {
namespace {
ReleasePyObject g_release_pyobject = nullptr;
}

void set_release_pyobject(ReleasePyObject f) { g_release_pyobject = f; }

TensorImpl::TensorImpl(Ref<Storage> s, std::int64_t off, Dims sz, Dims st, DType t) : dtype(t) {
  set_geometry(std::move(s), off, std::move(sz), std::move(st), t);
}

TensorImpl::~TensorImpl() {
  if (owns_pyobject) g_release_pyobject(pyobject);
}

void TensorImpl::set_geometry(Ref<Storage> s, std::int64_t off, Dims sz, Dims st, DType t) {
  storage = std::move(s);
  offset = off;
  sizes = std::move(sz);
  strides = std::move(st);
  dtype = t;
  numel = taut::numel(sizes);
  contiguous = !storage->is_sparse() && taut::is_contiguous(sizes, strides);
}

// Note [Meta tensors]
// ~~~~~~~~~~~~~~~~~~~
// A tensor on the meta device has a shape, a dtype and a storage, but the storage has no memory. So
// everything that concerns identity and geometry works: views, ties, state_dict, deepcopy. What
// makes a tensor of the same kind as another (empty_beside, empty_like, empty_result) makes a meta
// tensor; an operation whose result is one has checked its inputs and found the shape, and returns
// before it would write. So do gradients: a backward whose incoming gradient is meta gets meta
// destinations. An operation whose result depends on values (nonzero, item), or that was not taught
// this, needs an element's address, and all addresses come from raw(), which raises. Kernels never
// see a null pointer.
void Tensor::check_has_memory() const {
  check_strided();
  TAUT_CHECK(!is_meta(), NotImplementedError,
             "Cannot use the values of a tensor on the meta device, which has none (shape ",
             ShapeText{sizes()}, ", ", dtype(),
             "). Module.to_empty(device=\"cpu\") gives a module memory, and "
             "load_state_dict(..., assign=True) tensors that have some.");
}

void Tensor::check_strided() const {
  TAUT_CHECK(!is_sparse(), NotImplementedError,
             "This operation does not take a tensor of sparse layout (shape ", ShapeText{sizes()},
             ", ", dtype(), "). to_dense() gives a strided one.");
}

Tensor empty_meta(DimSpan sizes, DimSpan strides, DType dtype) {
  const auto bytes = static_cast<std::size_t>(extent(sizes, strides)) * size_of(dtype);
  return Tensor(
      make<TensorImpl>(Storage::without_memory(bytes), 0, Dims(sizes), Dims(strides), dtype));
}

std::size_t check_sizes(const char* op, DimSpan sizes, DType dtype) {
  TAUT_CHECK(sizes.size() <= kMaxDims, RuntimeError, op, ": at most ", kMaxDims,
             " dimensions are supported, got ", sizes.size());
  for (auto s : sizes) {
    TAUT_CHECK(s >= 0, RuntimeError, op, ": Trying to create tensor with negative dimension ", s,
               ": ", ShapeText{sizes});
  }
  std::int64_t bytes = 0;
  const auto width = static_cast<std::int64_t>(size_of(dtype));
  TAUT_CHECK(!__builtin_mul_overflow(numel(sizes), width, &bytes), RuntimeError, op,
             ": the size in bytes overflows for shape ", ShapeText{sizes});
  return static_cast<std::size_t>(bytes);
}

Tensor empty(DimSpan sizes, DType dtype) {
  const std::size_t bytes = check_sizes("empty", sizes, dtype);
  return Tensor(
      make<TensorImpl>(Storage::allocate(bytes), 0, Dims(sizes), contiguous_strides(sizes), dtype));
}

Tensor empty_beside(const Tensor& t, DimSpan sizes, DType dtype) {
  if (t.is_meta()) [[unlikely]]
    return empty_meta(sizes, contiguous_strides(sizes), dtype);
  t.check_strided();
  return empty(sizes, dtype);
}

Tensor empty_beside(const Tensor& t, DimSpan sizes, DimSpan strides, DType dtype) {
  t.check_strided();
  return t.is_meta() ? empty_meta(sizes, strides, dtype) : empty_strided(sizes, strides, dtype);
}

Tensor empty_strided(DimSpan sizes, DimSpan strides, DType dtype) {
  const auto bytes = static_cast<std::size_t>(extent(sizes, strides)) * size_of(dtype);
  return Tensor(make<TensorImpl>(Storage::allocate(bytes), 0, Dims(sizes), Dims(strides), dtype));
}

Tensor empty_like(const Tensor& t, DType dtype) {
  if (t.is_contiguous()) return empty_beside(t, t.sizes(), dtype);
  if (!is_dense(t.sizes(), t.strides())) return empty_result(t.sizes(), std::array{t}, dtype);
  return empty_beside(t, t.sizes(), t.strides(), dtype);
}

Tensor alias(const Tensor& t, Dims sizes, Dims strides, std::int64_t offset) {
  if (t.is_sparse() && !(same(sizes, t.sizes()) && same(strides, t.strides()))) [[unlikely]]
    t.check_strided();  // what is sparse has no parts and no other order
  Tensor out(
      make<TensorImpl>(t.storage(), offset, std::move(sizes), std::move(strides), t.dtype()));
  out.impl()->inference = t.impl()->inference;
  return out;
}

Tensor wrapped(Scalar value) {
  Tensor t = empty({}, value.dtype());
  value.store(value.dtype(), t.raw());
  t.impl()->wrapped_number = true;
  return t;
}

}  // namespace taut
