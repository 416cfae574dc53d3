"""taut.summary: what it counts, what it shows, and that it leaves the network as it was."""

import subprocess
import sys
import time

import pytest

import taut
from taut import nn
from taut._inventory import Statistics


def tied_net():
    taut.manual_seed(0)
    shared = nn.Linear(8, 8)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.Linear(8, 1))


def lines_of(table):
    return [line.split() for line in str(table).split("\n")]


def test_totals_count_each_memory_once():
    net = tied_net()
    t = taut.summary(net).totals
    assert t.parameters == sum(p.numel() for p in net.parameters()) == 121
    assert t.untied == 121 + 72
    assert t.parameter_bytes == 121 * 4
    assert t.multiply_adds is None


def storage_tie():
    net = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
    net[1].weight.data = net[0].weight.data
    return net


def part_of_another():
    net = nn.Sequential(nn.Linear(4, 2, bias=False), nn.Linear(4, 4, bias=False))
    net[0].weight.data = net[1].weight.data[1:3]
    return net


def transposed_tie():
    net = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
    taut.tie(net, "0.weight", "1.weight", transpose=True)
    return net


@pytest.mark.parametrize("make", [storage_tie, part_of_another, transposed_tie])
def test_every_kind_of_tie_counts_once(make):
    found = taut.summary(make())
    assert found.totals.parameters == 16
    assert found.totals.parameter_bytes == 64
    assert found.parameters["1.weight"].tied_to == "0.weight"


def test_a_transposed_tie_says_so():
    found = taut.summary(transposed_tie())
    assert found.parameters["1.weight"].transposed
    assert "weight = 0.weight, transposed" in str(found)


def test_trainable_and_frozen():
    net = tied_net()
    net[0].requires_grad_(False)
    net[2].bias.requires_grad_(False)
    found = taut.summary(net)
    assert (found.totals.trainable, found.totals.frozen) == (121 - 40 - 8, 48)
    words = {line[0]: line for line in lines_of(found)}
    assert "frozen" in words["0"]
    assert "partly" in words["2"]
    assert "yes" in words["5"]


def test_shapes_and_work_of_each_use():
    found = taut.summary(tied_net(), input_size=(32, 4))
    assert found["0"].output == ((32, 8),)
    assert found["2"].multiply_adds == found["4"].multiply_adds == [32 * 8 * 8]
    assert found["4"].tied_to == "2"
    assert found["4"].flops == [2 * 32 * 8 * 8 + 32 * 8]  # the bias is an addition each
    assert found["1"].flops == [32 * 8]
    assert found.totals.multiply_adds == 32 * (4 * 8 + 8 * 8 + 8 * 8 + 8)


