#include "formulas/activation.h"
#include "formulas/binary.h"
#include "formulas/special.h"
#include "formulas/trigonometry.h"
#include "formulas/unary.h"
#include "kernels/pointwise_loops.h"

namespace taut::TAUT_ISA {
namespace {

constexpr UnaryKernels make_table() {
  UnaryKernels table{};
#define TAUT_ROW(name, types) \
  fill_row<Unary, formulas::name, Types::types>(table.forward.loops[(int)UnaryOp::name]);
  TAUT_UNARY_ROWS(TAUT_ROW)
#undef TAUT_ROW
#define TAUT_ROW(name, types) \
  fill_row<Unary, formulas::name, Types::types>(table.test.loops[(int)TestOp::name]);
  TAUT_TEST_ROWS(TAUT_ROW)
#undef TAUT_ROW
  return table;
}

}  // namespace

extern const UnaryKernels unary_table;
constinit const UnaryKernels unary_table = make_table();

}  // namespace taut::TAUT_ISA
