#include "formulas/binary.h"
#include "kernels/pointwise_loops.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
struct Where {
  static void body(char* const* ptr, int64_t n, const double*) {
    for (int64_t i = 0; i < n; i += Vec<T>::size) {
      const Mask<T> condition = load_mask<T>(ptr[1], i);
      store_result(ptr[0], i, select(condition, load_at<T>(ptr[2], i), load_at<T>(ptr[3], i)));
    }
  }
  static constexpr Layout layout = {4, Vec<T>::size, {sizeof(T), 1, sizeof(T), sizeof(T)}, false};
};

// Elements of one type to another. The compiler vectorises the plain loop; `lanes` keeps n
// a multiple of what it unrolls to.
template <class To, class From, bool kToBool>
struct Convert {
  static To cast(From x) {
    if constexpr (kToBool) return x != 0;
    if constexpr (is_float_lane<From> && !is_float_lane<To>) {
      if constexpr (sizeof(To) == 8) return (To)x;
      if constexpr (sizeof(To) == 4) return (To)(int64_t)x;
      return (To)(int32_t)x;
    }
    return (To)x;
  }
  static void body(char* const* ptr, int64_t n, const double*) {
    To* const out = (To*)ptr[0];
    const From* const in = (const From*)ptr[1];
    for (int64_t i = 0; i < n; ++i) out[i] = cast(in[i]);
  }
  static constexpr Layout layout = {2, 1, {sizeof(To), sizeof(From)}, false};
};

template <int to, int from = 0>
constexpr void fill_convert(PointwiseLoop (&row)[kDTypeCount]) {
  if constexpr (from < kDTypeCount) {
    row[from] = loop<Convert<typename LaneOf<(DType)to>::T, typename LaneOf<(DType)from>::T,
                             (DType)to == DType::Bool>>;
    fill_convert<to, from + 1>(row);
  }
}
template <int to = 0>
constexpr void fill_convert(PointwiseLoop (&rows)[kDTypeCount][kDTypeCount]) {
  if constexpr (to < kDTypeCount) {
    fill_convert<to>(rows[to]);
    fill_convert<to + 1>(rows);
  }
}

template <int t = 0>
constexpr void fill_where(PointwiseLoop (&row)[kDTypeCount]) {
  if constexpr (t < kDTypeCount) {
    row[t] = loop<Where<typename LaneOf<(DType)t>::T>>;
    fill_where<t + 1>(row);
  }
}

constexpr TernaryKernels make_table() {
  TernaryKernels table{};
#define TAUT_ROW(name, types) \
  fill_row<Ternary, formulas::name, Types::types>(table.forward.loops[(int)TernaryOp::name]);
  TAUT_TERNARY_ROWS(TAUT_ROW)
#undef TAUT_ROW
  fill_where(table.where);
  fill_convert(table.convert);
  return table;
}

}  // namespace

extern const TernaryKernels ternary_table;
constinit const TernaryKernels ternary_table = make_table();

}  // namespace taut::TAUT_ISA
