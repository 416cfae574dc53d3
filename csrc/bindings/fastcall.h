// Binding by hand: functions and methods whose arguments are parsed without pybind11's overload
// resolution, which costs more than a small operation.
//
//     constexpr Signature kGelu{"gelu", {"input", "approximate"}, 1};
//     PyObject* gelu(const Values& v) { return wrap(gelu(v.tensor(0), ...)); }
//     def_fast<kGelu, gelu>(m);            // taut._C.gelu
//     def_fast_method<kGelu, gelu>();      // Tensor.gelu, without its first parameter
#pragma once

#include <string>
#include <string_view>

#include "bindings/convert.h"
#include "ops/elementwise.h"

namespace taut {

struct Signature {
  static constexpr int kMax = 8;
  const char* name;
  const char* params[kMax];
  int required = 1;           // leading parameters without a default
  int positional = kMax;      // leading parameters that may be given by position
  const char* doc = nullptr;  // one sentence; pointwise_docs.cpp has those of that topic
  constexpr int count() const {
    int n = 0;
    while (n < kMax && params[n] != nullptr) ++n;
    return n;
  }
};

// The arguments of one call, by parameter; null where not given.
class Values {
 public:
  // first: the tensor that a method is called on, or null. Raises TypeError.
  Values(const Signature& s, PyObject* first, PyObject* const* args, Py_ssize_t n,
         PyObject* keywords);

  const char* name() const { return signature_.name; }
  const char* parameter(int i) const { return signature_.params[i]; }
  PyObject* object(int i) const { return values_[i]; }
  bool given(int i) const { return values_[i] != nullptr && values_[i] != Py_None; }

  const Tensor& tensor(int i) const;
  Tensor tensor_or_undefined(int i) const;  // None or not given: undefined
  Arg arg(int i) const;                     // a tensor or a number
  std::optional<Arg> optional_arg(int i) const;
  Scalar scalar(int i) const;
  Scalar scalar(int i, Scalar otherwise) const { return given(i) ? scalar(i) : otherwise; }
  double real(int i, double otherwise) const { return scalar(i, otherwise).to_double(); }
  std::optional<double> optional_real(int i) const;
  std::string_view text(int i, std::string_view otherwise) const;

 private:
  [[noreturn]] void refuse(int i, const char* expected) const;
  const Signature& signature_;
  PyObject* values_[Signature::kMax] = {};
};

using FastFunction = PyObject* (*)(const Values& v);

template <const Signature& S, FastFunction F>
PyObject* fast_function(PyObject*, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  return guarded([&] { return F(Values(S, nullptr, args, n, keywords)); });
}
template <const Signature& S, FastFunction F>
PyObject* fast_method(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  return guarded([&] { return F(Values(S, self, args, n, keywords)); });
}

using FastCall = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);
void add_fast_function(py::module_& m, const Signature& s, FastCall f);
void add_fast_method(const Signature& s, FastCall f);
// Of functions that parse their arguments themselves.
void add_fast_function(py::module_& m, const char* name, FastCall f);
void add_fast_method(const char* name, FastCall f);
// The docstring: the usage, and the sentence that pointwise_docs.cpp has for the name.
std::string doc_of(const Signature& s, bool method);

template <const Signature& S, FastFunction F>
void def_fast(py::module_& m) {
  add_fast_function(m, S, fast_function<S, F>);
}
template <const Signature& S, FastFunction F>
void def_fast_method() {
  add_fast_method(S, fast_method<S, F>);
}
// Both.
template <const Signature& S, FastFunction F>
void def_fast_op(py::module_& m) {
  def_fast<S, F>(m);
  def_fast_method<S, F>();
}

}  // namespace taut
