#include "ops/gemm.h"

#include <algorithm>

#include "core/parallel.h"
#include "kernels/gemm/gemm.h"

namespace taut {
namespace {

// Multiply-adds in a chunk of work for one thread: about 10 us.
constexpr int64_t kChunkWork = 1 << 19;

// Scratch memory of this thread, kept: products come in rows.
template <class T>
void* workspace() {
  struct Block {
    int64_t bytes = sizeof(T) == 4 ? gemm_kernels().workspace_f32 : gemm_kernels().workspace_f64;
    void* p = pool_allocate(static_cast<std::size_t>(bytes));
    ~Block() { pool_free(p, static_cast<std::size_t>(bytes)); }
  };
  thread_local Block block;
  return block.p;
}

void run(const GemmArgs<float>& g) { gemm_kernels().f32(g); }
void run(const GemmArgs<double>& g) { gemm_kernels().f64(g); }

// Integers wrap; there is no kernel to be fast with.
template <class T>
  requires std::is_integral_v<T>
void run(const GemmArgs<T>& g) {
  for (int64_t i = 0; i < g.m; ++i) {
    for (int64_t j = 0; j < g.n; ++j) {
      uint64_t sum = 0;
      for (int64_t p = 0; p < g.k; ++p) {
        sum += static_cast<uint64_t>(g.a[i * g.a_rs + p * g.a_cs]) *
               static_cast<uint64_t>(g.b[p * g.b_rs + j * g.b_cs]);
      }
      T& c = g.c[i * g.c_rs + j * g.c_cs];
      const uint64_t before = g.beta == 0 ? 0 : static_cast<uint64_t>(g.beta) * static_cast<uint64_t>(c);
      c = static_cast<T>(static_cast<uint64_t>(g.alpha) * sum + before);
    }
  }
}

template <class T>
constexpr int64_t tile_rows() {
  return std::is_integral_v<T> ? 1 : 48;
}

// Cuts the longer side of C into blocks whose size depends on the shape only.
template <class T>
void in_blocks(const GemmArgs<T>& g) {
  const int64_t work = g.m * g.n * std::max<int64_t>(g.k, 1);
  if (work <= 2 * kChunkWork || (g.m == 1 && g.n == 1)) return run(g);
  const bool by_rows = g.m >= g.n;
  const int64_t length = by_rows ? g.m : g.n;
  const int64_t tile = by_rows ? tile_rows<T>() : 64;
  // At least an eighth of the side: every block packs the other operand anew.
  int64_t block = std::max(length / 8, kChunkWork * length / work);
  block = std::max((block + tile - 1) / tile * tile, tile);
  LongWork section(work / 16);
  parallel_for(0, length, block, [&](int64_t begin, int64_t end) {
    GemmArgs<T> part = g;
    if (by_rows) {
      part.m = end - begin;
      part.a += begin * g.a_rs;
      part.c += begin * g.c_rs;
    } else {
      part.n = end - begin;
      part.b += begin * g.b_cs;
      part.c += begin * g.c_cs;
      if (part.bias) part.bias += begin;
    }
    if constexpr (std::is_floating_point_v<T>) part.workspace = workspace<T>();
    run(part);
  });
}

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
  if constexpr (std::is_floating_point_v<T>) g.workspace = workspace<T>();
  return g;
}

}  // namespace

void gemm(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta,
          const Tensor& bias) {
  visit(c.dtype(), [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) {
      GemmArgs<T> g = args_of<T>(a, b, c, alpha, beta);
      if (bias.defined()) g.bias = bias.data<T>();
      in_blocks(g);
    }
  });
}

void batched_gemm(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta) {
  const int64_t batch = c.size(0);
  visit(c.dtype(), [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) {
      const GemmArgs<T> first = args_of<T>(a, b, c, alpha, beta);
      auto one = [&](int64_t i) {
        GemmArgs<T> g = first;
        g.a += i * a.stride(0), g.b += i * b.stride(0), g.c += i * c.stride(0);
        return g;
      };
      const int64_t each = std::max<int64_t>(first.m * first.n * first.k, 1);
      if (batch < 4 || each > 8 * kChunkWork) {
        for (int64_t i = 0; i < batch; ++i) in_blocks(one(i));
        return;
      }
      LongWork section(each * batch / 16);
      parallel_for(0, batch, std::max<int64_t>(kChunkWork / each, 1), [&](int64_t lo, int64_t hi) {
        for (int64_t i = lo; i < hi; ++i) {
          GemmArgs<T> g = one(i);
          if constexpr (std::is_floating_point_v<T>) g.workspace = workspace<T>();
          run(g);
        }
      });
    }
  });
}

}  // namespace taut
