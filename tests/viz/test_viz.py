"""taut.viz: every picture renders to PNG and SVG, says what it should, and nothing overlaps."""

import copy
import itertools
import shutil
import subprocess
import sys
import xml.dom.minidom

import pytest

import taut
from taut import nn, viz


def tied_net():
    taut.manual_seed(0)
    shared = nn.Linear(8, 8)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.Linear(8, 1))


class TiedLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 8)
        self.down, self.up = nn.Linear(8, 4, bias=False), nn.Linear(4, 8, bias=False)
        self.head = nn.Linear(8, 50, bias=False)
        self.head.weight = self.emb.weight
        taut.tie(self, "down.weight", "up.weight", transpose=True)

    def forward(self, index):
        x = self.emb(index)
        return self.head(x + self.up(self.down(x)))


def loss_of(net):
    return net(taut.ones(3, 4)).square().mean()


def recorded(net, *args):
    with taut.per_use(net) as uses:
        net(*args).square().sum().backward()
    return viz.ties(net, uses=uses)


def many_ties():
    return nn.Sequential(*(m for _ in range(30) for m in [nn.Linear(2, 2)] * 15))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.ConvTranspose2d(6, 4, 3), nn.Flatten(), nn.Linear(99, 3)
    )


PICTURES = {
    "neuron": lambda: viz.neuron(nn.Linear(2, 1), 0),
    "neuron, many inputs": lambda: viz.neuron(nn.Linear(100, 3), -1, activation="ReLU"),
    "neuron, values": lambda: viz.neuron(nn.Linear(3, 2, bias=False), 1, input=taut.ones(3)),
    "neuron, kernel": lambda: viz.neuron(nn.Conv2d(1, 2, 3), 0, max_inputs=4),
    "network": lambda: viz.network(tied_net()),
    "network, convolutions": lambda: viz.network(cnn()),
    "network, embedding": lambda: viz.network(TiedLM(), max_units=5),
    "network, one layer": lambda: viz.network(nn.Linear(2, 2)),
    "distribution": lambda: viz.distribution(tied_net()),
    "distribution, tensor": lambda: viz.distribution(nn.init.normal_(taut.empty(500))),
    "distribution, before": lambda: viz.distribution(tied_net(), before=tied_net()),
    "distribution, constants": lambda: viz.distribution(nn.LayerNorm(4)),
    "distribution, not finite": lambda: viz.distribution(taut.tensor([1.0, float("nan"), 3.0])),
    "distribution, nothing finite": lambda: viz.distribution(taut.tensor([float("inf")])),
    "ties": lambda: viz.ties(tied_net()),
    "ties, gradients": lambda: recorded(tied_net(), taut.ones(3, 4)),
    "ties, transposed": lambda: recorded(TiedLM(), taut.tensor([1, 2])),
    "ties, none": lambda: viz.ties(nn.Linear(2, 2)),
    "ties, empty": lambda: viz.ties(nn.Sequential()),
    "ties, many": lambda: viz.ties(many_ties()),
    "ties, lazy": lambda: viz.ties(nn.Sequential(*[nn.LazyLinear(2)] * 2)),
    "graph": lambda: viz.graph(loss_of(tied_net())),
    "graph, saved": lambda: viz.graph(loss_of(net := tied_net()), net, saved=True),
    "graph, transposed": lambda: viz.graph(TiedLM()(taut.tensor([1, 2]))),
    "graph, cut": lambda: viz.graph(loss_of(tied_net()), max_nodes=3),
    "flow": lambda: viz.flow(tied_net(), taut.ones(3, 4)),
    "flow, attention": lambda: viz.flow(nn.TransformerEncoderLayer(8, 2, 16), taut.ones(3, 2, 8)),
    "flow, recurrent": lambda: viz.flow(nn.LSTM(3, 5), taut.ones(4, 2, 3)),
    "flow, long": lambda: viz.flow(nn.Sequential(*[nn.Tanh()] * 100), taut.ones(3)),
    "flow, frozen": lambda: viz.flow(tied_net().requires_grad_(False), taut.ones(3, 4)),
}


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)
def test_renders(make, tmp_path):
    picture = make()
    image = picture.png(dpi=72)
    assert image.startswith(b"\x89PNG")
    assert len(image) > 1000
    xml.dom.minidom.parseString(picture.svg())
    picture.save(tmp_path / "picture.pdf")
    assert (tmp_path / "picture.pdf").read_bytes().startswith(b"%PDF")


