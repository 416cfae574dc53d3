// Convolutions.
#include "ops/conv.h"
#include "bindings/arguments.h"
#include "bindings/topics.h"

namespace taut {
namespace {

Dims dims_or(const Values& v, int i, int64_t otherwise) {
  return v.given(i) ? dims_at(v, i) : Dims{otherwise};
}

template <int N>
PyObject* conv_of(const Values& v) {
  ConvOptions o;
  o.stride = dims_or(v, 3, 1);
  if (v.given(4) && PyUnicode_Check(v.object(4))) {
    o.mode = v.text(4, "");
  } else {
    o.padding = dims_or(v, 4, 0);
  }
  o.dilation = dims_or(v, 5, 1);
  o.groups = int_at(v, 6, 1);
  return wrap(convolution(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2), N, o));
}
template <int N>
PyObject* conv_transpose_of(const Values& v) {
  ConvOptions o;
  o.stride = dims_or(v, 3, 1);
  o.padding = dims_or(v, 4, 0);
  o.output_padding = dims_or(v, 5, 0);
  o.groups = int_at(v, 6, 1);
  o.dilation = dims_or(v, 7, 1);
  return wrap(transposed_convolution(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2), N, o));
}

#define TAUT_CONV_SIGNATURE(NAME)                                          \
  {NAME,                                                                   \
   {"input", "weight", "bias", "stride", "padding", "dilation", "groups"}, \
   2,                                                                      \
   8,                                                                      \
   "The products of weight with every window of input, summed over input channels."}
constexpr Signature kConv1d TAUT_CONV_SIGNATURE("conv1d");
constexpr Signature kConv2d TAUT_CONV_SIGNATURE("conv2d");
constexpr Signature kConv3d TAUT_CONV_SIGNATURE("conv3d");

#define TAUT_CONV_TRANSPOSE_SIGNATURE(NAME)                                                  \
  {NAME,                                                                                     \
   {"input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation"}, \
   2,                                                                                        \
   8,                                                                                        \
   "The transpose of a convolution: each input element adds its multiple of weight."}
constexpr Signature kConvTranspose1d TAUT_CONV_TRANSPOSE_SIGNATURE("conv_transpose1d");
constexpr Signature kConvTranspose2d TAUT_CONV_TRANSPOSE_SIGNATURE("conv_transpose2d");
constexpr Signature kConvTranspose3d TAUT_CONV_TRANSPOSE_SIGNATURE("conv_transpose3d");

}  // namespace

void bind_conv(py::module_& m) {
  def_fast<kConv1d, conv_of<1>>(m);
  def_fast<kConv2d, conv_of<2>>(m);
  def_fast<kConv3d, conv_of<3>>(m);
  def_fast<kConvTranspose1d, conv_transpose_of<1>>(m);
  def_fast<kConvTranspose2d, conv_transpose_of<2>>(m);
  def_fast<kConvTranspose3d, conv_transpose_of<3>>(m);
}

}  // namespace taut
