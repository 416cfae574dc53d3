#include "ops/pool.h"
#include "ops/autocast.h"

#include <atomic>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "graph/lambda_node.h"
#include "kernels/max_pool.h"
#include "kernels/pool.h"
#include "ops/checks.h"
#include "ops/conv_patches.h"
#include "ops/copy.h"
#include "ops/memory_format.h"
#include "ops/scratch.h"
#include "ops/widened.h"

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
  if (is_bool(t)) raise_not_implemented(op, t);
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
  Tensor out = empty_beside(x, index.sizes(), x.dtype());
  if (!out.is_meta())
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
  Tensor out = empty_beside(x, with_last(x, size), x.dtype());
  std::atomic<int64_t> wrong{-1};
  if (!out.is_meta())
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

// The first element of window o that lies inside the plane.
int64_t first_inside(const PoolSizes& s, int d, int64_t o) {
  return std::max<int64_t>(blocks_of(s.padding[d] - o * s.stride[d], s.dilation[d]), 0);
}

struct Windows {
  std::vector<int64_t> first, last;
  int64_t step;
  PoolWindows view() const {
    return {static_cast<int64_t>(first.size()), first.data(), last.data(), step};
  }
};

Windows pool_windows(const PoolSizes& s, int d) {
  Windows w{{}, {}, s.dilation[d]};
  for (int64_t o = 0; o < s.out[d]; ++o) {
    const int64_t first = o * s.stride[d] - s.padding[d];
    const int64_t reach = (s.kernel[d] - 1) * s.dilation[d] + 1;
    w.last.push_back(std::min(first + reach, s.in[d]));
    w.first.push_back(first + first_inside(s, d, o) * s.dilation[d]);
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

// Windows at a regular distance, by vectors.
template <class T>
class RegularMaxima {
 public:
  using Index = typename MaxWindows<T>::Index;

  explicit RegularMaxima(const PoolSizes& s)
      : patches_(patches_of({1,
                             1,
                             1,
                             1,
                             {s.in[0], s.in[1], s.in[2]},
                             {s.kernel[0], s.kernel[1], s.kernel[2]},
                             {s.out[0], s.out[1], s.out[2]},
                             {s.stride[0], s.stride[1], s.stride[2]},
                             {s.padding[0], s.padding[1], s.padding[2]},
                             {s.dilation[0], s.dilation[1], s.dilation[2]}})),
        plane_(s.in[0] * s.in[1] * s.in[2]),
        each_(s.out[0] * s.out[1] * s.out[2]) {
    const int64_t apart[] = {s.in[1] * s.in[2], s.in[2], 1};  // neighbours in the plane
    for (int64_t z = 0; z < s.kernel[0]; ++z) {
      for (int64_t y = 0; y < s.kernel[1]; ++y) {
        for (int64_t x = 0; x < s.kernel[2]; ++x) {
          index_.push_back(static_cast<Index>(z * s.dilation[0] * apart[0] +
                                              y * s.dilation[1] * apart[1] + x * s.dilation[2]));
        }
      }
    }
    windows_ = {static_cast<int64_t>(index_.size()),
                patches_.taps.data(),
                patches_.grid,
                index_.data(),
                {},
                0,
                {}};
    for (int d = 0; d < 3; ++d) {
      for (int64_t o = 0; o < s.out[d]; ++o) {
        first_[d].push_back(static_cast<Index>(first_inside(s, d, o) * s.dilation[d] * apart[d]));
      }
      first_[d].resize(first_[d].size() + static_cast<std::size_t>(conv_kernels_of<T>().lanes));
      windows_.first[d] = first_[d].data();
      windows_.start -= s.padding[d] * apart[d];
      windows_.step[d] = s.stride[d] * apart[d];
    }
  }

  // Planes begin..end of x; index may be null.
  void run(const T* x, int64_t begin, int64_t end, T* out, int64_t* index) const {
    const auto& conv = conv_kernels_of<T>();
    const Scratch<T> staged(patches_.stage.plane() + conv.slack);
    for (int64_t p = begin; p < end; ++p) {
      conv.stage(x + p * plane_, 1, patches_.stage, -std::numeric_limits<T>::infinity(),
                 staged.data());
      max_pool_kernels().of<T>()(staged.data(), windows_, out + p * each_,
                                 index ? index + p * each_ : nullptr);
    }
  }

 private:
  Patches patches_;
  MaxWindows<T> windows_;
  std::vector<Index> index_, first_[3];
  int64_t plane_, each_;
};

// f(planes of x, of out, of the indices): begin..end of them. index may be undefined.
template <class F>
void each_plane(const char* op, const Tensor& x, const Tensor& out, const Tensor& index,
                int64_t planes, F f) {
  if (out.is_meta()) return;
  LongWork section(x.numel());
  visit_numbers(op, x.dtype(), [&]<class T>() {
    const auto run = f.template operator()<T>();
    parallel_for(0, planes, grain_for(planes ? x.numel() / planes : 0),
                 [&](int64_t begin, int64_t end) {
                   run(x.data<T>(), begin, end, out.data<T>(),
                       index.defined() ? index.data<int64_t>() : nullptr);
                 });
  });
}

template <class T>
auto any_maxima(const MaxPool& pool) {
  const int64_t plane = pool.size[0] * pool.size[1] * pool.size[2];
  const int64_t each = pool.windows[0].count * pool.windows[1].count * pool.windows[2].count;
  return [=, &pool](const T* x, int64_t begin, int64_t end, T* out, int64_t* index) {
    for (int64_t p = begin; p < end; ++p) {
      max_pool_plane(pool, x + p * plane, out + p * each, index + p * each);
    }
  };
}

void record_maxima(const char* node, const Tensor& x, const Tensor& out, const Tensor& index,
                   int64_t dims) {
  record(out, node, {x}, {index},
         [in = Dims(DimSpan(x.sizes()).last(static_cast<std::size_t>(dims)))](GradFrame& frame,
                                                                              TensorSpan saved) {
           frame.give(0, place(frame.grad(), saved[0], in, true, "MaxPoolBackward0"));
         });
}

}  // namespace

Dims with_last(const Tensor& x, DimSpan size) {
  Dims sizes = x.sizes();
  std::copy(size.begin(), size.end(), sizes.end() - static_cast<int64_t>(size.size()));
  return sizes;
}

void check_pool_input(const char* op, const Tensor& x, int64_t dims, int64_t empty) {
  bool good = x.dim() == dims + 1 || x.dim() == dims + 2;
  for (int64_t d = std::max(empty, x.dim() - dims - 1); d < x.dim(); ++d) good &= x.size(d) > 0;
  TAUT_CHECK(good, RuntimeError, op, ": Expected ", dims + 1, "D or ", dims + 2,
             "D (batch mode) tensor with optional 0 dim batch size for input, but got: ",
             ShapeText{x.sizes()});
}

PoolSizes pool_sizes(const char* op, const Tensor& x, int64_t dims, const PoolOptions& o) {
  check_pool_input(op, x, dims);
  PoolSizes s{};
  const auto spread = [&](const char* what, const Dims& given, int64_t rest, int64_t (&to)[3]) {
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

std::pair<Tensor, Tensor> max_pool(const Tensor& x, int64_t dims, const PoolOptions& options,
                                   bool indices) {
  if (autocast::on() && dims == 3 && !indices) {
    return autocast::widened([&](auto wide) { return max_pool(wide(x), dims, options, indices); });
  }
  const char* op = kMaxPoolNames[dims - 1];
  const PoolSizes s = pool_sizes(op, x, dims, options);
  if (dims == 1 && !indices) check_floating(op, x);
  if (is_narrow(x.dtype())) {
    return rounded(max_pool(widened(x), dims, options, indices), x.dtype());
  }
  const Tensor from = contiguous(detach(x));
  const DimSpan size = DimSpan(s.out).last(static_cast<std::size_t>(dims));
  const Tensor out = empty_beside(x, with_last(x, size), x.dtype());
  const FusedWork work(out.numel() * s.kernel[0] * s.kernel[1] * s.kernel[2]);
  // Kernels of 32-bit numbers count in 32 bits.
  const int64_t reach = s.in[0] * s.in[1] * s.in[2];
  const bool regular = is_floating(x.dtype()) && reach < (int64_t{1} << 30);
  const bool wanted = indices || !regular || needs_grad(x);
  const Tensor index = wanted ? empty_beside(x, out.sizes(), DType::Int64) : Tensor();
  const Windows windows[] = {pool_windows(s, 0), pool_windows(s, 1), pool_windows(s, 2)};
  MaxPool pool{{s.in[0], s.in[1], s.in[2]}, {}};
  for (int d = 0; d < 3; ++d) pool.windows[d] = windows[d].view();
  each_plane(op, from, out, index, s.planes, [&]<class T>() {
    return [&](const T* data, int64_t begin, int64_t end, T* to, int64_t* at) {
      if constexpr (std::is_floating_point_v<T>) {
        if (regular) return RegularMaxima<T>(s).run(data, begin, end, to, at);
      }
      any_maxima<T>(pool)(data, begin, end, to, at);
    };
  });
  record_maxima(kMaxPoolNodes[dims - 1], x, out, index, dims);
  return {in_format_of(x, out), index.defined() ? in_format_of(x, index) : index};
}

std::pair<Tensor, Tensor> adaptive_max_pool(const Tensor& x, DimSpan size) {
  if (autocast::on() && size.size() == 3) {
    return autocast::widened([&](auto wide) { return adaptive_max_pool(wide(x), size); });
  }
  const auto dims = static_cast<int64_t>(size.size());
  const char* op = kAdaptiveNames[dims - 1];
  check_pool_input(op, x, dims, 1);
  check_floating(op, x);
  if (is_narrow(x.dtype())) return rounded(adaptive_max_pool(widened(x), size), x.dtype());
  Windows windows[3];
  MaxPool pool{{1, 1, 1}, {}};
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
  const Tensor out = empty_beside(x, with_last(x, size), x.dtype());
  const FusedWork work(x.numel());
  const Tensor index = empty_beside(x, out.sizes(), DType::Int64);
  const int64_t each = numel(size);
  each_plane(op, contiguous(detach(x)), out, index, each ? out.numel() / each : 0,
             [&]<class T>() { return any_maxima<T>(pool); });
  record_maxima(kAdaptiveNodes[dims - 1], x, out, index, dims);
  if (dims != 2) return {out, index};
  return {in_format_of(x, out), in_format_of(x, index)};
}

Tensor max_unpool(const Tensor& x, const Tensor& index, DimSpan size) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) { return max_unpool(wide(x), index, size); });
  }
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
  if (is_narrow(x.dtype())) return rounded(max_unpool(widened(x), index, size), x.dtype());
  return place(x, contiguous(index), size, false, "MaxUnpoolBackward0");
}

}  // namespace taut