DIAGRAMS = {k: v for k, v in PICTURES.items() if not k.startswith(("distribution", "flow"))}


@pytest.mark.parametrize("make", DIAGRAMS.values(), ids=DIAGRAMS)
def test_texts_neither_overlap_nor_leave_the_sheet(make):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = make().figure
    figure.set_dpi(72)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    texts = [t for t in figure.axes[0].texts if t.get_text().strip()]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in texts]
    sheet = figure.bbox
    for text, box in boxes:
        assert sheet.x0 - 1 <= box.x0 and box.x1 <= sheet.x1 + 1, text
        assert sheet.y0 - 1 <= box.y0 and box.y1 <= sheet.y1 + 1, text
    for (a, box), (b, other) in itertools.combinations(boxes, 2):
        across = min(box.x1, other.x1) - max(box.x0, other.x0)
        down = min(box.y1, other.y1) - max(box.y0, other.y0)
        assert across < 1.5 or down < 3.5, (a, b)  # descenders may touch ascenders


def words(picture):
    texts = [t.get_text() for axes in picture.figure.axes for t in axes.texts]
    return " | ".join(texts)


def test_the_same_picture_is_the_same_file():
    assert viz.ties(tied_net()).svg() == viz.ties(tied_net()).svg()


def test_notebooks_get_svg():
    assert viz.neuron(nn.Linear(1, 1))._repr_svg_().startswith("<?xml")


def test_unknown_endings():
    with pytest.raises(ValueError, match=r"must end with .svg, .png or .pdf"):
        viz.neuron(nn.Linear(1, 1)).save("picture.bmp")


def test_drawing_leaves_the_settings_of_matplotlib():
    import matplotlib

    before = dict(matplotlib.rcParams)
    viz.flow(tied_net(), taut.ones(3, 4)).svg()
    assert dict(matplotlib.rcParams) == before


# -- neuron, network ---------------------------------------------------------------------------------


def test_neuron_has_its_numbers():
    layer = nn.Linear(2, 2)
    layer.weight.data.copy_(taut.tensor([[0.0, 0.0], [0.25, -4.0]]))
    layer.bias.data.fill_(0.5)
    text = words(viz.neuron(layer, 1, input=taut.tensor([2.0, 1.0])))
    for part in ("$w_{1}$ = 0.25", "$w_{2}$ = -4", "$b$ = 0.5", "-3"):
        assert part in text


def test_network_marks_ties():
    text = words(viz.network(tied_net()))
    assert "same weight as 4" in text
    assert "same weight as 2" in text


def test_network_marks_transposes():
    text = words(viz.network(TiedLM()))
    assert "transpose of down" in text
    assert "same weight as emb" in text


def test_of_deep_networks_the_first_layers_are_drawn():
    net = nn.Sequential(*(nn.Linear(2, 2) for _ in range(2000)), *(nn.ReLU() for _ in range(50)))
    picture = viz.network(net, max_layers=3)
    assert "··· 1,997 more layers" in picture.svg()
    assert picture.png().startswith(b"\x89PNG")
    short = viz.network(nn.Sequential(nn.Linear(2, 2), *(nn.ReLU() for _ in range(50))))
    assert "+46 more" in short.svg() and "more layers" not in short.svg()


def test_network_edges_are_weights():
    layer = nn.Linear(2, 1, bias=False)
    layer.weight.data.copy_(taut.tensor([[1.0, -0.5]]))
    (edges,) = viz.network(layer).figure.axes[0].collections
    assert sorted(edges.get_linewidths()) == pytest.approx([0.3 + 1.1, 0.3 + 2.2])


# -- distribution ------------------------------------------------------------------------------------

