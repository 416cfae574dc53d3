#include "ops/pool.h"

#include <atomic>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/lambda_node.h"
#include "kernels/pool.h"
#include "ops/copy.h"

namespace taut {
namespace {

constexpr const char* kMaxPoolNames[] = {"max_pool1d", "max_pool2d", "max_pool3d"};
constexpr const char* kMaxPoolNodes[] = {"MaxPool1DWithIndicesBackward0",
                                         "MaxPool2DWithIndicesBackward0",
                                         "MaxPool3DWithIndicesBackward0"};
constexpr const char* kAdaptiveNames[] = {"adaptive_max_pool1d", "adaptive_max_pool2d",
                                          "adaptive_max_pool3d"};
constexpr const char* kAdaptiveNodes[] = {
    "AdaptiveMaxPool1DBackward0", "AdaptiveMaxPool2DBackward0", "AdaptiveMaxPool3DBackward0"};

// Calls f<T>() for the types that have an order, and the kernels.
template <class F>
void visit_numbers(const char* op, DType t, F f) {
  TAUT_CHECK(!is_bool(t), NotImplementedError, '"', op, "\" not implemented for '",
             scalar_type_name(t), "'");
  visit(t, [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) f.template operator()<T>();
  });
}

int64_t grain_for(int64_t work_of_plane) {
  return std::max<int64_t>((1 << 15) / std::max<int64_t>(work_of_plane, 1), 1);
}

// Planes of elements and the places of others
// ------------------------------------------------------

Tensor place(const Tensor& x, const Tensor& index, DimSpan size, bool add, const char* node);

// out[p, i] = x[p, index[p, i]] for every plane p of the last size.size() dimensions.
Tensor take(const Tensor& x, const Tensor& index, DimSpan size) {
  const Tensor from = contiguous(x);
  const int64_t plane = numel(size);
  const int64_t each = numel(DimSpan(index.sizes()).last(size.size()));
  Tensor out = empty(index.sizes(), x.dtype());
  visit_numbers("take", x.dtype(), [&]<class T>() {
    const T* data = from.data<T>();
    parallel_for(0, each ? out.numel() / each : 0, grain_for(each),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) {
                     take_elements(data + p * plane, index.data<int64_t>() + p * each, each,
                                   out.data<T>() + p * each);
                   }
                 });
  });
  record(out, "MaxPoolBackwardBackward0", {x}, {index},
         [size = Dims(size)](GradFrame& frame, TensorSpan saved) {
           frame.give(0, place(frame.grad(), saved[0], size, true, "MaxPoolBackward0"));
         });
  return out;
}

// out[p, index[p, i]] = (or +=, with add) x[p, i], zero elsewhere.
Tensor place(const Tensor& x, const Tensor& index, DimSpan size, bool add, const char* node) {
  const Tensor from = contiguous(x);
  const int64_t plane = numel(size);
  const int64_t each = numel(DimSpan(x.sizes()).last(size.size()));
  Tensor out = empty(with_last(x, size), x.dtype());
  std::atomic<int64_t> wrong{-1};
  visit_numbers("max_unpool", x.dtype(), [&]<class T>() {
    const T* data = from.data<T>();
    parallel_for(0, plane ? out.numel() / plane : 0, grain_for(plane + each),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) {
                     const int64_t* at = index.data<int64_t>() + p * each;
                     const int64_t bad = place_elements(data + p * each, at, each, add,
                                                        out.data<T>() + p * plane, plane);
                     if (bad >= 0) wrong = p * each + bad;
                   }
                 });
  });
  TAUT_CHECK(wrong < 0, RuntimeError,
             "max_unpool: Found an invalid max index: ", index.data<int64_t>()[wrong],
             " (output volumes are of size ", ShapeText{size}, ")");
  record(out, node, {x}, {index}, [size = Dims(size)](GradFrame& frame, TensorSpan saved) {
    frame.give(0, take(frame.grad(), saved[0], size));
  });
  return out;
}

// Windows -----------------------------------------------------------------------------------------

struct Windows {
  std::vector<int64_t> first, last;
  int64_t step;
  PoolWindows view() const {
    return {static_cast<int64_t>(first.size()), first.data(), last.data(), step};
  }
};

