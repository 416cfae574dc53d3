#include "ops/attention_blocks.h"

#include <algorithm>
#include <array>

#include "core/memory.h"
#include "core/parallel.h"
#include "core/work.h"
#include "kernels/attention.h"
#include "kernels/gemm/gemm.h"
#include "ops/creation.h"
#include "ops/rows.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// Queries of a block: the products want many, a causal block few, so as to skip most of what it
// does not see, and its scores should stay in the L2 cache.
int64_t block_queries(int64_t queries, int64_t keys, bool causal) {
  const int64_t most = keys > 2048 ? 64 : 128, wanted = causal ? queries / 2 : queries;
  return std::clamp<int64_t>((wanted + 31) / 32 * 32, 32, most);
}

// Memory for one task, 64-byte aligned.
class Scratch {
 public:
  explicit Scratch(int64_t bytes)
      : bytes_(static_cast<std::size_t>(bytes)), data_(pool_allocate(bytes_)) {}
  ~Scratch() { pool_free(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  void* data() const { return data_; }

 private:
  std::size_t bytes_;
  void* data_;
};

// A tensor [..., rows, columns] as matrices.
template <class T>
struct Matrices {
  T* data = nullptr;
  int64_t rs = 0, cs = 0;
  Dims sizes, strides;  // of the leading dimensions

  explicit Matrices(const Tensor& t) {
    if (!t.defined()) return;
    data = t.data<T>();
    const auto lead = t.dim() - 2;
    rs = t.stride(-2);
    cs = t.stride(-1);
    sizes = Dims(t.sizes().begin(), t.sizes().begin() + lead);
    strides = Dims(t.strides().begin(), t.strides().begin() + lead);
  }
  T* at(int64_t line) const {
    if (data == nullptr) return nullptr;
    int64_t offset = 0;
    for (int64_t d = sizes.size() - 1; d >= 0; --d) {
      offset += line % sizes[d] * strides[d];
      line /= sizes[d];
    }
    return data + offset;
  }
};

// c = alpha a b + beta c.
template <class T>
struct Factor {
  const T* data;
  int64_t rs, cs;
};
template <class T>
struct Products {
  T* workspace;
  void operator()(int64_t m, int64_t n, int64_t k, Factor<T> a, Factor<T> b, T* c, int64_t c_rs,
                  int64_t c_cs, double alpha, double beta) const {
    GemmArgs<T> args{m, n, k, a.data, a.rs, a.cs, b.data, b.rs, b.cs, c, c_rs, c_cs};
    args.alpha = static_cast<T>(alpha);
    args.beta = static_cast<T>(beta);
    if constexpr (sizeof(T) == 4) {
      gemm_kernels().f32.whole(args, workspace);
    } else {
      gemm_kernels().f64.whole(args, workspace);
    }
  }
};

template <class T>
int64_t workspace_bytes() {
  const int64_t elements =
      sizeof(T) == 4 ? gemm_kernels().f32.workspace : gemm_kernels().f64.workspace;
  return (elements * static_cast<int64_t>(sizeof(T)) + 63) / 64 * 64;
}

// What both directions share.
template <class T>
struct Walk {
  const AttentionProblem& p;
  Matrices<T> q, k, v, mask;
  int64_t lines, queries, keys, width, value_width, step, stride, block_bytes;

  explicit Walk(const AttentionProblem& p)
      : p(p),
        q(p.q),
        k(p.k),
        v(p.v),
        mask(p.mask),
        queries(p.q.size(-2)),
        keys(p.k.size(-2)),
        width(p.q.size(-1)),
        value_width(p.v.size(-1)) {
    lines = numel(q.sizes);
    step = block_queries(queries, keys, p.causal);
    stride = (keys + 15) / 16 * 16;
    block_bytes = (step * stride * static_cast<int64_t>(sizeof(T)) + 63) / 64 * 64;
  }
  int64_t blocks() const { return (queries + step - 1) / step; }

  ScoreBlock<T> block(int64_t line, int64_t first) const {
    const int64_t rows = std::min(step, queries - first);
    const int64_t n = p.causal ? std::min(keys, first + rows) : keys;
    const T* m = mask.data ? mask.at(line) + first * mask.rs : nullptr;
    return {rows, n, stride, p.causal, first, m, mask.rs, mask.cs};
  }
  // Scores of a block before the mask.
  void scores(const Products<T>& product, const ScoreBlock<T>& b, int64_t line, T* s) const {
    product(b.rows, b.n, width, {q.at(line) + b.first * q.rs, q.rs, q.cs}, {k.at(line), k.cs, k.rs},
            s, stride, 1, p.scale, 0);
  }
};

template <class T>
void forward(const AttentionProblem& p, const AttentionResult& result) {
  const Walk<T> walk(p);
  const Matrices<T> out(result.out);
  const auto& kernels = attention_kernels().of<T>();
  T* lse = result.lse.template data<T>();
  LongWork section(walk.lines * walk.queries * walk.keys * walk.width);
  parallel_for(0, walk.lines * walk.blocks(), 1, [&](int64_t task, int64_t end) {
    const Scratch scratch(walk.block_bytes + workspace_bytes<T>());
    T* s = static_cast<T*>(scratch.data());
    const Products<T> product{s + walk.block_bytes / static_cast<int64_t>(sizeof(T))};
    for (; task < end; ++task) {
      const int64_t line = task / walk.blocks(), first = task % walk.blocks() * walk.step;
      const ScoreBlock<T> b = walk.block(line, first);
      walk.scores(product, b, line, s);
      kernels.weights(b, s, lse + line * walk.queries + first);
      product(b.rows, walk.value_width, b.n, {s, walk.stride, 1},
              {walk.v.at(line), walk.v.rs, walk.v.cs}, out.at(line) + first * out.rs, out.rs,
              out.cs, 1, 0);
    }
  });
}

template <class T>
struct Backward {
  Walk<T> walk;
  Matrices<T> grad, dq, dk, dv;
  const T* lse;
  double beta;  // 0 where the last block of queries sees all keys

  // A line's gradients of keys and values add up over its blocks, so they stay on one thread; the
  // last block comes first.
  void line(const Products<T>& product, int64_t line, T* w, T* dw) const {
    const auto& kernels = attention_kernels().of<T>();
    double add = beta;
    for (int64_t i = walk.blocks() - 1; i >= 0; --i, add = 1) {
      const int64_t first = i * walk.step;
      const ScoreBlock<T> b = walk.block(line, first);
      const T* g = grad.at(line) + first * grad.rs;
      walk.scores(product, b, line, w);
      kernels.weights_again(b, w, lse + line * walk.queries + first);
      product(b.n, walk.value_width, b.rows, {w, 1, walk.stride}, {g, grad.rs, grad.cs},
              dv.at(line), dv.rs, dv.cs, 1, add);
      product(b.rows, b.n, walk.value_width, {g, grad.rs, grad.cs},
              {walk.v.at(line), walk.v.cs, walk.v.rs}, dw, walk.stride, 1, 1, 0);
      kernels.score_grad(b, w, dw, static_cast<T>(walk.p.scale));
      product(b.rows, walk.width, b.n, {dw, walk.stride, 1},
              {walk.k.at(line), walk.k.rs, walk.k.cs}, dq.at(line) + first * dq.rs, dq.rs, dq.cs, 1,
              0);
      product(b.n, walk.width, b.rows, {dw, 1, walk.stride},
              {walk.q.at(line) + first * walk.q.rs, walk.q.rs, walk.q.cs}, dk.at(line), dk.rs,
              dk.cs, 1, add);
    }
  }

  void run() const {
    LongWork section(walk.lines * walk.queries * walk.keys * walk.width);
    parallel_for(0, walk.lines, 1, [&](int64_t b, int64_t e) {
      const Scratch scratch(2 * walk.block_bytes + workspace_bytes<T>());
      auto* bytes = static_cast<std::byte*>(scratch.data());
      T* w = reinterpret_cast<T*>(bytes);
      T* dw = reinterpret_cast<T*>(bytes + walk.block_bytes);
      const Products<T> product{reinterpret_cast<T*>(bytes + 2 * walk.block_bytes)};
      for (; b < e; ++b) line(product, b, w, dw);
    });
  }
};

}  // namespace

Tensor empty_in_order(const Tensor& t, const Dims& sizes) {
  return empty_beside(t, sizes, strides_in_order(sizes, t.strides()), t.dtype());
}

AttentionResult attention_forward(const AttentionProblem& p) {
  Dims sizes = p.q.sizes();
  sizes[p.q.dim() - 1] = p.v.size(-1);
  AttentionResult result{empty_in_order(p.q, sizes), {}};
  const int64_t rows = numel(DimSpan(p.q.sizes()).first(static_cast<std::size_t>(p.q.dim() - 1)));
  result.lse = empty_beside(p.q, Dims{rows}, p.q.dtype());
  count_multiply_adds(rows * p.k.size(-2) * (p.q.size(-1) + p.v.size(-1)));
  if (result.out.is_meta()) return result;
  visit_floating(p.q.dtype(), [&]<class T>() { forward<T>(p, result); });
  return result;
}

void attention_backward(const AttentionProblem& p, const Tensor& lse, const Tensor& grad,
                        const AttentionGrads& out) {
  if (grad.is_meta()) return;
  const int64_t queries = p.q.size(-2);
  const bool all_seen = queries > 0 && (!p.causal || queries >= p.k.size(-2));
  if (!all_seen) {
    fill_raw(out.k, 0);
    fill_raw(out.v, 0);
  }
  visit_floating(p.q.dtype(), [&]<class T>() {
    Backward<T>{Walk<T>(p),         Matrices<T>(grad), Matrices<T>(out.q),  Matrices<T>(out.k),
                Matrices<T>(out.v), lse.data<T>(),     all_seen ? 0.0 : 1.0}
        .run();
  });
}

}  // namespace taut
