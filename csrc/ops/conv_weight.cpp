// The weight's product: sums over all pixels of all samples.
//
// Note [Sums over a batch]
// Samples are dealt out to a number of parts that depends on the shapes alone; each part sums into
// memory of its own, and the parts are added in order. So results do not depend on the threads.
#include "core/parallel.h"
#include "ops/conv_patches.h"
#include "ops/scratch.h"

namespace taut {
namespace {

constexpr int64_t kMostParts = 16;
// Elements that the sums of all parts may take together.
constexpr int64_t kSumsRoom = 1 << 22;
// Taps and pixels multiplied together: their patches stay in an L2 cache.
constexpr int64_t kTapsAtOnce = 288, kPatchRoom = 1 << 18;
// Samples share a block where they have fewer pixels.
constexpr int64_t kFewPixels = 128, kEnoughPixels = 480;

template <class T>
class WeightRun {
 public:
  WeightRun(const ConvSizes& s, const T* x, const T* y)
      : s_(s), x_(x), y_(y), patches_(patches_of(s)), staged_(needs_stage(patches_.stage)) {
    taps_ = static_cast<int64_t>(patches_.taps.size());
    const int64_t sums = std::max<int64_t>(s.groups * s.out_channels * taps_, 1);
    per_part_ = blocks_of(s.batch, std::clamp<int64_t>(kSumsRoom / sums, 1, kMostParts));
    parts_ = blocks_of(s.batch, per_part_);
  }

  void run(T* w, T beta) const {
    const int64_t sums = s_.groups * s_.out_channels * taps_;
    const Scratch<T> parts(parts_ * sums);
    const bool dots = dots_are_cheaper();
    if (dots) {
      each_part(parts.data(), s_.in_channels,
                [&](int64_t begin, int64_t end, int64_t g, int64_t, T* to) {
                  sum_dots(begin, end, g, to);
                });
    } else {
      const int64_t channels = std::max<int64_t>(kTapsAtOnce / s_.taps(), 1);
      each_part(parts.data(), channels,
                [&](int64_t begin, int64_t end, int64_t g, int64_t c, T* to) {
                  const int64_t last = std::min(c + channels, s_.in_channels);
                  sum_tiles(begin, end, g, c, last, to + c * s_.taps() * s_.out_channels);
                });
    }
    // Dots leave [rows][taps], products [taps][rows].
    add_parts(parts.data(), dots ? taps_ : 1, dots ? 1 : s_.out_channels, w, beta);
  }

 private:
  bool dots_are_cheaper() const {
    const int64_t lanes = kernels_.lanes, m = s_.out_channels, pixels = patches_.grid.pixels();
    const int64_t dots = patches_.grid.lines() * blocks_of(patches_.grid.size[3], lanes) * m;
    const int64_t tiles = pixels * blocks_of(m, lanes) + 3 * blocks_of(pixels, lanes);
    return 4 * dots < 3 * tiles && m * taps_ <= (1 << 12);
  }

  // f(first sample, last, group, first channel, sums of the group) for all parts, groups and blocks
  // of channels.
  template <class F>
  void each_part(T* parts, int64_t channels, F f) const {
    const int64_t blocks = blocks_of(s_.in_channels, channels);
    const int64_t tasks = parts_ * s_.groups * blocks;
    parallel_for(0, tasks, 1, [&](int64_t from, int64_t to) {
      for (int64_t t = from; t < to; ++t) {
        const int64_t part = t / (s_.groups * blocks), g = t / blocks % s_.groups;
        const int64_t begin = part * per_part_, end = std::min(begin + per_part_, s_.batch);
        f(begin, end, g, t % blocks * channels,
          parts + (part * s_.groups + g) * s_.out_channels * taps_);
      }
    });
  }

  const T* image(int64_t n, int64_t g, int64_t channel) const {
    return x_ + ((n * s_.groups + g) * s_.in_channels + channel) * s_.in_plane();
  }
  const T* output(int64_t n, int64_t g) const {
    return y_ + (n * s_.groups + g) * s_.out_channels * s_.out_plane();
  }

  // The images of samples, staged into `copy` where needed; where they are, and their distance.
  const T* images(int64_t n, int64_t samples, int64_t g, int64_t c, int64_t channels, T* copy,
                  int64_t& distance) const {
    if (!staged_) {
      distance = s_.groups * s_.in_channels * s_.in_plane();
      return image(n, g, c);
    }
    distance = channels * patches_.stage.plane();
    for (int64_t i = 0; i < samples; ++i) {
      stage_channels(image(n + i, g, c), channels, patches_.stage, copy + i * distance);
    }
    return copy;
  }

  void sum_dots(int64_t begin, int64_t end, int64_t g, T* to) const {
    const int64_t count = s_.out_channels * taps_, lanes = kernels_.lanes;
    const Scratch<T> copy(staged_ ? s_.in_channels * patches_.stage.plane() : 0);
    const Scratch<T> sums(count * lanes);
    std::fill_n(sums.data(), count * lanes, T(0));
    int64_t distance;
    for (int64_t n = begin; n < end; ++n) {
      const T* from = images(n, 1, g, 0, s_.in_channels, copy.data(), distance);
      kernels_.dots(from, patches_.taps.data(), taps_, patches_.grid, output(n, g), s_.out_channels,
                    s_.out_plane(), sums.data());
    }
    kernels_.fold(sums.data(), count, to, T(0));
  }

