// The keywords that functions making tensors share: dtype, device, requires_grad, out, ...
#pragma once

#include <optional>

#include "bindings/convert.h"
#include "core/random.h"
#include "ops/memory_format.h"

namespace taut {

struct Options {
  std::optional<DType> dtype;
  bool requires_grad = false;
  Tensor out;
  Generator* generator = nullptr;
  MemoryFormat format = MemoryFormat::Preserve;
  bool meta = false;  // device="meta"

  DType dtype_or(DType fallback) const {
    return dtype.value_or(out.defined() ? out.dtype() : fallback);
  }
  // make(), or on the meta device a tensor of the sizes.
  template <class F>
  Tensor sized(DimSpan sizes, DType type, F make) const {
    if (!meta) return make();
    check_sizes("empty", sizes, type);
    return empty_meta(sizes, contiguous_strides(sizes), type);
  }
  // The result with these options: written to `out` if there is one, else marked requires_grad. On
  // the meta device its memory is left.
  Tensor finish(Tensor result) const;
};

// Reads the shared keywords; TypeError for any other. Without a device: where `like` is, else the
// default device.
Options take_options(const char* op, const py::kwargs& kwargs, const Tensor* like = nullptr);
// Whether tensors are made on the meta device where nothing is said, on this thread; sets it and
// returns what it was.
bool set_default_meta(bool meta);
// Removes and returns one keyword; none when absent.
py::object take(py::kwargs& kwargs, const char* name);

// RuntimeError unless `device`, an object or its name, stands for the CPU.
void check_device(py::handle device);
// Whether `device` is the meta device; RuntimeError unless it is that or the CPU.
bool is_meta_device(py::handle device);
// The memory format of a call's argument; the fallback for None.
MemoryFormat memory_format_from(py::handle value, MemoryFormat fallback);
// Sets requires_grad on a new tensor; RuntimeError unless its dtype is floating-point.
void require_grad(const Tensor& t);
// A Python number or the value of a 0-d tensor; TypeError for anything else.
Scalar number_from(const char* op, const char* name, py::handle o);
// The sizes in f(2, 3), f((2, 3)) and f(size=(2, 3)).
Dims take_sizes(const char* op, const py::args& args, py::kwargs& kwargs);

}  // namespace taut
