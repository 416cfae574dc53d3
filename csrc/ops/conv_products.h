// The three products of a convolution, on memory. Not recorded.
//
// Each is bilinear in two of image x, weight w and output y, and gives the third:
//   output:  y[o] = sum_k w[k] x[o * stride - padding + k * dilation]
//   image:   the transpose of that in x, for a transposed convolution and the gradient of x
//   weight:  its transpose in w, for the gradient of w
// so that the derivatives of any of them are the two others.
#pragma once

#include <cstdint>

namespace taut {

// Channels are those of one group. Fewer than three spatial dimensions are the last ones, the
// others of size 1. Padding is that in front; what lies behind follows from `out`.
struct ConvSizes {
  int64_t batch, groups, in_channels, out_channels;
  int64_t in[3], kernel[3], out[3], stride[3], padding[3], dilation[3];

  int64_t in_plane() const { return in[0] * in[1] * in[2]; }
  int64_t out_plane() const { return out[0] * out[1] * out[2]; }
  int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
  int64_t work() const {  // multiply-adds
    return batch * groups * in_channels * out_channels * taps() * out_plane();
  }
};

// Contiguous: x [batch][groups * in_channels][in], w [groups * out_channels][in_channels][kernel],
// y [batch][groups * out_channels][out]. beta is 0 or 1: 0 overwrites without reading. bias has a
// number for each channel of the result, or is null; it goes with beta 0.
template <class T>
void conv_output(const ConvSizes& sizes, const T* x, const T* w, const T* bias, T* y, T beta);
template <class T>
void conv_image(const ConvSizes& sizes, const T* y, const T* w, const T* bias, T* x, T beta);
template <class T>
void conv_weight(const ConvSizes& sizes, const T* x, const T* y, T* w, T beta);

// The first two of integers, which wrap.
template <class T>
void conv_output_integers(const ConvSizes& sizes, const T* x, const T* w, const T* bias, T* y);
template <class T>
void conv_image_integers(const ConvSizes& sizes, const T* y, const T* w, const T* bias, T* x);

// out[c] = beta out[c] + the sum of channel c of t, [batch][channels][plane].
template <class T>
void channel_sums(const T* t, int64_t batch, int64_t channels, int64_t plane, T* out, T beta);

}  // namespace taut
