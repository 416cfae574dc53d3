#include "ops/embedding.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/lambda_node.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/index_loops.h"
#include "ops/pointwise.h"
#include "ops/sparse.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Elements one task adds; columns are cut so that no two tasks touch a cache line.
constexpr int64_t kGrain = 1 << 14;
constexpr int64_t kLeastColumns = 64;

int64_t width_of(const Tensor& t) { return static_cast<int64_t>(t.element_size()); }
char* bytes_of(const Tensor& t) { return reinterpret_cast<char*>(t.raw()); }

// 1 / how often each index occurs, per position of index.
Tensor inverse_frequency(const Tensor& index, int64_t rows) {
  std::vector<int64_t> counts(static_cast<size_t>(rows), 0);
  const auto* at = index.data<int64_t>();
  kernels::count_indices(counts.data(), at, index.numel());
  Tensor out = empty(Dims{index.numel()}, DType::Float64);
  for (int64_t i = 0; i < index.numel(); ++i) {
    out.data<double>()[i] = 1.0 / static_cast<double>(counts[at[i]]);
  }
  return out;
}

// Positions of the indices that are not `value`.
Tensor positions_of_others(const Tensor& index, int64_t value) {
  std::vector<int64_t> kept;
  for (int64_t i = 0; i < index.numel(); ++i) {
    if (index.data<int64_t>()[i] != value) kept.push_back(i);
  }
  Tensor out = empty(Dims{static_cast<int64_t>(kept.size())}, DType::Int64);
  std::copy(kept.begin(), kept.end(), out.data<int64_t>());
  return out;
}

struct Options {
  int64_t rows, width, padding_idx;
  bool by_frequency, sparse;
};

// The factor of each position of index, or undefined where all are 1.
Tensor factors(const Tensor& index, const Options& o, double alpha) {
  if (!o.by_frequency && alpha == 1) return {};
  if (!o.by_frequency) return full(Dims{index.numel()}, alpha, DType::Float64);
  return mul(inverse_frequency(index, o.rows), wrapped(alpha));
}

// out (rows x width, contiguous) += alpha times the rows of g, each at its index.
void add_rows_into(const Tensor& out, const Tensor& g, const Tensor& index, const Options& o,
                   double alpha) {
  if (out.is_meta()) return;
  if (is_narrow(out.dtype())) {
    NoGrad guard;
    return through_float32(
        out, true, [&](const Tensor& wide) { add_rows_into(wide, widened(g), index, o, alpha); });
  }
  const Tensor scale = factors(index, o, alpha);
  const auto n = index.numel(), bytes = width_of(out);
  LongWork section(n * o.width);
  const auto columns = std::max(kGrain / std::max<int64_t>(n, 1), kLeastColumns);
  parallel_for(0, o.width, columns, [&](auto b, auto e) {
    kernels::add_rows(out.dtype(), bytes_of(out) + b * bytes, o.width * bytes,
                      bytes_of(g) + b * bytes, o.width * bytes, index.data<int64_t>(), n, e - b,
                      scale.defined() ? scale.data<double>() : nullptr, o.padding_idx);
  });
}

// The same in recorded operations.
Tensor rows_gradient(const Tensor& g, const Tensor& index, const Options& o) {
  Tensor terms = reshape(g, Dims{-1, o.width});
  const Tensor flat = reshape(index, Dims{-1});
  if (o.by_frequency) {
    const Tensor scale = cast(inverse_frequency(flat, o.rows), g.dtype());
    terms = mul(terms, unsqueeze(scale, 1));
  }
  if (o.padding_idx >= 0) {
    const Tensor kept = positions_of_others(flat, o.padding_idx);
    return index_add(zeros_beside(g, Dims{o.rows, o.width}, g.dtype()), 0,
                     index_select(flat, 0, kept), index_select(terms, 0, kept));
  }
  return index_add(zeros_beside(g, Dims{o.rows, o.width}, g.dtype()), 0, flat, terms);
}

// A sparse tensor of the rows of g, each at its index.
Tensor sparse_gradient(const Tensor& g, const Tensor& index, const Options& o) {
  TAUT_CHECK(!o.by_frequency, RuntimeError,
             "embedding_backward: scale_grad_by_freq not supported with sparse gradients");
  Tensor rows = reshape(g, Dims{index.numel(), o.width}), at = reshape(index, Dims{-1});
  if (o.padding_idx >= 0) {
    const Tensor kept = positions_of_others(at, o.padding_idx);
    rows = index_select(rows, 0, kept);
    at = index_select(at, 0, kept);
  }
  return sparse_coo_tensor(unsqueeze(at, 0), rows, Dims{o.rows, o.width});
}

