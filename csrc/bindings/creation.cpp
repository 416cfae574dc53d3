// Tensors from numbers, data and other libraries' memory.
#include "ops/creation.h"

#include <algorithm>

#include "bindings/arguments.h"
#include "bindings/creation_docs.h"
#include "bindings/data.h"
#include "bindings/options.h"
#include "bindings/topics.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "tensor/plan.h"

namespace taut {
namespace {

void warn(const char* message) {
  if (PyErr_WarnEx(PyExc_UserWarning, message, 1) < 0) throw py::error_already_set();
}

// Constants ------------------------------------------------------------------------------------

using Fill = Tensor (*)(DimSpan sizes, DType dtype);
using FillLike = Tensor (*)(const Tensor& like, DType dtype);

Tensor make_empty(DimSpan sizes, DType dtype) { return empty(sizes, dtype); }
Tensor make_zeros(DimSpan sizes, DType dtype) { return zeros(sizes, dtype); }
Tensor make_ones(DimSpan sizes, DType dtype) { return ones(sizes, dtype); }
Tensor like_empty(const Tensor& t, DType dtype) {
  if (t.is_sparse()) return full_like(t, 0, dtype);
  const Tensor inputs[] = {t};
  return empty_result(t.sizes(), inputs, dtype);
}
Tensor like_zeros(const Tensor& t, DType dtype) { return full_like(t, 0, dtype); }
Tensor like_ones(const Tensor& t, DType dtype) { return full_like(t, 1, dtype); }

Tensor strided_empty(const Options& options, const Dims& sizes, const Dims& strides, DType dtype) {
  return options.meta ? empty_meta(sizes, strides, dtype) : empty_strided(sizes, strides, dtype);
}

// A tensor on the CPU or the meta device, wherever the input is; without touching the input.
template <class F, class L>
Tensor made_like(const Tensor& input, const Options& options, F fill, L like) {
  const DType dtype = options.dtype_or(input.dtype());
  if (options.format == MemoryFormat::Contiguous) {
    return options.sized(input.sizes(), dtype, [&] { return fill(input.sizes(), dtype); });
  }
  if (options.format != MemoryFormat::Preserve) {
    return like(
        strided_empty(options, input.sizes(), strides_in(options.format, input.sizes()), dtype),
        dtype);
  }
  if (options.meta == input.is_meta()) return like(input, dtype);
  const Tensor meta[] = {empty_meta(input.sizes(), input.strides(), dtype)};
  const Tensor shape = empty_result(input.sizes(), meta, dtype);
  if (options.meta) return shape;
  const Tensor out = empty_strided(input.sizes(), shape.strides(), dtype);
  return like(out, dtype);
}

// name(*size), name_like(input) and Tensor.new_name(*size).
void bind_constant(py::module_& m, const std::string& name, Fill fill, FillLike like,
                   const std::string& what) {
  m.def(
      name.c_str(),
      [name, fill](const py::args& args, py::kwargs kwargs) {
        const Dims sizes = take_sizes(name.c_str(), args, kwargs);
        const Options options = take_options(name.c_str(), kwargs);
        const DType dtype = options.dtype_or(default_dtype());
        return options.finish(options.sized(sizes, dtype, [&] { return fill(sizes, dtype); }));
      },
      ("A tensor of the given size " + what + ".").c_str());
  m.def((name + "_like").c_str(),
        [name, fill, like](const Tensor& input, const py::kwargs& kwargs) {
          const Options options = take_options((name + "_like").c_str(), kwargs, &input);
          return options.finish(made_like(input, options, fill, like));
        },
        py::arg("input"), ("A tensor of the shape and dtype of input " + what + ".").c_str());
  const std::string method = "new_" + name;
  def_method(
      method.c_str(), [method, fill](const Tensor& self, const py::args& args, py::kwargs kwargs) {
        const Dims sizes = take_sizes(method.c_str(), args, kwargs);
        const Options options = take_options(method.c_str(), kwargs, &self);
        const DType dtype = options.dtype_or(self.dtype());
        return options.finish(options.sized(sizes, dtype, [&] { return fill(sizes, dtype); }));
      });
}

DType dtype_of_fill(Scalar value) { return value.is_floating() ? default_dtype() : value.dtype(); }

Tensor empty_permuted(const Dims& sizes, const Dims& layout, DType dtype) {
  const int64_t n = sizes.size();
  Dims sorted = layout;
  std::sort(sorted.begin(), sorted.end());
  bool complete = layout.size() == n;
  for (int64_t d = 0; complete && d < n; ++d) complete = sorted[d] == d;
  TAUT_CHECK(complete, RuntimeError, "empty_permuted: the layout must name each of the ", n,
             " dimensions once, got ", ShapeText{layout});
  Dims strides(n);
  for (int64_t i = n - 1, next = 1; i >= 0; --i) {
    strides[layout[i]] = next;
    next *= std::max<int64_t>(sizes[layout[i]], 1);
  }
  return empty_strided(sizes, strides, dtype);
}

void bind_full(py::module_& m) {
  m.def(
      "full",
      [](const Dims& size, py::object fill_value, const py::kwargs& kwargs) {
        const Options options = take_options("full", kwargs);
        const Scalar value = number_from("full", "fill_value", fill_value);
        const DType dtype = options.dtype_or(dtype_of_fill(value));
        return options.finish(options.sized(size, dtype, [&] { return full(size, value, dtype); }));
      },
      py::arg("size"), py::arg("fill_value"), docs::kFull);
  m.def(
      "full_like",
      [](const Tensor& input, py::object fill_value, const py::kwargs& kwargs) {
        const Options options = take_options("full_like", kwargs, &input);
        const Scalar value = number_from("full_like", "fill_value", fill_value);
        return options.finish(made_like(
            input, options, [&](DimSpan sizes, DType dtype) { return full(sizes, value, dtype); },
            [&](const Tensor& t, DType dtype) { return full_like(t, value, dtype); }));
      },
      py::arg("input"), py::arg("fill_value"), docs::kFullLike);
  def_method(
      "new_full",
      [](const Tensor& self, const Dims& size, py::object fill_value, const py::kwargs& kwargs) {
        const Options options = take_options("new_full", kwargs, &self);
        const Scalar value = number_from("new_full", "fill_value", fill_value);
        const DType dtype = options.dtype_or(self.dtype());
        return options.finish(options.sized(size, dtype, [&] { return full(size, value, dtype); }));
      },
      py::arg("size"), py::arg("fill_value"));
  m.def(
      "empty_strided",
      [](const Dims& size, const Dims& stride, const py::kwargs& kwargs) {
        const Options options = take_options("empty_strided", kwargs);
        return options.finish(
            strided_empty(options, size, stride, options.dtype_or(default_dtype())));
      },
      py::arg("size"), py::arg("stride"), "An uninitialised tensor with the given strides.");
  m.def(
      "empty_permuted",
      [](const Dims& size, const Dims& physical_layout, const py::kwargs& kwargs) {
        const Options options = take_options("empty_permuted", kwargs);
        return options.finish(
            empty_permuted(size, physical_layout, options.dtype_or(default_dtype())));
      },
      py::arg("size"), py::arg("physical_layout"),
      "An uninitialised tensor whose dimensions lie in memory in the given order, outermost "
      "first.");
  def_method(
      "new_empty_strided",
      [](const Tensor& self, const Dims& size, const Dims& stride, const py::kwargs& kwargs) {
        const Options options = take_options("new_empty_strided", kwargs, &self);
        return options.finish(strided_empty(options, size, stride, options.dtype_or(self.dtype())));
      },
      py::arg("size"), py::arg("stride"));
  m.def(
      "scalar_tensor",
      [](py::object s, const py::kwargs& kwargs) {
        const Options options = take_options("scalar_tensor", kwargs);
        return options.finish(
            full({}, number_from("scalar_tensor", "s", s), options.dtype_or(default_dtype())));
      },
      py::arg("s"), "A tensor without dimensions.");
}

// Tensor.fill_(value) and fill(input, value).
Tensor fill_with(const Tensor& t, py::object value) {
  if (is_tensor(value.ptr())) return fill_(t, tensor_of(value.ptr()));
  return fill_(t, number_from("fill_", "value", value));
}

// Ranges -----------------------------------------------------------------------------------------

Tensor bound_arange(const py::args& args, py::kwargs kwargs) {
  py::object bounds[3] = {take(kwargs, "start"), take(kwargs, "end"), take(kwargs, "step")};
  TAUT_CHECK(args.size() <= 3, TypeError, "arange() takes from 1 to 3 positional arguments but ",
             args.size(), " were given");
  const size_t first = args.size() == 1 && bounds[1].is_none() ? 1 : 0;
  for (size_t i = 0; i < args.size(); ++i) {
    TAUT_CHECK(bounds[first + i].is_none(), TypeError,
               "arange() got an argument by position and by name");
    bounds[first + i] = args[i];
  }
  TAUT_CHECK(!bounds[1].is_none(), TypeError,
             "arange() missing 1 required positional arguments: \"end\"");
  const auto number = [&](size_t i, const char* name, Scalar absent) {
    return bounds[i].is_none() ? absent : number_from("arange", name, bounds[i]);
  };
  const Options options = take_options("arange", kwargs);
  auto dtype = options.dtype;
  if (!dtype && options.out.defined()) dtype = options.out.dtype();
  return options.finish(
      arange(number(0, "start", 0), number(1, "end", 0), number(2, "step", 1), dtype));
}

Tensor bound_range(py::object start, py::object end, py::object step, const py::kwargs& kwargs) {
  warn(
      "taut.range is deprecated and will be removed in a future release because its behavior is "
      "inconsistent with Python's range builtin. Instead, use taut.arange, which produces values "
      "in [start, end).");
  const auto number = [](const char* name, py::handle o) { return number_from("range", name, o); };
  const Options options = take_options("range", kwargs);
  const DType dtype =
      options.dtype_or(options.out.defined() ? options.out.dtype() : default_dtype());
  return options.finish(
      range(number("start", start), number("end", end), number("step", step), dtype));
}

void bind_ranges(py::module_& m) {
  m.def("arange", &bound_arange, docs::kArange);
  m.def("range", &bound_range, py::arg("start"), py::arg("end"), py::arg("step") = 1, docs::kRange);
  m.def(
      "linspace",
      [](py::object start, py::object end, int64_t steps, const py::kwargs& kwargs) {
        const Options options = take_options("linspace", kwargs);
        return options.finish(linspace(number_from("linspace", "start", start),
                                       number_from("linspace", "end", end), steps,
                                       options.dtype_or(default_dtype())));
      },
      py::arg("start"), py::arg("end"), py::arg("steps"), docs::kLinspace);
  m.def(
      "logspace",
      [](py::object start, py::object end, int64_t steps, double base, const py::kwargs& kwargs) {
        const Options options = take_options("logspace", kwargs);
        return options.finish(logspace(number_from("logspace", "start", start),
                                       number_from("logspace", "end", end), steps, base,
                                       options.dtype_or(default_dtype())));
      },
      py::arg("start"), py::arg("end"), py::arg("steps"), py::arg("base") = 10.0, docs::kLogspace);
  m.def(
      "eye",
      [](int64_t n, std::optional<int64_t> columns, const py::kwargs& kwargs) {
        const Options options = take_options("eye", kwargs);
        return options.finish(eye(n, columns.value_or(n), options.dtype_or(default_dtype())));
      },
      py::arg("n"), py::arg("m") = py::none(), docs::kEye);
}

using Indices = Tensor (*)(int64_t row, int64_t column, int64_t offset, DType dtype);

void bind_triangles(py::module_& m) {
  using Triangle = Tensor (*)(const Tensor& t, int64_t diagonal);
  for (const auto& [name, f] : {std::pair<const char*, Triangle>{"tril", &tril}, {"triu", &triu}}) {
    def_op(
        m, name,
        [name = name, f = f](const Tensor& input, int64_t diagonal,
                             const std::optional<Tensor>& out) {
          return into(name, out.value_or(Tensor()), f(input, diagonal));
        },
        py::arg("diagonal") = 0, py::kw_only(), py::arg("out") = py::none(), docs::kTriangle);
  }
  def_method("tril_", &tril_, py::arg("diagonal") = 0, docs::kTriangle);
  def_method("triu_", &triu_, py::arg("diagonal") = 0, docs::kTriangle);
  for (const auto& [name, f] : {std::pair<const char*, Indices>{"tril_indices", &tril_indices},
                                {"triu_indices", &triu_indices}}) {
    m.def(
        name,
        [name = name, f = f](int64_t row, int64_t col, int64_t offset, const py::kwargs& kwargs) {
          const Options options = take_options(name, kwargs);
          return options.finish(f(row, col, offset, options.dtype_or(DType::Int64)));
        },
        py::arg("row"), py::arg("col"), py::arg("offset") = 0, docs::kTriangleIndices);
  }
}

// Data -------------------------------------------------------------------------------------------

constexpr const char* kCopyWarning =
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than taut.tensor(sourceTensor).";

Tensor from_data(const char* op, py::object data, std::optional<DType> dtype,
                 const py::kwargs& kwargs, const Tensor* like = nullptr) {
  const Options options = take_options(op, kwargs, like);
  if (is_tensor(data.ptr())) warn(kCopyWarning);
  if (!dtype) dtype = options.dtype;
  return options.finish(tensor_from_data(data.ptr(), dtype));
}

// Shares memory with data where its kind allows: a tensor, an array, what speaks DLPack or is a
// buffer.
Tensor shared_with(py::object data, std::optional<DType> dtype) {
  if (is_tensor(data.ptr())) return tensor_of(data.ptr());
  if (is_ndarray(data.ptr())) return from_ndarray(data.ptr(), Access::Write);
  if (py::hasattr(data, "__dlpack__")) return from_dlpack(data, py::none(), py::none());
  const bool scalar = scalar_of(data.ptr()).has_value();
  if (!scalar && PyObject_CheckBuffer(data.ptr())) {
    return from_buffer(data.ptr(), dtype.value_or(default_dtype()), -1, 0);
  }
  return Tensor();
}

Tensor as_tensor(py::object data, std::optional<DType> dtype, py::object device) {
  Options options;
  options.meta = !device.is_none() && is_meta_device(device);
  const bool shares = is_tensor(data.ptr()) || is_ndarray(data.ptr());
  const Tensor t = shares ? shared_with(data, dtype) : tensor_from_data(data.ptr(), dtype);
  return options.finish(dtype ? cast(t, *dtype) : t);
}

Tensor as_array(py::object obj, const py::kwargs& given) {
  py::kwargs kwargs = given;
  const py::object copy = take(kwargs, "copy");
  const py::object asks_grad = take(kwargs, "requires_grad");
  const Options options = take_options("asarray", kwargs);
  Tensor t = shared_with(obj, options.dtype);
  const bool fresh = !t.defined();
  if (fresh) {
    TAUT_CHECK(copy.is_none() || copy.cast<bool>(), ValueError,
               "can't alias arbitrary sequence into a tensor.");
    t = tensor_from_data(obj.ptr(), options.dtype);
  }
  const DType dtype = options.dtype.value_or(t.dtype());
  if (!copy.is_none() && !copy.cast<bool>()) {
    TAUT_CHECK(dtype == t.dtype(), ValueError, "can't alias tensor with dtype '",
               scalar_type_name(t.dtype()), "' into dtype '", scalar_type_name(dtype), "'.");
  }
  if (dtype != t.dtype()) {
    t = cast(t, dtype);
  } else if (!fresh && !copy.is_none() && copy.cast<bool>()) {
    t = clone(t);
  }
  if (asks_grad.is_none()) return t;
  const bool wanted = asks_grad.cast<bool>();
  if (!wanted) return t.requires_grad() ? detach(t) : t;
  if (!t.requires_grad()) require_grad(t);
  return t;
}

void bind_data(py::module_& m) {
  m.def(
      "tensor",
      [](py::object data, const py::kwargs& kwargs) {
        return from_data("tensor", data, std::nullopt, kwargs);
      },
      py::arg("data"), docs::kTensor);
  def_method(
      "new_tensor",
      [](const Tensor& self, py::object data, const py::kwargs& kwargs) {
        const bool named = kwargs.contains("dtype") && !kwargs["dtype"].is_none();
        return from_data("new_tensor", data, named ? std::nullopt : std::optional(self.dtype()),
                         kwargs, &self);
      },
      py::arg("data"));
  m.def("as_tensor", &as_tensor, py::arg("data"), py::arg("dtype") = py::none(),
        py::arg("device") = py::none(), docs::kAsTensor);
  m.def("asarray", &as_array, py::arg("obj"), docs::kAsArray);
  m.def(
      "from_numpy", [](py::object array) { return from_ndarray(array.ptr(), Access::Write); },
      py::arg("ndarray"), docs::kFromNumpy);
  m.def(
      "frombuffer",
      [](py::object buffer, DType dtype, int64_t count, int64_t offset, bool requires_grad) {
        const Tensor t = from_buffer(buffer.ptr(), dtype, count, offset);
        if (requires_grad) require_grad(t);
        return t;
      },
      py::arg("buffer"), py::kw_only(), py::arg("dtype"), py::arg("count") = -1,
      py::arg("offset") = 0, py::arg("requires_grad") = false, docs::kFromBuffer);
}

// Out of tensors ---------------------------------------------------------------------------------

py::object as_numpy(py::object self, bool force) {
  const Tensor& t = tensor_of(self.ptr());
  TAUT_CHECK(
      force || !t.requires_grad(), RuntimeError,
      "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
  return to_numpy(self, t);
}

py::object array_protocol(py::object self, py::object dtype, py::object copy) {
  const py::object array = as_numpy(self, false);
  if (!copy.is_none() && copy.cast<bool>()) {
    return array.attr("astype")(dtype.is_none() ? array.attr("dtype") : dtype);
  }
  if (dtype.is_none()) return array;
  const py::object converted = array.attr("astype")(dtype, py::arg("copy") = false);
  TAUT_CHECK(copy.is_none() || converted.is(array), ValueError,
             "__array__: a copy is needed to convert to another dtype, but copy=False");
  return converted;
}

void bind_exports() {
  def_method("tolist", &to_list, docs::kToList);
  auto cls = reinterpret_cast<PyObject*>(&TensorBaseType);
  const auto method = [&](const char* name, auto f, const auto&... extra) {
    const py::cpp_function bound(f, py::name(name), py::is_method(py::handle(cls)), extra...);
    add_method(name, bound.ptr());
  };
  method("numpy", &as_numpy, py::kw_only(), py::arg("force") = false, docs::kNumpy);
  method("__array__", &array_protocol, py::arg("dtype") = py::none(), py::arg("copy") = py::none());
}

}  // namespace

void bind_creation(py::module_& m) {
  m.def("_set_default_meta", &set_default_meta);
  bind_constant(m, "empty", &make_empty, &like_empty, "with arbitrary content");
  bind_constant(m, "zeros", &make_zeros, &like_zeros, "filled with zeros");
  bind_constant(m, "ones", &make_ones, &like_ones, "filled with ones");
  bind_full(m);
  def_method("fill_", &fill_with, py::arg("value"), docs::kFillInPlace);
  def_op(m, "zero_", &zero_, "Writes 0 into every element.");
  m.def(
      "fill", [](const Tensor& input, py::object value) { return fill_with(clone(input), value); },
      py::arg("input"), py::arg("value"), docs::kFill);
  bind_ranges(m);
  bind_triangles(m);
  bind_data(m);
  bind_exports();
}

}  // namespace taut
