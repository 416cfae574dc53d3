#include "ops/gemm.h"

#include <algorithm>

#include "core/parallel.h"
#include "core/work.h"
#include "graph/grad_mode.h"
#include "kernels/gemm/gemm.h"
#include "ops/scratch.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Multiply-adds in a chunk of work for one thread: about 10 us.
constexpr int64_t kChunkWork = 1 << 19;

template <class T>
const GemmTable<T>& kernels() {
  if constexpr (sizeof(T) == 4) {
    return gemm_kernels().f32;
  } else {
    return gemm_kernels().f64;
  }
}

int64_t blocks_of(int64_t n, int64_t block) { return (n + block - 1) / block; }
int64_t rounded_up(int64_t n, int64_t unit) { return blocks_of(n, unit) * unit; }

// Where the part i of n things cut into `parts` begins: parts differ by one thing at most.
int64_t share(int64_t n, int64_t i, int64_t parts) { return n * i / parts; }

// Parts of a job worth a thread's while, a few for each thread; results do not depend on it.
int64_t useful_parts(int64_t work) {
  if (num_threads() == 1 || in_parallel_region()) return 1;
  return std::clamp<int64_t>(work / kChunkWork, 1, 4 * num_threads());
}

template <class T>
void run_direct(const GemmArgs<T>& g, const GemmPlan& plan) {
  const int64_t parts = useful_parts(g.m * g.n * g.k);
  const bool by_rows = g.m >= g.n;
  const int64_t length = by_rows ? g.m : g.n;
  const int64_t step = rounded_up(blocks_of(length, parts), by_rows ? plan.rows : plan.cols);
  parallel_for(0, length, step, [&](int64_t begin, int64_t end) {
    const GemmPart part =
        by_rows ? GemmPart{begin, end, 0, g.n, 0, g.k} : GemmPart{0, g.m, begin, end, 0, g.k};
    const Scratch<T> scratch(plan.packed_a);
    kernels<T>().direct(g, plan, part, scratch.data());
  });
}

template <class T>
void pack_b(const GemmArgs<T>& g, const GemmPlan& plan, const GemmPart& block, T* packed) {
  const int64_t k = block.p1 - block.p0;
  const int64_t panels = std::max<int64_t>((int64_t{1} << 13) / (k * plan.cols), 1);
  parallel_for(block.j0, block.j1, panels * plan.cols, [&](int64_t begin, int64_t end) {
    GemmPart part = block;
    part.j0 = begin, part.j1 = end;
    kernels<T>().pack_b(g, part, block.j0, packed);
  });
}

// C += A B for a block of columns and steps: a grid of parts, of rows first, since each part packs
// its rows of A itself.
template <class T>
void run_block(const GemmArgs<T>& g, const GemmPlan& plan, const GemmPart& block, const T* packed) {
  const int64_t n = block.j1 - block.j0;
  const int64_t wanted = useful_parts(g.m * n * (block.p1 - block.p0));
  const int64_t tiles = blocks_of(g.m, plan.rows), panels = blocks_of(n, plan.cols);
  const int64_t down = std::max(blocks_of(g.m, plan.mc), std::min(wanted, g.m / (4 * plan.rows)));
  const int64_t across = std::clamp<int64_t>(wanted / down, 1, panels);
  parallel_for(0, down * across, 1, [&](int64_t begin, int64_t end) {
    const Scratch<T> scratch(plan.packed_a);
    for (int64_t at = begin; at < end; ++at) {
      const int64_t i = at / across, j = at % across;
      GemmPart part = block;
      part.i0 = share(tiles, i, down) * plan.rows;
      part.i1 = std::min(share(tiles, i + 1, down) * plan.rows, g.m);
      part.j0 = block.j0 + share(panels, j, across) * plan.cols;
      part.j1 = std::min(block.j0 + share(panels, j + 1, across) * plan.cols, block.j1);
      kernels<T>().tiles(g, plan, part, block.j0, packed, scratch.data());
    }
  });
}

template <class T>
void run(const GemmArgs<T>& g, const GemmPlan& plan) {
  if (g.m == 0 || g.n == 0) return;
  if (plan.path != GemmPlan::Path::Tiles) return run_direct(g, plan);
  const Scratch<T> packed(plan.packed_b);
  for (int64_t j = 0; j < g.n; j += plan.nc) {
    for (int64_t p = 0; p < g.k; p += plan.kc) {
      const GemmPart block{0, g.m, j, std::min(j + plan.nc, g.n), p, std::min(p + plan.kc, g.k)};
      if (plan.pack_b) pack_b(g, plan, block, packed.data());
      run_block(g, plan, block, packed.data());
    }
  }
}