  // [taps of channels c..last][rows] = patches [taps][pixels] times outputs [pixels][rows].
  void sum_tiles(int64_t begin, int64_t end, int64_t g, int64_t c, int64_t last, T* to) const {
    const int64_t plane = s_.out_plane(), channels = last - c;
    const int64_t together =
        plane >= kFewPixels ? 1 : std::min(end - begin, blocks_of(kEnoughPixels, plane));
    const Scratch<T> copy(staged_ ? together * channels * patches_.stage.plane() : 0);
    const Scratch<T> joined(together > 1 ? s_.out_channels * together * plane : 0);
    PixelGrid grid = patches_.grid;
    for (int64_t n = begin; n < end; n += together) {
      grid.size[0] = std::min(together, end - n);
      const T* from = images(n, grid.size[0], g, c, channels, copy.data(), grid.stride[0]);
      const T* y = output(n, g);
      if (together > 1) y = join(y, grid.size[0], joined.data());
      multiply(from, grid, y, channels * s_.taps(), to, n == begin ? T(0) : T(1));
    }
  }

  // Outputs of samples as [rows][samples * pixels].
  const T* join(const T* y, int64_t samples, T* joined) const {
    const int64_t plane = s_.out_plane();
    for (int64_t r = 0; r < s_.out_channels; ++r) {
      for (int64_t i = 0; i < samples; ++i) {
        const T* from = y + (i * s_.groups * s_.out_channels + r) * plane;
        std::copy_n(from, plane, joined + (r * samples + i) * plane);
      }
    }
    return joined;
  }

  // to [taps][rows] = patches times y [rows][pixels] transposed, plus beta of what it was.
  void multiply(const T* from, const PixelGrid& grid, const T* y, int64_t taps, T* to,
                T beta) const {
    const auto& gemm = gemm_kernels_of<T>();
    const int64_t pixels = grid.pixels(), rows = s_.out_channels;
    GemmArgs<T> args{};
    args.m = taps, args.n = rows, args.k = pixels;
    args.a_cs = 1, args.b_rs = 1, args.b_cs = pixels;
    args.c = to, args.c_rs = rows, args.c_cs = 1;
    const int64_t room = std::max<int64_t>(kPatchRoom / (taps + rows), 32);
    args.k = even_part(pixels, std::min(gemm.plan_for_panels(args).kc, room));
    // Rows that do not meet in the sets of a cache.
    const int64_t ld = (blocks_of(args.k, kernels_.lanes) | 1) * kernels_.lanes;
    args.a_rs = ld;
    const GemmPlan plan = gemm.plan_for_panels(args);
    const Scratch<T> columns(taps * ld);
    const Scratch<T> packed(args.k * blocks_of(rows, plan.cols) * plan.cols);
    const Scratch<T> packed_a(plan.packed_a);
    args.a = columns.data();
    for (int64_t p = 0; p < pixels; p += plan.kc) {
      const int64_t end = std::min(p + plan.kc, pixels);
      args.b = y + p, args.k = end - p;
      args.beta = p == 0 ? beta : T(1);
      kernels_.patches(from, patches_.taps.data(), taps, grid, p, end, columns.data(), ld);
      gemm.pack_b(args, {0, 0, 0, rows, 0, args.k}, 0, packed.data());
      for (int64_t i = 0; i < taps; i += plan.mc) {
        gemm.tiles(args, plan, {i, std::min(i + plan.mc, taps), 0, rows, 0, args.k}, 0,
                   packed.data(), packed_a.data());
      }
    }
  }

  // Element (r, t) of the sums at r * rs + t * ts. In squares: one of both sides is read or written
  // across its lines.
  void add_parts(const T* parts, int64_t rs, int64_t ts, T* w, T beta) const {
    constexpr int64_t kSquare = 16;
    const int64_t rows = s_.out_channels, sums = rows * taps_;
    const int64_t strips = blocks_of(rows, kSquare);
    const int64_t work = std::max<int64_t>(parts_ * taps_ * kSquare, 1);
    parallel_for(0, s_.groups * strips, blocks_of(1 << 14, work), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t g = i / strips, r0 = i % strips * kSquare;
        const int64_t r1 = std::min(r0 + kSquare, rows);
        for (int64_t t = 0; t < taps_; t += kSquare) {
          add_square(parts + g * sums + t * ts, rs, ts, r0, r1, std::min(kSquare, taps_ - t),
                     w + g * sums + t, beta);
        }
      }
    });
  }
  void add_square(const T* parts, int64_t rs, int64_t ts, int64_t r0, int64_t r1, int64_t taps,
                  T* w, T beta) const {
    const int64_t next = s_.groups * s_.out_channels * taps_;
    for (int64_t t = 0; t < taps; ++t) {
      for (int64_t r = r0; r < r1; ++r) {
        T& to = w[r * taps_ + t];
        T sum = beta == 0 ? T(0) : to;
        for (int64_t p = 0; p < parts_; ++p) sum += parts[p * next + r * rs + t * ts];
        to = sum;
      }
    }
  }

  const ConvSizes& s_;
  const T *x_, *y_;
  Patches patches_;
  bool staged_;
  const ConvTable<T>& kernels_ = conv_kernels_of<T>();
  int64_t taps_, per_part_, parts_;
};

}  // namespace

template <class T>
void conv_weight(const ConvSizes& s, const T* x, const T* y, T* w, T beta) {
  const int64_t count = s.groups * s.out_channels * s.in_channels * s.taps();
  if (s.batch * s.out_plane() * s.in_plane() == 0) {
    if (beta == 0) std::fill_n(w, count, T(0));
    return;
  }
  if (count == 0) return;
  LongWork section(s.work() / 16);
  WeightRun<T>(s, x, y).run(w, beta);
}
template void conv_weight(const ConvSizes&, const float*, const float*, float*, float);
template void conv_weight(const ConvSizes&, const double*, const double*, double*, double);

}  // namespace taut
