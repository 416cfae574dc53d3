#include "ops/conv_run.h"

#include <memory>

#include "core/parallel.h"
#include "ops/conv_ways.h"

namespace taut {
namespace {

// Pixels below which samples share panels of patches, and how many are wanted then.
constexpr int64_t kFewPixels = 64, kEnoughPixels = 512;

template <class T>
class ProductRun {
 public:
  explicit ProductRun(const Product<T>& p) : p_(p), stage_(p.stage) {
    for (const auto& phase : p.phases) ways_.push_back(way_of<T>(phase.grid, p.batch, p.rows));
    const bool direct = std::find(ways_.begin(), ways_.end(), Way::Direct) != ways_.end();
    staged_ = needs_stage(stage_) || direct;
    if (!direct) samples_ = even_part(p.batch, samples_at_once());
    const bool at_once = blocks_of(p.batch, samples_) > 2;
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      for (int64_t g = 0; g < p.groups && ways_[i] == Way::Channels; ++g) {
        turned_.push_back(std::make_unique<ChannelWeights<T>>(p.phases[i], p.rows, g, at_once));
      }
      turned_.resize((i + 1) * static_cast<std::size_t>(p.groups));
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
  // Samples of few pixels share panels of patches, or large weights.
  int64_t samples_at_once() const {
    int64_t pixels = 0, weights = 0;
    bool panels = true;
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      pixels = std::max(pixels, p_.phases[i].grid.pixels());
      weights += p_.rows * p_.phases[i].count() * static_cast<int64_t>(sizeof(T));
      panels &= ways_[i] == Way::Panels;
    }
    const bool share = panels ? pixels < kFewPixels : weights > kWeightRoom;
    return share && pixels > 0 ? blocks_of(panels ? kEnoughPixels : kPixelsAtOnce, pixels) : 1;
  }

  void task(int64_t n, int64_t g) const {
    const int64_t samples = std::min(samples_, p_.batch - n);
    const int64_t raw = stage_.size[0] * stage_.size[1] * stage_.size[2];
    const int64_t staged = staged_ ? p_.channels * stage_.plane() : 0;
    const T* image = p_.image + (n * p_.groups + g) * p_.channels * raw;
    const Scratch<T> copy(staged_ ? samples * staged + conv_kernels_of<T>().slack : 0);
    if (staged_) {
      for (int64_t s = 0; s < samples; ++s) {
        stage_channels(image + s * p_.groups * p_.channels * raw, p_.channels, stage_,
                       copy.data() + s * staged);
      }
      image = copy.data();
    }
    for (std::size_t i = 0; i < p_.phases.size(); ++i) {
      PixelGrid grid = p_.phases[i].grid;
      grid.size[0] = samples;
      grid.stride[0] = staged_ ? staged : p_.groups * p_.channels * raw;
      outputs(i, grid, image, n, g);
    }
  }

  // Of phase i.
  void outputs(std::size_t i, const PixelGrid& grid, const T* image, int64_t n, int64_t g) const {
    const Phase<T>& phase = p_.phases[i];
    T* const out = p_.out + (n * p_.groups + g) * p_.rows * p_.out_plane();
    ProductPart<T> part{
        ways_[i],
        phase,
        grid,
        image,
        phase.weights + g * p_.rows * phase.count(),
        turned_[i * static_cast<std::size_t>(p_.groups) + static_cast<std::size_t>(g)].get(),
        p_.bias ? p_.bias + g * p_.rows : nullptr,
        p_.rows,
        out,
        p_.out_plane(),
        p_.beta};
    if (grid.size[0] == 1 && p_.in_place(phase)) return multiply(part);
    const int64_t pixels = grid.pixels();
    const Scratch<T> result(p_.rows * pixels);
    part.c = result.data(), part.c_rs = pixels, part.beta = 0;
    multiply(part);
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

  const Product<T>& p_;
  ConvStage stage_;
  std::vector<Way> ways_;                                   // by phase
  std::vector<std::unique_ptr<ChannelWeights<T>>> turned_;  // by phase and group
  bool staged_;
  int64_t samples_ = 1;  // of a task
};

}  // namespace

template <class T>
void run_product(const Product<T>& product) {
  ProductRun<T>(product).run();
}
template void run_product(const Product<float>&);
template void run_product(const Product<double>&);

}  // namespace taut
