// A matrix on the right of many products: packed once, where that pays.
#pragma once

#include <optional>

#include "kernels/gemm/gemm.h"
#include "ops/scratch.h"

namespace taut {

template <class T>
class RightFactor {
 public:
  // b is k x n with any strides and outlives this. rows: the most that a left factor has;
  // products: how many there will be.
  RightFactor(const T* b, int64_t k, int64_t n, int64_t rs, int64_t cs, int64_t rows,
              int64_t products);

  // c = a b + beta c (+ bias, n elements or null) for contiguous rows of a and c that begin a_rs
  // and c_rs apart; a is null for zeros. Packed: by the caller's thread, and sums do not depend on
  // m. Not packed: by all threads.
  void multiply(const T* a, int64_t a_rs, int64_t m, T beta, T* c, int64_t c_rs,
                const T* bias = nullptr) const;
  bool is_packed() const { return packed_.has_value(); }
  int64_t cost(int64_t rows) const { return rows * k_ * n_; }

 private:
  GemmArgs<T> args(int64_t m) const;
  bool worth_packing(int64_t rows, int64_t products) const;
  void pack(int64_t rows);
  void multiply_packed(const GemmArgs<T>& g) const;
  void multiply_in_place(GemmArgs<T> g) const;

  const T* b_;
  int64_t k_, n_, rs_, cs_;
  std::optional<Scratch<T>> packed_;  // blocks of kc steps one after another, each in panels
};

}  // namespace taut
