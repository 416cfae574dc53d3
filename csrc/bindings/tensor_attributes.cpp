#include "bindings/tensor_attributes.h"

#include "bindings/autograd.h"
#include "bindings/convert.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/leaf_alias.h"
#include "ops/views.h"

namespace taut {
namespace {

PyObject* get_shape(PyObject* o, void*) {
  return guarded([&] { return size_object(tensor_of(o).sizes()); });
}
PyObject* get_dtype(PyObject* o, void*) { return Py_NewRef(dtype_object(tensor_of(o).dtype())); }
PyObject* get_ndim(PyObject* o, void*) { return PyLong_FromLongLong(tensor_of(o).dim()); }
PyObject* get_itemsize(PyObject* o, void*) {
  return PyLong_FromSize_t(tensor_of(o).element_size());
}
PyObject* get_nbytes(PyObject* o, void*) {
  return guarded([&] {
    TAUT_CHECK(!tensor_of(o).is_sparse(), RuntimeError,
               "nbytes is not defined for sparse tensors. If you want the size of the constituent "
               "tensors, add the nbytes of the indices and values. If you want the size of the "
               "equivalent dense tensor, multiply numel() by element_size()");
    return PyLong_FromSize_t(tensor_of(o).bytes());
  });
}
PyObject* get_is_leaf(PyObject* o, void*) {
  return guarded([&] { return PyBool_FromLong(grad_fn_of(tensor_of(o)) == nullptr); });
}
PyObject* get_output_nr(PyObject* o, void*) {
  return PyLong_FromUnsignedLong(tensor_of(o).impl()->output_nr);
}
PyObject* get_version(PyObject* o, void*) {
  return PyLong_FromUnsignedLong(tensor_of(o).version());
}
PyObject* get_base(PyObject* o, void*) {
  return guarded([&] { return wrap(Tensor(tensor_of(o).impl()->base)); });
}
PyObject* get_retains_grad(PyObject* o, void*) {
  const auto* meta = meta_or_null(tensor_of(o));
  return PyBool_FromLong(meta && meta->retained_grad);
}

PyObject* get_requires_grad(PyObject* o, void*) {
  return PyBool_FromLong(tensor_of(o).requires_grad());
}
int set_requires_grad(PyObject* o, PyObject* value, void*) {
  return guarded_int([&] {
    TAUT_CHECK(value != nullptr, TypeError, "requires_grad cannot be deleted");
    const Tensor& t = tensor_of(o);
    const int on = PyObject_IsTrue(value);
    if (on < 0) throw py::error_already_set();
    TAUT_CHECK(on || !grad_fn_of(t), RuntimeError,
               "you can only change requires_grad flags of leaf variables. If you want to use a "
               "computed variable in a subgraph that doesn't require differentiation use "
               "var_no_grad = var.detach().");
    TAUT_CHECK(!on || is_floating(t.dtype()), RuntimeError,
               "only Tensors of floating point and complex dtype can require gradients, got ",
               t.dtype());
    if (!grad_fn_of(t)) set_leaf_requires_grad(t, on != 0);
  });
}

PyObject* get_grad(PyObject* o, void*) {
  return guarded([&] { return wrap(grad_of(tensor_of(o))); });
}
int set_grad_attribute(PyObject* o, PyObject* value, void*) {
  return guarded_int([&] {
    const Tensor& t = tensor_of(o);
    if (value == nullptr || value == Py_None) return set_grad(t, Tensor());
    TAUT_CHECK(is_tensor(value), TypeError,
               "assigned grad expected to be a Tensor or None but got grad of type ",
               Py_TYPE(value)->tp_name);
    const Tensor& g = tensor_of(value);
    TAUT_CHECK(value != o, RuntimeError, "can't assign Variable as its own grad");
    TAUT_CHECK(g.dtype() == t.dtype(), RuntimeError,
               "assigned grad has data of a different type: expected ", t.dtype(), ", got ",
               g.dtype());
    TAUT_CHECK(same(g.sizes(), t.sizes()), RuntimeError,
               "assigned grad has data of a different size: expected ", ShapeText{t.sizes()},
               ", got ", ShapeText{g.sizes()});
    set_grad(t, g);
  });
}

// One object for all names of a tied parameter: what to compare and count by.
PyObject* get_owner(PyObject* o, void*) {
  return guarded([&] { return wrap(owner_of(tensor_of(o))); });
}

PyObject* get_grad_fn(PyObject* o, void*) {
  return guarded([&] { return wrap_node(Ref<Node>(grad_fn_of(tensor_of(o)))); });
}
// In-place autograd detach() through x.grad_fn = None is not supported; only reading is.

PyObject* get_data(PyObject* o, void*) {
  return guarded([&] { return wrap(detach(tensor_of(o))); });
}
int set_data(PyObject* o, PyObject* value, void*) {
  return guarded_int([&] {
    TAUT_CHECK(value && is_tensor(value), TypeError, "Variable data has to be a tensor, but got ",
               value ? Py_TYPE(value)->tp_name : "nothing");
    const Tensor& from = tensor_of(value);
    const Tensor& t = tensor_of(o);
    TAUT_CHECK(!t.impl()->requires_grad || is_floating(from.dtype()), RuntimeError,
               "data set to a tensor that requires gradients must be floating point or complex "
               "dtype, got ",
               from.dtype());
    set_leaf_data(t, from);
  });
}

PyObject* get_transposed(PyObject* o, void* name) {
  return guarded(
      [&] { return wrap(matrix_transpose(tensor_of(o), static_cast<const char*>(name))); });
}
PyObject* get_H(PyObject* o, void*) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    TAUT_CHECK(t.dim() == 0 || t.dim() == 2, RuntimeError,
               "H is only supported on matrices (2-D tensors). Got ", t.dim(), "-D tensor.",
               t.dim() > 2 ? " For batches of matrices, consider using mH" : "");
    return wrap(matrix_transpose(t, "H"));
  });
}
// All dimensions reversed.
PyObject* get_T(PyObject* o, void*) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    Dims dims;
    for (std::int64_t d = t.dim(); d-- > 0;) dims.push_back(d);
    return wrap(permute(t, dims));
  });
}