void embedding_backward(GradFrame& frame, const Tensor& index, const Options& o) {
  const Tensor& g = frame.grad();
  // A shape without values has no layout to speak of.
  if (o.sparse && !g.is_meta()) return frame.give(0, sparse_gradient(g, index, o));
  if (frame.create_graph()) return frame.give(0, rows_gradient(g, index, o));
  const Tensor rows = contiguous(g);
  const auto [out, alpha, beta] = frame.dest_scaled(0, Dims{o.rows, o.width}, g.dtype(), false);
  if (beta == 0) fill_raw(out, 0);
  add_rows_into(out, rows, index, o, alpha);
}

Tensor checked_index(const Tensor& weight, const Tensor& given, const char* op) {
  TAUT_CHECK(given.dtype() == DType::Int64 || given.dtype() == DType::Int32, RuntimeError, op,
             ": Expected tensor for argument 'indices' to be Long or Int; but got ", given.dtype());
  NoGrad guard;
  const Tensor index = contiguous(cast(given, DType::Int64));
  check_has_slices(op, weight, 0, index);
  int64_t bad = 0;
  TAUT_CHECK(!find_outside(index, 0, weight.size(0), bad), IndexError, op,
             ": index out of range in self: ", bad, " for ", weight.size(0), " rows");
  return index;
}

double norm_of(const Tensor& row, double p) {
  double total = 0;
  visit_stored(row.dtype(), [&]<class T>() {
    const T* x = row.data<T>();
    for (int64_t j = 0; j < row.numel(); ++j) {
      const double v = std::abs(static_cast<double>(x[j]));
      total = std::isinf(p) ? std::max(total, v) : total + std::pow(v, p);
    }
  });
  return std::isinf(p) ? total : std::pow(total, 1 / p);
}

}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& given, int64_t padding_idx,
                 bool scale_grad_by_freq, bool sparse) {
  TAUT_CHECK(weight.dim() == 2, RuntimeError, "embedding: 'weight' must be 2-D, got ", weight.dim(),
             " dimensions");
  const Tensor index = checked_index(weight, given, "embedding");
  const Options o{weight.size(0), weight.size(1), padding_idx, scale_grad_by_freq, sparse};
  Dims sizes = index.sizes();
  sizes.push_back(o.width);
  const Tensor out = empty_beside(weight, sizes, weight.dtype());
  take_into(out, weight, 0, 1, index, byte_stride(weight, 0));
  record(out, "EmbeddingBackward0", {weight}, {index},
         [o](GradFrame& frame, TensorSpan saved) { embedding_backward(frame, saved[0], o); });
  return out;
}

void embedding_renorm_(const Tensor& weight, const Tensor& given, double max_norm,
                       double norm_type) {
  const Tensor index = checked_index(weight, given, "embedding_renorm_");
  std::vector<int64_t> rows(index.data<int64_t>(), index.data<int64_t>() + index.numel());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  NoGrad guard;
  check_inplace(weight, "embedding_renorm_");
  for (const auto r : rows) {
    const Tensor row = alias(select(weight, 0, r));
    const double norm = norm_of(contiguous(row), norm_type);
    if (norm > max_norm) copy_raw(row, mul(row, wrapped(max_norm / (norm + 1e-7))));
  }
  finish_inplace(weight);
}

Tensor one_hot(const Tensor& index, int64_t num_classes) {
  TAUT_CHECK(index.dtype() == DType::Int64, RuntimeError,
             "one_hot is only applicable to index tensor of type LongTensor, got ", index.dtype());
  NoGrad guard;
  const Tensor flat = reshape(index, Dims{-1});
  const auto* at = flat.data<int64_t>();
  const auto n = flat.numel();
  TAUT_CHECK(n > 0 || num_classes > 0, RuntimeError,
             "one_hot: Can not infer total number of classes from empty tensor.");
  int64_t largest = -1;
  for (int64_t i = 0; i < n; ++i) {
    TAUT_CHECK(at[i] >= 0, RuntimeError, "one_hot: Class values must be non-negative, got ", at[i]);
    largest = std::max(largest, at[i]);
  }
  if (num_classes == -1) num_classes = largest + 1;
  TAUT_CHECK(num_classes >= 1, RuntimeError, "one_hot: num_classes should be positive");
  TAUT_CHECK(largest < num_classes, RuntimeError,
             "one_hot: Class values must be smaller than num_classes, got ", largest, " and ",
             num_classes);
  Dims sizes = index.sizes();
  sizes.push_back(num_classes);
  const Tensor out = zeros(sizes, DType::Int64);
  for (int64_t i = 0; i < n; ++i) out.data<int64_t>()[i * num_classes + at[i]] = 1;
  return out;
}

}  // namespace taut
