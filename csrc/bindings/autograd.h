// Autograd for Python: nodes, hooks, custom functions.
#pragma once

#include "bindings/convert.h"
#include "graph/record.h"

namespace taut {

// The Python object of a graph node (None for no node). A new reference.
PyObject* wrap_node(Ref<Node> node);
// The callable behind a hook set from Python (borrowed); null for others.
PyObject* python_hook(const TensorHook& hook);

void bind_autograd(py::module_& m);
void bind_function(py::module_& m);

}  // namespace taut
