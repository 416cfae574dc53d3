"""Trains a small language model with a tied embedding on English text, from scratch.

    python examples/tied_language_model.py [--text FILE] [--steps N] [--resume] [--out FILE]

Without ``--text`` it learns the help texts that every CPython carries. Ctrl-C saves and stops.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from pickle import PickleError

from tqdm import tqdm

import taut
from gpt import GPT, Config
from taut import Tensor, nn
from taut.nn import functional as F


def python_help() -> str:
    """The English text in the standard library: the topics of ``help()``."""
    from pydoc_data.topics import topics

    return "\n\n".join(topics.values())


class Text:
    """A text as character indices, the last tenth kept for validation."""

    def __init__(self, text: str, context: int) -> None:
        self.characters = sorted(set(text))
        self.index = {c: i for i, c in enumerate(self.characters)}
        data = self.encode(text)
        cut = len(data) * 9 // 10
        self.train, self.valid = data[:cut], data[cut:]
        if len(self.valid) <= context + 1:
            raise SystemExit(
                f"the text must have more than {10 * (context + 2)} characters to learn from, "
                f"got {len(text)}"
            )
        self.context = context

    def encode(self, text: str) -> Tensor:
        """The indices of a text's characters; unknown ones are left out."""
        return taut.tensor([self.index[c] for c in text if c in self.index])

    def decode(self, indices: Tensor) -> str:
        """The text of indices."""
        return "".join(self.characters[i] for i in indices.tolist())

    def batch(self, data: Tensor, size: int) -> tuple[Tensor, Tensor]:
        """Random windows (size, context), and the same shifted by one character."""
        starts = taut.randint(len(data) - self.context - 1, (size, 1))
        at = starts + taut.arange(self.context)
        return data[at], data[at + 1]


def read_text(path: Path | None) -> str:
    """The text to learn, or a message why not."""
    if path is None:
        return python_help()
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise SystemExit(f"cannot read {path}: {error.strerror}") from None
    if not text.strip():
        raise SystemExit(f"{path} has no text in it")
    return text


def inventory(net: nn.Module) -> None:
    """Prints every name of a parameter, with ties marked and storages counted once."""
    first: dict[int, str] = {}
    total = 0
    for name, p in net.named_parameters(remove_duplicate=False):
        shape = "x".join(map(str, p.shape))
        if id(p) in first:
            print(f"  {name:32} {shape:>12}            tied to {first[id(p)]}")
        else:
            first[id(p)] = name
            total += p.numel()
            print(f"  {name:32} {shape:>12} {p.numel():>10,}")
    print(f"  {'total':32} {'':>12} {total:>10,}")
    for tie in taut.ties(net):
        print(f"  tied: {' = '.join(tie.names)} ({tie.bytes_saved:,} bytes saved)")


def sample(net: GPT, text: Text, prompt: str = "The ") -> str:
    """What the model writes after a prompt."""
    net.eval()
    start = text.encode(prompt).unsqueeze(0)
    if start.numel() == 0:  # a text without any of these letters
        start = text.train[:1].unsqueeze(0)
    written = text.decode(net.generate(start, 160)[0])
    net.train()
    return "    " + written.replace("\n", "\n    ")


@taut.no_grad()
def validation_loss(net: GPT, text: Text) -> float:
    """Loss on the same windows of the text that is not trained on, whenever it is called."""
    starts = taut.linspace(0, len(text.valid) - text.context - 2, 16).long().unsqueeze(1)
    at = starts + taut.arange(text.context)
    net.eval()
    loss = F.cross_entropy(net(text.valid[at]).flatten(0, 1), text.valid[at + 1].flatten())
    net.train()
    return loss.item()


def save(path: Path, net: GPT, optimizer: taut.optim.Optimizer, step: int) -> None:
    """Writes a checkpoint; a kill in between leaves the former one."""
    state = {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    taut.save(state, path)


def load(path: Path, net: GPT, optimizer: taut.optim.Optimizer) -> int:
    """Reads a checkpoint and returns the step it was made at."""
    try:
        state = taut.load(path)
        net.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        return state["step"]
    except (OSError, EOFError, PickleError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"cannot resume from {path}: {error}") from None


def train(
    net: GPT, text: Text, optimizer: taut.optim.Optimizer, first: int, last: int, batch: int
) -> int:
    """Trains until step ``last`` or Ctrl-C; returns the last step that was finished."""
    done = first
    began = time.perf_counter()
    try:
        with tqdm(total=last, initial=first, unit="step") as bar:
            while done < last:
                x, y = text.batch(text.train, batch)
                optimizer.zero_grad()
                loss = F.cross_entropy(net(x).flatten(0, 1), y.flatten())
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimizer.step()
                done += 1
                rate = (done - first) * x.numel() / (time.perf_counter() - began)
                bar.set_postfix_str(f"loss {loss.item():.3f}, {rate:,.0f} tokens/s", refresh=False)
                bar.update()
    except KeyboardInterrupt:
        print(f"stopped after step {done}")
    return done


def show_round_trip(path: Path, net: GPT, config: Config, text: Text) -> None:
    """Reloads the checkpoint into a new model: the tie and the loss are the same."""
    copy = GPT(config)
    copy.load_state_dict(taut.load(path)["model"])
    tied = copy.head.weight is copy.tokens.weight
    before, after = validation_loss(net, text), validation_loss(copy, text)
    print(f"reloaded {path}: tied {tied}, validation loss {before:.4f} -> {after:.4f}")
    if not tied or before != after:
        raise SystemExit("the reloaded model differs")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--text", type=Path, help="a text file to learn (default: Python's help)")
    parser.add_argument("--steps", type=int, default=600, help="train until this step")
    parser.add_argument("--batch", type=int, default=12, help="windows in a step")
    parser.add_argument("--context", type=int, default=64, help="characters in a window")
    parser.add_argument("--lr", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, default=Path("tied_language_model.ckpt"))
    parser.add_argument("--out", type=Path, help="write what the trained model says here, too")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    options = parser.parse_args()
    for name in ("steps", "batch", "context"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    return options


def main() -> int:
    """Trains, saves, reloads, and shows each."""
    options = arguments()
    taut.manual_seed(options.seed)
    text = Text(read_text(options.text), options.context)
    config = Config(vocab_size=len(text.characters), context=options.context)
    net = GPT(config)
    optimizer = taut.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=0.01)
    first = load(options.checkpoint, net, optimizer) if options.resume else 0

    print(f"{len(text.train):,} characters, {config.vocab_size} different")
    inventory(net)
    print(f"before, validation loss {validation_loss(net, text):.3f}:\n{sample(net, text)}\n")
    step = train(net, text, optimizer, first, options.steps, options.batch)
    written = sample(net, text)
    print(f"after, validation loss {validation_loss(net, text):.3f}:\n{written}\n")
    if options.out:
        options.out.write_text(written + "\n", encoding="utf-8")
    save(options.checkpoint, net, optimizer, step)
    show_round_trip(options.checkpoint, net, config, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
