#include "formulas/binary.h"
#include "kernels/pointwise_loops.h"

namespace taut::TAUT_ISA {
namespace {

constexpr BinaryKernels make_table() {
  BinaryKernels table{};
#define TAUT_ROW(name, types) \
  fill_row<Binary, formulas::name, Types::types>(table.forward.loops[(int)BinaryOp::name]);
  TAUT_BINARY_ROWS(TAUT_ROW)
#undef TAUT_ROW
  const auto as_bits = [&](BinaryOp op, BinaryOp bits) {
    table.forward.loops[(int)op][(int)DType::Bool] = table.forward(bits, DType::Bool);
  };
  as_bits(BinaryOp::Add, BinaryOp::BitOr);
  as_bits(BinaryOp::Mul, BinaryOp::BitAnd);
  as_bits(BinaryOp::Maximum, BinaryOp::BitOr);
  as_bits(BinaryOp::Minimum, BinaryOp::BitAnd);
  return table;
}

}  // namespace

extern const BinaryKernels binary_table;
constinit const BinaryKernels binary_table = make_table();

}  // namespace taut::TAUT_ISA
