// The iteration plan: how a strided elementwise loop walks its operands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace taut {

inline constexpr int kMaxOperands = 8;

// ptr[i] and stride[i] (bytes) belong to operand i, 0 being the output; n elements.
using Loop = void (*)(char* const* ptr, const std::int64_t* stride, std::int64_t n,
                      const double* params);

// What a loop does with the output: a loop that does not read it lets a result that the caches
// could not hold go past them.
enum class Effect { Write, Update };

// Operands broadcast to one shape, with dimensions reordered so that the output is walked in
// memory order and merged where every operand allows it. What is left is an inner loop over
// `inner` elements, repeated over the outer dimensions.
class Plan {
 public:
  // Operands share `sizes` after broadcasting; any of them may be an output.
  Plan(DimSpan sizes, std::span<const Tensor> operands);

  // Runs the loop over everything, in parallel when the work is worth it. `cost` is the rough
  // number of cycles an element takes. Effect::Write is for loops that write each element of
  // operand 0 where the plan puts it, and read none.
  void run(Loop loop, const double* params, int cost = 1, Effect effect = Effect::Update) const;
  // The same on this thread, for loops whose elements may write to the same place.
  void run_serial(Loop loop, const double* params) const {
    if (numel_ > 0) run_range(loop, params, 0, numel_, false);
  }

  std::int64_t numel() const { return numel_; }
  int dims() const { return static_cast<int>(sizes_.size()); }

 private:
  struct Operand {
    char* data;
    Dims strides;  // bytes, innermost first
  };
  void add_dim(std::int64_t size, std::span<const Dims> strides, std::int64_t d);
  void run_range(Loop loop, const double* params, std::int64_t begin, std::int64_t end,
                 bool past_caches) const;
  // Whether the output is no input, and its elements lie side by side in long runs.
  bool writes_long_runs() const;

  Dims sizes_;  // innermost first
  SmallVec<Operand, 4> operands_;
  std::int64_t numel_ = 0;
  std::int64_t out_bytes_ = 0;  // of one element of the output
};

// The dimensions of `sizes` from innermost to outermost as the operands' strides suggest;
// ties keep the C order. Operands' strides are those after broadcasting.
Dims memory_order(DimSpan sizes, std::span<const Dims> strides);

// Strides of dense memory for `sizes`, its dimensions in the order that `strides` suggest.
Dims strides_in_order(DimSpan sizes, const Dims& strides);

// Strides of t when broadcast to sizes (0 where it repeats).
Dims broadcast_strides(const Tensor& t, DimSpan sizes);

// A new tensor for the result of an elementwise operation on `inputs` (all broadcastable to
// sizes): laid out as the inputs are, so that a transposed input gives a transposed result.
Tensor empty_result(DimSpan sizes, std::span<const Tensor> inputs, DType dtype);

// Runs loop over operands that are all contiguous and of n elements each, or one number: no plan
// is made.
void run_flat(Loop loop, std::span<char* const> ptr, std::span<const std::int64_t> strides,
              std::int64_t n, const double* params, int cost = 1, Effect effect = Effect::Update);

}  // namespace taut
