// The derivatives of the functions of two numbers, one row each.
#pragma once

#include "ops/elementwise.h"

namespace taut {

// What a derivative reads of the operation.
enum Uses : uint8_t { kNothing = 0, kA = 1, kB = 2, kOut = 4 };
// Gradient of one operand, before broadcasting and conversion are undone.
using Derivative = Tensor (*)(const Tensor& g, const Tensor& a, const Tensor& b, const Tensor& out);
struct Derivatives {
  const char* node;
  Derivative da, db;  // null: zero
  uint8_t da_uses, db_uses;
};

// Null for an operation without derivatives.
const Derivatives* derivatives(BinaryOp op);

}  // namespace taut
