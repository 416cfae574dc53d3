#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "ops/memory_format.h"
#include "ops/resample.h"

namespace taut {
namespace {

// One dimension from `in` to `out` elements. Positions are computed in the element type, as
// PyTorch does: at a boundary between two elements the rounding decides which is nearest.
template <class T>
struct Axis {
  int64_t in, out;
  T scale;  // distance of outputs in the input
  bool align_corners;

  Axis(int64_t n, int64_t m, double factor, bool align) : in(n), out(m), align_corners(align) {
    if (align) {
      scale = m > 1 ? static_cast<T>(n - 1) / static_cast<T>(m - 1) : T(0);
    } else {
      scale = factor > 0 ? static_cast<T>(1.0 / factor) : static_cast<T>(n) / static_cast<T>(m);
    }
  }
  // Where output i lies in the input: elements cover [k, k + 1), or lie at 0, 1, ... with corners
  // aligned.
  // In one rounding: that, too, can decide which element is nearest.
  T at(int64_t i) const {
    return align_corners ? scale * static_cast<T>(i)
                         : std::fma(scale, static_cast<T>(i) + T(0.5), T(-0.5));
  }
  int64_t inside(int64_t k) const { return std::clamp<int64_t>(k, 0, in - 1); }
};

// Whether nearest elements are those of PyTorch's kernels for small images, and for the channels
// last. They know positions in float32, and results as large as the input or twice as large, which
// are its elements once or twice whatever the factor that was given.
bool as_small_image(const Tensor& x, DimSpan size) {
  if (x.dim() == 4 && size[0] + size[1] <= 128) return true;
  const auto last = x.dim() == 4 ? MemoryFormat::ChannelsLast : MemoryFormat::ChannelsLast3d;
  return x.dim() > 3 && x.size(1) > 3 && is_contiguous_in(last, x);
}

AxisMap repeated(int64_t n, int64_t times) {
  AxisMap map(n);
  for (int64_t i = 0; i < n * times; ++i) map.add(i / times, 1), map.end_row();
  return map;
}

// Rounded to float before the floor, whatever the element type: PyTorch's floorf.
template <class T>
AxisMap nearest(const Axis<T>& a, bool exact) {
  AxisMap map(a.in);
  for (int64_t i = 0; i < a.out; ++i) {
    const double at = exact ? static_cast<double>(a.at(i)) + 0.5
                            : static_cast<double>(a.scale * static_cast<T>(i));
    map.add(a.inside(static_cast<int64_t>(std::floor(static_cast<float>(at)))), 1);
    map.end_row();
  }
  return map;
}

template <class T>
AxisMap linear(const Axis<T>& a) {
  AxisMap map(a.in);
  for (int64_t i = 0; i < a.out; ++i) {
    const T at = a.in == a.out ? static_cast<T>(i) : std::max(a.at(i), T(0));
    const int64_t k = a.inside(static_cast<int64_t>(at));
    const T behind = std::clamp(at - static_cast<T>(k), T(0), T(1));
    if (k + 1 < a.in) {
      map.add(k, T(1) - behind);
      if (behind != 0) map.add(k + 1, behind);
    } else {
      map.add(k, 1);
    }
    map.end_row();
  }
  return map;
}

// The cubic convolution kernel: of slope `a` at distance 1. Keys, 1981.
template <class T>
T cubic_kernel(T x, T a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

template <class T>
AxisMap cubic(const Axis<T>& a) {
  AxisMap map(a.in);
  for (int64_t i = 0; i < a.out; ++i) {
    const T at = a.at(i), floor = std::floor(at), behind = at - floor;
    for (int64_t t = -1; t <= 2; ++t) {
      map.add(a.inside(static_cast<int64_t>(floor) + t),
              cubic_kernel(behind - static_cast<T>(t), T(-0.75)));
    }
    map.end_row();
  }
  return map;
}

// Averages over all inputs that an output covers, weighted by `kernel`, which ends at `radius`.
template <class T, class F>
AxisMap antialiased(const Axis<T>& a, T radius, F kernel) {
  AxisMap map(a.in);
  const T widen = std::max(a.scale, T(1)), support = radius * widen;
  for (int64_t i = 0; i < a.out; ++i) {
    const T centre = a.scale * (static_cast<T>(i) + T(0.5));
    const int64_t first = std::max<int64_t>(static_cast<int64_t>(centre - support + T(0.5)), 0);
    const int64_t last = std::min(static_cast<int64_t>(centre + support + T(0.5)), a.in);
    T total = 0;
    for (int64_t k = first; k < last; ++k) {
      total += kernel((static_cast<T>(k) - centre + T(0.5)) / widen);
    }
    for (int64_t k = first; k < last; ++k) {
      map.add(k, kernel((static_cast<T>(k) - centre + T(0.5)) / widen) / total);
    }
    map.end_row();
  }
  return map;
}

template <class T>
T triangle(T x) {
  return std::max(T(1) - std::abs(x), T(0));
}
// sinc(x) sinc(x / 3). Lanczos, 1956; Duchon, 1979.
template <class T>
T lanczos(T x) {
  const auto sinc = [](T y) {
    const T angle = y * T(3.14159265358979323846);
    return y == 0 ? T(1) : std::sin(angle) / angle;
  };
  return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : T(0);
}

template <class T>
AxisMap axis_map(const Axis<T>& a, std::string_view mode, bool antialias) {
  if (mode == "nearest") return nearest(a, false);
  if (mode == "nearest-exact") return nearest(a, true);
  if (mode == "lanczos") return antialiased(a, T(3), lanczos<T>);
  if (mode == "bicubic") {
    return antialias ? antialiased(a, T(2), [](T x) { return cubic_kernel(x, T(-0.5)); })
                     : cubic(a);
  }
  return antialias ? antialiased(a, T(1), triangle<T>) : linear(a);
}

// The name that PyTorch gives the node.
const char* node_name(std::string_view mode, std::size_t dims, bool antialias) {
  struct Name {
    std::string_view mode;
    const char* names[3];  // by dimensions
  };
  static constexpr Name kNames[] = {
      {"nearest",
       {"UpsampleNearest1DBackward0", "UpsampleNearest2DBackward0", "UpsampleNearest3DBackward0"}},
      {"nearest-exact",
       {"UpsampleNearestExact1DBackward0", "UpsampleNearestExact2DBackward0",
        "UpsampleNearestExact3DBackward0"}},
      {"linear", {"UpsampleLinear1DBackward0"}},
      {"bilinear", {"", "UpsampleBilinear2DBackward0"}},
      {"trilinear", {"", "", "UpsampleTrilinear3DBackward0"}},
      {"bicubic", {"", "UpsampleBicubic2DBackward0"}},
  };
  if (antialias)
    return mode == "bicubic"    ? "UpsampleBicubic2DAaBackward0"
           : mode == "bilinear" ? "UpsampleBilinear2DAaBackward0"
                                : "UpsampleLanczos2DAaBackward0";
  for (const Name& n : kNames) {
    if (n.mode == mode) return n.names[dims - 1];
  }
  raise<ValueError>("interpolate: unknown mode ", mode);
}

// How often each element of a dimension appears, where neither factor nor mode matters, or 0.
int64_t repeats(const Tensor& x, DimSpan size, int64_t in, int64_t out, std::string_view mode) {
  if (mode == "nearest") {
    return (out == in || out == 2 * in) && as_small_image(x, size) ? out / in : 0;
  }
  return x.dtype() == DType::UInt8 && out == in && mode != "nearest-exact" ? 1 : 0;
}

template <class T>
std::shared_ptr<const AxisMaps> maps_of(const Tensor& x, DimSpan size,
                                        std::span<const double> scales, std::string_view mode,
                                        bool align_corners, bool antialias) {
  auto maps = std::make_shared<AxisMaps>();
  for (std::size_t d = 0; d < size.size(); ++d) {
    const int64_t in = x.size(static_cast<int64_t>(d + 2));
    const Axis<T> axis(in, size[d], d < scales.size() ? scales[d] : 0.0, align_corners);
    const int64_t times = repeats(x, size, in, size[d], mode);
    maps->push_back(times ? repeated(in, times) : axis_map(axis, mode, antialias));
    maps->back().finish();
  }
  return maps;
}

}  // namespace

Tensor interpolate(const Tensor& x, DimSpan size, std::span<const double> scales,
                   std::string_view mode, bool align_corners, bool antialias) {
  const bool bytes = x.dtype() == DType::UInt8;
  const bool fixed = bytes && mode != "linear" && mode != "trilinear";
  TAUT_CHECK(is_floating(x.dtype()) || fixed, NotImplementedError,
             "interpolate: not implemented for '", scalar_type_name(x.dtype()), "'");
  TAUT_CHECK(x.dim() == static_cast<int64_t>(size.size()) + 2, RuntimeError,
             "interpolate: It is expected output_size equals to ", x.dim() - 2, ", but got size ",
             size.size());
  for (int64_t d = 1; d < x.dim(); ++d) {
    TAUT_CHECK(x.size(d) > 0, RuntimeError,
               "interpolate: Non-empty data tensor expected but got a tensor with sizes ",
               ShapeText{x.sizes()});
    TAUT_CHECK(d < 2 || size[static_cast<std::size_t>(d - 2)] > 0, RuntimeError,
               "interpolate: Input and output sizes should be greater than 0, but got input ",
               ShapeText{x.sizes()}, " and output ", ShapeText{size});
  }
  const bool nearby = mode.starts_with("nearest");
  const bool wide =
      x.dtype() == DType::Float64 ? !nearby || !as_small_image(x, size) : bytes && !nearby;
  const auto maps = wide ? maps_of<double>(x, size, scales, mode, align_corners, antialias)
                         : maps_of<float>(x, size, scales, mode, align_corners, antialias);
  if (bytes) return resample_bytes(x, *maps);
  return resample(x, maps, node_name(mode, size.size(), antialias));
}

}  // namespace taut
