#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/parallel.h"
#include "ops/copy.h"
#include "ops/pool.h"
#include "ops/resample.h"
#include "ops/scratch.h"

namespace taut {
namespace {

// Weights as multiples of 2^-shift, as many bits as 16 hold.
struct FixedMap {
  int64_t columns;
  std::vector<int64_t> begin{0}, from;
  std::vector<int32_t> weight;
  int shift = 0;

  int64_t rows() const { return static_cast<int64_t>(begin.size()) - 1; }
};

FixedMap fixed_map(const AxisMap& map) {
  const SparseMatrix<double> m = map.matrix<double>();
  FixedMap fixed{m.columns, {0}, {}, {}, 0};
  std::vector<double> weights;
  for (int64_t i = 0; i < m.rows; ++i) {
    for (int64_t e = m.begin[i]; e < m.begin[i + 1]; ++e) {
      // Columns that were clamped to the edge count as one, rounded once.
      if (e > m.begin[i] && m.from[e] == fixed.from.back()) {
        weights.back() += m.weight[e];
        continue;
      }
      fixed.from.push_back(m.from[e]);
      weights.push_back(m.weight[e]);
    }
    fixed.begin.push_back(static_cast<int64_t>(weights.size()));
  }
  const double greatest = std::accumulate(weights.begin(), weights.end(), 0.0,
                                          [](double a, double b) { return std::max(a, b); });
  const auto multiple = [&](double w, int shift) {
    return static_cast<int32_t>(w * (1 << shift) + (w < 0 ? -0.5 : 0.5));
  };
  while (fixed.shift < 22 && multiple(greatest, fixed.shift + 1) < (1 << 15)) ++fixed.shift;
  for (const double w : weights) fixed.weight.push_back(multiple(w, fixed.shift));
  return fixed;
}

// x [outer][columns][inner] to [outer][rows][inner]; sums: inner elements.
void run_pass(const FixedMap& m, const uint8_t* x, int64_t outer, int64_t inner, uint8_t* out,
              int32_t* sums) {
  const int32_t half = m.shift > 0 ? 1 << (m.shift - 1) : 0;
  for (int64_t o = 0; o < outer; ++o, x += m.columns * inner) {
    for (int64_t i = 0; i < m.rows(); ++i, out += inner) {
      std::fill_n(sums, inner, half);
      for (int64_t e = m.begin[i]; e < m.begin[i + 1]; ++e) {
        const uint8_t* row = x + m.from[e] * inner;
        const int32_t weight = m.weight[e];
        for (int64_t j = 0; j < inner; ++j) sums[j] += weight * row[j];
      }
      for (int64_t j = 0; j < inner; ++j) {
        out[j] = static_cast<uint8_t>(std::clamp(sums[j] >> m.shift, 0, 255));
      }
    }
  }
}

// One dimension of a plane changes; `results` elements come out.
struct Pass {
  FixedMap map;
  int64_t outer, inner, results;
};

// Changed dimensions, the last first.
std::vector<Pass> passes_of(const AxisMaps& maps) {
  std::vector<int64_t> sizes;
  for (const AxisMap& m : maps) sizes.push_back(m.columns());
  const auto product = [&](std::size_t begin, std::size_t end) {
    int64_t n = 1;
    for (std::size_t d = begin; d < end; ++d) n *= sizes[d];
    return n;
  };
  std::vector<Pass> passes;
  for (std::size_t d = maps.size(); d-- > 0;) {
    if (maps[d].is_identity()) continue;
    sizes[d] = maps[d].rows();
    passes.push_back({fixed_map(maps[d]), product(0, d), product(d + 1, sizes.size()),
                      product(0, sizes.size())});
  }
  return passes;
}

void run_plane(const std::vector<Pass>& passes, const uint8_t* x, uint8_t* out, uint8_t* between,
               int64_t room, int32_t* sums) {
  for (std::size_t i = 0; i < passes.size(); ++i) {
    uint8_t* const to = i + 1 == passes.size() ? out : between + static_cast<int64_t>(i % 2) * room;
    run_pass(passes[i].map, x, passes[i].outer, passes[i].inner, to, sums);
    x = to;
  }
}

}  // namespace

Tensor resample_bytes(const Tensor& x, const AxisMaps& maps) {
  Dims size;
  int64_t in = 1;
  for (const AxisMap& m : maps) size.push_back(m.rows()), in *= m.columns();
  const std::vector<Pass> passes = passes_of(maps);
  if (passes.empty()) return clone_contiguous(x);
  const Tensor from = contiguous(x), out = empty_beside(x, with_last(x, size), x.dtype());
  if (out.numel() == 0 || out.is_meta()) return out;
  const int64_t each = numel(size);
  int64_t room = 0, width = 0;
  for (const Pass& p : passes) room = std::max(room, p.results), width = std::max(width, p.inner);
  LongWork section(x.numel() + out.numel());
  parallel_for(0, out.numel() / each, std::max<int64_t>((1 << 15) / room, 1),
               [&](int64_t begin, int64_t end) {
                 const Scratch<uint8_t> between(2 * room);
                 const Scratch<int32_t> sums(width);
                 for (int64_t p = begin; p < end; ++p) {
                   run_plane(passes, from.data<uint8_t>() + p * in, out.data<uint8_t>() + p * each,
                             between.data(), room, sums.data());
                 }
               });
  return out;
}

}  // namespace taut
