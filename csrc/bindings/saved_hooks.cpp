// saved_tensors_hooks: Python functions that pack and unpack the values saved for backward.
#include "graph/saved_hooks.h"

#include <vector>

#include "bindings/callable.h"
#include "bindings/convert.h"
#include "bindings/topics.h"
#include "ops/copy.h"

namespace taut {
namespace {

struct PyPackedValue final : PackedValue {
  PyPackedValue(py::object packed, py::object f, bool contiguous)
      : content(std::move(packed)), unpack_hook(std::move(f)), was_contiguous(contiguous) {}
  Tensor unpack() override {
    py::gil_scoped_acquire gil;
    const py::object result = unpack_hook.get()(content.get());
    TAUT_CHECK(is_tensor(result.ptr()), TypeError,
               "saved_tensors_hooks: the unpack hook must return a tensor, got ",
               Py_TYPE(result.ptr())->tp_name);
    // A kernel may rely on what its forward made sure of.
    return was_contiguous ? contiguous(tensor_of(result.ptr())) : tensor_of(result.ptr());
  }

  Callable content, unpack_hook;
  bool was_contiguous;
};

struct PySavedTensorHooks final : SavedTensorHooks {
  PySavedTensorHooks(py::object pack_f, py::object unpack_f)
      : pack_hook(std::move(pack_f)), unpack_hook(std::move(unpack_f)) {}
  std::shared_ptr<PackedValue> pack(const Tensor& value) override {
    py::gil_scoped_acquire gil;
    return std::make_shared<PyPackedValue>(pack_hook.get()(value), unpack_hook.get(),
                                           value.is_contiguous());
  }

  Callable pack_hook, unpack_hook;
};

thread_local std::vector<std::unique_ptr<PySavedTensorHooks>> t_stack;

void push_saved_hooks(py::object pack, py::object unpack) {
  t_stack.push_back(std::make_unique<PySavedTensorHooks>(std::move(pack), std::move(unpack)));
  set_saved_tensor_hooks(t_stack.back().get());
}

void pop_saved_hooks() {
  TAUT_CHECK(!t_stack.empty(), RuntimeError, "saved_tensors_hooks: there are none to take off");
  t_stack.pop_back();
  set_saved_tensor_hooks(t_stack.empty() ? nullptr : t_stack.back().get());
}

}  // namespace

void bind_saved_hooks(py::module_& m) {
  m.def("_push_saved_hooks", &push_saved_hooks);
  m.def("_pop_saved_hooks", &pop_saved_hooks);
}

}  // namespace taut
