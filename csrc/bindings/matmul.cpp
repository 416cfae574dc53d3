#include "ops/matmul.h"

#include "bindings/convert.h"
#include "bindings/topics.h"
#include "ops/linalg.h"

namespace taut {
namespace {

constexpr const char* kLinearDoc =
    "linear(input, weight, bias=None) -> Tensor\n\n"
    "input @ weight.T + bias. Shapes: input (..., in), weight (out, in), bias (out); result (..., "
    "out).";

// linear is in every layer of every step: a direct call, keywords included.
PyObject* fast_linear(PyObject*, PyObject* const* args, Py_ssize_t n, PyObject* names) {
  return guarded([&]() -> PyObject* {
    static const char* const kNames[] = {"input", "weight", "bias"};
    PyObject* given[3] = {nullptr, nullptr, Py_None};
    TAUT_CHECK(n <= 3, TypeError, "linear: takes 2 or 3 arguments, got ", n);
    for (Py_ssize_t i = 0; i < n; ++i) given[i] = args[i];
    const Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
    for (Py_ssize_t i = 0; i < named; ++i) {
      int at = 0;
      while (at < 3 && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), kNames[at]))
        ++at;
      TAUT_CHECK(at < 3, TypeError, "linear: unexpected keyword argument");
      given[at] = args[n + i];
    }
    for (int i = 0; i < 3; ++i) {
      const bool fits = given[i] && (is_tensor(given[i]) || (i == 2 && given[i] == Py_None));
      TAUT_CHECK(fits, TypeError, "linear: argument '", kNames[i], "' must be Tensor, not ",
                 given[i] ? Py_TYPE(given[i])->tp_name : "missing");
    }
    return wrap(linear(tensor_of(given[0]), tensor_of(given[1]),
                       given[2] == Py_None ? Tensor() : tensor_of(given[2])));
  });
}
PyMethodDef kLinear = {"linear",
                       reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(fast_linear)),
                       METH_FASTCALL | METH_KEYWORDS, kLinearDoc};

}  // namespace

void bind_matmul(py::module_& m) {
  m.add_object("linear", PyCFunction_New(&kLinear, nullptr));
  m.def("_linalg_qr", [](const Tensor& a, const std::string& mode) { return qr(a, mode.c_str()); });
  def_op(m, "matmul", &matmul, py::arg("other"),
         "The product of matrices, vectors, and batches of them that broadcast.");
  def_op(m, "mm", &mm, py::arg("mat2"), "The product of an (m, k) and a (k, n) matrix.");
  def_op(m, "bmm", &bmm, py::arg("mat2"),
         "Products of (b, m, k) with (b, k, n) matrices, one by one.");
  def_op(m, "mv", &mv, py::arg("vec"), "The product of an (m, k) matrix and a vector of k.");
  def_op(m, "dot", &dot, py::arg("tensor"), "The sum of products of two vectors.");
  def_op(m, "vdot", &dot, py::arg("other"), "The sum of products of two vectors.");
  def_op(m, "outer", &outer, py::arg("vec2"),
         "The matrix of all products of the elements of two vectors.");
  def_op(m, "ger", &outer, py::arg("vec2"), "The former name of outer().");
  const auto beta = py::arg("beta") = 1, alpha = py::arg("alpha") = 1;
  def_op(m, "addmm", &addmm, py::arg("mat1"), py::arg("mat2"), py::kw_only(), beta, alpha,
         "beta * input + alpha * (mat1 @ mat2), input broadcasting.");
  def_op(m, "addmv", &addmv, py::arg("mat"), py::arg("vec"), py::kw_only(), beta, alpha,
         "beta * input + alpha * (mat @ vec), input broadcasting.");
  def_op(m, "addr", &addr, py::arg("vec1"), py::arg("vec2"), py::kw_only(), beta, alpha,
         "beta * input + alpha * outer(vec1, vec2), input broadcasting.");
  def_op(m, "baddbmm", &baddbmm, py::arg("batch1"), py::arg("batch2"), py::kw_only(), beta, alpha,
         "beta * input + alpha * bmm(batch1, batch2), input broadcasting.");
  def_op(m, "addbmm", &addbmm, py::arg("batch1"), py::arg("batch2"), py::kw_only(), beta, alpha,
         "beta * input + alpha * the sum of bmm(batch1, batch2) over the batch.");
}

}  // namespace taut
