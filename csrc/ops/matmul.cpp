#include "ops/matmul.h"

#include "core/error.h"
#include "ops/autocast.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/elementwise.h"
#include "ops/pointwise.h"
#include "ops/product.h"
#include "ops/views.h"

namespace taut {
namespace {

void check_same_type(const Tensor& a, const Tensor& b, const char* op) {
  TAUT_CHECK(a.dtype() == b.dtype(), RuntimeError, op,
             ": expected both tensors to have the same dtype, but got: ", a.dtype(),
             " != ", b.dtype());
  check_not_bool(op, a);
}

constexpr ProductForm kMm{"mm", "MmBackward0"};
constexpr ProductForm kBmm{"bmm", "BmmBackward0"};
constexpr ProductForm kMv{"mv", "MvBackward0", as_it_is, as_column, as_column};
constexpr ProductForm kDot{"dot", "DotBackward0", as_row, as_column, as_cell};
constexpr ProductForm kAddmm{"addmm", "AddmmBackward0"};
constexpr ProductForm kAddmv{"addmv", "AddmvBackward0", as_it_is, as_column, as_column};
constexpr ProductForm kAddr{"addr", "AddrBackward0", as_column, as_row};
constexpr ProductForm kBaddbmm{"baddbmm", "BaddbmmBackward0"};
constexpr ProductForm kAddbmm{"addbmm", "AddbmmBackward0"};

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
             "of the second, got shapes ",
             ShapeText{a.sizes()}, " and ", ShapeText{b.sizes()});
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

// The operands' shapes, and that of their product.
Dims mm_sizes(const Tensor& a, const Tensor& b, const char* op) {
  TAUT_CHECK(a.dim() == 2 && b.dim() == 2, RuntimeError, op,
             ": both arguments must be matrices, got ", a.dim(), "-D and ", b.dim(), "-D");
  check_same_type(a, b, op);
  TAUT_CHECK(a.size(1) == b.size(0), RuntimeError, op,
             ": mat1 and mat2 shapes cannot be multiplied (", a.size(0), "x", a.size(1), " and ",
             b.size(0), "x", b.size(1), ")");
  return {a.size(0), b.size(1)};
}

Dims bmm_sizes(const Tensor& a, const Tensor& b, const char* op) {
  TAUT_CHECK(a.dim() == 3 && b.dim() == 3, RuntimeError, op, ": both arguments must be 3-D, got ",
             a.dim(), "-D and ", b.dim(), "-D");
  check_same_type(a, b, op);
  TAUT_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1), RuntimeError, op,
             ": Expected size for first two dimensions of batch2 tensor to be: [", a.size(0), ", ",
             a.size(2), "] but got: [", b.size(0), ", ", b.size(1), "].");
  return {a.size(0), a.size(1), b.size(2)};
}

// Of baddbmm and addbmm, which read sizes before they count dimensions.
Dims added_bmm_sizes(const Tensor& a, const Tensor& b, const char* op) {
  wrap_dim(1, a.dim(), op);
  wrap_dim(2, b.dim(), op);
  return bmm_sizes(a, b, op);
}

Dims mv_sizes(const Tensor& a, const Tensor& x, const char* op) {
  TAUT_CHECK(a.dim() == 2 && x.dim() == 1, RuntimeError, op,
             ": vector + matrix @ vector expected, got ", a.dim(), "-D and ", x.dim(), "-D");
  check_same_type(a, x, op);
  TAUT_CHECK(a.size(1) == x.size(0), RuntimeError, op, ": size mismatch, got input (", a.size(0),
             "x", a.size(1), "), vec (", x.size(0), ")");
  return {a.size(0)};
}

Dims outer_sizes(const Tensor& x, const Tensor& y, const char* op) {
  TAUT_CHECK(x.dim() == 1 && y.dim() == 1, RuntimeError, op, ": Expected 1-D arguments, but got ",
             x.dim(), "-D and ", y.dim(), "-D");
  return {x.size(0), y.size(0)};
}

// addr for operands that are no matrices of one floating type: as elementwise operations.
Tensor mixed_addr(const AddProduct& p, Dims sizes) {
  const DType type = result_type(std::array{Arg(p.c), Arg(p.a), Arg(p.b)});
  TAUT_CHECK(is_floating(type) || (!p.beta.is_floating() && !p.alpha.is_floating()), RuntimeError,
             "addr: For integral input tensors, arguments alpha and beta must not be floating "
             "point numbers.");
  TAUT_CHECK(is_broadcastable_to(p.c.sizes(), sizes), RuntimeError,
             "addr: The expanded size of the tensor must match: input of shape ",
             ShapeText{p.c.sizes()}, " does not broadcast to ", ShapeText{sizes});
  const auto times = [&](const Tensor& t, Scalar factor) {
    const Scalar one = is_bool(type) ? Scalar(factor.to_double() != 0) : factor;
    return mul(cast(t, type), wrapped(one));
  };
  const Tensor term = times(outer(p.a, p.b), p.alpha);
  return p.beta.to_double() == 0 ? term : add(times(p.c, p.beta), term);
}

