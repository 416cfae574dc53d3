#include "bindings/tensor_slots.h"

#include "bindings/convert.h"
#include "ops/matmul.h"
#include "ops/pointwise.h"
#include "ops/views.h"

namespace taut {
namespace {

// Either operand may be a number; anything else is left to its own type.
template <Tensor (*F)(const Tensor&, const Tensor&)>
PyObject* binary(PyObject* a, PyObject* b) {
  return guarded([&]() -> PyObject* {
    if (is_tensor(a) && is_tensor(b)) return wrap(F(tensor_of(a), tensor_of(b)));
    const Tensor x = tensor_or_number(a), y = tensor_or_number(b);
    if (!x.defined() || !y.defined()) Py_RETURN_NOTIMPLEMENTED;
    return wrap(F(x, y));
  });
}

template <Tensor (*F)(const Tensor&, const Tensor&)>
PyObject* in_place(PyObject* a, PyObject* b) {
  return guarded([&]() -> PyObject* {
    const Tensor y = tensor_or_number(b);
    if (!y.defined()) Py_RETURN_NOTIMPLEMENTED;
    F(tensor_of(a), y);
    return Py_NewRef(a);
  });
}

PyNumberMethods make_number_slots() {
  PyNumberMethods n = {};
  n.nb_add = binary<add>;
  n.nb_multiply = binary<mul>;
  n.nb_matrix_multiply = binary<matmul>;
  n.nb_inplace_add = in_place<add_>;
  n.nb_inplace_multiply = in_place<mul_>;
  return n;
}

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

PyNumberMethods kNumber = make_number_slots();
PyMappingMethods kMapping = {length, subscript, nullptr};
PySequenceMethods kSequence = {length,  nullptr, nullptr, nullptr, nullptr,
                               nullptr, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyNumberMethods* number_slots() { return &kNumber; }
PyMappingMethods* mapping_slots() { return &kMapping; }
PySequenceMethods* sequence_slots() { return &kSequence; }
richcmpfunc compare_slot() { return nullptr; }

}  // namespace taut
