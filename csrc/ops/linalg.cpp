#include "ops/linalg.h"

#include <cmath>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/join.h"
#include "ops/matmul.h"
#include "ops/pointwise.h"
#include "ops/views.h"

namespace taut {
namespace {

// One matrix in double precision, row-major: Householder reflections turn it into R, and the
// identity into Q.
class Householder {
 public:
  Householder(int64_t m, int64_t n) : m_(m), n_(n), a_(m * n), tau_(std::min(m, n)) {}

  std::vector<double>& matrix() { return a_; }

  // a becomes R above the diagonal and the reflections' vectors (first element 1) below it.
  void factor() {
    for (int64_t j = 0; j < std::min(m_, n_); ++j) {
      double norm = 0;
      for (int64_t i = j + 1; i < m_; ++i) norm = std::hypot(norm, at(i, j));
      if (norm == 0) {
        tau_[j] = 0;
        continue;
      }
      const double alpha = at(j, j), beta = -std::copysign(std::hypot(alpha, norm), alpha);
      tau_[j] = (beta - alpha) / beta;
      for (int64_t i = j + 1; i < m_; ++i) at(i, j) /= alpha - beta;
      at(j, j) = beta;
      reflect(j, a_, n_, j + 1);
    }
  }
  // The first k columns of Q, row-major m x k.
  std::vector<double> q(int64_t k) {
    std::vector<double> out(m_ * k, 0.0);
    for (int64_t i = 0; i < k; ++i) out[i * k + i] = 1;
    for (int64_t j = std::min(m_, n_) - 1; j >= 0; --j) reflect(j, out, k, 0);
    return out;
  }
  double r(int64_t i, int64_t j) const { return i <= j ? a_[i * n_ + j] : 0.0; }

 private:
  double& at(int64_t i, int64_t j) { return a_[i * n_ + j]; }
  // Applies reflection j to the columns [from, cols) of a matrix of m rows.
  void reflect(int64_t j, std::vector<double>& x, int64_t cols, int64_t from) {
    if (tau_[j] == 0) return;
    for (int64_t c = from; c < cols; ++c) {
      double dot = x[j * cols + c];
      for (int64_t i = j + 1; i < m_; ++i) dot += at(i, j) * x[i * cols + c];
      dot *= tau_[j];
      x[j * cols + c] -= dot;
      for (int64_t i = j + 1; i < m_; ++i) x[i * cols + c] -= dot * at(i, j);
    }
  }

