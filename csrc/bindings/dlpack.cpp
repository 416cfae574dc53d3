// Memory shared through DLPack: the C structures of the specification (dmlc/dlpack), version 1.0
// and the unversioned ones before it.
#include <algorithm>
#include <memory>

#include "bindings/data.h"
#include "bindings/options.h"
#include "bindings/topics.h"
#include "core/error.h"
#include "ops/copy.h"

namespace taut {
namespace {

struct DLVersion {
  uint32_t major, minor;
};
struct DLDevice {
  int32_t type;
  int32_t id;
};
struct DLDataType {
  uint8_t code, bits;
  uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;
  uint64_t byte_offset;
};
struct DLManagedTensor {
  static constexpr const char* kName = "dltensor";
  static constexpr const char* kUsed = "used_dltensor";
  DLTensor tensor;
  void* context;
  void (*deleter)(DLManagedTensor* self);
};
struct DLManagedTensorVersioned {
  static constexpr const char* kName = "dltensor_versioned";
  static constexpr const char* kUsed = "used_dltensor_versioned";
  DLVersion version;
  void* context;
  void (*deleter)(DLManagedTensorVersioned* self);
  uint64_t flags;
  DLTensor tensor;
};
constexpr DLVersion kVersion{1, 0};
constexpr uint64_t kReadOnly = 1, kCopied = 2;
constexpr int32_t kDLCPU = 1;
enum DLTypeCode : uint8_t { kDLInt = 0, kDLUInt = 1, kDLFloat = 2, kDLBfloat = 4, kDLBool = 6 };

[[noreturn]] void fail(PyObject* type, const std::string& message) {
  PyErr_SetString(type, message.c_str());
  throw py::error_already_set();
}

// Element types ------------------------------------------------------------------------------

constexpr DType kDTypes[] = {DType::Bool,    DType::UInt8,  DType::Int8,    DType::Int16,
                             DType::Int32,   DType::Int64,  DType::Float16, DType::BFloat16,
                             DType::Float32, DType::Float64};

DLDataType dl_type(DType t) {
  const uint8_t code = t == DType::BFloat16 ? kDLBfloat
                       : is_floating(t)     ? kDLFloat
                       : is_bool(t)         ? kDLBool
                       : t == DType::UInt8  ? kDLUInt
                                            : kDLInt;
  return {code, static_cast<uint8_t>(8 * size_of(t)), 1};
}

DType dtype_of(DLDataType t) {
  for (const DType dtype : kDTypes) {
    const DLDataType known = dl_type(dtype);
    if (known.code == t.code && known.bits == t.bits && known.lanes == t.lanes) return dtype;
  }
  fail(PyExc_BufferError, str("from_dlpack: unsupported dtype (code ", int{t.code}, ", ",
                              int{t.bits}, " bits, ", t.lanes, " lanes)"));
}

// Out ----------------------------------------------------------------------------------------

// A tensor on its way out, with the arrays that its DLTensor points to.
template <class Managed>
struct Exported {
  Managed managed{};
  Tensor tensor;
  Dims sizes, strides;
};

template <class Managed>
void delete_exported(Managed* self) {
  delete static_cast<Exported<Managed>*>(self->context);
}

// A consumer renames the capsule, and frees what is in it.
template <class Managed>
void free_unused_capsule(PyObject* capsule) {
  if (!PyCapsule_IsValid(capsule, Managed::kName)) return;
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Managed::kName));
  managed->deleter(managed);
}

template <class Managed>
py::capsule exported(const Tensor& t, uint64_t flags) {
  auto out = std::make_unique<Exported<Managed>>();
  out->tensor = alias(t);
  out->sizes = t.sizes();
  out->strides = t.strides();
  Managed& managed = out->managed;
  managed.tensor = {t.raw(),
                    {kDLCPU, 0},
                    static_cast<int32_t>(t.dim()),
                    dl_type(t.dtype()),
                    out->sizes.data(),
                    out->strides.data(),
                    0};
  managed.context = out.get();
  managed.deleter = delete_exported<Managed>;
  if constexpr (requires { managed.version; }) {
    managed.version = kVersion;
    managed.flags = flags;
  }
  return py::capsule(&out.release()->managed, Managed::kName, free_unused_capsule<Managed>);
}

