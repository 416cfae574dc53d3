// What the random operations share: the order of memory and the lock of the generator.
#pragma once

#include <mutex>

#include "core/parallel.h"
#include "core/random.h"
#include "ops/copy.h"
#include "ops/overwrite.h"

namespace taut {

// Calls fill(data) on memory for every element of t, in the order in which they lie in t.
template <class T, class F>
void write(const Tensor& t, F fill) {
  if (t.is_meta()) return;
  t.storage()->set_origin(0);
  if (is_dense(t.sizes(), t.strides())) return fill(t.data<T>());
  const Tensor dense = empty_as(t, t.dtype());
  fill(dense.template data<T>());
  copy_raw(t, dense);
}

// Calls draw(generator) for about n samples with the generator locked; null is the default one.
template <class F>
void with_generator(Generator* given, int64_t n, F draw) {
  Generator& generator = given ? *given : default_generator();
  LongWork section(4 * n);
  const std::lock_guard lock(generator.mutex());
  draw(generator);
}

}  // namespace taut
