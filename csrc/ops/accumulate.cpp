#include "ops/accumulate.h"

#include <array>

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/pointwise.h"
#include "ops/sparse_arithmetic.h"
#include "tensor/plan.h"

namespace taut {
namespace {

bool either_sparse(const Tensor& a, const Tensor& b) { return a.is_sparse() || b.is_sparse(); }

// A strided tensor comes first: that is the sum's layout.
Tensor sum_of_layouts(const Tensor& a, const Tensor& b) {
  return a.is_sparse() && !b.is_sparse() ? add(b, a) : add(a, b);
}

// A sparse gradient and another one that arrives. The tensor that is .grad stays unless it changes
// from sparse to strided.
void accumulate_layouts(const Tensor& leaf, const Tensor& before, const Tensor& grad,
                        bool create_graph) {
  if (create_graph) return set_grad(leaf, sum_of_layouts(before, grad));
  NoGrad guard;
  if (!grad.is_sparse()) return set_grad(leaf, add(grad, before));
  before.is_sparse() ? add_to_sparse(before, grad) : add_sparse(before, grad, 1);
}

}  // namespace

Tensor accumulated(Tensor a, const Tensor& b, bool create_graph) {
  if (either_sparse(a, b)) [[unlikely]]
    return sum_of_layouts(a, b);
  if (create_graph || !a.is_sole_owner() || !is_dense(a.sizes(), a.strides())) return add(a, b);
  accumulate_raw(a, b);
  return a;
}

void accumulate_into_grad(const Tensor& leaf, Tensor grad, bool create_graph) {
  Tensor before = grad_of(leaf);
  if (before.defined()) {
    if (either_sparse(before, grad)) [[unlikely]]
      return accumulate_layouts(leaf, before, grad, create_graph);
    if (create_graph) return set_grad(leaf, add(before, grad));
    before.bump_version();
    return accumulate_raw(before, grad);
  }
  if (grad.is_sparse()) [[unlikely]] {
    const bool as_it_is = create_graph || is_sole_owner_of_values(grad);
    return set_grad(leaf, as_it_is ? std::move(grad) : clone_sparse(grad));
  }
  // Nobody else sees the gradient: it becomes .grad as it is.
  const bool same_layout =
      same(grad.strides(), leaf.strides()) || !is_dense(leaf.sizes(), leaf.strides());
  // Not a view of something else, which could not be detached in place.
  if (create_graph) return set_grad(leaf, same_layout && !grad.is_view() ? grad : clone(grad));
  if (grad.is_sole_owner() && grad.is_contiguous() && same_layout) {
    return set_grad(leaf, std::move(grad));
  }
  NoGrad guard;
  const Tensor own = empty_like(leaf.is_sparse() ? grad : leaf);
  copy_raw(own, grad);
  set_grad(leaf, own);
}

Tensor copy_contiguous(const Tensor& t) {
  Tensor out = empty_beside(t, t.sizes(), t.dtype());
  copy_raw(out, t);
  return out;
}

bool has_nan(const Tensor& t) {
  if (!is_floating(t.dtype())) return false;
  if (t.is_sparse()) return has_nan(coordinates(t).values);
  const Tensor flat = copy_contiguous(t);
  bool found = false;
  visit_stored(t.dtype(), [&]<class T>() {
    const T* p = flat.data<T>();
    for (std::int64_t i = 0; i < flat.numel(); ++i) found |= p[i] != p[i];
  });
  return found;
}

namespace {

// Serial on purpose: several steps write one address.
void accumulate_overlapping(const Tensor& out, const Tensor& t) {
  const auto n = out.dim();
  Dims strides(n, 0);
  for (int64_t d = n - t.dim(); d < n; ++d) {
    const auto k = d - (n - t.dim());
    strides[d] = t.sizes()[k] == 1 ? 0 : t.strides()[k];
  }
  visit_stored(out.dtype(), [&]<class T>() {
    Dims index(n, 0);
    int64_t to = 0, from = 0;
    for (int64_t i = 0; i < out.numel(); ++i) {
      out.data<T>()[to] = static_cast<T>(out.data<T>()[to] + t.data<T>()[from]);
      for (int64_t d = n - 1; d >= 0; --d) {
        to += out.strides()[d];
        from += strides[d];
        if (++index[d] < out.sizes()[d]) break;
        to -= out.strides()[d] * out.sizes()[d];
        from -= strides[d] * out.sizes()[d];
        index[d] = 0;
      }
    }
  });
}

}  // namespace

void accumulate_raw(const Tensor& out, const Tensor& t) {
  if (!is_dense(out.sizes(), out.strides()) && extent(out.sizes(), out.strides()) < out.numel()) {
    return accumulate_overlapping(out, t);
  }
  run_loop(binary_kernels().forward(BinaryOp::Add, out.dtype()), std::array{out, out, t}, nullptr);
}

}  // namespace taut
