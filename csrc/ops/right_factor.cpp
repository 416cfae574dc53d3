#include "ops/right_factor.h"

#include <algorithm>

#include "core/parallel.h"
#include "ops/gemm_table.h"

namespace taut {
namespace {

// Fewer rows than this are multiplied fastest with the matrix as it lies; fewer products do not
// repay the packing.
constexpr int64_t kRows = 5, kProducts = 3;
// Multiply-adds in a chunk of work for one thread: about 10 us.
constexpr int64_t kChunkWork = 1 << 19;

int64_t rounded_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

}  // namespace

template <class T>
RightFactor<T>::RightFactor(const T* b, int64_t k, int64_t n, int64_t rs, int64_t cs, int64_t rows,
                            int64_t products)
    : b_(b), k_(k), n_(n), rs_(rs), cs_(cs) {
  if (worth_packing(rows, products)) pack(rows);
}

template <class T>
GemmArgs<T> RightFactor<T>::args(int64_t m) const {
  GemmArgs<T> g{};
  g.m = m, g.n = n_, g.k = k_;
  g.b = b_, g.b_rs = rs_, g.b_cs = cs_;
  g.a_rs = k_, g.a_cs = 1, g.c_rs = n_, g.c_cs = 1;
  return g;
}

// Where the plan of a product alone packs, so do we, if it is for one product. A single column is
// the case that a plan may turn into its transpose.
template <class T>
bool RightFactor<T>::worth_packing(int64_t rows, int64_t products) const {
  if (products == 0 || rows == 0 || k_ == 0 || n_ == 0) return false;
  if ((rows >= kRows && products >= kProducts) || n_ == 1) return true;
  GemmArgs<T> g = args(rows);
  return gemm_kernels_of<T>().plan(g).pack_b;
}

template <class T>
void RightFactor<T>::pack(int64_t rows) {
  const auto& kernels = gemm_kernels_of<T>();
  const GemmArgs<T> g = args(rows);
  const GemmPlan plan = kernels.plan_for_panels(g);
  const int64_t width = rounded_up(n_, plan.cols);
  packed_.emplace(k_ * width);
  for (int64_t p = 0; p < k_; p += plan.kc) {
    const GemmPart part{0, rows, 0, n_, p, std::min(p + plan.kc, k_)};
    kernels.pack_b(g, part, 0, packed_->data() + p * width);
  }
}

template <class T>
void RightFactor<T>::multiply(const T* a, int64_t a_rs, int64_t m, T beta, T* c, int64_t c_rs,
                              const T* bias) const {
  GemmArgs<T> g = args(m);
  g.a = a, g.a_rs = a_rs;
  g.c = c, g.c_rs = c_rs;
  g.beta = beta, g.bias = bias;
  if (a == nullptr) g.k = 0;
  is_packed() && g.k > 0 ? multiply_packed(g) : multiply_in_place(g);
}

template <class T>
void RightFactor<T>::multiply_packed(const GemmArgs<T>& g) const {
  const auto& kernels = gemm_kernels_of<T>();
  const GemmPlan plan = kernels.plan_for_panels(g);
  const Scratch<T> scratch(plan.packed_a);
  const int64_t width = rounded_up(g.n, plan.cols);
  for (int64_t p = 0; p < g.k; p += plan.kc) {
    for (int64_t i = 0; i < g.m; i += plan.mc) {
      const GemmPart part{i, std::min(i + plan.mc, g.m), 0, g.n, p, std::min(p + plan.kc, g.k)};
      kernels.tiles(g, plan, part, 0, packed_->data() + p * width, scratch.data());
    }
  }
}

// A few rows, by parts of the columns.
template <class T>
void RightFactor<T>::multiply_in_place(GemmArgs<T> g) const {
  const auto& kernels = gemm_kernels_of<T>();
  const GemmPlan plan = kernels.plan(g);
  const int64_t step = kChunkWork / std::max<int64_t>(g.m * g.k, 1) + 1;
  parallel_for(0, g.n, rounded_up(step, plan.cols), [&](int64_t begin, int64_t end) {
    const Scratch<T> scratch(plan.packed_a);
    if (plan.path != GemmPlan::Path::Tiles) {
      return kernels.direct(g, plan, {0, g.m, begin, end, 0, g.k}, scratch.data());
    }
    for (int64_t p = 0; p < g.k; p += plan.kc) {
      const GemmPart part{0, g.m, begin, end, p, std::min(p + plan.kc, g.k)};
      kernels.tiles(g, plan, part, begin, nullptr, scratch.data());
    }
  });
}

template class RightFactor<float>;
template class RightFactor<double>;

}  // namespace taut