// Rows of windows end at the edge of the plane; where `clip` they begin there, too.
Windows pool_windows(const PoolSizes& s, int d, bool clip) {
  Windows w{{}, {}, s.dilation[d]};
  for (int64_t o = 0; o < s.out[d]; ++o) {
    int64_t first = o * s.stride[d] - s.padding[d];
    const int64_t reach = (s.kernel[d] - 1) * s.dilation[d] + 1;
    w.last.push_back(clip ? std::min(first + reach, s.in[d]) : first + reach);
    if (clip && first < 0) first += (-first + s.dilation[d] - 1) / s.dilation[d] * s.dilation[d];
    w.first.push_back(first);
  }
  return w;
}
Windows adaptive_windows(int64_t in, int64_t out) {
  Windows w{{}, {}, 1};
  for (int64_t o = 0; o < out; ++o) {
    w.first.push_back(o * in / out);
    w.last.push_back(((o + 1) * in + out - 1) / out);
  }
  return w;
}

std::pair<Tensor, Tensor> pool_planes(const char* op, const char* node, const Tensor& x,
                                      DimSpan size, const MaxPool& pool) {
  const Tensor from = contiguous(x);
  Tensor out = empty(with_last(x, size), x.dtype());
  Tensor index = empty(out.sizes(), DType::Int64);
  const int64_t each = numel(size), plane = pool.size[0] * pool.size[1] * pool.size[2];
  LongWork section(x.numel());
  visit_numbers(op, x.dtype(), [&]<class T>() {
    const T* data = from.data<T>();
    parallel_for(0, each ? out.numel() / each : 0, grain_for(plane),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) {
                     max_pool_plane(pool, data + p * plane, out.data<T>() + p * each,
                                    index.data<int64_t>() + p * each);
                   }
                 });
  });
  record(out, node, {x}, {index},
         [in = Dims(DimSpan(x.sizes()).last(size.size()))](GradFrame& frame, TensorSpan saved) {
           frame.give(0, place(frame.grad(), saved[0], in, true, "MaxPoolBackward0"));
         });
  return {out, index};
}

}  // namespace

Dims with_last(const Tensor& x, DimSpan size) {
  Dims sizes = x.sizes();
  std::copy(size.begin(), size.end(), sizes.end() - static_cast<int64_t>(size.size()));
  return sizes;
}

void check_pool_input(const char* op, const Tensor& x, int64_t dims) {
  bool good = x.dim() == dims + 1 || x.dim() == dims + 2;
  for (int64_t d = x.dim() == dims + 2 ? 1 : 0; d < x.dim(); ++d) good &= x.size(d) > 0;
  TAUT_CHECK(good, RuntimeError, op, ": Expected ", dims + 1, "D or ", dims + 2,
             "D (batch mode) tensor with optional 0 dim batch size for input, but got: ",
             ShapeText{x.sizes()});
}

PoolSizes pool_sizes(const char* op, const Tensor& x, int64_t dims, const PoolOptions& o) {
  check_pool_input(op, x, dims);
  PoolSizes s{};
  const auto spread = [&](const char* what, const Dims& given, int64_t rest, int64_t(&to)[3]) {
    TAUT_CHECK(given.size() == 1 || given.size() == dims, RuntimeError, op, ": ", what,
               " must either be a single int, or a tuple of ", dims, " ints, got ",
               ShapeText{given});
    for (int64_t d = 0; d < 3; ++d) {
      const int64_t at = d + dims - 3;
      to[d] = at < 0 ? rest : given[given.size() == 1 ? 0 : at];
    }
  };
  spread("kernel_size", o.kernel, 1, s.kernel);
  spread("stride", o.stride.empty() ? o.kernel : o.stride, 1, s.stride);
  spread("padding", o.padding, 0, s.padding);
  spread("dilation", o.dilation, 1, s.dilation);
  s.planes = numel(DimSpan(x.sizes()).first(static_cast<std::size_t>(x.dim() - dims)));
  for (int64_t d = 0; d < 3; ++d) {
    s.in[d] = d + dims < 3 ? 1 : x.size(d - 3);
    TAUT_CHECK(s.stride[d] > 0, RuntimeError, op, ": stride should be greater than zero, got ",
               s.stride[d]);
    TAUT_CHECK(s.kernel[d] > 0, RuntimeError, op,
               ": kernel size should be greater than zero, but got ", s.kernel[d]);
    TAUT_CHECK(s.dilation[d] > 0, RuntimeError, op,
               ": dilation should be greater than zero, but got ", s.dilation[d]);
    const int64_t reach = (s.kernel[d] - 1) * s.dilation[d] + 1;
    TAUT_CHECK(s.padding[d] >= 0, RuntimeError, op,
               ": pad must be non-negative, but got pad: ", s.padding[d]);
    TAUT_CHECK(s.padding[d] <= reach / 2, RuntimeError, op,
               ": pad should be at most half of effective kernel size, but got pad=", s.padding[d],
               ", kernel_size=", s.kernel[d], " and dilation=", s.dilation[d]);
    const int64_t room = s.in[d] + 2 * s.padding[d] - reach;
    s.out[d] = room < 0 ? 0 : (room + (o.ceil_mode ? s.stride[d] - 1 : 0)) / s.stride[d] + 1;
    if (room < 0 && o.ceil_mode && room + s.stride[d] - 1 >= 0) s.out[d] = 1;
    // A window begins inside the plane or in the padding before it.
    if (o.ceil_mode && s.out[d] > 0 && (s.out[d] - 1) * s.stride[d] >= s.in[d] + s.padding[d]) {
      --s.out[d];
    }
    TAUT_CHECK(s.out[d] > 0, RuntimeError, op, ": Given input size ", ShapeText{x.sizes()},
               ", kernel of ", s.kernel[d], ": the output size is too small");
  }
  return s;
}

