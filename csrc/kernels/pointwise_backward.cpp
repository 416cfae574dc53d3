#include "formulas/activation.h"
#include "formulas/special.h"
#include "formulas/trigonometry.h"
#include "formulas/unary.h"
#include "kernels/pointwise_loops.h"

namespace taut::TAUT_ISA {
namespace {

constexpr UnaryBackwardKernels make_table() {
  UnaryBackwardKernels table{};
#define TAUT_ROW(name, types)                                                                   \
  fill_row<BackwardWrite, formulas::name, Types::Float>(table.write.loops[(int)UnaryOp::name]); \
  fill_row<BackwardAdd, formulas::name, Types::Float>(table.add.loops[(int)UnaryOp::name]);
  TAUT_UNARY_ROWS(TAUT_ROW)
#undef TAUT_ROW
  return table;
}

}  // namespace

extern const UnaryBackwardKernels unary_backward_table;
constinit const UnaryBackwardKernels unary_backward_table = make_table();

}  // namespace taut::TAUT_ISA
