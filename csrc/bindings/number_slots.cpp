// Operators of Python: + - * / // % ** & | ^ << >> ~, comparisons, bool(), int(), float().
#include "bindings/convert.h"
#include "bindings/tensor_slots.h"
#include "ops/copy.h"
#include "ops/matmul.h"
#include "ops/pointwise.h"

namespace taut {
namespace {

// A tensor or number as an operand. False for anything else, which is left to its own type.
struct Operand {
  Arg arg = 0;
  explicit Operand(PyObject* o) {
    if (is_tensor(o)) {
      arg = tensor_of(o);
    } else if (const auto s = scalar_of(o)) {
      arg = *s;
    } else {
      valid = false;
    }
  }
  bool valid = true;
};

template <auto F>
PyObject* binary(PyObject* a, PyObject* b) {
  return guarded([&]() -> PyObject* {
    const Operand x(a), y(b);
    if (!x.valid || !y.valid) Py_RETURN_NOTIMPLEMENTED;
    return wrap(F(x.arg, y.arg));
  });
}

template <auto F>
PyObject* in_place(PyObject* a, PyObject* b) {
  return guarded([&]() -> PyObject* {
    const Operand y(b);
    if (!y.valid) Py_RETURN_NOTIMPLEMENTED;
    F(tensor_of(a), y.arg);
    return Py_NewRef(a);
  });
}

template <auto F>
PyObject* unary(PyObject* a) {
  return guarded([&] { return wrap(F(tensor_of(a))); });
}

PyObject* power(PyObject* a, PyObject* b, PyObject*) {
  return binary<[](const Arg& x, const Arg& y) { return pow(x, y); }>(a, b);
}
PyObject* in_place_power(PyObject* a, PyObject* b, PyObject*) {
  return in_place<[](const Tensor& x, const Arg& y) { return pow_(x, y); }>(a, b);
}

PyObject* matrix_multiply(PyObject* a, PyObject* b) {
  return guarded([&]() -> PyObject* {
    if (!is_tensor(a) || !is_tensor(b)) Py_RETURN_NOTIMPLEMENTED;
    return wrap(matmul(tensor_of(a), tensor_of(b)));
  });
}

Tensor invert(const Tensor& t) {
  TAUT_CHECK(!is_floating(t.dtype()), TypeError,
             "~ (operator.invert) is only implemented on integer and Boolean-type tensors");
  return bitwise_not(t);
}

Tensor positive(const Tensor& t) {
  TAUT_CHECK(!is_bool(t.dtype()), RuntimeError,
             "positive: The `+` operator, on a bool tensor is not supported.");
  return t;
}

// The single element, with its category.
Scalar single(PyObject* o) {
  const Tensor& t = tensor_of(o);
  TAUT_CHECK(t.numel() == 1, RuntimeError, "a Tensor with ", t.numel(),
             " elements cannot be converted to Scalar");
  return number_of(t);
}

int truth(PyObject* o) {
  int answer = 0;
  const int status = guarded_int([&] {
    const Tensor& t = tensor_of(o);
    TAUT_CHECK(t.numel() == 1, RuntimeError, "Boolean value of Tensor with ",
               t.numel() == 0 ? "no values" : "more than one value", " is ambiguous");
    const Scalar s = single(o);
    answer = s.is_floating() ? s.to_double() != 0.0 : s.to_int() != 0;
  });
  return status < 0 ? -1 : answer;
}

PyObject* to_int(PyObject* o) {
  return guarded([&] {
    const Scalar s = single(o);
    return s.is_floating() ? PyLong_FromDouble(s.to_double()) : PyLong_FromLongLong(s.to_int());
  });
}

PyObject* to_float(PyObject* o) {
  return guarded([&] { return PyFloat_FromDouble(single(o).to_double()); });
}

PyObject* to_index(PyObject* o) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    TAUT_CHECK(t.numel() == 1 && !is_floating(t.dtype()), TypeError,
               "only integer tensors of a single element can be converted to an index");
    return PyLong_FromLongLong(single(o).to_int());
  });
}

// In PyTorch number / tensor is a product with the reciprocal: with 16 bits, one rounding more.
Tensor quotient(const Arg& a, const Arg& b) {
  if (!a.is_tensor() && is_narrow(b.tensor().dtype())) return mul(reciprocal(b.tensor()), a);
  return div(a, b);
}

#define TAUT_BINARY(function) binary<[](const Arg& a, const Arg& b) { return function(a, b); }>
#define TAUT_IN_PLACE(function) \
  in_place<[](const Tensor& a, const Arg& b) { return function(a, b); }>

PyNumberMethods make_number_slots() {
  PyNumberMethods n = {};
  n.nb_add = TAUT_BINARY(add);
  n.nb_subtract = TAUT_BINARY(sub);
  n.nb_multiply = TAUT_BINARY(mul);
  n.nb_true_divide = TAUT_BINARY(quotient);
  n.nb_floor_divide = TAUT_BINARY(floor_divide);
  n.nb_remainder = TAUT_BINARY(remainder);
  n.nb_power = power;
  n.nb_and = TAUT_BINARY(bitwise_and);
  n.nb_or = TAUT_BINARY(bitwise_or);
  n.nb_xor = TAUT_BINARY(bitwise_xor);
  n.nb_lshift = TAUT_BINARY(bitwise_left_shift);
  n.nb_rshift = TAUT_BINARY(bitwise_right_shift);
  n.nb_matrix_multiply = matrix_multiply;
  n.nb_inplace_add = TAUT_IN_PLACE(add_);
  n.nb_inplace_subtract = TAUT_IN_PLACE(sub_);
  n.nb_inplace_multiply = TAUT_IN_PLACE(mul_);
  n.nb_inplace_true_divide = TAUT_IN_PLACE(div_);
  n.nb_inplace_floor_divide = TAUT_IN_PLACE(floor_divide_);
  n.nb_inplace_remainder = TAUT_IN_PLACE(remainder_);
  n.nb_inplace_power = in_place_power;
  n.nb_inplace_and = TAUT_IN_PLACE(bitwise_and_);
  n.nb_inplace_or = TAUT_IN_PLACE(bitwise_or_);
  n.nb_inplace_xor = TAUT_IN_PLACE(bitwise_xor_);
  n.nb_inplace_lshift = TAUT_IN_PLACE(bitwise_left_shift_);
  n.nb_inplace_rshift = TAUT_IN_PLACE(bitwise_right_shift_);
  n.nb_negative = unary<[](const Tensor& t) { return neg(t); }>;
  n.nb_positive = unary<positive>;
  n.nb_absolute = unary<[](const Tensor& t) { return abs(t); }>;
  n.nb_invert = unary<invert>;
  n.nb_bool = truth;
  n.nb_int = to_int;
  n.nb_float = to_float;
  n.nb_index = to_index;
  return n;
}

PyObject* compare(PyObject* a, PyObject* b, int op) {
  switch (op) {
    case Py_LT:
      return TAUT_BINARY(lt)(a, b);
    case Py_LE:
      return TAUT_BINARY(le)(a, b);
    case Py_EQ:
      return TAUT_BINARY(eq)(a, b);
    case Py_NE:
      return TAUT_BINARY(ne)(a, b);
    case Py_GT:
      return TAUT_BINARY(gt)(a, b);
    default:
      return TAUT_BINARY(ge)(a, b);
  }
}

#undef TAUT_BINARY
#undef TAUT_IN_PLACE

PyNumberMethods kNumber = make_number_slots();

}  // namespace

PyNumberMethods* number_slots() { return &kNumber; }
richcmpfunc compare_slot() { return compare; }

}  // namespace taut
