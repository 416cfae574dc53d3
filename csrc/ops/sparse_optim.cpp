// The step of SparseAdam.
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/grad_mode.h"
#include "kernels/optim.h"
#include "ops/copy.h"
#include "ops/optim.h"
#include "ops/sparse.h"

namespace taut {
namespace {

void check(const Tensor& param, const Tensor& grad, const Tensor& exp_avg,
           const Tensor& exp_avg_sq) {
  TAUT_CHECK(is_floating(param.dtype()), RuntimeError,
             "sparse_adam_step: parameters must be floating-point, got ", param.dtype());
  TAUT_CHECK(grad.is_sparse(), RuntimeError,
             "SparseAdam does not support dense gradients, please consider Adam instead");
  for (const Tensor* t : {&grad, &exp_avg, &exp_avg_sq}) {
    TAUT_CHECK(t->defined() && same(t->sizes(), param.sizes()) && t->dtype() == param.dtype(),
               RuntimeError, "sparse_adam_step: gradients and moments must have the shape ",
               ShapeText{param.sizes()}, " and the dtype ", param.dtype(), " of their parameter");
  }
}

// Steps rows of tables; at: undefined where the tables have these rows only.
void step_rows(const Tensor& param, const Tensor& grad, const Tensor& exp_avg,
               const Tensor& exp_avg_sq, const Tensor& at, const SparseAdamArgs& args) {
  constexpr std::int64_t kGrain = 1 << 14;
  const auto rows = grad.size(0), width = grad.numel() / rows;
  const auto step = [&]<class T>() {
    parallel_for(0, rows, std::max<std::int64_t>(kGrain / width, 1), [&](auto b, auto e) {
      const auto skip = at.defined() ? 0 : b * width;
      optim_kernels().of<T>().sparse_adam(param.data<T>() + skip, grad.data<T>() + b * width,
                                          exp_avg.data<T>() + skip, exp_avg_sq.data<T>() + skip,
                                          at.defined() ? at.data<std::int64_t>() + b : nullptr,
                                          e - b, width, args);
    });
  };
  LongWork section(grad.numel() * 4);
  param.dtype() == DType::Float32 ? step.operator()<float>() : step.operator()<double>();
}

// Of 16-bit types and tables of other strides: the rows are taken out and put back.
void step_copies(const Tensor& param, const Coordinates& c, const Tensor& exp_avg,
                 const Tensor& exp_avg_sq, const SparseAdamArgs& args) {
  const DType type = is_narrow(param.dtype()) ? DType::Float32 : param.dtype();
  const Tensor tables[] = {detach(param), detach(exp_avg), detach(exp_avg_sq)};
  Tensor rows[3];
  for (int i = 0; i < 3; ++i) rows[i] = contiguous(cast(slices_at(tables[i], c.indices), type));
  step_rows(rows[0], cast(c.values, type), rows[1], rows[2], {}, args);
  for (int i = 0; i < 3; ++i) put_slices(tables[i], c.indices, cast(rows[i], param.dtype()));
}

void step_one(const Tensor& param, const Tensor& grad, const Tensor& exp_avg,
              const Tensor& exp_avg_sq, const SparseAdamArgs& args) {
  NoGrad guard;
  const Coordinates c = coalesced(coordinates(grad), grad.sizes());
  if (c.values.numel() == 0) return;
  const bool in_place = !is_narrow(param.dtype()) && param.is_contiguous() &&
                        exp_avg.is_contiguous() && exp_avg_sq.is_contiguous();
  if (!in_place) return step_copies(param, c, exp_avg, exp_avg_sq, args);
  const Tensor at = positions(c.indices, grad.sizes());
  step_rows(param, c.values, exp_avg, exp_avg_sq, at, args);
  for (const Tensor* t : {&param, &exp_avg, &exp_avg_sq}) t->bump_version();
}

}  // namespace

void sparse_adam_step(std::span<const Tensor> params, std::span<const Tensor> grads,
                      std::span<const Tensor> exp_avgs, std::span<const Tensor> exp_avg_sqs,
                      std::span<const double> steps, const SparseAdamOptions& o) {
  const auto n = params.size();
  TAUT_CHECK(
      grads.size() == n && exp_avgs.size() == n && exp_avg_sqs.size() == n && steps.size() == n,
      RuntimeError, "sparse_adam_step: each list must have an entry for each of the ", n,
      " parameters");
  for (std::size_t i = 0; i < n; ++i) {
    if (grads[i].defined()) check(params[i], grads[i], exp_avgs[i], exp_avg_sqs[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!grads[i].defined()) continue;
    const double corrected1 = 1 - std::pow(o.beta1, steps[i]);
    const double corrected2 = 1 - std::pow(o.beta2, steps[i]);
    step_one(params[i], grads[i], exp_avgs[i], exp_avg_sqs[i],
             {.beta1 = o.beta1,
              .beta2 = o.beta2,
              .eps = o.eps,
              .step_size = o.lr * std::sqrt(corrected2) / corrected1,
              .maximize = o.maximize});
  }
}

}  // namespace taut
