// Picks, for every topic, the kernel table of the ISA in use.
#include "core/cpu.h"
#include "kernels/attention.h"
#include "kernels/columns.h"
#include "kernels/conv.h"
#include "kernels/gemm/gemm.h"
#include "kernels/loss.h"
#include "kernels/max_pool.h"
#include "kernels/optim.h"
#include "kernels/planes.h"
#include "kernels/pointwise.h"
#include "kernels/random.h"
#include "kernels/recurrent.h"
#include "kernels/reduce.h"
#include "kernels/resample.h"
#include "kernels/rows.h"
#include "kernels/stream.h"

// The accessor that a topic's header declares, over the tables its per-ISA objects define.
#if defined(TAUT_X86_KERNELS)
#define TAUT_SELECT(Table, accessor, table)                                       \
  namespace taut {                                                                \
  namespace baseline {                                                            \
  extern const Table table;                                                       \
  }                                                                               \
  namespace avx2 {                                                                \
  extern const Table table;                                                       \
  }                                                                               \
  namespace avx512 {                                                              \
  extern const Table table;                                                       \
  }                                                                               \
  const Table& accessor() {                                                       \
    static const Table& chosen = selected_isa() == Isa::Avx512 ? avx512::table    \
                                 : selected_isa() == Isa::Avx2 ? avx2::table      \
                                                               : baseline::table; \
    return chosen;                                                                \
  }                                                                               \
  }
#else
#define TAUT_SELECT(Table, accessor, table)           \
  namespace taut {                                    \
  namespace baseline {                                \
  extern const Table table;                           \
  }                                                   \
  const Table& accessor() { return baseline::table; } \
  }
#endif

TAUT_SELECT(AttentionKernels, attention_kernels, attention_table)
TAUT_SELECT(ColumnKernels, column_kernels, column_table)
TAUT_SELECT(ConvKernels, conv_kernels, conv_table)
TAUT_SELECT(GemmKernels, gemm_kernels, gemm_table)
TAUT_SELECT(LossKernels, loss_kernels, loss_table)
TAUT_SELECT(MaxPoolKernels, max_pool_kernels, max_pool_table)
TAUT_SELECT(OptimKernels, optim_kernels, optim_table)
TAUT_SELECT(RandomKernels, random_kernels, random_table)
TAUT_SELECT(UnaryKernels, unary_kernels, unary_table)
TAUT_SELECT(UnaryBackwardKernels, unary_backward_kernels, unary_backward_table)
TAUT_SELECT(BinaryKernels, binary_kernels, binary_table)
TAUT_SELECT(CompareKernels, compare_kernels, compare_table)
TAUT_SELECT(TernaryKernels, ternary_kernels, ternary_table)
TAUT_SELECT(PlaneKernels, plane_kernels, plane_table)
TAUT_SELECT(RecurrentKernels, recurrent_kernels, recurrent_table)
TAUT_SELECT(ReduceKernels, reduce_kernels, reduce_table)
TAUT_SELECT(ResampleKernels, resample_kernels, resample_table)
TAUT_SELECT(RowKernels, row_kernels, row_table)
TAUT_SELECT(StreamKernels, stream_kernels, stream_table)