// Integers wrap; there is no kernel to be fast with.
template <class T>
void run_integers(const GemmArgs<T>& g, int64_t i0, int64_t i1) {
  for (int64_t i = i0; i < i1; ++i) {
    for (int64_t j = 0; j < g.n; ++j) {
      uint64_t sum = 0;
      for (int64_t p = 0; p < g.k; ++p) {
        sum += static_cast<uint64_t>(g.a[i * g.a_rs + p * g.a_cs]) *
               static_cast<uint64_t>(g.b[p * g.b_rs + j * g.b_cs]);
      }
      T& c = g.c[i * g.c_rs + j * g.c_cs];
      const uint64_t before =
          g.beta == 0 ? 0 : static_cast<uint64_t>(g.beta) * static_cast<uint64_t>(c);
      const uint64_t bias = g.bias ? static_cast<uint64_t>(g.bias[j]) : 0;
      c = static_cast<T>(static_cast<uint64_t>(g.alpha) * sum + before + bias);
    }
  }
}

// One product: a plan for a floating one, made once for all products of a batch.
template <class T>
struct Product {
  GemmArgs<T> args;
  GemmPlan plan{};

  explicit Product(const GemmArgs<T>& g) : args(g) {
    if constexpr (std::is_floating_point_v<T>) {
      plan = kernels<T>().plan(args);
    }
  }
  // The same product of matrices so many elements further on.
  Product at(int64_t a, int64_t b, int64_t c) const {
    Product next = *this;
    next.args.a += plan.turned ? b : a, next.args.b += plan.turned ? a : b, next.args.c += c;
    return next;
  }
  void run() const {
    if constexpr (std::is_floating_point_v<T>) {
      taut::run(args, plan);
    } else {
      const int64_t row = std::max<int64_t>(args.n * args.k, 1);
      parallel_for(0, args.m, std::max<int64_t>(kChunkWork / 8 / row, 1),
                   [&](int64_t begin, int64_t end) { run_integers(args, begin, end); });
    }
  }
};

template <class T>
GemmArgs<T> args_of(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta) {
  const int64_t r = a.dim() - 2, s = a.dim() - 1;
  GemmArgs<T> g{};
  g.m = a.size(r), g.n = b.size(s), g.k = a.size(s);
  g.a = a.data<T>(), g.a_rs = a.stride(r), g.a_cs = a.stride(s);
  g.b = b.data<T>(), g.b_rs = b.stride(r), g.b_cs = b.stride(s);
  g.c = c.data<T>(), g.c_rs = c.stride(r), g.c_cs = c.stride(s);
  // A side of one element may carry any stride: give it the one that paths for rows look for.
  if (g.k == 1) g.a_cs = g.b_rs = 1;
  g.alpha = static_cast<T>(alpha), g.beta = static_cast<T>(beta);
  return g;
}

}  // namespace

void gemm(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta,
          const Tensor& bias) {
  if (is_narrow(c.dtype())) {
    NoGrad guard;
    return through_float32(c, beta != 0, [&](const Tensor& wide) {
      gemm(widened(a), widened(b), wide, alpha, beta, widened(bias));
    });
  }
  count_multiply_adds(c.numel() * a.size(1));
  if (bias.defined()) count_element_operations(c.numel());
  if (c.is_meta()) return;
  visit(c.dtype(), [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) {
      GemmArgs<T> g = args_of<T>(a, b, c, alpha, beta);
      if (bias.defined()) g.bias = bias.data<T>();
      LongWork section(g.m * g.n * g.k / 16);
      Product<T>(g).run();
    }
  });
}

void batched_gemm(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta) {
  if (is_narrow(c.dtype())) {
    NoGrad guard;
    return through_float32(c, beta != 0, [&](const Tensor& wide) {
      batched_gemm(widened(a), widened(b), wide, alpha, beta);
    });
  }
  count_multiply_adds(c.numel() * a.size(2));
  if (c.is_meta()) return;
  visit(c.dtype(), [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) {
      const GemmArgs<T> g = args_of<T>(a, b, c, alpha, beta);
      const Product<T> first(g);
      const int64_t batch = c.size(0), each = std::max<int64_t>(g.m * g.n * g.k, 1);
      // Large products are cut themselves; small ones are shared out.
      const bool large = batch < 4 || each > 8 * kChunkWork;
      const int64_t grain = large ? batch : std::max<int64_t>(kChunkWork / each, 1);
      LongWork section(each * batch / 16);
      parallel_for(0, batch, std::max<int64_t>(grain, 1), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          first.at(i * a.stride(0), i * b.stride(0), i * c.stride(0)).run();
        }
      });
    }
  });
}

}  // namespace taut
