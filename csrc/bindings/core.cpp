// Threads, memory, instruction sets.
#include "bindings/convert.h"
#include "bindings/topics.h"
#include "core/cpu.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/work.h"

namespace taut {
namespace {

void* release_gil() { return PyGILState_Check() ? PyEval_SaveThread() : nullptr; }
void take_gil(void* state) { PyEval_RestoreThread(static_cast<PyThreadState*>(state)); }

py::dict stats_dict() {
  const auto s = memory_stats();
  py::dict d;
  d["allocated"] = s.allocated;
  d["peak_allocated"] = s.peak_allocated;
  d["reserved"] = s.reserved;
  d["allocations"] = s.allocations;
  d["largest"] = s.largest;
  return d;
}

}  // namespace

void bind_core(py::module_& m) {
  set_long_work_hooks({release_gil, take_gil});
  selected_isa();  // a wrong TAUT_ISA is an error at import
  m.def("get_num_threads", &num_threads, "Threads that an operation may use.");
  m.def("set_num_threads", &set_num_threads, py::arg("n"),
        "Sets the number of threads that an operation may use.");
  m.def("_multiply_adds", &multiply_adds);
  m.def("_element_operations", &element_operations);
  m.def("_watch_element_operations", &watch_element_operations);
  m.def("memory_stats", &stats_dict,
        "Bytes of tensor data alive (allocated), their peak and the largest block since the last "
        "reset_peak_memory_stats(), bytes held from the system (reserved), and the number of "
        "blocks handed out so far (allocations).");
  m.def("reset_peak_memory_stats", &reset_peak_memory_stats,
        "Starts peak_allocated and largest of memory_stats() anew.");
  m.def("empty_cache", &empty_cache, "Gives unused blocks back to the system.");
  m.def("_isa", [] { return name(selected_isa()); });
  m.def("_available_isas", [] {
    std::vector<std::string> names;
    for (auto isa : available_isas()) names.emplace_back(name(isa));
    return names;
  });
}

}  // namespace taut
