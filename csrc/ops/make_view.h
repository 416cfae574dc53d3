// How an operation that returns a view makes it.
#pragma once

#include <utility>

#include "graph/record.h"

namespace taut {

// Where elements lie, from some first one.
struct Geometry {
  Dims sizes, strides;
  std::int64_t offset;
};
// The gradient of an input that was read through `view`: what several positions of the view read is
// summed, what lies between the elements of the input is dropped. Recorded.
Tensor strided_gradient(const Tensor& g, const Geometry& input, const Geometry& view);

// A view of t with that geometry, recorded with a node N made from args.
template <class N, class... Args>
Tensor make_view(const Tensor& t, Dims sizes, Dims strides, std::int64_t offset, Args&&... args) {
  Tensor out = alias(t, std::move(sizes), std::move(strides), offset);
  mark_view(out, t);
  if (needs_grad(t)) {
    auto node = make<N>(std::forward<Args>(args)...);
    set_edges(*node, {t});
    set_history(out, node);
  }
  return out;
}

}  // namespace taut
