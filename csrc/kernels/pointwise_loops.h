// How a formula becomes a loop over memory (see pointwise.h). Only the innermost loop over whole
// vectors is a template per operation; layouts and ragged ends are handled once, in run().
#pragma once

#include "kernels/pointwise.h"
#include "kernels/simd/half.h"
#include "kernels/simd/integer.h"
#include "kernels/simd/math.h"
#include "kernels/simd/math_special.h"

namespace taut::TAUT_ISA {
namespace {

// Contiguous operands, n a multiple of the vector's lanes.
using Body = void (*)(char* const* ptr, int64_t n, const double* params);

constexpr int kMaxOperands = 4;

struct Layout {
  int count;               // operands, the output first
  int lanes;               // of one vector
  int size[kMaxOperands];  // element sizes
  bool reads_output;
};

// Elements of one operand that a block holds: all operands' blocks fit the L1 cache together.
constexpr int kBlock = 256;
struct alignas(64) Block {
  char bytes[kMaxOperands][kBlock * 8];
};

template <int Bytes>
inline void gather(char* to, const char* from, int64_t stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i) __builtin_memcpy(to + i * Bytes, from + i * stride, Bytes);
}
template <int Bytes>
inline void scatter(char* to, int64_t stride, const char* from, int64_t n) {
  for (int64_t i = 0; i < n; ++i) __builtin_memcpy(to + i * stride, from + i * Bytes, Bytes);
}
inline void gather(int size, char* to, const char* from, int64_t stride, int64_t n) {
  if (size == 4) return gather<4>(to, from, stride, n);
  if (size == 8) return gather<8>(to, from, stride, n);
  if (size == 2) return gather<2>(to, from, stride, n);
  gather<1>(to, from, stride, n);
}
inline void scatter(int size, char* to, int64_t stride, const char* from, int64_t n) {
  if (size == 4) return scatter<4>(to, stride, from, n);
  if (size == 8) return scatter<8>(to, stride, from, n);
  if (size == 2) return scatter<2>(to, stride, from, n);
  scatter<1>(to, stride, from, n);
}
// One element n times: up to a block of them.
inline void spread(int size, char* to, const char* from, int64_t n) {
  const int64_t bytes = n * size;
  gather(size, to, from, 0, bytes < kVecBytes ? n : kVecBytes / size);
  const Vec<uint8_t> filled = Vec<uint8_t>::load((const uint8_t*)to);
  for (int64_t i = kVecBytes; i < bytes; i += kVecBytes) filled.store((uint8_t*)to + i);
}

// At most one vector of bytes, the rest zero; by words where the ISA can mask only those.
inline void load_bytes(char* vec, const char* from, int bytes) {
  if (bytes & 3) return Vec<uint8_t>::load((const uint8_t*)from, bytes).store((uint8_t*)vec);
  Vec<int32_t>::load((const int32_t*)from, bytes / 4).store((int32_t*)vec);
}
inline void store_bytes(char* to, const char* vec, int bytes) {
  if (bytes & 3) return Vec<uint8_t>::load((const uint8_t*)vec).store((uint8_t*)to, bytes);
  Vec<int32_t>::load((const int32_t*)vec).store((int32_t*)to, bytes / 4);
}

// Up to one vector of elements, through zero-padded blocks.
inline void run_ragged(Body body, const Layout& layout, char* const* ptr, int64_t at, int n,
                       const double* params) {
  alignas(64) char padded[kMaxOperands][kVecBytes];
  char* whole[kMaxOperands];
  for (int i = 0; i < layout.count; ++i) {
    whole[i] = padded[i];
    if (i > 0 || layout.reads_output) {
      load_bytes(padded[i], ptr[i] + at * layout.size[i], n * layout.size[i]);
    }
  }
  body(whole, layout.lanes, params);
  store_bytes(ptr[0] + at * layout.size[0], padded[0], n * layout.size[0]);
}

inline void run_contiguous(Body body, const Layout& layout, char* const* ptr, int64_t n,
                           const double* params) {
  const int ragged = (int)(n & (layout.lanes - 1));
  if (n > ragged) body(ptr, n - ragged, params);
  if (ragged) run_ragged(body, layout, ptr, n - ragged, ragged, params);
}

__attribute__((noinline, unused)) void run_strided(Body body, const Layout& layout,
                                                   char* const* ptr, const int64_t* stride,
                                                   int64_t n, const double* params) {
  Block block;
  bool packed[kMaxOperands];
  char* at[kMaxOperands];
  for (int i = 0; i < layout.count; ++i) {
    packed[i] = stride[i] != layout.size[i];
    at[i] = packed[i] ? block.bytes[i] : ptr[i];
    if (packed[i] && stride[i] == 0 && i > 0) {  // one number: its block serves every round
      spread(layout.size[i], block.bytes[i], ptr[i], n < kBlock ? n : kBlock);
    }
  }
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t m = n - begin < kBlock ? n - begin : kBlock;
    for (int i = 0; i < layout.count; ++i) {
      char* memory = ptr[i] + begin * stride[i];
      if (!packed[i]) {
        at[i] = memory;
      } else if (i == 0 ? layout.reads_output : stride[i] != 0) {
        gather(layout.size[i], block.bytes[i], memory, stride[i], m);
      }
    }
    run_contiguous(body, layout, at, m, params);
    if (packed[0]) scatter(layout.size[0], ptr[0] + begin * stride[0], stride[0], at[0], m);
  }
}

