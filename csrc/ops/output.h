// out=: the tensor that a caller gives for the result.
#pragma once

#include <span>

#include "tensor/tensor.h"

namespace taut {

// Both are the same elements in the same order.
bool same_view(const Tensor& a, const Tensor& b);

// Where an operation writes its result: a new tensor, or the given out, which gets the shape, or a
// tensor aside while out shares memory with an input.
class Output {
 public:
  Output(const char* op, const Tensor& out, DimSpan sizes, DType dtype,
         std::span<const Tensor* const> inputs);
  // An operand of an operation in place, which reads the other inputs.
  Output(const Tensor& self, std::span<const Tensor* const> inputs);

  const Tensor& target() const { return target_; }
  // The result, after it was written to target().
  Tensor finish() const;

 private:
  void choose_target(std::span<const Tensor* const> inputs);
  Tensor out_, target_;
};

// RuntimeError where out, once resized for so many elements, shares some with an input of an
// operation that does not read and write the same memory. It is known of contiguous tensors only.
void check_no_overlap(const char* op, const Tensor& out, int64_t elements, const Tensor& input);

// RuntimeError unless a result of this type is of the type of out.
void check_same_dtype(const char* op, DType result, const Tensor& out);

}  // namespace taut
