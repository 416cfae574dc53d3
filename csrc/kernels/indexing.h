// Loops that reach elements through an index: gather, scatter, rows of a table, masks.
//
// Everywhere: indices are int64 and already checked (see first_outside, add_offsets); steps and
// strides are in bytes and may be 0 or negative; n may be 0. Sources and destinations do not
// overlap. Destinations that repeat an index are written in the order of i, so a loop over the
// whole index must not be cut between threads; cutting along any other dimension is fine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace taut::kernels {

// The signature of the iteration plan's inner loops. params[0] holds the step that turns an index
// into a byte offset.
using IndexLoop = void (*)(char* const* ptr, const std::int64_t* stride, std::int64_t n,
                           const double* params);

enum class Reduce : std::uint8_t { Add, Mul, Max, Min };

// out, index, source:  out[i] = *(source[i] + index[i] * step), elements of `width` bytes.
IndexLoop take_loop(std::size_t width);
// out, index, source:  *(out[i] + index[i] * step) = source[i].
IndexLoop put_loop(std::size_t width);
// out, index, source:  the same, combined with what is there. Max and Min propagate NaN;
// on bool, Add is "or" and Mul is "and".
IndexLoop reduce_loop(DType dtype, Reduce op);

// Row i of out is row index[i] of source; past the caches or not. row_bytes may be 0.
void take_rows(char* out, std::int64_t out_step, const char* source, std::int64_t source_step,
               const std::int64_t* index, std::int64_t n, std::size_t row_bytes, bool past_caches);

// Row index[i] of out += scale[i] * row i of source, over `len` elements of a floating type.
// scale may be null (1); rows of `skip` are left alone (-1: none).
void add_rows(DType dtype, char* out, std::int64_t out_step, const char* source,
              std::int64_t source_step, const std::int64_t* index, std::int64_t n, std::int64_t len,
              const double* scale, std::int64_t skip);

// Position of the first index outside [low, high), or -1. stride in bytes.
std::int64_t first_outside(const std::int64_t* index, std::int64_t stride, std::int64_t n,
                           std::int64_t low, std::int64_t high);
// offset[i] += index[i] * step, negative indices counted from `size`. Position of the first index
// outside [-size, size), or -1; on failure offset is unspecified.
std::int64_t add_offsets(std::int64_t* offset, const std::int64_t* index, std::int64_t n,
                         std::int64_t size, std::int64_t step);

// Contiguous elements of any type; non-zero (NaN included) counts as true.
std::int64_t count_nonzero(DType dtype, const void* data, std::int64_t n);
// Writes `base + i` for each non-zero data[i]; returns how many.
std::int64_t nonzero_positions(DType dtype, const void* data, std::int64_t n, std::int64_t base,
                               std::int64_t* out);
// out[i] += position[i] / divisor % size * step: with the divisor of one dimension of a row-major
// shape, its coordinate (step 1) or what it adds to an offset.
void add_coordinates(std::int64_t* out, const std::int64_t* position, std::int64_t n,
                     std::int64_t divisor, std::int64_t size, std::int64_t step);

// Contiguous. out takes the elements whose mask is set (count given by count_nonzero).
void compact(std::size_t width, void* out, const void* source, const bool* mask, std::int64_t n);
// Contiguous. Elements whose mask is set take consecutive elements of source.
void distribute(std::size_t width, void* out, const void* source, const bool* mask, std::int64_t n);

// counts[index[i]] += 1. weights may be null; otherwise sums[index[i]] += weights[i].
void count_indices(std::int64_t* counts, const std::int64_t* index, std::int64_t n);
void sum_indices(double* sums, const std::int64_t* index, const double* weights, std::int64_t n);

}  // namespace taut::kernels
