// Tensor: a strided view of a storage, by handle. Copying a Tensor shares it.
#pragma once

#include <cstdint>
#include <memory>

#include "core/dtype.h"
#include "core/refcount.h"
#include "core/scalar.h"
#include "core/shape.h"
#include "core/storage.h"

namespace taut {

// What autograd keeps about a tensor beyond grad_fn; defined in graph/.
struct AutogradMetaBase {
  virtual ~AutogradMetaBase() = default;
  static void* operator new(std::size_t bytes) { return pool_allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) noexcept { pool_free(p, bytes); }
};

// The Python object of an impl. The bindings install how to let go of one; see Note [Identity]
// in bindings/tensor_type.cpp.
using ReleasePyObject = void (*)(void* object) noexcept;
void set_release_pyobject(ReleasePyObject f);

class TensorImpl final : public RefCounted {
 public:
  TensorImpl(Ref<Storage> storage, std::int64_t offset, Dims sizes, Dims strides, DType dtype);
  ~TensorImpl() override;

  // Elements, computed once with is_contiguous when geometry is set.
  void set_geometry(Ref<Storage> storage, std::int64_t offset, Dims sizes, Dims strides,
                    DType dtype);

  Ref<Storage> storage;
  std::int64_t offset = 0;
  std::int64_t numel = 0;
  Dims sizes;
  Dims strides;
  DType dtype;
  bool contiguous = true;
  bool requires_grad = false;   // set by the user on a leaf
  bool wrapped_number = false;  // a Python number: does not decide a dtype within its category
  bool inference = false;       // made under inference_mode
  bool owns_pyobject = false;
  std::uint32_t output_nr = 0;  // which output of grad_fn this is
  Ref<RefCounted> grad_fn;      // a Node; its type is known to graph/
  std::unique_ptr<AutogradMetaBase> meta;
  void* pyobject = nullptr;

  // A view knows the tensor it was made from. `generation` counts the in-place histories of a
  // base; a view's grad_fn is good while view_generation equals that of its base.
  Ref<TensorImpl> base;
  std::uint32_t view_generation = 0;
  std::uint32_t generation = 0;
};

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}

  bool defined() const { return static_cast<bool>(impl_); }
  explicit operator bool() const = delete;  // say defined() or item()
  bool is(const Tensor& other) const { return impl_ == other.impl_; }

  const Dims& sizes() const { return impl_->sizes; }
  const Dims& strides() const { return impl_->strides; }
  std::int64_t size(std::int64_t d) const { return impl_->sizes[d < 0 ? d + dim() : d]; }
  std::int64_t stride(std::int64_t d) const { return impl_->strides[d < 0 ? d + dim() : d]; }
  std::int64_t dim() const { return impl_->sizes.size(); }
  std::int64_t numel() const { return impl_->numel; }
  DType dtype() const { return impl_->dtype; }
  bool is_contiguous() const { return impl_->contiguous; }
  std::size_t element_size() const { return size_of(impl_->dtype); }
  std::size_t bytes() const { return static_cast<std::size_t>(numel()) * element_size(); }

  const Ref<Storage>& storage() const { return impl_->storage; }
  std::int64_t offset() const { return impl_->offset; }
  std::uint32_t version() const { return impl_->storage->version(); }
  void bump_version() const { impl_->storage->bump_version(); }

  // A shape without values: see Note [Meta tensors] in tensor.cpp.
  bool is_meta() const { return impl_->storage->is_meta(); }
  // Elements in coordinate form: see Note [Sparse tensors] in sparse.cpp.
  bool is_sparse() const { return impl_->storage->is_sparse(); }

  // The first element's address. NotImplementedError for a meta or sparse tensor.
  std::byte* raw() const {
    std::byte* data = impl_->storage->data();
    if (data == nullptr) [[unlikely]]
      check_has_memory();
    return data + impl_->offset * static_cast<std::int64_t>(element_size());
  }
  template <class T>
  T* data() const {
    return reinterpret_cast<T*>(raw());
  }

  // Whether an operation on this tensor is recorded while grad mode is on.
  bool requires_grad() const {
    return impl_->requires_grad || impl_->grad_fn ||
           (impl_->base && (impl_->base->grad_fn || impl_->base->requires_grad) &&
            impl_->view_generation != impl_->base->generation);
  }
  bool is_leaf() const { return !requires_grad() || impl_->requires_grad; }
  bool is_view() const { return static_cast<bool>(impl_->base); }

  // The only reference to the only tensor of its storage: free to be overwritten.
  bool is_sole_owner() const { return impl_->use_count() == 1 && impl_->storage->use_count() == 1; }

  // NotImplementedError for a meta or sparse tensor.
  void check_has_memory() const;
  // NotImplementedError for a sparse tensor.
  void check_strided() const;

  TensorImpl* impl() const { return impl_.get(); }
  Ref<TensorImpl>& ref() { return impl_; }
  const Ref<TensorImpl>& ref() const { return impl_; }

 private:
  Ref<TensorImpl> impl_;
};

// RuntimeError unless a tensor can be of these sizes; its bytes.
std::size_t check_sizes(const char* op, DimSpan sizes, DType dtype);
// Uninitialised, contiguous.
Tensor empty(DimSpan sizes, DType dtype);
Tensor empty_strided(DimSpan sizes, DimSpan strides, DType dtype);
// On the meta device.
Tensor empty_meta(DimSpan sizes, DimSpan strides, DType dtype);
// Uninitialised, on the device of t: what an operation on t writes its result to.
Tensor empty_beside(const Tensor& t, DimSpan sizes, DType dtype);
Tensor empty_beside(const Tensor& t, DimSpan sizes, DimSpan strides, DType dtype);
// Uninitialised, of the shape of t and, where t is dense, its strides; else the order of
// its dimensions in memory. On the meta device where t is.
Tensor empty_like(const Tensor& t, DType dtype);
inline Tensor empty_like(const Tensor& t) { return empty_like(t, t.dtype()); }

// A tensor over the storage of t with another geometry and no autograd history.
Tensor alias(const Tensor& t, Dims sizes, Dims strides, std::int64_t offset);
inline Tensor alias(const Tensor& t) { return alias(t, t.sizes(), t.strides(), t.offset()); }

// A 0-d tensor of the number, marked so that promotion treats it as a number.
Tensor wrapped(Scalar value);

}  // namespace taut
