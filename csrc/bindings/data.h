// Python data (numbers, nested sequences, arrays, buffers) into tensors and back.
#pragma once

#include <optional>

#include "bindings/convert.h"

namespace taut {

// The dtype that tensor(data) gets: of a number its own, of a sequence what its items promote to.
DType infer_dtype(PyObject* data);
// A new tensor with the values of numbers in nested sequences, arrays or tensors.
Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype);
// The value of a tensor of one element.
Scalar only_element(const Tensor& t);
// The elements as Python numbers: one for no dimensions, else nested lists.
py::object to_list(const Tensor& t);

// numpy. Only to_numpy imports it: whoever holds an array has it already.
bool is_ndarray(PyObject* data);
// Of an array or a scalar of numpy.
DType dtype_of_numpy(PyObject* o);
// Shares the memory of an array (and keeps it alive). Access::Write warns of a read-only one.
enum class Access { Read, Write };
Tensor from_ndarray(PyObject* array, Access access);
// Warns that `source` should not be written to, though the tensor over it can be.
void warn_read_only(const char* source);
py::object to_numpy(py::handle tensor, const Tensor& t);

// Shares `count` elements of a buffer from byte `offset` on; count < 0 takes what is there.
Tensor from_buffer(PyObject* buffer, DType dtype, int64_t count, int64_t offset);

// Shares the memory of what speaks DLPack: an object with __dlpack__, or a capsule. copy is None or
// what the exporter is asked for.
Tensor from_dlpack(py::object source, py::object device, py::object copy);

}  // namespace taut
