// One call per optimiser step.
#include "ops/optim.h"

#include "bindings/convert.h"
#include "bindings/topics.h"
#include "graph/meta.h"

namespace taut {
namespace {

// Tensors of a list; None gives one that is not defined().
std::vector<Tensor> tensors_of(const py::list& list) {
  std::vector<Tensor> out;
  out.reserve(list.size());
  for (const auto item : list) {
    TAUT_CHECK(item.is_none() || is_tensor(item.ptr()), TypeError,
               "optimiser step: expected tensors, got ", Py_TYPE(item.ptr())->tp_name);
    out.push_back(item.is_none() ? Tensor() : tensor_of(item.ptr()));
  }
  return out;
}

// The given gradients, or what the parameters hold.
std::vector<Tensor> grads_of(const std::vector<Tensor>& params, const py::object& grads) {
  if (!grads.is_none()) return tensors_of(grads.cast<py::list>());
  std::vector<Tensor> out;
  for (const auto& p : params) out.push_back(grad_of(p));
  return out;
}

void bound_sgd(const py::list& params, const py::object& grads, const py::list& buffers, double lr,
               double momentum, double dampening, double weight_decay, bool nesterov,
               bool maximize) {
  const auto ps = tensors_of(params), gs = grads_of(ps, grads);
  auto bs = tensors_of(buffers);
  const std::vector<Tensor> before = bs;
  sgd_step(ps, gs, bs, {lr, momentum, dampening, weight_decay, nesterov, maximize});
  for (std::size_t i = 0; i < bs.size(); ++i) {
    if (bs[i].defined() && !before[i].defined()) buffers[i] = bs[i];
  }
}

void bound_adam(const py::list& params, const py::object& grads, const py::list& exp_avgs,
                const py::list& exp_avg_sqs, const py::list& max_exp_avg_sqs, const py::list& steps,
                double lr, double beta1, double beta2, double eps, double weight_decay,
                bool decoupled, bool maximize) {
  const auto ps = tensors_of(params);
  adam_step(ps, grads_of(ps, grads), tensors_of(exp_avgs), tensors_of(exp_avg_sqs),
            tensors_of(max_exp_avg_sqs), tensors_of(steps),
            {lr, beta1, beta2, eps, weight_decay, decoupled, maximize});
}

void bound_sparse_adam(const py::list& params, const py::list& exp_avgs,
                       const py::list& exp_avg_sqs, const std::vector<double>& steps, double lr,
                       double beta1, double beta2, double eps, bool maximize) {
  const auto ps = tensors_of(params);
  sparse_adam_step(ps, grads_of(ps, py::none()), tensors_of(exp_avgs), tensors_of(exp_avg_sqs),
                   steps, {lr, beta1, beta2, eps, maximize});
}

}  // namespace

void bind_optim(py::module_& m) {
  m.def(
      "_sgd_step", &bound_sgd, py::arg("params"), py::arg("grads"), py::arg("momentum_buffers"),
      py::arg("lr"), py::arg("momentum"), py::arg("dampening"), py::arg("weight_decay"),
      py::arg("nesterov"), py::arg("maximize"),
      "One step of SGD over all parameters. grads: a list, None inside skips a parameter; or None: "
      "their .grad. momentum_buffers: empty when momentum is 0; None in it is replaced by a new "
      "buffer.");
  m.def("_adam_step", &bound_adam, py::arg("params"), py::arg("grads"), py::arg("exp_avgs"),
        py::arg("exp_avg_sqs"), py::arg("max_exp_avg_sqs"), py::arg("steps"), py::arg("lr"),
        py::arg("beta1"), py::arg("beta2"), py::arg("eps"), py::arg("weight_decay"),
        py::arg("decoupled"), py::arg("maximize"),
        "One step of Adam (AdamW when decoupled) over all parameters. max_exp_avg_sqs: empty "
        "without amsgrad. steps: one-element tensors, incremented here.");
  m.def("_sparse_adam_step", &bound_sparse_adam, py::arg("params"), py::arg("exp_avgs"),
        py::arg("exp_avg_sqs"), py::arg("steps"), py::arg("lr"), py::arg("beta1"), py::arg("beta2"),
        py::arg("eps"), py::arg("maximize"),
        "One step of SparseAdam over all parameters with their .grad. steps: counts that take in "
        "this step.");
}

}  // namespace taut
