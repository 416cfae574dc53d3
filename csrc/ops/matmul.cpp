#include "ops/matmul.h"

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gemm.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"
#include "ops/views.h"

namespace taut {
namespace {

void check_same_type(const Tensor& a, const Tensor& b, const char* op) {
  TAUT_CHECK(a.dtype() == b.dtype(), RuntimeError, op,
             ": expected both tensors to have the same dtype, but got: ", a.dtype(), " != ",
             b.dtype());
  TAUT_CHECK(!is_bool(a.dtype()), RuntimeError, "\"", op, "\" not implemented for 'Bool'");
}

Tensor swapped(const Tensor& t) { return transpose(t, -2, -1); }

// Product of matrices, or of batches of them, and its gradients:
//   da = g b^T, db = a^T g.
class ProductBackward final : public Node {
 public:
  using Kernel = void (*)(const Tensor&, const Tensor&, const Tensor&, double, double);
  using Op = Tensor (*)(const Tensor&, const Tensor&);
  ProductBackward(const Tensor& a, const Tensor& b, const char* name, Kernel kernel, Op op)
      : sizes_a_(a.sizes()), sizes_b_(b.sizes()), name_(name), kernel_(kernel), op_(op) {
    if (b.requires_grad()) a_ = SavedTensor(a);
    if (a.requires_grad()) b_ = SavedTensor(b);
  }
  const char* name() const override { return name_; }
  void backward(GradFrame& frame) override {
    const Tensor& g = frame.grad();
    if (frame.needs(0)) product(frame, 0, sizes_a_, g, swapped(b_.unpack(*this)));
    if (frame.needs(1)) product(frame, 1, sizes_b_, swapped(a_.unpack(*this)), g);
  }
  void release_saved() override {
    a_.reset();
    b_.reset();
    released = true;
  }

 private:
  void product(GradFrame& frame, int64_t i, const Dims& sizes, const Tensor& x, const Tensor& y) {
    if (frame.create_graph()) return frame.give(i, op_(x, y));
    const Dest d = frame.dest(i, sizes, x.dtype());
    kernel_(x, y, d.tensor, 1.0, d.beta);
  }

  SavedTensor a_, b_;
  Dims sizes_a_, sizes_b_;
  const char* name_;
  Kernel kernel_;
  Op op_;
};

void gemm_kernel(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta) {
  gemm(a, b, c, alpha, beta);
}

Tensor product(const Tensor& a, const Tensor& b, Dims sizes, const char* node_name,
               ProductBackward::Kernel kernel, ProductBackward::Op op) {
  Tensor out = empty(sizes, a.dtype());
  kernel(a, b, out, 1.0, 0.0);
  if (needs_grad(a, b)) {
    auto node = make<ProductBackward>(a, b, node_name, kernel, op);
    set_edges(*node, {a, b});
    set_history(out, node);
  }
  return out;
}

Dims with_matrix(DimSpan batch, int64_t rows, int64_t cols) {
  Dims out(batch);
  out.push_back(rows);
  out.push_back(cols);
  return out;
}

int64_t product_of(DimSpan sizes) { return numel(sizes); }

// Both at least 2-d, and one of them more.
Tensor batched_matmul(const Tensor& a, const Tensor& b) {
  const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  TAUT_CHECK(k == b.size(-2), RuntimeError,
             "matmul: expected the last dimension of the first tensor to equal the second to last "
             "of the second, got shapes ", ShapeText{a.sizes()}, " and ", ShapeText{b.sizes()});
  const DimSpan batch_a(a.sizes().data(), static_cast<std::size_t>(a.dim() - 2));
  const DimSpan batch_b(b.sizes().data(), static_cast<std::size_t>(b.dim() - 2));
  if (batch_b.empty()) {
    // One matrix for every row of the batch: a single product.
    Tensor out = mm(reshape(a, Dims{product_of(batch_a) * m, k}), b);
    return reshape(out, with_matrix(batch_a, m, n));
  }
  const Dims batch = broadcast_shapes(batch_a, batch_b, "matmul");
  const int64_t count = numel(batch);
  Tensor x = reshape(expand(a, with_matrix(batch, m, k)), Dims{count, m, k});
  Tensor y = reshape(expand(b, with_matrix(batch, k, n)), Dims{count, k, n});
  return reshape(bmm(x, y), with_matrix(batch, m, n));
}

Tensor scaled(const Tensor& t, Scalar factor) {
  return factor.to_double() == 1 ? t : mul(t, wrapped(factor));
}

// beta c + product; with beta 0, c is not read (NaN in it does not spread).
Tensor combined(const Tensor& c, Scalar beta, const Tensor& product, Scalar alpha, const char* op) {
  check_same_type(c, product, op);
  TAUT_CHECK(is_floating(c.dtype()) || (!beta.is_floating() && !alpha.is_floating()), RuntimeError,
             op, ": for integral input tensors, alpha and beta must not be floating point numbers");
  TAUT_CHECK(is_broadcastable_to(c.sizes(), product.sizes()), RuntimeError, op,
             ": The expanded size of the tensor must match: input of shape ", ShapeText{c.sizes()},
             " does not broadcast to ", ShapeText{product.sizes()});
  Tensor p = scaled(product, alpha);
  return beta.to_double() == 0 ? p : add(scaled(c, beta), p);
}

}  // namespace

Tensor mm(const Tensor& a, const Tensor& b) {
  TAUT_CHECK(a.dim() == 2 && b.dim() == 2, RuntimeError, "mm: both arguments must be matrices, got ",
             a.dim(), "-D and ", b.dim(), "-D");
  check_same_type(a, b, "mm");
  TAUT_CHECK(a.size(1) == b.size(0), RuntimeError, "mm: mat1 and mat2 shapes cannot be multiplied (",
             a.size(0), "x", a.size(1), " and ", b.size(0), "x", b.size(1), ")");
  return product(a, b, {a.size(0), b.size(1)}, "MmBackward0", gemm_kernel, mm);
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  TAUT_CHECK(a.dim() == 3 && b.dim() == 3, RuntimeError,
             "bmm: both arguments must be 3-D, got ", a.dim(), "-D and ", b.dim(), "-D");
  check_same_type(a, b, "bmm");
  TAUT_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1), RuntimeError,
             "bmm: Expected size for first two dimensions of batch2 tensor to be: [", a.size(0), ", ",
             a.size(2), "] but got: [", b.size(0), ", ", b.size(1), "].");
  return product(a, b, {a.size(0), a.size(1), b.size(2)}, "BmmBackward0", batched_gemm, bmm);
}

