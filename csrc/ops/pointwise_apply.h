// Applying a formula by its number: converts, broadcasts, runs, records. For operations that choose
// a formula by their arguments.
#pragma once

#include "graph/node.h"
#include "ops/elementwise.h"

namespace taut {

using UnaryParams = std::array<double, 3>;

// The formula on t converted to `type`; recorded unless out is defined.
Tensor apply(UnaryOp op, const char* name, const Tensor& t, DType type,
             const UnaryParams& params = {}, const Tensor& out = {});
Tensor apply_(UnaryOp op, const char* name, const Tensor& t, DType type,
              const UnaryParams& params = {});

struct BinaryCall {
  const char* name;
  BinaryOp op;
  DType type;
  std::array<double, 3> params = {};
};
Elementwise elementwise(const BinaryCall& c);
// Not recorded; into out where it is defined.
Tensor run(const BinaryCall& c, const std::array<Arg, 2>& args, const Tensor& out = {});

// Recorded where the formula has derivatives (pointwise_rules.h).
Tensor apply(const BinaryCall& c, const Arg& a, const Arg& b, const Tensor& out = {});
Tensor apply_(const BinaryCall& c, const Tensor& a, const Arg& b);

// RuntimeError unless an operation of a and b may be written into a.
void check_inplace_shape(const Tensor& a, const Arg& b);

// The edge of an operand: none for a number.
void add_edge(Node& node, const Arg& a);

}  // namespace taut