void check_stream(py::handle stream) {
  if (stream.is_none()) return;
  TAUT_CHECK(py::isinstance<py::int_>(stream), TypeError, "stream must be int or None, got ",
             Py_TYPE(stream.ptr())->tp_name);
  if (stream.cast<int64_t>() != -1) fail(PyExc_AssertionError, "stream should be None on cpu.");
}

using Pair = std::pair<int64_t, int64_t>;

py::capsule to_dlpack(const Tensor& self, py::object stream, std::optional<Pair> max_version,
                      std::optional<Pair> dl_device, std::optional<bool> copy) {
  if (self.requires_grad()) {
    fail(PyExc_BufferError, "Can't export tensors that require gradient, use tensor.detach()");
  }
  check_stream(stream);
  if (dl_device && dl_device->first != kDLCPU) {
    fail(PyExc_BufferError, str("__dlpack__: a tensor of the CPU (DLPack device type 1) can't be "
                                "given on a device of type ",
                                dl_device->first));
  }
  const bool copies = copy.value_or(false);
  const Tensor t = copies ? clone(self) : self;
  if (max_version && max_version->first >= kVersion.major) {
    return exported<DLManagedTensorVersioned>(t, copies ? kCopied : 0);
  }
  return exported<DLManagedTensor>(t, 0);
}

// In -------------------------------------------------------------------------------------------

template <class Managed>
void free_imported(void* context) noexcept {
  auto* managed = static_cast<Managed*>(context);
  if (managed->deleter == nullptr || !Py_IsInitialized()) return;
  const py::gil_scoped_acquire gil;
  managed->deleter(managed);
}

void check_version(const DLManagedTensor&) {}
void check_version(const DLManagedTensorVersioned& managed) {
  if (managed.version.major > kVersion.major) {
    fail(PyExc_BufferError, str("from_dlpack: DLPack version ", managed.version.major, ".",
                                managed.version.minor, " is newer than ", kVersion.major, ".x"));
  }
  if (managed.flags & kReadOnly) warn_read_only("DLPack tensor");
}

void check_strides(DimSpan sizes, DimSpan strides) {
  const bool negative =
      std::any_of(strides.begin(), strides.end(), [](int64_t stride) { return stride < 0; });
  TAUT_CHECK(!negative || numel(sizes) == 0, ValueError,
             "from_dlpack: negative strides are not supported, got ", ShapeText{strides},
             "; copy the array first");
}

template <class Managed>
Tensor imported(PyObject* capsule) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Managed::kName));
  check_version(*managed);
  if (managed->deleter == delete_exported<Managed>) {  // ours: the same storage, with its version
    const Tensor own = alias(static_cast<Exported<Managed>*>(managed->context)->tensor);
    PyCapsule_SetName(capsule, Managed::kUsed);
    managed->deleter(managed);
    return own;
  }
  const DLTensor& source = managed->tensor;
  if (source.device.type != kDLCPU) {
    fail(PyExc_BufferError, str("from_dlpack: only memory of the CPU (DLPack device type 1) is "
                                "supported, got device type ",
                                source.device.type));
  }
  const DType dtype = dtype_of(source.dtype);
  Dims sizes(DimSpan(source.shape, static_cast<size_t>(source.ndim)));
  Dims strides = source.strides ? Dims(DimSpan(source.strides, static_cast<size_t>(source.ndim)))
                                : contiguous_strides(sizes);
  check_strides(sizes, strides);
  const size_t bytes = static_cast<size_t>(extent(sizes, strides)) * size_of(dtype);
  PyCapsule_SetName(capsule, Managed::kUsed);
  void* data = static_cast<char*>(source.data) + source.byte_offset;
  auto storage = Storage::wrap(data, bytes, managed, free_imported<Managed>);
  return Tensor(
      make<TensorImpl>(std::move(storage), 0, std::move(sizes), std::move(strides), dtype));
}

Tensor from_capsule(PyObject* capsule) {
  if (PyCapsule_IsValid(capsule, DLManagedTensorVersioned::kName)) {
    return imported<DLManagedTensorVersioned>(capsule);
  }
  TAUT_CHECK(PyCapsule_IsValid(capsule, DLManagedTensor::kName), RuntimeError,
             "from_dlpack received an invalid capsule: it must be named dltensor or "
             "dltensor_versioned. A capsule can be consumed only once, so you might have already "
             "constructed a tensor from it.");
  return imported<DLManagedTensor>(capsule);
}

