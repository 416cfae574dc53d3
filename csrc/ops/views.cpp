#include "ops/views.h"

#include <algorithm>

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"

namespace taut {
namespace {

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

struct ViewBackward final : Node {
  Dims sizes;
  explicit ViewBackward(const Tensor& t) : sizes(t.sizes()) {}
  const char* name() const override { return "ViewBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, reshape(frame.grad(), sizes)); }
};

struct ExpandBackward final : Node {
  Dims sizes;
  explicit ExpandBackward(const Tensor& t) : sizes(t.sizes()) {}
  const char* name() const override { return "ExpandBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, sum_to_size(frame.grad(), sizes)); }
};

struct TransposeBackward final : Node {
  std::int64_t dim0, dim1;
  TransposeBackward(std::int64_t a, std::int64_t b) : dim0(a), dim1(b) {}
  const char* name() const override { return "TransposeBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, transpose(frame.grad(), dim0, dim1)); }
};

struct PermuteBackward final : Node {
  Dims inverse;
  explicit PermuteBackward(Dims dims) : inverse(dims.size()) {
    for (std::int64_t d = 0; d < dims.size(); ++d) inverse[dims[d]] = d;
  }
  const char* name() const override { return "PermuteBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, permute(frame.grad(), inverse)); }
};

struct SqueezeBackward final : Node {
  Dims sizes;
  explicit SqueezeBackward(const Tensor& t) : sizes(t.sizes()) {}
  const char* name() const override { return "SqueezeBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, reshape(frame.grad(), sizes)); }
};

struct UnsqueezeBackward final : Node {
  Dims sizes;
  explicit UnsqueezeBackward(const Tensor& t) : sizes(t.sizes()) {}
  const char* name() const override { return "UnsqueezeBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, reshape(frame.grad(), sizes)); }
};

// Zeros of a shape with g in one window: the transpose of reading that window. Strides and offset
// are those in a contiguous tensor of that shape.
struct Window {
  Dims sizes, strides;
  std::int64_t offset;
};
Tensor embed(const Tensor& g, const Dims& sizes, const Window& window);

struct EmbedBackward final : Node {
  Window window;
  explicit EmbedBackward(Window w) : window(std::move(w)) {}
  const char* name() const override { return "EmbedBackward0"; }
  void backward(GradFrame& frame) override {
    const Tensor g = contiguous(frame.grad());
    frame.give(0, as_strided(g, window.sizes, window.strides, g.offset() + window.offset));
  }
};

Tensor embed(const Tensor& g, const Dims& sizes, const Window& window) {
  Tensor out = zeros(sizes, g.dtype());
  copy_raw(alias(out, window.sizes, window.strides, window.offset), g);
  if (needs_grad(g)) {
    auto node = make<EmbedBackward>(window);
    set_edges(*node, {g});
    set_history(out, node);
  }
  return out;
}

// A part of the input, given by where it would lie in a contiguous tensor of the input's shape.
struct WindowBackward final : Node {
  Dims sizes;
  Window window;
  const char* name_;
  WindowBackward(const Tensor& t, Window w, const char* name)
      : sizes(t.sizes()), window(std::move(w)), name_(name) {}
  const char* name() const override { return name_; }
  void backward(GradFrame& frame) override { frame.give(0, embed(frame.grad(), sizes, window)); }
};

// Strides in a contiguous tensor; a stride of t along a size-1 dimension means nothing.
Dims index_strides(const Tensor& t) { return contiguous_strides(t.sizes()); }

struct AsStridedBackward final : Node {
  Dims base_sizes, base_strides, sizes, strides;
  std::int64_t offset;
  AsStridedBackward(const Tensor& t, DimSpan sz, DimSpan st, std::int64_t off)
      : base_sizes(t.sizes()), base_strides(t.strides()), sizes(sz), strides(st),
        offset(off - t.offset()) {}
  const char* name() const override { return "AsStridedBackward0"; }
  void backward(GradFrame& frame) override;
};

}  // namespace

Tensor as_strided(const Tensor& t, DimSpan sizes, DimSpan strides, std::int64_t offset) {
  TAUT_CHECK(sizes.size() == strides.size(), RuntimeError,
             "as_strided: mismatch in length of strides and shape, got ", ShapeText{strides},
             " and ", ShapeText{sizes});
  for (auto s : strides) {
    TAUT_CHECK(s >= 0, RuntimeError, "as_strided: negative strides are not supported, got ",
               ShapeText{strides});
  }
  const auto room = static_cast<std::int64_t>(t.storage()->bytes() / t.element_size());
  TAUT_CHECK(offset >= 0 && offset + extent(sizes, strides) <= room, RuntimeError,
             "as_strided: setStorage: sizes ", ShapeText{sizes}, ", strides ", ShapeText{strides},
             ", storage offset ", offset, " are out of bounds for storage of ", room, " elements");
  return make_view<AsStridedBackward>(t, Dims(sizes), Dims(strides), offset, t, sizes, strides,
                                      offset);
}

// Elements that several positions share get the sum of their gradients.
void AsStridedBackward::backward(GradFrame& frame) {
  TAUT_CHECK(is_dense(base_sizes, base_strides), NotImplementedError,
             "AsStridedBackward0: the input must be without overlapping or missing elements, got "
             "strides ", ShapeText{base_strides}, " for shape ", ShapeText{base_sizes});
  Tensor flat = zeros(Dims{extent(base_sizes, base_strides)}, frame.grad().dtype());
  accumulate_raw(alias(flat, sizes, strides, offset), frame.grad());
  frame.give(0, as_strided(flat, base_sizes, base_strides, 0));
}

Tensor view(const Tensor& t, DimSpan sizes) {
  Dims wanted = infer_size(sizes, t.numel(), "view");
  Dims strides;
  TAUT_CHECK(view_strides(t.sizes(), t.strides(), wanted, strides), RuntimeError,
             "view: view size is not compatible with input tensor's size and stride (at least one "
             "dimension spans across two contiguous subspaces). Use .reshape(...) instead. Got "
             "shape ", ShapeText{t.sizes()}, " with strides ", ShapeText{t.strides()}, " as ",
             ShapeText{wanted});
  return make_view<ViewBackward>(t, std::move(wanted), std::move(strides), t.offset(), t);
}

Tensor reshape(const Tensor& t, DimSpan sizes) {
  Dims wanted = infer_size(sizes, t.numel(), "reshape");
  Dims strides;
  if (!view_strides(t.sizes(), t.strides(), wanted, strides)) {
    return view(clone_contiguous(t), wanted);
  }
  return make_view<ViewBackward>(t, std::move(wanted), std::move(strides), t.offset(), t);
}

Tensor expand(const Tensor& t, DimSpan sizes) {
  const auto n = static_cast<std::int64_t>(sizes.size());
  TAUT_CHECK(n >= t.dim(), RuntimeError, "expand: the number of sizes provided (", n,
             ") must be greater or equal to the number of dimensions in the tensor (", t.dim(), ")");
  Dims wanted(sizes), strides(n, 0);
  for (std::int64_t d = n - 1, from = t.dim() - 1; d >= 0; --d, --from) {
    if (from < 0) {
      TAUT_CHECK(wanted[d] >= 0, RuntimeError, "expand: The expanded size of the tensor (",
                 wanted[d], ") isn't allowed in a leading, non-existing dimension ", d);
      continue;
    }
    if (wanted[d] == -1) wanted[d] = t.sizes()[from];
    if (t.sizes()[from] == wanted[d]) {
      strides[d] = t.strides()[from];
    } else {
      TAUT_CHECK(t.sizes()[from] == 1, RuntimeError, "expand: The expanded size of the tensor (",
                 wanted[d], ") must match the existing size (", t.sizes()[from],
                 ") at non-singleton dimension ", d, ". Target sizes: ", ShapeText{sizes},
                 ". Tensor sizes: ", ShapeText{t.sizes()});
    }
  }
  return make_view<ExpandBackward>(t, std::move(wanted), std::move(strides), t.offset(), t);
}

Tensor transpose(const Tensor& t, std::int64_t dim0, std::int64_t dim1) {
  dim0 = wrap_dim(dim0, t.dim(), "transpose");
  dim1 = wrap_dim(dim1, t.dim(), "transpose");
  Dims sizes = t.sizes(), strides = t.strides();
  if (t.dim() > 0) {
    std::swap(sizes[dim0], sizes[dim1]);
    std::swap(strides[dim0], strides[dim1]);
  }
  return make_view<TransposeBackward>(t, std::move(sizes), std::move(strides), t.offset(), dim0,
                                      dim1);
}

Tensor permute(const Tensor& t, DimSpan dims) {
  TAUT_CHECK(static_cast<std::int64_t>(dims.size()) == t.dim(), RuntimeError,
             "permute: number of dimensions in the tensor input does not match the length of the "
             "desired ordering of dimensions i.e. input.dim() = ", t.dim(),
             " is not equal to len(dims) = ", dims.size());
  Dims order = wrap_dims(dims, t.dim(), "permute"), sizes, strides;
  for (auto d : order) {
    sizes.push_back(t.sizes()[d]);
    strides.push_back(t.strides()[d]);
  }
  return make_view<PermuteBackward>(t, std::move(sizes), std::move(strides), t.offset(), order);
}

Tensor select(const Tensor& t, std::int64_t dim, std::int64_t index) {
  TAUT_CHECK(t.dim() > 0, IndexError, "select: select() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, t.dim(), "select");
  const auto size = t.sizes()[dim];
  TAUT_CHECK(index >= -size && index < size, IndexError, "select: index ", index,
             " is out of bounds for dimension ", dim, " with size ", size);
  if (index < 0) index += size;
  Dims sizes = t.sizes(), strides = t.strides(), window = index_strides(t);
  const auto offset = t.offset() + index * strides[dim], at = index * window[dim];
  for (auto* d : {&sizes, &strides, &window}) d->erase(dim);
  return make_view<WindowBackward>(t, sizes, std::move(strides), offset, t,
                                   Window{sizes, window, at}, "SelectBackward0");
}

Tensor slice(const Tensor& t, std::int64_t dim, std::int64_t start, std::int64_t end,
             std::int64_t step) {
  TAUT_CHECK(t.dim() > 0, IndexError, "slice: slice() cannot be applied to a 0-dim tensor.");
  TAUT_CHECK(step > 0, ValueError, "slice: step must be greater than zero, got ", step);
  dim = wrap_dim(dim, t.dim(), "slice");
  const auto size = t.sizes()[dim];
  auto clamp = [&](std::int64_t v) {
    return std::clamp<std::int64_t>(v < 0 ? v + size : v, 0, size);
  };
  start = clamp(start);
  end = std::max(clamp(end), start);
  Dims sizes = t.sizes(), strides = t.strides(), window = index_strides(t);
  const auto offset = t.offset() + start * strides[dim], at = start * window[dim];
  sizes[dim] = (end - start + step - 1) / step;
  strides[dim] *= step;
  window[dim] *= step;
  return make_view<WindowBackward>(t, sizes, std::move(strides), offset, t,
                                   Window{sizes, window, at}, "SliceBackward0");
}

Tensor unsqueeze(const Tensor& t, std::int64_t dim) {
  dim = wrap_dim(dim, t.dim() + 1, "unsqueeze");
  Dims sizes = t.sizes(), strides = t.strides();
  strides.insert(dim, dim < t.dim() ? sizes[dim] * strides[dim] : 1);
  sizes.insert(dim, 1);
  return make_view<UnsqueezeBackward>(t, std::move(sizes), std::move(strides), t.offset(), t);
}

Tensor squeeze(const Tensor& t) {
  Dims all;
  for (std::int64_t d = 0; d < t.dim(); ++d) all.push_back(d);
  return squeeze(t, all);
}

Tensor squeeze(const Tensor& t, DimSpan dims) {
  const Dims which = wrap_dims(dims, t.dim(), "squeeze");
  Dims sizes, strides;
  for (std::int64_t d = 0; d < t.dim(); ++d) {
    if (t.sizes()[d] == 1 && std::find(which.begin(), which.end(), d) != which.end()) continue;
    sizes.push_back(t.sizes()[d]);
    strides.push_back(t.strides()[d]);
  }
  return make_view<SqueezeBackward>(t, std::move(sizes), std::move(strides), t.offset(), t);
}

Tensor sum_to_size(const Tensor& t, DimSpan sizes) {
  if (same(t.sizes(), sizes)) return t;
  TAUT_CHECK(is_broadcastable_to(sizes, t.sizes()), RuntimeError, "sum_to_size: size ",
             ShapeText{sizes}, " is not expandable to size ", ShapeText{t.sizes()});
  const auto lead = t.dim() - static_cast<std::int64_t>(sizes.size());
  Dims summed;
  for (std::int64_t d = 0; d < t.dim(); ++d) {
    if (d < lead || (sizes[d - lead] == 1 && t.sizes()[d] != 1)) summed.push_back(d);
  }
  return reshape(sum(t, summed, /*keepdim=*/true, std::nullopt), sizes);
}

}  // namespace taut
