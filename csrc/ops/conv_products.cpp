#include "ops/conv_products.h"

#include <memory>

#include "core/parallel.h"
#include "ops/conv_patches.h"
#include "ops/scratch.h"

namespace taut {
namespace {

// Outputs that see patches of one form: all of a convolution's; of its transpose those whose
// distance to the first is a multiple of the stride.
template <class T>
struct Phase {
  std::vector<int64_t> taps;
  std::vector<T> own;  // the weights, where they had to be rearranged
  const T* weights;    // [groups][rows][taps]
  PixelGrid grid;
  int64_t first[3], step[3];  // in the output

  int64_t count() const { return static_cast<int64_t>(taps.size()); }
};

// A convolution or its transpose: `rows` outputs per pixel from `channels` of an image.
template <class T>
struct Product {
  int64_t batch, groups, channels, rows;
  ConvStage stage;
  std::vector<Phase<T>> phases;
  const T* image;
  const T* bias;
  T* out;
  int64_t out_size[3];
  T beta;

  int64_t out_plane() const { return out_size[0] * out_size[1] * out_size[2]; }
  bool in_place(const Phase<T>& p) const {
    return std::equal(out_size, out_size + 3, p.grid.size + 1);
  }
};

// Columns of a product that are packed and multiplied together: with kc rows they take half of an
// L2 cache.
constexpr int64_t kPanelsAtOnce = 8;
// Weights of the channels of a tile that are read for every few pixels: a quarter of an L2 cache.
constexpr int64_t kWeightRoom = 1 << 18;
// Pixels below which samples share panels, and how many are wanted then.
constexpr int64_t kFewPixels = 64, kEnoughPixels = 512;

// How a phase is multiplied: patches packed for the GEMM; vectors along a line of pixels; vectors
// across output channels.
enum class Way : int8_t { Panels, Direct, Channels };

// The cheapest by the number of multiply-adds with vectors that each tap takes, and what comes with
// them: packing; starting up short tiles.
template <class T>
Way way_of(const PixelGrid& grid, int64_t rows, int64_t taps) {
  const auto& kernels = conv_kernels_of<T>();
  const int64_t lanes = kernels.lanes, width = grid.size[3];
  if (grid.lines() * width == 0) return Way::Panels;
  const int64_t runs = grid.lines() * blocks_of(width, lanes);
  const int64_t panels = blocks_of(grid.pixels(), lanes) * (rows + 2) + runs;
  // More tiles of rows than two would read a large image again and again.
  const int64_t direct = runs * rows;
  if (rows <= 2 * kernels.tile_rows && direct < panels) return Way::Direct;
  const int64_t tile = even_part(width, kernels.tile_pixels);
  const bool fits = taps * 2 * lanes * static_cast<int64_t>(sizeof(T)) <= kWeightRoom;
  const int64_t channels = grid.pixels() * blocks_of(rows, lanes);
  return fits && tile >= 5 && channels < panels ? Way::Channels : Way::Panels;
}

// Weights and bias as by_channels() reads them.
template <class T>
struct ChannelWeights {
  int64_t channels;  // of a panel: one or two vectors
  Scratch<T> weights, bias;

  ChannelWeights(const T* w, const T* b, int64_t rows, int64_t count)
      : channels(std::min<int64_t>(blocks_of(rows, lanes()), 2) * lanes()),
        weights(blocks_of(rows, channels) * channels * count),
        bias(b ? blocks_of(rows, channels) * channels : 0) {
    const int64_t padded = blocks_of(rows, channels) * channels;
    for (int64_t r = 0; r < padded; ++r) {
      T* to = weights.data() + r / channels * channels * count + r % channels;
      for (int64_t t = 0; t < count; ++t) to[t * channels] = r < rows ? w[r * count + t] : T(0);
      if (b) bias.data()[r] = r < rows ? b[r] : T(0);
    }
  }
  static int64_t lanes() { return conv_kernels_of<T>().lanes; }
};

template <class T>
class ProductRun {
 public:
  explicit ProductRun(const Product<T>& p) : p_(p), stage_(p.stage) {
    int64_t most_pixels = 0;
    for (const auto& phase : p.phases) {
      ways_.push_back(way_of<T>(phase.grid, p.rows, phase.count()));
      for (int64_t g = 0; g < p.groups; ++g) panels_.push_back(channel_weights(phase, g));
      any_direct_ |= ways_.back() == Way::Direct;
      only_panels_ &= ways_.back() == Way::Panels;
      most_pixels = std::max(most_pixels, phase.grid.pixels());
    }
    staged_ = needs_stage(stage_) || any_direct_;
    if (only_panels_ && most_pixels > 0 && most_pixels < kFewPixels) {
      samples_ = even_part(p.batch, blocks_of(kEnoughPixels, most_pixels));
    }
  }