  int64_t m_, n_;
  std::vector<double> a_, tau_;
};

Tensor turned(const Tensor& t) { return transpose(t, -2, -1); }

// M below and on its diagonal, and mirrored above it.
Tensor from_lower(const Tensor& m) { return add(tril(m, 0), turned(tril(m, -1))); }

// Of a matrix with no more columns than rows: dA = (dQ + Q M) R^-T, where M is symmetric with the
// lower part of R dR^T - dQ^T Q.
Tensor tall_qr_backward(const Tensor& q, const Tensor& r, const Tensor& dq, const Tensor& dr) {
  const Tensor m = sub(matmul(r, turned(dr)), matmul(turned(dq), q));
  return solve_upper(add(dq, matmul(q, from_lower(m))), r, {.transposed = true});
}

// Source: Walter and Lehmann, "Algorithmic differentiation of linear algebra functions", 2012; a
// wide A = (X, Y) with R = (U, V) is the factorisation of X, with V = Q^T Y.
struct QrBackward final : Node {
  SavedTensor a, q, r;
  std::string_view mode;
  Dims sizes;
  const char* name() const override { return "LinalgQrBackward0"; }
  void backward(GradFrame& frame) override {
    TAUT_CHECK(mode != "r", RuntimeError,
               "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. "
               "Please use linalg.qr(A, mode='reduced') if you are going to differentiate through "
               "linalg.qr.");
    const int64_t rows = sizes[sizes.size() - 2], cols = sizes[sizes.size() - 1];
    TAUT_CHECK(mode != "complete" || rows <= cols, RuntimeError,
               "The QR decomposition is not differentiable when mode='complete' and nrows > "
               "ncols.");
    const Tensor Q = q.unpack(*this), R = r.unpack(*this);
    const Tensor dq = given(frame.grad(0), Q), dr = given(frame.grad(1), R);
    if (rows >= cols) return frame.give(0, tall_qr_backward(Q, R, dq, dr));
    const auto part = [&](const Tensor& t, int64_t from, int64_t to) {
      return slice(t, t.dim() - 1, from, to, 1);
    };
    const Tensor y = part(a.unpack(*this), rows, cols), dv = part(dr, rows, cols);
    const Tensor dx =
        tall_qr_backward(Q, part(R, 0, rows), add(dq, matmul(y, turned(dv))), part(dr, 0, rows));
    frame.give(0, cat(std::array{dx, matmul(Q, dv)}, -1));
  }
  void each_saved(SavedValues& values) override {
    values(a);
    values(q);
    values(r);
  }
  static Tensor given(const Tensor& g, const Tensor& like) {
    return g.defined() ? g : full_like(like, 0, like.dtype());
  }
};

Dims matrix_sizes(const Tensor& a, int64_t rows, int64_t cols) {
  Dims sizes = a.sizes();
  sizes[a.dim() - 2] = rows;
  sizes[a.dim() - 1] = cols;
  return sizes;
}

// Q and R, not recorded.
std::pair<Tensor, Tensor> factors(const Tensor& a, std::string_view mode) {
  NoGrad guard;
  const int64_t m = a.size(-2), n = a.size(-1);
  const int64_t k = mode == "complete" ? m : std::min(m, n);
  const Tensor source = contiguous(cast(a, DType::Float64));
  Tensor q = empty(matrix_sizes(a, m, k), DType::Float64);
  Tensor r = empty(matrix_sizes(a, k, n), DType::Float64);
  const int64_t batch = m * n == 0 ? 0 : a.numel() / (m * n);
  for (int64_t b = 0; b < batch; ++b) {
    Householder h(m, n);
    std::copy_n(source.data<double>() + b * m * n, m * n, h.matrix().begin());
    h.factor();
    const auto columns = h.q(k);
    std::copy(columns.begin(), columns.end(), q.data<double>() + b * m * k);
    double* out = r.data<double>() + b * k * n;
    for (int64_t i = 0; i < k; ++i) {
      for (int64_t j = 0; j < n; ++j) out[i * n + j] = h.r(i, j);
    }
  }
  if (mode == "r") q = empty(Dims{0}, DType::Float64);
  return {cast(q, a.dtype()), cast(r, a.dtype())};
}

}  // namespace

std::pair<Tensor, Tensor> qr(const Tensor& a, const char* mode) {
  const std::string_view wanted(mode);
  TAUT_CHECK(a.dim() >= 2, RuntimeError,
             "linalg.qr: The input tensor A must have at least 2 dimensions, got ", a.dim());
  TAUT_CHECK(is_floating(a.dtype()), RuntimeError,
             "linalg.qr: Expected a floating point tensor as input, got ", a.dtype());
  TAUT_CHECK(!is_narrow(a.dtype()), NotImplementedError, "\"geqrf_cpu\" not implemented for '",
             scalar_type_name(a.dtype()), "'");
  TAUT_CHECK(wanted == "reduced" || wanted == "complete" || wanted == "r", RuntimeError,
             "linalg.qr received unrecognized mode '", mode,
             "' but expected one of 'reduced' (default), 'r', or 'complete'");
  const auto [q, r] = factors(a, wanted);
  if (needs_grad(a)) {
    auto node = make<QrBackward>();
    node->num_outputs = 2;
    node->mode = wanted == "r" ? "r" : wanted == "complete" ? "complete" : "reduced";
    node->sizes = a.sizes();
    set_edges(*node, {a});
    set_history(q, node, 0);
    set_history(r, node, 1);
    if (a.size(-1) > a.size(-2)) node->a = SavedTensor(a);
    node->q = SavedTensor::output(q);
    node->r = SavedTensor::output(r);
  }
  return {q, r};
}

}  // namespace taut
