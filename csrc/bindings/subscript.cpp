#include "bindings/subscript.h"

#include "bindings/convert.h"
#include "bindings/data.h"
#include "graph/grad_mode.h"
#include "ops/indexing.h"

namespace taut {
namespace {

using Kind = IndexItem::Kind;

IndexItem tensor_item(Tensor t) { return {Kind::Tensor, 0, 0, 1, std::move(t)}; }

int64_t as_int(PyObject* o) {
  PyObject* number = PyNumber_Index(o);
  if (number == nullptr) throw py::error_already_set();
  const auto value = static_cast<int64_t>(PyLong_AsLongLong(number));
  Py_DECREF(number);
  if (value == -1 && PyErr_Occurred()) throw py::error_already_set();
  return value;
}

IndexItem slice_item(PyObject* slice) {
  Py_ssize_t start, stop, step;
  if (PySlice_Unpack(slice, &start, &stop, &step) < 0) throw py::error_already_set();
  TAUT_CHECK(step > 0, ValueError, "step must be greater than zero");
  return {Kind::Slice, start, stop, step, {}};
}

// Numbers in nested sequences: a mask when all are bool, else integers.
IndexItem sequence_item(PyObject* o) {
  NoGrad guard;
  const bool flags = PySequence_Size(o) > 0 && infer_dtype(o) == DType::Bool;
  return tensor_item(tensor_from_data(o, flags ? DType::Bool : DType::Int64));
}

IndexItem item_of(PyObject* o) {
  if (PyLong_CheckExact(o)) return {Kind::Integer, as_int(o), 0, 1, {}};
  if (PySlice_Check(o)) return slice_item(o);
  if (o == Py_None) return {Kind::NewAxis, 0, 0, 1, {}};
  if (o == Py_Ellipsis) return {Kind::Ellipsis, 0, 0, 1, {}};
  if (PyBool_Check(o)) return {Kind::Flag, o == Py_True, 0, 1, {}};
  if (is_tensor(o)) return tensor_item(tensor_of(o));
  if (is_ndarray(o)) return tensor_item(tensor_from_data(o, {}));
  TAUT_CHECK(!PyUnicode_Check(o), TypeError, "an index cannot be a str");
  if (PySequence_Check(o)) return sequence_item(o);
  TAUT_CHECK(PyIndex_Check(o), IndexError,
             "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
             "valid indices (got ",
             Py_TYPE(o)->tp_name, ")");
  return {Kind::Integer, as_int(o), 0, 1, {}};
}

// A list that holds anything but numbers stands for a tuple, as in old numpy.
bool stands_for_tuple(PyObject* o) {
  if (PyTuple_Check(o)) return true;
  if (!PyList_Check(o) || PyList_GET_SIZE(o) >= 32) return false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(o); ++i) {
    PyObject* item = PyList_GET_ITEM(o, i);
    if (is_tensor(item) || PySequence_Check(item) || PySlice_Check(item) || item == Py_None ||
        item == Py_Ellipsis) {
      return true;
    }
  }
  return false;
}

IndexItems items_of(PyObject* index) {
  IndexItems items;
  if (!stands_for_tuple(index)) {
    items.push_back(item_of(index));
    return items;
  }
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(index); ++i) {
    items.push_back(item_of(PySequence_Fast_GET_ITEM(index, i)));
  }
  return items;
}

}  // namespace

PyObject* get_subscript(PyObject* self, PyObject* index) {
  return guarded([&] { return wrap(get_item(tensor_of(self), items_of(index))); });
}

int set_subscript(PyObject* self, PyObject* index, PyObject* value) {
  return guarded_int([&] {
    TAUT_CHECK(value != nullptr, TypeError, "Tensor does not support deleting items");
    const Tensor& t = tensor_of(self);
    TAUT_CHECK(!t.is_sparse(), TypeError, "Cannot assign to a sparse tensor");
    const Tensor given = tensor_or_number(value);
    TAUT_CHECK(given.defined(), TypeError, "can't assign a ", Py_TYPE(value)->tp_name,
               " to a torch.", scalar_type_name(t.dtype()), "Tensor");
    set_item(t, items_of(index), given);
  });
}

}  // namespace taut
