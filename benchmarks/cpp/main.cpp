// One thread: the limits that rows are compared with are those of one.
#include <vector>

#include "measure.h"

namespace {

// Prints of_peak as the plain number that it is; to the library it is a rate, 1/s.
class Rows : public benchmark::ConsoleReporter {
 public:
  Rows() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> plain = runs;
    for (Run& run : plain) {
      const auto found = run.counters.find("of_peak");
      if (found != run.counters.end()) found->second.flags = benchmark::Counter::kDefaults;
    }
    ConsoleReporter::ReportRuns(plain);
  }
};

}  // namespace

int main(int argc, char** argv) {
  // First calls fault their memory in; options that are given come later and win.
  char warmup[] = "--benchmark_min_warmup_time=0.02";
  std::vector<char*> arguments(argv, argv + argc);
  arguments.insert(arguments.begin() + 1, warmup);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  taut::set_num_threads(1);
  benchmark::AddCustomContext("kernels", taut::name(taut::selected_isa()));
  Rows rows;
  benchmark::RunSpecifiedBenchmarks(&rows);
  benchmark::Shutdown();
}
