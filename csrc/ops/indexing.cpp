#include "ops/indexing.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/in_place.h"
#include "ops/index_loops.h"
#include "ops/masked.h"
#include "ops/views.h"
#include "ops/widened.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// ---- views ----

int64_t dims_consumed(const IndexItem& item) {
  switch (item.kind) {
    case IndexItem::Kind::Integer:
    case IndexItem::Kind::Slice:
      return 1;
    case IndexItem::Kind::Tensor:
      if (item.tensor.dtype() == DType::Bool || item.tensor.dtype() == DType::UInt8) {
        return item.tensor.dim();
      }
      return 1;
    default:
      return 0;
  }
}

Tensor select_at(const Tensor& t, int64_t dim, int64_t real_dim, int64_t at) {
  TAUT_CHECK(t.dim() > 0 && dim < t.dim(), IndexError,
             "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
             "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number");
  const auto size = t.size(dim);
  TAUT_CHECK(at >= -size && at < size, IndexError, "index ", at, " is out of bounds for dimension ",
             real_dim, " with size ", size);
  return select(t, dim, at);
}

// A flag adds a dimension of size 1 (true) or 0 (false), through an index tensor.
Tensor flag_index(bool flag) {
  return flag ? zeros(Dims{1}, DType::Int64) : empty(Dims{0}, DType::Int64);
}

void put_at(IndexTensors& indices, int64_t dim, const Tensor& t) {
  if (indices.size() <= dim) indices.resize(dim + 1);
  indices[dim] = t;
}

// True for a 0-d tensor that stands for one integer or flag.
bool is_number(const Tensor& t) { return t.dim() == 0 && !is_floating(t.dtype()); }
bool is_mask(const Tensor& t) { return t.dtype() == DType::Bool || t.dtype() == DType::UInt8; }

// Applies what makes views; collects index tensors by the dimension of the result they stand at.
Tensor apply_views(const Tensor& self, std::span<const IndexItem> items, IndexTensors& indices) {
  int64_t consumed = 0;
  for (const auto& x : items) consumed += dims_consumed(x);
  TAUT_CHECK(consumed <= self.dim() || self.dim() == 0, IndexError,
             "too many indices for tensor of dimension ", self.dim());
  Tensor result = self;
  int64_t dim = 0, real_dim = 0;
  const auto flag = [&](bool value) {
    result = unsqueeze(result, dim);
    put_at(indices, dim++, flag_index(value));
  };
  for (const auto& item : items) {
    using Kind = IndexItem::Kind;
    if (item.kind == Kind::Integer) {
      result = select_at(result, dim, real_dim++, item.start);
    } else if (item.kind == Kind::Slice) {
      TAUT_CHECK(result.dim() > 0, IndexError, "slice() cannot be applied to a 0-dim tensor.");
      const bool whole = item.start == 0 && item.step == 1 && item.stop >= result.size(dim);
      if (!whole) result = slice(result, dim, item.start, item.stop, item.step);
      ++dim, ++real_dim;
    } else if (item.kind == Kind::NewAxis) {
      result = unsqueeze(result, dim++);
    } else if (item.kind == Kind::Ellipsis) {
      dim += self.dim() - consumed;
      real_dim += self.dim() - consumed;
      consumed = self.dim();  // a second Ellipsis covers nothing
    } else if (item.kind == Kind::Flag) {
      flag(item.start != 0);
    } else if (is_number(item.tensor) && !is_mask(item.tensor)) {
      result = select_at(result, dim, real_dim++, number_of(item.tensor).to_int());
    } else if (is_number(item.tensor)) {
      flag(number_of(item.tensor).to_int() != 0);
    } else {
      put_at(indices, dim, item.tensor);
      const auto width = dims_consumed(item);
      dim += width, real_dim += width;
      // A mask of several dimensions takes several; the gap is filled by its coordinates.
      if (width > 1) indices.resize(dim);
    }
  }
  return result;
}

// ---- index tensors ----

