#include "kernels/gemm/gemm.h"

#include "kernels/gemm/micro.h"
#include "kernels/gemm/vector.h"

namespace taut::TAUT_ISA {
namespace {

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Up to mr rows of A, step by step: panel[p * mr + r]. Missing rows are left out of the tile.
template <class T>
void pack_a(const T* a, int64_t rs, int64_t cs, int rows, int64_t k, T* panel) {
  constexpr int mr = Blocking<T>::mr;
  for (int r = 0; r < rows; ++r) {
    const T* from = a + r * rs;
    for (int64_t p = 0; p < k; ++p) panel[p * mr + r] = from[p * cs];
  }
}

// A square of Vec<T>::size columns (each contiguous along p) into rows.
template <class T>
void pack_b_transposed(const T* b, int64_t cs, int cols, int64_t k, T* panel) {
  constexpr int nr = Blocking<T>::nr;
  constexpr int64_t block = 16;  // columns stay in the L1 cache while their lines are used up
  for (int64_t p0 = 0; p0 < k; p0 += block) {
    const int64_t p1 = smaller(p0 + block, k);
    for (int j = 0; j < cols; ++j) {
      const T* from = b + j * cs;
      for (int64_t p = p0; p < p1; ++p) panel[p * nr + j] = from[p];
    }
  }
  for (int64_t p = 0; p < k; ++p) {
    for (int j = cols; j < nr; ++j) panel[p * nr + j] = 0;
  }
}

// Up to nr columns of B, step by step: panel[p * nr + j], zero past the last column.
template <class T>
void pack_b(const T* b, int64_t rs, int64_t cs, int cols, int64_t k, T* panel) {
  constexpr int nr = Blocking<T>::nr, lanes = Vec<T>::size;
  if (rs == 1 && cs != 1) return pack_b_transposed(b, cs, cols, k, panel);
  for (int64_t p = 0; p < k; ++p, b += rs, panel += nr) {
    if (cs == 1 && cols == nr) {
      for (int v = 0; v < 2; ++v) Vec<T>::load(b + v * lanes).store(panel + v * lanes);
    } else {
      for (int j = 0; j < nr; ++j) panel[j] = j < cols ? b[j * cs] : T(0);
    }
  }
}

// One block of A (mc x kc) against one block of B (kc x nc), both packed or read in place.
template <class T>
struct Block {
  int64_t m, n, k;
  const T* a;
  int64_t a_rs, a_cs, a_panel;  // a_panel: from mr rows to the next
  const T* b;
  int64_t b_rs, b_panel;  // b_panel: from nr columns to the next
  T* c;
  int64_t c_rs;
  Epilogue<T> out;
};

template <class T>
void run_block(const Block<T>& s) {
  constexpr int mr = Blocking<T>::mr, nr = Blocking<T>::nr;
  for (int64_t j = 0; j < s.n; j += nr) {
    const int cols = static_cast<int>(smaller(nr, s.n - j));
    Epilogue<T> out = s.out;
    if (out.bias) out.bias += j;
    for (int64_t i = 0; i < s.m; i += mr) {
      const int rows = static_cast<int>(smaller(mr, s.m - i));
      micro<T>(rows, s.k, s.a + i / mr * s.a_panel, s.a_rs, s.a_cs, s.b + j / nr * s.b_panel, s.b_rs,
               s.c + i * s.c_rs + j, s.c_rs, cols, out);
    }
  }
}

// C = beta C + bias, for k == 0.
template <class T>
void scale_only(const GemmArgs<T>& g) {
  for (int64_t i = 0; i < g.m; ++i) {
    for (int64_t j = 0; j < g.n; ++j) {
      T* c = g.c + i * g.c_rs + j * g.c_cs;
      *c = (g.beta == 0 ? T(0) : g.beta * *c) + (g.bias ? g.bias[j] : T(0));
    }
  }
}

// Columns of C that are not contiguous: a plain loop. Rare: callers transpose instead.
template <class T>
void strided(const GemmArgs<T>& g) {
  for (int64_t i = 0; i < g.m; ++i) {
    GemmArgs<T> row = g;
    row.m = 1;
    row.a += i * g.a_rs;
    row.c += i * g.c_rs;
    row_times_matrix(row);
  }
}

// Reading A in place costs nothing while its rows fit the cache and the TLB; packing pays when a
// panel is used for many panels of B.
template <class T>
bool packs_a(const GemmArgs<T>& g) {
  return g.n > 4 * Blocking<T>::nr && g.k > 16;
}
// B is read in place when its rows are contiguous, whole vectors, and used by few tiles.
template <class T>
bool packs_b(const GemmArgs<T>& g) {
  return g.b_cs != 1 || g.n % Vec<T>::size != 0 || g.m > 4 * Blocking<T>::mr;
}

template <class T>
void tiled(const GemmArgs<T>& g) {
  constexpr int mr = Blocking<T>::mr, nr = Blocking<T>::nr;
  constexpr int64_t mc = Blocking<T>::mc, nc = Blocking<T>::nc, kc = Blocking<T>::kc;
  const bool pack_left = packs_a(g), pack_right = packs_b(g);
  T* const packed_b = static_cast<T*>(g.workspace);
  T* const packed_a = packed_b + kc * nc;
  for (int64_t j = 0; j < g.n; j += nc) {
    const int64_t n = smaller(nc, g.n - j);
    for (int64_t p = 0; p < g.k; p += kc) {
      const int64_t k = smaller(kc, g.k - p);
      const T* b = g.b + p * g.b_rs + j * g.b_cs;
      for (int64_t jj = 0; pack_right && jj < n; jj += nr) {
        pack_b(b + jj * g.b_cs, g.b_rs, g.b_cs, static_cast<int>(smaller(nr, n - jj)), k,
               packed_b + jj * k);
      }
      const bool first = p == 0;
      for (int64_t i = 0; i < g.m; i += mc) {
        const int64_t m = smaller(mc, g.m - i);
        const T* a = g.a + i * g.a_rs + p * g.a_cs;
        for (int64_t ii = 0; pack_left && ii < m; ii += mr) {
          pack_a(a + ii * g.a_rs, g.a_rs, g.a_cs, static_cast<int>(smaller(mr, m - ii)), k,
                 packed_a + ii * k);
        }
        Block<T> s{m, n, k, a, g.a_rs, g.a_cs, mr * g.a_rs, b, g.b_rs, nr, g.c + i * g.c_rs + j,
                   g.c_rs, {g.alpha, first ? g.beta : T(1), first && g.bias ? g.bias + j : nullptr}};
        if (pack_left) s.a = packed_a, s.a_rs = 1, s.a_cs = mr, s.a_panel = mr * k;
        if (pack_right) s.b = packed_b, s.b_rs = nr, s.b_panel = nr * k;
        run_block(s);
      }
    }
  }
}

// C^T = B^T A^T.
template <class T>
GemmArgs<T> transposed(const GemmArgs<T>& g) {
  GemmArgs<T> t = g;
  t.m = g.n, t.n = g.m;
  t.a = g.b, t.a_rs = g.b_cs, t.a_cs = g.b_rs;
  t.b = g.a, t.b_rs = g.a_cs, t.b_cs = g.a_rs;
  t.c_rs = g.c_cs, t.c_cs = g.c_rs;
  return t;
}

template <class T>
void gemm(const GemmArgs<T>& g) {
  if (g.m == 0 || g.n == 0) return;
  if (g.k == 0) return scale_only(g);
  if (g.m == 1) return row_times_matrix(g);
  if (g.n == 1 && !g.bias) return row_times_matrix(transposed(g));
  if (g.c_cs == 1) return tiled(g);
  if (g.c_rs == 1 && !g.bias) return tiled(transposed(g));
  strided(g);
}

template <class T>
constexpr int64_t workspace() {
  using B = Blocking<T>;
  return static_cast<int64_t>(sizeof(T)) * (B::kc * B::nc + B::kc * B::mc);
}

}  // namespace

extern const GemmKernels gemm_table;
constinit const GemmKernels gemm_table = {workspace<float>(), workspace<double>(),
                                          Blocking<float>::mr, Blocking<double>::mr, gemm<float>,
                                          gemm<double>};

}  // namespace taut::TAUT_ISA
