// Aliases of leaves, uses of parameters, and the terms of their gradients, for taut._ties.
#include "bindings/autograd.h"
#include "bindings/callable.h"
#include "bindings/convert.h"
#include "bindings/topics.h"
#include "engine/terms.h"
#include "graph/leaf_alias.h"
#include "ops/leaf_alias.h"

namespace taut {
namespace {

struct PyTermObserver final : TermObserver {
  Callable f;
  explicit PyTermObserver(py::object fn) : f(std::move(fn)) {}
  void operator()(const Tensor& leaf, Node& use, const Tensor& term) override {
    py::gil_scoped_acquire gil;
    f.get()(leaf, py::reinterpret_steal<py::object>(wrap_node(Ref<Node>(&use))), term);
  }
};

py::object make_leaf_alias(py::type cls, const Tensor& leaf, bool transposed, double scale) {
  return py::reinterpret_steal<py::object>(
      wrap_as(reinterpret_cast<PyTypeObject*>(cls.ptr()), leaf_alias(leaf, transposed, scale)));
}

// (owner, transposed, scale) of an alias, or None.
py::object alias_of(const Tensor& t) {
  const auto* meta = meta_or_null(t);
  if (meta == nullptr || !meta->alias) return py::none();
  return py::make_tuple(meta->alias->owner, meta->alias->transposed, meta->alias->scale);
}

py::list aliases_of(const Tensor& leaf) {
  std::vector<Tensor> found;
  for_each_alias(owner_of(leaf), [&](TensorImpl& alias) {
    if (alias.pyobject != nullptr) found.emplace_back(Ref<TensorImpl>(&alias));
  });
  py::list out;
  for (const auto& t : found) out.append(t);
  return out;
}

std::uint32_t uses_of(const Tensor& leaf) {
  const auto* meta = meta_or_null(owner_of(leaf));
  return meta == nullptr ? 0 : meta->uses.load(std::memory_order_relaxed);
}

}  // namespace

void bind_ties(py::module_& m) {
  m.def("_leaf_alias", &make_leaf_alias, py::arg("cls"), py::arg("leaf"), py::arg("transposed"),
        py::arg("scale"));
  m.def("_alias_of", &alias_of);
  m.def("_aliases_of", &aliases_of);
  m.def("_uses_of", &uses_of);
  m.def("_last_sequence", &last_sequence);
  m.def("_push_term_observer",
        [](py::object f) { push_term_observer(std::make_shared<PyTermObserver>(std::move(f))); });
  m.def("_pop_term_observer", &pop_term_observer);
}

}  // namespace taut
