// Puts the examples into the docstrings of what is bound already, functions and methods.
#include "bindings/examples.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "bindings/tensor_type.h"
#include "bindings/topics.h"

namespace py = pybind11;

namespace taut {
namespace {

// What Python calls; null for anything but a function of C.
PyMethodDef* definition_of(PyObject* callable) {
  if (PyInstanceMethod_Check(callable)) callable = PyInstanceMethod_GET_FUNCTION(callable);
  if (PyCFunction_Check(callable)) return reinterpret_cast<PyCFunctionObject*>(callable)->m_ml;
  if (Py_IS_TYPE(callable, &PyMethodDescr_Type)) {
    return reinterpret_cast<PyMethodDescrObject*>(callable)->d_method;
  }
  return nullptr;
}

std::string without_newlines_at_end(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

std::string indented(std::string_view code) {
  std::string lines = "    ";
  for (const char c : code) lines += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return lines;
}

// Other names of a function share its definition, which is described once. Docstrings live as long
// as the process.
void describe(const py::handle& owner, const Example& example) {
  const py::object found = py::getattr(owner, std::string(example.name).c_str(), py::none());
  PyMethodDef* definition = definition_of(found.ptr());
  if (definition == nullptr) return;
  std::string doc =
      without_newlines_at_end(definition->ml_doc != nullptr ? definition->ml_doc : "");
  if (doc.find(">>>") != std::string::npos) return;
  if (example.text != nullptr) doc += "\n\n" + std::string(example.text);
  doc += "\n\nExample:\n    >>> import taut\n" + indented(example.code) + "\n";
  auto* kept = static_cast<char*>(std::malloc(doc.size() + 1));  // pybind11 frees it
  std::memcpy(kept, doc.c_str(), doc.size() + 1);
  definition->ml_doc = kept;
}

}  // namespace

void bind_examples(py::module_& m) {
  const py::handle tensor(reinterpret_cast<PyObject*>(&TensorBaseType));
  for (const auto examples :
       {pointwise_examples(), tensor_examples(), layer_examples(), method_examples()}) {
    for (const Example& example : examples) {
      describe(m, example);
      const py::object methods = tensor.attr("__dict__");
      if (methods.contains(std::string(example.name))) describe(tensor, example);
    }
  }
}

}  // namespace taut