// Of an exporter: what it knows of the keywords of version 1.0, or else none of them. The bool says
// whether it was asked for the copy.
std::pair<py::object, bool> capsule_of(py::handle source, py::handle copy) {
  const py::object method = source.attr("__dlpack__");
  py::dict keywords;
  keywords["max_version"] = py::make_tuple(kVersion.major, kVersion.minor);
  if (!copy.is_none()) keywords["copy"] = copy;
  if (py::hasattr(source, "__dlpack_device__")) {
    const auto device = source.attr("__dlpack_device__")().cast<py::tuple>();
    if (device[0].cast<int64_t>() != kDLCPU) keywords["dl_device"] = py::make_tuple(kDLCPU, 0);
  }
  try {
    return {method(**keywords), true};
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_TypeError)) throw;
  }
  return {method(), false};
}

constexpr const char* kFromDlpackDoc =
    "A tensor over the memory of another library's tensor, taken through DLPack.\n\n"
    "Args:\n"
    "    ext_tensor: an object with __dlpack__(), or a DLPack capsule of either kind.\n"
    "    device: None or the CPU.\n"
    "    copy: True for memory of its own, False to fail where the exporter would have to copy.\n"
    "\nRaises:\n"
    "    BufferError: another device's memory, an element type that taut does not have.\n"
    "\nExample:\n"
    "    >>> import numpy, taut\n"
    "    >>> taut.from_dlpack(numpy.arange(3))\n"
    "    tensor([0, 1, 2])\n";
constexpr const char* kToDlpackDoc =
    "A DLPack capsule over the tensor's memory.\n\n"
    "Args:\n"
    "    stream: None, or -1: the CPU has no streams.\n"
    "    max_version: the newest version that the consumer takes; from (1, 0) on the capsule is\n"
    "        versioned and says whether the memory was copied.\n"
    "    dl_device: None or (1, 0), the CPU.\n"
    "    copy: True for memory of its own.\n"
    "\nRaises:\n"
    "    BufferError: the tensor requires gradients, or dl_device is another device.\n";

}  // namespace

Tensor from_dlpack(py::object source, py::object device, py::object copy) {
  if (PyCapsule_CheckExact(source.ptr())) {
    if (!device.is_none() || !copy.is_none()) {
      fail(PyExc_AssertionError,
           "device and copy kwargs not supported when ext_tensor is already a DLPack capsule.");
    }
    return from_capsule(source.ptr());
  }
  TAUT_CHECK(py::hasattr(source, "__dlpack__"), RuntimeError,
             "from_dlpack: expected an object with __dlpack__ or a DLPack capsule, got ",
             Py_TYPE(source.ptr())->tp_name);
  check_device(device);
  const auto [capsule, asked] = capsule_of(source, copy);
  const Tensor t = from_capsule(capsule.ptr());
  return !asked && !copy.is_none() && copy.cast<bool>() ? clone(t) : t;
}

void bind_dlpack(py::module_& m) {
  const py::object none = py::none();
  m.def("from_dlpack", &from_dlpack, py::arg("ext_tensor"), py::kw_only(), py::arg("device") = none,
        py::arg("copy") = none, kFromDlpackDoc);
  const auto method = [](const char* name, auto f, const auto&... extra) {
    auto cls = py::handle(reinterpret_cast<PyObject*>(&TensorBaseType));
    add_method(name, py::cpp_function(f, py::name(name), py::is_method(cls), extra...).ptr());
  };
  method("__dlpack__", &to_dlpack, py::kw_only(), py::arg("stream") = none,
         py::arg("max_version") = none, py::arg("dl_device") = none, py::arg("copy") = none,
         kToDlpackDoc);
  method(
      "__dlpack_device__",
      [](const Tensor&) {
        const auto types = py::module_::import("taut.utils.dlpack").attr("DLDeviceType");
        return py::make_tuple(types(kDLCPU), 0);
      },
      "The kind of device, the CPU, and its number.");
}

}  // namespace taut
