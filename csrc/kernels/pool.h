// Maxima of any windows in planes of up to three dimensions, and elements placed by index.
//
// Planes are contiguous, [depth][height][width]; indices count the elements of a plane. Nothing
// overlaps. Every window has an element inside its plane.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace taut {

// Window o of a dimension is first[o], first[o] + step, ... up to, not including, last[o].
struct PoolWindows {
  int64_t count;
  const int64_t *first, *last;
  int64_t step;
};

struct MaxPool {
  int64_t size[3];
  PoolWindows windows[3];
};

// The first largest element of every window, NaN being the largest, and its index. Any type but
// bool.
template <class T>
void max_pool_plane(const MaxPool& pool, const T* x, T* out, int64_t* index);

// out[i] = x[index[i]].
template <class T>
void take_elements(const T* x, const int64_t* index, int64_t n, T* out);
// out[index[i]] = x[i], or += x[i]; out [size] begins as zeros. Returns the place of an index out
// of range, or -1.
template <class T>
int64_t place_elements(const T* x, const int64_t* index, int64_t n, bool add, T* out, int64_t size);

}  // namespace taut
