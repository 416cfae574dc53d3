#include "formulas/binary.h"
#include "kernels/pointwise_loops.h"

namespace taut::TAUT_ISA {
namespace {

constexpr CompareKernels make_table() {
  CompareKernels table{};
#define TAUT_ROW(name, types) \
  fill_row<Binary, formulas::name, Types::types>(table.compare.loops[(int)CompareOp::name]);
  TAUT_COMPARE_ROWS(TAUT_ROW)
#undef TAUT_ROW
  return table;
}

}  // namespace

extern const CompareKernels compare_table;
constinit const CompareKernels compare_table = make_table();

}  // namespace taut::TAUT_ISA
