// Moving elements without looking at them: blocks, transposes, triangles.
//
// Elements are 1, 2, 4 or 8 bytes (`width`); steps are in bytes unless said otherwise. Source and
// destination do not overlap. Any size may be 0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace taut::kernels {

// n blocks of `bytes`, each `out_step` (`in_step`) after the one before.
void copy_blocks(char* out, std::int64_t out_step, const char* in, std::int64_t in_step,
                 std::size_t bytes, std::int64_t n);

// out[i, j] = in[j, i] for rows x cols of out. Consecutive j are adjacent in out, consecutive i
// adjacent in `in`; out_step goes from row to row of out, in_step from column to column.
void transpose(std::size_t width, char* out, std::int64_t out_step, const char* in,
               std::int64_t in_step, std::int64_t rows, std::int64_t cols);

// Contiguous rows x cols, batch of them. Keeps columns j with j - i <= k (lower) or j - i >= k
// (upper) and zeroes the others.
void triangle(std::size_t width, char* out, const char* in, std::int64_t batch, std::int64_t rows,
              std::int64_t cols, std::int64_t k, bool upper);

}  // namespace taut::kernels
