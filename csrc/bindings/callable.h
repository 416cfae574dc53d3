// Python objects held by the core.
#pragma once

#include <pybind11/pybind11.h>

#include <utility>

namespace taut {

namespace py = pybind11;

// A Python object, usually a callable, dropped under the interpreter lock wherever its last owner
// lets go.
class Callable {
 public:
  explicit Callable(py::object f) : f_(std::move(f)) {}
  ~Callable() {
    if (!Py_IsInitialized()) {
      f_.release();
      return;
    }
    py::gil_scoped_acquire gil;
    f_ = py::object();
  }
  Callable(const Callable&) = delete;
  const py::object& get() const { return f_; }

 private:
  py::object f_;
};

}  // namespace taut
