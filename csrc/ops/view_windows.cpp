// Views of a part: select, slice, diagonal, unfold, as_strided.
#include <algorithm>
#include <array>

#include "core/error.h"
#include "graph/lambda_node.h"
#include "kernels/indexing.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/make_view.h"
#include "ops/pointwise.h"
#include "ops/views.h"
#include "ops/widened.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// Zeros of a shape with g in one window: the transpose of reading that window. Strides and offset
// are those in a contiguous tensor of that shape.
struct Window {
  Dims sizes, strides;
  std::int64_t offset;
};
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
  Tensor out = zeros_beside(g, sizes, g.dtype());
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
  void backward(GradFrame& frame) override {
    const Tensor& g = frame.grad();
    if (frame.create_graph()) return frame.give(0, embed(g, sizes, window));
    // Another use of the input already left its gradient there: only the window is touched, so n
    // slices of a tensor cost as much as the tensor, not n times that.
    const auto [out, beta] = frame.dest(0, sizes, g.dtype());
    if (beta == 0) fill_raw(out, 0);
    const Tensor part = alias(out, window.sizes, window.strides, out.offset() + window.offset);
    if (beta == 0) {
      copy_raw(part, g);
    } else {
      accumulate_raw(part, g);
    }
  }
};

// Strides in a contiguous tensor; a stride of t along a size-1 dimension means nothing.
Dims index_strides(const Tensor& t) { return contiguous_strides(t.sizes()); }

// No two positions share an element.
bool is_injective(DimSpan sizes, DimSpan strides) {
  Dims order;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0) return true;
    if (sizes[d] > 1) order.push_back(static_cast<std::int64_t>(d));
  }
  std::sort(order.begin(), order.end(), [&](auto x, auto y) { return strides[x] < strides[y]; });
  std::int64_t covered = 1;
  for (auto d : order) {
    if (strides[d] < covered) return false;
    covered = (sizes[d] - 1) * strides[d] + covered;
  }
  return true;
}

struct AsStridedBackward final : Node {
  Geometry input, view;
  AsStridedBackward(const Tensor& t, DimSpan sizes, DimSpan strides, std::int64_t offset)
      : input{t.sizes(), t.strides(), 0}, view{Dims(sizes), Dims(strides), offset - t.offset()} {}
  const char* name() const override { return "AsStridedBackward0"; }
  void backward(GradFrame& frame) override {
    frame.give(0, strided_gradient(frame.grad(), input, view));
  }
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
  const auto length = extent(sizes, strides);  // nothing lies anywhere
  TAUT_CHECK(offset >= 0 && (length == 0 || offset + length <= room), RuntimeError,
             "as_strided: setStorage: sizes ", ShapeText{sizes}, ", strides ", ShapeText{strides},
             ", storage offset ", offset, " are out of bounds for storage of ", room, " elements");
  return make_view<AsStridedBackward>(t, Dims(sizes), Dims(strides), offset, t, sizes, strides,
                                      offset);
}

