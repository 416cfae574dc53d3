#include "peak.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>

#include "measure.h"
#include "peak_loops.h"

#define TAUT_DECLARE_PEAK(isa)             \
  namespace taut::isa {                    \
  extern const taut::PeakLoops peak_table; \
  }
TAUT_DECLARE_PEAK(baseline)
TAUT_DECLARE_PEAK(avx2)
TAUT_DECLARE_PEAK(avx512)

namespace taut {

const PeakLoops& peak_loops() {
#if defined(TAUT_X86_KERNELS)
  if (selected_isa() == Isa::Avx512) return avx512::peak_table;
  if (selected_isa() == Isa::Avx2) return avx2::peak_table;
#endif
  return baseline::peak_table;
}

namespace bench {
namespace {

double seconds_of(auto&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The shortest of several tries: what disturbs one only makes it longer.
double least_of(int tries, auto&& f) {
  double best = seconds_of(f);
  for (int i = 1; i < tries; ++i) best = std::min(best, seconds_of(f));
  return best;
}

template <class T>
double measure_flop_peak(double (*loop)(int64_t, T*)) {
  std::array<T, 12> sink;
  double flop = 0;
  const double seconds = least_of(200, [&] {
    for (std::size_t i = 0; i < sink.size(); ++i) sink[i] = T(0.5) + T(i) / 100;
    flop = loop(20'000, sink.data());
    benchmark::DoNotOptimize(sink);
  });
  return flop / seconds;
}

// So often as to take some 100 us, and at least once.
double bytes_per_second(double bytes, auto&& pass) {
  const int passes = static_cast<int>(std::max(1.0, 4e6 / bytes));
  const double seconds = least_of(20, [&] {
    for (int i = 0; i < passes; ++i) pass();
  });
  return passes * bytes / seconds;
}

double measure_bandwidth(Traffic traffic, int64_t bytes) {
  const PeakLoops& loops = peak_loops();
  const int64_t n =
      bytes / static_cast<int64_t>(sizeof(float)) / (traffic == Traffic::Copy ? 2 : 1);
  const Tensor one = random(Dims{n}), other = random(Dims{traffic == Traffic::Copy ? n : 0});
  float *from = one.data<float>(), *to = other.data<float>();
  const auto rate = [&](auto&& pass) { return bytes_per_second(static_cast<double>(bytes), pass); };
  if (traffic == Traffic::Read) {
    return rate([&] { benchmark::DoNotOptimize(loops.read(from, n)); });
  }
  if (traffic == Traffic::Write) {
    return std::max(rate([&] { loops.write(from, n); }),
                    rate([&] { loops.write_streaming(from, n); }));
  }
  return std::max(rate([&] { loops.copy(to, from, n); }),
                  rate([&] { loops.copy_streaming(to, from, n); }));
}

}  // namespace

double flop_peak(DType type) {
  static const double of_float = measure_flop_peak(peak_loops().multiply_adds_f32);
  static const double of_double = measure_flop_peak(peak_loops().multiply_adds_f64);
  return type == DType::Float64 ? of_double : of_float;
}

double bandwidth(Traffic traffic, double bytes) {
  // Below 4 KiB the loop's own start would count, above 128 MiB nothing changes.
  const double power = std::clamp(std::ceil(std::log2(std::max(bytes, 1.0))), 12.0, 27.0);
  static std::map<std::pair<Traffic, double>, double> known;
  double& found = known[{traffic, power}];
  if (found == 0) found = measure_bandwidth(traffic, int64_t{1} << static_cast<int>(power));
  return found;
}

double least_seconds(double read, double written) {
  const double both = std::min(read, written), bytes = read + written;
  return 2 * both / bandwidth(Traffic::Copy, bytes) +
         (read > written ? (read - written) / bandwidth(Traffic::Read, bytes)
                         : (written - read) / bandwidth(Traffic::Write, bytes));
}

}  // namespace bench
}  // namespace taut
