#include "ops/rearrange.h"
#include "ops/autocast.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/memory_format.h"
#include "ops/views.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// t read backwards along dims: geometry only, for copying out of.
Tensor reversed(const Tensor& t, DimSpan dims) {
  Dims strides = t.strides();
  int64_t offset = t.offset();
  for (const auto d : dims) {
    if (t.size(d) > 0) offset += (t.size(d) - 1) * strides[d];
    strides[d] = -strides[d];
  }
  return alias(t, t.sizes(), std::move(strides), offset);
}

Tensor window(const Tensor& t, int64_t dim, int64_t start, int64_t length) {
  Dims sizes = t.sizes();
  sizes[dim] = length;
  return alias(t, std::move(sizes), t.strides(), t.offset() + start * t.stride(dim));
}

// out = in rolled along the dims from `from` on: each dim splits the copy into two blocks.
void roll_blocks(const Tensor& out, const Tensor& in, const Dims& shifts, int64_t dim) {
  if (dim == in.dim()) return copy_raw(out, in);
  const auto size = in.size(dim), shift = shifts[dim];
  if (shift == 0) return roll_blocks(out, in, shifts, dim + 1);
  roll_blocks(window(out, dim, shift, size - shift), window(in, dim, 0, size - shift), shifts,
              dim + 1);
  roll_blocks(window(out, dim, 0, shift), window(in, dim, size - shift, shift), shifts, dim + 1);
}

// ---- padding ----

// (before, after) for each dimension in order.
struct Padding {
  Dims before, after;
  Padding(DimSpan padding, int64_t dims, const char* op) : before(dims, 0), after(dims, 0) {
    const auto n = static_cast<int64_t>(padding.size());
    TAUT_CHECK(n % 2 == 0, RuntimeError, op, ": Padding length must be divisible by 2, got ", n);
    TAUT_CHECK(n / 2 <= dims, RuntimeError, op,
               ": Padding length should be less than or equal to two times the input dimension but "
               "got padding length ",
               n, " and input of dimension ", dims);
    for (int64_t i = 0; i < n / 2; ++i) {
      before[dims - 1 - i] = padding[2 * i];
      after[dims - 1 - i] = padding[2 * i + 1];
    }
  }
};

// Fills what surrounds the input and copies the input: each element of out is written once.
void pad_constant(Tensor out, const Tensor& t, const Padding& p, Scalar value) {
  Tensor in = detach(t);
  for (int64_t d = 0; d < t.dim(); ++d) {
    const auto left = std::max<int64_t>(p.before[d], 0), right = std::max<int64_t>(p.after[d], 0);
    const auto cut = std::max<int64_t>(-p.before[d], 0);
    const auto kept = out.size(d) - left - right;
    fill_raw(window(out, d, 0, left), value);
    fill_raw(window(out, d, out.size(d) - right, right), value);
    out = window(out, d, left, kept);
    in = window(in, d, cut, kept);
  }
  copy_raw(out, in);
}

enum class Border { Reflect, Replicate, Circular };

// Negative padding cuts first; circular padding repeats what is left, the others see the input.
int64_t source_of(int64_t i, int64_t size, int64_t before, int64_t after, Border border) {
  i -= before;
  if (border == Border::Replicate) return std::clamp<int64_t>(i, 0, size - 1);
  if (border == Border::Circular) {
    const auto cut = std::max<int64_t>(-before, 0);
    const auto kept = size - cut - std::max<int64_t>(-after, 0);
    return cut + ((i - cut) % kept + kept) % kept;
  }
  i = std::abs(i);
  return i < size ? i : 2 * (size - 1) - i;
}

void check_border(const Tensor& t, int64_t d, int64_t before, int64_t after, Border border) {
  const auto size = t.size(d), out = size + before + after;
  if (border == Border::Reflect) {
    TAUT_CHECK(before < size && after < size, RuntimeError,
               "pad: Padding size should be less than the corresponding input dimension, but got: "
               "padding (",
               before, ", ", after, ") at dimension ", d, " of input ", ShapeText{t.sizes()});
  }
  if (border == Border::Circular) {
    TAUT_CHECK(before <= size && after <= size, RuntimeError,
               "pad: Padding value causes wrapping around more than once.");
    TAUT_CHECK(out >= 0, RuntimeError,
               "pad: Negative padding value is resulting in an empty "
               "dimension");
  }
  TAUT_CHECK(out >= 1 && size >= 1, RuntimeError, "pad: input (size ", size, " at dimension ", d,
             ") is too small for padding (", before, ", ", after, ")");
}

// Numbers, and no empty dimension but the batch.
void check_planes(const Tensor& t, int64_t dims) {
  check_not_bool("pad", t);
  bool good = true;
  for (int64_t d = t.dim() == dims + 2 ? 1 : 0; d < t.dim(); ++d) good &= t.size(d) > 0;
  TAUT_CHECK(good, RuntimeError, "pad: Expected ", dims + 1, "D or ", dims + 2,
             "D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
             "input, but got: ",
             ShapeText{t.sizes()});
}