  void run() const {
    const int64_t tasks = blocks_of(p_.batch, samples_) * p_.groups;
    // A few large tasks are cut themselves.
    const int64_t grain = tasks < 2 * num_threads() ? std::max<int64_t>(tasks, 1) : 1;
    parallel_for(0, tasks, grain, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) task(t / p_.groups * samples_, t % p_.groups);
    });
  }

 private:
  // Of the phase whose way was decided last; null where it needs none.
  std::unique_ptr<ChannelWeights<T>> channel_weights(const Phase<T>& phase, int64_t g) const {
    if (ways_.back() != Way::Channels) return nullptr;
    const T* bias = p_.bias ? p_.bias + g * p_.rows : nullptr;
    const T* weights = phase.weights + g * p_.rows * phase.count();
    return std::make_unique<ChannelWeights<T>>(weights, bias, p_.rows, phase.count());
  }

  void task(int64_t n, int64_t g) const {
    const int64_t samples = std::min(samples_, p_.batch - n);
    const int64_t raw = stage_.size[0] * stage_.size[1] * stage_.size[2];
    const int64_t staged = staged_ ? p_.channels * stage_.plane() : 0;
    const T* image = p_.image + (n * p_.groups + g) * p_.channels * raw;
    const Scratch<T> copy(staged_ ? samples * staged + kernels_.slack : 0);
    if (staged_) {
      for (int64_t s = 0; s < samples; ++s) {
        stage_channels(image + s * p_.groups * p_.channels * raw, p_.channels, stage_,
                       copy.data() + s * staged);
      }
      image = copy.data();
    }
    for (std::size_t i = 0; i < p_.phases.size(); ++i) {
      const Phase<T>& phase = p_.phases[i];
      PixelGrid grid = phase.grid;
      grid.size[0] = samples;
      grid.stride[0] = staged_ ? staged : p_.groups * p_.channels * raw;
      multiply(phase, grid, ways_[i], image, n, g);
    }
  }