// Masks replaced by the coordinates of their true elements, everything as int64.
IndexTensors as_coordinates(const Tensor& self, const IndexTensors& given) {
  IndexTensors out;
  for (int64_t i = 0; i < given.size(); ++i) {
    const Tensor& t = given[i];
    if (!t.defined()) {
      out.push_back(t);
      continue;
    }
    TAUT_CHECK(is_mask(t) || t.dtype() == DType::Int64 || t.dtype() == DType::Int32, IndexError,
               "tensors used as indices must be long, int, byte or bool tensors, got ", t.dtype());
    if (!is_mask(t)) {
      out.push_back(cast(t, DType::Int64));
      continue;
    }
    for (int64_t d = 0; d < t.dim(); ++d) {
      const auto at = out.size() + d;
      TAUT_CHECK(at < self.dim() && t.size(d) == self.size(at), IndexError,
                 "The shape of the mask ", ShapeText{t.sizes()}, " at index ", d,
                 " does not match the shape of the indexed tensor ", ShapeText{self.sizes()},
                 " at index ", at);
    }
    for (auto& c : nonzero_tuple(t)) out.push_back(std::move(c));
    i += std::max<int64_t>(t.dim() - 1, 0);  // the gap that apply_views left
  }
  while (!out.empty() && !out.back().defined()) out.pop_back();
  TAUT_CHECK(out.size() <= self.dim(), IndexError, "too many indices for tensor of dimension ",
             self.dim(), " (got ", out.size(), ")");
  return out;
}

// Index tensors on adjacent dimensions [dim, dim + span) of a tensor with dimensions in `order`.
struct Placed {
  Dims order;  // permutation of the dimensions of self
  int64_t dim = 0, span = 0;
  IndexTensors indices;  // `span` of them
  Dims shape;            // their common shape
};

Placed place(const Tensor& self, const IndexTensors& indices) {
  Placed p;
  Dims indexed, others;
  for (int64_t d = 0; d < self.dim(); ++d) {
    const bool here = d < indices.size() && indices[d].defined();
    (here ? indexed : others).push_back(d);
  }
  p.span = indexed.size();
  const bool adjacent = indexed.back() - indexed[0] + 1 == p.span;
  p.dim = adjacent ? indexed[0] : 0;
  p.order = others;
  for (int64_t i = 0; i < p.span; ++i) p.order.insert(p.dim + i, indexed[i]);
  p.shape = indices[indexed[0]].sizes();
  for (auto d : indexed) {
    const Tensor& t = indices[d];
    p.indices.push_back(t);
    if (same(p.shape, t.sizes())) continue;
    try {
      p.shape = broadcast_shapes(p.shape, t.sizes(), "index");
    } catch (const Error&) {
      raise<IndexError>(
          "shape mismatch: indexing tensors could not be broadcast together with "
          "shapes ",
          ShapeText{p.shape}, ", ", ShapeText{t.sizes()});
    }
  }
  return p;
}

Tensor reordered(const Tensor& t, const Dims& order) {
  Dims sizes, strides;
  for (auto d : order) {
    sizes.push_back(t.size(d));
    strides.push_back(t.stride(d));
  }
  return alias(t, std::move(sizes), std::move(strides), t.offset());
}

// Byte offsets into t, whose dimensions are in p.order. Checks the indices, unless nothing will be
// read.
Tensor offsets_in(const Tensor& t, const Placed& p) {
  NoGrad guard;
  const Tensor offsets = zeros_beside(p.indices[0], p.shape, DType::Int64);
  if (offsets.is_meta()) return offsets;
  for (int64_t i = 0; i < p.span; ++i) {
    const Tensor at = contiguous(expand(p.indices[i], p.shape));
    const auto size = t.size(p.dim + i);
    const auto bad = kernels::add_offsets(offsets.data<int64_t>(), at.data<int64_t>(), at.numel(),
                                          size, byte_stride(t, p.dim + i));
    TAUT_CHECK(bad < 0 || size != 0, IndexError,
               "index is out of bounds for dimension with size 0");
    TAUT_CHECK(bad < 0, IndexError, "index ", at.data<int64_t>()[bad],
               " is out of bounds for dimension ", p.order[p.dim + i], " with size ", size);
  }
  return offsets;
}

