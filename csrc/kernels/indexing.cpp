#include "kernels/indexing.h"

#include <cstring>
#include <type_traits>

#include "kernels/copy.h"
#include "kernels/stream.h"

namespace taut::kernels {
namespace {

using std::int64_t;
using std::size_t;

// Calls f with a type of `width` bytes: moving data needs no more than that.
template <class F>
decltype(auto) visit_width(size_t width, F&& f) {
  switch (width) {
    case 1:
      return f.template operator()<std::uint8_t>();
    case 2:
      return f.template operator()<std::uint16_t>();
    case 4:
      return f.template operator()<std::uint32_t>();
    default:
      return f.template operator()<std::uint64_t>();
  }
}

template <class T>
T load(const char* p) {
  return *reinterpret_cast<const T*>(p);
}
template <class T>
T& at(char* p) {
  return *reinterpret_cast<T*>(p);
}

int64_t step_of(const double* params) { return static_cast<int64_t>(params[0]); }

// A run of elements under one index: plain copying.
template <class T>
void copy_run(char* out, int64_t out_stride, const char* in, int64_t in_stride, int64_t n) {
  constexpr int64_t w = sizeof(T);
  if (out_stride == w && in_stride == w) {
    copy_bytes(out, in, static_cast<size_t>(n) * sizeof(T));
    return;
  }
  for (int64_t i = 0; i < n; ++i) at<T>(out + i * out_stride) = load<T>(in + i * in_stride);
}

template <class T>
void take(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  const int64_t step = step_of(params);
  char* out = ptr[0];
  const char *index = ptr[1], *in = ptr[2];
  if (stride[1] == 0) {
    return copy_run<T>(out, stride[0], in + load<int64_t>(index) * step, stride[2], n);
  }
  for (int64_t i = 0; i < n; ++i) {
    const int64_t j = load<int64_t>(index + i * stride[1]);
    at<T>(out + i * stride[0]) = load<T>(in + i * stride[2] + j * step);
  }
}

template <class T>
void put(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  const int64_t step = step_of(params);
  char* out = ptr[0];
  const char *index = ptr[1], *in = ptr[2];
  if (stride[1] == 0) {
    return copy_run<T>(out + load<int64_t>(index) * step, stride[0], in, stride[2], n);
  }
  for (int64_t i = 0; i < n; ++i) {
    const int64_t j = load<int64_t>(index + i * stride[1]);
    at<T>(out + i * stride[0] + j * step) = load<T>(in + i * stride[2]);
  }
}

template <class T>
bool is_nan(T v) {
  if constexpr (std::is_floating_point_v<T>) return v != v;
  return false;
}

template <class T, Reduce op>
T combine(T a, T b) {
  if constexpr (op == Reduce::Add) return static_cast<T>(a + b);
  if constexpr (op == Reduce::Mul) return static_cast<T>(a * b);
  if constexpr (op == Reduce::Max) return is_nan(a) || a >= b ? a : b;
  if constexpr (op == Reduce::Min) return is_nan(a) || a <= b ? a : b;
}

template <class T, Reduce op>
void combine_run(char* out, const char* in, int64_t n) {
  T* o = reinterpret_cast<T*>(out);
  const T* x = reinterpret_cast<const T*>(in);
  for (int64_t i = 0; i < n; ++i) o[i] = combine<T, op>(o[i], x[i]);
}

template <class T, Reduce op>
void reduce(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  constexpr int64_t w = sizeof(T);
  const int64_t step = step_of(params);
  char* out = ptr[0];
  const char *index = ptr[1], *in = ptr[2];
  if (stride[1] == 0 && stride[0] == w && stride[2] == w) {
    return combine_run<T, op>(out + load<int64_t>(index) * step, in, n);
  }
  for (int64_t i = 0; i < n; ++i) {
    const int64_t j = load<int64_t>(index + i * stride[1]);
    T& o = at<T>(out + i * stride[0] + j * step);
    o = combine<T, op>(o, load<T>(in + i * stride[2]));
  }
}

// copy(to, from) for each row: what it copies is known to the compiler.
template <class Copy>
void take_each(char* out, int64_t out_step, const char* in, int64_t in_step, const int64_t* index,
               int64_t n, Copy copy) {
  for (int64_t i = 0; i < n; ++i) copy(out + i * out_step, in + index[i] * in_step);
}

// Long rows, each while the one after the next is fetched: wherever that lies, memory has time to
// answer.
void take_long_rows(char* out, int64_t out_step, const char* in, int64_t in_step,
                    const int64_t* index, int64_t n, size_t bytes, bool past_caches) {
  const auto& lines = stream_kernels();
  const auto move = past_caches ? lines.stream : lines.copy;
  for (int64_t i = 0; i < n; ++i) {
    const char* ahead = in + index[i + 2 < n ? i + 2 : n - 1] * in_step;
    move(out + i * out_step, in + index[i] * in_step, bytes, ahead);
  }
  if (past_caches) lines.fence();
}

template <class T>
void add_rows_of(char* out, int64_t out_step, const char* in, int64_t in_step, const int64_t* index,
                 int64_t n, int64_t len, const double* scale, int64_t skip) {
  for (int64_t i = 0; i < n; ++i) {
    if (index[i] == skip) continue;
    T* o = reinterpret_cast<T*>(out + index[i] * out_step);
    const T* x = reinterpret_cast<const T*>(in + i * in_step);
    if (scale) {
      const T s = static_cast<T>(scale[i]);
      for (int64_t j = 0; j < len; ++j) o[j] += s * x[j];
    } else {
      for (int64_t j = 0; j < len; ++j) o[j] += x[j];
    }
  }
}

// Elements are collected in blocks without a branch per element, which a random mask would make
// wrong every other time; the block keeps the last write inside.
constexpr int64_t kBlock = 256;
template <class F>
void for_blocks(int64_t n, F f) {
  for (int64_t b = 0; b < n; b += kBlock) f(b, b + kBlock < n ? b + kBlock : n);
}

}  // namespace

IndexLoop take_loop(size_t width) {
  return visit_width(width, []<class T>() -> IndexLoop { return take<T>; });
}

IndexLoop put_loop(size_t width) {
  return visit_width(width, []<class T>() -> IndexLoop { return put<T>; });
}

IndexLoop reduce_loop(DType dtype, Reduce op) {
  return visit(dtype, [op]<class T>() -> IndexLoop {
    switch (op) {
      case Reduce::Add:
        return reduce<T, Reduce::Add>;
      case Reduce::Mul:
        return reduce<T, Reduce::Mul>;
      case Reduce::Max:
        return reduce<T, Reduce::Max>;
      case Reduce::Min:
        break;
    }
    return reduce<T, Reduce::Min>;
  });
}

void take_rows(char* out, int64_t out_step, const char* source, int64_t source_step,
               const int64_t* index, int64_t n, size_t row_bytes, bool past_caches) {
  constexpr size_t kLong = 256;
  const auto each = [&](auto copy) {
    take_each(out, out_step, source, source_step, index, n, copy);
  };
  if (row_bytes >= kLong) {
    return take_long_rows(out, out_step, source, source_step, index, n, row_bytes, past_caches);
  }
  switch (row_bytes) {
    case 0:
      return;
    case 4:
      return each([](char* o, const char* x) { std::memcpy(o, x, 4); });
    case 8:
      return each([](char* o, const char* x) { std::memcpy(o, x, 8); });
    case 16:
      return each([](char* o, const char* x) { std::memcpy(o, x, 16); });
    default:
      return each([row_bytes](char* o, const char* x) { std::memcpy(o, x, row_bytes); });
  }
}

void add_rows(DType dtype, char* out, int64_t out_step, const char* source, int64_t source_step,
              const int64_t* index, int64_t n, int64_t len, const double* scale, int64_t skip) {
  const auto f = dtype == DType::Float64 ? add_rows_of<double> : add_rows_of<float>;
  f(out, out_step, source, source_step, index, n, len, scale, skip);
}

int64_t first_outside(const int64_t* index, int64_t stride, int64_t n, int64_t low, int64_t high) {
  const auto* p = reinterpret_cast<const char*>(index);
  const auto range = static_cast<std::uint64_t>(high - low);
  for (int64_t i = 0; i < n; ++i) {
    if (static_cast<std::uint64_t>(load<int64_t>(p + i * stride) - low) >= range) return i;
  }
  return -1;
}

int64_t add_offsets(int64_t* offset, const int64_t* index, int64_t n, int64_t size, int64_t step) {
  for (int64_t i = 0; i < n; ++i) {
    const int64_t j = index[i] < 0 ? index[i] + size : index[i];
    if (static_cast<std::uint64_t>(j) >= static_cast<std::uint64_t>(size)) return i;
    offset[i] += j * step;
  }
  return -1;
}

int64_t count_nonzero(DType dtype, const void* data, int64_t n) {
  return visit(dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(data);
    int64_t count = 0;
    for (int64_t i = 0; i < n; ++i) count += x[i] != T(0);
    return count;
  });
}

