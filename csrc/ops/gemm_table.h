// The kernels of products of an element type, for operations that cut and pack them themselves.
#pragma once

#include "kernels/gemm/gemm.h"

namespace taut {

template <class T>
const GemmTable<T>& gemm_kernels_of() {
  if constexpr (sizeof(T) == 4) {
    return gemm_kernels().f32;
  } else {
    return gemm_kernels().f64;
  }
}

}  // namespace taut
