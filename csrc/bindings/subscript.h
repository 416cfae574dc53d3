// x[...] and x[...] = value.
#pragma once

#include <Python.h>

namespace taut {

PyObject* get_subscript(PyObject* self, PyObject* index);
int set_subscript(PyObject* self, PyObject* index, PyObject* value);

}  // namespace taut