bool of_one_floating_type(const AddProduct& p) {
  return is_floating(p.c.dtype()) && p.c.dtype() == p.a.dtype() && p.c.dtype() == p.b.dtype();
}

}  // namespace

Tensor mm(const Tensor& a, const Tensor& b, const Tensor& out) {
  if (autocast::on() && !out.defined()) {
    return autocast::lowered([&](auto low) { return mm(low(a), low(b)); });
  }
  return product(kMm, a, b, mm_sizes(a, b, "mm"), out);
}
Tensor bmm(const Tensor& a, const Tensor& b, const Tensor& out) {
  if (autocast::on() && !out.defined()) {
    return autocast::lowered([&](auto low) { return bmm(low(a), low(b)); });
  }
  return product(kBmm, a, b, bmm_sizes(a, b, "bmm"), out);
}
Tensor mv(const Tensor& a, const Tensor& x, const Tensor& out) {
  check_has_dims("mv", a, 0);
  return product(kMv, a, x, mv_sizes(a, x, "mv"), out);
}

Tensor dot(const Tensor& x, const Tensor& y, const Tensor& out) {
  TAUT_CHECK(x.dim() == 1 && y.dim() == 1, RuntimeError, "dot: 1D tensors expected, but got ",
             x.dim(), "D and ", y.dim(), "D tensors");
  check_same_type(x, y, "dot");
  TAUT_CHECK(x.size(0) == y.size(0), RuntimeError,
             "dot: inconsistent tensor size, expected tensors to have the same number of elements, "
             "but got ",
             x.size(0), " and ", y.size(0), " elements respectively");
  return product(kDot, x, y, {}, out);
}

Tensor outer(const Tensor& x, const Tensor& y, const Tensor& out) {
  outer_sizes(x, y, "outer");
  return mul(unsqueeze(x, 1), unsqueeze(y, 0), out);
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  TAUT_CHECK(a.dim() > 0 && b.dim() > 0, RuntimeError,
             "matmul: both arguments to matmul need to be at least 1D, but they are ", a.dim(),
             "D and ", b.dim(), "D");
  if (autocast::on()) {
    return autocast::lowered([&](auto low) { return matmul(low(a), low(b)); });
  }
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

Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha,
             const Tensor& out) {
  if (autocast::on() && !out.defined()) {
    return autocast::lowered([&](auto low) { return addmm(low(c), low(a), low(b), beta, alpha); });
  }
  return add_product({kAddmm, c, a, b, beta, alpha}, mm_sizes(a, b, "addmm"), out);
}
Tensor addmm_(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return add_product_({kAddmm, c, a, b, beta, alpha}, mm_sizes(a, b, "addmm"));
}

Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& x, Scalar beta, Scalar alpha,
             const Tensor& out) {
  return add_product({kAddmv, c, a, x, beta, alpha}, mv_sizes(a, x, "addmv"), out);
}
Tensor addmv_(const Tensor& c, const Tensor& a, const Tensor& x, Scalar beta, Scalar alpha) {
  return add_product_({kAddmv, c, a, x, beta, alpha}, mv_sizes(a, x, "addmv"));
}

Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha,
               const Tensor& out) {
  if (autocast::on() && !out.defined()) {
    return autocast::lowered(
        [&](auto low) { return baddbmm(low(c), low(a), low(b), beta, alpha); });
  }
  return add_product({kBaddbmm, c, a, b, beta, alpha}, added_bmm_sizes(a, b, "baddbmm"), out);
}
Tensor baddbmm_(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return add_product_({kBaddbmm, c, a, b, beta, alpha}, added_bmm_sizes(a, b, "baddbmm"));
}

Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha,
              const Tensor& out) {
  if (autocast::on() && !out.defined()) {
    return autocast::lowered([&](auto low) { return addbmm(low(c), low(a), low(b), beta, alpha); });
  }
  const Dims sizes = added_bmm_sizes(a, b, "addbmm");
  return add_product({kAddbmm, c, a, b, beta, alpha}, Dims{sizes[1], sizes[2]}, out);
}
Tensor addbmm_(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  const Dims sizes = added_bmm_sizes(a, b, "addbmm");
  return add_product_({kAddbmm, c, a, b, beta, alpha}, Dims{sizes[1], sizes[2]});
}

Tensor addr(const Tensor& c, const Tensor& x, const Tensor& y, Scalar beta, Scalar alpha) {
  const AddProduct p{kAddr, c, x, y, beta, alpha};
  const Dims sizes = outer_sizes(x, y, "addr");
  return of_one_floating_type(p) ? add_product(p, sizes) : mixed_addr(p, sizes);
}
Tensor addr_(const Tensor& c, const Tensor& x, const Tensor& y, Scalar beta, Scalar alpha) {
  const AddProduct p{kAddr, c, x, y, beta, alpha};
  const Dims sizes = outer_sizes(x, y, "addr");
  if (of_one_floating_type(p)) return add_product_(p, sizes);
  const Tensor result = mixed_addr(p, sizes);
  check_castable("addr_", result.dtype(), c.dtype());
  return copy_(c, result);
}

}  // namespace taut
