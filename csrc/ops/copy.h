// Copies and conversions between layouts and element types.
#pragma once

#include "core/scalar.h"
#include "tensor/tensor.h"

namespace taut {

// dst[...] = src, broadcast and converted; not recorded, no checks beyond the shape.
void copy_raw(const Tensor& dst, const Tensor& src);

// n blocks of `bytes`, each to_step (from_step) bytes after the one before, in parallel.
// past_caches: the caches could not hold what is written.
void copy_blocks(char* to, std::int64_t to_step, const char* from, std::int64_t from_step,
                 std::int64_t bytes, std::int64_t n, bool past_caches);

// True of large enough tensors of one shape whose adjacent elements are along different dimensions:
// who walks one along memory meets a cache line of the other with every element.
bool lies_across(const Tensor& a, const Tensor& b);

// copy_raw as an in-place operation on dst. Returns dst.
Tensor copy_(const Tensor& dst, const Tensor& src);
// Whether t is all of its memory.
bool is_whole(const Tensor& t);

// A copy with memory of its own, laid out as t is where t is dense.
Tensor clone(const Tensor& t);
Tensor clone_contiguous(const Tensor& t);
// t itself when it is contiguous already.
Tensor contiguous(const Tensor& t);
// t itself when it has that dtype.
Tensor cast(const Tensor& t, DType dtype);

// The value of a tensor of one element.
Scalar number_of(const Tensor& t);

// Another tensor over the same memory, cut off from the graph.
Tensor detach(const Tensor& t);
// An alias whose history is t.
Tensor identity(const Tensor& t);

}  // namespace taut
