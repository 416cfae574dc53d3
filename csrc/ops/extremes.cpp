#include "ops/extremes.h"

#include <array>
#include <utility>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/reduce_plan.h"
#include "ops/select_along.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

constexpr int index(DType t) { return static_cast<int>(t); }

void check_not_empty(const Tensor& t, std::optional<DimSpan> dims, const Axes& axes,
                     const char* op) {
  if (t.numel() > 0) return;
  TAUT_CHECK(dims && !dims->empty(), RuntimeError, op,
             "(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
             "reduction dim with the 'dim' argument.");
  for (int64_t d = 0; d < t.dim(); ++d) {
    TAUT_CHECK(!axes.has(d) || t.size(d) > 0, IndexError, op, "(): Expected reduction dim ", d,
               " to have non-zero size.");
  }
}

Tensor extreme_of(const Tensor& t, const Axes& axes, bool keepdim, bool greatest) {
  if (t.numel() == 0) return empty_beside(t, axes.sizes(keepdim), t.dtype());
  const auto& k = reduce_kernels();
  const ReduceLoop loop = (greatest ? k.max : k.min)[index(t.dtype())];
  return fold(t, axes, keepdim, {loop, loop, loop, loop, t.dtype(), t.dtype()});
}

// Every element that equals the extreme gets the same share; of a NaN only max() and min() say who
// made it, in the others the gradient is NaN.
struct ExtremeBackward final : Node {
  const char* label;
  Axes axes;
  bool finds_nan;
  SavedTensor input, output;
  ExtremeBackward(const char* label, const Axes& axes, bool finds_nan)
      : label(label), axes(axes), finds_nan(finds_nan) {}
  const char* name() const override { return label; }
  void each_saved(SavedValues& values) override {
    values(input);
    values(output);
  }
  void backward(GradFrame& frame) override {
    const Tensor x = input.unpack(*this), y = restore_dims(output.unpack(*this), axes);
    const Tensor g = restore_dims(frame.grad(), axes);
    frame.give(0, mul(g, shares(x, y, g.dtype())));
  }

 private:
  Tensor shares(const Tensor& x, const Tensor& y, DType dtype) const {
    NoGrad guard;
    Tensor equal = eq(x, y);
    if (finds_nan) equal = logical_or(equal, logical_and(isnan(x), isnan(y)));
    const Tensor mask = cast(equal, dtype);
    return div(mask, sum(mask, axes.dims(), true, {}));
  }
};

Tensor recorded_extreme(const Tensor& t, const Axes& axes, bool keepdim, bool greatest,
                        const char* label, bool finds_nan = false) {
  if (is_narrow(t.dtype())) {
    return rounded(recorded_extreme(widened(t), axes, keepdim, greatest, label, finds_nan),
                   t.dtype());
  }
  const Tensor out = extreme_of(t, axes, keepdim, greatest);
  if (is_floating(t.dtype()) && needs_grad(t)) {
    auto node = make<ExtremeBackward>(label, axes, finds_nan);
    set_edges(*node, {t});
    set_history(out, node);
    node->input = SavedTensor(t);
    node->output = SavedTensor::output(out);
  }
  return out;
}

Tensor over_all(const Tensor& t, bool greatest) {
  const char* op = greatest ? "max" : "min";
  const Axes axes(t, std::nullopt, op);
  check_not_empty(t, std::nullopt, axes, op);
  return recorded_extreme(t, axes, false, greatest, greatest ? "MaxBackward1" : "MinBackward1",
                          true);
}

Tensor over_dims(const Tensor& t, DimSpan dims, bool keepdim, bool greatest) {
  const char* op = greatest ? "amax" : "amin";
  const Axes axes(t, dims, op);
  check_not_empty(t, dims, axes, op);
  return recorded_extreme(t, axes, keepdim, greatest, greatest ? "AmaxBackward0" : "AminBackward0");
}

// Places ----------------------------------------------------------------------------------------

// One long line, by pieces: the extreme of each, then the extreme of those.
void find_in_line(ArgLoop loop, const Tensor& t, std::byte* value, int64_t* place) {
  const int64_t n = t.numel(), pieces = n / kReduceChunk, rest = n - pieces * kReduceChunk;
  const int64_t all = pieces + (rest > 0 ? 1 : 0);
  const auto bytes = static_cast<int64_t>(t.element_size());
  const Tensor values = empty(Dims{all}, t.dtype()), places = empty(Dims{all}, DType::Int64);
  parallel_for(0, all, 1, [&](int64_t b, int64_t e) {
    for (; b < e; ++b) {
      const ReduceShape piece{1, 0, std::min(kReduceChunk, n - b * kReduceChunk), 1, 1};
      loop(t.raw() + b * kReduceChunk * bytes, piece, values.raw() + b * bytes,
           places.data<int64_t>() + b);
    }
  });
  loop(values.raw(), {1, 0, all, 1, 1}, value, place);
  *place = *place * kReduceChunk + places.data<int64_t>()[*place];
}