Dims result_shape(const Tensor& t, const Placed& p) {
  Dims out;
  for (int64_t d = 0; d < p.dim; ++d) out.push_back(t.size(d));
  for (auto s : p.shape) out.push_back(s);
  for (int64_t d = p.dim + p.span; d < t.dim(); ++d) out.push_back(t.size(d));
  return out;
}

// Nothing can be read or written: out-of-range indices then go unnoticed, as in PyTorch.
bool reads_nothing(const Tensor& t, const Placed& p) {
  for (int64_t d = 0; d < t.dim(); ++d) {
    if ((d < p.dim || d >= p.dim + p.span) && t.size(d) == 0) return true;
  }
  return false;
}

struct Lookup {
  Tensor target;   // self in p.order, without history
  Tensor offsets;  // of p.shape; undefined when nothing is read
};
Lookup look_up(const Tensor& self, const Placed& p) {
  Lookup l{reordered(self, p.order), {}};
  if (!reads_nothing(l.target, p)) l.offsets = offsets_in(l.target, p);
  return l;
}

Tensor read(const Tensor& self, const Placed& p) {
  const auto [source, offsets] = look_up(self, p);
  const Dims sizes = result_shape(source, p);
  if (!offsets.defined()) return empty_beside(self, sizes, self.dtype());
  const Tensor out = empty_result(
      sizes,
      std::array{held(source, p.dim, p.span, p.shape), spread(offsets, source, p.dim, p.span)},
      self.dtype());
  take_into(out, source, p.dim, p.span, offsets, 1);
  return out;
}

void write(const Tensor& self, const Placed& p, const Tensor& values, bool accumulate) {
  const auto [target, offsets] = look_up(self, p);
  const Dims sizes = result_shape(target, p);
  TAUT_CHECK(is_broadcastable_to(values.sizes(), sizes), RuntimeError,
             "shape mismatch: value tensor of shape ", ShapeText{values.sizes()},
             " cannot be broadcast to indexing result of shape ", ShapeText{sizes});
  if (!offsets.defined()) return;
  if (accumulate && is_narrow(self.dtype())) {
    return through_float32(self, true, [&](const Tensor& wide) {
      write(wide, p, widened(detach(values)), accumulate);
    });
  }
  if (accumulate) return add_into(target, p.dim, p.span, offsets, 1, values);
  put_into(kernels::put_loop(self.element_size()), target, p.dim, p.span, offsets, 1, values);
}

// ---- recorded ----

IndexTensors unpacked(TensorSpan saved) { return IndexTensors(saved.begin(), saved.end()); }

void index_backward(GradFrame& frame, const Dims& sizes, TensorSpan saved) {
  const Tensor& g = frame.grad();
  const IndexTensors indices = unpacked(saved);
  if (frame.create_graph()) {
    return frame.give(
        0, index_put(zeros_beside(g, sizes, g.dtype()), indices, g, /*accumulate=*/true));
  }
  const auto [out, beta] = frame.dest(0, sizes, g.dtype());
  if (beta == 0) fill_raw(out, 0);
  write(out, place(out, indices), g, /*accumulate=*/true);
}

// The mask, broadcast to self, when it is the only index; else undefined.
Tensor only_mask(const Tensor& self, const IndexTensors& indices) {
  int64_t dim = 0;
  while (dim < indices.size() && !indices[dim].defined()) ++dim;
  if (dim == indices.size() || indices[dim].dtype() != DType::Bool) return {};
  const Tensor& mask = indices[dim];
  for (int64_t i = dim + 1; i < indices.size(); ++i) {
    if (indices[i].defined()) return {};
  }
  Dims sizes = mask.sizes();
  for (int64_t d = 0; d < mask.dim(); ++d) {
    if (dim + d >= self.dim() || mask.size(d) != self.size(dim + d)) return {};
  }
  sizes.resize(self.dim() - dim, 1);
  return reshape(mask, sizes);
}

