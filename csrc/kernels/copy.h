// Moving elements without looking at them: blocks and transposes.
//
// Elements are 1, 2, 4 or 8 bytes (`width`); steps are in bytes unless said otherwise. Source and
// destination do not overlap. Any size may be 0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace taut::kernels {

// memcpy, but for more than a few hundred bytes by vectors: the C library's turns to "rep movsb"
// from 2 KiB on, which AMD cores begin slowly, and run at a sixteenth of the speed when out - in is
// less than a cache line modulo a page.
void copy_bytes(void* out, const void* in, std::size_t n);

// out, in:  out[i] = in[i], elements of `width` bytes, any strides. A loop of the iteration plan.
using CopyLoop = void (*)(char* const* ptr, const std::int64_t* stride, std::int64_t n,
                          const double* params);
CopyLoop copy_loop(std::size_t width);

// n blocks of `bytes`, each `out_step` (`in_step`) after the one before; past the caches or not.
void copy_blocks(char* out, std::int64_t out_step, const char* in, std::int64_t in_step,
                 std::size_t bytes, std::int64_t n, bool past_caches);

// out[i, j] = in[j, i] for rows x cols of out. Consecutive j are adjacent in out, consecutive i
// adjacent in `in`; out_step goes from row to row of out, in_step from column to column.
void transpose(std::size_t width, char* out, std::int64_t out_step, const char* in,
               std::int64_t in_step, std::int64_t rows, std::int64_t cols);

}  // namespace taut::kernels
