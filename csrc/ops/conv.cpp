#include "ops/conv.h"

#include <array>

#include "core/error.h"
#include "core/work.h"
#include "graph/record.h"
#include "ops/autocast.h"
#include "ops/conv_products.h"
#include "ops/copy.h"
#include "ops/memory_format.h"
#include "ops/reduce.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Note [Three products of a convolution]
// Image, weight and output: each product is of two of them and gives the third, so the gradient of
// any product by one of its factors is again one of the three, of the same geometry. A node for
// each is all that convolutions, transposed ones, and their derivatives of any order need.
enum Role : int8_t { kImage, kWeight, kOutput };
using Roles = std::array<Tensor, 3>;  // contiguous

// The factors of each product, in the order of the node's edges; a bias is the third.
constexpr Role kFactors[3][2] = {{kOutput, kWeight}, {kImage, kOutput}, {kImage, kWeight}};

struct Geometry {
  ConvSizes sizes;
  int64_t dims;

  Dims shape(Role role) const {
    const ConvSizes& s = sizes;
    const int64_t in = s.groups * s.in_channels, out = s.groups * s.out_channels;
    Dims shape = role == kOutput  ? Dims{s.batch, out}
                 : role == kImage ? Dims{s.batch, in}
                                  : Dims{out, s.in_channels};
    const int64_t* last = role == kOutput ? s.out : role == kImage ? s.in : s.kernel;
    for (int64_t d = 3 - dims; d < 3; ++d) shape.push_back(last[d]);
    return shape;
  }
};

template <class T>
void compute_as(Role result, const Geometry& g, const Roles& t, const Tensor& bias, double beta) {
  const T* b = bias.defined() ? bias.data<T>() : nullptr;
  T* const x = t[kImage].data<T>();
  T* const w = t[kWeight].data<T>();
  T* const y = t[kOutput].data<T>();
  if constexpr (std::is_integral_v<T>) {  // these have no gradients: nothing is added to
    if (result == kOutput) return conv_output_integers<T>(g.sizes, x, w, b, y);
    conv_image_integers<T>(g.sizes, y, w, b, x);
  } else {
    const T scale = static_cast<T>(beta);
    if (result == kOutput) return conv_output<T>(g.sizes, x, w, b, y, scale);
    if (result == kImage) return conv_image<T>(g.sizes, y, w, b, x, scale);
    conv_weight<T>(g.sizes, x, y, w, scale);
  }
}

// t[result] = beta t[result] + the product of the two others (+ bias).
void compute(Role result, const Geometry& g, const Roles& t, const Tensor& bias, double beta) {
  if (t[result].is_meta()) return;
  if (is_narrow(t[result].dtype())) {
    return through_float32(t[result], beta != 0, [&](const Tensor& wide) {
      NoGrad guard;
      Roles all;
      for (int role = 0; role < 3; ++role) all[role] = role == result ? wide : widened(t[role]);
      compute(result, g, all, widened(bias), beta);
    });
  }
  visit(t[result].dtype(), [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) compute_as<T>(result, g, t, bias, beta);
  });
}

void sum_channels(const Tensor& t, const Tensor& out, double beta) {
  if (out.is_meta()) return;
  if (is_narrow(t.dtype())) {
    return through_float32(out, beta != 0, [&](const Tensor& wide) {
      NoGrad guard;
      sum_channels(widened(t), wide, beta);
    });
  }
  const int64_t slices = t.size(0) * t.size(1), plane = slices == 0 ? 0 : t.numel() / slices;
  const auto run = [&]<class T>() {
    channel_sums<T>(t.data<T>(), t.size(0), t.size(1), plane, out.data<T>(), static_cast<T>(beta));
  };
  if (t.dtype() == DType::Float32) {
    run.operator()<float>();
  } else {
    run.operator()<double>();
  }
}

// t[result] is not defined yet.
Tensor product(Role result, const Geometry& g, Roles t, const Tensor& bias);

