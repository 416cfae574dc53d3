"""Tables of vectors: Embedding and EmbeddingBag."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut._device import on_device
from taut.nn import functional as F
from taut.nn import init
from taut.nn.module import Module
from taut.nn.parameter import Parameter

__all__ = ["Embedding", "EmbeddingBag"]


def _padding_row(padding_idx: int | None, rows: int) -> int | None:
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise AssertionError(
            f"padding_idx must be within num_embeddings, got {padding_idx} of {rows} rows"
        )
    return padding_idx % rows


def _table(
    rows: int, size: int, given: Tensor | None, dtype: Any, requires_grad: bool
) -> Parameter:
    if given is None:
        return Parameter(taut.empty((rows, size), dtype=dtype), requires_grad=requires_grad)
    if tuple(given.shape) != (rows, size):
        raise AssertionError(
            f"Shape of weight {tuple(given.shape)} does not match num_embeddings and embedding_dim "
            f"{(rows, size)}"
        )
    return Parameter(given, requires_grad=requires_grad)


class Embedding(Module):
    """A table of vectors, read by index.

    Args:
        num_embeddings: rows of the table.
        embedding_dim: size of a vector.
        padding_idx: a row that gets no gradient; it starts as zeros.
        max_norm: rows that are read are first scaled down to this norm.
        norm_type: p of that norm.
        scale_grad_by_freq: divide a row's gradient by how often it was read.
        sparse: the gradient of the table is a sparse tensor, for the optimisers that take one.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the table.

    Shape:
        - input: (*) of integers, result: (*, embedding_dim). The table is drawn from N(0, 1).

    Example:
        >>> import taut
        >>> taut.nn.Embedding(10, 3)(taut.tensor([1, 2])).shape
        torch.Size([2, 3])
    """

    @on_device
    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = _padding_row(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self.weight = _table(num_embeddings, embedding_dim, _weight, dtype, not _freeze)
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the table anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with taut.no_grad():
                self.weight[self.padding_idx].fill_(0)

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, default in (("padding_idx", None), ("max_norm", None), ("norm_type", 2)):
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        if self.scale_grad_by_freq:
            text += ", scale_grad_by_freq=True"
        return text + (", sparse=True" if self.sparse else "")

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """An embedding over a given table, not trained if ``freeze``.

        Args:
            embeddings: the table, rows x size; its memory is used.
            freeze: whether it stays as it is.
            padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse: see the class.

        Raises:
            AssertionError: not a matrix.

        Example:
            >>> import taut
            >>> taut.nn.Embedding.from_pretrained(taut.eye(2))(taut.tensor(1))
            tensor([0., 1.])
        """
        if embeddings.dim() != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, cols = embeddings.shape
        return cls(
            rows,
            cols,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight=embeddings,
            _freeze=freeze,
        )


class EmbeddingBag(Module):
    """Sums, means or maxima of bags of rows of a table; see :func:`taut.nn.functional.embedding_bag`.

    Args:
        num_embeddings: rows of the table.
        embedding_dim: size of a vector.
        max_norm: rows that are read are first scaled down to this norm.
        norm_type: p of that norm.
        scale_grad_by_freq: divide a row's gradient by how often it was read.
        mode: "sum", "mean" or "max".
        sparse: the gradient of the table is a sparse tensor, for the optimisers that take one.
        include_last_offset: the last offset is the end of the last bag.
        padding_idx: an index that is left out; its row starts as zeros.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the table.

    Example:
        >>> import taut
        >>> taut.nn.EmbeddingBag(10, 3, mode="sum")(taut.tensor([[1, 2], [3, 3]])).shape
        torch.Size([2, 3])
    """

    @on_device
    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.padding_idx = _padding_row(padding_idx, num_embeddings)
        self.weight = _table(num_embeddings, embedding_dim, _weight, dtype, True)
        if _weight is None:
            self.reset_parameters()  # type: ignore[misc]
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset

    reset_parameters = Embedding.reset_parameters

    def forward(
        self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None
    ) -> Tensor:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        if self.max_norm is not None:
            text += f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            text += f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            text += f", scale_grad_by_freq={self.scale_grad_by_freq}"
        text += f", mode={self.mode!r}"
        return text if self.padding_idx is None else f"{text}, padding_idx={self.padding_idx}"

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> EmbeddingBag:
        """An embedding bag over a given table, not trained if ``freeze``; see :class:`Embedding`.

        Example:
            >>> import taut
            >>> bag = taut.nn.EmbeddingBag.from_pretrained(taut.eye(2), mode="sum")
            >>> bag(taut.tensor([[0, 1]]))
            tensor([[1., 1.]])
        """
        if embeddings.dim() != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        made = cls(
            *embeddings.shape,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            mode,
            sparse,
            embeddings,
            include_last_offset,
            padding_idx,
        )
        made.weight.requires_grad_(not freeze)
        return made