// values may be undefined.
void find(ArgLoop loop, const Block& block, const Tensor& values, const Tensor& indices) {
  const Tensor& t = block.t;
  const auto bytes = static_cast<int64_t>(t.element_size());
  int64_t* places = indices.data<int64_t>();
  std::byte* found = values.defined() ? values.raw() : nullptr;
  LongWork section(t.numel());
  if (block.outer == 1 && block.inner == 1 && block.n > 2 * kReduceChunk) {
    return find_in_line(loop, t, found, places);
  }
  constexpr int64_t kWidth = 1024;
  const int64_t line = block.n * block.inner, width = std::min(block.inner, kWidth);
  const int64_t columns = (block.inner + width - 1) / width;
  // Either some whole lines to a piece, or a piece of the columns of one.
  const int64_t grain = columns > 1 ? 1 : std::max<int64_t>(kReduceChunk / line, 1);
  parallel_for(0, block.outer * columns, grain, [&](int64_t b, int64_t e) {
    const int64_t o = b / columns, first = b % columns * width;
    const int64_t lines = columns > 1 ? 1 : e - b;
    const int64_t at = o * line + first, to = o * block.inner + first;
    loop(t.raw() + at * bytes,
         {lines, line, block.n, block.inner, std::min(width, block.inner - first)},
         found ? found + to * bytes : nullptr, places + to);
  });
}

Extreme find_along(const Tensor& t, const Axes& axes, bool keepdim, bool greatest,
                   bool wants_value) {
  if (is_floating(t.dtype())) count_element_operations(t.numel());
  const Dims sizes = axes.sizes(keepdim);
  Extreme out{wants_value ? empty_beside(t, sizes, t.dtype()) : Tensor(),
              empty_beside(t, sizes, DType::Int64)};
  if (t.numel() == 0 || t.is_meta()) return out;
  const Tensor x = widened(detach(t));
  const auto& k = reduce_kernels();
  find((greatest ? k.argmax : k.argmin)[index(x.dtype())], as_block(x, axes), out.values,
       out.indices);
  return out;
}

Extreme along(const Tensor& t, int64_t dim, bool keepdim, bool greatest) {
  const char* op = greatest ? "max" : "min";
  dim = wrap_dim(dim, t.dim(), op);
  const int64_t dims[] = {dim};
  const Axes axes(t, dims, op);
  check_not_empty(t, dims, axes, op);
  if (is_narrow(t.dtype())) return rounded(along(widened(t), dim, keepdim, greatest), t.dtype());
  const Extreme found = find_along(t, axes, keepdim, greatest, true);
  record_selection(greatest ? "MaxBackward0" : "MinBackward0", found.values, found.indices, t, dim,
                   keepdim);
  return found;
}

Tensor place(const Tensor& t, std::optional<int64_t> dim, bool keepdim, bool greatest) {
  const char* op = greatest ? "argmax" : "argmin";
  TAUT_CHECK(!is_bool(t.dtype()), NotImplementedError, "\"", op,
             "_cpu\" not implemented for 'Bool'");
  const int64_t dims[] = {dim.value_or(0)};
  const auto chosen = dim ? std::optional<DimSpan>(dims) : std::nullopt;
  const Axes axes(t, chosen, op);
  if (t.numel() == 0) {
    TAUT_CHECK(dim, IndexError, op,
               "(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
               "reduction dim with the 'dim' argument.");
    check_not_empty(t, chosen, axes, op);
  }
  return find_along(t, axes, keepdim, greatest, false).indices;
}

}  // namespace

Tensor max(const Tensor& t) { return over_all(t, true); }
Tensor min(const Tensor& t) { return over_all(t, false); }
Extreme max(const Tensor& t, int64_t dim, bool keepdim) { return along(t, dim, keepdim, true); }
Extreme min(const Tensor& t, int64_t dim, bool keepdim) { return along(t, dim, keepdim, false); }
Tensor amax(const Tensor& t, DimSpan dims, bool keepdim) {
  return over_dims(t, dims, keepdim, true);
}
Tensor amin(const Tensor& t, DimSpan dims, bool keepdim) {
  return over_dims(t, dims, keepdim, false);
}
MinMax aminmax(const Tensor& t, std::optional<int64_t> dim, bool keepdim) {
  const int64_t dims[] = {dim.value_or(0)};
  const auto chosen = dim ? std::optional<DimSpan>(dims) : std::nullopt;
  const Axes axes(t, chosen, "aminmax");
  check_not_empty(t, chosen, axes, "aminmax");
  return {recorded_extreme(t, axes, keepdim, false, "AminmaxBackward0"),
          recorded_extreme(t, axes, keepdim, true, "AminmaxBackward0")};
}
Tensor argmax(const Tensor& t, std::optional<int64_t> dim, bool keepdim) {
  return place(t, dim, keepdim, true);
}
Tensor argmin(const Tensor& t, std::optional<int64_t> dim, bool keepdim) {
  return place(t, dim, keepdim, false);
}

}  // namespace taut
