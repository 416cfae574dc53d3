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

// Among float and the 16-bit types.
template <class To, class From>
struct ConvertFloats {
  static void body(char* const* ptr, int64_t n, const double*) {
    for (int64_t i = 0; i < n; i += Vec<float>::size) {
      To::store(ptr[0] + i * To::bytes, From::load(ptr[1] + i * From::bytes));
    }
  }
  static constexpr Layout layout = {2, Vec<float>::size, {To::bytes, From::bytes}, false};
};

// How the types that ConvertFloats takes are stored.
template <DType t>
struct StoredAs;
template <>
struct StoredAs<DType::Float16> {
  using type = Half;
};
template <>
struct StoredAs<DType::BFloat16> {
  using type = BFloat;
};
template <>
struct StoredAs<DType::Float32> {
  using type = Float;
};
template <DType t>
constexpr bool kStoresFloats = is_narrow(t) || t == DType::Float32;

// Between a 16-bit type and one that is no float: through float.
template <class To, class From, bool kToBool, class Stored, unsigned kNarrow>
void convert_narrow(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  using Kernel = Convert<To, From, kToBool>;
  run_narrow<Stored>(Kernel::body, Kernel::layout, kNarrow, ptr, stride, n, params);
}

template <DType to, DType from>
constexpr PointwiseLoop convert_loop() {
  using To = typename LaneOf<to>::T;
  using From = typename LaneOf<from>::T;
  constexpr bool to_bool = to == DType::Bool;
  if constexpr (kStoresFloats<to> && kStoresFloats<from>) {
    return loop<ConvertFloats<typename StoredAs<to>::type, typename StoredAs<from>::type>>;
  } else if constexpr (is_narrow(to)) {
    return convert_narrow<float, From, false, typename StoredAs<to>::type, 1>;
  } else if constexpr (is_narrow(from)) {
    return convert_narrow<To, float, to_bool, typename StoredAs<from>::type, 2>;
  } else {
    return loop<Convert<To, From, to_bool>>;
  }
}

template <int to, int from = 0>
constexpr void fill_convert(PointwiseLoop (&row)[kDTypeCount]) {
  if constexpr (from < kDTypeCount) {
    row[from] = convert_loop<(DType)to, (DType)from>();
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
