// What the processor offers: instruction sets, one of which the kernels use, chosen once when the
// library is loaded, and caches.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace taut {

enum class Isa { Baseline, Avx2, Avx512 };

// The best set this CPU has, or the one that TAUT_ISA in the environment names (baseline, avx2,
// avx512). Throws RuntimeError when the CPU or this build lacks the named one.
Isa selected_isa();
const char* name(Isa isa);
// Every set that this build carries and this CPU can run, slowest first.
std::vector<Isa> available_isas();

// Bytes of the largest cache that a core reaches; 32 MiB where the system does not say.
std::int64_t last_level_cache();

}  // namespace taut
