#include "ops/optim.h"

#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/grad_mode.h"
#include "kernels/optim.h"
#include "ops/accumulate.h"
#include "ops/copy.h"
#include "ops/pointwise.h"

namespace taut {
namespace {

void check_lengths(const char* op, const char* what, std::size_t got, std::size_t params) {
  TAUT_CHECK(got == params, RuntimeError, op, ": ", what, " must have one entry for each of the ",
             params, " parameters, got ", got);
}

void check_param(const char* op, const Tensor& param) {
  TAUT_CHECK(is_floating(param.dtype()), RuntimeError, op,
             ": parameters must be floating-point, got ", param.dtype());
}

void check_like(const char* op, const char* what, const Tensor& t, const Tensor& param) {
  TAUT_CHECK(t.defined(), RuntimeError, op, ": ", what, " is missing for a parameter of shape ",
             ShapeText{param.sizes()});
  TAUT_CHECK(same(t.sizes(), param.sizes()), RuntimeError, op, ": ", what,
             " must have its parameter's shape ", ShapeText{param.sizes()}, ", got ",
             ShapeText{t.sizes()});
  TAUT_CHECK(t.dtype() == param.dtype(), RuntimeError, op, ": ", what,
             " must have its parameter's dtype ", param.dtype(), ", got ", t.dtype());
}

// The arrays of one parameter, in one order of elements: the tensors' own memory where they are
// laid out alike, contiguous copies otherwise.
struct Arrays {
  static constexpr int kMost = 5;
  std::byte* data[kMost] = {};
  SmallVec<Tensor, kMost> tensors, copies;
  int64_t numel = 0;

  void add(const Tensor& t) { tensors.push_back(t); }

  void resolve() {
    const Tensor& param = tensors[0];
    numel = param.numel();
    bool alike = is_dense(param.sizes(), param.strides());
    for (const auto& t : tensors) {
      alike = alike && (!t.defined() || same(t.strides(), param.strides()));
    }
    for (int64_t i = 0; i < tensors.size(); ++i) {
      if (!tensors[i].defined()) continue;
      if (!alike && copies.empty()) copies.resize(tensors.size());
      if (!alike) copies[i] = copy_contiguous(tensors[i]);
      data[i] = alike ? tensors[i].raw() : copies[i].raw();
    }
  }

  // After the step; tensors[1] is the gradient, which only was read.
  void finish() const {
    for (int64_t i = 0; i < tensors.size(); ++i) {
      if (i == 1 || !tensors[i].defined()) continue;
      if (!copies.empty()) copy_raw(tensors[i], copies[i]);
      tensors[i].bump_version();
    }
  }
};

// f(index, begin, end) over the elements of all parameters, cut at fixed places.
template <class F>
void for_all(std::span<const Arrays> all, const F& f) {
  constexpr int64_t kChunk = 1 << 14;
  struct Piece {
    std::size_t index;
    int64_t begin, end;
  };
  int64_t total = 0;
  for (const auto& arrays : all) total += arrays.numel;
  if (total <= kChunk) {
    for (std::size_t i = 0; i < all.size(); ++i) f(i, 0, all[i].numel);
    return;
  }
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (int64_t b = 0; b < all[i].numel; b += kChunk) {
      pieces.push_back({i, b, std::min(b + kChunk, all[i].numel)});
    }
  }
  LongWork section(total * 4);
  parallel_for(0, static_cast<int64_t>(pieces.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t p = first; p < last; ++p) {
      const Piece& piece = pieces[static_cast<std::size_t>(p)];
      f(piece.index, piece.begin, piece.end);
    }
  });
}

template <class T>
T* at(std::byte* data, int64_t i) {
  return data ? reinterpret_cast<T*>(data) + i : nullptr;
}

// f.operator()<T>() for the two floating types.
template <class F>
void visit_floating(DType t, F&& f) {
  if (t == DType::Float32) return f.template operator()<float>();
  if (t != DType::Float64) raise_not_implemented(t);
  f.template operator()<double>();
}

