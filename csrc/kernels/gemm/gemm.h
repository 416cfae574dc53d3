// Matrix products: C = alpha A B + beta C (+ bias along the columns).
//
// A is m x k, B is k x n, C is m x n. Each has a row stride (rs) and a column stride (cs) in
// elements, any values: every transpose is a pair of strides, none needs a copy. C overlaps
// neither A nor B, and distinct (i, j) are distinct memory. Any of m, n, k may be 0; k == 0 gives
// beta C + bias. beta == 0 never reads C. bias has n elements, or is null.
//
// A plan depends on shapes and strides alone, and every element's sum is taken in an order that
// the plan fixes: however C is cut into parts, on however many threads, the result is the same.
// Source of the scheme: Goto and van de Geijn, "Anatomy of high-performance matrix
// multiplication", 2008; Van Zee and van de Geijn, "BLIS", 2015.
#pragma once

#include <cstdint>

namespace taut {

template <class T>
struct GemmArgs {
  int64_t m, n, k;
  const T* a;
  int64_t a_rs, a_cs;
  const T* b;
  int64_t b_rs, b_cs;
  T* c;
  int64_t c_rs, c_cs;
  T alpha = 1;
  T beta = 0;
  const T* bias = nullptr;
};

struct GemmPlan {
  // Scale: k is 0. Rows: m or k is small. ShortRows: a vector times a narrow matrix. Dots: inner
  // products along contiguous memory. Tiles: the rest.
  enum class Path : int8_t { Scale, Rows, ShortRows, Dots, Tiles };
  Path path;
  bool turned;  // the plan took the transpose: a and b have changed places
  bool pack_a, pack_b;
  int rows, cols;      // of a micro-tile: parts of a tiled C begin at multiples of them
  int64_t mc, kc, nc;  // of a block: kc x nc of B is packed for all, mc x kc of A for one part
  int64_t packed_a, packed_b;  // elements that the packed blocks take
};

// A range of rows and columns of C; for a tiled product also of k, whose begin must be a multiple
// of kc.
struct GemmPart {
  int64_t i0, i1, j0, j1, p0, p1;
};

template <class T>
struct GemmTable {
  // Turns the problem into its transpose where that suits the kernels, and says how to do it.
  GemmPlan (*plan)(GemmArgs<T>&);
  // The same in tiles, of a B that the caller packs: panels of plan.cols columns one after another,
  // element (p, j) of a panel of k steps at [p * cols + j]. b and its strides are not looked at.
  GemmPlan (*plan_for_panels)(const GemmArgs<T>&);
  // A part of C by a path without blocks, any range. Scratch: packed_a elements of the caller's.
  void (*direct)(const GemmArgs<T>&, const GemmPlan&, const GemmPart&, T* scratch);
  // Rows p0..p1 and columns j0..j1 of B into packed_b, where column `origin` of B is the first.
  void (*pack_b)(const GemmArgs<T>&, const GemmPart&, int64_t origin, T* packed_b);
  // A part of C, at most mc rows and kc steps. packed_b holds its steps from column `origin` on,
  // or is null where the plan does not pack B; packed_a is scratch memory of the caller's.
  void (*tiles)(const GemmArgs<T>&, const GemmPlan&, const GemmPart&, int64_t origin,
                const T* packed_b, T* packed_a);
  // All of it by one thread. Workspace: `workspace` elements, 64-byte aligned.
  void (*whole)(GemmArgs<T>, T* workspace);
  int64_t workspace;
};

struct GemmKernels {
  GemmTable<float> f32;
  GemmTable<double> f64;
};
const GemmKernels& gemm_kernels();

}  // namespace taut
