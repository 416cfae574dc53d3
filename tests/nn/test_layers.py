"""Every layer: default initialisation for the same seed, forward, gradients, repr, state, errors."""

import numpy as np
import pytest
import torch

import taut
from twin import check, compare, outcome

# name -> (constructor arguments, shapes of inputs). An input is a shape, or a function of the library.
ints = lambda *v: lambda lib: lib.tensor(v)  # noqa: E731


class Layer:
    def __init__(
        self, name, *args, inputs=((2, 4),), train=True, id=None, tolerance=1e-5, **kwargs
    ):
        self.name, self.args, self.kwargs, self.inputs = name, args, kwargs, inputs
        self.train, self.tolerance = train, tolerance
        options = ",".join([*map(str, args), *(f"{k}={v}" for k, v in kwargs.items())])
        self.id = id or f"{name}({options})"

    def make(self, lib):
        fix = lambda v: getattr(lib, v[3:]) if isinstance(v, str) and v.startswith("T::") else v  # noqa: E731
        m = getattr(lib.nn, self.name)(
            *map(fix, self.args), **{k: fix(v) for k, v in self.kwargs.items()}
        )
        return m.train(self.train)

    def make_inputs(self, lib, dtype):
        made = []
        for x in self.inputs:
            t = x(lib) if callable(x) else lib.randn(x, dtype=lib.float64).to(dtype)
            made.append(t.requires_grad_() if t.is_floating_point() else t)
        return made


