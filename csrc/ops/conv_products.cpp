#include "ops/conv_products.h"

#include "core/parallel.h"
#include "ops/conv_run.h"

namespace taut {
namespace {

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

// Taps of a channel are [depth][height][width]; where there is no depth, it is the height that is
// cut. rows: where the kernel's elements along that dimension lead the first output to, in an image
// of `size`; `step` from one output to the next.
struct CutRows {
  std::vector<int64_t> rows;
  int64_t size, step;
};
TapCuts cuts_of(const CutRows (&along)[3], const PixelGrid& grid) {
  const int d = along[0].rows.size() == 1 ? 1 : 0;
  const CutRows& cut = along[d];
  const auto count = static_cast<int64_t>(cut.rows.size());
  int64_t each = 1;
  for (int i = d + 1; i < 3; ++i) each *= static_cast<int64_t>(along[i].rows.size());
  TapCuts c{count * each, d == 0 ? grid.size[2] : 1, {}};
  for (int64_t o = 0; o < grid.size[d + 1]; ++o) {
    const auto inside = [&](int64_t row) {
      return row + o * cut.step >= 0 && row + o * cut.step < cut.size;
    };
    const auto first = std::find_if(cut.rows.begin(), cut.rows.end(), inside);
    c.cuts.push_back(
        {(first - cut.rows.begin()) * each, std::count_if(first, cut.rows.end(), inside) * each});
  }
  return c;
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
  phase.cuts =
      cuts_of({{z.from, s.out[0], 1}, {y.from, s.out[1], 1}, {x.from, s.out[2], 1}}, phase.grid);
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
    conv_kernels_of<T>().stage(image + begin * raw, end - begin, stage, T(0), to + begin * plane);
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
  CutRows along[3];
  for (int d = 0; d < 3; ++d) {
    along[d] = {{}, s.in[d], s.stride[d]};
    for (int64_t k = 0; k < s.kernel[d]; ++k) {
      along[d].rows.push_back(k * s.dilation[d] - s.padding[d]);
    }
  }
  Phase<T> phase{std::move(patches.taps),
                 cuts_of(along, patches.grid),
                 {},
                 w,
                 patches.grid,
                 {0, 0, 0},
                 {1, 1, 1}};
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
  run_product(p);
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
  run_product(p);
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