std::pair<Tensor, Tensor> max_pool(const Tensor& x, int64_t dims, const PoolOptions& options) {
  const char* op = kMaxPoolNames[dims - 1];
  const PoolSizes s = pool_sizes(op, x, dims, options);
  const Windows windows[] = {pool_windows(s, 0, true), pool_windows(s, 1, true),
                             pool_windows(s, 2, false)};
  MaxPool pool{{s.in[0], s.in[1], s.in[2]}, {}, s.stride[2]};
  for (int d = 0; d < 3; ++d) pool.windows[d] = windows[d].view();
  return pool_planes(op, kMaxPoolNodes[dims - 1], x,
                     DimSpan(s.out).last(static_cast<std::size_t>(dims)), pool);
}

std::pair<Tensor, Tensor> adaptive_max_pool(const Tensor& x, DimSpan size) {
  const auto dims = static_cast<int64_t>(size.size());
  const char* op = kAdaptiveNames[dims - 1];
  check_pool_input(op, x, dims);
  TAUT_CHECK(is_floating(x.dtype()), NotImplementedError, '"', op, "\" not implemented for '",
             scalar_type_name(x.dtype()), "'");
  Windows windows[3];
  MaxPool pool{{1, 1, 1}, {}, 0};
  for (int64_t d = 0; d < 3; ++d) {
    const int64_t at = d + dims - 3;
    if (at >= 0) {
      TAUT_CHECK(size[static_cast<std::size_t>(at)] >= 0, RuntimeError, op,
                 ": output sizes must not be negative, got ", ShapeText{size});
      pool.size[d] = x.size(d - 3);
    }
    windows[d] = adaptive_windows(pool.size[d], at < 0 ? 1 : size[static_cast<std::size_t>(at)]);
    pool.windows[d] = windows[d].view();
  }
  return pool_planes(op, kAdaptiveNodes[dims - 1], x, size, pool);
}

Tensor max_unpool(const Tensor& x, const Tensor& index, DimSpan size) {
  TAUT_CHECK(index.dtype() == DType::Int64, RuntimeError,
             "max_unpool: elements in indices should be type int64 but got: ", index.dtype());
  TAUT_CHECK(same(x.sizes(), index.sizes()), RuntimeError, "max_unpool: Expected shape of indices ",
             "to be same as that of the input tensor ", ShapeText{x.sizes()}, " but got ",
             ShapeText{index.sizes()});
  const auto dims = static_cast<int64_t>(size.size());
  check_pool_input("max_unpool", x, dims);
  for (const int64_t n : size) {
    TAUT_CHECK(n >= 0, RuntimeError, "max_unpool: output_size must not be negative, got ",
               ShapeText{size});
  }
  return place(x, contiguous(index), size, false, "MaxUnpoolBackward0");
}

}  // namespace taut
