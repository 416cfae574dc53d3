// Memory shared with others: numpy arrays and buffers.
#include <pybind11/numpy.h>

#include <memory>

#include "bindings/data.h"
#include "core/error.h"

namespace taut {
namespace {

// A buffer of another object, given back when the last tensor over it is gone.
struct BorrowedBuffer {
  Py_buffer view{};

  explicit BorrowedBuffer(PyObject* owner) {
    if (PyObject_GetBuffer(owner, &view, PyBUF_FULL_RO) != 0) throw py::error_already_set();
  }
  ~BorrowedBuffer() { PyBuffer_Release(&view); }
  BorrowedBuffer(const BorrowedBuffer&) = delete;
};

// Deletes a T, whose destructor needs the interpreter lock. At exit the interpreter may be gone.
template <class T>
void delete_with_gil(void* context) noexcept {
  if (!Py_IsInitialized()) return;
  const py::gil_scoped_acquire gil;
  delete static_cast<T*>(context);
}

Tensor over(std::unique_ptr<BorrowedBuffer> buffer, void* data, size_t bytes, Dims sizes,
            Dims strides, DType dtype) {
  auto storage = Storage::wrap(data, bytes, buffer.release(), delete_with_gil<BorrowedBuffer>);
  return Tensor(
      make<TensorImpl>(std::move(storage), 0, std::move(sizes), std::move(strides), dtype));
}

std::optional<DType> dtype_of_kind(char kind, int64_t bytes) {
  switch (kind) {
    case 'b':
      return DType::Bool;
    case 'u':
      return bytes == 1 ? std::optional(DType::UInt8) : std::nullopt;
    case 'i':
      if (bytes == 1) return DType::Int8;
      if (bytes == 2) return DType::Int16;
      return bytes == 4 ? DType::Int32 : DType::Int64;
    case 'f':
      if (bytes == 2) return DType::Float16;
      if (bytes == 4) return DType::Float32;
      return bytes == 8 ? std::optional(DType::Float64) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

DType dtype_of_numpy(PyObject* o) {
  const py::object dtype = py::handle(o).attr("dtype");
  const auto found =
      dtype_of_kind(dtype.attr("kind").cast<char>(), dtype.attr("itemsize").cast<int64_t>());
  TAUT_CHECK(found, TypeError, "can't convert np.ndarray of type ",
             py::str(dtype.attr("type").attr("__module__")).cast<std::string>(), ".",
             py::str(dtype.attr("type").attr("__name__")).cast<std::string>(),
             ". The only supported types are: float64, float32, float16, int64, int32, int16, "
             "int8, uint8, "
             "and bool.");
  TAUT_CHECK(
      dtype.attr("isnative").cast<bool>(), ValueError,
      "given numpy array has byte order different from the native byte order. Conversion between "
      "byte orders is currently not supported.");
  return *found;
}

void warn_read_only(const char* source) {
  const std::string text =
      std::string("The given ") + source +
      " is read-only, and taut does not support read-only tensors: writing to this tensor is "
      "undefined behaviour. Copy the data, or make it writable, before it becomes a tensor.";
  if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1) < 0) throw py::error_already_set();
}

Tensor from_ndarray(PyObject* array, Access access) {
  TAUT_CHECK(is_ndarray(array), TypeError, "expected np.ndarray (got ", Py_TYPE(array)->tp_name,
             ")");
  const DType dtype = dtype_of_numpy(array);
  auto buffer = std::make_unique<BorrowedBuffer>(array);
  const Py_buffer& view = buffer->view;
  if (view.readonly && access == Access::Write) warn_read_only("NumPy array");
  Dims sizes, strides;
  for (int d = 0; d < view.ndim; ++d) {
    TAUT_CHECK(
        view.strides[d] >= 0, ValueError,
        "At least one stride in the given numpy array is negative, and tensors with negative "
        "strides are not currently supported. (You can probably work around this by making a copy "
        "of your array  with array.copy().)");
    TAUT_CHECK(
        view.strides[d] % view.itemsize == 0, ValueError,
        "given numpy array strides not a multiple of the element byte size. Copy the numpy array "
        "to reallocate the memory.");
    sizes.push_back(view.shape[d]);
    strides.push_back(view.strides[d] / view.itemsize);
  }
  const size_t bytes = static_cast<size_t>(extent(sizes, strides)) * size_of(dtype);
  void* data = view.buf;
  return over(std::move(buffer), data, bytes, std::move(sizes), std::move(strides), dtype);
}

py::object to_numpy(py::handle tensor, const Tensor& t) {
  TAUT_CHECK(!t.is_sparse(), TypeError,
             "can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.");
  std::vector<py::ssize_t> shape(t.sizes().begin(), t.sizes().end()), strides;
  const auto width = static_cast<py::ssize_t>(t.element_size());
  for (const int64_t s : t.strides()) strides.push_back(s * width);
  TAUT_CHECK(t.dtype() != DType::BFloat16, TypeError, "Got unsupported ScalarType BFloat16");
  const py::dtype dtype = t.dtype() == DType::Float16
                              ? py::dtype("float16")
                              : visit(t.dtype(), []<class T>() { return py::dtype::of<T>(); });
  return py::array(dtype, std::move(shape), std::move(strides), t.raw(), tensor);
}

Tensor from_buffer(PyObject* owner, DType dtype, int64_t count, int64_t offset) {
  TAUT_CHECK(PyObject_CheckBuffer(owner), ValueError,
             "object does not implement Python buffer protocol.");
  auto buffer = std::make_unique<BorrowedBuffer>(owner);
  const int64_t length = buffer->view.len;
  const int64_t width = static_cast<int64_t>(size_of(dtype));
  TAUT_CHECK(length > 0 && count != 0, ValueError, "both buffer length (", length, ") and count (",
             count, ") must not be 0");
  TAUT_CHECK(offset >= 0 && offset < length, ValueError, "offset (", offset,
             " bytes) must be non-negative and no greater than buffer length (", length,
             " bytes) minus 1");
  if (count < 0) {
    TAUT_CHECK((length - offset) % width == 0, ValueError, "buffer length (", length - offset,
               " bytes) after offset (", offset, " bytes) must be a multiple of element size (",
               width, ")");
    count = (length - offset) / width;
  }
  TAUT_CHECK(offset + count * width <= length, ValueError, "requested buffer length (", count,
             " * ", width, " bytes) after offset (", offset,
             " bytes) must not be greater than actual buffer length (", length, " bytes)");
  if (buffer->view.readonly) warn_read_only("buffer");
  void* data = static_cast<char*>(buffer->view.buf) + offset;
  return over(std::move(buffer), data, static_cast<size_t>(count * width), {count}, {1}, dtype);
}

}  // namespace taut