Border border_of(std::string_view mode) {
  if (mode == "reflect") return Border::Reflect;
  if (mode == "replicate") return Border::Replicate;
  TAUT_CHECK(mode == "circular", NotImplementedError, "pad: Unrecognised padding mode ", mode);
  return Border::Circular;
}

}  // namespace

Tensor flip(const Tensor& t, DimSpan given) {
  const Dims dims = wrap_dims(given, t.dim(), "flip");
  const Tensor out = empty_result(t.sizes(), std::array{t}, t.dtype());
  // 0-d: nothing to reverse.
  if (t.numel() > 0) copy_raw(out, reversed(t, t.dim() == 0 ? DimSpan{} : DimSpan(dims)));
  record(out, "FlipBackward0", {t}, {},
         [dims](GradFrame& frame, TensorSpan) { frame.give(0, flip(frame.grad(), dims)); });
  return out;
}

namespace {

Tensor roll_flat(const Tensor& t, int64_t shift) {
  Tensor out;
  {
    NoGrad guard;
    out = reshape(roll(reshape(t, Dims{-1}), Dims{shift}, Dims{0}), t.sizes());
  }
  record(out, "RollBackward0", {t}, {},
         [shift](GradFrame& frame, TensorSpan) { frame.give(0, roll_flat(frame.grad(), -shift)); });
  return out;
}

}  // namespace

Tensor roll(const Tensor& t, DimSpan shifts, DimSpan dims) {
  TAUT_CHECK(!shifts.empty(), RuntimeError, "roll: `shifts` required");
  if (dims.empty() && shifts.size() == 1) return roll_flat(t, shifts[0]);
  TAUT_CHECK(shifts.size() == dims.size(), RuntimeError,
             "roll: shifts and dimensions must align. shifts: ", shifts.size(),
             ", dims:", dims.size());
  check_has_dims("roll", t, dims[0]);
  Dims total(t.dim(), 0), back;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    back.push_back(-shifts[i]);
    if (t.numel() == 0) continue;  // PyTorch does not look at the dimensions either
    const auto d = wrap_dim(dims[i], t.dim(), "roll");
    total[d] = ((total[d] + shifts[i]) % t.size(d) + t.size(d)) % t.size(d);
  }
  const Tensor out = empty_beside(t, t.sizes(), t.dtype());
  if (t.numel() > 0 && !t.is_meta()) roll_blocks(out, detach(t), total, 0);
  record(out, "RollBackward0", {t}, {}, [back, dims = Dims(dims)](GradFrame& frame, TensorSpan) {
    frame.give(0, roll(frame.grad(), back, dims));
  });
  return out;
}

Tensor constant_pad_nd(const Tensor& t, DimSpan padding, Scalar value) {
  const Padding p(padding, t.dim(), "constant_pad_nd");
  Dims sizes, back;
  for (int64_t d = 0; d < t.dim(); ++d) {
    const auto size = t.size(d) + p.before[d] + p.after[d];
    TAUT_CHECK(size >= 0 && t.size(d) + std::min<int64_t>(p.before[d], 0) >= 0 &&
                   t.size(d) + std::min<int64_t>(p.after[d], 0) >= 0,
               RuntimeError, "constant_pad_nd: The input size ", t.size(d),
               ", plus negative padding ", p.before[d], " and ", p.after[d],
               " resulted in a negative output size, at dimension ", d);
    sizes.push_back(size);
  }
  for (auto n : padding) back.push_back(-n);
  const Tensor out = empty_beside(t, sizes, t.dtype());
  pad_constant(out, t, p, value);
  record(out, "ConstantPadNdBackward0", {t}, {}, [back](GradFrame& frame, TensorSpan) {
    frame.give(0, constant_pad_nd(frame.grad(), back, 0));
  });
  return in_format_of(t, out);
}

Tensor pad_nd(const Tensor& t, DimSpan padding, std::string_view mode) {
  const Border border = border_of(mode);
  if (autocast::on() && border != Border::Circular) {
    return autocast::widened([&](auto wide) { return pad_nd(wide(t), padding, mode); });
  }
  const auto dims = static_cast<int64_t>(padding.size()) / 2;
  TAUT_CHECK(padding.size() % 2 == 0 && dims >= 1 && dims <= 3 &&
                 (t.dim() == dims + 1 || t.dim() == dims + 2),
             NotImplementedError, "pad: Padding size ", padding.size(), " is not supported for ",
             t.dim(),
             "D input tensor. Supported combinations for non-constant padding: 2D or 3D "
             "input: padding size = 2; 3D or 4D input: padding size = 4; 4D or 5D input: padding "
             "size = 6");
  if (border != Border::Circular) check_planes(t, dims);
  const Padding p(padding, t.dim(), "pad");
  Tensor out = t;
  for (int64_t d = t.dim() - dims; d < t.dim(); ++d) {
    check_border(t, d, p.before[d], p.after[d], border);
    const auto size = t.size(d);
    const Tensor index = empty(Dims{size + p.before[d] + p.after[d]}, DType::Int64);
    for (int64_t i = 0; i < index.numel(); ++i) {
      index.data<int64_t>()[i] = source_of(i, size, p.before[d], p.after[d], border);
    }
    out = index_select(out, d, index);
  }
  return border == Border::Circular ? out : in_format_of(t, out);
}

}  // namespace taut
