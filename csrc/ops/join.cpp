#include "ops/join.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "graph/record.h"
#include "kernels/stream.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/reduce.h"
#include "ops/split.h"
#include "ops/views.h"

namespace taut {
namespace {

bool skipped(const Tensor& t) { return t.dim() == 1 && t.numel() == 0; }

// Gradients of the parts are windows of the gradient of the whole. Inputs: the joined tensors.
class JoinBackward final : public Node {
 public:
  // stacked: every part has length 1 along dim, which it lacks itself.
  JoinBackward(std::span<const Tensor> tensors, int64_t dim, bool stacked)
      : dim_(dim), stacked_(stacked) {
    for (const auto& t : tensors) {
      lengths_.push_back(stacked ? 1 : skipped(t) ? kSkipped : t.size(dim));
      dtypes_.push_back(t.dtype());
    }
  }
  const char* name() const override { return stacked_ ? "StackBackward0" : "CatBackward0"; }
  void backward(GradFrame& frame) override {
    int64_t start = 0;
    for (int64_t i = 0; i < lengths_.size(); ++i) {
      if (frame.needs(i))
        frame.give(i, cast(part_of(frame.grad(), start, lengths_[i]), dtypes_[i]));
      start += std::max<int64_t>(lengths_[i], 0);
    }
  }

 private:
  Tensor part_of(const Tensor& g, int64_t start, int64_t length) const {
    if (length == kSkipped) return zeros_beside(g, Dims{0}, g.dtype());
    return stacked_ ? select(g, dim_, start) : narrow(g, dim_, start, length);
  }

  static constexpr int64_t kSkipped = -1;

  int64_t dim_;
  bool stacked_;
  Dims lengths_;  // along dim
  SmallVec<DType, 5> dtypes_;
};

// t into the part of out that begins at `start` along dim; out is contiguous.
void place(const Tensor& out, const Tensor& t, int64_t dim, int64_t start, int64_t length) {
  if (out.is_meta()) return;
  Dims sizes = out.sizes();
  sizes[dim] = length;
  const Tensor part = alias(out, sizes, out.strides(), out.offset() + start * out.stride(dim));
  if (!t.is_contiguous() || t.dtype() != out.dtype()) {
    return copy_raw(part, t);
  }
  const auto width = static_cast<int64_t>(out.element_size());
  const auto bytes = length * out.stride(dim) * width;
  if (bytes == 0) return;
  const auto blocks = t.numel() * width / bytes;
  const auto step = out.size(dim) * out.stride(dim) * width;
  auto* to = reinterpret_cast<char*>(part.raw());
  const auto* from = reinterpret_cast<const char*>(t.raw());
  copy_blocks(to, step, from, bytes, bytes, blocks, streams(out.numel() * width));
}

// On the meta device where one of the tensors is.
Tensor empty_for(std::span<const Tensor> tensors, const Dims& sizes, DType dtype) {
  const auto meta =
      std::find_if(tensors.begin(), tensors.end(), [](const Tensor& t) { return t.is_meta(); });
  return empty_beside(meta == tensors.end() ? tensors.front() : *meta, sizes, dtype);
}

DType common_dtype(std::span<const Tensor> tensors) {
  DType t = tensors[0].dtype();
  for (const auto& other : tensors) t = promote(t, other.dtype());
  return t;
}

void record_join(const Tensor& out, std::span<const Tensor> tensors, int64_t dim, bool stacked) {
  if (!needs_grad(tensors)) return;
  auto node = make<JoinBackward>(tensors, dim, stacked);
  set_edges(*node, tensors);
  set_history(out, node);
}

// The tensor that gives the shape; the others agree with it except along dim.
const Tensor& check_cat(std::span<const Tensor> tensors, int64_t dim) {
  const Tensor* shape = nullptr;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    TAUT_CHECK(t.dim() > 0, RuntimeError, "cat: zero-dimensional tensor (at position ", i,
               ") cannot be concatenated");
    if (skipped(t)) continue;
    if (shape == nullptr) {
      shape = &t;
      dim = wrap_dim(dim, t.dim(), "cat");
      continue;
    }
    TAUT_CHECK(t.dim() == shape->dim(), RuntimeError,
               "cat: Tensors must have same number of dimensions: got ", shape->dim(), " and ",
               t.dim());
    for (int64_t d = 0; d < t.dim(); ++d) {
      TAUT_CHECK(d == dim || t.size(d) == shape->size(d), RuntimeError,
                 "cat: Sizes of tensors must match except in dimension ", dim, ". Expected size ",
                 shape->size(d), " but got size ", t.size(d), " for tensor number ", i,
                 " in the list.");
    }
  }
  return shape ? *shape : tensors[0];
}

}  // namespace

Tensor cat(std::span<const Tensor> tensors, int64_t dim) {
  TAUT_CHECK(!tensors.empty(), ValueError, "cat: expected a non-empty list of Tensors");
  const Tensor& shape = check_cat(tensors, dim);
  dim = wrap_dim(dim, shape.dim(), "cat");
  Dims sizes = shape.sizes();
  sizes[dim] = 0;
  for (const auto& t : tensors) sizes[dim] += skipped(t) ? 0 : t.size(dim);
  const Tensor out = empty_for(tensors, sizes, common_dtype(tensors));
  int64_t start = 0;
  for (const auto& t : tensors) {
    if (skipped(t)) continue;
    place(out, t, dim, start, t.size(dim));
    start += t.size(dim);
  }
  record_join(out, tensors, dim, /*stacked=*/false);
  return out;
}