  void multiply(const Phase<T>& phase, const PixelGrid& grid, Way way, const T* image, int64_t n,
                int64_t g) const {
    T* const out = p_.out + (n * p_.groups + g) * p_.rows * p_.out_plane();
    if (grid.size[0] == 1 && p_.in_place(phase)) {
      return into(phase, grid, way, image, g, out, p_.out_plane(), p_.beta);
    }
    const int64_t pixels = grid.pixels();
    const Scratch<T> result(p_.rows * pixels);
    into(phase, grid, way, image, g, result.data(), pixels, T(0));
    parallel_for(0, p_.rows, std::max<int64_t>((1 << 14) / std::max<int64_t>(pixels, 1), 1),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t r = begin; r < end; ++r) {
                     place(phase, grid, result.data() + r * pixels, out + r * p_.out_plane());
                   }
                 });
  }

  // A row of results of all samples to where its pixels are.
  void place(const Phase<T>& phase, const PixelGrid& grid, const T* from, T* plane) const {
    const int64_t* size = p_.out_size;
    for (int64_t s = 0; s < grid.size[0]; ++s, plane += p_.groups * p_.rows * p_.out_plane()) {
      for (int64_t d = 0; d < grid.size[1]; ++d) {
        for (int64_t h = 0; h < grid.size[2]; ++h, from += grid.size[3]) {
          T* to = plane +
                  ((phase.first[0] + d * phase.step[0]) * size[1] + phase.first[1] +
                   h * phase.step[1]) *
                      size[2] +
                  phase.first[2];
          if (p_.beta == 0) {
            for (int64_t w = 0; w < grid.size[3]; ++w) to[w * phase.step[2]] = from[w];
          } else {
            for (int64_t w = 0; w < grid.size[3]; ++w) to[w * phase.step[2]] += from[w];
          }
        }
      }
    }
  }

  // c [rows][c_rs], pixels contiguous.
  void into(const Phase<T>& phase, const PixelGrid& grid, Way way, const T* image, int64_t g, T* c,
            int64_t c_rs, T beta) const {
    const T* weights = phase.weights + g * p_.rows * phase.count();
    const T* bias = p_.bias ? p_.bias + g * p_.rows : nullptr;
    if (way != Way::Panels) {
      return by_lines(phase, grid, way, image, g, c, c_rs, beta);
    }
    GemmArgs<T> args{};
    args.m = p_.rows, args.n = grid.pixels(), args.k = phase.count();
    args.a = weights, args.a_rs = args.k, args.a_cs = 1;
    args.c = c, args.c_rs = c_rs, args.c_cs = 1;
    args.beta = bias ? T(1) : beta;
    const GemmPlan plan = gemm_kernels_of<T>().plan_for_panels(args);
    const int64_t even = even_part(args.n, kPanelsAtOnce * plan.cols);
    const int64_t width = blocks_of(even, plan.cols) * plan.cols;
    parallel_for(0, args.n, width, [&](int64_t begin, int64_t end) {
      if (bias || (args.k == 0 && beta == 0)) start(c + begin, c_rs, end - begin, bias);
      block(args, plan, phase, grid, image, begin, end);
    });
  }

  void by_lines(const Phase<T>& phase, const PixelGrid& grid, Way way, const T* image, int64_t g,
                T* c, int64_t c_rs, T beta) const {
    const T* weights = phase.weights + g * p_.rows * phase.count();
    const T* bias = p_.bias ? p_.bias + g * p_.rows : nullptr;
    const int64_t count = phase.count(),
                  work = std::max<int64_t>(p_.rows * count * grid.size[3], 1);
    const int64_t grain = std::max<int64_t>((int64_t{1} << 20) / work, 1);
    if (way == Way::Direct) {
      return parallel_for(0, grid.lines(), grain, [&](int64_t begin, int64_t end) {
        kernels_.direct(image, phase.taps.data(), count, grid, begin, end, weights, p_.rows, bias,
                        c, c_rs, beta);
      });
    }
    const auto at = (&phase - p_.phases.data()) * p_.groups + g;
    const ChannelWeights<T>& panels = *panels_[static_cast<std::size_t>(at)];
    parallel_for(0, grid.lines(), grain, [&](int64_t begin, int64_t end) {
      kernels_.by_channels(image, phase.taps.data(), count, grid, begin, end, panels.weights.data(),
                           panels.channels, p_.rows, panels.bias.data(), c, c_rs, beta);
    });
  }

  // Columns of c begin as the bias, or 0.
  void start(T* c, int64_t c_rs, int64_t columns, const T* bias) const {
    for (int64_t r = 0; r < p_.rows; ++r) {
      std::fill_n(c + r * c_rs, columns, bias ? bias[r] : T(0));
    }
  }

  void block(const GemmArgs<T>& args, const GemmPlan& plan, const Phase<T>& phase,
             const PixelGrid& grid, const T* image, int64_t begin, int64_t end) const {
    const int64_t cols = plan.cols;
    const Scratch<T> packed(plan.kc * blocks_of(end - begin, cols) * cols);
    const Scratch<T> packed_a(plan.packed_a);
    GemmPart part{0, 0, begin, end, 0, 0};
    for (part.p0 = 0; part.p0 < args.k; part.p0 += plan.kc) {
      part.p1 = std::min(part.p0 + plan.kc, args.k);
      const int64_t steps = part.p1 - part.p0;
      for (int64_t j = begin; j < end; j += cols) {
        kernels_.patches(image, phase.taps.data() + part.p0, steps, grid, j,
                         std::min(j + cols, end), packed.data() + (j - begin) * steps, cols);
      }
      for (part.i0 = 0; part.i0 < args.m; part.i0 += plan.mc) {
        part.i1 = std::min(part.i0 + plan.mc, args.m);
        gemm_kernels_of<T>().tiles(args, plan, part, begin, packed.data(), packed_a.data());
      }
    }
  }

  const Product<T>& p_;
  const ConvTable<T>& kernels_ = conv_kernels_of<T>();
  ConvStage stage_;
  std::vector<Way> ways_;                                   // by phase
  std::vector<std::unique_ptr<ChannelWeights<T>>> panels_;  // by phase and group
  bool any_direct_ = false, only_panels_ = true, staged_;
  int64_t samples_ = 1;  // of a task
};

// The transpose ---------------------------------------------------------------------------------