INITIALISERS = {
    "uniform": lambda t: nn.init.uniform_(t, -0.2, 0.6),
    "normal": lambda t: nn.init.normal_(t, 1.0, 0.02),
    "truncated": lambda t: nn.init.trunc_normal_(t, std=0.02, a=-0.02, b=0.03),
    "orthogonal": lambda t: nn.init.orthogonal_(t, gain=2),
    "xavier": nn.init.xavier_uniform_,
    "kaiming": nn.init.kaiming_normal_,
    "sparse": lambda t: nn.init.sparse_(t, 0.3, std=0.1),
    "zeros": nn.init.zeros_,
    "constant": lambda t: nn.init.constant_(t, 0.3),
    "identity": nn.init.eye_,
}


@pytest.mark.parametrize("init", INITIALISERS.values(), ids=INITIALISERS)
@pytest.mark.parametrize("shape", [(200, 150), (10, 12)])
def test_what_initialisers_draw_matches(init, shape):
    taut.manual_seed(1)
    t = taut.empty(shape)
    init(t)
    assert viz.distribution(t).flagged == []


@pytest.mark.parametrize("name", [n for n in INITIALISERS if n not in ("zeros", "constant")])
def test_another_spread_is_flagged(name):
    t = taut.empty(200, 150)
    INITIALISERS[name](t)
    t *= 1.3
    assert viz.distribution(t).flagged == [""]


@pytest.mark.parametrize(
    "name", [n for n in INITIALISERS if n not in ("zeros", "constant", "identity")]
)
def test_densities_integrate_to_one(name):
    import numpy as np

    from taut.nn._init_gate import drawn
    from taut.viz._densities import density

    t = taut.empty(200, 150)
    INITIALISERS[name](t)
    x = np.linspace(-3, 3, 200_001)
    mass = float(density(drawn(t), t.shape, x).sum() * (x[1] - x[0]))
    assert mass == pytest.approx(0.7 if name == "sparse" else 1, abs=1e-3)


def test_training_is_compared_with_the_start():
    net = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64))
    start = copy.deepcopy(net)
    net[0].weight.data *= 2
    assert viz.distribution(net).flagged == ["0.weight"]
    assert viz.distribution(net, before=start).flagged == []
    assert viz.distribution(net, before=start.state_dict()).flagged == []


def test_unknown_initialisers_are_not_judged():
    t = taut.empty(100).normal_(0, 5)
    picture = viz.distribution(t)
    assert picture.flagged == []
    assert "initialiser not known" in words(picture)


# -- ties, graph, flow -------------------------------------------------------------------------------


def test_ties_has_one_box_for_each_memory_and_a_line_for_each_use():
    text = words(recorded(TiedLM(), taut.tensor([1, 2])))
    assert "2 tied parameters" in text
    assert "used as W and as its transpose" in text
    assert text.count("|g|") == 4 + 1  # four uses, and the legend
    assert text.count("transposed") == 1


def test_ties_widths_are_the_terms():
    taut.manual_seed(0)
    shared = nn.Linear(1, 1, bias=False)
    shared.weight.data.fill_(3.0)
    net = nn.Sequential(shared, nn.Identity(), shared)
    with taut.per_use(net, stats_only=True) as uses:
        net(taut.tensor([[0.5]])).sum().backward()
    assert words(viz.ties(net, uses=uses)).count("|g| 1.5") == 2


def test_graph_shows_a_tied_parameter_once():
    net = tied_net()
    text = words(viz.graph(loss_of(net), net))
    assert text.count("2.weight = 4.weight") == 1
    assert "keeps" not in text


def test_graph_counts_what_is_kept():
    net = nn.Linear(4, 2)
    x = taut.ones(3, 4)
    loss = net(x).square().sum()
    text = words(viz.graph(loss, net, saved=True))
    assert "keeps (3, 4) 48 B" in text
    assert "keeps weight (2, 4)" in text
    assert f"{48 + 24} B kept for the backward" in text
    loss.backward()
    assert "0 B kept" in words(viz.graph(loss, net, saved=True))


def test_nodes_list_what_they_save():
    x = taut.ones(3, requires_grad=True)
    product = x * x.detach()
    assert any(t is x or taut.equal(t, x) for t in product.grad_fn._saved)
    product.sum().backward()
    assert product.grad_fn._saved == ()


