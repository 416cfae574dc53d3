// Applying a unary formula: for operations that choose one by their arguments.
#pragma once

#include "ops/elementwise.h"

namespace taut {

using UnaryParams = std::array<double, 3>;

// The formula on t converted to `type`; recorded unless out is defined.
Tensor apply(UnaryOp op, const char* name, const Tensor& t, DType type,
             const UnaryParams& params = {}, const Tensor& out = {});
Tensor apply_(UnaryOp op, const char* name, const Tensor& t, DType type,
              const UnaryParams& params = {});

}  // namespace taut