// In one dimension: the inputs first, first + stride, ... and the kernel elements that lead to
// them, with the output they lead from for the first of these inputs.
struct Residue {
  int64_t first, count;
  std::vector<int64_t> kernel, from;
};

struct Residues {
  std::vector<Residue> list;
  int64_t low = 0, high = -1;  // the outputs that any input looks at
};

Residues residues_of(const ConvSizes& s, int d) {
  Residues all;
  bool any = false;
  for (int64_t first = 0; first < std::min(s.stride[d], s.in[d]); ++first) {
    Residue r{first, blocks_of(s.in[d] - first, s.stride[d]), {}, {}};
    for (int64_t k = 0; k < s.kernel[d]; ++k) {
      const int64_t at = first + s.padding[d] - k * s.dilation[d];
      if (at % s.stride[d] != 0) continue;
      const int64_t from = at / s.stride[d];
      r.kernel.push_back(k), r.from.push_back(from);
      all.low = any ? std::min(all.low, from) : from;
      all.high = any ? std::max(all.high, from + r.count - 1) : from + r.count - 1;
      any = true;
    }
    all.list.push_back(std::move(r));
  }
  return all;
}

// w [groups * out][in][kernel] as [groups][in][out * taps] for the kernel elements of a phase.
template <class T>
std::vector<T> turned_weights(const ConvSizes& s, const T* w, const std::vector<int64_t>& kernel) {
  const int64_t taps = static_cast<int64_t>(kernel.size()), volume = s.taps();
  std::vector<T> turned(static_cast<std::size_t>(s.groups * s.in_channels * s.out_channels * taps));
  T* to = turned.data();
  for (int64_t g = 0; g < s.groups; ++g) {
    for (int64_t i = 0; i < s.in_channels; ++i) {
      for (int64_t o = 0; o < s.out_channels; ++o) {
        const T* from = w + ((g * s.out_channels + o) * s.in_channels + i) * volume;
        for (const int64_t k : kernel) *to++ = from[k];
      }
    }
  }
  return turned;
}

template <class T>
Phase<T> transposed_phase(const ConvSizes& s, const ConvStage& stage, const Residue& z,
                          const Residue& y, const Residue& x, const T* w) {
  const int64_t line = stage.line();
  Phase<T> phase;
  phase.grid = {{1, z.count, y.count, x.count}, {0, stage.extent[1] * line, line}};
  const Residue* residue[] = {&z, &y, &x};
  for (int d = 0; d < 3; ++d) phase.first[d] = residue[d]->first, phase.step[d] = s.stride[d];
  std::vector<int64_t> kernel, offsets;
  for (std::size_t a = 0; a < z.kernel.size(); ++a) {
    for (std::size_t b = 0; b < y.kernel.size(); ++b) {
      for (std::size_t c = 0; c < x.kernel.size(); ++c) {
        kernel.push_back((z.kernel[a] * s.kernel[1] + y.kernel[b]) * s.kernel[2] + x.kernel[c]);
        offsets.push_back(
            ((z.from[a] - stage.origin[0]) * stage.extent[1] + y.from[b] - stage.origin[1]) * line +
            x.from[c] - stage.origin[2]);
      }
    }
  }
  for (int64_t o = 0; o < s.out_channels; ++o) {
    for (const int64_t offset : offsets) phase.taps.push_back(o * stage.plane() + offset);
  }
  phase.own = turned_weights(s, w, kernel);
  phase.weights = phase.own.data();
  return phase;
}

}  // namespace

// Patches -----------------------------------------------------------------------------------------

Patches patches_of(const ConvSizes& s) {
  Patches p;
  ConvStage& stage = p.stage;
  for (int d = 0; d < 3; ++d) {
    stage.size[d] = s.in[d];
    stage.origin[d] = -s.padding[d];
    stage.extent[d] = (s.out[d] - 1) * s.stride[d] + (s.kernel[d] - 1) * s.dilation[d] + 1;
  }
  stage.split = s.out[2] > 1 ? s.stride[2] : 1;
  needs_stage(stage);
  const int64_t line = stage.line(), layer = stage.extent[1] * line;
  for (int64_t c = 0; c < s.in_channels; ++c) {
    for (int64_t z = 0; z < s.kernel[0]; ++z) {
      for (int64_t y = 0; y < s.kernel[1]; ++y) {
        for (int64_t x = 0; x < s.kernel[2]; ++x) {
          const int64_t at = x * s.dilation[2];
          p.taps.push_back(c * stage.plane() + z * s.dilation[0] * layer +
                           y * s.dilation[1] * line + at % stage.split * stage.part() +
                           at / stage.split);
        }
      }
    }
  }
  p.grid = {{1, s.out[0], s.out[1], s.out[2]}, {0, s.stride[0] * layer, s.stride[1] * line}};
  return p;
}