L = Layer
IMAGE, VOLUME, SERIES = ((2, 4, 5, 6),), ((2, 4, 3, 4, 2),), ((2, 4, 5),)
LAYERS = [
    L("Identity", 1, x=2),
    L("Linear", 4, 3), L("Linear", 4, 3, bias=False), L("Linear", 4, 3, dtype="T::float64"),
    L("Linear", 4, 3, inputs=((4,),)), L("Linear", 4, 3, inputs=((2, 5, 4),)), L("Linear", 4, 3, inputs=((0, 4),)),
    L("Bilinear", 4, 3, 2, inputs=((5, 4), (5, 3))), L("Bilinear", 4, 3, 2, bias=False, inputs=((2, 5, 4), (2, 5, 3))),
    L("LazyLinear", 3), L("LazyLinear", 3, bias=False, inputs=((2, 5, 7),)),
    L("Embedding", 10, 3, inputs=(ints(1, 4, 1),)), L("Embedding", 10, 3, padding_idx=-2, inputs=(ints(8, 4, 1),)),
    L("Embedding", 10, 3, max_norm=0.5, inputs=(ints(1, 4, 1),)), L("Embedding", 5, 3, scale_grad_by_freq=True, inputs=(ints(1, 4, 1),)),
    L("EmbeddingBag", 10, 3, inputs=(ints([1, 2], [3, 3]),)), L("EmbeddingBag", 10, 3, mode="sum", padding_idx=2, inputs=(ints(1, 2, 3), ints(0, 2))),
    L("EmbeddingBag", 10, 3, mode="max", include_last_offset=True, inputs=(ints(1, 2, 3), ints(0, 2, 3))),
    *(L(f"{lazy}{kind}{n}d", *(() if lazy else (4,)), 6, 3, inputs=i, **k)
      for n, i in ((1, SERIES), (2, IMAGE), (3, VOLUME))
      for lazy in ("", "Lazy")
      for kind, options in (("Conv", ({"padding": 1}, {"bias": False, "groups": 2, "padding": 2, "stride": 2}, {"padding": "same", "dilation": 2})),
                            ("ConvTranspose", ({}, {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2})))
      for k in options),
    *(L("Conv2d", 4, 2, (3, 2), padding=p, padding_mode=mode, inputs=IMAGE)
      for mode in ("reflect", "replicate", "circular") for p in ((2, 1), "same")),
    L("Conv1d", 4, 2, 3, padding=1, padding_mode="circular", inputs=SERIES), L("Conv3d", 4, 2, 2, padding=1, padding_mode="replicate", inputs=VOLUME),
    L("Conv2d", 4, 6, 3, dtype="T::float64", inputs=IMAGE), L("Conv2d", 4, 6, 3, inputs=((4, 5, 6),)), L("Conv2d", 4, 6, 3, inputs=((0, 4, 5, 6),)),
    *(L(f"Dropout{n}", 0.3, inputs=i) for n, i in (("", IMAGE), ("1d", SERIES), ("2d", IMAGE), ("3d", VOLUME))),
    L("Dropout", train=False), L("AlphaDropout", 0.3), L("FeatureAlphaDropout", 0.3, inputs=IMAGE), L("Dropout", 1.0), L("Dropout", 0.0),
    L("LayerNorm", 4), L("LayerNorm", (5, 4), 1e-3, inputs=((2, 5, 4),)), L("LayerNorm", 4, elementwise_affine=False), L("LayerNorm", 4, bias=False),
    L("RMSNorm", 4), L("RMSNorm", (5, 4), 1e-3, False, inputs=((2, 5, 4),)),
    L("GroupNorm", 2, 4, inputs=IMAGE), L("GroupNorm", 2, 4, affine=False), L("GroupNorm", 4, 4, bias=False, inputs=SERIES),
    L("LocalResponseNorm", 3, alpha=0.1, beta=0.5, k=2.0, inputs=IMAGE), L("LocalResponseNorm", 2, inputs=SERIES),
    *(L(f"{lazy}{kind}Norm{n}d", *a, inputs=i, train=t)
      for n, i in ((1, SERIES), (2, IMAGE), (3, VOLUME))
      for t in (True, False)
      for lazy, kind, a in (("", "Batch", (4,)), ("Lazy", "Batch", ()), ("", "Instance", (4,)), ("Lazy", "Instance", ()))),
    L("BatchNorm1d", 4), L("BatchNorm1d", 4, momentum=None), L("BatchNorm1d", 4, affine=False, train=False),
    L("BatchNorm1d", 4, track_running_stats=False, train=False), L("BatchNorm1d", 4, bias=False), L("BatchNorm1d", 4, eps=0.1, dtype="T::float64"),
    L("InstanceNorm1d", 4, affine=True, track_running_stats=True, inputs=((4, 5),)), L("InstanceNorm2d", 4, affine=True, inputs=((4, 5, 6),)),
    *(L(name) for name in ("ReLU", "ReLU6", "SiLU", "Mish", "SELU", "Hardsigmoid", "Hardswish", "Sigmoid", "Tanh",
                           "Tanhshrink", "Softsign", "LogSigmoid", "ELU", "CELU", "LeakyReLU", "GELU", "Hardtanh",
                           "Softplus", "Softshrink", "Hardshrink", "GLU", "PReLU")),
    L("ELU", 0.5), L("CELU", 0.5), L("LeakyReLU", 0.2), L("GELU", "tanh"), L("Hardtanh", -0.2, 0.3), L("Threshold", 0.1, 7.0),
    L("Softplus", 2.0, 1.0), L("Softshrink", 0.1), L("Hardshrink", 0.1), L("RReLU"), L("RReLU", 0.1, 0.9, train=False), L("GLU", 0),
    L("PReLU", 4, 0.1, inputs=IMAGE), L("Softmax", 1), L("Softmax"), L("Softmin", 0), L("LogSoftmax", -1), L("LogSoftmax"), L("Softmax2d", inputs=IMAGE),
    L("Flatten", inputs=IMAGE), L("Flatten", 0, 1, inputs=IMAGE), L("Unflatten", 1, (2, 2)), L("Unflatten", -1, [2, -1]),
    L("CosineSimilarity", inputs=((3, 4), (3, 4))), L("CosineSimilarity", 0, 1e-3, inputs=((3, 4), (3, 1))), L("PairwiseDistance", inputs=((3, 4), (3, 4))),
    L("PairwiseDistance", 1.0, keepdim=True, inputs=((3, 4), (4,))),
    *(L(name + f"{n}d", *a, inputs=i, **k)
      for n, i in ((1, SERIES), (2, IMAGE), (3, VOLUME))
      for name, a, k in (("MaxPool", (2,), {}), ("MaxPool", (2, 1, 1), {"return_indices": True, "ceil_mode": True}), ("AvgPool", (2,), {}),
                         ("AvgPool", (2, 1, 1), {"count_include_pad": False, "ceil_mode": True}), ("AdaptiveAvgPool", (2,), {}),
                         ("AdaptiveMaxPool", (2,), {"return_indices": True}), ("LPPool", (2, 2), {}), ("LPPool", (1.5, 2, 1), {"ceil_mode": True}))),
    L("AvgPool2d", 2, divisor_override=3, inputs=IMAGE), L("AdaptiveAvgPool2d", (None, 2), inputs=IMAGE), L("AdaptiveMaxPool3d", (2, None, 1), inputs=VOLUME),
    L("MaxPool2d", (2, 3), (1, 2), (1, 0), dilation=(2, 1), inputs=IMAGE), L("MaxPool2d", 2, inputs=((4, 5, 6),)), L("AvgPool2d", 2, inputs=((0, 4, 5, 6),)),
    *(L(f"MaxUnpool{n}d", 2, inputs=(i[0], lambda lib, s=i[0]: lib.arange(int(np.prod(s))).reshape(s) % int(np.prod(s[2:]))))
      for n, i in ((1, SERIES), (2, IMAGE), (3, VOLUME))),
    *(L("Upsample", scale_factor=2, mode=mode, inputs=i)
      for i, modes in ((SERIES, ("nearest", "linear", "area")), (IMAGE, ("nearest-exact", "bilinear", "bicubic")), (VOLUME, ("trilinear",))) for mode in modes),
    L("Upsample", size=(3, 9), mode="bilinear", align_corners=True, inputs=IMAGE), L("Upsample", scale_factor=(1.7, 0.6), mode="bilinear", recompute_scale_factor=True, inputs=IMAGE),
    L("UpsamplingNearest2d", scale_factor=2, inputs=IMAGE), L("UpsamplingBilinear2d", size=8, inputs=IMAGE),
    L("Unfold", 2, padding=1, inputs=IMAGE), L("Unfold", (2, 3), 2, 1, (1, 2), inputs=IMAGE), L("Fold", (4, 5), 2, inputs=((2, 8, 12),)), L("Fold", 4, (2, 1), stride=2, inputs=((8, 4),)),
    L("PixelShuffle", 2, inputs=IMAGE), L("PixelUnshuffle", 2, inputs=((2, 3, 4, 6),)), L("ChannelShuffle", 2, inputs=IMAGE),
    *(L(f"{kind}Pad{n}d", p, *((2.5,) if kind == "Constant" else ()), inputs=i)
      for kind in ("Constant", "Zero", "Reflection", "Replication", "Circular")
      for n, p, i in ((1, 2, SERIES), (1, (1, 2), SERIES), (2, 1, IMAGE), (2, (1, 0, 2, 1), IMAGE), (3, 1, VOLUME))),
    L("MultiheadAttention", 4, 2, inputs=((3, 2, 4), (5, 2, 4), (5, 2, 4))), L("MultiheadAttention", 4, 2, inputs=((3, 4), (5, 4), (5, 4))),
    L("MultiheadAttention", 4, 2, batch_first=True, inputs=((2, 3, 4), (2, 5, 4), (2, 5, 4))),
    L("MultiheadAttention", 4, 2, bias=False, kdim=3, vdim=6, inputs=((3, 2, 4), (5, 2, 3), (5, 2, 6))),
    L("MultiheadAttention", 4, 1, add_bias_kv=True, add_zero_attn=True, inputs=((3, 2, 4), (5, 2, 4), (5, 2, 4))),
    L("MultiheadAttention", 4, 2, 0.3, inputs=((3, 2, 4), (5, 2, 4), (5, 2, 4))),
    L("TransformerEncoderLayer", 4, 2, 8, 0.0, inputs=((3, 2, 4),)), L("TransformerEncoderLayer", 4, 2, 8, 0.1, "gelu", batch_first=True, norm_first=True, inputs=((2, 3, 4),)),
    L("TransformerEncoderLayer", 4, 2, 8, 0.0, bias=False, inputs=((3, 4),)), L("TransformerDecoderLayer", 4, 2, 8, 0.1, inputs=((3, 2, 4), (5, 2, 4))),
    L("TransformerDecoderLayer", 4, 2, 8, 0.0, norm_first=True, batch_first=True, inputs=((2, 3, 4), (2, 5, 4))),
    L("Transformer", 4, 2, 1, 2, 8, 0.0, inputs=((3, 2, 4), (5, 2, 4))),
]  # fmt: skip


