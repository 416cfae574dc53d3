"""safetensors files: both directions with the reference, ties, bad files."""

import os

import pytest
import torch

import taut
from taut import nn
from taut.serialization import safetensors

reference = pytest.importorskip("safetensors.torch")


def nets(lib, tied=True):
    lib.manual_seed(0)
    nn = lib.nn
    net = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 5))
    if tied:
        net[3].weight = net[0].weight
    return net


def values(net):
    return {k: v.tolist() for k, v in net.state_dict().items()}


DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]


def test_tensors_in_both_directions(tmp_path):
    def tensors(lib):
        made = {name: lib.arange(6).reshape(2, 3).to(getattr(lib, name)) for name in DTYPES}
        made["transposed"] = lib.arange(6.0).reshape(2, 3).t()
        made["scalar"], made["empty"] = lib.tensor(2.5), lib.zeros(0, 3)
        return made

    safetensors.save_file(tensors(taut), tmp_path / "a", {"text": "ä"})
    dense = {k: v.contiguous() for k, v in tensors(torch).items()}
    reference.save_file(dense, tmp_path / "b", {"text": "ä"})
    for path in ("a", "b"):
        ours, theirs = safetensors.load_file(tmp_path / path), reference.load_file(tmp_path / path)
        assert {k: (str(v.dtype), v.tolist()) for k, v in ours.items()} == {
            k: (str(v.dtype), v.tolist()) for k, v in theirs.items()
        }
        assert safetensors.metadata(tmp_path / path) == {"text": "ä"}


@pytest.mark.parametrize("tied", [True, False])
def test_models_in_both_directions(tmp_path, tied):
    ours, theirs = nets(taut, tied), nets(torch, tied)
    taut.save_model(ours, tmp_path / "ours", {"by": "taut"})
    reference.save_model(theirs, tmp_path / "theirs", {"by": "taut"})
    assert safetensors.metadata(tmp_path / "ours") == safetensors.metadata(tmp_path / "theirs")
    assert list(safetensors.load_file(tmp_path / "ours")) == list(
        safetensors.load_file(tmp_path / "theirs")
    )
    for path, source in (("ours", ours), ("theirs", theirs)):
        to_taut, to_torch = taut.nn.Sequential(*nets(taut, tied)), nets(torch, tied)
        for p in (*to_taut.parameters(), *to_torch.parameters()):
            p.data.zero_()
        assert taut.load_model(to_taut, tmp_path / path) == ([], [])
        reference.load_model(to_torch, tmp_path / path)
        assert values(to_taut) == values(source) == values(to_torch)
        assert (to_taut[3].weight is to_taut[0].weight) is tied


def test_a_tied_file_fills_an_untied_model(tmp_path):
    net = nets(taut)
    taut.save_model(net, tmp_path / "net")
    untied = nets(taut, tied=False)
    assert taut.load_model(untied, tmp_path / "net") == ([], [])
    assert values(untied) == values(net)
    assert untied[3].weight is not untied[0].weight


def test_transposed_ties(tmp_path):
    def made():
        net = taut.nn.Sequential(taut.nn.Linear(3, 3, bias=False), taut.nn.Linear(3, 3, bias=False))
        taut.tie(net, "0.weight", "1.weight", transpose=True)
        return net

    net = made()
    taut.save_model(net, tmp_path / "net")
    assert list(safetensors.load_file(tmp_path / "net")) == ["0.weight"]
    again = made()
    taut.load_model(again, tmp_path / "net")
    assert values(again) == values(net)
    assert again[1].weight._storage_id() == again[0].weight._storage_id()
    untied = taut.nn.Sequential(taut.nn.Linear(3, 3, bias=False), taut.nn.Linear(3, 3, bias=False))
    taut.load_model(untied, tmp_path / "net")
    assert values(untied) == values(net)


def test_parameters_cut_from_one_memory_are_not_tied(tmp_path):
    net = taut.nn.Sequential(taut.nn.Linear(2, 2, bias=False), taut.nn.Linear(2, 2, bias=False))
    flat = taut.arange(8.0)
    net[0].weight.data, net[1].weight.data = flat[:4].view(2, 2), flat[4:].view(2, 2)
    taut.save_model(net, tmp_path / "net")
    assert sorted(safetensors.load_file(tmp_path / "net")) == ["0.weight", "1.weight"]


def test_what_cannot_be_written(tmp_path):
    t = taut.arange(6.0)
    with pytest.raises(RuntimeError, match=r"\['a', 'b'\] share memory"):
        safetensors.save_file({"a": t, "b": t[1:]}, tmp_path / "x")
    with pytest.raises(TypeError, match="'a'"):
        safetensors.save_file({"a": 3}, tmp_path / "x")
    with pytest.raises(TypeError, match="'k'"):
        safetensors.save_file({"a": t}, tmp_path / "x", {"k": 3})
    with pytest.raises(NotImplementedError, match="meta"):
        safetensors.save_file({"a": taut.empty(2, device="meta")}, tmp_path / "x")
    net = taut.nn.Sequential(taut.nn.Linear(2, 2, bias=False), taut.nn.Linear(2, 2, bias=False))
    net[0].weight.data, net[1].weight.data = t[:4].view(2, 2), t[2:].view(2, 2)
    with pytest.raises(RuntimeError, match="none of them covers"):
        taut.save_model(net, tmp_path / "x")
    assert os.listdir(tmp_path) == []


