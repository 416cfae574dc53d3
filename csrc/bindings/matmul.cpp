#include "ops/matmul.h"

#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/linalg.h"

namespace taut {
namespace {

constexpr const char* kLinearDoc =
    "linear(input, weight, bias=None, *, out=None) -> Tensor\n\n"
    "input @ weight.T + bias. Shapes: input (..., in), weight (out, in), bias (out); result (..., "
    "out).";

template <Tensor (*F)(const Tensor&, const Tensor&, const Tensor&)>
PyObject* product_of(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2)));
}
#define TAUT_PRODUCT(constant, name, second, doc) \
  constexpr Signature constant{name, {"input", second, "out"}, 2, 2, doc};
TAUT_PRODUCT(kMatmul, "matmul", "other",
             "The product of matrices, vectors, and batches of them that broadcast.")
TAUT_PRODUCT(kMm, "mm", "mat2", "The product of an (m, k) and a (k, n) matrix.")
TAUT_PRODUCT(kBmm, "bmm", "mat2", "Products of (b, m, k) with (b, k, n) matrices, one by one.")
TAUT_PRODUCT(kMv, "mv", "vec", "The product of an (m, k) matrix and a vector of k.")
TAUT_PRODUCT(kDot, "dot", "tensor", "The sum of products of two vectors.")
TAUT_PRODUCT(kVdot, "vdot", "other", "The sum of products of two vectors.")
TAUT_PRODUCT(kOuter, "outer", "vec2", "The matrix of all products of the elements of two vectors.")
TAUT_PRODUCT(kGer, "ger", "vec2", "The former name of outer().")
#undef TAUT_PRODUCT

PyObject* matmul_of(const Values& v) {
  const Tensor &a = v.tensor(0), &b = v.tensor(1);
  if (a.dim() == 2 && b.dim() == 2) return wrap(mm(a, b, v.tensor_or_undefined(2)));
  return into(v, 2, matmul(a, b));
}

void bind_products(py::module_& m) {
  def_fast_op<kMatmul, matmul_of>(m);
  def_fast_op<kMm, product_of<mm>>(m);
  def_fast_op<kBmm, product_of<bmm>>(m);
  def_fast_op<kMv, product_of<mv>>(m);
  def_fast_op<kDot, product_of<dot>>(m);
  def_fast_op<kVdot, product_of<dot>>(m);
  def_fast_op<kOuter, product_of<outer>>(m);
  def_fast_op<kGer, product_of<outer>>(m);
}

using SumOfProducts = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar,
                                 const Tensor&);
template <SumOfProducts F>
PyObject* sum_of_products(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), v.tensor(2), v.scalar(3, 1), v.scalar(4, 1),
                v.tensor_or_undefined(5)));
}
PyObject* addr_of(const Values& v) {
  return into(v, 5, addr(v.tensor(0), v.tensor(1), v.tensor(2), v.scalar(3, 1), v.scalar(4, 1)),
              OutType::Castable);
}
template <Tensor (*F)(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar)>
PyObject* sum_of_products_(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor(1), v.tensor(2), v.scalar(3, 1), v.scalar(4, 1)));
}
#define TAUT_SUM_OF_PRODUCTS(constant, name, first, second, doc)                                   \
  constexpr Signature constant{name, {"input", first, second, "beta", "alpha", "out"}, 3, 3, doc}; \
  constexpr Signature constant##_{                                                                 \
      name "_", {"input", first, second, "beta", "alpha"}, 3, 3, name "() over input itself."};
TAUT_SUM_OF_PRODUCTS(kAddmm, "addmm", "mat1", "mat2",
                     "beta * input + alpha * (mat1 @ mat2), input broadcasting.")
TAUT_SUM_OF_PRODUCTS(kAddmv, "addmv", "mat", "vec",
                     "beta * input + alpha * (mat @ vec), input broadcasting.")
TAUT_SUM_OF_PRODUCTS(kAddr, "addr", "vec1", "vec2",
                     "beta * input + alpha * outer(vec1, vec2), input broadcasting.")
TAUT_SUM_OF_PRODUCTS(kBaddbmm, "baddbmm", "batch1", "batch2",
                     "beta * input + alpha * bmm(batch1, batch2), input broadcasting.")
TAUT_SUM_OF_PRODUCTS(kAddbmm, "addbmm", "batch1", "batch2",
                     "beta * input + alpha * the sum of bmm(batch1, batch2) over the batch.")
#undef TAUT_SUM_OF_PRODUCTS

void bind_sums_of_products(py::module_& m) {
  def_fast_op<kAddmm, sum_of_products<addmm>>(m);
  def_fast_op<kAddmv, sum_of_products<addmv>>(m);
  def_fast_op<kAddr, addr_of>(m);
  def_fast_op<kBaddbmm, sum_of_products<baddbmm>>(m);
  def_fast_op<kAddbmm, sum_of_products<addbmm>>(m);
  def_fast_method<kAddmm_, sum_of_products_<addmm_>>();
  def_fast_method<kAddmv_, sum_of_products_<addmv_>>();
  def_fast_method<kAddr_, sum_of_products_<addr_>>();
  def_fast_method<kBaddbmm_, sum_of_products_<baddbmm_>>();
  def_fast_method<kAddbmm_, sum_of_products_<addbmm_>>();
}

// linear is in every layer of every step: a direct call, keywords included.
PyObject* fast_linear(PyObject*, PyObject* const* args, Py_ssize_t n, PyObject* names) {
  return guarded([&]() -> PyObject* {
    static const char* const kNames[] = {"input", "weight", "bias", "out"};
    PyObject* given[4] = {nullptr, nullptr, Py_None, Py_None};
    TAUT_CHECK(n <= 3, TypeError, "linear: takes 2 or 3 arguments, got ", n);
    for (Py_ssize_t i = 0; i < n; ++i) given[i] = args[i];
    const Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
    for (Py_ssize_t i = 0; i < named; ++i) {
      int at = 0;
      while (at < 4 && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), kNames[at]))
        ++at;
      TAUT_CHECK(at < 4, TypeError, "linear: unexpected keyword argument");
      given[at] = args[n + i];
    }
    for (int i = 0; i < 4; ++i) {
      const bool fits = given[i] && (is_tensor(given[i]) || (i >= 2 && given[i] == Py_None));
      TAUT_CHECK(fits, TypeError, "linear: argument '", kNames[i], "' must be Tensor, not ",
                 given[i] ? Py_TYPE(given[i])->tp_name : "missing");
    }
    const auto optional = [&](int i) {
      return given[i] == Py_None ? Tensor() : tensor_of(given[i]);
    };
    return wrap(
        into("linear", optional(3), linear(tensor_of(given[0]), tensor_of(given[1]), optional(2))));
  });
}
PyMethodDef kLinear = {"linear",
                       reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(fast_linear)),
                       METH_FASTCALL | METH_KEYWORDS, kLinearDoc};

}  // namespace

void bind_matmul(py::module_& m) {
  m.add_object("linear", PyCFunction_New(&kLinear, nullptr));
  m.def("_into", [](const std::string& op, const Tensor& result, const std::optional<Tensor>& out) {
    return into(op.c_str(), out.value_or(Tensor()), result);
  });
  m.def("_solve_triangular", &solve_triangular);
  m.def("_linalg_qr", [](const Tensor& a, const std::string& mode) { return qr(a, mode.c_str()); });
  bind_products(m);
  bind_sums_of_products(m);
}

}  // namespace taut