class ConvBackward final : public Node {
 public:
  ConvBackward(Role result, const Geometry& g, const Tensor& a, const Tensor& b)
      : result_(result), geometry_(g), factors_{SavedTensor(a), SavedTensor(b)} {}
  const char* name() const override { return "ConvolutionBackward0"; }

  void backward(GradFrame& frame) override {
    const Tensor g = contiguous(frame.grad());
    for (int i = 0; i < 2; ++i) {
      if (!frame.needs(i)) continue;
      const Role wanted = kFactors[result_][i], other = kFactors[result_][1 - i];
      Roles t;
      t[result_] = g;
      t[other] = contiguous(factors_[1 - i].unpack(*this));
      if (frame.create_graph()) {
        frame.give(i, product(wanted, geometry_, t, {}));
        continue;
      }
      const Dest d = frame.dest(i, geometry_.shape(wanted), g.dtype());
      t[wanted] = d.tensor;
      compute(wanted, geometry_, t, {}, d.beta);
    }
    if (edges.size() > 2 && frame.needs(2)) bias_gradient(frame, g);
  }

  void each_saved(SavedValues& values) override {
    for (SavedTensor& f : factors_) values(f);
  }

 private:
  static void bias_gradient(GradFrame& frame, const Tensor& g) {
    if (frame.create_graph()) {
      Dims dims{0};
      for (int64_t d = 2; d < g.dim(); ++d) dims.push_back(d);
      return frame.give(2, sum(g, dims, false, {}));
    }
    const Dest d = frame.dest(2, Dims{g.size(1)}, g.dtype());
    sum_channels(g, d.tensor, d.beta);
  }

  Role result_;
  Geometry geometry_;
  SavedTensor factors_[2];
};

Tensor product(Role result, const Geometry& g, Roles t, const Tensor& bias) {
  const Tensor a = t[kFactors[result][0]], b = t[kFactors[result][1]];
  t[result] = empty_beside(a, g.shape(result), a.dtype());
  // A weight meets every pixel of the layer's output, or of a transposed layer's input, once.
  const Tensor& pixels = t[kOutput];
  if (pixels.size(1) > 0)
    count_multiply_adds(t[kWeight].numel() * (pixels.numel() / pixels.size(1)));
  const FusedWork work(bias.defined() ? t[result].numel() : 0);
  compute(result, g, t, bias.defined() ? contiguous(detach(bias)) : bias, 0.0);
  if (needs_grad(a, b, bias)) {
    auto node = make<ConvBackward>(result, g, a, b);
    set_edges(*node, {a, b});
    if (bias.defined()) node->edges.push_back(edge_of(bias));
    set_history(t[result], node);
  }
  return t[result];
}

// Checks ------------------------------------------------------------------------------------------

struct Layer {
  const char* name;
  const Tensor &input, &weight, &bias;
  int64_t dims;
  const ConvOptions& options;
  bool transposed;
};

// The given numbers for each of three dimensions, those that are not there being `rest`.
void spread(const Layer& l, const char* what, const Dims& given, int64_t rest, int64_t least,
            const char* wrong, int64_t (&out)[3]) {
  TAUT_CHECK(given.size() == 1 || given.size() == l.dims, RuntimeError, l.name, ": expected ", what,
             " to be a single integer value or a list of ", l.dims,
             " values to match the convolution dimensions, but got ", what, "=", ShapeText{given});
  for (int64_t d = 0; d < 3; ++d) out[d] = rest;
  for (int64_t d = 0; d < l.dims; ++d) {
    const int64_t value = given[given.size() == 1 ? 0 : d];
    TAUT_CHECK(value >= least, RuntimeError, l.name, ": ", wrong, " ", what, " is not supported");
    out[3 - l.dims + d] = value;
  }
}

