#include "ops/conv_ways.h"

#include "core/parallel.h"

namespace taut {
namespace {

// Columns of a product that are packed and multiplied together: with kc rows they take half of an
// L2 cache.
constexpr int64_t kPanelsAtOnce = 8;
// Pixels of a tile below which by_channels() waits for its sums; multiply-adds that turning a
// vector of weights costs.
constexpr int64_t kLeastPixels = 5, kTurning = 2;
// Multiply-adds worth a task.
constexpr int64_t kWorkAtOnce = int64_t{1} << 20;
// Rows of a panel of two vectors, at most.
template <class T>
constexpr int64_t kMostRows = 2 * 64 / sizeof(T);

int64_t grain_for(int64_t work_of_task) {
  return std::max<int64_t>(kWorkAtOnce / std::max<int64_t>(work_of_task, 1), 1);
}

// f(taps, the first of them, the first line, the last) for the lines begin..end and the taps
// p..p + count, whole channels: cut where the taps that lie inside the image change.
template <class T, class F>
void each_cut(const Phase<T>& phase, int64_t p, int64_t count, int64_t begin, int64_t end, F f) {
  const TapCuts& cuts = phase.cuts;
  for (int64_t next; begin < end; begin = next) {
    const TapCuts::Cut cut = cuts.of_line(begin);
    for (next = begin + 1; next < end && cuts.of_line(next) == cut;) ++next;
    const ConvTaps taps{phase.taps.data() + p + cut.first, count - cut.first, cut.count,
                        std::max<int64_t>(cuts.taps, 1)};
    f(taps, cut.first, begin, next);
  }
}

template <class T>
void by_lines(const ProductPart<T>& m) {
  const int64_t count = m.phase.count();
  const int64_t grain = grain_for(m.rows * count * m.grid.size[3]);
  parallel_for(0, m.grid.lines(), grain, [&](int64_t from, int64_t to) {
    each_cut(m.phase, 0, count, from, to,
             [&](const ConvTaps& taps, int64_t first, int64_t begin, int64_t end) {
               conv_kernels_of<T>().direct(m.image, taps, m.grid, begin, end, m.weights + first,
                                           count, m.rows, m.bias, m.c, m.c_rs, m.beta);
             });
  });
}

// Rows r... of a panel in the lines begin..end, by one block of taps after another.
template <class T>
void panel_by_channels(const ProductPart<T>& m, int64_t r, int64_t begin, int64_t end, T* room) {
  const ChannelWeights<T>& w = *m.turned;
  const int64_t rows = std::min(w.panel, m.rows - r), padded = w.padded(rows);
  const int64_t count = m.phase.count();
  T bias[kMostRows<T>];
  for (int64_t i = 0; i < padded && m.bias; ++i) bias[i] = i < rows ? m.bias[r + i] : T(0);
  int64_t p = 0;
  do {
    const T* weights = w.at(r, p, room);
    const T* start = p == 0 && m.bias ? bias : nullptr;
    each_cut(m.phase, p, std::min(w.steps, count - p), begin, end,
             [&](const ConvTaps& taps, int64_t first, int64_t from, int64_t to) {
               conv_kernels_of<T>().by_channels(m.image, taps, m.grid, from, to,
                                                weights + first * padded, rows, start,
                                                m.c + r * m.c_rs, m.c_rs, p == 0 ? m.beta : T(1));
             });
    p += w.steps;
  } while (p < count);
}

// Panels of rows by blocks of lines.
template <class T>
void by_channels(const ProductPart<T>& m) {
  const int64_t panel = m.turned->panel, width = m.grid.size[3];
  const int64_t lines = even_part(m.grid.lines(), blocks_of(kPixelsAtOnce, width));
  const int64_t blocks = blocks_of(m.grid.lines(), lines);
  const int64_t grain = grain_for(panel * m.phase.count() * lines * width);
  parallel_for(0, blocks * blocks_of(m.rows, panel), grain, [&](int64_t from, int64_t to) {
    const Scratch<T> room(m.turned->scratch());
    for (int64_t t = from; t < to; ++t) {
      const int64_t begin = t % blocks * lines;
      panel_by_channels(m, t / blocks * panel, begin, std::min(begin + lines, m.grid.lines()),
                        room.data());
    }
  });
}

// Columns begin..end of c, which hold what the product is added to.
template <class T>
void block_of_panels(const ProductPart<T>& m, const GemmArgs<T>& args, const GemmPlan& plan,
                     int64_t begin, int64_t end) {
  const int64_t cols = plan.cols;
  const Scratch<T> packed(plan.kc * blocks_of(end - begin, cols) * cols);
  const Scratch<T> packed_a(plan.packed_a);
  GemmPart part{0, 0, begin, end, 0, 0};
  for (part.p0 = 0; part.p0 < args.k; part.p0 += plan.kc) {
    part.p1 = std::min(part.p0 + plan.kc, args.k);
    const int64_t steps = part.p1 - part.p0;
    for (int64_t j = begin; j < end; j += cols) {
      conv_kernels_of<T>().patches(m.image, m.phase.taps.data() + part.p0, steps, m.grid, j,
                                   std::min(j + cols, end), packed.data() + (j - begin) * steps,
                                   cols);
    }
    for (part.i0 = 0; part.i0 < args.m; part.i0 += plan.mc) {
      part.i1 = std::min(part.i0 + plan.mc, args.m);
      gemm_kernels_of<T>().tiles(args, plan, part, begin, packed.data(), packed_a.data());
    }
  }
}

template <class T>
void by_panels(const ProductPart<T>& m) {
  GemmArgs<T> args{};
  args.m = m.rows, args.n = m.grid.pixels(), args.k = m.phase.count();
  args.a = m.weights, args.a_rs = args.k, args.a_cs = 1;
  args.c = m.c, args.c_rs = m.c_rs, args.c_cs = 1;
  args.beta = m.bias ? T(1) : m.beta;
  const GemmPlan plan = gemm_kernels_of<T>().plan_for_panels(args);
  const int64_t even = even_part(args.n, kPanelsAtOnce * plan.cols);
  const int64_t width = blocks_of(even, plan.cols) * plan.cols;
  parallel_for(0, args.n, width, [&](int64_t begin, int64_t end) {
    if (m.bias || (args.k == 0 && m.beta == 0)) {
      for (int64_t r = 0; r < m.rows; ++r) {
        std::fill_n(m.c + r * m.c_rs + begin, end - begin, m.bias ? m.bias[r] : T(0));
      }
    }
    block_of_panels(m, args, plan, begin, end);
  });
}

}  // namespace

// By the number of multiply-adds with vectors that each tap takes, and what comes with them:
// packing; turning the weights. The panels of the GEMM stream from the L2 cache, for an eighth.
template <class T>
Way way_of(const PixelGrid& sample, int64_t batch, int64_t rows) {
  const auto& kernels = conv_kernels_of<T>();
  const int64_t lanes = kernels.lanes, width = sample.size[3], pixels = batch * sample.pixels();
  if (pixels == 0) return Way::Panels;
  const int64_t runs = batch * sample.lines() * blocks_of(width, lanes);
  const int64_t panels = blocks_of(pixels, lanes) * (rows + 2) + runs;
  // More tiles of rows than two would read a large image again and again.
  if (rows <= 2 * kernels.tile_rows && runs * rows < panels) return Way::Direct;
  const bool wide = even_part(width, kernels.tile_pixels) >= kLeastPixels;
  const int64_t channels = pixels * blocks_of(rows, lanes) + kTurning * rows;
  return wide && 8 * channels < 9 * panels ? Way::Channels : Way::Panels;
}

template <class T>
ChannelWeights<T>::ChannelWeights(const Phase<T>& phase, int64_t rows, int64_t group, bool at_once)
    : panel(2 * lanes()),
      rows_(rows),
      count_(phase.count()),
      from_(phase.weights + group * rows * count_),
      turned_(at_once ? padded(rows) * count_ : 0) {
  const int64_t taps = std::max<int64_t>(phase.cuts.taps, 1);  // blocks are of whole channels
  const int64_t most = kWeightRoom / (panel * static_cast<int64_t>(sizeof(T)) * taps);
  steps = even_part(blocks_of(count_, taps), std::max<int64_t>(most, 1)) * taps;
  if (!at_once) return;
  const int64_t panels = blocks_of(rows, panel), tasks = panels * blocks_of(count_, steps);
  parallel_for(0, tasks, blocks_of(1 << 15, panel * steps), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t r = i % panels * panel, p = i / panels * steps;
      turn(r, p, place(r, p));
    }
  });
}

template <class T>
void multiply(const ProductPart<T>& part) {
  switch (part.way) {
    case Way::Panels:
      return by_panels(part);
    case Way::Direct:
      return by_lines(part);
    case Way::Channels:
      return by_channels(part);
  }
}

#define TAUT_CONV_WAYS(T)                                     \
  template Way way_of<T>(const PixelGrid&, int64_t, int64_t); \
  template class ChannelWeights<T>;                           \
  template void multiply(const ProductPart<T>&);
TAUT_CONV_WAYS(float)
TAUT_CONV_WAYS(double)

}  // namespace taut
