#include "bindings/docs.h"

namespace taut {
namespace {

constexpr Doc kDocs[] = {
    // views
    {"view", "The same elements in another shape, or as another dtype, sharing memory."},
    {"view_as", "view() with the shape of other."},
    {"reshape", "The elements in another shape; a view where strides allow it, else a copy."},
    {"reshape_as", "reshape() to the shape of other."},
    {"expand",
     "Dimensions of size 1 repeated to the given sizes without copying; -1 keeps a size."},
    {"expand_as", "expand() to the shape of other."},
    {"broadcast_to", "The tensor repeated to the given shape without copying."},
    {"broadcast_tensors", "All tensors expanded to their common shape."},
    {"permute", "The dimensions in the given order, as a view."},
    {"flatten", "Dimensions start_dim to end_dim as one."},
    {"unflatten", "Dimension dim as several of the given sizes, one of which may be -1."},
    {"ravel", "All elements as a vector."},
    {"transpose", "Two dimensions exchanged, as a view."},
    {"swapaxes", "Two dimensions exchanged, as a view."},
    {"swapdims", "Two dimensions exchanged, as a view."},
    {"t", "A matrix transposed; tensors of fewer dimensions as they are."},
    {"adjoint", "The last two dimensions exchanged, as a view."},
    {"squeeze", "Without dimensions of size 1: all of them, or those given."},
    {"unsqueeze", "With a new dimension of size 1 before position dim."},
    {"movedim", "Dimensions moved from source to destination, the others keeping their order."},
    {"moveaxis", "Dimensions moved from source to destination, the others keeping their order."},
    {"select", "The slice at index of dim, without that dimension, as a view."},
    {"narrow", "Elements start to start + length of dim, as a view."},
    {"diagonal", "Diagonals over dim1 and dim2 as the last dimension, as a view."},
    {"diag", "The diagonal of a matrix, or the matrix that has a vector as its diagonal."},
    {"diag_embed", "Matrices with the last dimension on their diagonals, zero elsewhere."},
    {"unfold", "All windows of size elements along a dimension, step apart, in a new dimension."},
    {"as_strided", "A view of the memory with any sizes, strides and offset, in elements."},
    {"split", "Pieces of the given size, or of the given sizes, along dim, as views."},
    {"split_with_sizes", "Pieces of the given sizes along dim, as views."},
    {"chunk",
     "At most that many pieces of equal size along dim, as views; the last may be smaller."},
    {"tensor_split", "That many pieces along dim, or a cut before each index, as views."},
    {"unbind", "Every slice along dim, without that dimension, as views."},
    // joining and rearranging
    {"cat", "Tensors one after the other along dim; dtypes are promoted."},
    {"concat", "Tensors one after the other along dim; dtypes are promoted."},
    {"concatenate", "Tensors one after the other along dim; dtypes are promoted."},
    {"stack", "Tensors of one shape along a new dimension."},
    {"repeat", "That many copies along each dimension, new dimensions in front."},
    {"repeat_interleave", "Each slice along dim as often as repeats says."},
    {"flip", "The elements in reverse order along each of dims."},
    {"roll", "The elements moved along dims, what leaves at the end coming back at the start."},
    {"constant_pad_nd",
     "Padded with a value; pad lists (before, after) from the last dimension on, and negative "
     "numbers remove."},
    // indexing
    {"gather", "out[i][j] = input[index[i][j]][j] for dim 0, and so on for other dimensions."},
    {"take_along_dim", "gather() with input and indices broadcast; flat without dim."},
    {"scatter", "A copy with out[index[i][j]][j] = src[i][j] for dim 0, or a value there."},
    {"scatter_add", "A copy with src[i][j] added to out[index[i][j]][j] for dim 0."},
    {"scatter_reduce",
     "A copy with src combined at its indices: sum, prod, mean, amax or amin, with or without "
     "the old values."},
    {"index_select", "The slices of dim that a vector of indices names, copied."},
    {"index_add", "A copy with alpha times the slices of source added at their indices."},
    {"index_copy", "A copy with the slices of source at their indices."},
    {"index_fill", "A copy with a value in the slices that index names."},
    {"index_reduce",
     "A copy with slices of source combined at their indices: prod, mean, amax or amin."},
    {"index_put", "A copy with values at the places that index tensors name, or added there."},
    {"take", "Elements by their position in the flattened input."},
    {"put", "A copy with source at positions in the flattened input, or added there."},
    {"masked_fill", "A copy with a value where the mask is true."},
    {"masked_select", "The elements where the mask is true, as a vector."},
    {"masked_scatter",
     "A copy with the first elements of source, in order, where the mask is true."},
    {"nonzero",
     "The coordinates of the elements that are not zero: n x dim, or a tuple of vectors."},
    {"argwhere", "The coordinates of the elements that are not zero: n x dim."},
    {"embedding", "Rows of weight by index; see nn.functional.embedding()."},
    // sorting
    {"sort", "Values in order along dim and the positions they came from; always stable."},
    {"argsort", "The positions that put dim in order; always stable."},
    {"msort", "Values in order along the first dimension."},
    {"topk", "The k largest (or smallest) values along dim and their positions."},
    {"kthvalue", "The k-th smallest value along dim, k from 1, and its position."},
    {"searchsorted", "Where values would be inserted into a sorted sequence."},
    {"bucketize", "Which of the intervals between sorted boundaries holds each element."},
    {"bincount", "How often each of 0 ... max occurs, or the sum of the weights there."},
    {"isin", "For each element, whether it is one of test_elements."},
};

}  // namespace

std::span<const Doc> shape_docs() { return kDocs; }

}  // namespace taut