double read_step(const Tensor& t) { return number_of(t).to_double(); }

AdamArgs adam_args(const AdamOptions& o, double step) {
  return {.beta1 = o.beta1,
          .beta2 = o.beta2,
          .eps = o.eps,
          .weight_decay = o.decoupled ? 0.0 : o.weight_decay,
          .shrink = o.decoupled ? 1.0 - o.lr * o.weight_decay : 1.0,
          .step_size = o.lr / (1.0 - std::pow(o.beta1, step)),
          .denom_scale = 1.0 / std::sqrt(1.0 - std::pow(o.beta2, step)),
          .maximize = o.maximize};
}

// PyTorch's operations one by one: for parameters of 16-bit types, where each of them rounds, and
// for sparse gradients.

void sgd_in_operations(const Tensor& param, Tensor grad, Tensor& buffer, const SgdOptions& o) {
  if (o.maximize) grad = neg(grad);
  if (o.weight_decay != 0) grad = add(grad, param, o.weight_decay);
  if (o.momentum != 0) {
    if (buffer.defined()) {
      add_(mul_(buffer, o.momentum), grad, 1 - o.dampening);
    } else {
      buffer = clone(grad);
    }
    grad = o.nesterov ? add(grad, buffer, o.momentum) : buffer;
  }
  add_(param, grad, -o.lr);
}

// most: the largest second moment so far, undefined without amsgrad.
void narrow_adam(const Tensor& param, Tensor grad, const Tensor& first, const Tensor& second,
                 const Tensor& most, double step, const AdamOptions& o) {
  if (o.maximize) grad = neg(grad);
  if (o.weight_decay != 0 && o.decoupled) mul_(param, 1 - o.lr * o.weight_decay);
  if (o.weight_decay != 0 && !o.decoupled) grad = add(grad, param, o.weight_decay);
  lerp_(first, grad, 1 - o.beta1);
  addcmul_(mul_(second, o.beta2), grad, grad, 1 - o.beta2);
  if (most.defined()) maximum_(most, second);
  const Tensor root = sqrt(most.defined() ? most : second);
  const Tensor denom = add_(div(root, std::sqrt(1 - std::pow(o.beta2, step))), o.eps);
  addcdiv_(param, first, denom, -o.lr / (1 - std::pow(o.beta1, step)));
}

}  // namespace

void sgd_step(std::span<const Tensor> params, std::span<const Tensor> grads,
              std::span<Tensor> buffers, const SgdOptions& options) {
  check_lengths("sgd_step", "grads", grads.size(), params.size());
  const bool moving = options.momentum != 0;
  if (moving) check_lengths("sgd_step", "momentum buffers", buffers.size(), params.size());
  const auto in_operations = [&](std::size_t i) {
    return is_narrow(params[i].dtype()) || grads[i].is_sparse() ||
           (moving && buffers[i].defined() && buffers[i].is_sparse());
  };
  std::vector<Arrays> all;
  std::vector<SgdArgs> args;
  all.reserve(params.size());
  args.reserve(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!grads[i].defined()) continue;
    check_param("sgd_step", params[i]);
    check_like("sgd_step", "a gradient", grads[i], params[i]);
    const bool first = moving && !buffers[i].defined();
    if (moving && !first) check_like("sgd_step", "a momentum buffer", buffers[i], params[i]);
    TAUT_CHECK(!grads[i].is_sparse() || options.weight_decay == 0, RuntimeError,
               "sgd_step: add(sparse, dense) is not supported. Use add(dense, sparse) instead: "
               "weight_decay is not for sparse gradients");
    if (in_operations(i)) continue;
    args.push_back({options.lr, options.momentum, options.dampening, options.weight_decay,
                    options.nesterov, options.maximize, first});
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!grads[i].defined()) continue;
    if (in_operations(i)) {
      NoGrad guard;
      Tensor none;
      sgd_in_operations(params[i], grads[i], moving ? buffers[i] : none, options);
      continue;
    }
    if (moving && !buffers[i].defined()) buffers[i] = empty_like(params[i]);
    auto& arrays = all.emplace_back();
    arrays.add(params[i]);
    arrays.add(grads[i]);
    if (moving) arrays.add(buffers[i]);
    arrays.resolve();
  }
  for_all(all, [&](std::size_t i, int64_t b, int64_t e) {
    const Arrays& a = all[i];
    visit_floating(a.tensors[0].dtype(), [&]<class T>() {
      optim_kernels().of<T>().sgd(at<T>(a.data[0], b), at<T>(a.data[1], b), at<T>(a.data[2], b),
                                  e - b, args[i]);
    });
  });
  for (const auto& arrays : all) arrays.finish();
}

