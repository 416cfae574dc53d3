#include "bindings/autograd.h"

#include "bindings/callable.h"
#include "engine/engine.h"
#include "engine/hooks.h"
#include "ops/copy.h"
#include "ops/sparse.h"
#include "ops/views.h"

namespace taut {
namespace {

Tensor tensor_result(const py::object& result, const char* what) {
  if (result.is_none()) return {};
  TAUT_CHECK(is_tensor(result.ptr()), TypeError, what, ": expected a Tensor or None, got ",
             Py_TYPE(result.ptr())->tp_name);
  return tensor_of(result.ptr());
}

struct PyTensorHook final : TensorHook {
  Callable f;
  explicit PyTensorHook(py::object fn) : f(std::move(fn)) {}
  Tensor operator()(const Tensor& grad) override {
    py::gil_scoped_acquire gil;
    Tensor out = tensor_result(f.get()(grad), "hook");
    TAUT_CHECK(!out.defined() || same(out.sizes(), grad.sizes()), RuntimeError,
               "hook: hook has changed the size of value, expected ", ShapeText{grad.sizes()},
               ", got ", ShapeText{out.sizes()});
    return out;
  }
};

// A hook of a transposed alias, on its owner.
struct TransposedHook final : TensorHook {
  PyTensorHook hook;
  explicit TransposedHook(py::object fn) : hook(std::move(fn)) {}
  Tensor operator()(const Tensor& grad) override {
    const Tensor changed = hook(transpose(to_dense(grad), 0, 1));
    return changed.defined() ? transpose(changed, 0, 1) : changed;
  }
};

// What a post-accumulate hook is called with. An alias is held weakly: it keeps its owner, which
// has the hook.
py::object hooked_object(const Tensor& t) {
  py::object object = py::cast(t);
  return owner_of(t).is(t) ? py::object() : py::object(py::weakref(object));
}

struct PyPostAccumulateHook final : PostAccumulateHook {
  Callable f, alias;
  PyPostAccumulateHook(py::object fn, const Tensor& t)
      : f(std::move(fn)), alias(hooked_object(t)) {}
  void operator()(const Tensor& leaf) override {
    py::gil_scoped_acquire gil;
    const py::object seen = alias.get() ? alias.get()() : py::cast(leaf);
    if (seen.is_none()) return;
    const py::object result = f.get()(seen);
    TAUT_CHECK(result.is_none(), RuntimeError, "post accumulate grad hooks should return None.");
  }
};

py::tuple tuple_of(std::span<const Tensor> tensors) {
  py::tuple out(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) out[i] = tensors[i];
  return out;
}

void replace(std::vector<Tensor>& grads, const py::object& result, const char* what) {
  if (result.is_none()) return;
  if (is_tensor(result.ptr()) && grads.size() == 1) {
    grads[0] = tensor_of(result.ptr());
    return;
  }
  const auto sequence = py::cast<py::sequence>(result);
  TAUT_CHECK(sequence.size() == grads.size(), RuntimeError, what,
             ": must return as many gradients as it was given, ", grads.size(), ", got ",
             sequence.size());
  for (std::size_t i = 0; i < grads.size(); ++i) {
    grads[i] = tensor_result(py::object(sequence[i]), what);
  }
}

struct PyPostHook final : NodeHook {
  Callable f;
  explicit PyPostHook(py::object fn) : f(std::move(fn)) {}
  void after(std::vector<Tensor>& grad_inputs, std::span<const Tensor> grad_outputs) override {
    py::gil_scoped_acquire gil;
    replace(grad_inputs, f.get()(tuple_of(grad_inputs), tuple_of(grad_outputs)), "node hook");
  }
};

struct PyPreHook final : NodeHook {
  Callable f;
  explicit PyPreHook(py::object fn) : f(std::move(fn)) {}
  void before(std::vector<Tensor>& grad_outputs) override {
    py::gil_scoped_acquire gil;
    replace(grad_outputs, f.get()(tuple_of(grad_outputs)), "node pre-hook");
  }
};

template <class List>
void erase_id(List& list, std::int64_t id) {
  std::erase_if(list, [&](const auto& h) { return h.id == id; });
}

std::int64_t register_tensor_hook(const Tensor& t, py::object f) {
  TAUT_CHECK(t.requires_grad(), RuntimeError,
             "register_hook: cannot register a hook on a tensor that doesn't require gradient");
  const auto id = next_hook_id();
  const auto* meta = meta_or_null(t);
  if (meta != nullptr && meta->alias && meta->alias->transposed) {
    meta_of(meta->alias->owner)
        .hooks.push_back({id, std::make_shared<TransposedHook>(std::move(f))});
    return id;
  }
  auto hook = std::make_shared<PyTensorHook>(std::move(f));
  if (Node* node = grad_fn_of(t)) {
    node->extras().output_hooks.push_back({t.impl()->output_nr, id, std::move(hook)});
  } else {
    gradient_edge(t);
    meta_of(owner_of(t)).hooks.push_back({id, std::move(hook)});
  }
  return id;
}

void remove_tensor_hook(const Tensor& t, std::int64_t id) {
  if (auto* meta = meta_or_null(owner_of(t))) {
    erase_id(meta->hooks, id);
    erase_id(meta->post_hooks, id);
  }
  if (Node* node = grad_fn_of(t)) erase_id(node->extras().output_hooks, id);
}

std::int64_t register_post_accumulate(const Tensor& t, py::object f) {
  TAUT_CHECK(t.requires_grad(), RuntimeError,
             "register_post_accumulate_grad_hook: cannot register a hook on a tensor that doesn't "
             "require gradient");
  TAUT_CHECK(!grad_fn_of(t), RuntimeError,
             "register_post_accumulate_grad_hook: post accumulate grad hooks cannot be registered "
             "on non-leaf tensors");
  const auto id = next_hook_id();
  auto hook = std::make_shared<PyPostAccumulateHook>(std::move(f), t);
  meta_of(owner_of(t)).post_hooks.push_back({id, std::move(hook)});
  return id;
}

// The handle of a node in Python. Two handles of one node are equal.
struct PyNode {
  Ref<Node> node;
};

py::tuple next_functions(const PyNode& self) {
  py::tuple out(static_cast<std::size_t>(self.node->edges.size()));
  for (std::int64_t i = 0; i < self.node->edges.size(); ++i) {
    const auto& e = self.node->edges[i];
    out[static_cast<std::size_t>(i)] =
        py::make_tuple(py::reinterpret_steal<py::object>(wrap_node(e.node)), e.nr);
  }
  return out;
}

// What the node keeps for backward, in no promised order; nothing once it was released.
py::tuple saved_values(const PyNode& self) {
  std::vector<Tensor> list;
  SavedValues values(list);
  self.node->each_saved(values);
  py::tuple out(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) out[i] = list[i];
  return out;
}

std::vector<Tensor> list_of(const py::handle& o, const char* what) {
  std::vector<Tensor> out;
  for (auto item : o) {
    TAUT_CHECK(item.is_none() || is_tensor(item.ptr()), TypeError, what,
               ": expected Tensors or None, got ", Py_TYPE(item.ptr())->tp_name);
    out.push_back(item.is_none() ? Tensor() : tensor_of(item.ptr()));
  }
  return out;
}

void run_backward(py::object tensors, py::object grad_tensors, bool retain_graph, bool create_graph,
                  py::object inputs) {
  const auto outputs = list_of(tensors, "backward");
  const auto grads = list_of(grad_tensors, "backward");
  const auto ins = list_of(inputs, "backward");
  py::gil_scoped_release release;
  backward(outputs, grads, ins, retain_graph, create_graph);
}

py::tuple run_grad(py::object tensors, py::object inputs, py::object grad_tensors,
                   bool retain_graph, bool create_graph, bool allow_unused) {
  const auto outputs = list_of(tensors, "grad");
  const auto grads = list_of(grad_tensors, "grad");
  const auto ins = list_of(inputs, "grad");
  std::vector<Tensor> result;
  {
    py::gil_scoped_release release;
    result = grad(outputs, ins, grads, retain_graph, create_graph, allow_unused);
  }
  return tuple_of(result);
}

void check_signals() {
  py::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

void warn(const std::string& text) {
  py::gil_scoped_acquire gil;
  if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1) < 0) throw py::error_already_set();
}

std::string python_stack() {
  py::gil_scoped_acquire gil;
  const auto lines = py::module_::import("traceback").attr("format_stack")();
  return py::cast<std::string>(py::str("").attr("join")(lines));
}

void bind_node(py::module_& m) {
  py::class_<PyNode>(m, "Node", "A node of the autograd graph: one recorded operation.")
      .def("name", [](const PyNode& n) { return std::string(n.node->name()); })
      .def_property_readonly("next_functions", &next_functions)
      .def_property_readonly(
          "variable",
          [](const PyNode& n) {
            if (const AliasGrad* alias = n.node->as_alias()) {
              return Tensor(Ref<TensorImpl>(alias->variable));
            }
            TAUT_CHECK(n.node->is_leaf_node(), TypeError, n.node->name(),
                       ": only AccumulateGrad has a variable");
            return Tensor(Ref<TensorImpl>(static_cast<AccumulateGrad&>(*n.node).variable));
          })
      .def_property_readonly("_saved", &saved_values)
      .def("_register_hook",
           [](const PyNode& n, py::object f) {
             const auto id = next_hook_id();
             n.node->extras().post_hooks.push_back({id, std::make_shared<PyPostHook>(f)});
             return id;
           })
      .def("_register_prehook",
           [](const PyNode& n, py::object f) {
             const auto id = next_hook_id();
             n.node->extras().pre_hooks.push_back({id, std::make_shared<PyPreHook>(f)});
             return id;
           })
      .def("_remove_hook",
           [](const PyNode& n, std::int64_t id) {
             erase_id(n.node->extras().post_hooks, id);
             erase_id(n.node->extras().pre_hooks, id);
           })
      .def_property_readonly("_sequence_nr", [](const PyNode& n) { return n.node->sequence; })
      .def(
          "__eq__", [](const PyNode& a, const PyNode& b) { return a.node == b.node; },
          py::is_operator())
      .def("__hash__",
           [](const PyNode& n) { return reinterpret_cast<std::uintptr_t>(n.node.get()) >> 4; })
      .def("__repr__", [](const PyNode& n) {
        return str("<", n.node->name(), " object at ", static_cast<const void*>(n.node.get()), ">");
      });
}

}  // namespace

