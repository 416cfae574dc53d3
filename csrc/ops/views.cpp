#include "ops/views.h"

#include <algorithm>

#include "core/error.h"
#include "ops/copy.h"
#include "ops/make_view.h"
#include "ops/reduce.h"

namespace taut {
namespace {

struct ViewBackward final : Node {
  Dims sizes;
  const char* name_;
  explicit ViewBackward(const Tensor& t, const char* name = "ViewBackward0")
      : sizes(t.sizes()), name_(name) {}
  const char* name() const override { return name_; }
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
  const char* name_;
  TransposeBackward(std::int64_t a, std::int64_t b, const char* name)
      : dim0(a), dim1(b), name_(name) {}
  const char* name() const override { return name_; }
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
  const char* name_;
  SqueezeBackward(const Tensor& t, const char* name) : sizes(t.sizes()), name_(name) {}
  const char* name() const override { return name_; }
  void backward(GradFrame& frame) override { frame.give(0, reshape(frame.grad(), sizes)); }
};

struct UnsqueezeBackward final : Node {
  Dims sizes;
  explicit UnsqueezeBackward(const Tensor& t) : sizes(t.sizes()) {}
  const char* name() const override { return "UnsqueezeBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, reshape(frame.grad(), sizes)); }
};

}  // namespace

Tensor view(const Tensor& t, DimSpan sizes) {
  Dims wanted = infer_size(sizes, t.numel(), "view");
  Dims strides;
  TAUT_CHECK(view_strides(t.sizes(), t.strides(), wanted, strides), RuntimeError,
             "view: view size is not compatible with input tensor's size and stride (at least one "
             "dimension spans across two contiguous subspaces). Use .reshape(...) instead. Got "
             "shape ",
             ShapeText{t.sizes()}, " with strides ", ShapeText{t.strides()}, " as ",
             ShapeText{wanted});
  return make_view<ViewBackward>(t, std::move(wanted), std::move(strides), t.offset(), t);
}

Tensor reshape(const Tensor& t, DimSpan sizes) {
  Dims wanted = infer_size(sizes, t.numel(), "reshape");
  Dims strides;
  if (!view_strides(t.sizes(), t.strides(), wanted, strides)) {
    const Tensor copy = clone_contiguous(t);
    strides = contiguous_strides(wanted);
    return make_view<ViewBackward>(copy, std::move(wanted), std::move(strides), 0, copy,
                                   "UnsafeViewBackward0");
  }
  return make_view<ViewBackward>(t, std::move(wanted), std::move(strides), t.offset(), t);
}

Tensor expand(const Tensor& t, DimSpan sizes) {
  const auto n = static_cast<std::int64_t>(sizes.size());
  TAUT_CHECK(n >= t.dim(), RuntimeError, "expand: the number of sizes provided (", n,
             ") must be greater or equal to the number of dimensions in the tensor (", t.dim(),
             ")");
  Dims wanted(sizes), strides(n, 0);
  for (std::int64_t d = n - 1, from = t.dim() - 1; d >= 0; --d, --from) {
    if (from < 0) {
      TAUT_CHECK(wanted[d] >= 0, RuntimeError, "expand: The expanded size of the tensor (",
                 wanted[d], ") isn't allowed in a leading, non-existing dimension ", d);
      if (wanted[d] == 1 && t.dim() > 0) strides[d] = wanted[d + 1] * strides[d + 1];
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

namespace {

Tensor transposed(const Tensor& t, std::int64_t dim0, std::int64_t dim1, const char* name) {
  Dims sizes = t.sizes(), strides = t.strides();
  if (dim0 != dim1) {
    std::swap(sizes[dim0], sizes[dim1]);
    std::swap(strides[dim0], strides[dim1]);
  }
  return make_view<TransposeBackward>(t, std::move(sizes), std::move(strides), t.offset(), dim0,
                                      dim1, name);
}

}  // namespace

Tensor transpose(const Tensor& t, std::int64_t dim0, std::int64_t dim1) {
  dim0 = wrap_dim(dim0, t.dim(), "transpose");
  dim1 = wrap_dim(dim1, t.dim(), "transpose");
  return transposed(t, dim0, dim1, "TransposeBackward0");
}

Tensor t(const Tensor& m) {
  TAUT_CHECK(m.dim() <= 2, RuntimeError, "t() expects a tensor with <= 2 dimensions, but self is ",
             m.dim(), "D");
  return transposed(m, 0, m.dim() < 2 ? 0 : 1, "TBackward0");
}

Tensor permute(const Tensor& t, DimSpan dims) {
  TAUT_CHECK(static_cast<std::int64_t>(dims.size()) == t.dim(), RuntimeError,
             "permute: number of dimensions in the tensor input does not match the length of the "
             "desired ordering of dimensions i.e. input.dim() = ",
             t.dim(), " is not equal to len(dims) = ", dims.size());
  Dims order = wrap_dims(dims, t.dim(), "permute"), sizes, strides;
  for (auto d : order) {
    sizes.push_back(t.sizes()[d]);
    strides.push_back(t.strides()[d]);
  }
  return make_view<PermuteBackward>(t, std::move(sizes), std::move(strides), t.offset(), order);
}

Tensor unsqueeze(const Tensor& t, std::int64_t dim) {
  dim = wrap_dim(dim, t.dim() + 1, "unsqueeze");
  Dims sizes = t.sizes(), strides = t.strides();
  strides.insert(dim, dim < t.dim() ? sizes[dim] * strides[dim] : 1);
  sizes.insert(dim, 1);
  return make_view<UnsqueezeBackward>(t, std::move(sizes), std::move(strides), t.offset(), t);
}

namespace {

Tensor squeezed(const Tensor& t, const Dims& which, const char* name) {
  Dims sizes, strides;
  for (std::int64_t d = 0; d < t.dim(); ++d) {
    if (t.sizes()[d] == 1 && std::find(which.begin(), which.end(), d) != which.end()) continue;
    sizes.push_back(t.sizes()[d]);
    strides.push_back(t.strides()[d]);
  }
  return make_view<SqueezeBackward>(t, std::move(sizes), std::move(strides), t.offset(), t, name);
}

}  // namespace

Tensor squeeze(const Tensor& t) {
  Dims all;
  for (std::int64_t d = 0; d < t.dim(); ++d) all.push_back(d);
  return squeezed(t, all, "SqueezeBackward0");
}

Tensor squeeze(const Tensor& t, std::int64_t dim) {
  return squeezed(t, Dims{wrap_dim(dim, t.dim(), "squeeze")}, "SqueezeBackward1");
}

Tensor squeeze(const Tensor& t, DimSpan dims) {
  return squeezed(t, wrap_dims(dims, t.dim(), "squeeze"), "SqueezeBackward2");
}

Tensor flatten(const Tensor& t, std::int64_t start, std::int64_t end) {
  start = wrap_dim(start, t.dim(), "flatten");
  end = wrap_dim(end, t.dim(), "flatten");
  TAUT_CHECK(start <= end, RuntimeError,
             "flatten() has invalid args: start_dim cannot come after end_dim");
  if (t.dim() == 0) return reshape(t, Dims{1});
  if (start == end) return t;
  Dims sizes(t.sizes().begin(), t.sizes().begin() + start);
  std::int64_t merged = 1;
  for (auto d = start; d <= end; ++d) merged *= t.size(d);
  sizes.push_back(merged);
  for (auto d = end + 1; d < t.dim(); ++d) sizes.push_back(t.size(d));
  return reshape(t, sizes);
}

Tensor unflatten(const Tensor& t, std::int64_t dim, DimSpan given) {
  dim = wrap_dim(dim, t.dim(), "unflatten");
  TAUT_CHECK(!given.empty(), RuntimeError, "unflatten: sizes must be non-empty");
  Dims inner(given), sizes(t.sizes().begin(), t.sizes().begin() + dim);
  std::int64_t known = 1, open = -1;
  for (std::int64_t i = 0; i < inner.size(); ++i) {
    TAUT_CHECK(inner[i] != -1 || open < 0, RuntimeError,
               "unflatten: only one dimension can be inferred");
    if (inner[i] == -1)
      open = i;
    else
      known *= inner[i];
  }
  if (open >= 0 && known != 0) inner[open] = t.size(dim) / known;
  TAUT_CHECK(numel(inner) == t.size(dim), RuntimeError, "unflatten: Provided sizes ",
             ShapeText{given}, " don't multiply up to the size of dim ", dim, " (", t.size(dim),
             ") in the input tensor");
  for (auto s : inner) sizes.push_back(s);
  for (auto d = dim + 1; d < t.dim(); ++d) sizes.push_back(t.size(d));
  return view(t, sizes);
}

Tensor matrix_transpose(const Tensor& t, const char* op) {
  TAUT_CHECK(t.dim() != 1, RuntimeError, op,
             " is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return t.dim() == 0 ? permute(t, {}) : transpose(t, -2, -1);
}

Tensor movedim(const Tensor& t, DimSpan source, DimSpan destination) {
  TAUT_CHECK(source.size() == destination.size(), RuntimeError,
             "movedim: Invalid source or destination dims: source (", ShapeText{source},
             " dims) should contain the same number of dims as destination (",
             ShapeText{destination}, " dims)");
  // Those out of range, of either list, before those that repeat.
  for (const auto d : destination) wrap_dim(d, t.dim(), "movedim");
  const Dims from = wrap_dims(source, t.dim(), "movedim");
  const Dims to = wrap_dims(destination, t.dim(), "movedim");
  if (t.dim() == 0) return permute(t, {});
  Dims order(t.dim(), -1);
  for (std::int64_t i = 0; i < from.size(); ++i) order[to[i]] = from[i];
  std::int64_t next = 0;
  for (auto& d : order) {
    if (d >= 0) continue;
    while (std::find(from.begin(), from.end(), next) != from.end()) ++next;
    d = next++;
  }
  return permute(t, order);
}

// Elements change size: the last dimension takes the factor, and everything else must allow it.
Tensor view_dtype(const Tensor& t, DType dtype) {
  const auto before = static_cast<std::int64_t>(t.element_size());
  const auto after = static_cast<std::int64_t>(size_of(dtype));
  Dims sizes = t.sizes(), strides = t.strides();
  std::int64_t offset = t.offset();
  TAUT_CHECK(before == after || t.dim() > 0, RuntimeError, "view: self.dim() cannot be 0 to view ",
             t.dtype(), " as ", dtype, " (different element sizes)");
  TAUT_CHECK(before == after || strides.back() == 1, RuntimeError,
             "view: self.stride(-1) must be 1 to view ", t.dtype(), " as ", dtype,
             " (different element sizes), but got ", before == after ? 1 : strides.back());
  if (before > after) {
    const auto factor = before / after;
    for (auto& s : strides) s *= factor;
    sizes.back() *= factor;
    strides.back() = 1;
    offset *= factor;
  } else if (before < after) {
    const auto factor = after / before;
    TAUT_CHECK(sizes.back() % factor == 0 && offset % factor == 0, RuntimeError,
               "view: self.size(-1) and self.storage_offset() must be divisible by ", factor,
               " to view ", t.dtype(), " as ", dtype, " (different element sizes), but got ",
               sizes.back(), " and ", offset);
    for (std::int64_t d = 0; d + 1 < t.dim(); ++d) {
      TAUT_CHECK(strides[d] % factor == 0, RuntimeError, "view: self.stride(", d,
                 ") must be divisible by ", factor, " to view ", t.dtype(), " as ", dtype,
                 " (different element sizes), but got ", strides[d]);
      strides[d] /= factor;
    }
    sizes.back() /= factor;
    offset /= factor;
  }
  t.check_strided();
  Tensor out(make<TensorImpl>(t.storage(), offset, std::move(sizes), std::move(strides), dtype));
  mark_view(out, t);
  return out;
}

Tensor become(const Tensor& t, const Tensor& view, const char* op) {
  check_inplace(t, op);
  auto* impl = t.impl();
  impl->set_geometry(view.storage(), view.offset(), view.sizes(), view.strides(), view.dtype());
  if (view.requires_grad()) {
    impl->grad_fn = Ref<RefCounted>(grad_fn_of(view));
    impl->output_nr = view.impl()->output_nr;
  }
  t.bump_version();
  return t;
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
