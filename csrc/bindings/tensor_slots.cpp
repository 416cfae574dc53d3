#include "bindings/tensor_slots.h"

#include "bindings/subscript.h"
#include "bindings/tensor_type.h"

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

PyMappingMethods kMapping = {length, get_subscript, set_subscript};
PySequenceMethods kSequence = {length,  nullptr, nullptr, nullptr, nullptr,
                               nullptr, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMappingMethods* mapping_slots() { return &kMapping; }
PySequenceMethods* sequence_slots() { return &kSequence; }

}  // namespace taut
