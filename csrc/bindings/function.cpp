// Custom autograd functions: a node whose backward is Python.
#include "bindings/autograd.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/views.h"

namespace taut {
namespace {

// What ctx.save_for_backward keeps.
class SavedPack {
 public:
  SavedPack(std::vector<SavedTensor> saved, Node* node) : saved_(std::move(saved)), node_(node) {}
  std::vector<Tensor> unpack() const {
    TAUT_CHECK(!released_, RuntimeError,
               "Trying to backward through the graph a second time (or directly access saved "
               "tensors after they have already been freed). Specify retain_graph=True if you need "
               "to backward through the graph a second time.");
    std::vector<Tensor> out;
    for (const auto& s : saved_) out.push_back(s.unpack(*node_));
    return out;
  }
  void each(SavedValues& values) {
    for (auto& s : saved_) values(s);
    released_ |= values.releasing();
  }

 private:
  std::vector<SavedTensor> saved_;
  Node* node_;  // owns this
  bool released_ = false;
};

class PyFunctionNode final : public Node {
 public:
  PyFunctionNode(py::object ctx, std::string name) : ctx_(std::move(ctx)), name_(std::move(name)) {}
  ~PyFunctionNode() override {
    if (!Py_IsInitialized()) {
      ctx_.release();
      return;
    }
    py::gil_scoped_acquire gil;
    ctx_ = py::object();
  }
  const char* name() const override { return name_.c_str(); }

  void backward(GradFrame& frame) override {
    py::gil_scoped_acquire gil;
    const bool materialize = py::cast<bool>(ctx_.attr("_materialize_grads"));
    py::tuple grads(outputs.size());
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      Tensor g = frame.grad(static_cast<std::int64_t>(o));
      if (!g.defined() && materialize) g = zeros(outputs[o].sizes, outputs[o].dtype);
      grads[o] = g;
    }
    py::object result = ctx_.attr("_run_backward")(*grads);
    if (!py::isinstance<py::tuple>(result)) result = py::make_tuple(result);
    distribute(frame, py::cast<py::tuple>(result));
  }
  void each_saved(SavedValues& values) override {
    if (pack) pack->each(values);
  }

  struct Meta {
    Dims sizes;
    DType dtype;
  };
  std::vector<Meta> outputs;
  std::vector<std::optional<Meta>> inputs;  // per argument of forward; nullopt for non-tensors
  std::shared_ptr<SavedPack> pack;

 private:
  void distribute(GradFrame& frame, const py::tuple& result) {
    const auto n = inputs.size();
    // Trailing Nones beyond the arguments are allowed, as is nothing else.
    bool extra_none = true;
    for (std::size_t i = n; i < result.size(); ++i) extra_none &= result[i].is_none();
    TAUT_CHECK(result.size() >= n && extra_none, RuntimeError, "function ", name_,
               " returned an incorrect number of gradients (expected ", n, ", got ", result.size(),
               ")");
    std::int64_t edge = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const py::object g = result[i];
      if (!inputs[i]) {
        TAUT_CHECK(g.is_none(), RuntimeError, "function ", name_,
                   " returned a gradient different from None at position ", i + 1,
                   ", but the corresponding forward input was not a Variable");
        continue;
      }
      if (!g.is_none()) frame.give(edge, checked(g, *inputs[i], i));
      ++edge;
    }
  }
  Tensor checked(const py::object& g, const Meta& meta, std::size_t i) const {
    TAUT_CHECK(is_tensor(g.ptr()), TypeError, "function ", name_,
               ": expected Variable or None (got ", Py_TYPE(g.ptr())->tp_name, ")");
    Tensor t = tensor_of(g.ptr());
    if (!same(t.sizes(), meta.sizes)) {
      TAUT_CHECK(is_broadcastable_to(meta.sizes, t.sizes()), RuntimeError, "Function ", name_,
                 " returned an invalid gradient at index ", i, " - got ", ShapeText{t.sizes()},
                 " but expected shape compatible with ", ShapeText{meta.sizes});
      t = sum_to_size(t, meta.sizes);
    }
    return cast(t, meta.dtype);
  }

  py::object ctx_;
  std::string name_;
};

