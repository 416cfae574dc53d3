#include "kernels/gemm/gemm.h"

#include "kernels/gemm/direct.h"
#include "kernels/gemm/micro.h"
#include "kernels/gemm/pack.h"
#include "kernels/gemm/rows.h"

namespace taut::TAUT_ISA {
namespace {

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

// Rows of A are copied where they are not contiguous, within the room that packing has anyway.
template <class T>
constexpr int64_t kCopied = Blocking<T>::mc * Blocking<T>::kc;

// Inner products need no packing but a sum across lanes each: good for few rows, each as many
// vectors long as there are rows, a quarter more where A must be copied, and for columns that would
// leave half a vector empty. Bounds by measurement.
template <class T>
bool wants_dots(const GemmArgs<T>& g) {
  constexpr int lanes = Vec<T>::size;
  if (g.b_rs != 1 || g.k < lanes) return false;
  // A matrix with contiguous columns times a vector: its transpose goes by rows.
  if (g.n == 1 && g.a_rs == 1 && g.m > 1 && !g.bias) return false;
  const int64_t least = g.m * lanes;
  if (g.a_cs != 1) return g.m <= 48 && 4 * g.k >= 5 * least && g.m * g.k <= kCopied<T>;
  return (g.m <= 48 && g.k >= least) || g.n <= lanes / 2;
}
// Few rows of A over long rows of a B past the L2 cache: tiles would walk down columns of B, page
// by page. And few steps, where the time goes into writing C.
template <class T>
bool wants_rows(const GemmArgs<T>& g) {
  if (g.b_cs != 1 || g.c_cs != 1) return false;
  return g.m == 1 || g.k <= 4 || (g.m <= 4 && g.n >= 512);
}

template <class T>
GemmPlan::Path path_of(GemmArgs<T>& g, bool& turned) {
  if (g.k == 0) return GemmPlan::Path::Scale;
  if (wants_dots(g)) return GemmPlan::Path::Dots;
  turned = !g.bias && (g.n == 1 ? g.m > 1 : g.c_cs != 1 && g.c_rs == 1);
  if (turned) g = transposed(g);
  if (!wants_rows(g)) return GemmPlan::Path::Tiles;
  const bool narrow = g.m == 1 && g.n <= 4 * Vec<T>::size && g.k > 4;
  return narrow ? GemmPlan::Path::ShortRows : GemmPlan::Path::Rows;
}

// A whose rows of a tile fit the L1 cache together as they lie: the kernel reads them in place.
// Rows meet in a cache set where their distance, modulo the bytes of a way, is less than their
// length; of the eight ways six are left to them.
template <class T>
bool rows_fit_cache(const GemmArgs<T>& g, int64_t k) {
  if (g.a_cs != 1) return false;
  constexpr int64_t way = 4096, bytes = sizeof(T);
  const int64_t length = k * bytes;
  int before = 0, behind = 0;
  for (int64_t r = 0; r < Blocking<T>::mr; ++r) {
    const int64_t distance = r * g.a_rs * bytes & (way - 1);
    behind += distance < length;
    before += (-distance & (way - 1)) < length;
  }
  return behind <= 6 && before <= 6;
}

// Blocks of like sizes. packed: B lies in panels in any case.
template <class T>
GemmPlan plan_tiles(const GemmArgs<T>& g, bool packed) {
  using B = Blocking<T>;
  GemmPlan d{};
  d.path = GemmPlan::Path::Tiles;
  d.rows = static_cast<int>(even_block(g.m, B::mr, 1)), d.cols = B::nr;
  d.kc = even_block(g.k, B::kc, 1);
  d.mc = even_block(g.m, B::mc, d.rows);
  d.nc = even_block(g.n, B::nc, B::nr);
  // A is read in place where few panels of B meet it (a tile's part of a contiguous column is a
  // line or two anyway), B where few tiles do; more, where they are near.
  const int64_t bytes_a = g.m * g.k * static_cast<int64_t>(sizeof(T));
  const int64_t bytes_b = g.n * g.k * static_cast<int64_t>(sizeof(T));
  const int64_t few = g.a_rs == 1 && bytes_a <= B::near_a ? 8 * B::nr : 2 * B::nr;
  d.pack_a = g.n > few && g.k > 1 && !rows_fit_cache(g, d.kc);
  d.pack_b = packed || g.b_cs != 1 || (g.m > B::few_rows && bytes_b > B::near_b);
  d.packed_b = d.pack_b ? d.kc * d.nc : 0;
  // Behind A a vector that stores may spill into, and a panel for the last columns of B.
  d.packed_a = (d.pack_a ? d.mc * d.kc + B::lanes : 0) + (d.pack_b ? 0 : d.kc * B::nr);
  return d;
}
template <class T>
GemmPlan plan_for_panels(const GemmArgs<T>& g) {
  return plan_tiles(g, true);
}

template <class T>
GemmPlan plan(GemmArgs<T>& g) {
  bool turned = false;
  const GemmPlan::Path path = path_of(g, turned);
  GemmPlan d{};
  if (path == GemmPlan::Path::Tiles) {
    d = plan_tiles(g, false);
  } else {
    d.path = path;
    d.rows = 1, d.cols = Blocking<T>::nr;
    if (path == GemmPlan::Path::Dots && g.a_cs != 1) d.packed_a = g.m * g.k;
  }
  d.turned = turned;
  return d;
}

template <class T>
void direct(const GemmArgs<T>& g, const GemmPlan& d, const GemmPart& part, T* scratch) {
  switch (d.path) {
    case GemmPlan::Path::Scale:
      return scale_only(g, part);
    case GemmPlan::Path::Rows:
      return rows_times_matrix(g, part);
    case GemmPlan::Path::ShortRows:
      return short_rows(g, part);
    default:
      return dots(g, part, scratch);
  }
}

template <class T>
void pack_part_of_b(const GemmArgs<T>& g, const GemmPart& part, int64_t origin, T* packed) {
  const int64_t k = part.p1 - part.p0;
  pack_b(g.b + part.p0 * g.b_rs + part.j0 * g.b_cs, g.b_rs, g.b_cs, part.j1 - part.j0, k,
         packed + (part.j0 - origin) * k);
}

// Where a part finds its panels.
template <class T>
struct Panels {
  const T* a;
  int64_t a_rs, a_cs, a_step;  // a_step: from one panel to the next
  const T* b;                  // of column part.j0
  int64_t b_rs, b_step;
  const T* b_edge;  // the last columns packed, where B is read in place and they fill no vector
};

// The tiles of columns j0..j1: a panel of A stays in the L1 cache, those of B stream past it.
template <class T>
void run_columns(const GemmArgs<T>& g, const GemmPlan& d, const GemmPart& part,
                 const Panels<T>& panels, int64_t j0, int64_t j1) {
  constexpr int nr = Blocking<T>::nr;
  const bool first = part.p0 == 0;
  for (int64_t i = part.i0; i < part.i1; i += d.rows) {
    const int rows = static_cast<int>(smaller(d.rows, part.i1 - i));
    auto kernel = [&](int cols) {
      return panels.a_rs == 1 ? micro_for<1, T>(rows, cols) : micro_for<0, T>(rows, cols);
    };
    Tile<T> tile{part.p1 - part.p0,
                 panels.a + (i - part.i0) / d.rows * panels.a_step,
                 panels.a_rs,
                 panels.a_cs,
                 panels.b + (j0 - part.j0) / nr * panels.b_step,
                 panels.b_rs,
                 panels.b_step,
                 g.c + i * g.c_rs + j0 * g.c_cs,
                 g.c_rs,
                 g.c_cs,
                 nr,
                 {g.alpha, first ? g.beta : T(1), first && g.bias ? g.bias + j0 : nullptr}};
    const Micro<T> whole = kernel(nr);
    int64_t j = j0;
    for (; j + nr <= j1; j += nr) {
      whole(tile);
      tile.b += panels.b_step, tile.c += nr * g.c_cs;
      if (tile.out.bias) tile.out.bias += nr;
    }
    if (j == j1) continue;
    tile.cols = static_cast<int>(j1 - j);
    if (panels.b_edge) tile.b = panels.b_edge, tile.b_rs = nr;
    kernel(tile.cols)(tile);
  }
}

template <class T>
void tiles(const GemmArgs<T>& g, const GemmPlan& d, const GemmPart& part, int64_t origin,
           const T* packed_b, T* packed_a) {
  using B = Blocking<T>;
  const int64_t k = part.p1 - part.p0;
  Panels<T> panels{g.a + part.i0 * g.a_rs + part.p0 * g.a_cs, g.a_rs, g.a_cs, d.rows * g.a_rs,
                   g.b + part.p0 * g.b_rs + part.j0,          g.b_rs, B::nr,  nullptr};
  T* scratch = packed_a;
  if (d.pack_a) {
    pack_a(panels.a, g.a_rs, g.a_cs, part.i1 - part.i0, d.rows, k, packed_a);
    panels.a = packed_a, panels.a_rs = 1, panels.a_cs = d.rows, panels.a_step = d.rows * k;
    scratch += d.mc * d.kc + B::lanes;
  }
  const int edge = static_cast<int>((part.j1 - part.j0) % B::nr);
  if (packed_b) {
    panels.b = packed_b + (part.j0 - origin) * k, panels.b_rs = B::nr, panels.b_step = B::nr * k;
  } else if (edge % B::lanes) {  // whole vectors would read past the last row
    pack_b(panels.b + (part.j1 - part.j0 - edge), g.b_rs, g.b_cs, edge, k, scratch);
    panels.b_edge = scratch;
  }
  for (int64_t j = part.j0; j < part.j1; j += B::nb) {
    run_columns(g, d, part, panels, j, smaller(j + B::nb, part.j1));
  }
}

template <class T>
void whole(GemmArgs<T> g, T* workspace) {
  const GemmPlan d = plan(g);
  if (d.path != GemmPlan::Path::Tiles) return direct(g, d, {0, g.m, 0, g.n, 0, g.k}, workspace);
  T* const packed_b = d.pack_b ? workspace : nullptr;
  T* const packed_a = workspace + d.packed_b;
  for (int64_t j = 0; j < g.n; j += d.nc) {
    GemmPart part{0, 0, j, smaller(j + d.nc, g.n), 0, 0};
    for (part.p0 = 0; part.p0 < g.k; part.p0 += d.kc) {
      part.p1 = smaller(part.p0 + d.kc, g.k);
      if (d.pack_b) pack_part_of_b(g, part, j, packed_b);
      for (part.i0 = 0; part.i0 < g.m; part.i0 += d.mc) {
        part.i1 = smaller(part.i0 + d.mc, g.m);
        tiles(g, d, part, j, packed_b, packed_a);
      }
    }
  }
}

template <class T>
constexpr int64_t workspace() {
  using B = Blocking<T>;
  return B::kc * (B::nc + B::nr) + B::mc * B::kc + B::lanes;
}

template <class T>
constexpr GemmTable<T> table() {
  return {plan<T>,  plan_for_panels<T>, direct<T>,     pack_part_of_b<T>,
          tiles<T>, whole<T>,           workspace<T>()};
}

}  // namespace

extern const GemmKernels gemm_table;
constinit const GemmKernels gemm_table = {table<float>(), table<double>()};

}  // namespace taut::TAUT_ISA
