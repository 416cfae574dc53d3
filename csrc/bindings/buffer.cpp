// The buffer protocol: memoryview(tensor), and whatever takes buffers, over the tensor's memory.
#include <memory>

#include "bindings/convert.h"
#include "bindings/tensor_slots.h"

namespace taut {
namespace {

// What a view of the buffer points to while it is open. The tensor is an alias: the memory stays
// even where the Python object is given another one (x.data = ...).
struct Shared {
  Tensor tensor;
  std::vector<Py_ssize_t> shape, strides;
};

// The element type in the words of the struct module; null where it has none.
const char* format_of(DType t) {
  switch (t) {
    case DType::Bool:
      return "?";
    case DType::UInt8:
      return "B";
    case DType::Int8:
      return "b";
    case DType::Int16:
      return "h";
    case DType::Int32:
      return "i";
    case DType::Int64:
      return sizeof(long) == 8 ? "l" : "q";
    case DType::Float16:
      return "e";
    case DType::Float32:
      return "f";
    case DType::Float64:
      return "d";
    default:
      return nullptr;
  }
}

const char* refusal(const Tensor& t, int flags) {
  if (t.is_meta()) return "a tensor on the meta device has no memory";
  if (t.is_sparse()) return "a sparse tensor has no memory; use tensor.to_dense()";
  if (t.requires_grad()) return "the tensor requires gradients; use tensor.detach()";
  if (format_of(t.dtype()) == nullptr) return "buffers have no word for the tensor's element type";
  const bool wants_strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES;
  const bool in_order = !wants_strides || (flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS;
  if (in_order && !t.is_contiguous()) return "the tensor is not contiguous";
  return nullptr;
}

int get_buffer(PyObject* o, Py_buffer* view, int flags) {
  view->obj = nullptr;
  const Tensor& t = tensor_of(o);
  if (const char* why = refusal(t, flags)) {
    PyErr_SetString(PyExc_BufferError, why);
    return -1;
  }
  static char nothing;  // a buffer wants an address even for no bytes
  auto shared = std::make_unique<Shared>();
  shared->tensor =
      Tensor(make<TensorImpl>(t.storage(), t.offset(), t.sizes(), t.strides(), t.dtype()));
  const auto width = static_cast<Py_ssize_t>(t.element_size());
  for (std::int64_t d = 0; d < t.dim(); ++d) {
    shared->shape.push_back(t.size(d));
    shared->strides.push_back(t.stride(d) * width);
  }
  view->buf = t.numel() == 0 ? static_cast<void*>(&nothing) : static_cast<void*>(t.raw());
  view->len = static_cast<Py_ssize_t>(t.bytes());
  view->readonly = 0;
  view->itemsize = width;
  view->format = flags & PyBUF_FORMAT ? const_cast<char*>(format_of(t.dtype())) : nullptr;
  view->ndim = static_cast<int>(t.dim());
  view->shape = flags & PyBUF_ND ? shared->shape.data() : nullptr;
  view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? shared->strides.data() : nullptr;
  view->suboffsets = nullptr;
  view->internal = shared.release();
  view->obj = Py_NewRef(o);
  return 0;
}

void release_buffer(PyObject*, Py_buffer* view) { delete static_cast<Shared*>(view->internal); }

PyBufferProcs kBuffer = {get_buffer, release_buffer};

}  // namespace

PyBufferProcs* buffer_slots() { return &kBuffer; }

}  // namespace taut
