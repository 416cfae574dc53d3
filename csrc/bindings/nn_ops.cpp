// Functions of layers: softmax, normalisation, losses, attention.
#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/attention.h"
#include "ops/loss.h"
#include "ops/normalization.h"
#include "ops/softmax.h"

namespace taut {
namespace {

std::optional<DType> dtype_at(const Values& v, int i) {
  if (!v.given(i)) return std::nullopt;
  const auto t = parse_dtype(v.object(i));
  TAUT_CHECK(t, TypeError, v.name(), "(): argument 'dtype' must be taut.dtype, not ",
             Py_TYPE(v.object(i))->tp_name);
  return t;
}

// Softmax ---------------------------------------------------------------------------------------

using Softmax = Tensor (*)(const Tensor&, int64_t, std::optional<DType>);
template <Softmax F>
PyObject* softmax_of(const Values& v) {
  return into(v, 3, F(v.tensor(0), int_at(v, 1), dtype_at(v, 2)));
}
constexpr Signature kSoftmax{
    "softmax", {"input", "dim", "dtype", "out"}, 2, 3, "exp(input) divided by its sum along dim."};
constexpr Signature kLogSoftmax{
    "log_softmax", {"input", "dim", "dtype", "out"}, 2, 3, "The logarithm of softmax() along dim."};

// Normalisation -----------------------------------------------------------------------------------

constexpr Signature kLayerNorm{
    "layer_norm",
    {"input", "normalized_shape", "weight", "bias", "eps", "cudnn_enable"},
    2,
    6,
    "(input - mean) / sqrt(var + eps) * weight + bias over the last dimensions."};
PyObject* layer_norm_of(const Values& v) {
  return wrap(layer_norm(v.tensor(0), dims_at(v, 1), v.tensor_or_undefined(2),
                         v.tensor_or_undefined(3), v.real(4, 1e-5)));
}
constexpr Signature kRmsNorm{
    "rms_norm",
    {"input", "normalized_shape", "weight", "eps"},
    2,
    6,
    "input / sqrt(mean(input^2) + eps) * weight over the last dimensions."};
PyObject* rms_norm_of(const Values& v) {
  return wrap(rms_norm(v.tensor(0), dims_at(v, 1), v.tensor_or_undefined(2), v.optional_real(3)));
}
constexpr Signature kGroupNorm{"group_norm",
                               {"input", "num_groups", "weight", "bias", "eps", "cudnn_enabled"},
                               2,
                               6,
                               "Normalises groups of channels (dimension 1) of each sample."};
PyObject* group_norm_of(const Values& v) {
  return wrap(group_norm(v.tensor(0), int_at(v, 1), v.tensor_or_undefined(2),
                         v.tensor_or_undefined(3), v.real(4, 1e-5)));
}

using MaybeTensor = std::optional<Tensor>;
Tensor undefined_if_none(const MaybeTensor& t) { return t.value_or(Tensor()); }

using ChannelNorm = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                               const Tensor&, bool, double, double);
template <ChannelNorm F>
Tensor channel_norm(const Tensor& x, const MaybeTensor& weight, const MaybeTensor& bias,
                    const MaybeTensor& running_mean, const MaybeTensor& running_var, bool flag,
                    double momentum, double eps, bool /*cudnn_enabled*/) {
  return F(x, undefined_if_none(running_mean), undefined_if_none(running_var),
           undefined_if_none(weight), undefined_if_none(bias), flag, momentum, eps);
}

void bind_channel_norms(py::module_& m) {
  m.def("batch_norm", &channel_norm<batch_norm>, py::arg("input"), py::arg("weight"),
        py::arg("bias"), py::arg("running_mean"), py::arg("running_var"), py::arg("training"),
        py::arg("momentum"), py::arg("eps"), py::arg("cudnn_enabled") = true,
        "Normalises each channel (dimension 1) over all other dimensions.");
  m.def("instance_norm", &channel_norm<instance_norm>, py::arg("input"), py::arg("weight"),
        py::arg("bias"), py::arg("running_mean"), py::arg("running_var"),
        py::arg("use_input_stats"), py::arg("momentum"), py::arg("eps"),
        py::arg("cudnn_enabled") = true, "Normalises each channel of each sample.");
}

// Losses ----------------------------------------------------------------------------------------

Mean reduction_at(const Values& v, int i) { return reduction_from(v.text(i, "mean")); }

using PlainLoss = Tensor (*)(const Tensor&, const Tensor&, Mean);
template <PlainLoss F>
PyObject* plain_loss(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), reduction_at(v, 2)));
}
constexpr Signature kMse{
    "mse_loss", {"input", "target", "reduction"}, 2, 6, "(input - target)^2, reduced."};
constexpr Signature kL1{
    "l1_loss", {"input", "target", "reduction"}, 2, 6, "|input - target|, reduced."};

