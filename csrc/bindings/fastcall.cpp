#include "bindings/fastcall.h"

namespace taut {
namespace {

// numpy's names for parameters, which PyTorch takes everywhere.
bool is_alias(PyObject* keyword, const char* parameter) {
  constexpr const char* kAliases[][2] = {{"axis", "dim"}, {"keepdims", "keepdim"}, {"x", "input"},
                                         {"a", "input"},  {"x1", "input"},         {"x2", "other"}};
  for (const auto& [alias, name] : kAliases) {
    if (PyUnicode_CompareWithASCIIString(keyword, alias) == 0 &&
        std::string_view(parameter) == name) {
      return true;
    }
  }
  return false;
}

int index_of(const Signature& s, PyObject* keyword) {
  for (int i = 0; i < s.count(); ++i) {
    if (PyUnicode_CompareWithASCIIString(keyword, s.params[i]) == 0) return i;
  }
  for (int i = 0; i < s.count(); ++i) {
    if (is_alias(keyword, s.params[i])) return i;
  }
  return -1;
}

// Lives as long as the module does.
PyMethodDef* definition(const Signature& s, FastCall f, bool method) {
  const auto* doc = new std::string(doc_of(s, method));
  return new PyMethodDef{s.name, reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(f)),
                         METH_FASTCALL | METH_KEYWORDS, doc->c_str()};
}

}  // namespace

Values::Values(const Signature& s, PyObject* first, PyObject* const* args, Py_ssize_t n,
               PyObject* keywords)
    : signature_(s) {
  int at = 0;
  if (first != nullptr) values_[at++] = first;
  const int most = std::min(s.positional, s.count());
  TAUT_CHECK(n + at <= most, TypeError, s.name, "() takes ", most - at,
             " positional arguments but ", n, " were given");
  for (Py_ssize_t i = 0; i < n; ++i) values_[at++] = args[i];
  const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  for (Py_ssize_t i = 0; i < named; ++i) {
    PyObject* keyword = PyTuple_GET_ITEM(keywords, i);
    const int k = index_of(s, keyword);
    TAUT_CHECK(k >= 0, TypeError, s.name, "() got an unexpected keyword argument '",
               PyUnicode_AsUTF8(keyword), "'");
    TAUT_CHECK(values_[k] == nullptr, TypeError, s.name, "() got multiple values for argument '",
               s.params[k], "'");
    values_[k] = args[n + i];
  }
  for (int i = 0; i < s.required; ++i) {
    TAUT_CHECK(values_[i] != nullptr, TypeError, s.name, "() missing required argument '",
               s.params[i], "' (position ", i + 1, ")");
  }
}

void Values::refuse(int i, const char* expected) const {
  raise<TypeError>(signature_.name, "(): argument '", signature_.params[i], "' (position ", i + 1,
                   ") must be ", expected, ", not ",
                   values_[i] ? Py_TYPE(values_[i])->tp_name : "nothing");
}

const Tensor& Values::tensor(int i) const {
  if (values_[i] == nullptr || !is_tensor(values_[i])) refuse(i, "Tensor");
  return tensor_of(values_[i]);
}

Tensor Values::tensor_or_undefined(int i) const { return given(i) ? tensor(i) : Tensor(); }

Arg Values::arg(int i) const {
  if (values_[i] != nullptr) {
    if (is_tensor(values_[i])) return tensor_of(values_[i]);
    if (const auto s = scalar_of(values_[i])) return *s;
  }
  refuse(i, "Tensor or Number");
}

std::optional<Arg> Values::optional_arg(int i) const {
  if (!given(i)) return std::nullopt;
  return arg(i);
}

Scalar Values::scalar(int i) const {
  const auto s = values_[i] == nullptr ? std::nullopt : scalar_of(values_[i]);
  if (!s) refuse(i, "Number");
  return *s;
}

std::optional<double> Values::optional_real(int i) const {
  if (!given(i)) return std::nullopt;
  return scalar(i).to_double();
}

std::string_view Values::text(int i, std::string_view otherwise) const {
  if (!given(i)) return otherwise;
  if (!PyUnicode_Check(values_[i])) refuse(i, "str");
  Py_ssize_t size = 0;
  const char* s = PyUnicode_AsUTF8AndSize(values_[i], &size);
  return {s, static_cast<std::size_t>(size)};
}

void add_fast_function(py::module_& m, const Signature& s, FastCall f) {
  PyObject* function =
      PyCFunction_NewEx(definition(s, f, false), nullptr, py::str("taut").release().ptr());
  if (function == nullptr) throw py::error_already_set();
  m.add_object(s.name, py::reinterpret_steal<py::object>(function), true);
}

void add_fast_function(py::module_& m, const char* name, FastCall f) {
  add_fast_function(m, *new Signature{name, {"*args"}}, f);
}
void add_fast_method(const char* name, FastCall f) {
  add_fast_method(*new Signature{name, {"input", "*args"}}, f);
}

void add_fast_method(const Signature& s, FastCall f) {
  PyObject* method = PyDescr_NewMethod(&TensorBaseType, definition(s, f, true));
  if (method == nullptr) throw py::error_already_set();
  add_method(s.name, method);
  Py_DECREF(method);
}

}  // namespace taut
