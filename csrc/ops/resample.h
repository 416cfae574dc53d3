// Maps of the last dimensions that are linear and act on each dimension alone: averages of windows,
// interpolation.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/resample.h"
#include "tensor/tensor.h"

namespace taut {

// A sparse matrix, built row by row.
class AxisMap {
 public:
  explicit AxisMap(int64_t columns) : columns_(columns) {}
  void add(int64_t from, double weight) {
    from_.push_back(from);
    weight_.push_back(weight);
  }
  void end_row() { begin_.push_back(static_cast<int64_t>(from_.size())); }

  int64_t rows() const { return static_cast<int64_t>(begin_.size()) - 1; }
  int64_t columns() const { return columns_; }
  bool is_identity() const;
  // Elements that one of the result is made of, on average.
  double taps() const {
    return rows() == 0 ? 0 : static_cast<double>(from_.size()) / static_cast<double>(rows());
  }
  AxisMap transposed() const;
  // After the last row: looks for the patterns that kernels know.
  void finish();
  template <class T>
  SparseMatrix<T> matrix() const;

 private:
  bool has_rows_like_the_first(int64_t step) const;

  int64_t columns_;
  std::vector<int64_t> begin_{0}, from_;
  std::vector<double> weight_;
  std::vector<float> weight32_;
  int64_t step_ = 0, count_ = 0, repeat_ = 0;
};

using AxisMaps = std::vector<AxisMap>;

// Of the last maps.size() dimensions of x, a floating tensor. The node's backward is the transpose.
Tensor resample(const Tensor& x, std::shared_ptr<const AxisMaps> maps, const char* node);

// The same of uint8, not recorded: weights rounded to 16 bits, each dimension's results to 8.
Tensor resample_bytes(const Tensor& x, const AxisMaps& maps);

// (N, C, *) to `size`, floating or, but for "linear" and "trilinear", uint8. mode: "nearest",
// "nearest-exact", "linear", "bilinear", "trilinear", "bicubic". scales: factors given by the user
// instead of sizes, 0 where none was.
Tensor interpolate(const Tensor& x, DimSpan size, std::span<const double> scales,
                   std::string_view mode, bool align_corners, bool antialias);

}  // namespace taut
