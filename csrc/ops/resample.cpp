#include "ops/resample.h"

#include <algorithm>
#include <numeric>

#include "core/parallel.h"
#include "core/work.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/pool.h"
#include "ops/scratch.h"
#include "ops/widened.h"

namespace taut {

// Maps ------------------------------------------------------------------------------------------

bool AxisMap::is_identity() const {
  if (rows() != columns_ || static_cast<int64_t>(from_.size()) != columns_) return false;
  for (int64_t i = 0; i < columns_; ++i) {
    if (begin_[i] != i || from_[i] != i || weight_[i] != 1) return false;
  }
  return true;
}

AxisMap AxisMap::transposed() const {
  AxisMap t(rows());
  t.begin_.assign(columns_ + 1, 0);
  for (const int64_t c : from_) ++t.begin_[c + 1];
  std::partial_sum(t.begin_.begin(), t.begin_.end(), t.begin_.begin());
  t.from_.resize(from_.size());
  t.weight_.resize(from_.size());
  std::vector<int64_t> next(t.begin_.begin(), t.begin_.end() - 1);
  for (int64_t r = 0; r < rows(); ++r) {
    for (int64_t e = begin_[r]; e < begin_[r + 1]; ++e) {
      const int64_t to = next[from_[e]]++;
      t.from_[to] = r;
      t.weight_[to] = weight_[e];
    }
  }
  t.finish();
  return t;
}

// Whether row i has the entries of row 0, i * step columns further on.
bool AxisMap::has_rows_like_the_first(int64_t step) const {
  for (int64_t i = 0; i < rows(); ++i) {
    if (begin_[i + 1] - begin_[i] != begin_[1]) return false;
    for (int64_t e = 0; e < begin_[1]; ++e) {
      if (from_[begin_[i] + e] != i * step + e || weight_[begin_[i] + e] != weight_[0])
        return false;
    }
  }
  return true;
}

void AxisMap::finish() {
  weight32_.assign(weight_.begin(), weight_.end());
  if (rows() < 2 || from_.empty() || begin_[1] == 0) return;
  const int64_t step = begin_[1] < static_cast<int64_t>(from_.size()) ? from_[begin_[1]] : 0;
  if (step > 0 && has_rows_like_the_first(step)) step_ = step, count_ = begin_[1];
  if (columns_ == 0 || rows() % columns_ != 0 || static_cast<int64_t>(from_.size()) != rows())
    return;
  const int64_t repeat = rows() / columns_;
  for (int64_t i = 0; i < rows(); ++i) {
    if (begin_[i] != i || from_[i] != i / repeat || weight_[i] != weight_[0]) return;
  }
  repeat_ = repeat;
}

template <class T>
SparseMatrix<T> AxisMap::matrix() const {
  const T* weight;
  if constexpr (sizeof(T) == 4) {
    weight = weight32_.data();
  } else {
    weight = weight_.data();
  }
  return {rows(), columns_, begin_.data(), from_.data(), weight, step_, count_, repeat_};
}
template SparseMatrix<double> AxisMap::matrix() const;

namespace {

// Planes ------------------------------------------------------------------------------------------

// The dimensions that change, in the order that keeps what is between them small.
std::vector<int64_t> passes_of(const AxisMaps& maps) {
  std::vector<int64_t> order;
  for (int64_t d = 0; d < static_cast<int64_t>(maps.size()); ++d) {
    if (!maps[d].is_identity()) order.push_back(d);
  }
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return maps[a].rows() * maps[b].columns() < maps[b].rows() * maps[a].columns();
  });
  return order;
}

// A product and a sum for each element that an element of the result is made of; a copy is none.
int64_t operations(const AxisMaps& maps, int64_t results) {
  double taps = 1;
  for (const AxisMap& m : maps) taps *= m.taps();
  if (taps <= 1) return 0;
  return static_cast<int64_t>(2 * taps * static_cast<double>(results));
}

template <class T>
class PlaneRun {
 public:
  explicit PlaneRun(const AxisMaps& maps) : passes_(passes_of(maps)) {
    for (const AxisMap& m : maps) matrices_.push_back(m.template matrix<T>());
    std::vector<int64_t> sizes = start();
    for (const int64_t d : passes_) {
      work_ += product(sizes);
      sizes[d] = matrices_[d].rows;
      room_ = std::max(room_, product(sizes));
    }
  }

  int64_t room() const { return 2 * room_; }
  int64_t work() const { return work_; }

  // between: room() elements.
  void run(const T* x, T* out, T* between) const {
    std::vector<int64_t> sizes = start();
    if (passes_.empty()) std::copy_n(x, product(sizes), out);
    for (std::size_t i = 0; i < passes_.size(); ++i) {
      const int64_t d = passes_[i];
      T* const to = i + 1 == passes_.size() ? out : between + i % 2 * room_;
      const int64_t outer = std::accumulate(sizes.begin(), sizes.begin() + d, int64_t{1}, times);
      const int64_t inner = std::accumulate(sizes.begin() + d + 1, sizes.end(), int64_t{1}, times);
      resample_kernels().of<T>()(matrices_[d], x, outer, inner, to);
      sizes[d] = matrices_[d].rows;
      x = to;
    }
  }

 private:
  static int64_t times(int64_t a, int64_t b) { return a * b; }
  static int64_t product(const std::vector<int64_t>& v) {
    return std::accumulate(v.begin(), v.end(), int64_t{1}, times);
  }
  std::vector<int64_t> start() const {
    std::vector<int64_t> sizes;
    for (const auto& m : matrices_) sizes.push_back(m.columns);
    return sizes;
  }

  std::vector<int64_t> passes_;
  std::vector<SparseMatrix<T>> matrices_;
  int64_t room_ = 0, work_ = 0;
};

template <class T>
void run_planes(const AxisMaps& maps, const Tensor& x, const Tensor& out) {
  int64_t in_plane = 1, out_plane = 1;
  for (const AxisMap& m : maps) in_plane *= m.columns(), out_plane *= m.rows();
  if (out.numel() == 0 || out.is_meta()) return;
  const PlaneRun<T> plane(maps);
  const T* from = x.data<T>();
  T* to = out.data<T>();
  const int64_t grain = std::max<int64_t>((1 << 15) / std::max<int64_t>(plane.work(), 1), 1);
  LongWork section(x.numel());
  parallel_for(0, out.numel() / out_plane, grain, [&](int64_t begin, int64_t end) {
    const Scratch<T> between(plane.room());
    for (int64_t p = begin; p < end; ++p) {
      plane.run(from + p * in_plane, to + p * out_plane, between.data());
    }
  });
}

}  // namespace

Tensor resample(const Tensor& x, std::shared_ptr<const AxisMaps> maps, const char* node) {
  if (is_narrow(x.dtype())) return rounded(resample(widened(x), maps, node), x.dtype());
  const Tensor from = contiguous(x);
  Dims size;
  for (const AxisMap& m : *maps) size.push_back(m.rows());
  Tensor out = empty_beside(x, with_last(x, size), x.dtype());
  const FusedWork work(operations(*maps, out.numel()));
  if (x.dtype() == DType::Float32) {
    run_planes<float>(*maps, from, out);
  } else {
    run_planes<double>(*maps, from, out);
  }
  record(out, node, {x}, {}, [maps, node](GradFrame& frame, TensorSpan) {
    auto transposed = std::make_shared<AxisMaps>();
    for (const AxisMap& m : *maps) transposed->push_back(m.transposed());
    frame.give(0, resample(frame.grad(), transposed, node));
  });
  return out;
}

}  // namespace taut
