"""Recurrent layers and cells, and sequences of several lengths, against torch."""

import copy
import io
import pickle

import numpy as np
import pytest
import torch

import taut
from twin import check, outcome

LAYERS = ("RNN", "LSTM", "GRU")
STEPS, BATCH, SIZE, WIDTH = 5, 6, 3, 7


def random(lib, *shape, dtype="float32"):
    return lib.randn(*shape, dtype=lib.float64).to(getattr(lib, dtype))


def numbered(lib, values):
    """A sum that weighs every element differently."""
    return sum(
        (v * lib.linspace(-1, 1, v.numel(), dtype=v.dtype).view(v.shape)).sum() for v in values
    )


def states(result):
    return list(result) if isinstance(result, tuple) else [result]


def use(lib, name, options, batch, given, dtype="float32"):
    """What one use of a layer shows: start, results, gradients, repr, the random stream after."""
    m = getattr(lib.nn, name)(SIZE, WIDTH, **options, dtype=getattr(lib, dtype))
    start = {k: v.clone() for k, v in m.state_dict().items()}
    shape = () if batch is None else (batch,)
    sizes = (*shape, STEPS, SIZE) if m.batch_first else (STEPS, *shape, SIZE)
    x = random(lib, *sizes, dtype=dtype).requires_grad_()
    count = m.num_layers * (1 + m.bidirectional)
    hx = [random(lib, count, *shape, m.proj_size or WIDTH, dtype=dtype).requires_grad_()]
    if name == "LSTM":
        hx.append(random(lib, count, *shape, WIDTH, dtype=dtype).requires_grad_())
    output, last = m(x, hx[0] if len(hx) == 1 else tuple(hx)) if given else m(x)
    numbered(lib, [output, *states(last)]).backward()
    grads = {n: p.grad for n, p in m.named_parameters()}
    return start, output, last, x.grad, [t.grad for t in hx], grads, repr(m), lib.rand(1)


OPTIONS = [
    {},
    {"num_layers": 2, "bidirectional": True},
    {"bias": False, "batch_first": True},
    {"num_layers": 3, "dropout": 0.5, "batch_first": True},
    {"num_layers": 2, "dropout": 0.3, "bidirectional": True, "bias": False},
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch", [None, 1, BATCH])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", LAYERS)
def test_layer(name, options, batch, dtype):
    for given in (False, True):
        check(lambda lib: use(lib, name, options, batch, given, dtype), rtol=1e-4, atol=2e-5)  # noqa: B023


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_projections(options):
    def program(lib):
        # Where it has oneDNN, torch warns, once in a process, that this has no projections.
        with torch.backends.mkldnn.flags(enabled=False):
            return use(lib, "LSTM", {**options, "proj_size": 2}, BATCH, True)

    check(program, rtol=1e-4, atol=2e-5)


