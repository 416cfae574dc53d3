// Docstrings of the creation functions. Their examples run as tests.
#pragma once

namespace taut::docs {

// After the first line of every function that takes them.
#define TAUT_DOC_OPTIONS                                                                       \
  "\n\nArgs:\n"                                                                                \
  "    dtype: the element type; when left out, what the first line says or the default one.\n" \
  "    device: the CPU, for programs that name it.\n"                                          \
  "    requires_grad: record operations on the result (floating-point only).\n"                \
  "    out: a tensor that takes the result.\n"

inline constexpr const char* kFull =
    "full(size, fill_value): a tensor of the given size filled with one number.\n\n"
    "The dtype is bool, int64 or the default one, after the number." TAUT_DOC_OPTIONS
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.full((2, 2), 7)\n"
    "    tensor([[7, 7],\n"
    "            [7, 7]])\n";
inline constexpr const char* kFullLike =
    "full_like(input, fill_value): a tensor of the shape and dtype of input filled with one "
    "number." TAUT_DOC_OPTIONS
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.full_like(taut.zeros(3), 7)\n"
    "    tensor([7., 7., 7.])\n";
inline constexpr const char* kArange =
    "arange(start=0, end, step=1): the numbers start, start + step, ... up to, not including, "
    "end.\n\n"
    "int64 when all three are integers, else the default dtype." TAUT_DOC_OPTIONS
    "\nRaises:\n"
    "    RuntimeError: the step is 0, or leads away from end.\n"
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.arange(1, 2.5, 0.5)\n"
    "    tensor([1.0000, 1.5000, 2.0000])\n";
inline constexpr const char* kRange =
    "range(start, end, step=1): the numbers start, start + step, ... up to end, end included, in "
    "the default dtype. Deprecated, as in PyTorch: use arange()." TAUT_DOC_OPTIONS
    "\nRaises:\n"
    "    RuntimeError: the step is 0, or leads away from end.\n";
inline constexpr const char* kLinspace =
    "linspace(start, end, steps): evenly spaced numbers from start to end, both "
    "included." TAUT_DOC_OPTIONS
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.linspace(0, 1, 5)\n"
    "    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])\n";
inline constexpr const char* kLogspace =
    "logspace(start, end, steps, base=10): base to the power of linspace(start, end, "
    "steps)." TAUT_DOC_OPTIONS
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.logspace(0, 3, 4, base=2)\n"
    "    tensor([1., 2., 4., 8.])\n";
inline constexpr const char* kEye =
    "eye(n, m=n): the n x m matrix with ones on its main diagonal, zeros "
    "elsewhere." TAUT_DOC_OPTIONS
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.eye(2)\n"
    "    tensor([[1., 0.],\n"
    "            [0., 1.]])\n";
inline constexpr const char* kTriangle =
    "The part of each matrix in the last two dimensions on and below (tril) or above (triu) a "
    "diagonal.\n\n"
    "Args:\n"
    "    diagonal: 0 for the main one, positive for those above it.\n"
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.ones(2, 3).tril()\n"
    "    tensor([[1., 0., 0.],\n"
    "            [1., 1., 0.]])\n";
inline constexpr const char* kTriangleIndices =
    "The row and column indices of a triangle of a row x col matrix, as a 2 x n tensor.\n\n"
    "Args:\n"
    "    offset: the diagonal that bounds it, as in tril and triu.\n"
    "    dtype: int64 or int32.\n"
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.tril_indices(2, 2)\n"
    "    tensor([[0, 1, 1],\n"
    "            [0, 0, 1]])\n";
inline constexpr const char* kTensor =
    "tensor(data): a new tensor with the values of data.\n\n"
    "Args:\n"
    "    data: a number, nested sequences of numbers, an array or a tensor.\n"
    "    dtype: when left out, of floats the default one, of integers int64, of bools bool, else\n"
    "        that of the array.\n"
    "    device: the CPU, for programs that name it.\n"
    "    requires_grad: record operations on the result (floating-point only).\n"
    "\nRaises:\n"
    "    ValueError: sequences of different lengths, or too many dimensions.\n"
    "    TypeError: an item that is no number.\n"
    "    RuntimeError: a value that does not fit the dtype, or data of unknown kind.\n"
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.tensor([[1, 2.5], [3, 4]])\n"
    "    tensor([[1.0000, 2.5000],\n"
    "            [3.0000, 4.0000]])\n";
inline constexpr const char* kAsTensor =
    "The data as a tensor that shares memory with it where that is possible.\n\n"
    "A tensor is returned as it is and an array is shared, unless another dtype is asked for;\n"
    "everything else is copied as by `tensor`.\n"
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> x = taut.ones(2)\n"
    "    >>> taut.as_tensor(x) is x\n"
    "    True\n";
inline constexpr const char* kAsArray =
    "The data as a tensor that shares memory with tensors, arrays, DLPack objects and buffers.\n\n"
    "Args:\n"
    "    copy: True copies, False raises where sharing is impossible, None copies only then.\n"
    "    requires_grad: whether to record operations on the result; when left out, as obj.\n"
    "\nRaises:\n"
    "    ValueError: copy=False, and the data cannot be shared.\n"
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.asarray(bytearray(b'ab'), dtype=taut.uint8)\n"
    "    tensor([97, 98], dtype=torch.uint8)\n";
inline constexpr const char* kFromNumpy =
    "A tensor over the memory of a numpy array: a change of one is seen in the other.\n\n"
    "Raises:\n"
    "    TypeError: not an array, or a dtype that tensors do not have.\n"
    "    ValueError: negative strides or foreign byte order.\n";
inline constexpr const char* kFromBuffer =
    "A 1-d tensor over the memory of a buffer.\n\n"
    "Args:\n"
    "    count: the number of elements; negative for all that is there.\n"
    "    offset: bytes to skip at the start.\n"
    "\nRaises:\n"
    "    ValueError: the buffer is empty or too short, or not a buffer.\n"
    "\nExample:\n"
    "    >>> import taut\n"
    "    >>> taut.frombuffer(bytearray(b'abc'), dtype=taut.uint8, offset=1)\n"
    "    tensor([98, 99], dtype=torch.uint8)\n";
inline constexpr const char* kFill =
    "A tensor of the shape of input filled with one value, a number or a tensor without "
    "dimensions.";
inline constexpr const char* kFillInPlace =
    "Writes one value, a number or a tensor without dimensions, into every element.";
inline constexpr const char* kNumpy =
    "The tensor as a numpy array over the same memory.\n\n"
    "Args:\n"
    "    force: also where the tensor requires gradients, as its values.\n"
    "\nRaises:\n"
    "    RuntimeError: the tensor requires gradients.\n";
inline constexpr const char* kToList =
    "The elements as nested lists of numbers; a number for no dimensions.";

}  // namespace taut::docs
