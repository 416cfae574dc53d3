#include <algorithm>
#include <type_traits>

#include "core/parallel.h"
#include "ops/conv_patches.h"

namespace taut {
namespace {

// The outputs first <= o < last whose pixel o * stride + offset lies in the image, of one tap in
// one dimension.
struct Reach {
  int64_t offset, first, last;
};
Reach reach_of(const ConvSizes& s, int d, int64_t tap) {
  const int64_t offset = tap * s.dilation[d] - s.padding[d];
  const int64_t last = offset < s.in[d] ? blocks_of(s.in[d] - offset, s.stride[d]) : 0;
  return {offset, offset < 0 ? blocks_of(-offset, s.stride[d]) : 0, std::min(last, s.out[d])};
}

// f(pixel, output, n): n outputs of a line and the pixels that tap (z, y, x) of a kernel meets.
template <class F>
void each_line(const ConvSizes& s, int64_t z, int64_t y, int64_t x, F f) {
  const Reach depth = reach_of(s, 0, z), height = reach_of(s, 1, y), width = reach_of(s, 2, x);
  if (width.first >= width.last) return;
  for (int64_t d = depth.first; d < depth.last; ++d) {
    for (int64_t h = height.first; h < height.last; ++h) {
      const int64_t row =
          (d * s.stride[0] + depth.offset) * s.in[1] + h * s.stride[1] + height.offset;
      f(row * s.in[2] + width.first * s.stride[2] + width.offset,
        (d * s.out[1] + h) * s.out[2] + width.first, width.last - width.first);
    }
  }
}

// Wide enough that no product overflows, which for signed numbers is undefined.
template <class T>
using Wrapping = std::common_type_t<std::make_unsigned_t<T>, unsigned>;
template <class T>
T multiply_add(T sum, T a, T b) {
  using U = Wrapping<T>;
  return static_cast<T>(static_cast<U>(sum) + static_cast<U>(a) * static_cast<U>(b));
}

// output += the kernel over the image, or image += its transpose over the output.
template <bool kToImage, class T>
void add_plane(const ConvSizes& s, T* image, const T* kernel, T* output) {
  for (int64_t z = 0; z < s.kernel[0]; ++z) {
    for (int64_t y = 0; y < s.kernel[1]; ++y) {
      for (int64_t x = 0; x < s.kernel[2]; ++x) {
        const T weight = *kernel++;
        each_line(s, z, y, x, [&](int64_t pixel, int64_t at, int64_t n) {
          T* const from = image + pixel;
          T* const to = output + at;
          for (int64_t i = 0; i < n; ++i) {
            T& p = from[i * s.stride[2]];
            if constexpr (kToImage) {
              p = multiply_add(p, weight, to[i]);
            } else {
              to[i] = multiply_add(to[i], weight, p);
            }
          }
        });
      }
    }
  }
}

// f(sample and group, channel) for every plane of a result with so many channels in a group.
template <class F>
void each_result(const ConvSizes& s, int64_t channels, F f) {
  const int64_t planes = s.batch * s.groups * channels;
  const int64_t work = planes == 0 ? 1 : std::max<int64_t>(s.work() / planes, 1);
  LongWork section(s.work());
  parallel_for(0, planes, std::max<int64_t>((1 << 15) / work, 1), [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) f(p / channels, p % channels);
  });
}

}  // namespace

template <class T>
void conv_output_integers(const ConvSizes& s, const T* x, const T* w, const T* bias, T* y) {
  each_result(s, s.out_channels, [&](int64_t n, int64_t o) {
    T* const out = y + (n * s.out_channels + o) * s.out_plane();
    const int64_t row = n % s.groups * s.out_channels + o;
    std::fill_n(out, s.out_plane(), bias ? bias[row] : T(0));
    for (int64_t i = 0; i < s.in_channels; ++i) {
      const T* image = x + (n * s.in_channels + i) * s.in_plane();
      add_plane<false>(s, const_cast<T*>(image), w + (row * s.in_channels + i) * s.taps(), out);
    }
  });
}

template <class T>
void conv_image_integers(const ConvSizes& s, const T* y, const T* w, const T* bias, T* x) {
  each_result(s, s.in_channels, [&](int64_t n, int64_t i) {
    T* const image = x + (n * s.in_channels + i) * s.in_plane();
    const int64_t group = n % s.groups;
    std::fill_n(image, s.in_plane(), bias ? bias[group * s.in_channels + i] : T(0));
    for (int64_t o = 0; o < s.out_channels; ++o) {
      const T* out = y + (n * s.out_channels + o) * s.out_plane();
      const int64_t row = group * s.out_channels + o;
      add_plane<true>(s, image, w + (row * s.in_channels + i) * s.taps(), const_cast<T*>(out));
    }
  });
}

#define TAUT_CONV_INTEGERS(T)                                                             \
  template void conv_output_integers(const ConvSizes&, const T*, const T*, const T*, T*); \
  template void conv_image_integers(const ConvSizes&, const T*, const T*, const T*, T*);
TAUT_CONV_INTEGERS(std::uint8_t)
TAUT_CONV_INTEGERS(std::int8_t)
TAUT_CONV_INTEGERS(std::int16_t)
TAUT_CONV_INTEGERS(std::int32_t)
TAUT_CONV_INTEGERS(std::int64_t)
#undef TAUT_CONV_INTEGERS

}  // namespace taut