Tensor stack(std::span<const Tensor> tensors, int64_t dim) {
  TAUT_CHECK(!tensors.empty(), RuntimeError, "stack expects a non-empty TensorList");
  const Tensor& first = tensors[0];
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    TAUT_CHECK(same(tensors[i].sizes(), first.sizes()), RuntimeError,
               "stack expects each tensor to be equal size, but got ", ShapeText{first.sizes()},
               " at entry 0 and ", ShapeText{tensors[i].sizes()}, " at entry ", i);
  }
  dim = wrap_dim(dim, first.dim() + 1, "stack");
  Dims sizes = first.sizes();
  sizes.insert(dim, static_cast<int64_t>(tensors.size()));
  const Tensor out = empty_for(tensors, sizes, common_dtype(tensors));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    NoGrad guard;
    place(out, unsqueeze(tensors[i], dim), dim, static_cast<int64_t>(i), 1);
  }
  record_join(out, tensors, dim, /*stacked=*/true);
  return out;
}

// ---- repetition ----

namespace {

// Shapes of a repeat: [times[0], size[0], times[1], size[1], ...], the copies being the even ones.
struct Interleaved {
  Dims sizes, times;
  Interleaved(const Dims& padded, DimSpan repeats) {
    for (int64_t d = 0; d < padded.size(); ++d) {
      for (auto s : {repeats[d], padded[d]}) sizes.push_back(s);
      times.push_back(2 * d);
    }
  }
};

struct RepeatBackward final : Node {
  Dims sizes, padded, repeats;
  RepeatBackward(const Tensor& t, Dims p, DimSpan r)
      : sizes(t.sizes()), padded(std::move(p)), repeats(r) {}
  const char* name() const override { return "RepeatBackward0"; }
  void backward(GradFrame& frame) override {
    const Interleaved parts(padded, repeats);
    const Tensor& g = frame.grad();
    if (parts.times.empty()) return frame.give(0, reshape(g, sizes));
    frame.give(0, reshape(sum(reshape(g, parts.sizes), parts.times, false, {}), sizes));
  }
};

}  // namespace

Tensor repeat(const Tensor& t, DimSpan times) {
  const auto lead = static_cast<int64_t>(times.size()) - t.dim();
  TAUT_CHECK(lead >= 0, RuntimeError,
             "repeat: Number of dimensions of repeat dims can not be smaller than number of "
             "dimensions of tensor, got ",
             times.size(), " and ", t.dim());
  Dims padded(lead, 1), sizes;
  for (auto s : t.sizes()) padded.push_back(s);
  for (int64_t d = 0; d < padded.size(); ++d) {
    TAUT_CHECK(times[d] >= 0, RuntimeError,
               "repeat: Trying to create tensor with negative dimension ", times[d] * padded[d],
               ", got repeats ", ShapeText{times});
    sizes.push_back(times[d] * padded[d]);
  }
  const Tensor out = empty_beside(t, sizes, t.dtype());
  if (out.numel() > 0) {
    NoGrad guard;
    const Interleaved parts(padded, times);
    Dims one = parts.sizes;
    for (auto d : parts.times) one[d] = 1;
    copy_raw(reshape(out, parts.sizes), reshape(t, one));
  }
  if (needs_grad(t)) {
    auto node = make<RepeatBackward>(t, padded, times);
    set_edges(*node, {t});
    set_history(out, node);
  }
  return out;
}

Tensor repeat_interleave_indices(const Tensor& repeats) {
  TAUT_CHECK(repeats.dim() == 1, RuntimeError,
             "repeat_interleave only accept 1D vector as repeat, got ", repeats.dim(),
             " dimensions");
  TAUT_CHECK(repeats.dtype() == DType::Int64 || repeats.dtype() == DType::Int32, RuntimeError,
             "repeat_interleave: repeats has to be Long or Int tensor, got ", repeats.dtype());
  NoGrad guard;
  const Tensor counts = contiguous(cast(repeats, DType::Int64));
  const auto* n = counts.data<int64_t>();
  int64_t total = 0;
  for (int64_t i = 0; i < counts.numel(); ++i) {
    TAUT_CHECK(n[i] >= 0, RuntimeError, "repeat_interleave: repeats can not be negative, got ",
               n[i]);
    total += n[i];
  }
  const Tensor out = empty(Dims{total}, DType::Int64);
  auto* at = out.data<int64_t>();
  for (int64_t i = 0; i < counts.numel(); ++i) at = std::fill_n(at, n[i], i);
  return out;
}

Tensor repeat_interleave(const Tensor& t, const Tensor& repeats, int64_t dim) {
  TAUT_CHECK(repeats.dim() <= 1, RuntimeError,
             "repeat_interleave: repeats must be 0-dim or 1-dim tensor, got ", repeats.dim(),
             " dimensions");
  dim = wrap_dim(dim, t.dim(), "repeat_interleave");
  const auto size = t.dim() == 0 ? 1 : t.size(dim);
  Tensor counts = repeats;
  if (repeats.numel() == 1) counts = expand(reshape(repeats, Dims{1}), Dims{size});
  TAUT_CHECK(counts.numel() == size, RuntimeError,
             "repeat_interleave: repeats must have the same size as input along dim, but got "
             "repeats.size(0) = ",
             repeats.numel(), " and input.size(", dim, ") = ", size);
  return index_select(t, dim, repeat_interleave_indices(counts));
}

}  // namespace taut
