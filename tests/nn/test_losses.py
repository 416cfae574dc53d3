"""Losses as modules: value and gradients for every reduction, weights and settings; against torch."""

import pytest

from twin import check

randn = lambda *s: lambda lib: lib.randn(*s, requires_grad=True)  # noqa: E731
rand = lambda *s: lambda lib: lib.rand(*s)  # noqa: E731
prob = lambda *s: lambda lib: lib.rand(*s).mul(0.8).add(0.1).requires_grad_()  # noqa: E731
signs = lambda *s: lambda lib: lib.randint(0, 2, s) * 2.0 - 1.0  # noqa: E731
classes = lambda n, *s: lambda lib: lib.randint(0, n, s)  # noqa: E731
logp = lambda *s: lambda lib: lib.randn(*s).log_softmax(1).detach().requires_grad_()  # noqa: E731
soft = lambda *s: lambda lib: lib.randn(*s).softmax(1)  # noqa: E731
weights = lambda n: lambda lib: lib.rand(n) + 0.5  # noqa: E731

PAIR = (randn(3, 4), rand(3, 4))
TRIPLE = (randn(3, 4), randn(3, 4), randn(3, 4))
ROWS = [
    ("MSELoss", {}, PAIR), ("L1Loss", {}, PAIR), ("SmoothL1Loss", {}, PAIR), ("SmoothL1Loss", {"beta": 0.2}, PAIR),
    ("SmoothL1Loss", {"beta": 0.0}, PAIR), ("HuberLoss", {}, PAIR), ("HuberLoss", {"delta": 0.3}, PAIR),
    ("NLLLoss", {}, (logp(5, 3), classes(3, 5))), ("NLLLoss", {"weight": weights(3), "ignore_index": 1}, (logp(5, 3), classes(3, 5))),
    ("NLLLoss", {}, (logp(2, 3, 4), classes(3, 2, 4))),
    ("CrossEntropyLoss", {}, (randn(5, 3), classes(3, 5))), ("CrossEntropyLoss", {"label_smoothing": 0.2}, (randn(5, 3), classes(3, 5))),
    ("CrossEntropyLoss", {"weight": weights(3), "ignore_index": 2, "label_smoothing": 0.1}, (randn(5, 3), classes(3, 5))),
    ("CrossEntropyLoss", {"weight": weights(3)}, (randn(5, 3), soft(5, 3))), ("CrossEntropyLoss", {}, (randn(2, 3, 4), classes(3, 2, 4))),
    ("CrossEntropyLoss", {}, (randn(3), lambda lib: lib.tensor(1))),
    ("BCELoss", {}, (prob(3, 4), rand(3, 4))), ("BCELoss", {"weight": weights(4)}, (prob(3, 4), rand(3, 4))),
    ("BCEWithLogitsLoss", {}, PAIR), ("BCEWithLogitsLoss", {"weight": weights(4), "pos_weight": weights(4)}, PAIR),
    ("KLDivLoss", {}, (logp(3, 4), soft(3, 4))), ("KLDivLoss", {"log_target": True}, (logp(3, 4), logp(3, 4))),
    ("PoissonNLLLoss", {}, PAIR), ("PoissonNLLLoss", {"log_input": False, "full": True}, (prob(3, 4), lambda lib: lib.rand(3, 4) * 5)),
    ("GaussianNLLLoss", {}, (*PAIR, rand(3, 4))), ("GaussianNLLLoss", {"full": True, "eps": 0.3}, (*PAIR, rand(3, 1))),
    ("SoftMarginLoss", {}, (randn(3, 4), signs(3, 4))), ("HingeEmbeddingLoss", {"margin": 0.7}, (randn(3, 4), signs(3, 4))),
    ("CosineEmbeddingLoss", {}, (randn(3, 4), randn(3, 4), signs(3))), ("CosineEmbeddingLoss", {"margin": 0.3}, (randn(4), randn(4), lambda lib: lib.tensor(-1))),
    ("MarginRankingLoss", {"margin": 0.2}, (randn(5), randn(5), signs(5))),
    ("MultiMarginLoss", {}, (randn(5, 3), classes(3, 5))), ("MultiMarginLoss", {"p": 2, "margin": 0.4, "weight": weights(3)}, (randn(5, 3), classes(3, 5))),
    ("MultiLabelSoftMarginLoss", {}, (randn(5, 3), lambda lib: lib.randint(0, 2, (5, 3)).float())),
    ("MultiLabelSoftMarginLoss", {"weight": weights(3)}, (randn(5, 3), lambda lib: lib.randint(0, 2, (5, 3)).float())),
    ("TripletMarginLoss", {}, TRIPLE), ("TripletMarginLoss", {"margin": 3.0, "p": 1.0, "swap": True}, TRIPLE),
    ("TripletMarginWithDistanceLoss", {}, TRIPLE), ("TripletMarginWithDistanceLoss", {"swap": True, "margin": 2.0}, TRIPLE),
]  # fmt: skip


@pytest.mark.parametrize("reduction", ["mean", "sum", "none", "batchmean", "else"])
@pytest.mark.parametrize(
    ("name", "options", "inputs"), ROWS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_loss(name, options, inputs, reduction):
    def program(lib):
        made = {k: v(lib) if callable(v) else v for k, v in options.items()}
        loss = getattr(lib.nn, name)(**made, reduction=reduction)
        xs = [make(lib) for make in inputs]
        result = loss(*xs)
        result.sum().backward()
        return result, [x.grad for x in xs], repr(loss), list(loss.state_dict())

    check(program, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "former",
    [
        {"size_average": False},
        {"reduce": False},
        {"size_average": True, "reduce": True},
        {"reduce": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["MSELoss", "L1Loss", "SmoothL1Loss", "BCEWithLogitsLoss"])
def test_former_arguments(name, former):
    def program(lib):
        x, y = lib.randn(3, 4), lib.rand(3, 4)
        function = {
            "MSELoss": "mse_loss",
            "L1Loss": "l1_loss",
            "SmoothL1Loss": "smooth_l1_loss",
        }.get(name, "binary_cross_entropy_with_logits")
        return getattr(lib.nn, name)(**former)(x, y), getattr(lib.nn.functional, function)(
            x, y, **former
        )

    check(program)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_shapes_that_only_broadcast_warn(name):
    check(lambda lib: getattr(lib.nn.functional, name)(lib.ones(3, 1), lib.zeros(4)))


def test_weights_of_elements():
    for name in ("mse_loss", "l1_loss", "huber_loss"):
        for reduction in ("mean", "sum", "none"):
            check(
                lambda lib: getattr(lib.nn.functional, name)(
                    lib.rand(3, 4), lib.rand(3, 4), weight=lib.rand(3, 4), reduction=reduction
                )
            )  # noqa: B023
