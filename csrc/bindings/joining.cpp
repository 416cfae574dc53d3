// Joining, repeating, rearranging and padding.
#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/join.h"
#include "ops/output.h"
#include "ops/rearrange.h"
#include "ops/views.h"

namespace taut {
namespace {

// As PyTorch: a TypeError here.
PyObject* joined_into(const Values& v, int i, const Tensor& result) {
  const Tensor out = v.tensor_or_undefined(i);
  TAUT_CHECK(!out.defined() || category(result.dtype()) <= category(out.dtype()), TypeError,
             v.name(), "(): input types can't be cast to the desired output type ", out.dtype());
  return into(v, i, result, OutType::Castable);
}

constexpr Signature kCat{"cat", {"tensors", "dim", "out"}, 1, 2};
constexpr Signature kConcat{"concat", {"tensors", "dim", "out"}, 1, 2};
constexpr Signature kConcatenate{"concatenate", {"tensors", "dim", "out"}, 1, 2};
constexpr Signature kStack{"stack", {"tensors", "dim", "out"}, 1, 2};
PyObject* cat_fn(const Values& v) {
  const auto tensors = tensors_at(v, 0);
  const Tensor result = cat(tensors, int_at(v, 1, 0));
  for (const Tensor& t : tensors) {
    check_no_overlap("cat", v.tensor_or_undefined(2), result.numel(), t);
  }
  return joined_into(v, 2, result);
}
PyObject* stack_fn(const Values& v) {
  const auto tensors = tensors_at(v, 0);
  return joined_into(v, 2, stack(tensors, int_at(v, 1, 0)));
}

constexpr Signature kRepeat{"repeat", {"input", "repeats"}};
constexpr Signature kFlipMethod{"flip", {"input", "dims"}};
constexpr Signature kFlip{"flip", {"input", "dims"}, 2};
constexpr Signature kRoll{"roll", {"input", "shifts", "dims"}, 2};
PyObject* flip_fn(const Values& v) { return wrap(flip(v.tensor(0), dims_at(v, 1))); }
PyObject* roll_fn(const Values& v) {
  return wrap(roll(v.tensor(0), dims_at(v, 1), v.given(2) ? dims_at(v, 2) : Dims{}));
}

constexpr Signature kRepeatInterleave{
    "repeat_interleave", {"input", "repeats", "dim", "output_size"}, 1, 3};
PyObject* repeat_interleave_fn(const Values& v) {
  const Tensor& t = v.tensor(0);
  if (!v.given(1)) return wrap(repeat_interleave_indices(t));
  Tensor repeats;
  if (is_tensor(v.object(1))) {
    repeats = v.tensor(1);
  } else {
    const auto n = int_at(v, 1);
    TAUT_CHECK(n >= 0, RuntimeError, "repeat_interleave: Repeats must be non-negative, got ", n);
    repeats = full({}, n, DType::Int64);
  }
  const auto dim = optional_int_at(v, 2);
  const Tensor out = dim ? repeat_interleave(t, repeats, *dim)
                         : repeat_interleave(reshape(t, Dims{-1}), repeats, 0);
  const auto size = optional_int_at(v, 3);
  TAUT_CHECK(!size || out.dim() == 0 || out.size(dim.value_or(0)) == *size, RuntimeError,
             "repeat_interleave: allocated size does not match required size, got output_size=",
             size.value_or(0));
  return wrap(out);
}

constexpr Signature kConstantPad{"constant_pad_nd", {"input", "pad", "value"}, 2};
constexpr Signature kPad{"_pad", {"input", "pad", "mode", "value"}, 2};
PyObject* constant_pad_fn(const Values& v) {
  return wrap(constant_pad_nd(v.tensor(0), dims_at(v, 1), v.scalar(2, 0)));
}
PyObject* pad_fn(const Values& v) {
  const auto mode = v.text(2, "constant");
  if (mode == "constant") {
    return wrap(constant_pad_nd(v.tensor(0), dims_at(v, 1), v.scalar(3, 0)));
  }
  TAUT_CHECK(!v.given(3) || v.scalar(3).to_double() == 0, RuntimeError, "pad: Padding mode \"",
             mode, "\" doesn't take in value argument");
  return wrap(pad_nd(v.tensor(0), dims_at(v, 1), mode));
}

}  // namespace

void bind_joining(py::module_& m) {
  def_fast<kCat, cat_fn>(m);
  def_fast<kConcat, cat_fn>(m);
  def_fast<kConcatenate, cat_fn>(m);
  def_fast<kStack, stack_fn>(m);
  def_dims_method<kRepeat, repeat>();
  def_dims_method<kFlipMethod, flip>();
  def_fast<kFlip, flip_fn>(m);
  def_fast_op<kRoll, roll_fn>(m);
  def_fast_op<kRepeatInterleave, repeat_interleave_fn>(m);
  def_fast_op<kConstantPad, constant_pad_fn>(m);
  def_fast<kPad, pad_fn>(m);
}

}  // namespace taut
