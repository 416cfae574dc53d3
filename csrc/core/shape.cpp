#include "core/shape.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace taut {

std::int64_t numel(DimSpan sizes) {
  std::int64_t n = 1;
  for (auto s : sizes) {
    TAUT_CHECK(!__builtin_mul_overflow(n, s, &n), RuntimeError,
               "numel: integer overflow multiplying the sizes ", ShapeText{sizes});
  }
  return n;
}

Dims contiguous_strides(DimSpan sizes) {
  Dims strides(static_cast<std::int64_t>(sizes.size()), 1);
  for (std::int64_t d = strides.size() - 2; d >= 0; --d) {
    strides[d] = strides[d + 1] * std::max<std::int64_t>(sizes[d + 1], 1);
  }
  return strides;
}

bool is_contiguous(DimSpan sizes, DimSpan strides) {
  std::int64_t expected = 1;
  bool matches = true;
  for (std::size_t d = sizes.size(); d-- > 0;) {
    if (sizes[d] == 0) return true;
    if (sizes[d] != 1) {
      matches = matches && strides[d] == expected;
      expected *= sizes[d];
    }
  }
  return matches;
}

bool is_dense(DimSpan sizes, DimSpan strides) {
  Dims order(static_cast<std::int64_t>(sizes.size()));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    if (sizes[a] < 2 || sizes[b] < 2) return sizes[a] >= 2 && sizes[b] < 2;
    return strides[a] < strides[b];
  });
  std::int64_t expected = 1;
  for (auto d : order) {
    if (sizes[d] == 0) return true;
    if (sizes[d] == 1) continue;
    if (strides[d] != expected) return false;
    expected *= sizes[d];
  }
  return true;
}

std::int64_t extent(DimSpan sizes, DimSpan strides) {
  std::int64_t last = 1;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0) return 0;
    last += (sizes[d] - 1) * strides[d];
  }
  return last;
}

Dims broadcast_shapes(DimSpan a, DimSpan b, const char* op) {
  const auto na = static_cast<std::int64_t>(a.size()), nb = static_cast<std::int64_t>(b.size());
  const auto n = std::max(na, nb);
  Dims out(n);
  for (std::int64_t d = 0; d < n; ++d) {
    const auto sa = d < n - na ? 1 : a[d - (n - na)];
    const auto sb = d < n - nb ? 1 : b[d - (n - nb)];
    TAUT_CHECK(sa == sb || sa == 1 || sb == 1, RuntimeError, op, ": The size of tensor a (", sa,
               ") must match the size of tensor b (", sb, ") at non-singleton dimension ", d,
               ", got shapes ", ShapeText{a}, " and ", ShapeText{b});
    out[d] = sa == 1 ? sb : sa;
  }
  return out;
}

bool is_broadcastable_to(DimSpan from, DimSpan to) {
  if (from.size() > to.size()) return false;
  const auto lead = to.size() - from.size();
  for (std::size_t d = 0; d < from.size(); ++d) {
    if (from[d] != 1 && from[d] != to[lead + d]) return false;
  }
  return true;
}

std::int64_t wrap_dim(std::int64_t dim, std::int64_t ndim, const char* op) {
  const auto n = std::max<std::int64_t>(ndim, 1);
  TAUT_CHECK(dim >= -n && dim < n, IndexError, op,
             ": Dimension out of range (expected to be in range of [", -n, ", ", n - 1,
             "], but got ", dim, ")");
  return dim < 0 ? dim + n : dim;
}

Dims wrap_dims(DimSpan dims, std::int64_t ndim, const char* op) {
  Dims out;
  for (auto d : dims) out.push_back(wrap_dim(d, ndim, op));
  for (auto at = out.begin(); at != out.end(); ++at) {
    TAUT_CHECK(std::find(out.begin(), at, *at) == at, RuntimeError, op, ": dim ", *at,
               " appears multiple times in the list of dims");
  }
  return out;
}

bool view_strides(DimSpan sizes, DimSpan strides, DimSpan wanted, Dims& out) {
  out = Dims(static_cast<std::int64_t>(wanted.size()));
  if (numel(sizes) == 0) {
    out = same(sizes, wanted) ? Dims(strides) : contiguous_strides(wanted);
    return true;
  }
  // Walk from the last dimension: a run of old dimensions that are laid out as one (each stride
  // is the next size times the next stride) can be split into new dimensions freely.
  std::int64_t w = static_cast<std::int64_t>(wanted.size()) - 1;
  std::int64_t run = 1, run_stride = sizes.empty() ? 1 : strides.back();
  for (std::int64_t d = static_cast<std::int64_t>(sizes.size()) - 1; d >= 0; --d) {
    run *= sizes[d];
    const bool ends = d == 0 || (sizes[d - 1] != 1 && strides[d - 1] != run * run_stride);
    if (!ends) continue;
    std::int64_t taken = 1;
    while (w >= 0 && (taken < run || wanted[w] == 1)) {
      out[w] = taken * run_stride;
      taken *= wanted[w--];
    }
    if (taken != run) return false;
    if (d > 0) {
      run = 1;
      run_stride = strides[d - 1];
    }
  }
  for (; w >= 0; --w) out[w] = 1;  // a 0-d source has no run to give strides
  return true;
}

Dims infer_size(DimSpan wanted, std::int64_t numel, const char* op) {
  Dims out(wanted);
  std::int64_t unknown = -1, known = 1;
  for (std::int64_t d = 0; d < out.size(); ++d) {
    if (out[d] == -1) {
      TAUT_CHECK(unknown < 0, RuntimeError, op, ": only one dimension can be inferred, got ",
                 ShapeText{wanted});
      unknown = d;
    } else {
      TAUT_CHECK(out[d] >= 0, RuntimeError, op, ": invalid shape dimension ", out[d], " in ",
                 ShapeText{wanted});
      known *= out[d];
    }
  }
  if (unknown >= 0) {
    TAUT_CHECK(known != 0, RuntimeError, op, ": cannot reshape tensor of ", numel,
               " elements into shape ", ShapeText{wanted},
               " because the unspecified dimension size -1 can be any value and is ambiguous");
    if (numel % known == 0) out[unknown] = numel / known;
  }
  TAUT_CHECK(unknown >= 0 ? numel % known == 0 : numel == known, RuntimeError, op, ": shape '",
             ShapeText{wanted}, "' is invalid for input of size ", numel);
  return out;
}

bool same(DimSpan a, DimSpan b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::ostream& operator<<(std::ostream& out, ShapeText s) {
  out << '[';
  for (std::size_t d = 0; d < s.dims.size(); ++d) out << (d ? ", " : "") << s.dims[d];
  return out << ']';
}

}  // namespace taut
