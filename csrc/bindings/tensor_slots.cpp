#include "bindings/tensor_slots.h"

#include "bindings/convert.h"
#include "ops/views.h"

namespace taut {
namespace {

Py_ssize_t length(PyObject* o) {
  const Tensor& t = tensor_of(o);
  if (t.dim() == 0) {
    PyErr_SetString(PyExc_TypeError, "len() of a 0-d tensor");
    return -1;
  }
  return static_cast<Py_ssize_t>(t.sizes()[0]);
}

PyObject* subscript(PyObject* o, PyObject* index) {
  return guarded([&]() -> PyObject* {
    const auto i = scalar_of(index);
    TAUT_CHECK(i && i->is_integral(), TypeError, "indexing: only ints, got ",
               Py_TYPE(index)->tp_name);
    return wrap(select(tensor_of(o), 0, i->to_int()));
  });
}

PyMappingMethods kMapping = {length, subscript, nullptr};
PySequenceMethods kSequence = {length,  nullptr, nullptr, nullptr, nullptr,
                               nullptr, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMappingMethods* mapping_slots() { return &kMapping; }
PySequenceMethods* sequence_slots() { return &kSequence; }

}  // namespace taut
