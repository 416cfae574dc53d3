#include "core/cpu.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "core/error.h"

namespace taut {
namespace {

bool cpu_has(Isa isa) {
  if (isa == Isa::Baseline) return true;
#if defined(TAUT_X86_KERNELS)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi2");
  if (isa == Isa::Avx2) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

std::string joined(const std::vector<Isa>& isas) {
  std::string out;
  for (auto isa : isas) out += (out.empty() ? "" : ", ") + std::string(name(isa));
  return out;
}

Isa choose() {
  const auto usable = available_isas();
  const char* wanted = std::getenv("TAUT_ISA");
  if (wanted == nullptr || *wanted == '\0') return usable.back();
  for (auto isa : usable) {
    if (std::string_view(wanted) == name(isa)) return isa;
  }
  raise<RuntimeError>("TAUT_ISA: must name kernels that this build and this CPU have (",
                      joined(usable), "), got '", wanted, "'");
}

// Linux describes each cache in a folder; "32768K" is a size. The C library's sysconf counts the
// caches of every core of the machine, also those that a virtual machine has no part in.
std::int64_t largest_described_cache() {
  std::int64_t largest = 0;
  for (int i = 0;; ++i) {
    std::ifstream size("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/size");
    std::int64_t kibibytes = 0;
    char unit = 0;
    if (!(size >> kibibytes >> unit)) return largest;
    if (unit == 'K' && kibibytes < (std::int64_t{1} << 32))
      largest = std::max(largest, kibibytes << 10);
  }
}

}  // namespace

Isa selected_isa() {
  static const Isa isa = choose();
  return isa;
}

const char* name(Isa isa) {
  return isa == Isa::Avx512 ? "avx512" : isa == Isa::Avx2 ? "avx2" : "baseline";
}

std::vector<Isa> available_isas() {
  std::vector<Isa> out;
  for (auto isa : {Isa::Baseline, Isa::Avx2, Isa::Avx512}) {
    if (cpu_has(isa)) out.push_back(isa);
  }
  return out;
}

std::int64_t last_level_cache() {
  static const std::int64_t bytes = [] {
    const std::int64_t described = largest_described_cache();
    return described > 0 ? described : std::int64_t{32} << 20;
  }();
  return bytes;
}

}  // namespace taut