PyObject* wrap_node(Ref<Node> node) {
  if (!node) Py_RETURN_NONE;
  return py::cast(PyNode{std::move(node)}).release().ptr();
}

PyObject* python_hook(const TensorHook& hook) {
  const auto* h = dynamic_cast<const PyTensorHook*>(&hook);
  return h ? h->f.get().ptr() : nullptr;
}

void bind_autograd(py::module_& m) {
  set_interrupt_check(check_signals);
  set_warning_sink(warn);
  set_trace_source(python_stack);
  m.def("is_grad_enabled", &grad_enabled, "Whether operations are being recorded.");
  m.def("_set_grad_enabled", &set_grad_enabled);
  m.def("is_inference_mode_enabled", &inference_mode, "Whether inference_mode is on.");
  m.def("_set_inference_mode", &set_inference_mode);
  m.def("_set_anomaly", &set_anomaly_mode);
  m.def("is_anomaly_enabled", &anomaly_mode, "Whether anomaly mode is on.");
  m.def("is_anomaly_check_nan_enabled", &anomaly_checks_nan, "Whether anomaly mode looks for NaN.");
  m.def("_backward", &run_backward);
  m.def("_grad", &run_grad);
  m.def("_backward_is_partial", &backward_is_partial);
  m.def("_register_tensor_hook", &register_tensor_hook);
  m.def("_register_post_accumulate_grad_hook", &register_post_accumulate);
  m.def("_remove_tensor_hook", &remove_tensor_hook);
  m.def("_accumulate_grad_node", [](const Tensor& t) {
    return py::reinterpret_steal<py::object>(wrap_node(gradient_edge(t).node));
  });
  def_method("retain_grad", [](const Tensor& t) { retain_grad(t); });
  bind_node(m);
}

}  // namespace taut
