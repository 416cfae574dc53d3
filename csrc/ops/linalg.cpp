#include "ops/linalg.h"

#include <cmath>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"

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

Dims matrix_sizes(const Tensor& a, int64_t rows, int64_t cols) {
  Dims sizes = a.sizes();
  sizes[a.dim() - 2] = rows;
  sizes[a.dim() - 1] = cols;
  return sizes;
}

}  // namespace

std::pair<Tensor, Tensor> qr(const Tensor& a, const char* mode) {
  const std::string_view wanted(mode);
  TAUT_CHECK(a.dim() >= 2, RuntimeError,
             "linalg.qr: The input tensor A must have at least 2 dimensions, got ", a.dim());
  TAUT_CHECK(is_floating(a.dtype()), RuntimeError,
             "linalg.qr: Expected a floating point tensor as input, got ", a.dtype());
  TAUT_CHECK(wanted == "reduced" || wanted == "complete" || wanted == "r", RuntimeError,
             "linalg.qr received unrecognized mode '", mode,
             "' but expected one of 'reduced' (default), 'r', or 'complete'");
  TAUT_CHECK(!needs_grad(a), NotImplementedError,
             "linalg.qr: the derivative is not implemented; use it under no_grad");
  const int64_t m = a.size(-2), n = a.size(-1);
  const int64_t k = wanted == "complete" ? m : std::min(m, n);
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
  if (wanted == "r") q = empty(Dims{0}, DType::Float64);
  return {cast(q, a.dtype()), cast(r, a.dtype())};
}

}  // namespace taut