Tensor index_put_impl(Where how, const Tensor& self, const IndexTensors& given,
                      const Tensor& values, bool accumulate, const char* op) {
  TAUT_CHECK(self.dtype() == values.dtype(), RuntimeError, op,
             ": Index put requires the source and destination dtypes match, got ",
             scalar_type_name(self.dtype()), " for the destination and ",
             scalar_type_name(values.dtype()), " for the source.");
  const IndexTensors indices = as_coordinates(self, given);
  const Placed p = place(self, indices);
  return on_target(
      how, self, op,
      [&] {
        return lambda_node(
            "IndexPutBackward0", std::array{self, values}, indices,
            [accumulate, sizes = values.sizes()](GradFrame& frame, TensorSpan saved) {
              const Tensor& g = frame.grad();
              const IndexTensors at = unpacked(saved);
              if (frame.needs(0)) {
                frame.give(0, accumulate ? g : index_put(g, at, zeros({}, g.dtype()), false));
              }
              if (frame.needs(1)) frame.give(1, sum_to_size(index(g, at), sizes));
            });
      },
      [&](const Tensor& out) { write(out, p, values, accumulate); });
}

}  // namespace

Tensor index(const Tensor& self, const IndexTensors& given) {
  if (given[0].defined() && given[0].dim() == self.dim() && only_mask(self, given).defined()) {
    return masked_select(self, given[0], "IndexBackward0");
  }
  const IndexTensors indices = as_coordinates(self, given);
  if (indices.empty()) return identity(self);
  const Tensor out = read(self, place(self, indices));
  if (const auto node = lambda_node("IndexBackward0", std::array{self}, indices,
                                    [sizes = self.sizes()](GradFrame& f, TensorSpan saved) {
                                      index_backward(f, sizes, saved);
                                    })) {
    set_history(out, node);
  }
  return out;
}

Tensor index_put(const Tensor& self, const IndexTensors& indices, const Tensor& values,
                 bool accumulate) {
  return index_put_impl(Where::CopyKeepingLayout, self, indices, values, accumulate, "index_put");
}

Tensor index_put_(const Tensor& self, const IndexTensors& indices, const Tensor& values,
                  bool accumulate) {
  return index_put_impl(Where::InPlace, self, indices, values, accumulate, "index_put_");
}

Tensor get_item(const Tensor& self, std::span<const IndexItem> items) {
  IndexTensors indices;
  const Tensor part = apply_views(self, items, indices);
  if (!indices.empty()) return index(part, indices);
  return part.is(self) ? identity(self) : part;
}

void set_item(const Tensor& self, std::span<const IndexItem> items, const Tensor& given) {
  IndexTensors indices;
  const Tensor part = apply_views(self, items, indices);
  Tensor value = given;
  if (indices.empty()) {
    // Leading dimensions of size 1 beyond those of the target do not count.
    while (value.dim() > part.dim() && value.size(0) == 1) value = select(value, 0, 0);
    TAUT_CHECK(is_broadcastable_to(value.sizes(), part.sizes()), RuntimeError,
               "expand: The expanded size ", ShapeText{part.sizes()},
               " must match the existing size of the value, got ", ShapeText{value.sizes()});
    if (value.impl()->wrapped_number) check_fits(number_of(value), part.dtype());
    copy_(part, value);
    return;
  }
  if (value.impl()->wrapped_number) {
    check_fits(number_of(value), part.dtype());
    value = full({}, number_of(value), part.dtype());
  }
  if (const Tensor mask = only_mask(part, indices); mask.defined() && value.numel() == 1) {
    masked_fill_(part, mask, reshape(value, {}), "IndexPutBackward0");
    return;
  }
  while (value.dim() > part.dim() && value.size(0) == 1) value = select(value, 0, 0);
  index_put_(part, indices, value, /*accumulate=*/false);
}

}  // namespace taut
