#include "ops/unfold.h"

#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

struct Windows {
  int64_t in[2], kernel[2], dilation[2], padding[2], stride[2], out[2];

  int64_t plane() const { return in[0] * in[1]; }
  int64_t taps() const { return kernel[0] * kernel[1]; }
  int64_t blocks() const { return out[0] * out[1]; }
};

Windows windows_of(const char* op, DimSpan size, const WindowOptions& o) {
  Windows w{};
  const auto spread = [&](const char* what, const Dims& given, int64_t least, int64_t (&to)[2]) {
    TAUT_CHECK(given.size() == 1 || given.size() == 2, RuntimeError, op, ": It is expected ", what,
               " equals to 2, but got size ", given.size());
    for (int d = 0; d < 2; ++d) {
      to[d] = given[given.size() == 1 ? 0 : d];
      TAUT_CHECK(to[d] >= least, RuntimeError, op, ": ", what, " should be at least ", least,
                 ", but got ", to[d]);
    }
  };
  spread("kernel_size", o.kernel, 1, w.kernel);
  spread("dilation", o.dilation, 1, w.dilation);
  spread("padding", o.padding, 0, w.padding);
  spread("stride", o.stride, 1, w.stride);
  for (int d = 0; d < 2; ++d) {
    w.in[d] = size[static_cast<std::size_t>(d)];
    const int64_t room = w.in[d] + 2 * w.padding[d] - w.dilation[d] * (w.kernel[d] - 1) - 1;
    TAUT_CHECK(room >= 0, RuntimeError, op, ": Given spatial size ", ShapeText{size},
               ", kernel_size=", ShapeText{o.kernel}, ", dilation=", ShapeText{o.dilation},
               ", padding=", ShapeText{o.padding},
               ": the array of sliding blocks must have at least one in each dimension");
    w.out[d] = room / w.stride[d] + 1;
  }
  return w;
}

// f(image, column, n): n elements of one line of windows, `stride` apart in the image and side by
// side in the column, for every tap of a plane. What lies outside the image is given as null.
template <class T, class F>
void walk(const Windows& w, T* plane, T* columns, F f) {
  for (int64_t a = 0; a < w.kernel[0]; ++a) {
    for (int64_t b = 0; b < w.kernel[1]; ++b) {
      const int64_t x = b * w.dilation[1] - w.padding[1], s = w.stride[1];
      const int64_t most = w.out[1];
      const int64_t first = std::min(x < 0 ? (-x + s - 1) / s : 0, most);
      const int64_t last =
          x >= w.in[1] ? first : std::clamp((w.in[1] - x + s - 1) / s, first, most);
      for (int64_t o = 0; o < w.out[0]; ++o, columns += most) {
        const int64_t y = o * w.stride[0] - w.padding[0] + a * w.dilation[0];
        if (y < 0 || y >= w.in[0] || first == last) {
          f(static_cast<T*>(nullptr), columns, most);
          continue;
        }
        f(static_cast<T*>(nullptr), columns, first);
        f(plane + y * w.in[1] + x + first * s, columns + first, last - first);
        f(static_cast<T*>(nullptr), columns + last, most - last);
      }
    }
  }
}

template <class T>
void unfold_planes(const Windows& w, T* x, T* columns, int64_t planes, bool fold) {
  const int64_t column = w.taps() * w.blocks();
  const int64_t grain = std::max<int64_t>((1 << 15) / std::max<int64_t>(column, 1), 1);
  LongWork section(planes * column);
  parallel_for(0, planes, grain, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      T* const plane = x + p * w.plane();
      if (fold) {
        std::fill_n(plane, w.plane(), T(0));
        walk(w, plane, columns + p * column, [&](T* image, const T* from, int64_t n) {
          if (image == nullptr) return;
          for (int64_t i = 0; i < n; ++i) {
            T& to = image[i * w.stride[1]];
            to = static_cast<T>(to + from[i]);
          }
        });
      } else {
        walk(w, plane, columns + p * column, [&](const T* image, T* to, int64_t n) {
          for (int64_t i = 0; i < n; ++i) to[i] = image ? image[i * w.stride[1]] : T(0);
        });
      }
    }
  });
}

