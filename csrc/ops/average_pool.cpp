#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "ops/autocast.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/memory_format.h"
#include "ops/pointwise.h"
#include "ops/pool.h"
#include "ops/resample.h"
#include "ops/widened.h"

namespace taut {

namespace {

constexpr const char* kAvgNames[] = {"avg_pool1d", "avg_pool2d", "avg_pool3d"};
constexpr const char* kAvgNodes[] = {"AvgPool1DBackward0", "AvgPool2DBackward0",
                                     "AvgPool3DBackward0"};
constexpr const char* kAdaptiveNames[] = {"adaptive_avg_pool1d", "adaptive_avg_pool2d",
                                          "adaptive_avg_pool3d"};
constexpr const char* kAdaptiveNodes[] = {
    "AdaptiveAvgPool1DBackward0", "AdaptiveAvgPool2DBackward0", "AdaptiveAvgPool3DBackward0"};

// A window cut to what is inside, and how many elements its average counts.
struct Span {
  int64_t first, last, count;
};
std::vector<Span> spans_of(const PoolSizes& s, int d, bool include_pad) {
  std::vector<Span> spans;
  for (int64_t o = 0; o < s.out[d]; ++o) {
    const int64_t start = o * s.stride[d] - s.padding[d];
    const int64_t end = std::min(start + s.kernel[d], s.in[d] + s.padding[d]);
    const int64_t first = std::max<int64_t>(start, 0), last = std::min(end, s.in[d]);
    spans.push_back({first, last, include_pad ? end - start : last - first});
  }
  return spans;
}

AxisMap averages(const PoolSizes& s, int d, bool include_pad, bool sum) {
  AxisMap map(s.in[d]);
  for (const Span& span : spans_of(s, d, include_pad)) {
    for (int64_t i = span.first; i < span.last; ++i) {
      map.add(i, sum ? 1.0 : 1.0 / static_cast<double>(span.count));
    }
    map.end_row();
  }
  map.finish();
  return map;
}

// Sums of windows over their sizes or `divisor`, rounded towards zero; sums wrap.
class IntegerAverages {
 public:
  IntegerAverages(const PoolSizes& s, bool include_pad, std::optional<int64_t> divisor)
      : s_(s), divisor_(divisor) {
    for (int d = 0; d < 3; ++d) spans_[d] = spans_of(s, d, include_pad);
  }

  void run(const int64_t* x, int64_t* out) const {
    const int64_t plane = s_.in[0] * s_.in[1] * s_.in[2];
    const int64_t each = s_.out[0] * s_.out[1] * s_.out[2];
    const int64_t work = each * s_.kernel[0] * s_.kernel[1] * s_.kernel[2];
    LongWork section(s_.planes * work);
    parallel_for(0, s_.planes, std::max<int64_t>((1 << 15) / std::max<int64_t>(work, 1), 1),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) average(x + p * plane, out + p * each);
                 });
  }

 private:
  void average(const int64_t* x, int64_t* out) const {
    for (const Span& depth : spans_[0]) {
      for (const Span& height : spans_[1]) {
        for (const Span& width : spans_[2]) {
          const uint64_t sum = sum_of(x, depth, height, width);
          const int64_t by = divisor_.value_or(depth.count * height.count * width.count);
          // The least number over -1 overflows.
          *out++ = by == -1 ? static_cast<int64_t>(-sum) : static_cast<int64_t>(sum) / by;
        }
      }
    }
  }
  uint64_t sum_of(const int64_t* x, const Span& depth, const Span& height,
                  const Span& width) const {
    uint64_t sum = 0;
    for (int64_t d = depth.first; d < depth.last; ++d) {
      for (int64_t h = height.first; h < height.last; ++h) {
        const int64_t* row = x + (d * s_.in[1] + h) * s_.in[2];
        for (int64_t w = width.first; w < width.last; ++w) sum += static_cast<uint64_t>(row[w]);
      }
    }
    return sum;
  }

  PoolSizes s_;
  std::optional<int64_t> divisor_;
  std::vector<Span> spans_[3];
};

}  // namespace

Tensor avg_pool(const Tensor& x, int64_t dims, const PoolOptions& options, bool include_pad,
                std::optional<int64_t> divisor) {
  if (autocast::on() && dims == 3) {
    return autocast::widened(
        [&](auto wide) { return avg_pool(wide(x), dims, options, include_pad, divisor); });
  }
  const char* op = kAvgNames[dims - 1];
  if (dims == 2) wrap_dim(-3, x.dim(), op);
  const PoolSizes s = pool_sizes(op, x, dims, options);
  if (x.dtype() != DType::Int64) check_floating(op, x);
  TAUT_CHECK(!divisor || *divisor != 0, RuntimeError, op, ": divisor must be not zero");
  if (x.dtype() == DType::Int64) {
    const Tensor from = contiguous(x);
    const DimSpan size = DimSpan(s.out).last(static_cast<std::size_t>(dims));
    const Tensor out = empty_beside(x, with_last(x, size), x.dtype());
    const IntegerAverages average(s, include_pad, divisor);
    if (!out.is_meta()) average.run(from.data<int64_t>(), out.data<int64_t>());
    return dims == 2 ? in_format_of(x, out) : out;
  }
  auto maps = std::make_shared<AxisMaps>();
  for (int d = static_cast<int>(3 - dims); d < 3; ++d) {
    maps->push_back(averages(s, d, include_pad, divisor.has_value()));
  }
  if (divisor && is_narrow(x.dtype())) {
    return rounded(avg_pool(widened(x), dims, options, include_pad, divisor), x.dtype());
  }
  const Tensor means = resample(x, maps, kAvgNodes[dims - 1]);
  const Tensor out = divisor ? div(means, static_cast<double>(*divisor)) : means;
  return dims == 2 ? in_format_of(x, out) : out;
}

Tensor adaptive_avg_pool(const Tensor& x, DimSpan size) {
  if (autocast::on() && size.size() == 3) {
    return autocast::widened([&](auto wide) { return adaptive_avg_pool(wide(x), size); });
  }
  const auto dims = static_cast<int64_t>(size.size());
  const char* op = kAdaptiveNames[dims - 1];
  check_pool_input(op, x, dims, dims == 3 ? 1 : x.dim() - dims);
  if (dims < 3 && x.numel() == 0 && !is_floating(x.dtype())) {
    return empty_beside(x, with_last(x, size), x.dtype());  // nothing to average, of whatever type
  }
  check_floating(op, x);
  auto maps = std::make_shared<AxisMaps>();
  for (int64_t d = 0; d < dims; ++d) {
    const int64_t in = x.size(d - dims), out = size[static_cast<std::size_t>(d)];
    TAUT_CHECK(out >= 0, RuntimeError, op,
               ": elements of output_size must be greater than or equal to 0 but received ",
               ShapeText{size});
    AxisMap map(in);
    for (int64_t o = 0; o < out; ++o) {
      const int64_t first = o * in / out, last = ((o + 1) * in + out - 1) / out;
      for (int64_t i = first; i < last; ++i) map.add(i, 1.0 / static_cast<double>(last - first));
      map.end_row();
    }
    map.finish();
    maps->push_back(std::move(map));
  }
  const Tensor out = resample(x, maps, kAdaptiveNodes[dims - 1]);
  return dims == 2 ? in_format_of(x, out) : out;
}

}  // namespace taut