def test_bad_files(tmp_path):
    path = tmp_path / "net.safetensors"
    safetensors.save_file({"a": taut.ones(4)}, path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(RuntimeError, match=r"net\.safetensors"):
            safetensors.load_file(path)
    with pytest.raises(FileNotFoundError, match="missing"):
        safetensors.load_file(tmp_path / "missing")


def test_a_failed_load_changes_nothing(tmp_path):
    taut.save_model(taut.nn.Linear(3, 2), tmp_path / "other")
    net = taut.nn.Linear(2, 2)
    before = values(net)
    with pytest.raises(RuntimeError, match="weight"):
        taut.load_model(net, tmp_path / "other")
    safetensors.save_file({"weight": taut.ones(2, 2), "more": taut.ones(1)}, tmp_path / "names")
    with pytest.raises(RuntimeError, match="more"):
        taut.load_model(net, tmp_path / "names")
    assert values(net) == before
    assert taut.load_model(net, tmp_path / "names", strict=False) == (["bias"], ["more"])


def test_without_the_library(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    with pytest.raises(ImportError, match=r"taut\[safetensors\]"):
        taut.save_model(taut.nn.Linear(1, 1), tmp_path / "x")


def alias_of_a_permutation(order):
    net = nn.Sequential(nn.Conv2d(4, 4, 2, bias=False), nn.Conv2d(4, 4, 2, bias=False))
    net[1].weight.data = net[0].weight.data.permute(order)
    return net


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (0, 1, 3, 2), (1, 0, 3, 2), (0, 1, 2, 3)])
def test_memory_seen_in_another_order(tmp_path, order):
    """Of one shape and other values: a name must not get those of the name that was written."""
    path = tmp_path / "net.safetensors"
    net = alias_of_a_permutation(order)
    taut.save_model(net, path)
    assert list(safetensors.load_file(path)) == ["0.weight"]
    untied = nn.Sequential(nn.Conv2d(4, 4, 2, bias=False), nn.Conv2d(4, 4, 2, bias=False))
    for other in (untied, alias_of_a_permutation(order)):
        assert taut.load_model(other, path) == ([], [])
        for mine, theirs in zip(other, net, strict=True):
            assert taut.equal(mine.weight, theirs.weight)


def test_memory_seen_in_no_order_of_the_dimensions(tmp_path):
    path = tmp_path / "net.safetensors"
    net = nn.ParameterList([nn.Parameter(taut.zeros(2, 4)), nn.Parameter(taut.zeros(2, 4))])
    flat = taut.arange(8.0)
    net[0].data, net[1].data = flat.view(2, 4), flat.as_strided((2, 4), (1, 2))
    taut.save_model(net, path)
    untied = nn.ParameterList([nn.Parameter(taut.zeros(2, 4)), nn.Parameter(taut.zeros(2, 4))])
    with pytest.raises(RuntimeError, match='Missing key.*"1"'):
        taut.load_model(untied, path)
    assert not untied[0].any()
    taut.load_model(untied, path, strict=False)
    assert untied[0].tolist() == net[0].tolist()
    with taut.no_grad():
        net[0].zero_()
    assert taut.load_model(net, path) == ([], [])
    assert net[1].tolist() == [[0, 2, 4, 6], [1, 3, 5, 7]]


def test_any_name_of_a_transposed_tie(tmp_path):
    def make():
        net = nn.Module()
        net.add_module("a b", nn.Linear(3, 4, bias=False))
        net.add_module("c\nd,", nn.Linear(4, 3, bias=False))
        return net

    net = make()
    taut.tie(net, "a b.weight", "c\nd,.weight", transpose=True)
    taut.save_model(net, tmp_path / "net")
    other = make()
    assert taut.load_model(other, tmp_path / "net") == ([], [])
    for name, weight in net.named_parameters(remove_duplicate=False):
        assert taut.equal(other.get_parameter(name), weight)


@pytest.mark.parametrize("text", ["x", "[]", '{"b": "c"}', '{"b": [0.5]}', '{"b": 3}', "[" * 9999])
def test_orders_that_are_none(tmp_path, text):
    path = tmp_path / "net"
    texts = {"b": "a", "taut.permuted": text}
    safetensors.save_file({"a": taut.ones(2, 2)}, path, texts)
    net = nn.ParameterDict(
        {"a": nn.Parameter(taut.zeros(2, 2)), "b": nn.Parameter(taut.zeros(2, 2))}
    )
    with pytest.raises(RuntimeError, match=r"expected orders of dimensions by name"):
        taut.load_model(net, path)
    assert not net["a"].any()


@pytest.mark.parametrize("order", ["[0, 0]", "[0]", "[1, 2]", "[-1, 0]", "null"])
def test_orders_that_fit_nothing(tmp_path, order):
    path = tmp_path / "net"
    texts = {"b": "a", "taut.permuted": f'{{"b": {order}}}'}
    safetensors.save_file({"a": taut.ones(2, 2)}, path, texts)
    net = nn.ParameterDict(
        {"a": nn.Parameter(taut.zeros(2, 2)), "b": nn.Parameter(taut.zeros(2, 2))}
    )
    with pytest.raises(RuntimeError, match='Missing key.*"b"'):
        taut.load_model(net, path)
    assert not net["a"].any()


def test_what_does_not_fit_names_the_file(tmp_path):
    taut.save_model(nn.Linear(3, 2), tmp_path / "net.safetensors")
    with pytest.raises(
        RuntimeError, match=r"net\.safetensors.* does not fit.*\n.*weight.*\[2, 3\]"
    ):
        taut.load_model(nn.Linear(4, 2), tmp_path / "net.safetensors")
