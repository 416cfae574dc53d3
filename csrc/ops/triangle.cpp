// Triangular parts of matrices.
#include <algorithm>

#include "core/error.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/overwrite.h"

namespace taut {
namespace {

enum class Part { Lower, Upper };

const char* op_name(Part part) { return part == Part::Lower ? "tril" : "triu"; }

Tensor triangle(const Tensor& t, Part part, int64_t diagonal);

class Triangle final : public Node {
 public:
  Triangle(Part part, int64_t diagonal) : part_(part), diagonal_(diagonal) {}
  const char* name() const override {
    return part_ == Part::Lower ? "TrilBackward0" : "TriuBackward0";
  }
  void backward(GradFrame& frame) override {
    if (frame.needs(0)) frame.give(0, triangle(frame.grad(), part_, diagonal_));
  }

 private:
  Part part_;
  int64_t diagonal_;
};

// Columns [begin, end) of row i belong to the part.
struct Columns {
  int64_t begin, end;
};
Columns columns_of(Part part, int64_t diagonal, int64_t row, int64_t columns) {
  const int64_t split = std::clamp<int64_t>(row + diagonal + (part == Part::Lower), 0, columns);
  return part == Part::Lower ? Columns{0, split} : Columns{split, columns};
}

// Zeros what lies outside the part. Every stride is that of t, whose last two dimensions are the
// matrix.
template <class T>
void clear_outside(const Tensor& t, Part part, int64_t diagonal) {
  const int64_t rows = t.size(-2), columns = t.size(-1);
  const int64_t count = t.numel() / std::max<int64_t>(rows * columns, 1);
  const int64_t down = t.stride(-2), right = t.stride(-1);
  for (int64_t m = 0; m < count; ++m) {
    T* matrix = t.data<T>();
    for (int64_t d = t.dim() - 3, rest = m; d >= 0; --d) {
      matrix += rest % t.size(d) * t.stride(d);
      rest /= t.size(d);
    }
    for (int64_t i = 0; i < rows; ++i) {
      const Columns kept = columns_of(part, diagonal, i, columns);
      T* row = matrix + i * down;
      for (int64_t j = 0; j < kept.begin; ++j) row[j * right] = T(0);
      for (int64_t j = kept.end; j < columns; ++j) row[j * right] = T(0);
    }
  }
}

void clear_outside(const Tensor& t, Part part, int64_t diagonal) {
  if (t.is_meta()) return;
  visit_stored(t.dtype(), [&]<class T>() { clear_outside<T>(t, part, diagonal); });
}

Ref<Node> make_node(const Tensor& t, Part part, int64_t diagonal) {
  TAUT_CHECK(t.dim() >= 2, RuntimeError, op_name(part),
             ": the input must have at least 2 dimensions, got ", t.dim());
  if (!needs_grad(t)) return nullptr;
  auto node = make<Triangle>(part, diagonal);
  set_edges(*node, {t});
  return node;
}

Tensor triangle(const Tensor& t, Part part, int64_t diagonal) {
  const Ref<Node> node = make_node(t, part, diagonal);
  const Tensor out = empty_beside(t, t.sizes(), t.dtype());
  copy_raw(out, t);
  clear_outside(out, part, diagonal);
  if (node) set_history(out, node);
  return out;
}

Tensor triangle_(const Tensor& t, Part part, int64_t diagonal) {
  check_writable(t, op_name(part));
  const Ref<Node> node = make_node(t, part, diagonal);
  clear_outside(t, part, diagonal);
  finish_inplace(t, node);
  return t;
}

Tensor indices(Part part, int64_t rows, int64_t columns, int64_t offset, DType dtype) {
  TAUT_CHECK(rows >= 0, RuntimeError, op_name(part), "_indices: row must be non-negative, got ",
             rows);
  TAUT_CHECK(columns >= 0, RuntimeError, op_name(part), "_indices: col must be non-negative, got ",
             columns);
  TAUT_CHECK(dtype == DType::Int32 || dtype == DType::Int64, RuntimeError, op_name(part),
             "_indices: the dtype must be int32 or int64, got ", dtype);
  int64_t count = 0;
  for (int64_t i = 0; i < rows; ++i) {
    const Columns kept = columns_of(part, offset, i, columns);
    count += kept.end - kept.begin;
  }
  const int64_t sizes[] = {2, count};
  const Tensor out = empty(sizes, dtype);
  visit(dtype, [&]<class T>() {
    T* row = out.data<T>();
    T* column = row + count;
    for (int64_t i = 0; i < rows; ++i) {
      const Columns kept = columns_of(part, offset, i, columns);
      for (int64_t j = kept.begin; j < kept.end; ++j) {
        *row++ = static_cast<T>(i);
        *column++ = static_cast<T>(j);
      }
    }
  });
  return out;
}

}  // namespace

Tensor tril(const Tensor& t, int64_t diagonal) { return triangle(t, Part::Lower, diagonal); }
Tensor triu(const Tensor& t, int64_t diagonal) { return triangle(t, Part::Upper, diagonal); }
Tensor tril_(const Tensor& t, int64_t diagonal) { return triangle_(t, Part::Lower, diagonal); }
Tensor triu_(const Tensor& t, int64_t diagonal) { return triangle_(t, Part::Upper, diagonal); }

Tensor tril_indices(int64_t row, int64_t column, int64_t offset, DType dtype) {
  return indices(Part::Lower, row, column, offset, dtype);
}
Tensor triu_indices(int64_t row, int64_t column, int64_t offset, DType dtype) {
  return indices(Part::Upper, row, column, offset, dtype);
}

}  // namespace taut
