// How reductions walk a tensor: which dimensions go, in what steps, cut at which places.
#pragma once

#include <optional>

#include "kernels/reduce.h"
#include "tensor/tensor.h"

namespace taut {

// The dimensions that a reduction of a tensor removes.
class Axes {
 public:
  // All of them when dims is absent or empty. IndexError, RuntimeError as wrap_dims.
  Axes(const Tensor& t, std::optional<DimSpan> dims, const char* op);

  bool has(int64_t d) const { return (mask_ >> d) & 1; }
  bool all() const { return all_; }
  Dims dims() const;
  // Elements of the input that make one of the result.
  int64_t count() const { return count_; }
  // The shape of the result; with keepdim, 1 stands where a dimension went.
  Dims sizes(bool keepdim) const;

 private:
  Dims input_;
  std::uint64_t mask_ = 0;
  int64_t count_ = 1;
  bool all_ = false;
};

// A reduction whose parts can be reduced again. Loops by the step they take part in: `only` when
// there is one step, else `first` from the input's type to `wide`, `middle` there, `last` from
// there to the result. `only` may be null: then there are always two steps.
struct Fold {
  ReduceLoop only, first, middle, last;
  DType wide, result;
  double first_param = 0;  // of `first`
  double last_param = 1;   // of `only` and `last`
};

// t reduced over axes; t must have elements. Work is cut at places that depend on the shape
// alone, so results do not depend on the number of threads. Not recorded.
Tensor fold(const Tensor& t, const Axes& axes, bool keepdim, const Fold& f);

// t as [outer][n][inner], contiguous, n running over the reduced dimensions in order: t itself
// or a copy. The result's kept dimensions are in their own order.
struct Block {
  Tensor t;
  int64_t outer, n, inner;
};
Block as_block(const Tensor& t, const Axes& axes);

// Work is cut into pieces of about so many elements: each then fits the L2 cache.
inline constexpr int64_t kReduceChunk = 1 << 16;

// The gradient of a reduction's result with 1 where a dimension went, to broadcast over the input.
Tensor restore_dims(const Tensor& t, const Axes& axes);

}  // namespace taut
