// Arguments of fast calls beyond tensors and numbers: ints, sizes, flags, lists of tensors.
#pragma once

#include <vector>

#include "bindings/fastcall.h"

namespace taut {

// All raise TypeError naming the parameter when the argument is of another kind.
int64_t int_at(const Values& v, int i);
inline int64_t int_at(const Values& v, int i, int64_t otherwise) {
  return v.given(i) ? int_at(v, i) : otherwise;
}
std::optional<int64_t> optional_int_at(const Values& v, int i);
bool flag_at(const Values& v, int i, bool otherwise);
// An int or a sequence of ints.
Dims dims_at(const Values& v, int i);
std::vector<Tensor> tensors_at(const Values& v, int i);

// What a call with out= gives: the result, or out with the result in it. i is the parameter.
enum class OutType { Exact, Castable };  // what out may be: the result's type, or a wider one
Tensor into(const char* op, const Tensor& out, Tensor result, OutType type = OutType::Exact);
PyObject* into(const Values& v, int i, Tensor result, OutType type = OutType::Exact);
// RuntimeError unless out, where given, has this type.
void check_out_type(const Values& v, int i, DType type);
// The same for two results and a pair of outs.
PyObject* pair_into(const Values& v, int i, PyTypeObject* type, const Tensor& a, const Tensor& b);

// New references.
PyObject* tuple_of(std::span<const Tensor> tensors);

// f(t, sizes) as a method that takes f(2, 3), f((2, 3)) or one keyword.
using DimsFunction = Tensor (*)(const Tensor& t, DimSpan dims);
Dims dims_of_call(const char* name, PyObject* const* args, Py_ssize_t n, PyObject* keywords);
template <const Signature& S, DimsFunction F>
PyObject* dims_method(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* keywords) {
  return guarded([&] { return wrap(F(tensor_of(self), dims_of_call(S.name, args, n, keywords))); });
}
template <const Signature& S, DimsFunction F>
void def_dims_method() {
  add_fast_method(S, dims_method<S, F>);
}

}  // namespace taut
