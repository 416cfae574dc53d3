#include "ops/product.h"

#include "core/error.h"
#include "ops/creation.h"
#include "ops/gemm.h"
#include "ops/matmul.h"
#include "ops/output.h"
#include "ops/pointwise.h"
#include "ops/views.h"

namespace taut {
namespace {

Tensor turned(const Tensor& t) { return transpose(t, -2, -1); }

// c = alpha a b + beta c (+ bias) for matrices or batches of them, c being the sum over the batch
// where it is a matrix alone.
void multiply(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta,
              const Tensor& bias = {}) {
  if (a.dim() == 2) return gemm(a, b, c, alpha, beta, bias);
  if (c.dim() == 3) return batched_gemm(a, b, c, alpha, beta);
  const int64_t batch = a.size(0);
  if (batch == 0) {
    const Tensor rows = empty(Dims{c.size(0), 0}, c.dtype());
    return gemm(rows, empty(Dims{0, c.size(1)}, c.dtype()), c, alpha, beta);
  }
  for (int64_t i = 0; i < batch; ++i) {
    gemm(select(a, 0, i), select(b, 0, i), c, alpha, i == 0 ? beta : 1.0);
  }
}

Tensor scaled(const Tensor& t, Scalar factor) {
  return factor.to_double() == 1 ? t : mul(t, wrapped(factor));
}

// The gradients of alpha a b:
//   da = alpha g b^T, db = alpha a^T g.
class ProductBackward : public Node {
 public:
  ProductBackward(const ProductForm& form, const Tensor& a, const Tensor& b, Scalar alpha = 1)
      : form_(form), sizes_a_(a.sizes()), sizes_b_(b.sizes()), alpha_(alpha) {
    if (b.requires_grad()) a_ = SavedTensor(a);
    if (a.requires_grad()) b_ = SavedTensor(b);
  }
  const char* name() const override { return form_.node; }
  void backward(GradFrame& frame) override { products(frame, 0); }
  void each_saved(SavedValues& values) override {
    values(a_);
    values(b_);
  }

 protected:
  // Inputs first and first + 1 of the frame are a and b.
  void products(GradFrame& frame, int64_t first) {
    if (frame.needs(first)) {
      const Tensor b = form_.b(b_.unpack(*this));
      write(frame, first, sizes_a_, form_.a, gradient(frame, b), turned(b));
    }
    if (frame.needs(first + 1)) {
      const Tensor a = form_.a(a_.unpack(*this));
      write(frame, first + 1, sizes_b_, form_.b, turned(a), gradient(frame, a));
    }
  }
  Scalar alpha() const { return alpha_; }

 private:
  // As a matrix, for each of the batch that `operand` is.
  Tensor gradient(GradFrame& frame, const Tensor& operand) const {
    const Tensor g = form_.result(frame.grad());
    if (operand.dim() == g.dim()) return g;
    return expand(g, Dims{operand.size(0), g.size(0), g.size(1)});
  }
  void write(GradFrame& frame, int64_t i, const Dims& sizes, AsMatrix as_matrix, const Tensor& x,
             const Tensor& y) const {
    if (frame.create_graph()) {
      return frame.give(i, reshape(scaled(x.dim() == 2 ? mm(x, y) : bmm(x, y), alpha_), sizes));
    }
    const ScaledDest d = frame.dest_scaled(i, sizes, x.dtype(), true);
    multiply(x, y, as_matrix(d.tensor), d.alpha * alpha_.to_double(), d.beta);
  }

  const ProductForm& form_;
  SavedTensor a_, b_;
  Dims sizes_a_, sizes_b_;
  Scalar alpha_;
};

class AddProductBackward final : public ProductBackward {
 public:
  explicit AddProductBackward(const AddProduct& p)
      : ProductBackward(p.form, p.a, p.b, p.alpha), sizes_c_(p.c.sizes()), beta_(p.beta) {}
  void backward(GradFrame& frame) override {
    if (frame.needs(0)) frame.give(0, scaled(sum_to_size(frame.grad(), sizes_c_), beta_));
    products(frame, 1);
  }

