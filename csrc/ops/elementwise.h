// What the elementwise operations share: operands, result types, and the walk over memory.
#pragma once

#include <array>
#include <initializer_list>
#include <span>

#include "core/error.h"
#include "kernels/pointwise.h"
#include "tensor/plan.h"
#include "tensor/tensor.h"

namespace taut {

// An operand: a tensor or a number. Refers to the tensor, so it lives no longer than a call.
class Arg {
 public:
  Arg(const Tensor& t) : tensor_(&t) {}  // NOLINT: implicit on purpose
  Arg(Scalar s) : number_(s) {}          // NOLINT
  Arg(double v) : number_(v) {}          // NOLINT
  Arg(int v) : number_(v) {}             // NOLINT

  bool is_tensor() const { return tensor_ != nullptr; }
  const Tensor& tensor() const { return *tensor_; }
  Scalar number() const { return number_; }

 private:
  const Tensor* tensor_ = nullptr;
  Scalar number_;
};

// PyTorch's promotion: tensors with dimensions decide; 0-d tensors, then numbers, only when
// their category (bool, integer, floating) is higher.
DType result_type(std::span<const Arg> args);
inline DType result_type(const Arg& a, const Arg& b) { return result_type(std::array{a, b}); }
// Integers and bool become the default floating type.
inline DType float_type(DType t) { return is_floating(t) ? t : default_dtype(); }

bool needs_grad(std::span<const Arg> args);

// One elementwise call.
struct Elementwise {
  const char* name;
  PointwiseLoop loop;  // null: the operation does not take `compute`
  DType compute;       // inputs are converted to it
  DType result;        // what the loop writes
  std::array<double, 3> params = {};
  int cost = 1;            // rough cycles per element
  bool condition = false;  // the first input stays bool
};

// Runs the loop and returns the result: a new tensor, or `out` when it is defined, which may be
// one of the inputs (then its shape must be that of the result). Not recorded.
Tensor run(const Elementwise& call, std::span<const Arg> args, const Tensor& out = {});

// Runs a loop over tensors as they are: same shape after broadcasting, types as the loop wants.
void run_loop(PointwiseLoop loop, std::span<const Tensor> operands, const double* params,
              int cost = 1, Effect effect = Effect::Write);

// RuntimeError unless `from` may be written into a tensor of type `to`.
void check_castable(const char* name, DType from, DType to);
// Before out= is written: nothing may be recorded.
void check_out(const char* name, std::span<const Arg> args, const Tensor& out);
// Gives out the shape, with fresh memory unless it has it already.
void resize_out(const Tensor& out, DimSpan sizes);

// How the gradient of a broadcast, converted operand comes back from that of the result.
struct Reduction {
  Dims sizes;  // empty unless `sums`
  DType dtype = DType::Float32;
  bool sums = false;

  Reduction() = default;
  Reduction(const Arg& operand, const Tensor& result);
  bool trivial(DType grad) const { return !sums && dtype == grad; }
  Tensor operator()(const Tensor& grad) const;
};

}  // namespace taut
