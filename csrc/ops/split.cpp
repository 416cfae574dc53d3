#include "ops/split.h"

#include <algorithm>

#include "core/error.h"
#include "graph/record.h"
#include "ops/accumulate.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/join.h"
#include "ops/output.h"
#include "ops/pointwise.h"
#include "ops/views.h"
#include "tensor/plan.h"

namespace taut {
namespace {

Tensor part_of_dim(const Tensor& t, int64_t dim, int64_t start, int64_t length) {
  Dims sizes = t.sizes();
  sizes[dim] = length;
  return alias(t, std::move(sizes), t.strides(), t.offset() + start * t.stride(dim));
}

// Views that tile the input along dim: their gradients, side by side, are its gradient. A kernel
// that writes into memory of any strides puts them there at once, see GradFrame::part.
class TilesBackward final : public Node {
 public:
  TilesBackward(const char* name, const Tensor& t, int64_t dim, Dims lengths, bool drops_dim)
      : name_(name),
        sizes_(t.sizes()),
        strides_(t.strides()),
        dtype_(t.dtype()),
        dim_(dim),
        lengths_(std::move(lengths)),
        drops_dim_(drops_dim) {
    num_outputs = static_cast<std::uint32_t>(lengths_.size());
  }
  const char* name() const override { return name_; }

  Tensor part_of(Tensor& whole, std::uint32_t nr, const Tensor& t) const override {
    if (!whole.defined()) {
      whole = empty_beside(t, sizes_, strides_in_order(sizes_, strides_), dtype_);
    }
    return shown(whole, nr);
  }

  void backward(GradFrame& frame) override {
    if (frame.create_graph()) return frame.give(0, cat(pieces(frame), dim_));
    if (visit.whole.defined()) return finish_whole(frame);
    const auto [out, beta] = frame.dest(0, sizes_, dtype_);
    for (int64_t i = 0; i < lengths_.size(); ++i) {
      const Tensor part = shown(out, i);
      if (!frame.grad(i).defined()) {
        if (beta == 0) fill_raw(part, 0);
      } else if (beta == 0) {
        copy_raw(part, frame.grad(i));
      } else {
        accumulate_raw(part, frame.grad(i));
      }
    }
  }

 private:
  // What output i is of memory of the input's sizes.
  Tensor shown(const Tensor& whole, int64_t i) const {
    int64_t start = 0;
    for (int64_t before = 0; before < i; ++before) start += lengths_[before];
    const Tensor part = part_of_dim(whole, dim_, start, lengths_[i]);
    if (!drops_dim_) return part;
    Dims sizes = part.sizes(), strides = part.strides();
    sizes.erase(dim_), strides.erase(dim_);
    return alias(part, std::move(sizes), std::move(strides), part.offset());
  }
  // Brings the gradients that are elsewhere to those that are in their places.
  void finish_whole(GradFrame& frame) {
    Tensor whole = std::move(visit.whole);
    for (int64_t i = 0; i < lengths_.size(); ++i) {
      const Tensor part = shown(whole, i);
      Tensor& grad = visit.pending[i];
      if (!grad.defined()) {
        fill_raw(part, 0);
      } else if (!same_view(grad, part)) {
        copy_raw(part, grad);
      }
      grad = Tensor();  // so that the whole has one owner
    }
    frame.give(0, std::move(whole));
  }
  std::vector<Tensor> pieces(GradFrame& frame) const {
    std::vector<Tensor> out;
    int64_t some = 0;
    while (!frame.grad(some).defined()) ++some;
    for (int64_t i = 0; i < lengths_.size(); ++i) {
      Dims sizes = sizes_;
      sizes[dim_] = lengths_[i];
      const Tensor& grad = frame.grad(i);
      out.push_back(!grad.defined() ? zeros_beside(frame.grad(some), sizes, dtype_)
                    : drops_dim_    ? unsqueeze(grad, dim_)
                                    : grad);
    }
    return out;
  }