def run(layer, lib):
    """What one use of a layer shows: start, result, gradients, moments, repr."""
    m = layer.make(lib)
    before = repr(m)
    dtype = lib.float64 if layer.kwargs.get("dtype") else lib.float32
    inputs = layer.make_inputs(lib, dtype)
    start = (
        {} if layer.name.startswith("Lazy") else {k: v.clone() for k, v in m.state_dict().items()}
    )
    results = m(*inputs)
    results = results if isinstance(results, tuple) else (results,)
    total = sum(
        (r * lib.linspace(-1, 1, r.numel(), dtype=r.dtype).view(r.shape)).sum() for r in results
    )
    if total.requires_grad:
        total.backward()
    grads = [x.grad for x in inputs], {n: p.grad for n, p in m.named_parameters()}
    return start, results, grads, m.state_dict(), before, repr(m), lib.rand(1)


def quiet(result):
    """Without the warnings that PyTorch gives about lazy modules and nested tensors."""
    return result[0]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_layer(layer):
    ours = outcome(lambda lib: run(layer, lib), taut, words=True)
    theirs = outcome(lambda lib: run(layer, lib), torch, words=True)
    compare(quiet(ours), quiet(theirs), layer.tolerance, layer.tolerance)
    assert ours[0][0] == "returned", ours