def test_a_module_called_several_times_at_one_path():
    class Loop(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.Linear(3, 3)

        def forward(self, x):
            for _ in range(4):
                x = self.cell(x)
            return x

    found = taut.summary(Loop(), taut.ones(2, 3))
    assert found["cell"].calls == 4
    assert found["cell"].multiply_adds == [18] * 4
    assert "4 x 18" in str(found)


# (layer, input shapes, multiply-adds by its definition).
WORK = {
    "linear": (nn.Linear(5, 7), [(2, 3, 5)], 6 * 5 * 7),
    "bilinear": (nn.Bilinear(2, 3, 4, bias=False), [(5, 2), (5, 3)], None),
    "conv1d": (nn.Conv1d(4, 6, 3), [(2, 4, 10)], 2 * 6 * 8 * 4 * 3),
    "conv2d": (nn.Conv2d(4, 6, 3, groups=2), [(2, 4, 9, 9)], 2 * 6 * 49 * 2 * 9),
    "conv3d": (nn.Conv3d(1, 2, 2), [(1, 1, 4, 4, 4)], 2 * 27 * 8),
    "transposed": (nn.ConvTranspose2d(4, 6, 3, stride=2), [(2, 4, 5, 5)], 2 * 4 * 25 * 6 * 9),
    "lstm": (nn.LSTM(5, 7), [(3, 2, 5)], 6 * 4 * 7 * (5 + 7)),
    "gru": (nn.GRU(5, 7, bidirectional=True), [(3, 2, 5)], 2 * 6 * 3 * 7 * (5 + 7)),
    "projected": (nn.LSTM(5, 7, proj_size=3), [(3, 2, 5)], 6 * (28 * (5 + 3) + 7 * 3)),
    "cell": (nn.RNNCell(5, 7), [(2, 5)], 2 * 7 * (5 + 7)),
    "relu": (nn.ReLU(), [(3, 3)], 0),
}


@pytest.mark.parametrize("layer, sizes, wanted", WORK.values(), ids=WORK)
def test_multiply_adds(layer, sizes, wanted):
    found = taut.summary(layer, *(taut.randn(*s) for s in sizes)).totals.multiply_adds
    assert found == wanted if wanted is not None else found > 0


def test_work_of_attention():
    class Attention(nn.Module):
        def forward(self, q, k, v):
            return nn.functional.scaled_dot_product_attention(q, k, v)

    q, k, v = taut.randn(2, 4, 7, 16), taut.randn(2, 4, 5, 16), taut.randn(2, 4, 5, 8)
    assert taut.summary(Attention(), q, k, v).totals.multiply_adds == 8 * 7 * 5 * (16 + 8)


# (layer, input shapes, operations on elements by its definition, beside the multiply-adds).
OPERATIONS = {
    "linear": (nn.Linear(5, 7), [(2, 3, 5)], 6 * 7),
    "without a bias": (nn.Linear(5, 7, bias=False), [(2, 5)], 0),
    "conv2d": (nn.Conv2d(4, 6, 3), [(2, 4, 9, 9)], 2 * 6 * 49),
    "relu": (nn.ReLU(), [(3, 4)], 12),
    "gelu": (nn.GELU(), [(3, 4)], 12),
    "softmax": (nn.Softmax(-1), [(3, 4)], 5 * 12),
    "layer norm": (nn.LayerNorm(4), [(3, 4)], 7 * 12 + 2 * 3),
    "rms norm": (nn.RMSNorm(4), [(3, 4)], 4 * 12 + 2 * 3),
    "batch norm": (nn.BatchNorm2d(3), [(2, 3, 4, 4)], 4 * 96 + 2 * 3),
    "group norm": (nn.GroupNorm(3, 6), [(2, 6, 4)], 7 * 48),
    "max pool": (nn.MaxPool2d(2), [(1, 3, 4, 4)], 3 * 4 * 4),
    "average pool": (nn.AvgPool1d(2), [(1, 3, 4)], 2 * 2 * 3 * 2),
    "upsampled by copies": (nn.Upsample(scale_factor=2), [(1, 3, 4)], 0),
    "embedding": (nn.Flatten(), [(3, 4)], 0),
    "dropout": (nn.Dropout(), [(3, 4)], 0),
    "mse": (nn.MSELoss(), [(3, 4), (3, 4)], 3 * 12),
    "rnn": (nn.RNN(5, 7, bias=False), [(3, 2, 5)], 6 * 7 * 2),
}


@pytest.mark.parametrize("layer, sizes, wanted", OPERATIONS.values(), ids=OPERATIONS)
def test_operations_on_elements(layer, sizes, wanted):
    found = taut.summary(layer, *(taut.randn(*s) for s in sizes))
    assert found.rows[0].operations == [wanted]
    assert found.totals.flops == 2 * found.totals.multiply_adds + wanted


def test_operations_of_a_forward_of_ones_own():
    class Own(nn.Module):
        def forward(self, x):
            y = x[:, 1:] * 2 + taut.exp(x[:, :1])  # 6, 3, and 6 for the sum
            index = taut.arange(3) + 1  # not of floating-point numbers
            return y.sum() + y.t().contiguous().max() + index.sum()  # 6, 6, 1, 1

    assert taut.summary(Own(), taut.ones(3, 3)).totals.flops == 6 + 3 + 6 + 6 + 6 + 2


def test_nobody_counts_elements_without_being_asked():
    before = taut._C._element_operations()
    taut.ones(4) + 1
    assert taut._C._element_operations() == before
    with pytest.raises(RuntimeError):
        taut.summary(nn.Linear(2, 2), taut.ones(1, 3))
    taut.ones(4) + 1
    assert taut._C._element_operations() == before


@pytest.mark.parametrize("dtype", [taut.float64, taut.bfloat16, taut.float16])
def test_work_does_not_depend_on_the_type(dtype):
    net = nn.Sequential(nn.Conv1d(4, 6, 3), nn.Flatten(), nn.Linear(48, 3)).to(dtype)
    assert taut.summary(net, input_size=(2, 4, 10), dtype=dtype).totals.multiply_adds == 1152 + 288


def test_products_in_a_forward_of_ones_own_are_counted():
    class Own(nn.Module):
        def forward(self, x):
            return x @ x.t()

    assert taut.summary(Own(), taut.ones(3, 5)).totals.multiply_adds == 45


def test_initialisers_as_they_drew():
    net = tied_net()
    nn.init.normal_(net[0].weight, std=0.01)
    nn.init.zeros_(net[0].bias)
    nn.init.xavier_uniform_(net[2].weight)
    nn.init.orthogonal_(net[5].weight, gain=2)
    text = str(taut.summary(net, init=True))
    for words in ("N(0, 0.01^2)", "U(-0.612, 0.612)", "orthogonal, gain 2"):
        assert words in text
    assert taut.summary(net).parameters["0.bias"].draw == ("constant_", (0.0,))
    assert taut.summary(net).parameters["4.weight"].draw.scheme == "uniform_"


def test_what_is_drawn_otherwise_has_no_known_initialiser():
    layer = nn.Linear(3, 3)
    with taut.no_grad():
        layer.weight.normal_(0, 0.02)
    assert taut.summary(layer).parameters["weight"].draw is None
    assert taut.summary(layer).parameters["bias"].draw is not None


def test_copies_keep_the_initialiser():
    import copy

    net = copy.deepcopy(nn.Linear(3, 3))
    other = nn.Linear(3, 3)
    nn.init.ones_(other.weight)
    assert taut.summary(net).parameters["weight"].draw.scheme == "uniform_"
    net.load_state_dict(other.state_dict())
    assert taut.summary(net).parameters["weight"].draw == ("constant_", (1.0,))


@pytest.mark.parametrize("dtype", [taut.float64, taut.float16, taut.bfloat16])
def test_conversions_keep_the_initialiser(dtype):
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    nn.init.normal_(net[0].weight, std=0.5)
    taut.tie(net, "0.weight", "1.weight", transpose=True)
    draws = {name: p.draw for name, p in taut.summary(net.to(dtype)).parameters.items()}
    assert draws["0.weight"] == draws["1.weight"] == ("normal_", (0.0, 0.5))
    assert draws["0.bias"].scheme == "uniform_"
    assert taut.summary(net.float()).parameters["0.weight"].draw.scheme == "normal_"
    net.to_empty(device="cpu")
    assert taut.summary(net).parameters["0.weight"].draw is None


WRITES = {
    "zero_": lambda w: w.zero_(),
    "fill_": lambda w: w.fill_(3),
    "copy_": lambda w: w.copy_(taut.ones(4, 4)),
    "copy_ of a number": lambda w: w.copy_(taut.tensor(2.0)),
    "assigned": lambda w: w.__setitem__(slice(None), 1.0),
    "through a view": lambda w: w.view(-1).fill_(1),
    "through the transpose": lambda w: w.t().copy_(taut.ones(4, 4)),
    "normal_": lambda w: w.normal_(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_is_written_over_has_no_initialiser(write):
    layer = nn.Linear(4, 4)
    write(layer.weight.data)
    assert taut.summary(layer).parameters["weight"].draw is None
    assert taut.summary(layer).parameters["bias"].draw is not None


def test_a_copy_has_the_initialiser_of_what_it_copies():
    layer, other = nn.Linear(4, 4), nn.Linear(4, 4)
    nn.init.normal_(other.weight)
    layer.weight.data.copy_(other.weight.data)
    assert taut.summary(layer).parameters["weight"].draw == ("normal_", (0.0, 1.0))
    layer.weight.data.copy_(other.weight.data * 2)
    assert taut.summary(layer).parameters["weight"].draw is None


def test_training_and_a_written_part_keep_the_initialiser():
    layer = nn.Embedding(4, 3, padding_idx=0)
    optimizer = taut.optim.Adam(layer.parameters())
    layer(taut.tensor([1])).sum().backward()
    optimizer.step()
    layer.weight.data[2] = 0
    assert taut.summary(layer).parameters["weight"].draw.scheme == "normal_"


def test_statistics():
    net = nn.Linear(4, 1)
    net.weight.data.copy_(taut.tensor([[3.0, 0.0, float("nan"), -3.0]]))
    s = taut.summary(net, stats=True).parameters["weight"].statistics
    assert (s.mean, s.zeros, s.nonfinite, s.max) == (0.0, 1, 1, 3.0)
    assert s.norm == pytest.approx(18**0.5)
    assert s.std == pytest.approx(6**0.5)


def test_statistics_without_values():
    class Empty(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(taut.empty(0, 3))

    assert "nan" in str(taut.summary(Empty(), stats=True))
    assert taut.summary(nn.Linear(2, 2, device="meta"), stats=True).totals.parameters == 6


def test_depth_folds():
    net = nn.Sequential(tied_net(), nn.Linear(1, 1))
    folded = str(taut.summary(net, input_size=(2, 4), depth=1))
    assert "Sequential (+6)" in folded
    assert "121" in folded
    assert str(taut.summary(net, depth=0)).startswith("module")
    deep = str(taut.summary(net, depth=5))
    assert "    5     " in deep or "    5" in deep


def test_ties_that_leave_a_folded_row_are_named():
    net = nn.Sequential(nn.Sequential(nn.Linear(4, 4)), nn.Sequential(nn.Linear(4, 4)))
    taut.tie(net, "0.0.weight", "1.0.weight")
    assert "0.weight = 0.0.weight" in str(taut.summary(net, depth=1))


def test_lazy_layers():
    net = nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 1))
    at_rest = taut.summary(net)
    assert at_rest.totals.lazy == 2
    assert "lazy" in str(at_rest)
    found = taut.summary(net, input_size=(2, 5))
    assert found.totals.parameters == 18 + 4
    assert net[0].has_uninitialized_params()


def test_empty_networks():
    assert taut.summary(nn.Sequential()).totals.parameters == 0
    assert taut.summary(nn.Sequential(), taut.ones(2)).rows[0].output == ((2,),)
    assert taut.summary(nn.Identity(), stats=True, init=True).totals.parameters == 0


def test_results_of_all_kinds():
    class Many(nn.Module):
        def forward(self, x):
            return {"a": x, "b": [x.sum(), (x, None)]}

    assert taut.summary(Many(), taut.ones(2, 3)).rows[0].output == ((2, 3), (), (2, 3))


def test_keyword_arguments_and_several_sizes():
    class Two(nn.Module):
        def forward(self, x, index, *, twice=False):
            return x[index] * (2 if twice else 1)

    found = taut.summary(Two(), input_size=[(4, 3), (2,)], dtype=[None, taut.int64])
    assert found.rows[0].output == ((2, 3),)
    found = taut.summary(Two(), taut.ones(4), taut.tensor([1]), kwargs={"twice": True})
    assert found.rows[0].output == ((1,),)


def test_the_network_is_left_as_it_was():
    net = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    net[1].eval()
    state = {k: v.clone() for k, v in net.state_dict().items()}
    taut.manual_seed(3)
    first = taut.rand(2)
    taut.manual_seed(3)
    taut.summary(net, input_size=(1, 4), stats=True)
    assert taut.equal(taut.rand(2), first)
    assert [m.training for m in net.modules()] == [True, True, False, True]
    assert all(taut.equal(v, state[k]) for k, v in net.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())
    assert net[0].weight.grad is None


def test_a_forward_that_fails_says_where():
    with pytest.raises(RuntimeError, match=r"forward failed in '5' for inputs of shape \(2, 4\)"):
        net = tied_net()
        net[5] = nn.Linear(9, 1)
        taut.summary(net, input_size=(2, 4))
    assert not any(m._forward_hooks for m in net.modules())
    assert net.training


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: taut.summary(3), TypeError, "expected a taut.nn.Module"),
        (lambda: taut.summary(nn.ReLU(), input_size="x"), TypeError, "must be a shape"),
        (lambda: taut.summary(nn.ReLU(), taut.ones(1), input_size=(1,)), ValueError, "either"),
        (lambda: taut.summary(nn.ReLU(), depth=-1), ValueError, "at least 0"),
        (lambda: taut.summary(nn.ReLU(), input_size=[(1,)], dtype=[]), ValueError, "as many types"),
    ],
)
def test_misuse(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_equal_neighbours_are_one_line():
    net = nn.Sequential(*(nn.Linear(4, 4) for _ in range(1000)))
    text = str(taut.summary(net, input_size=(2, 4)))
    assert "0-999" in text
    assert "1,000 x Linear" in text
    assert len(text.split("\n")) < 12


def test_the_middle_of_long_tables_is_left_out():
    net = nn.Sequential(*(nn.Linear(4, 4) if i % 2 else nn.ReLU() for i in range(1000)))
    text = str(taut.summary(net))
    assert "more" in text
    assert len(text.split("\n")) < 220


def test_statistics_of_a_large_tensor_piece_by_piece():
    layer = nn.Linear(700, 700)
    layer.weight.data.normal_(3, 2)
    layer.weight.data[5, 6] = float("inf")
    layer.weight.data[7] = 0
    for weight in (layer.weight, layer.weight.t()[:, ::2]):
        values = weight.detach().double().reshape(-1)
        values = values[values.isfinite()]
        s = Statistics.of(weight)
        assert s.mean == pytest.approx(float(values.mean()), rel=1e-12)
        assert s.std == pytest.approx(float(values.std(correction=0)), rel=1e-12)
        assert s.norm == pytest.approx(float(values.norm()), rel=1e-12)
        assert (s.min, s.max) == (float(values.min()), float(values.max()))
        assert s.zeros == int((values == 0).sum())
        assert s.nonfinite == weight.numel() - values.numel()


def test_huge_networks():
    """10^5 modules; about 6 seconds on a core of 2.6 GHz."""
    net = nn.Sequential(
        *(nn.Sequential(nn.Linear(1, 1, bias=False), nn.ReLU()) for _ in range(33_333))
    )
    start = time.process_time()
    found = taut.summary(net, input_size=(1, 1))
    assert found.totals.parameters == 33_333
    assert len(str(found)) < 50_000
    assert len(net._repr_html_()) < 1_000_000
    assert time.process_time() - start < 60


def test_deep_networks():
    net = nn.Sequential()
    for _ in range(5000):
        net = nn.Sequential(net)
    assert len(taut.summary(net).rows) == 5001


# -- notebooks -------------------------------------------------------------------------------------


def test_html_table():
    page = taut.summary(tied_net(), input_size=(2, 4), stats=True, init=True)._repr_html_()
    assert page.count("<tr") == page.count("</tr>")
    target = page.split('href="#')[1].split('"')[0]
    assert f'id="{target}"' in page


def test_html_of_a_network_links_its_ties():
    net = nn.Sequential(tied_net(), nn.Linear(8, 4, bias=False))
    taut.tie(net, "0.0.weight", "1.weight", transpose=True)
    page = net._repr_html_()
    assert page.count("<details") == page.count("</details>") == 2
    assert page.count("<div") == page.count("</div>")
    for target in [part.split('"')[0] for part in page.split('href="#')[1:]]:
        assert f'id="{target}"' in page
    assert ", transposed" in page
    assert "in_features=4" in page


def test_html_escapes():
    class Odd(nn.Module):
        def extra_repr(self):
            return "<b>&"

    assert "&lt;b&gt;&amp;" in Odd()._repr_html_()
    assert "<b>&" not in Odd()._repr_html_()


def test_import_waits():
    code = "import sys, taut; print([m for m in sys.modules if 'inventory' in m or 'viz' in m])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]"


def test_a_network_without_memory():
    """A network on the meta device is measured as the same one on the CPU is."""
    nn = taut.nn

    def made(**where):
        return nn.Sequential(
            nn.Conv1d(4, 8, 3, **where), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5, **where)
        )

    there = taut.summary(made(device="meta"), input_size=(2, 4, 10))
    assert str(there) == str(taut.summary(made(), input_size=(2, 4, 10)))
    wide = taut.summary(nn.Linear(1 << 17, 1 << 17, device="meta"), input_size=(8, 1 << 17))
    assert wide.totals.multiply_adds == 8 << 34
