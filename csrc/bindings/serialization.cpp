// The memory under tensors, for pickling and checkpoints.
#include "bindings/convert.h"
#include "bindings/topics.h"

namespace taut {
namespace {

// Python's view of a storage's bytes; keeps the storage alive.
struct StorageBuffer {
  Ref<Storage> storage;
};

py::buffer_info buffer_of(StorageBuffer& b) {
  static unsigned char nothing;  // PyBuffer wants an address even for no bytes
  void* data = b.storage->bytes() == 0 ? &nothing : static_cast<void*>(b.storage->data());
  return py::buffer_info(data, 1, "B", 1, {static_cast<py::ssize_t>(b.storage->bytes())}, {1});
}

py::memoryview storage_buffer(const Tensor& t) {
  t.check_has_memory();
  return py::memoryview(py::cast(StorageBuffer{t.storage()}));
}

// All bytes of t's storage, as a vector.
Tensor storage_bytes(const Tensor& t) {
  t.check_strided();
  const auto bytes = static_cast<std::int64_t>(t.storage()->bytes());
  return Tensor(make<TensorImpl>(t.storage(), 0, Dims{bytes}, Dims{1}, DType::UInt8));
}

// One past the last element that the geometry reaches; -1 when that, or the number of elements,
// does not fit an int64.
std::int64_t end_of(const Dims& sizes, const Dims& strides, std::int64_t offset) {
  std::int64_t end = offset + 1;
  std::int64_t numel = 1;
  for (std::int64_t d = 0; d < sizes.size(); ++d) {
    std::int64_t span = 0;
    if (sizes[d] == 0) return offset;
    if (__builtin_mul_overflow(numel, sizes[d], &numel) ||
        __builtin_mul_overflow(sizes[d] - 1, strides[d], &span) ||
        __builtin_add_overflow(end, span, &end)) {
      return -1;
    }
  }
  return end;
}

// A tensor over t's storage with a dtype of its own, without history: neither a view nor recorded.
Tensor tensor_on_storage(const Tensor& t, DType dtype, std::int64_t offset, const Dims& sizes,
                         const Dims& strides) {
  TAUT_CHECK(sizes.size() == strides.size(), ValueError, "storage: got ", sizes.size(),
             " sizes and ", strides.size(), " strides");
  TAUT_CHECK(offset >= 0, ValueError, "storage: the offset must not be negative, got ", offset);
  for (std::int64_t d = 0; d < sizes.size(); ++d) {
    TAUT_CHECK(sizes[d] >= 0 && strides[d] >= 0, ValueError,
               "storage: sizes and strides must not be negative, got ", ShapeText{sizes}, " and ",
               ShapeText{strides});
  }
  const auto held = static_cast<std::int64_t>(t.storage()->bytes() / size_of(dtype));
  const std::int64_t end = end_of(sizes, strides, offset);
  TAUT_CHECK(end >= 0 && end <= held, ValueError, "storage: sizes ", ShapeText{sizes},
             " with strides ", ShapeText{strides}, " at ", offset, " reach past its ", held,
             " elements");
  return Tensor(make<TensorImpl>(t.storage(), offset, sizes, strides, dtype));
}

}  // namespace

void bind_serialization(py::module_& m) {
  py::class_<StorageBuffer>(m, "_StorageBuffer", py::buffer_protocol()).def_buffer(&buffer_of);
  m.def("_storage_buffer", &storage_buffer);
  m.def("_storage_as_bytes", &storage_bytes);
  m.def("_tensor_on_storage", &tensor_on_storage);
}

}  // namespace taut