@pytest.mark.parametrize(
    "layer",
    [
        row
        for row in LAYERS
        if "inplace" in str(getattr(torch.nn, row.name).__init__.__code__.co_varnames)
    ],
    ids=lambda layer: layer.id,
)
def test_in_place(layer):
    def program(lib):
        m = getattr(lib.nn, layer.name)(*layer.args, **layer.kwargs, inplace=True).train(
            layer.train
        )
        x = layer.make_inputs(lib, lib.float32)[0]
        y = x * 1
        out = m(y)
        (out * lib.linspace(-1, 1, out.numel()).view(out.shape)).sum().backward()
        return repr(m), y, x.grad, out is y

    check(program, rtol=1e-5, atol=1e-6)


ERRORS = {
    "Linear sizes": lambda lib: lib.nn.Linear(3, 2)(lib.ones(2, 4)),
    "Bilinear": lambda lib: lib.nn.Bilinear(0, 2, 3),
    "Dropout p": lambda lib: lib.nn.Dropout(1.5),
    "Dropout negative": lambda lib: lib.nn.functional.dropout(lib.ones(1), -0.1),
    "Dropout1d dims": lambda lib: lib.nn.Dropout1d()(lib.ones(1)),
    "Embedding index": lambda lib: lib.nn.Embedding(3, 2)(lib.tensor([3])),
    "Embedding negative": lambda lib: lib.nn.Embedding(3, 2)(lib.tensor([-1])),
    "Embedding float": lambda lib: lib.nn.Embedding(3, 2)(lib.tensor([1.0])),
    "Embedding padding": lambda lib: lib.nn.Embedding(3, 2, padding_idx=3),
    "Embedding weight": lambda lib: lib.nn.Embedding(3, 2, _weight=lib.ones(2, 2)),
    "from_pretrained": lambda lib: lib.nn.Embedding.from_pretrained(lib.ones(3)),
    "GroupNorm": lambda lib: lib.nn.GroupNorm(2, 3),
    "GroupNorm channels": lambda lib: lib.nn.GroupNorm(2, 4)(lib.ones(2, 3)),
    "LayerNorm shape": lambda lib: lib.nn.LayerNorm(3)(lib.ones(2, 4)),
    "BatchNorm dims": lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(3)),
    "BatchNorm2d dims": lambda lib: lib.nn.BatchNorm2d(3)(lib.ones(3, 3)),
    "BatchNorm one value": lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(1, 3)),
    "BatchNorm channels": lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(2, 4)),
    "InstanceNorm one value": lambda lib: lib.nn.InstanceNorm1d(3)(lib.ones(2, 3, 1)),
    "PReLU": lambda lib: lib.nn.PReLU(3)(lib.ones(2, 4)),
    "GLU odd": lambda lib: lib.nn.GLU()(lib.ones(3)),
    "Hardtanh": lambda lib: lib.nn.Hardtanh(1.0, 0.0),
    "Softmax2d": lambda lib: lib.nn.Softmax2d()(lib.ones(2)),
    "Unflatten": lambda lib: lib.nn.Unflatten(1, 3),
    "Unflatten floats": lambda lib: lib.nn.Unflatten(1, (2.0, 3)),
    "PixelShuffle": lambda lib: lib.nn.PixelShuffle(2)(lib.ones(3, 2, 2)),
    "PixelShuffle dims": lambda lib: lib.nn.PixelShuffle(2)(lib.ones(3, 2)),
    "PixelUnshuffle": lambda lib: lib.nn.PixelUnshuffle(2)(lib.ones(1, 3, 2)),
    "ChannelShuffle": lambda lib: lib.nn.ChannelShuffle(2)(lib.ones(1, 3, 2)),
    "LocalResponseNorm": lambda lib: lib.nn.LocalResponseNorm(2)(lib.ones(1, 3)),
    "MultiheadAttention heads": lambda lib: lib.nn.MultiheadAttention(5, 2),
    "MultiheadAttention zero": lambda lib: lib.nn.MultiheadAttention(0, 2),
    "MultiheadAttention size": lambda lib: lib.nn.MultiheadAttention(4, 2)(*[lib.ones(3, 2, 6)] * 3),
    "MultiheadAttention mask": lambda lib: lib.nn.MultiheadAttention(4, 2)(*[lib.ones(3, 2, 4)] * 3, attn_mask=lib.ones(2, 2)),
    "MultiheadAttention dims": lambda lib: lib.nn.MultiheadAttention(4, 2)(*[lib.ones(3)] * 3),
    "MultiheadAttention causal": lambda lib: lib.nn.MultiheadAttention(4, 2)(*[lib.ones(3, 2, 4)] * 3, is_causal=True),
    "Transformer activation": lambda lib: lib.nn.TransformerEncoderLayer(4, 2, activation="x"),
    "Transformer batch": lambda lib: lib.nn.Transformer(4, 2, 1, 1, 8)(lib.ones(3, 2, 4), lib.ones(3, 1, 4)),
    "MultiMarginLoss": lambda lib: lib.nn.MultiMarginLoss(p=3),
    "TripletMarginLoss": lambda lib: lib.nn.TripletMarginLoss(margin=-1.0),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case):
    ours, theirs = (outcome(ERRORS[case], lib)[0] for lib in (taut, torch))
    assert ours[0] == "raised"
    assert ours == theirs