void adam_step(std::span<const Tensor> params, std::span<const Tensor> grads,
               std::span<const Tensor> exp_avgs, std::span<const Tensor> exp_avg_sqs,
               std::span<const Tensor> max_exp_avg_sqs, std::span<const Tensor> steps,
               const AdamOptions& options) {
  const char* op = "adam_step";
  check_lengths(op, "grads", grads.size(), params.size());
  check_lengths(op, "exp_avgs", exp_avgs.size(), params.size());
  check_lengths(op, "exp_avg_sqs", exp_avg_sqs.size(), params.size());
  check_lengths(op, "steps", steps.size(), params.size());
  const bool amsgrad = !max_exp_avg_sqs.empty();
  if (amsgrad) check_lengths(op, "max_exp_avg_sqs", max_exp_avg_sqs.size(), params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!grads[i].defined()) continue;
    check_param(op, params[i]);
    TAUT_CHECK(!grads[i].is_sparse(), RuntimeError,
               "Adam does not support sparse gradients, please consider SparseAdam instead");
    check_like(op, "a gradient", grads[i], params[i]);
    check_like(op, "exp_avg", exp_avgs[i], params[i]);
    check_like(op, "exp_avg_sq", exp_avg_sqs[i], params[i]);
    if (amsgrad) check_like(op, "max_exp_avg_sq", max_exp_avg_sqs[i], params[i]);
    TAUT_CHECK(steps[i].defined() && steps[i].numel() == 1, RuntimeError, op,
               ": a step count must be a tensor of one element");
  }
  std::vector<Arrays> all;
  std::vector<AdamArgs> args;
  all.reserve(params.size());
  args.reserve(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!grads[i].defined()) continue;
    const double step = read_step(steps[i]) + 1;
    Scalar(step).store(steps[i].dtype(), steps[i].raw());
    steps[i].bump_version();
    if (is_narrow(params[i].dtype())) {
      NoGrad guard;
      narrow_adam(params[i], grads[i], exp_avgs[i], exp_avg_sqs[i],
                  amsgrad ? max_exp_avg_sqs[i] : Tensor(), step, options);
      continue;
    }
    args.push_back(adam_args(options, step));
    auto& arrays = all.emplace_back();
    for (const auto& t : {params[i], grads[i], exp_avgs[i], exp_avg_sqs[i]}) arrays.add(t);
    arrays.add(amsgrad ? max_exp_avg_sqs[i] : Tensor());
    arrays.resolve();
  }
  for_all(all, [&](std::size_t i, int64_t b, int64_t e) {
    const Arrays& a = all[i];
    visit_floating(a.tensors[0].dtype(), [&]<class T>() {
      optim_kernels().of<T>().adam(at<T>(a.data[0], b), at<T>(a.data[1], b), at<T>(a.data[2], b),
                                   at<T>(a.data[3], b), at<T>(a.data[4], b), e - b, args[i]);
    });
  });
  for (const auto& arrays : all) arrays.finish();
}

}  // namespace taut