std::vector<SavedTensor> pack_saved(const py::handle& to_save, Node& node) {
  std::vector<SavedTensor> saved;
  for (auto item : to_save) {
    if (item.is_none()) {
      saved.emplace_back();
      continue;
    }
    TAUT_CHECK(is_tensor(item.ptr()), TypeError,
               "save_for_backward can only save variables, but argument ", saved.size(),
               " is of type ", Py_TYPE(item.ptr())->tp_name);
    const Tensor& t = tensor_of(item.ptr());
    const bool own = t.impl()->grad_fn.get() == static_cast<RefCounted*>(&node);
    saved.push_back(own ? SavedTensor::output(t) : SavedTensor(t));
  }
  return saved;
}

bool contains(const py::object& tensors, const Tensor& t) {
  if (tensors.is_none()) return false;
  for (auto item : tensors) {
    if (is_tensor(item.ptr()) && tensor_of(item.ptr()).is(t)) return true;
  }
  return false;
}

// Gives one output of forward its history. An input returned as it is becomes an alias, unless it
// was changed in place: then it is rebased.
Tensor attach(const Tensor& out, const Ref<PyFunctionNode>& node, std::uint32_t nr,
              const py::object& dirty, const py::object& inputs) {
  if (contains(dirty, out)) {
    TAUT_CHECK(!out.impl()->requires_grad, RuntimeError,
               "a leaf Variable that requires grad has been used in an in-place operation.");
    out.bump_version();
    set_history(out, node, nr);
    ++out.impl()->generation;
    return out;
  }
  Tensor t = contains(inputs, out) ? alias(out) : out;
  if (t.impl()->requires_grad || t.impl()->grad_fn) t = alias(t);
  t.impl()->base = Ref<TensorImpl>();
  set_history(t, node, nr);
  return t;
}

// After forward: builds the node over the inputs and hooks the outputs to it. Returns the outputs.
py::tuple record_function(py::object ctx, const std::string& name, const py::tuple& inputs,
                          const py::tuple& outputs, const py::object& non_differentiable) {
  auto node = make<PyFunctionNode>(ctx, name);
  for (auto item : inputs) {
    if (!is_tensor(item.ptr())) {
      node->inputs.emplace_back();
      continue;
    }
    const Tensor& t = tensor_of(item.ptr());
    node->inputs.push_back(PyFunctionNode::Meta{t.sizes(), t.dtype()});
    node->edges.push_back(edge_of(t));
  }
  const py::object dirty = ctx.attr("_dirty");
  node->num_outputs = static_cast<std::uint32_t>(outputs.size());
  py::tuple result(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!is_tensor(outputs[i].ptr())) {
      node->outputs.push_back({{}, default_dtype()});
      result[i] = outputs[i];
      continue;
    }
    const Tensor& out = tensor_of(py::object(outputs[i]).ptr());
    node->outputs.push_back({out.sizes(), out.dtype()});
    const bool differentiable = is_floating(out.dtype()) && !contains(non_differentiable, out);
    result[i] = differentiable ? attach(out, node, static_cast<std::uint32_t>(i), dirty, inputs)
                : contains(inputs, out) ? alias(out)
                                        : out;
  }
  // What forward saved may be an output: the saved one must be the one with the history.
  py::list to_save;
  for (auto item : ctx.attr("_to_save")) {
    py::object kept = py::reinterpret_borrow<py::object>(item);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!contains(inputs, tensor_or_number(item.ptr())) && py::object(outputs[i]).is(item))
        kept = result[i];
    }
    to_save.append(kept);
  }
  node->pack = std::make_shared<SavedPack>(pack_saved(to_save, *node), node.get());
  ctx.attr("_pack") = node->pack;
  return result;
}

}  // namespace

void bind_function(py::module_& m) {
  py::class_<SavedPack, std::shared_ptr<SavedPack>>(m, "_SavedPack")
      .def("unpack", [](const SavedPack& p) {
        const auto tensors = p.unpack();
        py::tuple out(tensors.size());
        for (std::size_t i = 0; i < tensors.size(); ++i) out[i] = tensors[i];
        return out;
      });
  m.def("_record_function", &record_function);
}

}  // namespace taut
