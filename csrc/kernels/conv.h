// Convolutions as products of weights with patches of an image.
//
// An image is a stack of planes, contiguous. The patch of an output pixel is the elements at
// pixel + taps[t], so that (rows x taps) weights times (taps x pixels) patches are the output.
// Stride 1 along a row of pixels is all that the kernels know: stage() deals out the columns of an
// image whose convolution strides, and adds its padding. Nothing needs alignment; no output
// overlaps an input; any size may be 0. beta is 0 or 1; with 0 the output is not read.
#pragma once

#include <cstdint>

namespace taut {

// How a plane is copied for that. Element e of the copy, in each dimension, is element origin + e
// of the plane, or a fill value where there is none. The last dimension lies in `split` parts:
// element e in part e % split at e / split, parts (extent + split - 1) / split long.
struct ConvStage {
  int64_t size[3];  // of the plane
  int64_t origin[3], extent[3];
  int64_t split;

  int64_t part() const { return (extent[2] + split - 1) / split; }
  int64_t line() const { return split * part(); }
  int64_t plane() const { return extent[0] * extent[1] * line(); }
};

// Output pixels [samples][depth][height][width] and the distance in the image from one to the next
// along the first three; along the width it is 1.
struct PixelGrid {
  int64_t size[4], stride[3];

  int64_t lines() const { return size[0] * size[1] * size[2]; }
  int64_t pixels() const { return lines() * size[3]; }
};

// The taps that take part: of each `period` of the `count` taps the first `used`; as many weights
// are passed over.
struct ConvTaps {
  const int64_t* at;
  int64_t count, used, period;
};

template <class T>
struct ConvTable {
  int lanes;        // of a vector
  int tile_rows;    // output channels that direct() takes at a time
  int tile_pixels;  // pixels of a line that by_channels() takes at a time
  // Kernels may read, and drop, so many elements past the last one of an image they were given.
  int64_t slack;

  // `count` planes.
  void (*stage)(const T* planes, int64_t count, const ConvStage& stage, T fill, T* to);
  // Row t of `to`, ld from the next: element taps[t] of the patches of pixels begin..end.
  void (*patches)(const T* image, const int64_t* taps, int64_t count, const PixelGrid& grid,
                  int64_t begin, int64_t end, T* to, int64_t ld);
  // Lines begin..end of the products of weights (row r at weights + r * w_rs) with all patches,
  // plus bias (rows of it, or null): row r at out + r * out_rs, pixels contiguous.
  void (*direct)(const T* image, const ConvTaps& taps, const PixelGrid& grid, int64_t begin,
                 int64_t end, const T* weights, int64_t w_rs, int64_t rows, const T* bias, T* out,
                 int64_t out_rs, T beta);
  // The same for at most two vectors of rows, with vectors across them and no packing: weights lie
  // as turn() leaves them, bias (or null) is whole vectors. Tiles are up to tile_pixels wide.
  void (*by_channels)(const T* image, const ConvTaps& taps, const PixelGrid& grid, int64_t begin,
                      int64_t end, const T* weights, int64_t rows, const T* bias, T* out,
                      int64_t out_rs, T beta);
  // weights [rows][count], row r at weights + r * rs, as [count][rows], rows filled up to whole
  // vectors with zeros.
  void (*turn)(const T* weights, int64_t rs, int64_t rows, int64_t count, T* to);
  // sums [rows][count][lanes] += the products of dy (row r at dy + r * dy_rs, pixels contiguous)
  // with all patches, lane by lane.
  void (*dots)(const T* image, const int64_t* taps, int64_t count, const PixelGrid& grid,
               const T* dy, int64_t rows, int64_t dy_rs, T* sums);
  // out[i] = beta out[i] + the sum of the lanes of sums[i].
  void (*fold)(const T* sums, int64_t count, T* out, T beta);
  // The sum of n elements.
  T (*total)(const T* x, int64_t n);
};

struct ConvKernels {
  ConvTable<float> f32;
  ConvTable<double> f64;

  template <class T>
  const ConvTable<T>& of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const ConvKernels& conv_kernels();

}  // namespace taut