using ShapedLoss = Tensor (*)(const Tensor&, const Tensor&, Mean, double);
template <ShapedLoss F>
PyObject* shaped_loss(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), reduction_at(v, 2), v.real(3, 1.0)));
}
constexpr Signature kSmoothL1{
    "smooth_l1_loss",
    {"input", "target", "reduction", "beta"},
    2,
    6,
    "d^2 / (2 beta) for d = |input - target| below beta, else d - beta / 2; reduced."};
constexpr Signature kHuber{
    "huber_loss",
    {"input", "target", "reduction", "delta"},
    2,
    6,
    "d^2 / 2 for d = |input - target| below delta, else delta (d - delta / 2); reduced."};

constexpr Signature kNll{
    "nll_loss",
    {"input", "target", "weight", "reduction", "ignore_index"},
    2,
    6,
    "-weight[target] input[target] for log-probabilities and class indices, reduced."};
PyObject* nll_of(const Values& v) {
  return wrap(nll_loss(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2), reduction_at(v, 3),
                       int_at(v, 4, -100)));
}
constexpr Signature kCrossEntropy{
    "cross_entropy",
    {"input", "target", "weight", "reduction", "ignore_index", "label_smoothing"},
    2,
    6,
    "nll_loss of log_softmax, for class indices or probabilities; reduced."};
PyObject* cross_entropy_of(const Values& v) {
  return wrap(cross_entropy(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2), reduction_at(v, 3),
                            int_at(v, 4, -100), v.real(5, 0.0)));
}
constexpr Signature kBce{"binary_cross_entropy",
                         {"input", "target", "weight", "reduction"},
                         2,
                         6,
                         "-(t log x + (1 - t) log(1 - x)), logarithms at least -100; reduced."};
PyObject* bce_of(const Values& v) {
  return wrap(
      binary_cross_entropy(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2), reduction_at(v, 3)));
}
constexpr Signature kBceLogits{"binary_cross_entropy_with_logits",
                               {"input", "target", "weight", "pos_weight", "reduction"},
                               2,
                               6,
                               "binary_cross_entropy of sigmoid(input), computed stably; reduced."};
PyObject* bce_logits_of(const Values& v) {
  return wrap(binary_cross_entropy_with_logits(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2),
                                               v.tensor_or_undefined(3), reduction_at(v, 4)));
}

constexpr Signature kMultilabel{
    "multilabel_margin_loss",
    {"input", "target", "reduction"},
    2,
    6,
    "The mean over classes of max(0, 1 - (input[target] - input[other])), reduced."};

Tensor ctc_of(const Tensor& log_probs, const Tensor& targets, const Dims& steps, const Dims& labels,
              int64_t blank, bool zero_infinity) {
  return ctc_loss(log_probs, targets, steps, labels, blank, zero_infinity);
}

void bind_losses(py::module_& m) {
  def_fast<kMultilabel, plain_loss<multilabel_margin_loss>>(m);
  m.def("_ctc_loss", &ctc_of, py::arg("log_probs"), py::arg("targets"), py::arg("input_lengths"),
        py::arg("target_lengths"), py::arg("blank") = 0, py::arg("zero_infinity") = false,
        "Minus the log-likelihood of each sequence of targets.");
  def_fast<kMse, plain_loss<mse_loss>>(m);
  def_fast<kL1, plain_loss<l1_loss>>(m);
  def_fast<kSmoothL1, shaped_loss<smooth_l1_loss>>(m);
  def_fast<kHuber, shaped_loss<huber_loss>>(m);
  def_fast<kNll, nll_of>(m);
  def_fast<kCrossEntropy, cross_entropy_of>(m);
  def_fast<kBce, bce_of>(m);
  def_fast<kBceLogits, bce_logits_of>(m);
}

// Attention ---------------------------------------------------------------------------------------

Tensor attention_of(const Tensor& query, const Tensor& key, const Tensor& value,
                    const MaybeTensor& attn_mask, double dropout_p, bool is_causal,
                    std::optional<double> scale, bool enable_gqa) {
  return scaled_dot_product_attention(
      query, key, value, {undefined_if_none(attn_mask), dropout_p, is_causal, scale, enable_gqa});
}

}  // namespace

void bind_nn_ops(py::module_& m) {
  def_fast_op<kSoftmax, softmax_of<softmax>>(m);
  def_fast_op<kLogSoftmax, softmax_of<log_softmax>>(m);
  def_fast<kLayerNorm, layer_norm_of>(m);
  def_fast<kRmsNorm, rms_norm_of>(m);
  def_fast<kGroupNorm, group_norm_of>(m);
  bind_channel_norms(m);
  bind_losses(m);
  m.def("scaled_dot_product_attention", &attention_of, py::arg("query"), py::arg("key"),
        py::arg("value"), py::arg("attn_mask") = py::none(), py::arg("dropout_p") = 0.0,
        py::arg("is_causal") = false, py::kw_only(), py::arg("scale") = py::none(),
        py::arg("enable_gqa") = false,
        "softmax(query key^T scale + mask) value over the last two dimensions.");
}

}  // namespace taut
