#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gemm.h"
#include "ops/linalg.h"
#include "ops/matmul.h"
#include "ops/pointwise.h"
#include "ops/views.h"

namespace taut {
namespace {

// Columns that are solved without products of matrices.
constexpr int64_t kBlock = 48;

// The rows of x solve y r = b, or y r^T = b, in place; r is upper triangular, rows ld apart.
void solve_rows(double* x, int64_t x_rs, int64_t rows, const double* r, int64_t n, int64_t ld,
                Triangle form) {
  for (int64_t i = 0; i < rows; ++i, x += x_rs) {
    for (int64_t k = 0; k < n && !form.transposed; ++k) {
      if (!form.unit) x[k] /= r[k * ld + k];
      for (int64_t j = k + 1; j < n; ++j) x[j] -= x[k] * r[k * ld + j];
    }
    for (int64_t j = n - 1; j >= 0 && form.transposed; --j) {
      double sum = x[j];
      for (int64_t k = j + 1; k < n; ++k) sum -= x[k] * r[j * ld + k];
      x[j] = form.unit ? sum : sum / r[j * ld + j];
    }
  }
}

// Rows begin..begin + rows and columns from..from + n of a matrix.
Tensor block(const Tensor& t, int64_t begin, int64_t rows, int64_t from, int64_t n) {
  return alias(t, {rows, n}, t.strides(), t.offset() + begin * t.stride(0) + from * t.stride(1));
}

// Matrices in double precision, in place: halves of the columns, and a product between them.
void solve_matrix(const Tensor& x, const Tensor& r, Triangle form) {
  const int64_t n = r.size(0), rows = x.size(0), half = n / 2;
  if (n <= kBlock) {
    const int64_t grain = std::max<int64_t>((1 << 15) / std::max<int64_t>(n * n, 1), 1);
    return parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
      solve_rows(x.data<double>() + begin * x.stride(0), x.stride(0), end - begin, r.data<double>(),
                 n, r.stride(0), form);
    });
  }
  const Tensor left = block(x, 0, rows, 0, half), right = block(x, 0, rows, half, n - half);
  const Tensor upper = block(r, 0, half, half, n - half);
  const Tensor first = block(r, 0, half, 0, half), last = block(r, half, n - half, half, n - half);
  if (form.transposed) {
    solve_matrix(right, last, form);
    gemm(right, transpose(upper, 0, 1), left, -1.0, 1.0, {});
    solve_matrix(left, first, form);
  } else {
    solve_matrix(left, first, form);
    gemm(left, upper, right, -1.0, 1.0, {});
    solve_matrix(right, last, form);
  }
}

// Not recorded.
Tensor solved(const Tensor& b, const Tensor& r, Triangle form) {
  NoGrad guard;
  const int64_t rows = b.size(-2), n = b.size(-1);
  const Tensor x = clone_contiguous(cast(b, DType::Float64));
  const Tensor upper = contiguous(cast(r, DType::Float64));
  const int64_t batch = rows * n == 0 ? 0 : b.numel() / (rows * n);
  LongWork section(x.numel() * n);
  const auto matrix = [](const Tensor& t, int64_t i, int64_t rows, int64_t n) {
    return alias(t, {rows, n}, {n, 1}, t.offset() + i * rows * n);
  };
  const int64_t grain = std::max<int64_t>((1 << 15) / std::max<int64_t>(rows * n * n, 1), 1);
  parallel_for(0, batch, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      solve_matrix(matrix(x, i, rows, n), matrix(upper, i, n, n), form);
    }
  });
  return cast(x, b.dtype());
}

Tensor turned(const Tensor& t) { return transpose(t, -2, -1); }

// With y = b op(r)^-1: db = g op(r)^-T, dr = -(y^T db)^(T where op is one), above the diagonal.
struct SolveUpperBackward final : Node {
  SavedTensor y, r;
  Triangle form;
  SolveUpperBackward(const Tensor& r, Triangle form) : r(r), form(form) {}
  const char* name() const override { return "LinalgSolveTriangularBackward0"; }
  void backward(GradFrame& frame) override {
    const Tensor db = solve_upper(frame.grad(), r.unpack(*this), {!form.transposed, form.unit});
    if (frame.needs(0)) frame.give(0, db);
    if (!frame.needs(1)) return;
    const Tensor product = matmul(turned(y.unpack(*this)), db);
    frame.give(1, neg(triu(form.transposed ? turned(product) : product, form.unit ? 1 : 0)));
  }
  void each_saved(SavedValues& values) override {
    values(y);
    values(r);
  }
};

}  // namespace

Tensor solve_upper(const Tensor& b, const Tensor& r, Triangle form) {
  const Tensor result = solved(b, r, form);
  if (needs_grad(b, r)) {
    auto node = make<SolveUpperBackward>(r, form);
    set_edges(*node, {b, r});
    set_history(result, node);
    node->y = SavedTensor::output(result);
  }
  return result;
}

Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left, bool unit) {
  const char* op = "linalg.solve_triangular";
  for (const Tensor* t : {&a, &b}) {
    TAUT_CHECK(t->dim() >= 2, RuntimeError, op, ": The input tensor ", t == &a ? "A" : "B",
               " must have at least 2 dimensions, got ", t->dim());
    TAUT_CHECK(is_floating(t->dtype()), RuntimeError, op,
               ": Expected a floating point tensor as input, got ", t->dtype());
    TAUT_CHECK(!is_narrow(t->dtype()), NotImplementedError, op, ": not implemented for ",
               t->dtype());
  }
  TAUT_CHECK(a.dtype() == b.dtype(), RuntimeError, op,
             ": Expected A and B to have the same dtype, got ", a.dtype(), " and ", b.dtype());
  const int64_t n = a.size(-1);
  TAUT_CHECK(a.size(-2) == n, RuntimeError, op,
             ": A must be batches of square matrices, but they are ", a.size(-2), " by ", n,
             " matrices");
  TAUT_CHECK(b.size(left ? -2 : -1) == n, RuntimeError, op, ": Incompatible shapes of A and B for ",
             left ? "AX = B" : "XA = B", ": ", ShapeText{a.sizes()}, " and ", ShapeText{b.sizes()});
  const auto batch_of = [](const Tensor& t) {
    return DimSpan(t.sizes()).first(static_cast<std::size_t>(t.dim() - 2));
  };
  const Dims batch = broadcast_shapes(batch_of(a), batch_of(b), op);
  const auto expanded = [&](const Tensor& t) {
    Dims sizes = batch;
    sizes.push_back(t.size(-2));
    sizes.push_back(t.size(-1));
    return expand(t, sizes);
  };
  const Tensor matrix = expanded(a), rows = expanded(b);
  const Tensor x = solve_upper(left ? turned(rows) : rows, upper ? matrix : turned(matrix),
                               {.transposed = left == upper, .unit = unit});
  return left ? turned(x) : x;
}

}  // namespace taut
