#include "bindings/convert.h"
#include "bindings/topics.h"

PYBIND11_MODULE(_C, m) {
  m.doc() = "The C++ core of taut.";
  pybind11::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const taut::Error&) {
      taut::set_python_error();
    }
  });
  taut::init_tensor_type(m.ptr());
  taut::init_dtypes(m);
  taut::init_size(m);
  taut::bind_core(m);
  taut::bind_tensor(m);
  taut::bind_autograd(m);
  taut::bind_function(m);
  taut::bind_conv(m);
  taut::bind_closeness(m);
  taut::bind_pool(m);
  taut::bind_pointwise(m);
  taut::bind_activation(m);
  taut::bind_views(m);
  taut::bind_joining(m);
  taut::bind_indexing(m);
  taut::bind_sorting(m);
  taut::bind_creation(m);
  taut::bind_dlpack(m);
  taut::bind_random(m);
  taut::bind_recurrent(m);
  taut::bind_optim(m);
  taut::bind_reduce(m);
  taut::bind_sparse(m);
  taut::bind_nn_ops(m);
  taut::bind_serialization(m);
  taut::bind_saved_hooks(m);
  taut::bind_matmul(m);
  taut::bind_autocast(m);
  taut::bind_ties(m);
  taut::bind_examples(m);  // of what is bound by now
}
