// Note [Identity]
// A tensor and its Python object find each other through impl->pyobject. Normally the object owns
// the impl. When the object would die while C++ still holds the impl (a graph, a module's .grad),
// and somebody could tell a new object from it (a subclass such as Parameter, an attribute, a weak
// reference), ownership turns around: the impl keeps the object, until Python asks for it again or
// the impl dies.
#include "bindings/tensor_type.h"

#include <pybind11/pybind11.h>

#include "bindings/tensor_attributes.h"
#include "bindings/tensor_slots.h"
#include "core/error.h"
#include "graph/grad_mode.h"

namespace py = pybind11;

namespace taut {
namespace {

PyTypeObject* g_tensor_class = nullptr;  // taut.Tensor, the class of results

PyTensor* as_object(PyObject* o) { return reinterpret_cast<PyTensor*>(o); }

// While the interpreter ends, after it has said that it is no longer there.
bool is_finalizing() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing();
#else
  return _Py_IsFinalizing();
#endif
}

// The impl is going away by itself: the object no longer counts it.
void release_pyobject(void* object) noexcept {
  auto* self = static_cast<PyTensor*>(object);
  if (!Py_IsInitialized()) {
    // The object stays, and the collector's last rounds see it empty.
    if (is_finalizing()) self->tensor.ref().leak();
    return;
  }
  const auto gil = PyGILState_Ensure();
  self->tensor.ref().leak();
  Py_DECREF(reinterpret_cast<PyObject*>(self));
  PyGILState_Release(gil);
}

// True when the object lives on, owned by its impl.
bool handed_to_impl(PyTensor* self) {
  if (!self->tensor.defined()) return false;
  auto* impl = self->tensor.impl();
  const bool plain = Py_TYPE(self) == g_tensor_class && !self->dict && !self->weakrefs;
  if (plain || impl->use_count() == 1) return false;
  impl->owns_pyobject = true;
  Py_SET_REFCNT(reinterpret_cast<PyObject*>(self), 1);
  impl->release();  // self->tensor no longer counts
  return true;
}

void tensor_dealloc(PyObject* o) {
  auto* self = as_object(o);
  if (handed_to_impl(self)) return;
  PyTypeObject* type = Py_TYPE(o);
  if (type->tp_finalize && PyObject_CallFinalizerFromDealloc(o) < 0) return;
  PyObject_GC_UnTrack(o);
  if (self->weakrefs) PyObject_ClearWeakRefs(o);
  Py_CLEAR(self->dict);
  if (self->tensor.defined()) self->tensor.impl()->pyobject = nullptr;
  self->tensor.~Tensor();
  type->tp_free(o);
  if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_DECREF(type);
}

int tensor_traverse(PyObject* o, visitproc visit, void* arg) {
  Py_VISIT(as_object(o)->dict);
  if (Py_TYPE(o)->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_VISIT(Py_TYPE(o));
  return visit_hooks(as_object(o)->tensor, visit, arg);
}

int tensor_clear(PyObject* o) {
  Py_CLEAR(as_object(o)->dict);
  clear_hooks(as_object(o)->tensor);
  return 0;
}

// Every subclass gets this type's dealloc: see Note [Identity]. CPython would give it one that
// clears attributes and weak references before ours could keep the object.
int meta_init(PyObject* cls, PyObject* args, PyObject* kwargs) {
  if (PyType_Type.tp_init(cls, args, kwargs) < 0) return -1;
  reinterpret_cast<PyTypeObject*>(cls)->tp_dealloc = tensor_dealloc;
  return 0;
}

PyTypeObject make_meta_type() {
  PyTypeObject t{};
  Py_SET_REFCNT(&t, 1);
  t.tp_name = "taut._C._TensorMeta";
  t.tp_basicsize = 0;
  t.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE;
  t.tp_init = meta_init;
  return t;
}
PyTypeObject MetaType = make_meta_type();

PyTypeObject make_tensor_type() {
  PyTypeObject t{};
  Py_SET_REFCNT(&t, 1);
  Py_SET_TYPE(&t, &MetaType);
  t.tp_name = "taut._C.TensorBase";
  t.tp_basicsize = sizeof(PyTensor);
  t.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
  t.tp_doc = "The C++ part of taut.Tensor.";
  t.tp_dealloc = tensor_dealloc;
  t.tp_traverse = tensor_traverse;
  t.tp_clear = tensor_clear;
  t.tp_dictoffset = offsetof(PyTensor, dict);
  t.tp_weaklistoffset = offsetof(PyTensor, weakrefs);
  t.tp_hash = reinterpret_cast<hashfunc>(_Py_HashPointer);
  return t;
}

PyObject* set_tensor_class(PyObject*, PyObject* cls) {
  g_tensor_class = reinterpret_cast<PyTypeObject*>(cls);
  Py_INCREF(cls);
  Py_RETURN_NONE;
}
PyMethodDef kSetTensorClass = {"_set_tensor_class", set_tensor_class, METH_O,
                               "Makes a class the type of tensors that C++ returns."};

}  // namespace

PyTypeObject TensorBaseType = make_tensor_type();

PyObject* wrap_as(PyTypeObject* type, Tensor t) {
  PyObject* o = type->tp_alloc(type, 0);
  if (o == nullptr) throw py::error_already_set();
  t.impl()->pyobject = o;
  new (&as_object(o)->tensor) Tensor(std::move(t));
  return o;
}

PyObject* wrap(Tensor t) {
  if (!t.defined()) Py_RETURN_NONE;
  auto* impl = t.impl();
  auto* o = static_cast<PyObject*>(impl->pyobject);
  if (o == nullptr) {
    // What inference_mode makes is marked as it reaches Python; a view of a normal tensor is one.
    if (inference_mode() && !t.is_view()) impl->inference = true;
    return wrap_as(g_tensor_class, std::move(t));
  }
  if (!impl->owns_pyobject) return Py_NewRef(o);
  impl->owns_pyobject = false;  // the reference that the impl held is now the caller's
  impl->retain();
  return o;
}

void set_python_error() noexcept {
  try {
    throw;
  } catch (py::error_already_set& e) {
    e.restore();
  } catch (const ValueError& e) {
    PyErr_SetString(PyExc_ValueError, e.what());
  } catch (const TypeError& e) {
    PyErr_SetString(PyExc_TypeError, e.what());
  } catch (const IndexError& e) {
    PyErr_SetString(PyExc_IndexError, e.what());
  } catch (const NotImplementedError& e) {
    PyErr_SetString(PyExc_NotImplementedError, e.what());
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const py::builtin_exception& e) {
    e.set_error();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "unknown C++ exception");
  }
}

void add_method(const char* name, PyObject* callable) {
  if (PyDict_SetItemString(TensorBaseType.tp_dict, name, callable) < 0) {
    throw py::error_already_set();
  }
  PyType_Modified(&TensorBaseType);
}

void init_tensor_type(PyObject* module) {
  set_release_pyobject(release_pyobject);
  MetaType.tp_base = &PyType_Type;
  if (PyType_Ready(&MetaType) < 0) throw py::error_already_set();
  TensorBaseType.tp_as_number = number_slots();
  TensorBaseType.tp_as_mapping = mapping_slots();
  TensorBaseType.tp_as_sequence = sequence_slots();
  TensorBaseType.tp_as_buffer = buffer_slots();
  TensorBaseType.tp_richcompare = compare_slot();
  TensorBaseType.tp_getset = tensor_attributes();
  if (PyType_Ready(&TensorBaseType) < 0) throw py::error_already_set();
  PyModule_AddObject(module, "TensorBase", Py_NewRef(reinterpret_cast<PyObject*>(&TensorBaseType)));
  PyModule_AddObject(module, "_set_tensor_class", PyCFunction_New(&kSetTensorClass, nullptr));
}

}  // namespace taut
