#include "ops/views.h"

#include "bindings/convert.h"
#include "bindings/topics.h"
#include "ops/creation.h"
#include "ops/reduce.h"

namespace taut {

void bind_views(py::module_& m) {
  def_method("view", [](const Tensor& t, const py::args& sizes) {
    return view(t, dims_from_args(sizes, "view"));
  });
  def_method("expand", [](const Tensor& t, const py::args& sizes) {
    return expand(t, dims_from_args(sizes, "expand"));
  });
  def_method("reshape", [](const Tensor& t, const py::args& sizes) {
    return reshape(t, dims_from_args(sizes, "reshape"));
  });
  def_op(m, "transpose", &transpose, py::arg("dim0"), py::arg("dim1"));
  def_op(m, "select", &select, py::arg("dim"), py::arg("index"));
  m.def("_full", [](Dims s, Scalar v, DType t) { return full(s, v, t); });
  def_op(m, "sum", [](const Tensor& t) { return sum(t, {}, false, {}); });
}

}  // namespace taut
