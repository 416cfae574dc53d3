#include "ops/packed_sequence.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/recurrent_steps.h"
#include "ops/split.h"
#include "ops/views.h"

namespace taut {
namespace {

// f(row of the packed data, row of the padded tensor): runs over a step's sequences, or over the
// rest of the batch with no packed row (-1).
template <class F>
void each_row(const Sequence& s, int64_t length, bool batch_first, F f) {
  for (int64_t t = 0; t < length; ++t) {
    const int64_t active = t < s.steps ? s.active(t) : 0;
    for (int64_t b = 0; b < s.batch; ++b) {
      f(b < active ? s.row(t) + b : -1, batch_first ? b * length + t : t * s.batch + b);
    }
  }
}

// Of a row: all dimensions but the first ones.
std::size_t bytes_after(const Tensor& t, std::size_t dims) {
  return static_cast<std::size_t>(numel(DimSpan(t.sizes()).subspan(dims))) * t.element_size();
}

Tensor packed_rows(const Tensor& x, const Sequence& s, bool batch_first) {
  const Tensor from = contiguous(detach(x));
  Dims sizes{s.rows};
  for (int64_t d = 2; d < x.dim(); ++d) sizes.push_back(x.size(d));
  const Tensor out = empty(sizes, x.dtype());
  const std::size_t width = bytes_after(x, 2);
  each_row(s, x.size(batch_first ? 1 : 0), batch_first, [&](int64_t packed, int64_t padded) {
    if (packed >= 0) std::memcpy(out.raw() + packed * width, from.raw() + padded * width, width);
  });
  return out;
}

Tensor padded_rows(const Tensor& data, const Sequence& s, bool batch_first, Scalar value,
                   int64_t length) {
  const Tensor from = contiguous(detach(data));
  Dims sizes = batch_first ? Dims{s.batch, length} : Dims{length, s.batch};
  for (int64_t d = 1; d < data.dim(); ++d) sizes.push_back(data.size(d));
  const Tensor out = empty(sizes, data.dtype());
  const std::size_t width = bytes_after(data, 1);
  const Tensor filler = full(DimSpan(sizes).subspan(2), value, data.dtype());
  each_row(s, length, batch_first, [&](int64_t packed, int64_t padded) {
    const std::byte* row = packed < 0 ? filler.raw() : from.raw() + packed * width;
    std::memcpy(out.raw() + padded * width, row, width);
  });
  return out;
}

}  // namespace

Tensor batch_sizes_of(const Tensor& lengths, int64_t batch, int64_t steps) {
  const char* op = "pack_padded_sequence";
  TAUT_CHECK(lengths.dim() == 1 && lengths.numel() == batch, RuntimeError, op,
             ": Expected `len(lengths)` to be equal to batch_size, but got ", lengths.numel(),
             " (batch_size=", batch, ")");
  TAUT_CHECK(batch > 0, RuntimeError, op, ": Cannot pack empty tensors.");
  const Tensor held = contiguous(lengths);
  const auto* each = held.data<int64_t>();
  for (int64_t b = 0; b < batch; ++b) {
    TAUT_CHECK(each[b] > 0, RuntimeError, op,
               ": Length of all samples has to be greater than 0, but found an element in "
               "'lengths' that is <= 0");
    TAUT_CHECK(b == 0 || each[b] <= each[b - 1], RuntimeError, op,
               ": `lengths` array must be sorted in decreasing order when `enforce_sorted` is "
               "True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or "
               "pack_sequence to sidestep this requirement.");
  }
  TAUT_CHECK(each[0] <= steps, RuntimeError, op, ": the longest of the lengths is ", each[0],
             ", the input has ", steps, " steps");
  const Tensor sizes = empty(Dims{each[0]}, DType::Int64);
  int64_t active = batch;
  for (int64_t t = 0; t < each[0]; ++t) {
    while (each[active - 1] <= t) --active;
    sizes.data<int64_t>()[t] = active;
  }
  return sizes;
}

Tensor pack_padded(const Tensor& x, const Tensor& batch_sizes, bool batch_first) {
  const Sequence s = Sequence::packed(batch_sizes);
  const int64_t length = x.size(batch_first ? 1 : 0);
  const Tensor out = packed_rows(x, s, batch_first);
  record(out, "PackPaddedSequenceBackward0", {x}, {},
         [batch_sizes, batch_first, length](GradFrame& frame, TensorSpan) {
           frame.give(0, pad_packed(frame.grad(), batch_sizes, batch_first, 0, length).data);
         });
  return out;
}

Padded pad_packed(const Tensor& data, const Tensor& batch_sizes, bool batch_first, Scalar value,
                  int64_t total_length) {
  const Sequence s = Sequence::packed(batch_sizes);
  TAUT_CHECK(data.dim() >= 1 && data.size(0) == s.rows, RuntimeError,
             "pad_packed_sequence: batch_sizes count ", s.rows, " rows, the data has ",
             data.dim() == 0 ? 1 : data.size(0));
  const Tensor out =
      padded_rows(data, s, batch_first, value, std::max<int64_t>(total_length, s.steps));
  record(out, "PadPackedSequenceBackward0", {data}, {},
         [batch_sizes, batch_first](GradFrame& frame, TensorSpan) {
           frame.give(0, pack_padded(frame.grad(), batch_sizes, batch_first));
         });
  const Tensor lengths = full(Dims{s.batch}, 0, DType::Int64);
  for (int64_t t = 0; t < s.steps; ++t) {
    for (int64_t b = 0; b < s.active(t); ++b) lengths.data<int64_t>()[b] = t + 1;
  }
  return {out, lengths};
}

Tensor pad_sequence(std::span<const Tensor> sequences, bool batch_first, Scalar value, bool left) {
  const char* op = "pad_sequence";
  TAUT_CHECK(!sequences.empty(), RuntimeError, op, ": received an empty list of sequences");
  const Tensor& model = sequences[0];
  const auto count = static_cast<int64_t>(sequences.size());
  int64_t longest = 0;
  for (const Tensor& t : sequences) {
    TAUT_CHECK(t.dim() >= 1 && t.dim() == model.dim() &&
                   same(DimSpan(t.sizes()).subspan(1), DimSpan(model.sizes()).subspan(1)),
               RuntimeError, op, ": sequences must have the same sizes but the first, got ",
               ShapeText{model.sizes()}, " and ", ShapeText{t.sizes()});
    longest = std::max(longest, t.size(0));
  }
  Dims sizes = batch_first ? Dims{count, longest} : Dims{longest, count};
  for (int64_t d = 1; d < model.dim(); ++d) sizes.push_back(model.size(d));
  const Tensor out = full(sizes, value, model.dtype());
  const auto window = [=](const Tensor& t, int64_t i, int64_t length) {
    return narrow(select(t, batch_first ? 0 : 1, i), 0, left ? longest - length : 0, length);
  };
  std::vector<std::pair<int64_t, DType>> kinds;
  for (const Tensor& t : sequences) {
    copy_raw(window(out, static_cast<int64_t>(kinds.size()), t.size(0)), t);
    kinds.emplace_back(t.size(0), t.dtype());
  }
  const auto backward = [=](GradFrame& frame, TensorSpan) {
    for (int64_t i = 0; i < count; ++i) {
      const auto [length, dtype] = kinds[static_cast<std::size_t>(i)];
      if (frame.needs(i)) frame.give(i, cast(window(frame.grad(), i, length), dtype));
    }
  };
  if (auto node = lambda_node("PadSequenceBackward0", sequences, {}, backward)) {
    set_history(out, node);
  }
  return out;
}

}  // namespace taut