def test_deep_graphs_are_cut():
    x = taut.ones(1, requires_grad=True)
    y = x
    for _ in range(2000):
        y = y * 2
    assert "50 operations, the rest left out" in words(viz.graph(y, max_nodes=50))


def test_flow_finds_gradients_that_vanish_and_activations_that_explode():
    taut.manual_seed(0)
    sigmoids = nn.Sequential(*(nn.Sequential(nn.Linear(8, 8), nn.Sigmoid()) for _ in range(8)))
    flagged = viz.flow(sigmoids, taut.randn(4, 8)).flagged
    assert "0.0: gradient vanished" in flagged
    assert not any(f.startswith("7") for f in flagged)
    growing = nn.Sequential(*(nn.Linear(8, 8) for _ in range(6)))
    for layer in growing:
        layer.weight.data *= 20
    flagged = viz.flow(growing, taut.randn(4, 8)).flagged
    assert "5: values exploded" in flagged
    assert "0: gradient exploded" in flagged


def test_flow_finds_dead_layers_and_values_that_are_not_finite():
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    net[0].bias.data.fill_(-100.0)
    assert "1: 100% of values are 0" in viz.flow(net, taut.ones(2, 4)).flagged
    net[2].bias.data.fill_(float("nan"))
    assert "2: values not finite" in viz.flow(net, taut.ones(2, 4)).flagged


def test_flow_leaves_the_network_as_it_was():
    net = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout())
    before = {k: v.clone() for k, v in net.state_dict().items()}
    state = taut.get_rng_state()
    viz.flow(net, taut.randn(8, 4, generator=taut.Generator()))
    assert taut.equal(taut.get_rng_state(), state)
    assert all(taut.equal(v, before[k]) for k, v in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())
    assert not any(m._forward_hooks for m in net.modules())


def test_flow_with_a_loss_and_modules_in_place():
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(inplace=True), nn.Linear(4, 1))
    target = taut.ones(3, 1)
    picture = viz.flow(net, taut.ones(3, 4), loss=lambda y: nn.functional.mse_loss(y, target))
    labels = [t.get_text() for t in picture.figure.axes[0].get_yticklabels()]
    assert labels == ["0  Linear", "1  ReLU", "2  Linear"]


# -- misuse ------------------------------------------------------------------------------------------

LAZY = nn.Sequential(nn.LazyLinear(2))
MISUSE = {
    "neuron of a list": (lambda: viz.neuron([]), TypeError, "expected a layer with a weight"),
    "neuron of an activation": (lambda: viz.neuron(nn.ReLU()), TypeError, "with a weight"),
    "neuron of a norm": (lambda: viz.neuron(nn.LayerNorm(3)), TypeError, "2 dimensions"),
    "neuron of a lazy layer": (lambda: viz.neuron(LAZY[0]), ValueError, "lazy"),
    "no such unit": (lambda: viz.neuron(nn.Linear(2, 2), 2), IndexError, "unit 2"),
    "other inputs": (
        lambda: viz.neuron(nn.Linear(2, 2), input=taut.ones(3)),
        ValueError,
        "2 inputs are needed",
    ),
    "one input only": (lambda: viz.neuron(nn.Linear(2, 2), max_inputs=1), ValueError, "at least 2"),
    "network of a list": (lambda: viz.network([]), TypeError, "expected a taut.nn.Module"),
    "an empty network": (
        lambda: viz.network(nn.Sequential()),
        ValueError,
        "no layer with a weight",
    ),
    "a lazy network": (lambda: viz.network(LAZY), ValueError, "lazy; run a forward first"),
    "one unit only": (lambda: viz.network(nn.Linear(2, 2), max_units=1), ValueError, "at least 2"),
    "distribution of a list": (lambda: viz.distribution([]), TypeError, "Module or a Tensor"),
    "no parameters": (lambda: viz.distribution(nn.ReLU()), ValueError, "no parameters"),
    "lazy parameters": (lambda: viz.distribution(LAZY), ValueError, "no parameters"),
    "an unknown name": (
        lambda: viz.distribution(nn.Linear(2, 2), names=["w"]),
        KeyError,
        "no parameter 'w'",
    ),
    "another network before": (
        lambda: viz.distribution(nn.Linear(2, 2), before=nn.Linear(3, 2)),
        ValueError,
        "has shape",
    ),
    "ties of a list": (lambda: viz.ties([]), TypeError, "expected a taut.nn.Module"),
    "network without values": (
        lambda: viz.network(nn.Linear(2, 2, device="meta")),
        ValueError,
        "on the meta device",
    ),
    "no layers": (
        lambda: viz.network(nn.Linear(2, 2), max_layers=0),
        ValueError,
        "max_layers must be at least 1",
    ),
    "graph of a number": (lambda: viz.graph(1.0), TypeError, "expected a Tensor"),
    "graph of a leaf": (lambda: viz.graph(taut.ones(1)), ValueError, "no history"),
    "another engine": (
        lambda: viz.graph(taut.ones(1, requires_grad=True) * 2, engine="x"),
        ValueError,
        "engine must be",
    ),
    "flow of a list": (lambda: viz.flow([], 1), TypeError, "expected a taut.nn.Module"),
    "flow of nothing": (lambda: viz.flow(nn.Linear(1, 1)), ValueError, "an input is needed"),
    "flow of integers": (
        lambda: viz.flow(nn.Identity(), taut.tensor([1])),
        ValueError,
        "no floating-point numbers",
    ),
    "a loss that is no number": (
        lambda: viz.flow(nn.Linear(2, 2), taut.ones(2), loss=lambda y: y),
        ValueError,
        "must be one number",
    ),
}