bool needs_stage(ConvStage& stage) {
  if (stage.split != 1) return true;
  for (int d = 0; d < 3; ++d) {
    if (stage.origin[d] != 0 || stage.extent[d] > stage.size[d]) return true;
  }
  std::copy_n(stage.size, 3, stage.extent);
  return false;
}

template <class T>
void stage_channels(const T* image, int64_t channels, const ConvStage& stage, T* to) {
  const int64_t raw = stage.size[0] * stage.size[1] * stage.size[2], plane = stage.plane();
  const int64_t grain = std::max<int64_t>((1 << 15) / std::max<int64_t>(plane, 1), 1);
  parallel_for(0, channels, grain, [&](int64_t begin, int64_t end) {
    conv_kernels_of<T>().stage(image + begin * raw, end - begin, stage, to + begin * plane);
  });
}
template void stage_channels(const float*, int64_t, const ConvStage&, float*);
template void stage_channels(const double*, int64_t, const ConvStage&, double*);

// Products ----------------------------------------------------------------------------------------

template <class T>
void conv_output(const ConvSizes& s, const T* x, const T* w, const T* bias, T* y, T beta) {
  if (s.batch == 0 || s.out_plane() == 0) return;
  LongWork section(s.work() / 16);
  Patches patches = patches_of(s);
  Phase<T> phase{std::move(patches.taps), {}, w, patches.grid, {0, 0, 0}, {1, 1, 1}};
  Product<T> p{s.batch,
               s.groups,
               s.in_channels,
               s.out_channels,
               patches.stage,
               {},
               x,
               bias,
               y,
               {s.out[0], s.out[1], s.out[2]},
               beta};
  p.phases.push_back(std::move(phase));
  ProductRun<T>(p).run();
}

template <class T>
void conv_image(const ConvSizes& s, const T* y, const T* w, const T* bias, T* x, T beta) {
  if (s.batch == 0 || s.in_plane() == 0) return;
  LongWork section(s.work() / 16);
  Product<T> p{s.batch,
               s.groups,
               s.out_channels,
               s.in_channels,
               {},
               {},
               y,
               bias,
               x,
               {s.in[0], s.in[1], s.in[2]},
               beta};
  Residues residues[3];
  for (int d = 0; d < 3; ++d) {
    residues[d] = residues_of(s, d);
    p.stage.size[d] = s.out[d];
    p.stage.origin[d] = residues[d].low;
    p.stage.extent[d] = residues[d].high - residues[d].low + 1;
  }
  p.stage.split = 1;
  needs_stage(p.stage);
  for (const Residue& a : residues[0].list) {
    for (const Residue& b : residues[1].list) {
      for (const Residue& c : residues[2].list) {
        p.phases.push_back(transposed_phase(s, p.stage, a, b, c, w));
      }
    }
  }
  ProductRun<T>(p).run();
}

template <class T>
void channel_sums(const T* t, int64_t batch, int64_t channels, int64_t plane, T* out, T beta) {
  const int64_t each = std::max<int64_t>(batch * plane, 1);
  parallel_for(0, channels, std::max<int64_t>((1 << 16) / each, 1),
               [&](int64_t begin, int64_t end) {
                 for (int64_t c = begin; c < end; ++c) {
                   T sum = beta == 0 ? T(0) : out[c];
                   for (int64_t n = 0; n < batch; ++n) {
                     sum += conv_kernels_of<T>().total(t + (n * channels + c) * plane, plane);
                   }
                   out[c] = sum;
                 }
               });
}

#define TAUT_CONV_PRODUCTS(T)                                                       \
  template void conv_output(const ConvSizes&, const T*, const T*, const T*, T*, T); \
  template void conv_image(const ConvSizes&, const T*, const T*, const T*, T*, T);  \
  template void channel_sums(const T*, int64_t, int64_t, int64_t, T*, T);
TAUT_CONV_PRODUCTS(float)
TAUT_CONV_PRODUCTS(double)

}  // namespace taut
