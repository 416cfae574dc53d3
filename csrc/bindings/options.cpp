#include "bindings/options.h"

#include <utility>

#include "bindings/data.h"
#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/overwrite.h"

namespace taut {
namespace {

thread_local bool t_default_meta = false;

std::string text(py::handle o) { return py::str(o).cast<std::string>(); }

Generator* generator_from(const char* op, py::handle o) {
  if (o.is_none()) return nullptr;
  TAUT_CHECK(py::isinstance<Generator>(o), TypeError, op,
             "(): argument 'generator' must be a Generator, not ", Py_TYPE(o.ptr())->tp_name);
  return o.cast<Generator*>();
}

void read_option(Options& options, const char* op, const std::string& name, py::handle value) {
  if (name == "dtype") {
    if (value.is_none()) return;
    options.dtype = parse_dtype(value.ptr());
    TAUT_CHECK(options.dtype, TypeError, op, "(): argument 'dtype' must be taut.dtype, not ",
               Py_TYPE(value.ptr())->tp_name);
  } else if (name == "requires_grad") {
    options.requires_grad = value.cast<bool>();
  } else if (name == "device") {
    if (!value.is_none()) options.meta = is_meta_device(value);
  } else if (name == "generator") {
    options.generator = generator_from(op, value);
  } else if (name == "out") {
    if (!value.is_none()) options.out = value.cast<Tensor>();
  } else if (name == "memory_format") {
    options.format = memory_format_from(value, MemoryFormat::Preserve);
  } else if (name == "pin_memory") {
    TAUT_CHECK(value.is_none() || !value.cast<bool>(), RuntimeError, op,
               "(): pinned memory needs an accelerator");
  } else if (name == "layout") {
    TAUT_CHECK(value.is_none() || text(value).ends_with("strided"), NotImplementedError, op,
               "(): only the strided layout is supported, got ", text(value));
  } else {
    raise<TypeError>(op, "() got an unexpected keyword argument '", name, "'");
  }
}

}  // namespace

bool is_meta_device(py::handle device) {
  const bool named = PyUnicode_Check(device.ptr());
  TAUT_CHECK(named || py::hasattr(device, "type"), TypeError,
             "device must be a taut.device or str, got ", Py_TYPE(device.ptr())->tp_name);
  const std::string type = named ? text(device) : text(device.attr("type"));
  if (type == "meta" || (named && type.starts_with("meta:"))) return true;
  if (type == "cpu" || (named && type.starts_with("cpu:"))) return false;
  // Another one: this says which error it is.
  return py::module_::import("taut._device").attr("is_meta")(device).cast<bool>();
}

MemoryFormat memory_format_from(py::handle value, MemoryFormat fallback) {
  if (value.is_none()) return fallback;
  const std::string name = text(value);
  if (name.ends_with("contiguous_format")) return MemoryFormat::Contiguous;
  if (name.ends_with("preserve_format")) return MemoryFormat::Preserve;
  if (name.ends_with("channels_last")) return MemoryFormat::ChannelsLast;
  TAUT_CHECK(name.ends_with("channels_last_3d"), TypeError,
             "argument 'memory_format' must be taut.memory_format, not ",
             Py_TYPE(value.ptr())->tp_name);
  return MemoryFormat::ChannelsLast3d;
}

void check_device(py::handle device) {
  TAUT_CHECK(device.is_none() || !is_meta_device(device), RuntimeError,
             "this needs values, and the meta device has none");
}

bool set_default_meta(bool meta) { return std::exchange(t_default_meta, meta); }

Options take_options(const char* op, const py::kwargs& kwargs, const Tensor* like) {
  Options options;
  options.meta = like ? like->is_meta() : t_default_meta;
  for (const auto& [name, value] : kwargs)
    read_option(options, op, name.cast<std::string>(), value);
  return options;
}

py::object take(py::kwargs& kwargs, const char* name) {
  if (!kwargs.contains(name)) return py::none();
  py::object value = kwargs[name];
  PyDict_DelItemString(kwargs.ptr(), name);
  return value;
}

void require_grad(const Tensor& t) {
  TAUT_CHECK(is_floating(t.dtype()), RuntimeError,
             "Only Tensors of floating point and complex dtype can require gradients");
  t.impl()->requires_grad = true;
}

Tensor Options::finish(Tensor result) const {
  if (out.defined()) {
    TAUT_CHECK(!dtype || *dtype == out.dtype(), RuntimeError, "Expected out tensor to have dtype ",
               *dtype, ", but got ", out.dtype(), " instead");
    check_writable(out, "out");
    if (!same(out.sizes(), result.sizes())) {
      const Tensor fresh = empty(result.sizes(), out.dtype());
      out.impl()->set_geometry(fresh.storage(), 0, fresh.sizes(), fresh.strides(), fresh.dtype());
    }
    copy_raw(out, result);
    out.bump_version();
    return out;
  }
  if (meta && !result.is_meta()) {
    result = empty_meta(result.sizes(), result.strides(), result.dtype());
  }
  if (requires_grad) require_grad(result);
  return result;
}

Scalar number_from(const char* op, const char* name, py::handle o) {
  if (is_tensor(o.ptr())) return only_element(tensor_of(o.ptr()));
  const auto value = scalar_of(o.ptr());
  TAUT_CHECK(value, TypeError, op, "(): argument '", name, "' must be Number, not ",
             Py_TYPE(o.ptr())->tp_name);
  return *value;
}

Dims take_sizes(const char* op, const py::args& args, py::kwargs& kwargs) {
  const py::object named = take(kwargs, "size");
  if (named.is_none()) {
    TAUT_CHECK(!args.empty(), TypeError, op,
               "() missing 1 required positional arguments: \"size\"");
    return dims_from_args(args, op);
  }
  TAUT_CHECK(args.empty(), TypeError, op, "(): got 'size' both by position and by name");
  return named.cast<Dims>();
}

}  // namespace taut
