// Examples of what layers compute, and of settings; run by the tests.
#include "bindings/examples.h"

namespace taut {
namespace {

constexpr Example kExamples[] = {
    {"batch_norm",
     R"(>>> taut.batch_norm(taut.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 1e-5, True)
tensor([[-1.0000],
        [ 1.0000]]))"},
    {"binary_cross_entropy",
     R"(>>> taut.binary_cross_entropy(taut.tensor([0.5]), taut.tensor([1.0]))
tensor(0.6931))"},
    {"binary_cross_entropy_with_logits",
     R"(>>> taut.binary_cross_entropy_with_logits(taut.tensor([0.0]), taut.tensor([1.0]))
tensor(0.6931))"},
    {"conv1d", R"(>>> taut.conv1d(taut.tensor([[[1.0, 2.0, 3.0]]]), taut.tensor([[[1.0, -1.0]]]))
tensor([[[-1., -1.]]]))"},
    {"conv2d", R"(>>> taut.conv2d(taut.ones(1, 1, 3, 3), taut.ones(1, 1, 2, 2))
tensor([[[[4., 4.],
          [4., 4.]]]]))"},
    {"conv3d", R"(>>> taut.conv3d(taut.ones(1, 1, 3, 3, 3), taut.ones(2, 1, 2, 2, 2)).shape
torch.Size([1, 2, 2, 2, 2]))"},
    {"conv_transpose1d",
     R"(>>> taut.conv_transpose1d(taut.tensor([[[1.0, 2.0]]]), taut.tensor([[[1.0, 10.0]]]))
tensor([[[ 1., 12., 20.]]]))"},
    {"conv_transpose2d", R"(>>> taut.conv_transpose2d(taut.ones(1, 1, 2, 2), taut.ones(1, 1, 2, 2))
tensor([[[[1., 2., 1.],
          [2., 4., 2.],
          [1., 2., 1.]]]]))"},
    {"conv_transpose3d",
     R"(>>> taut.conv_transpose3d(taut.ones(1, 2, 2, 2, 2), taut.ones(2, 1, 2, 2, 2)).shape
torch.Size([1, 1, 3, 3, 3]))"},
    {"cross_entropy", R"(>>> taut.cross_entropy(taut.tensor([[0.0, 0.0]]), taut.tensor([1]))
tensor(0.6931))"},
    {"empty_cache", R"(>>> taut.empty_cache())"},
    {"get_default_dtype", R"(>>> taut.get_default_dtype()
torch.float32)"},
    {"get_num_threads", R"(>>> taut.get_num_threads() >= 1
True)"},
    {"group_norm", R"(>>> taut.group_norm(taut.tensor([[1.0, 3.0, 5.0, 5.0]]), 2)
tensor([[-1.0000,  1.0000,  0.0000,  0.0000]]))"},
    {"gru", R"(>>> w = [taut.ones(9, 2), taut.ones(9, 3), taut.zeros(9), taut.zeros(9)]
>>> taut.gru(taut.ones(5, 1, 2), taut.zeros(1, 1, 3), w, True, 1, 0.0, False, False, False)[0].shape
torch.Size([5, 1, 3]))"},
    {"gru_cell", R"(>>> w = [taut.ones(9, 2), taut.ones(9, 3), taut.zeros(9), taut.zeros(9)]
>>> taut.gru_cell(taut.ones(1, 2), taut.zeros(1, 3), *w).shape
torch.Size([1, 3]))"},
    {"huber_loss", R"(>>> taut.huber_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
tensor(1.5000))"},
    {"instance_norm",
     R"(>>> taut.instance_norm(taut.tensor([[[1.0, 3.0]]]), None, None, None, None, True, 0.1, 1e-5, True)
tensor([[[-1.0000,  1.0000]]]))"},
    {"is_anomaly_check_nan_enabled", R"(>>> taut.is_anomaly_check_nan_enabled()
False)"},
    {"is_anomaly_enabled", R"(>>> taut.is_anomaly_enabled()
False)"},
    {"is_grad_enabled", R"(>>> with taut.no_grad():
...     taut.is_grad_enabled()
False)"},
    {"is_inference_mode_enabled", R"(>>> taut.is_inference_mode_enabled()
False)"},
    {"l1_loss", R"(>>> taut.l1_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
tensor(2.))"},
    {"layer_norm", R"(>>> taut.layer_norm(taut.tensor([1.0, 3.0]), (2,))
tensor([-1.0000,  1.0000]))"},
    {"lstm", R"(>>> w = [taut.ones(12, 2), taut.ones(12, 3), taut.zeros(12), taut.zeros(12)]
>>> taut.lstm(taut.ones(5, 1, 2), [taut.zeros(1, 1, 3), taut.zeros(1, 1, 3)], w, True, 1, 0.0, False, False, False)[0].shape
torch.Size([5, 1, 3]))"},
    {"lstm_cell", R"(>>> w = [taut.ones(12, 2), taut.ones(12, 3), taut.zeros(12), taut.zeros(12)]
>>> taut.lstm_cell(taut.ones(1, 2), [taut.zeros(1, 3), taut.zeros(1, 3)], *w)[0].shape
torch.Size([1, 3]))"},
    {"memory_stats", R"(>>> sorted(taut.memory_stats())
['allocated', 'allocations', 'largest', 'peak_allocated', 'reserved'])"},
    {"mse_loss", R"(>>> taut.mse_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
tensor(5.))"},
    {"multilabel_margin_loss",
     R"(>>> taut.multilabel_margin_loss(taut.tensor([0.1, 0.2, 0.4, 0.8]), taut.tensor([3, 0, -1, 1]))
tensor(0.8500))"},
    {"nll_loss", R"(>>> taut.nll_loss(taut.tensor([[-0.5, -1.0]]), taut.tensor([1]))
tensor(1.))"},
    {"reset_peak_memory_stats", R"(>>> taut.reset_peak_memory_stats())"},
    {"rms_norm", R"(>>> taut.rms_norm(taut.tensor([3.0, 4.0]), (2,))
tensor([0.8485, 1.1314]))"},
    {"rnn_relu", R"(>>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
>>> taut.rnn_relu(taut.ones(5, 1, 2), taut.zeros(1, 1, 3), w, True, 1, 0.0, False, False, False)[0].shape
torch.Size([5, 1, 3]))"},
    {"rnn_relu_cell", R"(>>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
>>> taut.rnn_relu_cell(taut.ones(1, 2), taut.zeros(1, 3), *w).shape
torch.Size([1, 3]))"},
    {"rnn_tanh", R"(>>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
>>> taut.rnn_tanh(taut.ones(5, 1, 2), taut.zeros(1, 1, 3), w, True, 1, 0.0, False, False, False)[0].shape
torch.Size([5, 1, 3]))"},
    {"rnn_tanh_cell", R"(>>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
>>> taut.rnn_tanh_cell(taut.ones(1, 2), taut.zeros(1, 3), *w).shape
torch.Size([1, 3]))"},
    {"scaled_dot_product_attention",
     R"(>>> taut.nn.functional.scaled_dot_product_attention(taut.ones(1, 2, 4), taut.ones(1, 3, 4), taut.ones(1, 3, 5)).shape
torch.Size([1, 2, 5]))"},
    {"set_default_dtype", R"(>>> taut.set_default_dtype(taut.float32)
>>> taut.tensor(1.5).dtype
torch.float32)"},
    {"set_num_threads", R"(>>> taut.set_num_threads(taut.get_num_threads()))"},
    {"smooth_l1_loss", R"(>>> taut.smooth_l1_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
tensor(1.5000))"},
};

}  // namespace

std::span<const Example> layer_examples() { return kExamples; }

}  // namespace taut
