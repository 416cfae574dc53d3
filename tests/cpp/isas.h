// The kernel tables of every instruction set that this machine runs, beside the one in use.
#pragma once

#include "core/cpu.h"

// DECLARE(isa) opens namespace isa, declares its tables there and defines `Tables tables()`.
// Defines on_every_isa(f), which calls f(tables) for each set.
#if defined(__x86_64__)
#define TAUT_ON_EVERY_ISA(DECLARE)                     \
  DECLARE(baseline)                                    \
  DECLARE(avx2)                                        \
  DECLARE(avx512)                                      \
  template <class F>                                   \
  void on_every_isa(F f) {                             \
    for (Isa isa : available_isas()) {                 \
      if (isa == Isa::Baseline) f(baseline::tables()); \
      if (isa == Isa::Avx2) f(avx2::tables());         \
      if (isa == Isa::Avx512) f(avx512::tables());     \
    }                                                  \
  }
#else
#define TAUT_ON_EVERY_ISA(DECLARE) \
  DECLARE(baseline)                \
  template <class F>               \
  void on_every_isa(F f) {         \
    f(baseline::tables());         \
  }
#endif
