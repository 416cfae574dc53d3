// The greatest and least elements, and where they stand. NaN, where there is one, wins.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace taut {

struct Extreme {
  Tensor values, indices;
};

// Over all elements; ties share the gradient.
Tensor max(const Tensor& t);
Tensor min(const Tensor& t);
// Along dim, with the place of the first; the gradient goes there.
Extreme max(const Tensor& t, int64_t dim, bool keepdim);
Extreme min(const Tensor& t, int64_t dim, bool keepdim);
// Over dims (all when empty); ties share the gradient.
Tensor amax(const Tensor& t, DimSpan dims, bool keepdim);
Tensor amin(const Tensor& t, DimSpan dims, bool keepdim);
struct MinMax {
  Tensor min, max;
};
MinMax aminmax(const Tensor& t, std::optional<int64_t> dim, bool keepdim);

// Without dim, the place in the flattened t.
Tensor argmax(const Tensor& t, std::optional<int64_t> dim, bool keepdim);
Tensor argmin(const Tensor& t, std::optional<int64_t> dim, bool keepdim);

// The lower of the two middle elements; NaN if there is one (nanmedian: left out).
Tensor median(const Tensor& t);
Tensor nanmedian(const Tensor& t);
Extreme median(const Tensor& t, int64_t dim, bool keepdim);
Extreme nanmedian(const Tensor& t, int64_t dim, bool keepdim);

}  // namespace taut
