// One function per topic, each in its own file.
#pragma once

#include <pybind11/pybind11.h>

namespace taut {

void bind_autocast(pybind11::module_& m);
void bind_core(pybind11::module_& m);
void bind_tensor(pybind11::module_& m);
void bind_autograd(pybind11::module_& m);
void bind_function(pybind11::module_& m);
void bind_conv(pybind11::module_& m);
void bind_closeness(pybind11::module_& m);
void bind_pool(pybind11::module_& m);
void bind_pointwise(pybind11::module_& m);
void bind_activation(pybind11::module_& m);
void bind_views(pybind11::module_& m);
void bind_joining(pybind11::module_& m);
void bind_indexing(pybind11::module_& m);
void bind_sorting(pybind11::module_& m);
void bind_creation(pybind11::module_& m);
void bind_dlpack(pybind11::module_& m);
void bind_random(pybind11::module_& m);
void bind_recurrent(pybind11::module_& m);
void bind_optim(pybind11::module_& m);
void bind_reduce(pybind11::module_& m);
void bind_sparse(pybind11::module_& m);
void bind_nn_ops(pybind11::module_& m);
void bind_serialization(pybind11::module_& m);
void bind_saved_hooks(pybind11::module_& m);
void bind_ties(pybind11::module_& m);
void bind_matmul(pybind11::module_& m);
void bind_examples(pybind11::module_& m);

}  // namespace taut