  const char* name_;
  Dims sizes_, strides_;
  DType dtype_;
  int64_t dim_;
  Dims lengths_;
  bool drops_dim_;
};

// Views of `lengths` along dim, all from one node.
std::vector<Tensor> tiles(const char* name, const Tensor& t, int64_t dim, const Dims& lengths,
                          bool drops_dim = false) {
  Ref<Node> node;
  if (needs_grad(t)) {
    node = make<TilesBackward>(name, t, dim, lengths, drops_dim);
    set_edges(*node, {t});
  }
  std::vector<Tensor> out;
  int64_t start = 0;
  for (const auto length : lengths) {
    Dims sizes = t.sizes(), strides = t.strides();
    sizes[dim] = length;
    const auto offset = t.offset() + start * strides[dim];
    if (drops_dim) sizes.erase(dim), strides.erase(dim);
    Tensor view = alias(t, std::move(sizes), std::move(strides), offset);
    mark_view(view, t);
    if (node) set_history(view, node, static_cast<std::uint32_t>(out.size()));
    out.push_back(std::move(view));
    start += length;
  }
  return out;
}

}  // namespace

Tensor narrow(const Tensor& t, int64_t dim, int64_t start, int64_t length) {
  TAUT_CHECK(t.dim() > 0, RuntimeError, "narrow: narrow() cannot be applied to a 0-dim tensor.");
  TAUT_CHECK(length >= 0, RuntimeError, "narrow: length must be non-negative, got ", length);
  dim = wrap_dim(dim, t.dim(), "narrow");
  const auto size = t.size(dim);
  TAUT_CHECK(start >= -size && start <= size, IndexError,
             "narrow: start out of range (expected to be in range of [", -size, ", ", size,
             "], but got ", start, ")");
  if (start < 0) start += size;
  TAUT_CHECK(start + length <= size, RuntimeError, "narrow: start (", start, ") + length (", length,
             ") exceeds dimension size (", size, ").");
  return slice(t, dim, start, start + length, 1);
}

std::vector<Tensor> split(const Tensor& t, int64_t size, int64_t dim) {
  TAUT_CHECK(t.dim() > 0, RuntimeError, "split expects at least a 1-dimensional tensor");
  TAUT_CHECK(size >= 0, RuntimeError,
             "split expects split_size be non-negative, but got split_size=", size);
  dim = wrap_dim(dim, t.dim(), "split");
  const auto total = t.size(dim);
  TAUT_CHECK(size > 0 || total == 0, RuntimeError,
             "split_size can only be 0 if dimension size is 0, but got dimension size of ", total);
  const auto count = size == 0 ? 1 : std::max<int64_t>((total + size - 1) / size, 1);
  Dims lengths(count, size);
  lengths.back() = total - size * (count - 1);
  return tiles("SplitBackward0", t, dim, lengths);
}

std::vector<Tensor> split_with_sizes(const Tensor& t, DimSpan sizes, int64_t dim) {
  TAUT_CHECK(t.dim() > 0, RuntimeError, "split_with_sizes expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, t.dim(), "split_with_sizes");
  int64_t total = 0;
  for (const auto s : sizes) {
    TAUT_CHECK(s >= 0, RuntimeError,
               "split_with_sizes expects split_sizes have only non-negative entries, but got "
               "split_sizes=",
               ShapeText{sizes});
    total += s;
  }
  TAUT_CHECK(total == t.size(dim), RuntimeError,
             "split_with_sizes expects split_sizes to sum exactly to ", t.size(dim),
             " (input tensor's size at dimension ", dim,
             "), but got split_sizes=", ShapeText{sizes});
  return tiles("SplitWithSizesBackward0", t, dim, Dims(sizes));
}

std::vector<Tensor> chunk(const Tensor& t, int64_t chunks, int64_t dim) {
  TAUT_CHECK(t.dim() > 0, RuntimeError, "chunk expects at least a 1-dimensional tensor");
  TAUT_CHECK(chunks > 0, RuntimeError,
             "chunk expects `chunks` to be greater than 0, got: ", chunks);
  dim = wrap_dim(dim, t.dim(), "chunk");
  const auto size = t.size(dim);
  // Nothing to divide: as many empty pieces as were asked for.
  if (size == 0) return split_with_sizes(t, Dims(chunks, 0), dim);
  return split(t, (size + chunks - 1) / chunks, dim);
}

std::vector<Tensor> tensor_split(const Tensor& t, int64_t sections, int64_t dim) {
  TAUT_CHECK(t.dim() > 0, RuntimeError, "tensor_split expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, t.dim(), "tensor_split");
  TAUT_CHECK(sections > 0, RuntimeError,
             "tensor_split: number of sections must be larger than 0, got ", sections);
  const auto size = t.size(dim);
  std::vector<Tensor> out;
  int64_t start = 0;
  for (int64_t i = 0; i < sections; ++i) {
    const auto end = start + size / sections + (i < size % sections);
    out.push_back(slice(t, dim, start, end, 1));
    start = end;
  }
  return out;
}

std::vector<Tensor> tensor_split(const Tensor& t, DimSpan indices, int64_t dim) {
  TAUT_CHECK(t.dim() > 0, RuntimeError, "tensor_split expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, t.dim(), "tensor_split");
  std::vector<Tensor> out;
  int64_t start = 0;
  for (const auto end : indices) {
    out.push_back(slice(t, dim, start, end, 1));
    start = end;
  }
  out.push_back(slice(t, dim, start, t.size(dim), 1));
  return out;
}

std::vector<Tensor> unbind(const Tensor& t, int64_t dim) {
  check_has_dims("unbind", t, dim);
  dim = wrap_dim(dim, t.dim(), "unbind");
  return tiles("UnbindBackward0", t, dim, Dims(t.size(dim), 1), /*drops_dim=*/true);
}

}  // namespace taut