def test_relu():
    check(lambda lib: use(lib, "RNN", {"nonlinearity": "relu"}, BATCH, True), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("enforce", [True, False], ids=["sorted", "unsorted"])
@pytest.mark.parametrize("first", [True, False], ids=["batch first", "steps first"])
def test_packed(name, enforce, first):
    def program(lib):
        rnn = lib.nn.utils.rnn
        lengths = [5, 5, 3, 1] if enforce else [1, 5, 3, 5]
        m = getattr(lib.nn, name)(
            SIZE, WIDTH, 2, bidirectional=True, dropout=0.4, batch_first=first
        )
        x = random(lib, *((4, 5) if first else (5, 4)), SIZE).requires_grad_()
        h = random(lib, 4, 4, WIDTH).requires_grad_()
        given = (h, h * 2) if name == "LSTM" else h
        packed = rnn.pack_padded_sequence(x, lengths, first, enforce)
        output, last = m(packed, given)
        assert isinstance(output, rnn.PackedSequence)
        padded, counts = rnn.pad_packed_sequence(output, first, -1.0, 7)
        numbered(lib, [padded, *states(last)]).backward()
        # What order sorting gives to equal lengths is the library's own matter.
        return padded, counts, last, x.grad, h.grad, {n: p.grad for n, p in m.named_parameters()}

    check(program, rtol=1e-4, atol=1e-5)


CELLS = [("RNNCell", {}), ("RNNCell", {"nonlinearity": "relu", "bias": False}), ("LSTMCell", {}), ("GRUCell", {}), ("GRUCell", {"bias": False}), ("LSTMCell", {"bias": False})]  # fmt: skip


@pytest.mark.parametrize("shape", [(), (1,), (BATCH,)], ids=str)
@pytest.mark.parametrize(("name", "options"), CELLS, ids=str)
def test_cell(name, options, shape):
    def program(lib):
        cell = getattr(lib.nn, name)(SIZE, WIDTH, **options)
        start = {k: v.clone() for k, v in cell.state_dict().items()}
        x = random(lib, STEPS, *shape, SIZE).requires_grad_()
        state = None
        for step in x:
            state = cell(step, state)
        numbered(lib, states(state)).backward()
        return start, state, x.grad, {n: p.grad for n, p in cell.named_parameters()}, repr(cell)

    check(program, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_no_grad_gives_the_same(name, first):
    m = getattr(taut.nn, name)(SIZE, WIDTH, 2, batch_first=first)
    x = taut.randn(STEPS, BATCH, SIZE)
    recorded = m(x)[0]
    with taut.no_grad():
        assert taut.equal(m(x)[0], recorded)


@pytest.mark.parametrize("name", LAYERS)
def test_modules_of_torch_load(name):
    theirs = getattr(torch.nn, name)(SIZE, WIDTH, 2, bidirectional=True)
    file = io.BytesIO()
    torch.save(theirs, file)
    file.seek(0)
    ours = taut.load(file, weights_only=False)
    x = np.random.default_rng(0).standard_normal((STEPS, BATCH, SIZE)).astype("float32")
    outputs = ours(taut.from_numpy(x))[0], theirs(torch.from_numpy(x))[0]
    np.testing.assert_allclose(*(t.detach().numpy() for t in outputs), rtol=1e-5, atol=1e-6)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_have_parameters_of_their_own(duplicate):
    m = taut.nn.LSTM(SIZE, WIDTH, 2)
    other = duplicate(m)
    x = taut.randn(STEPS, BATCH, SIZE)
    before = m(x)[0]
    with taut.no_grad():
        for p in m.parameters():
            p.zero_()
    assert taut.equal(other(x)[0], before)
    assert not m(x)[0].any()


def test_a_replaced_parameter_is_used():
    def program(lib):
        m = lib.nn.LSTM(SIZE, WIDTH, 2)
        m.weight_hh_l1 = m.weight_hh_l0
        m(random(lib, STEPS, BATCH, SIZE))[0].sum().backward()
        return [n for n, _ in m.named_parameters()], m.weight_hh_l0.grad, m.all_weights

    check(program, rtol=1e-4, atol=1e-5)


ERRORS = {
    "sizes": lambda lib: lib.nn.LSTM(3, 4)(lib.ones(5, 2, 4)),
    "dims": lambda lib: lib.nn.LSTM(3, 4)(lib.ones(5, 2, 2, 3)),
    "GRU dims": lambda lib: lib.nn.GRU(3, 4)(lib.ones(3)),
    "RNN dims": lambda lib: lib.nn.RNN(3, 4)(lib.ones(3)),
    "dtype": lambda lib: lib.nn.LSTM(3, 4)(lib.ones(5, 2, 3, dtype=lib.float64)),
    "h": lambda lib: lib.nn.LSTM(3, 4)(lib.ones(5, 2, 3), (lib.ones(1, 3, 4), lib.ones(1, 2, 4))),
    "c": lambda lib: lib.nn.LSTM(3, 4)(lib.ones(5, 2, 3), (lib.ones(1, 2, 4), lib.ones(2, 2, 4))),
    "h dims": lambda lib: lib.nn.LSTM(3, 4)(lib.ones(5, 2, 3), (lib.ones(1, 4), lib.ones(1, 4))),
    "unbatched": lambda lib: lib.nn.LSTM(3, 4)(lib.ones(5, 3), (lib.ones(1, 1, 4),) * 2),
    "GRU h": lambda lib: lib.nn.GRU(3, 4)(lib.ones(5, 2, 3), lib.ones(1, 2, 5)),
    "GRU h dims": lambda lib: lib.nn.GRU(3, 4)(lib.ones(5, 2, 3), lib.ones(1, 4)),
    "RNN unbatched": lambda lib: lib.nn.RNN(3, 4)(lib.ones(5, 3), lib.ones(1, 1, 4)),
    "no steps": lambda lib: lib.nn.GRU(3, 4)(lib.ones(0, 2, 3)),
    "dropout": lambda lib: lib.nn.LSTM(3, 4, 2, dropout=1.5),
    "dropout bool": lambda lib: lib.nn.LSTM(3, 4, 2, dropout=True),
    "bias": lambda lib: lib.nn.LSTM(3, 4, bias=1),
    "batch_first": lambda lib: lib.nn.LSTM(3, 4, batch_first=1),
    "hidden_size": lambda lib: lib.nn.LSTM(3, 4.0),
    "hidden_size 0": lambda lib: lib.nn.LSTM(3, 0),
    "input_size 0": lambda lib: lib.nn.LSTM(0, 3),
    "num_layers": lambda lib: lib.nn.LSTM(3, 4, 0),
    "proj_size": lambda lib: lib.nn.LSTM(3, 4, proj_size=4),
    "proj_size below 0": lambda lib: lib.nn.LSTM(3, 4, proj_size=-1),
    "proj_size of GRU": lambda lib: lib.nn.GRU(3, 4, proj_size=2),
    "proj_size of RNN": lambda lib: lib.nn.RNN(3, 4, proj_size=2),
    "nonlinearity": lambda lib: lib.nn.RNN(3, 4, nonlinearity="sigmoid"),
    "mode": lambda lib: lib.nn.RNNBase("X", 3, 4),
    "cell dims": lambda lib: lib.nn.LSTMCell(3, 4)(lib.ones(1, 2, 3)),
    "cell state dims": lambda lib: lib.nn.GRUCell(3, 4)(lib.ones(2, 3), lib.ones(1, 2, 4)),
    "cell nonlinearity": lambda lib: lib.nn.RNNCell(3, 4, nonlinearity="x")(lib.ones(2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case):
    ours, theirs = (outcome(ERRORS[case], lib, words=True) for lib in (taut, torch))
    assert ours[0][0] == "raised"
    assert ours == theirs


def test_warning_of_dropout_with_one_layer():
    check(lambda lib: repr(lib.nn.LSTM(3, 4, dropout=0.5)))


# Sequences of several lengths -------------------------------------------------------------------


def given(lib, *lengths, width=2):
    return [random(lib, n, *([width] if width else [])).requires_grad_() for n in lengths]


SEQUENCES = {
    "pad": lambda rnn, s: rnn.pad_sequence(s),
    "pad batch first": lambda rnn, s: rnn.pad_sequence(s, True, 7.0),
    "pad left": lambda rnn, s: rnn.pad_sequence(s, True, -1.0, "left"),
    "pad a tensor": lambda rnn, s: rnn.pad_sequence(s[0].unsqueeze(1)),
    "pack": lambda rnn, s: list(rnn.pack_sequence(s)),
    "unpack": lambda rnn, s: rnn.unpack_sequence(rnn.pack_sequence(s)),
    "unpad": lambda rnn, s: rnn.unpad_sequence(*rnn.pad_packed_sequence(rnn.pack_sequence(s))),
    "pack unsorted": lambda rnn, s: list(rnn.pack_sequence(s[::-1], enforce_sorted=False)),
    "unpack unsorted": lambda rnn, s: rnn.unpack_sequence(rnn.pack_sequence(s[::-1], False)),
    "pad packed": lambda rnn, s: rnn.pad_packed_sequence(rnn.pack_sequence(s), True, 2.0, 6),
    "no lengths": lambda rnn, s: rnn.pack_padded_sequence(rnn.pad_sequence(s), [4, 3]),
    "zero length": lambda rnn, s: rnn.pack_padded_sequence(rnn.pad_sequence(s), [4, 3, 0]),
    "not sorted": lambda rnn, s: rnn.pack_padded_sequence(rnn.pad_sequence(s), [1, 3, 4]),
    "no sequences": lambda rnn, s: rnn.pad_sequence([]),
    "not sequences": lambda rnn, s: rnn.pad_sequence(5),
    "no side": lambda rnn, s: rnn.pad_sequence(s, padding_side="top"),
    "too short": lambda rnn, s: rnn.pad_packed_sequence(rnn.pack_sequence(s), total_length=3),
}


@pytest.mark.parametrize("width", [2, 0], ids=["vectors", "numbers"])
@pytest.mark.parametrize("case", SEQUENCES)
def test_sequences(case, width):
    def program(lib):
        sequences = given(lib, 4, 3, 1, width=width)
        results = SEQUENCES[case](lib.nn.utils.rnn, sequences)
        results = results if isinstance(results, (list, tuple)) else [results]
        floats = [r for r in results if r is not None and r.is_floating_point()]
        numbered(lib, floats).backward()
        return results, [s.grad for s in sequences]

    check(program)


def test_packed_sequence_is_a_tuple_that_converts():
    def program(lib):
        packed = lib.nn.utils.rnn.pack_sequence([lib.tensor([1, 2]), lib.tensor([3])])
        moved = packed.double()
        kinds = [
            getattr(packed, k)().data for k in ("float", "long", "int", "short", "char", "byte")
        ]
        same = packed.to(lib.int64) is packed, packed.cpu() is packed, packed.is_cuda
        return moved.data, moved.batch_sizes, kinds, same, len(packed), repr(packed), packed[0]

    check(program)


def test_second_order_through_packing():
    def program(lib):
        rnn = lib.nn.utils.rnn
        x = random(lib, 4, 3, 2).requires_grad_()
        packed = rnn.pack_padded_sequence(x, [4, 2, 1])
        padded = rnn.pad_packed_sequence(rnn.PackedSequence(packed.data**3, packed.batch_sizes))[0]
        (grad,) = lib.autograd.grad(padded.sum(), x, create_graph=True)
        numbered(lib, [grad]).backward()
        return grad, x.grad

    check(program)
