// Ordering: stable sort, selection, binary search, duplicates. One line (a contiguous run of n
// elements) at a time; scratch memory comes from the caller.
//
// NaN is greater than every number and equal to NaN; -0 equals 0. Nothing here reads or writes
// scratch beyond the stated size; no argument overlaps another. n may be 0.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace taut::kernels {

// Bytes of scratch (8-byte aligned) for sort_line, top_line and kth_line of up to n elements.
std::size_t sort_scratch(std::int64_t n);

// values: n elements read through `stride` (bytes). order[i]: position of the i-th in ascending
// (descending) order; equal elements keep their order either way.
void sort_line(DType dtype, const void* values, std::int64_t stride, std::int64_t n,
               bool descending, std::int64_t* order, void* scratch);

// order[0..k): positions of the k greatest (smallest). Of equal elements the earlier ones are
// taken. In order of value when `sorted`. 0 <= k <= n.
void top_line(DType dtype, const void* values, std::int64_t stride, std::int64_t n, std::int64_t k,
              bool largest, bool sorted, std::int64_t* order, void* scratch);

// Position of the k-th smallest element, counted from 0. 0 <= k < n.
std::int64_t kth_line(DType dtype, const void* values, std::int64_t stride, std::int64_t n,
                      std::int64_t k, void* scratch);

// out[i]: how many of the `size` ascending elements are less than values[i] (right: less or
// equal). With a sorter, the i-th smallest is sequence[sorter[i]].
void search_line(DType dtype, const void* sequence, std::int64_t size, const std::int64_t* sorter,
                 const void* values, std::int64_t n, bool right, std::int64_t* out);

// starts[0..m): positions at which sorted[i] differs from sorted[i - 1] (position 0 included);
// returns m. Unlike in sorting, NaN equals nothing: each is a value of its own.
std::int64_t run_starts(DType dtype, const void* sorted, std::int64_t n, std::int64_t* starts);

// The same for rows of `len` elements. Also lexicographic order of whole rows, stable.
std::int64_t row_run_starts(DType dtype, const void* rows, std::int64_t n, std::int64_t len,
                            std::int64_t* starts);
void sort_rows(DType dtype, const void* rows, std::int64_t n, std::int64_t len,
               std::int64_t* order);

}  // namespace taut::kernels