void check_layer(const Layer& l) {
  const ShapeText weight{l.weight.sizes()};
  const int64_t groups = l.options.groups;
  TAUT_CHECK(l.input.dim() == l.dims + 1 || l.input.dim() == l.dims + 2, RuntimeError, "Expected ",
             l.dims + 1, "D (unbatched) or ", l.dims + 2, "D (batched) input to ", l.name,
             ", but got input of size: ", ShapeText{l.input.sizes()});
  TAUT_CHECK(l.weight.dim() == l.dims + 2, RuntimeError, l.name, ": expected a weight of ",
             l.dims + 2, " dimensions, but got one of size ", weight);
  TAUT_CHECK(!is_bool(l.input.dtype()), NotImplementedError, '"', l.name,
             "\" not implemented for '", scalar_type_name(l.input.dtype()), "'");
  TAUT_CHECK(l.input.dtype() == l.weight.dtype(), RuntimeError, l.name, ": Input type (",
             l.input.dtype(), ") and weight type (", l.weight.dtype(), ") should be the same");
  TAUT_CHECK(!l.bias.defined() || l.bias.dtype() == l.input.dtype(), RuntimeError, l.name,
             ": Input type (", l.input.dtype(), ") and bias type (",
             l.bias.defined() ? l.bias.dtype() : DType::Bool, ") should be the same");
  TAUT_CHECK(groups > 0, RuntimeError, l.name, ": non-positive groups is not supported");
  TAUT_CHECK(l.weight.size(0) >= groups, RuntimeError, l.name, ": Given groups=", groups,
             ", expected weight to be at least ", groups,
             " at dimension 0, but got weight of size ", weight, " instead");
  TAUT_CHECK(l.weight.size(0) % groups == 0, RuntimeError, l.name, ": Given groups=", groups,
             ", expected weight to be divisible by ", groups,
             " at dimension 0, but got weight of size ", weight, " instead");
  const int64_t channels = l.input.size(-l.dims - 1);
  const int64_t wanted = l.transposed ? l.weight.size(0) : l.weight.size(1) * groups;
  TAUT_CHECK(channels == wanted, RuntimeError, l.name, ": Given groups=", groups,
             ", weight of size ", weight, ", expected input", ShapeText{l.input.sizes()},
             " to have ", wanted, " channels, but got ", channels, " channels instead");
  const int64_t made = l.transposed ? l.weight.size(1) * groups : l.weight.size(0);
  TAUT_CHECK(!l.bias.defined() || (l.bias.dim() == 1 && l.bias.size(0) == made), RuntimeError,
             l.name, ": Given weight of size ", weight, ", expected bias to be 1-dimensional with ",
             made, " elements, but got bias of size ", ShapeText{l.bias.sizes()}, " instead");
  for (int64_t d = 2; d < l.dims + 2; ++d) {
    TAUT_CHECK(l.weight.size(d) > 0, RuntimeError, l.name,
               ": kernel size should be greater than zero, but got weight of size ", weight);
    TAUT_CHECK(channels == 0 || l.input.size(d - l.dims - 2) > 0, RuntimeError, l.name,
               ": Only zero batch or zero channel inputs are supported, but got input shape: ",
               ShapeText{l.input.sizes()});
  }
}

// All but in and out.
Geometry geometry_of(const Layer& l) {
  check_layer(l);
  Geometry g{{}, l.dims};
  ConvSizes& s = g.sizes;
  const ConvOptions& o = l.options;
  spread(l, "stride", o.stride, 1, 1, "non-positive", s.stride);
  spread(l, "padding", o.padding, 0, 0, "negative", s.padding);
  spread(l, "dilation", o.dilation, 1, 1, "non-positive", s.dilation);
  s.batch = l.input.dim() == l.dims + 2 ? l.input.size(0) : 1;
  s.groups = o.groups;
  s.out_channels = l.weight.size(0) / o.groups, s.in_channels = l.weight.size(1);
  for (int64_t d = 0; d < 3; ++d) {
    const int64_t at = d + l.dims - 3;
    s.kernel[d] = at < 0 ? 1 : l.weight.size(2 + at);
    (l.transposed ? s.out : s.in)[d] = at < 0 ? 1 : l.input.size(at - l.dims);
  }
  return g;
}

// Dimensions that a tensor has, as in "(5 x 7)".
template <class F>
std::string sizes_text(int64_t dims, F f) {
  std::string text = "(";
  for (int64_t d = 3 - dims; d < 3; ++d) text += (d == 3 - dims ? "" : " x ") + str(f(d));
  return text + ")";
}

