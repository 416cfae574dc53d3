#include "ops/pointwise.h"

#include <array>

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/views.h"
#include "tensor/plan.h"

namespace taut {
namespace {

struct Add {
  template <class T>
  static T of(T a, T b) {
    return static_cast<T>(a + b);
  }
};
struct Mul {
  template <class T>
  static T of(T a, T b) {
    return static_cast<T>(a * b);
  }
};

template <class F, class T>
void binary_loop(char* const* ptr, const std::int64_t* stride, std::int64_t n, const double*) {
  for (std::int64_t i = 0; i < n; ++i) {
    *reinterpret_cast<T*>(ptr[0] + i * stride[0]) =
        F::of(*reinterpret_cast<const T*>(ptr[1] + i * stride[1]),
              *reinterpret_cast<const T*>(ptr[2] + i * stride[2]));
  }
}

template <class F>
Loop loop_of(DType t) {
  Loop loop = nullptr;
  visit(t, [&]<class T>() { loop = binary_loop<F, T>; });
  return loop;
}

template <class F>
void run_into(const Tensor& out, const Tensor& a, const Tensor& b) {
  Plan(out.sizes(), std::array{out, a, b}).run(loop_of<F>(out.dtype()), nullptr);
}

template <class F>
Tensor run(const Tensor& a, const Tensor& b, const char* name) {
  const DType t = result_type(a, b);
  const Tensor x = detach(cast(a, t)), y = detach(cast(b, t));
  Tensor out = empty_result(broadcast_shapes(a.sizes(), b.sizes(), name), std::array{x, y}, t);
  run_into<F>(out, x, y);
  return out;
}

struct AddBackward final : Node {
  Dims a, b;
  DType ta, tb;
  AddBackward(const Tensor& x, const Tensor& y)
      : a(x.sizes()), b(y.sizes()), ta(x.dtype()), tb(y.dtype()) {}
  const char* name() const override { return "AddBackward0"; }
  void backward(GradFrame& frame) override {
    if (frame.needs(0)) frame.give(0, cast(sum_to_size(frame.grad(), a), ta));
    if (frame.needs(1)) frame.give(1, cast(sum_to_size(frame.grad(), b), tb));
  }
};

struct MulBackward final : Node {
  SavedTensor a, b;
  MulBackward(const Tensor& x, const Tensor& y) : a(x), b(y) {}
  const char* name() const override { return "MulBackward0"; }
  void backward(GradFrame& frame) override {
    const Tensor x = a.unpack(*this), y = b.unpack(*this);
    if (frame.needs(0)) frame.give(0, cast(sum_to_size(mul(frame.grad(), y), x.sizes()), x.dtype()));
    if (frame.needs(1)) frame.give(1, cast(sum_to_size(mul(frame.grad(), x), y.sizes()), y.dtype()));
  }
  void release_saved() override {
    a.reset();
    b.reset();
    released = true;
  }
};

template <class N>
Ref<Node> node_for(const Tensor& a, const Tensor& b) {
  if (!needs_grad(a, b)) return nullptr;
  auto node = make<N>(a, b);
  set_edges(*node, {a, b});
  return node;
}

template <class F, class N>
Tensor recorded(const Tensor& a, const Tensor& b, const char* name) {
  Tensor out = run<F>(a, b, name);
  if (auto node = node_for<N>(a, b)) set_history(out, node);
  return out;
}

template <class F, class N>
Tensor in_place(const Tensor& a, const Tensor& b, const char* name) {
  check_inplace(a, name);
  auto node = node_for<N>(a, b);
  TAUT_CHECK(category(result_type(a, b)) <= category(a.dtype()), RuntimeError, name,
             ": result type ", scalar_type_name(result_type(a, b)),
             " can't be cast to the desired output type ", scalar_type_name(a.dtype()));
  run_into<F>(a, a, detach(cast(b, a.dtype())));
  finish_inplace(a, node);
  return a;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) { return recorded<Add, AddBackward>(a, b, "add"); }
Tensor mul(const Tensor& a, const Tensor& b) { return recorded<Mul, MulBackward>(a, b, "mul"); }
Tensor add_(const Tensor& a, const Tensor& b) { return in_place<Add, AddBackward>(a, b, "add_"); }
Tensor mul_(const Tensor& a, const Tensor& b) { return in_place<Mul, MulBackward>(a, b, "mul_"); }

void accumulate_raw(const Tensor& out, const Tensor& t) { run_into<Add>(out, out, t); }

DType result_type(const Tensor& a, const Tensor& b) {
  auto priority = [](const Tensor& t) {
    return t.impl()->wrapped_number ? 0 : t.dim() == 0 ? 1 : 2;
  };
  // Numbers take part as the default type of their category.
  auto type = [](const Tensor& t) {
    if (!t.impl()->wrapped_number) return t.dtype();
    return is_floating(t.dtype()) ? default_dtype() : t.dtype();
  };
  const int pa = priority(a), pb = priority(b);
  if (pa == pb) return promote(type(a), type(b));
  const Tensor& high = pa > pb ? a : b;
  const Tensor& low = pa > pb ? b : a;
  return category(low.dtype()) > category(high.dtype()) ? promote(type(high), type(low))
                                                        : type(high);
}

}  // namespace taut
