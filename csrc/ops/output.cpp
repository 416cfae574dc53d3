#include "ops/output.h"

#include <algorithm>

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/elementwise.h"
#include "ops/overwrite.h"

namespace taut {

bool same_view(const Tensor& a, const Tensor& b) {
  return a.storage() == b.storage() && a.offset() == b.offset() && a.dtype() == b.dtype() &&
         same(a.sizes(), b.sizes()) && same(a.strides(), b.strides());
}

void check_no_overlap(const char* op, const Tensor& out, int64_t elements, const Tensor& input) {
  if (!out.defined() || out.storage() != input.storage()) return;
  if (!out.is_contiguous() || !input.is_contiguous()) return;
  const int64_t width = static_cast<int64_t>(out.element_size());
  const std::byte* first = out.raw();
  const std::byte* other = input.raw();
  const bool apart = !same_view(out, input) &&
                     (first + elements * width <= other || other + input.numel() * width <= first);
  TAUT_CHECK(apart, RuntimeError, op,
             ": unsupported operation: some elements of the input tensor and the written-to tensor "
             "refer to a single memory location. Please clone() the tensor before performing the "
             "operation.");
}

void check_same_dtype(const char* op, DType result, const Tensor& out) {
  TAUT_CHECK(result == out.dtype(), RuntimeError, op, ": Expected out tensor to have dtype ",
             result, ", but got ", out.dtype(), " instead");
}

Output::Output(const char* op, const Tensor& out, DimSpan sizes, DType dtype,
               std::span<const Tensor* const> inputs)
    : out_(out) {
  if (!out.defined()) {
    out_ = target_ = empty_beside(*inputs.front(), sizes, dtype);
    return;
  }
  for (const Tensor* t : inputs) check_out(op, std::array{Arg(*t)}, out);
  check_same_dtype(op, dtype, out);
  NoGrad guard;  // out may be a leaf
  check_writable(out, op);
  resize_out(out, sizes);
  choose_target(inputs);
}

Output::Output(const Tensor& self, std::span<const Tensor* const> inputs) : out_(self) {
  choose_target(inputs);
}

void Output::choose_target(std::span<const Tensor* const> inputs) {
  const bool shared = std::any_of(inputs.begin(), inputs.end(),
                                  [&](const Tensor* t) { return t->storage() == out_.storage(); });
  target_ = shared ? empty_beside(out_, out_.sizes(), out_.dtype()) : out_;
}

Tensor Output::finish() const {
  if (!same_view(out_, target_)) copy_raw(out_, target_);
  return out_;
}

}  // namespace taut
