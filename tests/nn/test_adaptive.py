"""AdaptiveLogSoftmaxWithLoss beside PyTorch's."""

import pytest
import torch

import taut
from both import assert_same

SIZES = {
    "two clusters": dict(in_features=16, n_classes=20, cutoffs=[5, 10]),
    "head bias": dict(in_features=8, n_classes=9, cutoffs=[3], div_value=2.0, head_bias=True),
    "many": dict(in_features=64, n_classes=30, cutoffs=[2, 4, 11, 29], div_value=2.0),
}


@pytest.mark.parametrize("size", SIZES)
def test_results_and_gradients(size):
    def program(t):
        softmax = t.nn.AdaptiveLogSoftmaxWithLoss(**SIZES[size])
        x = t.randn(40, SIZES[size]["in_features"], requires_grad=True)
        target = t.randint(SIZES[size]["n_classes"], (40,))
        output, loss = softmax(x, target)
        loss.backward()
        alone = softmax(x[0], target[0])
        gradients = [p.grad for p in softmax.parameters()]
        return [
            *(output, loss, x.grad, *gradients, *alone),
            *(softmax.log_prob(x), softmax.predict(x)),
            list(softmax.state_dict()),
            repr(softmax),
        ]

    assert_same(program, 1e-5)


def test_only_the_head_is_used():
    def program(t):
        softmax = t.nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs=[5, 10])
        output, loss = softmax(t.randn(3, 16), t.tensor([0, 4, 2]))
        loss.backward()
        softmax.reset_parameters()
        return output, [p.grad is None for p in softmax.parameters()], softmax.head.weight

    assert_same(program)


@pytest.mark.parametrize("cutoffs", [[], [0, 3], [3, 3], [5, 2], [20], [1.5], [-1, 4]], ids=str)
def test_cutoffs_that_are_refused(cutoffs):
    for module in (torch, taut):
        with pytest.raises(ValueError):
            module.nn.AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs=cutoffs)


@pytest.mark.parametrize(
    "rows, target",
    [(3, [0, 1]), (2, [0, 20]), (2, [-1, 0]), (2, [[0, 1], [0, 1]])],
    ids=["lengths", "past the last", "negative", "two dimensions"],
)
def test_targets_that_are_refused(rows, target):
    for module in (torch, taut):
        softmax = module.nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs=[5, 10])
        with pytest.raises(RuntimeError):
            softmax(module.randn(rows, 16), module.tensor(target))
