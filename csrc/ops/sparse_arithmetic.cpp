#include "ops/sparse_arithmetic.h"

#include <vector>

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/indexing.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"
#include "ops/sparse.h"
#include "ops/views.h"

namespace taut {
namespace {

bool is_sparse(const Arg& a) { return a.is_tensor() && a.tensor().is_sparse(); }
bool is_number(const Arg& a) {
  return !a.is_tensor() || (a.tensor().dim() == 0 && !a.tensor().is_sparse());
}

// The result as a new tensor, or as what out holds from now on.
Tensor into(const Tensor& out, DimSpan sizes, Coordinates c) {
  if (!out.defined()) return make_sparse(sizes, std::move(c));
  TAUT_CHECK(out.is_sparse() && same(out.sizes(), sizes), RuntimeError,
             "out: the result is a sparse tensor of shape ", ShapeText{sizes},
             ", and so must be out");
  c.values = cast(c.values, out.dtype());
  set_coordinates(out, std::move(c));
  return out;
}

// f of the values; in place where out is the tensor that they belong to.
template <class F>
Tensor with_values(const Tensor& t, DType type, const Tensor& out, F f) {
  const Coordinates c = coordinates(t);
  const Tensor values = cast(f(c.values), type);
  if (out.defined() && out.is(t) && values.dtype() == c.values.dtype()) {
    copy_(c.values, values);
    return out;
  }
  return into(out, t.sizes(), {c.indices, values, c.coalesced});
}

Tensor product(const BinaryCall& c, const Arg& a, const Arg& b, const Tensor& out) {
  const Tensor& t = is_sparse(a) ? a.tensor() : b.tensor();
  const Arg& other = is_sparse(a) ? b : a;
  TAUT_CHECK(!is_sparse(other), NotImplementedError, c.name,
             ": the product of two sparse tensors is not supported");
  if (is_number(other)) {
    return with_values(t, c.type, out, [&](const Tensor& v) { return mul(v, other); });
  }
  TAUT_CHECK(same(other.tensor().sizes(), t.sizes()), NotImplementedError, c.name,
             ": a sparse tensor of shape ", ShapeText{t.sizes()},
             " is multiplied with a number or with a tensor of its shape, got ",
             ShapeText{other.tensor().sizes()});
  return with_values(t, c.type, out, [&](const Tensor& v) {
    return mul(v, slices_at(other.tensor(), coordinates(t).indices));
  });
}

Rounding rounding_of(BinaryOp op) {
  return op == BinaryOp::Div        ? Rounding::None
         : op == BinaryOp::DivFloor ? Rounding::Floor
                                    : Rounding::Trunc;
}

Tensor quotient(const BinaryCall& c, const Arg& a, const Arg& b, const Tensor& out) {
  TAUT_CHECK(is_sparse(a) && is_number(b), RuntimeError, c.name,
             ": Sparse division requires a scalar or zero-dim dense tensor divisor");
  const Rounding rounding = rounding_of(c.op);
  // What is rounded must be whole.
  const Tensor t = rounding == Rounding::None || (out.defined() && out.is(a.tensor()))
                       ? a.tensor()
                       : coalesce(a.tensor());
  if (rounding != Rounding::None) set_coordinates(t, coalesced(coordinates(t), t.sizes()));
  return with_values(t, c.type, out, [&](const Tensor& v) { return div(v, b, rounding); });
}

// -1, 0 or 1: how place i of a stands to place j of b.
int compare(const Tensor& a, std::int64_t i, const Tensor& b, std::int64_t j) {
  for (std::int64_t d = 0; d < a.size(0); ++d) {
    const auto x = a.data<std::int64_t>()[d * a.size(1) + i];
    const auto y = b.data<std::int64_t>()[d * b.size(1) + j];
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

// The two lists of places merged as if both were sorted, as in PyTorch: the same places step after
// step stay one list, and sorted lists a sorted one.
Coordinates merged(const Coordinates& a, const Coordinates& b, Scalar alpha, DType type) {
  std::vector<std::int64_t> from_a, from_b;  // where each goes
  std::int64_t n = 0;
  for (std::int64_t i = 0, j = 0; i < a.nnz() || j < b.nnz(); ++n) {
    const int order = i == a.nnz() ? 1 : j == b.nnz() ? -1 : compare(a.indices, i, b.indices, j);
    if (order <= 0) from_a.push_back(n), ++i;
    if (order >= 0) from_b.push_back(n), ++j;
  }
  const Tensor places_a = from_list(from_a), places_b = from_list(from_b);
  Dims sizes = a.values.sizes();
  sizes[0] = n;
  Coordinates out{empty(Dims{a.sparse_dim(), n}, DType::Int64), zeros(sizes, type),
                  a.coalesced && b.coalesced};
  index_copy_(out.indices, 1, places_a, a.indices);
  index_copy_(out.indices, 1, places_b, b.indices);
  index_copy_(out.values, 0, places_a, cast(a.values, type));
  const Tensor terms = cast(b.values, type);
  index_add_(out.values, 0, places_b, alpha.to_double() == 1 ? terms : mul(terms, alpha));
  return out;
}

Scalar factor_of(const BinaryCall& c) {
  if (c.op != BinaryOp::AddScaled) return c.op == BinaryOp::Sub ? -1 : 1;
  return is_floating(c.type) ? Scalar(c.params[0]) : Scalar(static_cast<std::int64_t>(c.params[0]));
}

Tensor sum_of_sparse(const BinaryCall& c, const Tensor& a, const Tensor& b, const Tensor& out) {
  TAUT_CHECK(same(a.sizes(), b.sizes()), RuntimeError, c.name,
             ": expected sizes of 'self' and 'other' to match, but ", ShapeText{a.sizes()},
             " != ", ShapeText{b.sizes()});
  const Coordinates &x = coordinates(a), &y = coordinates(b);
  TAUT_CHECK(x.sparse_dim() == y.sparse_dim(), RuntimeError, c.name,
             ": expected 'self' and 'other' to have same density, but 'self' has ", x.sparse_dim(),
             " sparse dimensions while 'other' has ", y.sparse_dim(), " sparse dimensions");
  return into(out, a.sizes(), merged(x, y, factor_of(c), c.type));
}

Tensor sum_of(const BinaryCall& c, const Arg& a, const Arg& b, const Tensor& out) {
  if (is_sparse(a) && is_sparse(b)) return sum_of_sparse(c, a.tensor(), b.tensor(), out);
  TAUT_CHECK(!is_sparse(a), RuntimeError, c.name,
             ": add(sparse, dense) is not supported. Use add(dense, sparse) instead.");
  const Tensor& t = b.tensor();
  TAUT_CHECK(a.is_tensor() && same(a.tensor().sizes(), t.sizes()), RuntimeError, c.name,
             ": expected 'self' and 'other' to have same size, but self has size ",
             ShapeText{a.is_tensor() ? a.tensor().sizes() : Dims{}}, " while other has size ",
             ShapeText{t.sizes()},
             " (FYI: dense-sparse addition does not currently support broadcasting)");
  Tensor result = out;
  if (!out.defined()) {
    result =
        a.tensor().dtype() == c.type ? clone(detach(a.tensor())) : cast(detach(a.tensor()), c.type);
  } else if (!out.is(a.tensor())) {
    TAUT_CHECK(!out.is_sparse() && same(out.sizes(), t.sizes()), RuntimeError, c.name,
               ": the result is a strided tensor of shape ", ShapeText{t.sizes()},
               ", and so must be out");
    copy_raw(out, a.tensor());
  }
  add_sparse(result, t, factor_of(c));
  return result;
}

}  // namespace

Tensor run_sparse(const BinaryCall& c, const std::array<Arg, 2>& args, const Tensor& out) {
  NoGrad guard;
  const auto& [a, b] = args;
  switch (c.op) {
    case BinaryOp::Mul:
      return product(c, a, b, out);
    case BinaryOp::Div:
    case BinaryOp::DivFloor:
    case BinaryOp::DivTrunc:
      return quotient(c, a, b, out);
    case BinaryOp::Add:
    case BinaryOp::Sub:
    case BinaryOp::AddScaled:
      return sum_of(c, a, b, out);
    default:
      raise<NotImplementedError>(c.name,
                                 ": not implemented for sparse tensors; to_dense() gives a "
                                 "strided one");
  }
}

Tensor negated_sparse(const Tensor& t, const Tensor& out) {
  NoGrad guard;
  return with_values(t, t.dtype(), out, [](const Tensor& v) { return neg(v); });
}

void add_sparse(const Tensor& dense, const Tensor& sparse, Scalar alpha) {
  NoGrad guard;
  const Coordinates& c = coordinates(sparse);
  const Tensor out = detach(dense);
  const Tensor values = cast(c.values, out.dtype());
  const Tensor terms = alpha.to_double() == 1 ? values : mul(values, alpha);
  if (c.sparse_dim() == 0) {
    add_(out, sum(terms, Dims{0}, false, out.dtype()));
  } else if (c.sparse_dim() == 1) {
    index_add_(out, 0, select(c.indices, 0, 0), terms);
  } else {
    index_put_(out, rows_of(c.indices), terms, true);
  }
}

void add_to_sparse(const Tensor& sparse, const Tensor& other) {
  run_sparse({"add_", BinaryOp::Add, sparse.dtype()}, {Arg(sparse), Arg(other)}, sparse);
  sparse.bump_version();
}

Tensor clone_sparse(const Tensor& t) {
  NoGrad guard;
  const Coordinates& c = coordinates(t);
  return make_sparse(t.sizes(), {clone(c.indices), clone(c.values), c.coalesced});
}

Tensor cast_sparse(const Tensor& t, DType dtype) {
  NoGrad guard;
  const Coordinates& c = coordinates(t);
  return make_sparse(t.sizes(), {c.indices, cast(c.values, dtype), c.coalesced});
}

Tensor zeros_like_sparse(const Tensor& t, DType dtype) {
  const Coordinates& c = coordinates(t);
  Dims sizes = c.values.sizes();
  sizes[0] = 0;
  return make_sparse(t.sizes(),
                     {empty(Dims{c.sparse_dim(), 0}, DType::Int64), empty(sizes, dtype), true});
}

void copy_sparse(const Tensor& dst, const Tensor& src) {
  TAUT_CHECK(dst.is_sparse() && src.is_sparse(), RuntimeError,
             "copy_() between dense and sparse Tensors is not implemented! Found self type = ",
             dst.is_sparse() ? "sparse" : "strided",
             " and src type = ", src.is_sparse() ? "sparse" : "strided");
  TAUT_CHECK(same(dst.sizes(), src.sizes()), RuntimeError,
             "copy_: sparse tensors must have one shape, got ", ShapeText{dst.sizes()}, " and ",
             ShapeText{src.sizes()});
  Coordinates c = coordinates(clone_sparse(src));
  NoGrad guard;
  c.values = cast(c.values, dst.dtype());
  set_coordinates(dst, std::move(c));
}

bool is_sole_owner_of_values(const Tensor& t) {
  const Coordinates& c = coordinates(t);
  return t.is_sole_owner() && c.indices.is_sole_owner() && c.values.is_sole_owner();
}

}  // namespace taut