Tensor mv(const Tensor& a, const Tensor& x) {
  TAUT_CHECK(a.dim() == 2 && x.dim() == 1, RuntimeError,
             "mv: vector + matrix @ vector expected, got ", a.dim(), "-D and ", x.dim(), "-D");
  check_same_type(a, x, "mv");
  TAUT_CHECK(a.size(1) == x.size(0), RuntimeError, "mv: size mismatch, got input (", a.size(0), "x",
             a.size(1), "), vec (", x.size(0), ")");
  return reshape(mm(a, unsqueeze(x, 1)), Dims{a.size(0)});
}

Tensor dot(const Tensor& x, const Tensor& y) {
  TAUT_CHECK(x.dim() == 1 && y.dim() == 1, RuntimeError, "dot: 1D tensors expected, but got ",
             x.dim(), "D and ", y.dim(), "D tensors");
  check_same_type(x, y, "dot");
  TAUT_CHECK(x.size(0) == y.size(0), RuntimeError,
             "dot: inconsistent tensor size, expected tensors to have the same number of elements, "
             "but got ", x.size(0), " and ", y.size(0), " elements respectively");
  return reshape(mm(unsqueeze(x, 0), unsqueeze(y, 1)), Dims{});
}

Tensor outer(const Tensor& x, const Tensor& y) {
  TAUT_CHECK(x.dim() == 1 && y.dim() == 1, RuntimeError, "outer: Expected 1-D arguments, but got ",
             x.dim(), "-D and ", y.dim(), "-D");
  return mul(unsqueeze(x, 1), unsqueeze(y, 0));
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  TAUT_CHECK(a.dim() > 0 && b.dim() > 0, RuntimeError,
             "matmul: both arguments to matmul need to be at least 1D, but they are ", a.dim(),
             "D and ", b.dim(), "D");
  if (a.dim() == 2 && b.dim() == 2) return mm(a, b);
  check_same_type(a, b, "matmul");
  if (a.dim() == 1 && b.dim() == 1) return dot(a, b);
  if (a.dim() == 2 && b.dim() == 1) return mv(a, b);
  if (a.dim() == 1) {
    const Tensor out = matmul(unsqueeze(a, 0), b);
    return squeeze(out, Dims{-2});
  }
  if (b.dim() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), Dims{-1});
  return batched_matmul(a, b);
}

Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return combined(c, beta, mm(a, b), alpha, "addmm");
}
Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& x, Scalar beta, Scalar alpha) {
  return combined(c, beta, mv(a, x), alpha, "addmv");
}
Tensor addr(const Tensor& c, const Tensor& x, const Tensor& y, Scalar beta, Scalar alpha) {
  return combined(c, beta, outer(x, y), alpha, "addr");
}
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return combined(c, beta, bmm(a, b), alpha, "baddbmm");
}
Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return combined(c, beta, sum(bmm(a, b), Dims{0}, false, {}), alpha, "addbmm");
}

}  // namespace taut