int64_t nonzero_positions(DType dtype, const void* data, int64_t n, int64_t base, int64_t* out) {
  return visit(dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(data);
    int64_t count = 0;
    for_blocks(n, [&](int64_t begin, int64_t end) {
      int64_t found[kBlock], m = 0;
      for (int64_t i = begin; i < end; ++i) {
        found[m] = base + i;
        m += x[i] != T(0);
      }
      std::memcpy(out + count, found, static_cast<size_t>(m) * sizeof(int64_t));
      count += m;
    });
    return count;
  });
}

void add_coordinates(int64_t* out, const int64_t* position, int64_t n, int64_t divisor,
                     int64_t size, int64_t step) {
  for (int64_t i = 0; i < n; ++i) out[i] += position[i] / divisor % size * step;
}

void compact(size_t width, void* out, const void* source, const bool* mask, int64_t n) {
  visit_width(width, [&]<class T>() {
    T* o = static_cast<T*>(out);
    const T* x = static_cast<const T*>(source);
    for_blocks(n, [&](int64_t begin, int64_t end) {
      T kept[kBlock];
      int64_t m = 0;
      for (int64_t i = begin; i < end; ++i) {
        kept[m] = x[i];
        m += mask[i];
      }
      std::memcpy(o, kept, static_cast<size_t>(m) * sizeof(T));
      o += m;
    });
  });
}

void distribute(size_t width, void* out, const void* source, const bool* mask, int64_t n) {
  visit_width(width, [&]<class T>() {
    T* o = static_cast<T*>(out);
    const T* x = static_cast<const T*>(source);
    for (int64_t i = 0; i < n; ++i) {
      if (mask[i]) o[i] = *x++;
    }
  });
}

void count_indices(int64_t* counts, const int64_t* index, int64_t n) {
  for (int64_t i = 0; i < n; ++i) ++counts[index[i]];
}

void sum_indices(double* sums, const int64_t* index, const double* weights, int64_t n) {
  for (int64_t i = 0; i < n; ++i) sums[index[i]] += weights[i];
}

}  // namespace taut::kernels