PyObject* get_real(PyObject* o, void*) { return Py_NewRef(o); }

PyObject* get_false(PyObject*, void*) { Py_RETURN_FALSE; }
PyObject* get_is_meta(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).is_meta()); }
PyObject* get_is_sparse(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).is_sparse()); }
PyObject* get_is_cpu(PyObject* o, void*) { return PyBool_FromLong(!tensor_of(o).is_meta()); }
PyObject* get_inference(PyObject* o, void*) {
  return PyBool_FromLong(tensor_of(o).impl()->inference);
}
PyObject* get_name(PyObject* o, void*) {
  const auto* meta = meta_or_null(tensor_of(o));
  if (!meta || meta->name.empty()) Py_RETURN_NONE;
  return PyUnicode_FromString(meta->name.c_str());
}

PyGetSetDef kAttributes[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, "What was set on the object.",
     nullptr},
    {"shape", get_shape, nullptr, "The sizes of the dimensions.", nullptr},
    {"dtype", get_dtype, nullptr, "The element type.", nullptr},
    {"ndim", get_ndim, nullptr, "The number of dimensions.", nullptr},
    {"itemsize", get_itemsize, nullptr, "Bytes of one element.", nullptr},
    {"nbytes", get_nbytes, nullptr, "Bytes of all elements.", nullptr},
    {"requires_grad", get_requires_grad, set_requires_grad,
     "Whether operations on this tensor are recorded.", nullptr},
    {"grad", get_grad, set_grad_attribute, "The gradient of a leaf, or None.", nullptr},
    {"_owner", get_owner, nullptr,
     "The leaf that has this leaf's gradient: itself but for an alias.", nullptr},
    {"grad_fn", get_grad_fn, nullptr, "The graph node that made this tensor, or None.", nullptr},
    {"is_leaf", get_is_leaf, nullptr, "True when no recorded operation made this tensor.", nullptr},
    {"output_nr", get_output_nr, nullptr, "Which output of grad_fn this is.", nullptr},
    {"retains_grad", get_retains_grad, nullptr, "Whether a non-leaf keeps its gradient.", nullptr},
    {"_version", get_version, nullptr, "How often the storage was written in place.", nullptr},
    {"_base", get_base, nullptr, "The tensor this is a view of, or None.", nullptr},
    {"data", get_data, set_data, "The same memory, cut off from the graph.", nullptr},
    {"T", get_T, nullptr, "All dimensions reversed.", nullptr},
    {"mT", get_transposed, nullptr, "The last two dimensions exchanged.", const_cast<char*>("mT")},
    {"H", get_H, nullptr, "The conjugate transpose of a matrix.", nullptr},
    {"mH", get_transposed, nullptr, "The last two dimensions exchanged.", const_cast<char*>("mH")},
    {"real", get_real, nullptr, "The tensor: all numbers here are real.", nullptr},
    {"is_cuda", get_false, nullptr, "False: taut is for CPUs.", nullptr},
    {"is_sparse", get_is_sparse, nullptr, "Whether it is in coordinate form.", nullptr},
    {"is_quantized", get_false, nullptr, "False.", nullptr},
    {"is_meta", get_is_meta, nullptr, "Whether it has a shape but no values.", nullptr},
    {"is_cpu", get_is_cpu, nullptr, "Whether it has values.", nullptr},
    {"_is_inference", get_inference, nullptr, "Made under inference_mode.", nullptr},
    {"name", get_name, nullptr, "Name of the variable, or None.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

// A hook belongs to the collector's view only when nothing but Python holds the tensor.
template <class F>
int each_hook(const Tensor& t, F&& f) {
  if (!t.defined() || t.impl()->use_count() != 1) return 0;
  const auto* meta = meta_or_null(t);
  if (meta == nullptr) return 0;
  for (const auto& h : meta->hooks) {
    if (h.hook.use_count() == 1) {
      if (int r = f(python_hook(*h.hook))) return r;
    }
  }
  return 0;
}

}  // namespace

PyGetSetDef* tensor_attributes() { return kAttributes; }

int visit_hooks(const Tensor& t, visitproc visit, void* arg) {
  return each_hook(t, [&](PyObject* callable) -> int {
    Py_VISIT(callable);
    return 0;
  });
}

void clear_hooks(const Tensor& t) {
  if (!t.defined() || t.impl()->use_count() != 1) return;
  if (auto* meta = meta_or_null(t)) {
    meta->hooks.clear();
    meta->post_hooks.clear();
  }
}

}  // namespace taut