Tensor strided_gradient(const Tensor& g, const Geometry& input, const Geometry& view) {
  TAUT_CHECK(is_injective(input.sizes, input.strides), NotImplementedError,
             "AsStridedBackward0: several elements of the input share one place, got strides ",
             ShapeText{input.strides}, " for shape ", ShapeText{input.sizes});
  if (is_narrow(g.dtype()) && !is_injective(view.sizes, view.strides)) {
    return rounded(strided_gradient(widened(g), input, view), g.dtype());
  }
  const auto low = std::min<std::int64_t>(view.offset, 0), at = view.offset - low;
  const auto room =
      std::max(extent(input.sizes, input.strides) - low, at + extent(view.sizes, view.strides));
  const Tensor memory = zeros_beside(g, Dims{room}, g.dtype());
  const Tensor places = alias(memory, view.sizes, view.strides, at);
  if (is_injective(view.sizes, view.strides)) {
    copy_raw(places, g);
  } else if (!memory.is_meta()) {
    // One thread adds what several positions share; the index of the loop is not used.
    const Tensor zero = zeros({}, DType::Int64);
    const double step[] = {0};
    Plan(places.sizes(), std::array{places, zero, g})
        .run_serial(kernels::reduce_loop(g.dtype(), kernels::Reduce::Add), step);
  }
  record(memory, "AsStridedBackwardBackward0", {g}, {}, [view, at](GradFrame& frame, TensorSpan) {
    const Tensor whole = contiguous(frame.grad());
    frame.give(0, as_strided(whole, view.sizes, view.strides, whole.offset() + at));
  });
  return as_strided(memory, input.sizes, input.strides, -low);
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

Tensor diagonal(const Tensor& t, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  dim1 = wrap_dim(dim1, t.dim(), "diagonal");
  dim2 = wrap_dim(dim2, t.dim(), "diagonal");
  TAUT_CHECK(dim1 != dim2, RuntimeError, "diagonal: diagonal dimensions cannot be identical ", dim1,
             ", ", dim2);
  const auto rows = t.size(dim1), columns = t.size(dim2);
  const auto down = std::max<std::int64_t>(-offset, 0), right = std::max<std::int64_t>(offset, 0);
  const auto length = std::max<std::int64_t>(std::min(rows - down, columns - right), 0);
  Dims sizes = t.sizes(), strides = t.strides(), window = index_strides(t);
  // An empty diagonal starts at the start: its place may be outside.
  const auto first = [&](const Dims& s) { return length ? down * s[dim1] + right * s[dim2] : 0; };
  const auto from = t.offset() + first(strides), at = first(window);
  const auto step = strides[dim1] + strides[dim2], window_step = window[dim1] + window[dim2];
  for (auto* d : {&sizes, &strides, &window}) {
    d->erase(std::max(dim1, dim2));
    d->erase(std::min(dim1, dim2));
  }
  sizes.push_back(length);
  strides.push_back(step);
  window.push_back(window_step);
  return make_view<WindowBackward>(t, sizes, std::move(strides), from, t, Window{sizes, window, at},
                                   "DiagonalBackward0");
}

Tensor diag_embed(const Tensor& t, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  dim1 = wrap_dim(dim1, t.dim() + 1, "diag_embed");
  dim2 = wrap_dim(dim2, t.dim() + 1, "diag_embed");
  TAUT_CHECK(dim1 != dim2, RuntimeError, "diag_embed: diagonal dimensions cannot be identical ",
             dim1, ", ", dim2);
  TAUT_CHECK(t.dim() > 0, IndexError, "diag_embed: needs at least one dimension");
  Dims sizes = t.sizes();
  const auto n = t.size(-1) + std::abs(offset);
  sizes.pop_back();
  sizes.insert(std::min(dim1, dim2), n);
  sizes.insert(std::max(dim1, dim2), n);
  const Tensor out = zeros_beside(t, sizes, t.dtype());
  {
    NoGrad guard;
    copy_raw(diagonal(out, offset, dim1, dim2), t);
  }
  record(out, "DiagEmbedBackward0", {t}, {}, [=](GradFrame& frame, TensorSpan) {
    frame.give(0, diagonal(frame.grad(), offset, dim1, dim2));
  });
  return out;
}

namespace {

// The gradient of unfold: windows added back where they were read. Windows overlap each other, but
// the i-th elements of all of them do not.
Tensor fold(const Tensor& g, const Dims& sizes, std::int64_t dim, std::int64_t size,
            std::int64_t step) {
  const Tensor out = zeros_beside(g, sizes, g.dtype());
  {
    NoGrad guard;
    const auto windows = sizes.empty() ? 1 : g.size(dim);
    for (std::int64_t i = 0; i < size; ++i) {
      const Tensor terms = select(g, -1, i);
      const Tensor places =
          sizes.empty() ? out : slice(out, dim, i, i + step * (windows - 1) + 1, step);
      accumulate_raw(places, sizes.empty() ? reshape(terms, sizes) : terms);
    }
  }
  record(out, "UnfoldBackwardBackward0", {g}, {}, [=](GradFrame& frame, TensorSpan) {
    frame.give(0, unfold(frame.grad(), dim, size, step));
  });
  return out;
}

}  // namespace

Tensor unfold(const Tensor& t, std::int64_t dim, std::int64_t size, std::int64_t step) {
  dim = wrap_dim(dim, t.dim(), "unfold");
  const auto length = t.dim() == 0 ? 1 : t.size(dim);
  TAUT_CHECK(size >= 0, RuntimeError, "unfold: size is ", size, " but must be >= 0");
  TAUT_CHECK(size <= length, RuntimeError, "unfold: maximum size for tensor at dimension ", dim,
             " is ", length, " but size is ", size);
  TAUT_CHECK(step > 0, RuntimeError, "unfold: step is ", step, " but must be > 0");
  Dims sizes = t.sizes(), strides = t.strides();
  sizes.push_back(size);
  strides.push_back(t.dim() == 0 ? 1 : strides[dim]);
  if (t.dim() > 0) {
    sizes[dim] = (length - size) / step + 1;
    strides[dim] *= step;
  }
  const Tensor out = alias(t, std::move(sizes), std::move(strides), t.offset());
  mark_view(out, t);
  record(out, "UnfoldBackward0", {t}, {},
         [in = t.sizes(), dim, size, step](GradFrame& frame, TensorSpan) {
           frame.give(0, fold(frame.grad(), in, dim, size, step));
         });
  return out;
}

}  // namespace taut