inline void run(Body body, const Layout& layout, char* const* ptr, const int64_t* stride, int64_t n,
                const double* params) {
  bool contiguous = true;
  for (int i = 0; i < layout.count; ++i) contiguous &= stride[i] == layout.size[i];
  if (contiguous) return run_contiguous(body, layout, ptr, n, params);
  run_strided(body, layout, ptr, stride, n, params);
}

// 16-bit floating-point operands: the arithmetic is that of float, over blocks that hold them as
// float. Up to whole vectors of a block, the rest zero.
template <class Stored>
inline void widen_block(float* to, const char* from, int64_t stride, int64_t n) {
  alignas(64) char packed[2 * kBlock];
  if (stride != 2) {
    gather<2>(packed, from, stride, n);
    from = packed;
  }
  const int64_t whole = n & -kHalves;
  for (int64_t i = 0; i < whole; i += kHalves) Stored::load(from + 2 * i).store(to + i);
  if (whole == n) return;
  char last[2 * kHalves] = {};
  __builtin_memcpy(last, from + 2 * whole, 2 * (n - whole));
  Stored::load(last).store(to + whole);
}
// `from` has whole vectors.
template <class Stored>
inline void round_block(char* to, int64_t stride, const float* from, int64_t n) {
  alignas(64) char packed[2 * kBlock];
  const int64_t whole = stride == 2 ? n & -kHalves : 0;
  for (int64_t i = 0; i < whole; i += kHalves)
    Stored::store(to + 2 * i, Vec<float>::load(from + i));
  for (int64_t i = whole; i < n; i += kHalves) {
    Stored::store(packed + 2 * i, Vec<float>::load(from + i));
  }
  scatter<2>(to + whole * stride, stride, packed + 2 * whole, n - whole);
}

// Bit i of `narrow`: operand i, a float in the layout, lies in memory as Stored.
template <class Stored>
__attribute__((noinline, unused)) void run_narrow(Body body, const Layout& layout, unsigned narrow,
                                                  char* const* ptr, const int64_t* stride,
                                                  int64_t n, const double* params) {
  Block block;
  char* at[kMaxOperands];
  for (int i = 0; i < layout.count; ++i) at[i] = block.bytes[i];
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t m = n - begin < kBlock ? n - begin : kBlock;
    for (int i = 0; i < layout.count; ++i) {
      // One number: its block serves every round.
      if (i == 0 ? !layout.reads_output : stride[i] == 0 && begin > 0) continue;
      const char* memory = ptr[i] + begin * stride[i];
      if (narrow >> i & 1) {
        widen_block<Stored>((float*)at[i], memory, stride[i], m);
      } else {
        gather(layout.size[i], at[i], memory, stride[i], m);
      }
    }
    body(at, (m + layout.lanes - 1) & -(int64_t)layout.lanes, params);
    char* out = ptr[0] + begin * stride[0];
    if (narrow & 1) {
      round_block<Stored>(out, stride[0], (const float*)at[0], m);
    } else {
      scatter(layout.size[0], out, stride[0], at[0], m);
    }
  }
}

// Element types: a bool is handled as its byte, a 16-bit float that is only moved as its bits.
template <DType t>
struct LaneOf;
#define TAUT_LANE(dtype, type)  \
  template <>                   \
  struct LaneOf<DType::dtype> { \
    using T = type;             \
  };
TAUT_LANE(Bool, uint8_t)
TAUT_LANE(UInt8, uint8_t)
TAUT_LANE(Int8, int8_t)
TAUT_LANE(Int16, int16_t)
TAUT_LANE(Int32, int32_t)
TAUT_LANE(Int64, int64_t)
TAUT_LANE(Float16, int16_t)
TAUT_LANE(BFloat16, int16_t)
TAUT_LANE(Float32, float)
TAUT_LANE(Float64, double)
#undef TAUT_LANE

// Formulas have no constructor to emit: their doubles are read from params in order.
template <class Formula>
inline Formula read_params(const double* params) {
  Formula formula{};
  if constexpr (!__is_empty(Formula)) __builtin_memcpy(&formula, params, sizeof(Formula));
  return formula;
}

template <class T>
inline void store_result(char* out, int64_t i, Vec<T> v) {
  v.store((T*)out + i);
}
// One byte per lane, 0 or 1.
template <class T>
inline void store_result(char* out, int64_t i, Mask<T> m) {
  raw_narrow_to_bytes<sizeof(T)>(out + i, m.v & 1);
}
template <class T>
inline Mask<T> load_mask(const char* in, int64_t i) {
  return Mask<T>(raw_widen_bytes<sizeof(T), typename Mask<T>::Raw>(in + i) != 0);
}

