// Docstrings of sparse tensors. Their examples run as tests.
#pragma once

namespace taut::docs {

inline constexpr const char* kSparseCooTensor =
    R"(A sparse tensor in coordinate form: values[j] stands at indices[:, j].

What is not named is 0, and a place that is named several times holds the sum. The gradients of
embeddings with sparse=True are such tensors.

Args:
    indices: integers, sparse_dim x nnz, or nested lists of them. Alone: the size of a tensor of zeros.
    values: nnz elements, or nnz slices over the other dimensions. The memory is shared, and gradients
        flow to it.
    size: of the tensor; by default the smallest that holds the indices.
    dtype: of the elements; by default that of values.
    device: the CPU.
    requires_grad: record operations on the result.
    check_invariants: accepted; indices are always checked.
    is_coalesced: says that the indices are in ascending order and each is there once.

Raises:
    RuntimeError: sizes that do not agree, an index outside, or indices that are not coalesced though
        is_coalesced says so.

Example:
    >>> import taut
    >>> taut.sparse_coo_tensor([[2, 0]], [3.0, 4.0], (4,)).to_dense()
    tensor([4., 0., 3., 0.])
)";
inline constexpr const char* kToSparse =
    R"(The tensor in coordinate form: what is not 0.

Args:
    sparse_dim: how many of the first dimensions are indexed, all by default; over the others, a slice
        that has any element other than 0 is kept whole.
    layout: taut.sparse_coo.

Raises:
    RuntimeError: sparse_dim is 0, or more than there are dimensions.

Example:
    >>> import taut
    >>> taut.tensor([[0.0, 0.0], [5.0, 0.0]]).to_sparse(1)
    tensor(indices=tensor([[1]]),
           values=tensor([[5., 0.]]),
           size=(2, 2), nnz=1, layout=torch.sparse_coo)
)";
inline constexpr const char* kToSparseCoo =
    R"(The tensor in coordinate form over all dimensions; see to_sparse().

Example:
    >>> import taut
    >>> taut.tensor([0.0, 5.0]).to_sparse_coo()._nnz()
    1
)";
inline constexpr const char* kToDense =
    R"(The tensor with all its elements in memory; the tensor itself where it is so.

The gradient is sparse: that of the elements that are there.

Args:
    dtype: of the result; not of a sparse tensor.
    masked_grad: None or True.

Example:
    >>> import taut
    >>> taut.sparse_coo_tensor([[1, 1]], [2.0, 3.0], (3,)).to_dense()
    tensor([0., 5., 0.])
)";
inline constexpr const char* kCoalesce =
    R"(The same sparse tensor with its indices in ascending order, each once; itself where it is so.

Raises:
    RuntimeError: the tensor is not sparse.

Example:
    >>> import taut
    >>> taut.sparse_coo_tensor([[1, 0, 1]], [2.0, 1.0, 3.0]).coalesce()
    tensor(indices=tensor([[0, 1]]),
           values=tensor([1., 5.]),
           size=(2,), nnz=2, layout=torch.sparse_coo)
)";
inline constexpr const char* kIsCoalesced =
    R"(Whether a sparse tensor is known to have its indices in ascending order, each once.

Raises:
    RuntimeError: the tensor is not sparse.

Example:
    >>> import taut
    >>> taut.sparse_coo_tensor([[1, 0]], [2.0, 1.0]).is_coalesced()
    False
)";
inline constexpr const char* kIndices =
    R"(The indices of a coalesced sparse tensor, sparse_dim x nnz.

Raises:
    RuntimeError: the tensor is not sparse, or not coalesced.

Example:
    >>> import taut
    >>> taut.tensor([0.0, 5.0]).to_sparse().indices()
    tensor([[1]])
)";
inline constexpr const char* kValues =
    R"(The values of a coalesced sparse tensor, nnz x the dimensions that are not indexed.

Raises:
    RuntimeError: the tensor is not sparse, or not coalesced.

Example:
    >>> import taut
    >>> taut.tensor([0.0, 5.0]).to_sparse().values()
    tensor([5.])
)";
inline constexpr const char* kSparseDim =
    R"(How many dimensions are indexed: 0 unless the tensor is sparse.

Example:
    >>> import taut
    >>> taut.ones(2, 3).to_sparse(1).sparse_dim()
    1
)";
inline constexpr const char* kDenseDim =
    R"(How many dimensions are not indexed: all unless the tensor is sparse.

Example:
    >>> import taut
    >>> taut.ones(2, 3).to_sparse(1).dense_dim()
    1
)";
inline constexpr const char* kSparseMask =
    R"(The elements of the tensor at the places of a sparse one.

Args:
    mask: a sparse tensor of the same shape.

Raises:
    RuntimeError: the mask is not sparse, or of another shape.

Example:
    >>> import taut
    >>> taut.tensor([1.0, 2.0]).sparse_mask(taut.tensor([0.0, 5.0]).to_sparse()).values()
    tensor([2.])
)";

}  // namespace taut::docs
