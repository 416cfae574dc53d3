// Mixed precision: the state of the thread.
#include "ops/autocast.h"

#include "bindings/convert.h"
#include "bindings/topics.h"

namespace taut {

void bind_autocast(py::module_& m) {
  using autocast::state;
  m.def("_autocast_enabled", [] { return state().enabled; });
  m.def("_autocast_dtype", [] { return state().dtype; });
  m.def("_autocast_cache_enabled", [] { return state().cache; });
  m.def("_set_autocast_enabled", [](bool on) { state().enabled = on; });
  m.def("_set_autocast_dtype", [](DType type) { state().dtype = type; });
  m.def("_set_autocast_cache_enabled", [](bool on) { state().cache = on; });
  // The depth of autocasts after one more, or one less.
  m.def("_autocast_nesting", [](int change) { return state().nesting += change; });
  m.def("_clear_autocast_cache", &autocast::clear_cache);
  m.def("_autocast_lower", &autocast::lower);
  m.def("_autocast_widen", &autocast::widen);
}

}  // namespace taut