void run(const Windows& w, const Tensor& x, const Tensor& columns, bool fold) {
  if ((fold ? x : columns).is_meta()) return;
  const int64_t planes = w.plane() == 0 ? 0 : x.numel() / w.plane();
  visit(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, bool>) {
      unfold_planes(w, x.data<T>(), columns.data<T>(), planes, fold);
    }
  });
}

void check_type(const char* op, const Tensor& x) {
  TAUT_CHECK(is_floating(x.dtype()) || is_bool(x.dtype()), NotImplementedError, '"', op,
             "\" not implemented for '", scalar_type_name(x.dtype()), "'");
}

}  // namespace

Tensor unfold_windows(const Tensor& x, const WindowOptions& options) {
  TAUT_CHECK(x.dim() >= 3, IndexError,
             "unfold: Expected a 3D (unbatched) or 4D (batched) input, got ", x.dim(),
             " dimensions");
  TAUT_CHECK(x.dim() <= 4, RuntimeError,
             "unfold: Expected 3D or 4D (batch mode) input, but got: ", ShapeText{x.sizes()});
  check_type("unfold", x);
  if (is_narrow(x.dtype())) return rounded(unfold_windows(widened(x), options), x.dtype());
  const Windows w = windows_of("unfold", DimSpan(x.sizes()).last(2), options);
  Dims sizes(x.sizes().begin(), x.sizes().end() - 3);
  sizes.push_back(x.size(-3) * w.taps());
  sizes.push_back(w.blocks());
  Tensor out = empty_beside(x, sizes, x.dtype());
  run(w, contiguous(detach(x)), out, false);
  record(out, "Im2ColBackward0", {x}, {},
         [options, size = Dims{w.in[0], w.in[1]}](GradFrame& frame, TensorSpan) {
           frame.give(0, fold_windows(frame.grad(), size, options));
         });
  return out;
}

Tensor fold_windows(const Tensor& columns, DimSpan size, const WindowOptions& options) {
  TAUT_CHECK(columns.dim() == 2 || columns.dim() == 3, RuntimeError,
             "fold: Expected 2D or 3D (batch mode) tensor for input, but got: ",
             ShapeText{columns.sizes()});
  check_type("fold", columns);
  TAUT_CHECK(size.size() == 2, RuntimeError,
             "fold: It is expected output_size equals to 2, but got size ", size.size());
  if (is_narrow(columns.dtype())) {
    return rounded(fold_windows(widened(columns), size, options), columns.dtype());
  }
  const Windows w = windows_of("fold", size, options);
  TAUT_CHECK(columns.size(-2) % w.taps() == 0, RuntimeError,
             "fold: Expected size of input's dimension ", columns.dim() - 2,
             " to be divisible by the product of kernel_size, but got ", columns.size(-2),
             " and kernel_size=", ShapeText{options.kernel});
  TAUT_CHECK(columns.size(-1) == w.blocks(), RuntimeError,
             "fold: Given output_size=", ShapeText{size}, ", expected size of input's dimension ",
             columns.dim() - 1, " to match the calculated number of sliding blocks ", w.out[0],
             " * ", w.out[1], " = ", w.blocks(), ", but got ", columns.size(-1));
  Dims sizes(columns.sizes().begin(), columns.sizes().end() - 2);
  sizes.push_back(columns.size(-2) / w.taps());
  sizes.push_back(w.in[0]);
  sizes.push_back(w.in[1]);
  Tensor out = empty_beside(columns, sizes, columns.dtype());
  run(w, out, contiguous(detach(columns)), true);
  record(out, "Col2ImBackward0", {columns}, {}, [options](GradFrame& frame, TensorSpan) {
    frame.give(0, unfold_windows(frame.grad(), options));
  });
  return out;
}

}  // namespace taut