template <class T>
constexpr int result_size(Vec<T>*) {
  return sizeof(T);
}
template <class T>
constexpr int result_size(Mask<T>*) {
  return 1;
}

template <class T>
inline Vec<T> load_at(const char* in, int64_t i) {
  return Vec<T>::load((const T*)in + i);
}

template <class F, class T>
struct Unary {
  static void body(char* const* ptr, int64_t n, const double* params) {
    const F formula = read_params<F>(params);
    char* const out = ptr[0];
    const char* const a = ptr[1];
    for (int64_t i = 0; i < n; i += Vec<T>::size) {
      store_result(out, i, formula.f(load_at<T>(a, i)));
    }
  }
  using Result = decltype(F{}.f(Vec<T>{}));
  static constexpr Layout layout = {
      2, Vec<T>::size, {result_size((Result*)nullptr), sizeof(T)}, false};
};

template <class F, class T, bool kAdd>
struct UnaryBackward {
  static void body(char* const* ptr, int64_t n, const double* params) {
    const F formula = read_params<F>(params);
    char* const dx = ptr[0];
    const char* const g = ptr[1];
    const char* const s = ptr[2];
    for (int64_t i = 0; i < n; i += Vec<T>::size) {
      const Vec<T> term = formula.dx(load_at<T>(g, i), load_at<T>(s, i));
      store_result(dx, i, kAdd ? load_at<T>(dx, i) + term : term);
    }
  }
  static constexpr Layout layout = {3, Vec<T>::size, {sizeof(T), sizeof(T), sizeof(T)}, kAdd};
};
template <class F, class T>
struct BackwardWrite : UnaryBackward<F, T, false> {};
template <class F, class T>
struct BackwardAdd : UnaryBackward<F, T, true> {};

template <class F, class T>
struct Binary {
  static void body(char* const* ptr, int64_t n, const double* params) {
    const F formula = read_params<F>(params);
    char* const out = ptr[0];
    const char* const a = ptr[1];
    const char* const b = ptr[2];
    for (int64_t i = 0; i < n; i += Vec<T>::size) {
      store_result(out, i, formula.f(load_at<T>(a, i), load_at<T>(b, i)));
    }
  }
  using Result = decltype(F{}.f(Vec<T>{}, Vec<T>{}));
  static constexpr Layout layout = {
      3, Vec<T>::size, {result_size((Result*)nullptr), sizeof(T), sizeof(T)}, false};
};

template <class F, class T>
struct Ternary {
  static void body(char* const* ptr, int64_t n, const double* params) {
    const F formula = read_params<F>(params);
    char* const out = ptr[0];
    const char* const a = ptr[1];
    const char* const b = ptr[2];
    const char* const c = ptr[3];
    for (int64_t i = 0; i < n; i += Vec<T>::size) {
      store_result(out, i, formula.f(load_at<T>(a, i), load_at<T>(b, i), load_at<T>(c, i)));
    }
  }
  static constexpr Layout layout = {
      4, Vec<T>::size, {sizeof(T), sizeof(T), sizeof(T), sizeof(T)}, false};
};

template <class Kernel>
void loop(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  run(Kernel::body, Kernel::layout, ptr, stride, n, params);
}

// The same for operands stored in 16 bits; Kernel is that of float.
template <class Kernel, class Stored>
void narrow_loop(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  constexpr unsigned narrow = [] {
    unsigned bits = 0;
    for (int i = 0; i < Kernel::layout.count; ++i) {
      bits |= (unsigned)(Kernel::layout.size[i] == sizeof(float)) << i;
    }
    return bits;
  }();
  run_narrow<Stored>(Kernel::body, Kernel::layout, narrow, ptr, stride, n, params);
}

enum class Types { Float, Integer, Bits, Number, All };
constexpr bool takes(Types types, DType t) {
  if (t == DType::Bool) return types == Types::Bits || types == Types::All;
  if (is_floating(t)) return types != Types::Integer && types != Types::Bits;
  return types != Types::Float;
}

// Fills the row of one operation with Kernel<F, T> for every element type it takes.
template <template <class, class> class Kernel, class F, Types types, int t = 0>
constexpr void fill_row(PointwiseLoop* row) {
  if constexpr (t < kDTypeCount) {
    if constexpr (takes(types, (DType)t)) {
      if constexpr ((DType)t == DType::Float16) {
        row[t] = narrow_loop<Kernel<F, float>, Half>;
      } else if constexpr ((DType)t == DType::BFloat16) {
        row[t] = narrow_loop<Kernel<F, float>, BFloat>;
      } else {
        row[t] = loop<Kernel<F, typename LaneOf<(DType)t>::T>>;
      }
    }
    fill_row<Kernel, F, types, t + 1>(row);
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA
