#include "ops/elementwise.h"

#include "core/work.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/views.h"

namespace taut {
namespace {

constexpr std::size_t kMaxArgs = 3;

// Several places of `t` share one address.
bool overlaps_itself(const Tensor& t) {
  for (std::int64_t d = 0; d < t.dim(); ++d) {
    if (t.strides()[d] == 0 && t.sizes()[d] > 1) return true;
  }
  return false;
}

bool same_view(const Tensor& a, const Tensor& b) {
  return a.offset() == b.offset() && a.dtype() == b.dtype() && same(a.sizes(), b.sizes()) &&
         same(a.strides(), b.strides());
}

// Writing `out` while reading `in` could change what is still to be read.
bool clobbers(const Tensor& out, const Tensor& in) {
  if (!(out.storage() == in.storage()) || same_view(out, in) || out.numel() == 0) return false;
  const auto first = [](const Tensor& t) {
    return t.offset() * static_cast<std::int64_t>(t.element_size());
  };
  const auto last = [&](const Tensor& t) {
    return first(t) + extent(t.sizes(), t.strides()) * static_cast<std::int64_t>(t.element_size());
  };
  return in.numel() > 0 && first(out) < last(in) && first(in) < last(out);
}

struct Prepared {
  std::array<Tensor, kMaxArgs> held;      // conversions of inputs
  std::array<const Tensor*, kMaxArgs> t;  // null: a number
  alignas(8) std::array<std::array<char, 8>, kMaxArgs> numbers;
  std::size_t count;
  const Tensor* shape = nullptr;  // the input that has the result's shape, when one has
  bool flat = true;               // all inputs are contiguous and of that shape, or one number
  bool meta = false;              // some input has no values: only the shape is computed
};

// An input with one element and no more dimensions than the result repeats it.
bool repeats(const Tensor& t, const Tensor& shape) {
  return t.numel() == 1 && t.dim() <= shape.dim();
}

void find_shape(Prepared& p) {
  for (std::size_t i = 0; i < p.count; ++i) {
    if (p.t[i] && (!p.shape || p.t[i]->numel() > p.shape->numel() ||
                   (p.t[i]->numel() == p.shape->numel() && p.t[i]->dim() > p.shape->dim()))) {
      p.shape = p.t[i];
    }
  }
  if (!p.shape) return;
  for (std::size_t i = 0; i < p.count; ++i) {
    if (!p.t[i]) continue;
    const bool fits = same(p.t[i]->sizes(), p.shape->sizes())
                          ? p.t[i]->is_contiguous()
                          : repeats(*p.t[i], *p.shape) && p.shape->numel() > 0;
    p.flat = p.flat && fits;
  }
}

void prepare(Prepared& p, const Elementwise& call, std::span<const Arg> args) {
  p.count = args.size();
  for (std::size_t i = 0; i < p.count; ++i) {
    const DType type = call.condition && i == 0 ? DType::Bool : call.compute;
    if (!args[i].is_tensor()) {
      p.t[i] = nullptr;
      args[i].number().store(type, p.numbers[i].data());
      continue;
    }
    p.t[i] = &args[i].tensor();
    p.meta = p.meta || p.t[i]->is_meta();
    if (p.t[i]->dtype() != type) {
      p.held[i] = empty_like(*p.t[i], type);
      copy_raw(p.held[i], *p.t[i]);
      p.t[i] = &p.held[i];
    }
  }
  find_shape(p);
}

Dims result_shape(const Prepared& p, const char* name) {
  Dims sizes;
  for (std::size_t i = 0; i < p.count; ++i) {
    if (p.t[i]) sizes = broadcast_shapes(sizes, p.t[i]->sizes(), name);
  }
  return sizes;
}

// One operation for each element of the result, where it is of floating-point numbers.
[[gnu::noinline]] void count(const Elementwise& call, const Prepared& p) {
  if (is_floating(call.compute)) count_element_operations(numel(result_shape(p, call.name)));
}

// Straight through memory, no plan.
void run_contiguous(const Elementwise& call, const Prepared& p, const Tensor& out) {
  std::array<char*, kMaxArgs + 1> ptr;
  std::array<std::int64_t, kMaxArgs + 1> stride;
  ptr[0] = reinterpret_cast<char*>(out.raw());
  stride[0] = static_cast<std::int64_t>(out.element_size());
  const auto n = out.numel();
  for (std::size_t i = 0; i < p.count; ++i) {
    const Tensor* t = p.t[i];
    ptr[i + 1] = t ? reinterpret_cast<char*>(t->raw()) : const_cast<char*>(p.numbers[i].data());
    stride[i + 1] = t && t->numel() == n ? static_cast<std::int64_t>(t->element_size()) : 0;
  }
  run_flat(call.loop, {ptr.data(), p.count + 1}, {stride.data(), p.count + 1}, n,
           call.params.data(), call.cost, Effect::Write);
}

// t, or where it is large and lies across out, a copy that does not: copying in tiles and a walk
// along memory together take a fraction of a walk that meets a cache line with every element.
Tensor along(const Tensor& out, const Tensor& t) {
  constexpr std::int64_t large = 4096;
  if (t.numel() < large || !lies_across(out, t)) return t;
  const Tensor copy = empty_result(t.sizes(), std::array{out}, t.dtype());
  copy_raw(copy, t);
  return copy;
}

void run_planned(const Elementwise& call, const Prepared& p, const Tensor& out) {
  std::array<Tensor, kMaxArgs + 1> operands;
  operands[0] = out;
  for (std::size_t i = 0; i < p.count; ++i) {
    if (p.t[i]) {
      operands[i + 1] = along(out, *p.t[i]);
      continue;
    }
    operands[i + 1] = empty({}, call.condition && i == 0 ? DType::Bool : call.compute);
    std::copy_n(p.numbers[i].data(), operands[i + 1].element_size(),
                reinterpret_cast<char*>(operands[i + 1].raw()));
  }
  Plan(out.sizes(), {operands.data(), p.count + 1})
      .run(call.loop, call.params.data(), call.cost, Effect::Write);
}

void run_into(const Elementwise& call, const Prepared& p, const Tensor& out) {
  if (out.is_meta()) return;
  if (p.flat && out.is_contiguous()) return run_contiguous(call, p, out);
  run_planned(call, p, out);
}

Tensor run_fresh(const Elementwise& call, const Prepared& p) {
  if (p.flat && p.shape && !p.meta) {
    Tensor out = empty(p.shape->sizes(), call.result);
    run_contiguous(call, p, out);
    return out;
  }
  std::array<Tensor, kMaxArgs> inputs;
  std::size_t n = 0;
  for (std::size_t i = 0; i < p.count; ++i) {
    if (p.t[i]) inputs[n++] = *p.t[i];
  }
  Tensor out = empty_result(result_shape(p, call.name), {inputs.data(), n}, call.result);
  run_into(call, p, out);
  return out;
}

void check_writable(const char* name, const Tensor& out) {
  TAUT_CHECK(!overlaps_itself(out), RuntimeError, name,
             ": unsupported operation: more than one element of the written-to tensor refers to "
             "a single memory location. Please clone() the tensor before performing the "
             "operation.");
}

// As PyTorch: an operand that shares part of the output's memory is refused where it is plain to
// see (both have no gaps). Where it is not, the result is computed aside.
bool reads_what_it_writes(const char* name, const Tensor& out, const Tensor& in) {
  if (!clobbers(out, in)) return false;
  TAUT_CHECK(!is_dense(out.sizes(), out.strides()) || !is_dense(in.sizes(), in.strides()),
             RuntimeError, name,
             ": unsupported operation: some elements of the input tensor and the written-to tensor "
             "refer to a single memory location. Please clone() the tensor before performing the "
             "operation.");
  return true;
}

}  // namespace

DType result_type(std::span<const Arg> args) {
  // By priority: tensors with dimensions, 0-d tensors, numbers.
  std::array<DType, 3> type = {};
  std::array<bool, 3> seen = {};
  for (const Arg& a : args) {
    const bool number = !a.is_tensor() || a.tensor().impl()->wrapped_number;
    DType t = a.is_tensor() ? a.tensor().dtype() : a.number().dtype();
    if (number && is_floating(t)) t = default_dtype();
    const std::size_t p = number ? 2 : a.tensor().dim() == 0 ? 1 : 0;
    type[p] = seen[p] ? promote(type[p], t) : t;
    seen[p] = true;
  }
  bool any = false;
  DType result = DType::Bool;
  for (std::size_t p = 0; p < 3; ++p) {
    if (!seen[p]) continue;
    if (!any) {
      result = type[p];
    } else if (category(type[p]) > category(result)) {
      result = promote(result, type[p]);
    }
    any = true;
  }
  return result;
}

bool needs_grad(std::span<const Arg> args) {
  if (!grad_enabled()) return false;
  for (const Arg& a : args) {
    if (a.is_tensor() && a.tensor().requires_grad()) return true;
  }
  return false;
}

void check_castable(const char* name, DType from, DType to) {
  TAUT_CHECK(category(from) <= category(to), RuntimeError, name, ": result type ",
             scalar_type_name(from), " can't be cast to the desired output type ",
             scalar_type_name(to));
}

void check_out(const char* name, std::span<const Arg> args, const Tensor& out) {
  TAUT_CHECK(!needs_grad(args) && !(grad_enabled() && out.requires_grad()), RuntimeError, name,
             "(): functions with out=... arguments don't support automatic differentiation, but "
             "one of the arguments requires grad.");
}

void resize_out(const Tensor& out, DimSpan sizes) {
  if (same(out.sizes(), sizes)) return;
  const Tensor fresh = empty(sizes, out.dtype());
  out.impl()->set_geometry(fresh.storage(), 0, fresh.sizes(), fresh.strides(), out.dtype());
}

Tensor run(const Elementwise& call, std::span<const Arg> args, const Tensor& out) {
  TAUT_CHECK(call.loop, NotImplementedError, '"', call.name, "_cpu\" not implemented for '",
             scalar_type_name(call.compute), '\'');
  Prepared p;
  prepare(p, call, args);
  if (detail::watched()) [[unlikely]]
    count(call, p);
  if (!out.defined()) return run_fresh(call, p);
  check_castable(call.name, call.result, out.dtype());
  check_writable(call.name, out);
  const Dims sizes = result_shape(p, call.name);
  bool direct = out.dtype() == call.result && same(out.sizes(), sizes);
  for (std::size_t i = 0; i < p.count; ++i) {
    if (p.t[i] && reads_what_it_writes(call.name, out, *p.t[i])) direct = false;
  }
  if (direct) {
    run_into(call, p, out);
    return out;
  }
  const Tensor result = run_fresh(call, p);
  resize_out(out, sizes);
  copy_raw(out, result);
  return out;
}

void run_loop(PointwiseLoop loop, std::span<const Tensor> operands, const double* params, int cost,
              Effect effect) {
  std::array<char*, kMaxOperands> ptr;
  std::array<std::int64_t, kMaxOperands> stride;
  bool flat = true;
  if (operands[0].is_meta()) return;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Tensor& t = operands[i];
    ptr[i] = reinterpret_cast<char*>(t.raw());
    stride[i] = static_cast<std::int64_t>(t.element_size());
    flat = flat && t.is_contiguous() && same(t.sizes(), operands[0].sizes());
  }
  if (!flat) return Plan(operands[0].sizes(), operands).run(loop, params, cost, effect);
  run_flat(loop, {ptr.data(), operands.size()}, {stride.data(), operands.size()},
           operands[0].numel(), params, cost, effect);
}

Reduction::Reduction(const Arg& operand, const Tensor& result) {
  if (!operand.is_tensor()) return;
  const Tensor& t = operand.tensor();
  dtype = t.dtype();
  sums = !same(t.sizes(), result.sizes());
  if (sums) sizes = t.sizes();
}

Tensor Reduction::operator()(const Tensor& grad) const {
  return cast(sums ? sum_to_size(grad, sizes) : grad, dtype);
}

}  // namespace taut
