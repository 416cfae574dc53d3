// Methods about a tensor itself: geometry, identity, conversion, copies.
#include "bindings/convert.h"
#include "bindings/options.h"
#include "bindings/topics.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/views.h"

namespace taut {
namespace {

Tensor item_checked(const Tensor& t) {
  TAUT_CHECK(t.numel() == 1, RuntimeError, "a Tensor with ", t.numel(),
             " elements cannot be converted to Scalar");
  return t;
}

py::object item(const Tensor& t) {
  item_checked(t);
  return py::cast(number_of(t));
}

// Tensor._make_subclass(cls, data, requires_grad): data's memory under another class.
py::object make_subclass(py::type cls, const Tensor& data, bool requires_grad) {
  TAUT_CHECK(!requires_grad || is_floating(data.dtype()), RuntimeError,
             "Only Tensors of floating point and complex dtype can require gradients");
  Tensor t = alias(data);
  t.impl()->requires_grad = requires_grad;
  return py::reinterpret_steal<py::object>(
      wrap_as(reinterpret_cast<PyTypeObject*>(cls.ptr()), std::move(t)));
}

// The same values and history as an object of another class.
py::object as_subclass(const Tensor& t, py::type cls) {
  const int derives = PyObject_IsSubclass(cls.ptr(), reinterpret_cast<PyObject*>(&TensorBaseType));
  TAUT_CHECK(derives == 1, TypeError, "as_subclass: the class must derive from Tensor, got ",
             py::str(cls).cast<std::string>());
  return py::reinterpret_steal<py::object>(
      wrap_as(reinterpret_cast<PyTypeObject*>(cls.ptr()), view(t, t.sizes())));
}

py::object size_of_dim(const Tensor& t, std::optional<std::int64_t> dim) {
  if (!dim) return py::reinterpret_steal<py::object>(size_object(t.sizes()));
  TAUT_CHECK(t.dim() > 0, IndexError, "size: Dimension specified as ", *dim,
             " but tensor has no dimensions");
  return py::int_(t.sizes()[wrap_dim(*dim, t.dim(), "size")]);
}

py::object stride_of_dim(const Tensor& t, std::optional<std::int64_t> dim) {
  if (dim) return py::int_(t.strides()[wrap_dim(*dim, t.dim(), "stride")]);
  py::tuple out(static_cast<std::size_t>(t.dim()));
  for (std::int64_t d = 0; d < t.dim(); ++d) out[static_cast<std::size_t>(d)] = t.strides()[d];
  return out;
}

void bind_geometry() {
  def_method("dim", [](const Tensor& t) { return t.dim(); });
  def_method("ndimension", [](const Tensor& t) { return t.dim(); });
  def_method("size", &size_of_dim, py::arg("dim") = py::none());
  def_method("stride", &stride_of_dim, py::arg("dim") = py::none());
  def_method("numel", [](const Tensor& t) { return t.numel(); });
  def_method("nelement", [](const Tensor& t) { return t.numel(); });
  def_method("element_size", [](const Tensor& t) { return t.element_size(); });
  def_method("storage_offset", [](const Tensor& t) { return t.offset(); });
  def_method("data_ptr", [](const Tensor& t) { return reinterpret_cast<std::uintptr_t>(t.raw()); });
  def_method("_storage_id",
             [](const Tensor& t) { return reinterpret_cast<std::uintptr_t>(t.storage().get()); });
  def_method("_origin", [](const Tensor& t) { return t.storage()->origin(); });
  def_method("_set_origin", [](const Tensor& t, int origin) {
    t.storage()->set_origin(static_cast<std::uint16_t>(origin));
  });
  def_method("_storage_bytes", [](const Tensor& t) { return t.storage()->bytes(); });
  def_method("is_floating_point", [](const Tensor& t) { return is_floating(t.dtype()); });
  def_method(
      "is_contiguous",
      [](const Tensor& t, const py::object& format) {
        return is_contiguous_in(memory_format_from(format, MemoryFormat::Contiguous), t);
      },
      py::arg("memory_format") = py::none());
  def_method("_is_view", [](const Tensor& t) { return t.is_view(); });
  def_method("is_inference", [](const Tensor& t) { return t.impl()->inference; });
}

}  // namespace

void bind_tensor(py::module_& m) {
  bind_geometry();
  def_method("item", &item);
  m.def("_make_subclass", &make_subclass, py::arg("cls"), py::arg("data"),
        py::arg("requires_grad") = false);
  def_method("as_subclass", &as_subclass, py::arg("cls"));
  m.def("_has_same_storage",
        [](const Tensor& a, const Tensor& b) { return a.storage() == b.storage(); });
  def_op(
      m, "clone",
      [](const Tensor& t, const py::object& format) {
        return clone_in(memory_format_from(format, MemoryFormat::Preserve), t);
      },
      py::arg("memory_format") = py::none(),
      "A copy with memory of its own; gradients flow through it.");
  def_op(m, "detach", &detach, "The same memory, cut off from the graph.");
  def_method(
      "contiguous",
      [](const Tensor& t, const py::object& format) {
        return contiguous_in(memory_format_from(format, MemoryFormat::Contiguous), t);
      },
      py::arg("memory_format") = py::none());
  def_method(
      "copy_", [](const Tensor& t, const Tensor& src, bool) { return copy_(t, src); },
      py::arg("src"), py::arg("non_blocking") = false);
  def_method("_cast", &cast, py::arg("dtype"));
  def_method("detach_", [](const Tensor& t) {
    TAUT_CHECK(!t.is_view(), RuntimeError, "Can't detach views in-place. Use detach() instead.");
    t.impl()->grad_fn = Ref<RefCounted>();
    t.impl()->requires_grad = false;
    return t;
  });
}

}  // namespace taut