 private:
  Dims sizes_c_;
  Scalar beta_;
};

Ref<Node> history(const AddProduct& p) {
  if (!needs_grad(p.c, p.a, p.b)) return nullptr;
  auto node = make<AddProductBackward>(p);
  set_edges(*node, {p.c, p.a, p.b});
  return node;
}

// The kernels' alpha and beta are floating; PyTorch takes whole numbers of them here.
void write_integers(const AddProduct& p, const Tensor& target) {
  const Scalar alpha = p.alpha.to_int(), beta = p.beta.to_int();
  const Tensor sum = empty_beside(target, target.sizes(), target.dtype());
  multiply(p.form.a(p.a), p.form.b(p.b), p.form.result(sum), 1, 0);
  const Tensor term = scaled(sum, alpha);
  copy_raw(target, beta.to_int() == 0 ? term : add(scaled(p.c, beta), term));
}

void write_sum(const AddProduct& p, const Tensor& target) {
  NoGrad guard;
  if (!is_floating(target.dtype())) return write_integers(p, target);
  const Tensor a = p.form.a(p.a), b = p.form.b(p.b), result = p.form.result(target);
  const double alpha = p.alpha.to_double(), beta = p.beta.to_double();
  if (beta == 0) return multiply(a, b, result, alpha, 0);
  const bool row = target.dim() == 2 && p.c.dim() == 1 && p.c.numel() == target.size(1);
  if (row && beta == 1 && a.dim() == 2 && p.c.is_contiguous()) {
    return multiply(a, b, result, alpha, 0, p.c);
  }
  if (!same_view(target, p.c)) copy_raw(target, p.c);
  multiply(a, b, result, alpha, beta);
}

void check_addend(const AddProduct& p, DimSpan sizes) {
  const char* op = p.form.op;
  TAUT_CHECK(p.c.dtype() == p.a.dtype(), RuntimeError, op,
             ": expected both tensors to have the same dtype, but got: ", p.c.dtype(),
             " != ", p.a.dtype());
  TAUT_CHECK(is_broadcastable_to(p.c.sizes(), sizes), RuntimeError, op,
             ": The expanded size of the tensor must match: input of shape ",
             ShapeText{p.c.sizes()}, " does not broadcast to ", ShapeText{sizes});
}

}  // namespace

Tensor as_column(const Tensor& t) { return unsqueeze(t, 1); }
Tensor as_row(const Tensor& t) { return unsqueeze(t, 0); }
Tensor as_cell(const Tensor& t) { return unsqueeze(unsqueeze(t, 0), 0); }

Tensor product(const ProductForm& form, const Tensor& a, const Tensor& b, DimSpan sizes,
               const Tensor& out) {
  const Output output(form.op, out, sizes, a.dtype(), std::array{&a, &b});
  {
    NoGrad guard;
    multiply(form.a(a), form.b(b), form.result(output.target()), 1, 0);
  }
  const Tensor result = output.finish();
  if (out.defined()) {
    out.bump_version();
  } else if (needs_grad(a, b)) {
    auto node = make<ProductBackward>(form, a, b);
    set_edges(*node, {a, b});
    set_history(result, node);
  }
  return result;
}

Tensor add_product(const AddProduct& p, DimSpan sizes, const Tensor& out) {
  check_addend(p, sizes);
  if (!out.defined()) {
    const Tensor result = empty_beside(p.a, sizes, p.a.dtype());
    write_sum(p, result);
    if (auto node = history(p)) set_history(result, node);
    return result;
  }
  // Over its own memory c is there already.
  const Tensor* const inputs[] = {&p.a, &p.b, &p.c};
  const Output output(p.form.op, out, sizes, p.a.dtype(),
                      std::span(inputs, same_view(out, p.c) ? 2 : 3));
  write_sum(p, output.target());
  output.finish();
  out.bump_version();
  return out;
}

Tensor add_product_(const AddProduct& p, DimSpan sizes) {
  check_addend(p, sizes);
  check_writable(p.c, p.form.op);
  TAUT_CHECK(same(p.c.sizes(), sizes), RuntimeError, p.form.op,
             "_: Bad in-place call: input tensor size ", ShapeText{p.c.sizes()},
             " and output tensor size ", ShapeText{sizes}, " should match");
  const Ref<Node> node = history(p);
  const Output output(p.c, std::array{&p.a, &p.b});
  write_sum(p, output.target());
  output.finish();
  finish_inplace(p.c, node);
  return p.c;
}

}  // namespace taut