@pytest.mark.parametrize("call, error, text", MISUSE.values(), ids=MISUSE)
def test_misuse(call, error, text):
    with pytest.raises(error, match=text):
        call()


def python(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize("package", ["matplotlib", "graphviz"])
def test_what_is_missing_is_named(package):
    code = f"""
import sys
sys.modules[{package!r}] = None
import taut
from taut import nn, viz
x = taut.ones(1, requires_grad=True) * 2
try:
    viz.graph(x, engine={"matplotlib" if package == "matplotlib" else "graphviz"!r})
except ImportError as error:
    print(error)
"""
    assert python(code) == f"taut.viz: {package} is not installed; pip install taut[viz]"


def test_matplotlib_waits_for_the_first_picture():
    code = "import sys; from taut import viz; print('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    assert python(code) == "False False"


def test_graphviz_gets_the_same_graph():
    net = tied_net()
    source = viz.graph(loss_of(net), net, engine="graphviz").source
    assert source.count("2.weight = 4.weight") == 1
    # Six parameters, of which the tied two are used twice; 8 operations in line, and the result.
    assert source.count("->") == 8 + 8


has_dot = pytest.mark.skipif(not shutil.which("dot"), reason="runs Graphviz's program")


@has_dot
def test_graphviz_renders(tmp_path):
    net = tied_net()
    picture = viz.graph(loss_of(net), net, saved=True, engine="graphviz")
    for ending, start in (
        (".png", b"\x89PNG"),
        (".pdf", b"%PDF"),
        (".svg", b"<?xml"),
        (".dot", b"di"),
    ):
        picture.save(tmp_path / f"graph{ending}")
        assert (tmp_path / f"graph{ending}").read_bytes().startswith(start)
    assert "2.weight = 4.weight" in picture.svg()
    wide = [int.from_bytes(picture.png(dpi)[16:20], "big") for dpi in (72, 144)]
    assert wide[1] == pytest.approx(2 * wide[0], rel=0.05)


@has_dot
def test_graphviz_takes_any_name():
    x = taut.ones(2, requires_grad=True)
    names = {'"a" <b> \\n & {c|d}': x}
    svg = viz.graph((x * x).sum(), names, engine="graphviz").svg()
    assert "&quot;a&quot; &lt;b&gt; \\n &amp; {c|d}" in svg.replace("&#45;", "-")


def test_graphviz_without_its_program(monkeypatch):
    monkeypatch.setenv("PATH", "")
    picture = viz.graph(taut.ones(1, requires_grad=True) * 2, engine="graphviz")
    with pytest.raises(RuntimeError, match="`dot` is not on the PATH"):
        picture.png()
    with pytest.raises(ValueError, match=r"must end with .svg, .png, .pdf or .dot"):
        picture.save("graph.gif")