void find_output_sizes(const Layer& l, ConvSizes& s) {
  const std::string_view mode = l.options.mode;
  TAUT_CHECK(mode.empty() || mode == "same" || mode == "valid", RuntimeError, l.name,
             ": Invalid padding string: '", mode, "'");
  for (int d = 0; d < 3; ++d) {
    const int64_t reach = s.dilation[d] * (s.kernel[d] - 1);
    if (mode == "same") {
      TAUT_CHECK(s.stride[d] == 1, RuntimeError, l.name,
                 ": padding='same' is not supported for strided convolutions");
      s.padding[d] = reach / 2;
      s.out[d] = s.in[d];
      continue;
    }
    const int64_t room = s.in[d] + 2 * s.padding[d] - reach - 1;
    TAUT_CHECK(room >= 0, RuntimeError, l.name, ": Calculated padded input size per channel: ",
               sizes_text(l.dims, [&](int64_t i) { return s.in[i] + 2 * s.padding[i]; }),
               ". Kernel size: ",
               sizes_text(l.dims, [&](int64_t i) { return s.dilation[i] * (s.kernel[i] - 1) + 1; }),
               ". Kernel size can't be greater than actual input size");
    s.out[d] = room / s.stride[d] + 1;
  }
}

void find_input_sizes(const Layer& l, ConvSizes& s) {
  int64_t extra[3];
  spread(l, "output_padding", l.options.output_padding, 0, 0, "negative", extra);
  for (int d = 0; d < 3; ++d) {
    TAUT_CHECK(extra[d] < s.stride[d] || extra[d] < s.dilation[d] || extra[d] == 0, RuntimeError,
               l.name,
               ": output padding must be smaller than either stride or dilation, but got "
               "output_padding=",
               extra[d], ", stride=", s.stride[d], ", dilation=", s.dilation[d]);
    s.in[d] = (s.out[d] - 1) * s.stride[d] - 2 * s.padding[d] + s.dilation[d] * (s.kernel[d] - 1) +
              extra[d] + 1;
    TAUT_CHECK(s.in[d] > 0, RuntimeError, l.name,
               ": output size must be positive, but an input of ", ShapeText{l.input.sizes()},
               " and a weight of ", ShapeText{l.weight.sizes()}, " give ", s.in[d]);
  }
}

// input as a batch, the product, and the result without the batch where input had none.
Tensor apply(const Layer& l, const Geometry& g, Role result) {
  const bool single = l.input.dim() == l.dims + 1;
  Roles t;
  t[result == kOutput ? kImage : kOutput] = contiguous(single ? unsqueeze(l.input, 0) : l.input);
  t[kWeight] = contiguous(l.weight);
  const Tensor out = product(result, g, t, l.bias);
  if (single) return squeeze(out, 0);
  const bool by_input = format_of(l.input) != MemoryFormat::Contiguous;
  return in_format_of(by_input ? l.input : l.weight, out);
}

constexpr const char* kNames[2][3] = {{"conv1d", "conv2d", "conv3d"},
                                      {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}};

}  // namespace

Tensor convolution(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t dims,
                   const ConvOptions& options) {
  if (autocast::on()) {
    return autocast::lowered(
        [&](auto low) { return convolution(low(input), low(weight), low(bias), dims, options); });
  }
  const Layer l{kNames[0][dims - 1], input, weight, bias, dims, options, false};
  Geometry g = geometry_of(l);
  find_output_sizes(l, g.sizes);
  return apply(l, g, kOutput);
}

Tensor transposed_convolution(const Tensor& input, const Tensor& weight, const Tensor& bias,
                              int64_t dims, const ConvOptions& options) {
  if (autocast::on()) {
    return autocast::lowered([&](auto low) {
      return transposed_convolution(low(input), low(weight), low(bias), dims, options);
    });
  }
  const Layer l{kNames[1][dims - 1], input, weight, bias, dims, options, true};
  Geometry g = geometry_of(l);
  find_input_sizes(l, g.sizes);
  return apply(l, g, kImage);
}

}  // namespace taut