def test_from_pretrained():
    def program(lib):
        table = lib.arange(6.0).view(3, 2)
        one = lib.nn.Embedding.from_pretrained(table)
        two = lib.nn.Embedding.from_pretrained(table, freeze=False, padding_idx=0)
        bag = lib.nn.EmbeddingBag.from_pretrained(table, mode="sum")
        shares = one.weight.data_ptr() == table.data_ptr()
        return (
            one(lib.tensor([2])),
            two.weight.requires_grad,
            one.weight.requires_grad,
            shares,
            bag.weight.requires_grad,
            two,
        )

    check(lambda lib: [str(v) if isinstance(v, lib.nn.Module) else v for v in program(lib)])


MASKS = {
    "bool": lambda lib: {"attn_mask": lib.triu(lib.ones(3, 3), 1) > 0},
    "float": lambda lib: {"attn_mask": lib.nn.Transformer.generate_square_subsequent_mask(3)},
    "by head": lambda lib: {"attn_mask": lib.randn(4, 3, 3)},
    "padding": lambda lib: {
        "key_padding_mask": lib.tensor([[False, False, True], [False, True, True]])
    },
    "both": lambda lib: {
        "attn_mask": lib.triu(lib.ones(3, 3), 1) > 0,
        "key_padding_mask": lib.tensor([[False, False, True], [False, True, True]]),
    },
    "causal": lambda lib: {
        "attn_mask": lib.nn.Transformer.generate_square_subsequent_mask(3),
        "is_causal": True,
    },
    "none": lambda lib: {},
}


@pytest.mark.parametrize(
    "options", [{}, {"need_weights": False}, {"average_attn_weights": False}], ids=str
)
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(
    "kind", [{}, {"dropout": 0.4}, {"add_bias_kv": True, "add_zero_attn": True}], ids=str
)
def test_attention_masks(kind, mask, options):
    def program(lib):
        m = lib.nn.MultiheadAttention(4, 2, **kind)
        x = lib.randn(3, 2, 4, requires_grad=True)
        out, weights = m(x, x, x, **MASKS[mask](lib), **options)
        out.square().sum().backward()
        return out, weights, x.grad, m.in_proj_weight.grad

    check(program, rtol=1e-4, atol=1e-5)


def test_encoder_and_decoder_stacks():
    def program(lib):
        nn = lib.nn
        encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 8, 0.0), 2, nn.LayerNorm(4), enable_nested_tensor=False
        )
        decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, 0.0), 2)
        mask = nn.Transformer.generate_square_subsequent_mask(3)
        x = lib.randn(3, 2, 4)
        y = encoder(x, mask)
        z = decoder(x, y, tgt_mask=mask)
        z.sum().backward()
        return y, z, repr(encoder), repr(decoder), [p.grad for p in encoder.parameters()]

    check(program, rtol=1e-4, atol=1e-5, words=True)


def test_batch_norm_of_older_files():
    def program(lib):
        m = lib.nn.BatchNorm1d(2)
        state = m.state_dict()
        del state["num_batches_tracked"]
        state._metadata[""]["version"] = 1
        return m.load_state_dict(state)

    check(program)
