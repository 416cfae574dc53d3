#include "bindings/return_types.h"

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "bindings/tensor_type.h"

namespace py = pybind11;

namespace taut {
namespace {

// As PyTorch prints them: one field a line.
PyObject* result_repr(PyObject* o) {
  return guarded([&]() -> PyObject* {
    const auto fields = py::type::handle_of(o).attr("__match_args__").cast<py::tuple>();
    std::string text = std::string(Py_TYPE(o)->tp_name) + "(";
    for (std::size_t i = 0; i < fields.size(); ++i) {
      text += (i ? ",\n" : "\n") + fields[i].cast<std::string>() + "=";
      text += py::repr(PyStructSequence_GetItem(o, static_cast<Py_ssize_t>(i))).cast<std::string>();
    }
    return py::str(text + ")").release().ptr();
  });
}

}  // namespace

PyTypeObject* make_return_type(const char* op, std::initializer_list<const char*> fields) {
  // The type keeps pointers to these, and lives as long as the process.
  auto* name = new std::string(std::string("torch.return_types.") + op);
  auto* members = new std::vector<PyStructSequence_Field>;
  for (const char* f : fields) members->push_back({f, nullptr});
  members->push_back({nullptr, nullptr});
  PyStructSequence_Desc desc = {name->c_str(), "Tensors by name.", members->data(),
                                static_cast<int>(fields.size())};
  PyTypeObject* type = PyStructSequence_NewType(&desc);
  if (type == nullptr) throw py::error_already_set();
  type->tp_repr = result_repr;
  return type;
}

PyObject* named_tuple(PyTypeObject* type, std::initializer_list<Tensor> tensors) {
  PyObject* out = PyStructSequence_New(type);
  if (out == nullptr) throw py::error_already_set();
  Py_ssize_t i = 0;
  for (const auto& t : tensors) PyStructSequence_SetItem(out, i++, wrap(t));
  return out;
}

}  // namespace taut
