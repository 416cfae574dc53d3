// The machine's limits, measured by this program; the rows are compared with them.
#pragma once

#include "tensor/tensor.h"

namespace taut::bench {

// Operations per second of one thread, multiply and add counted apart.
double flop_peak(DType type);

enum class Traffic { Read, Write, Copy };
// Bytes per second of one thread, those read and those written counted together, over an array
// (for Copy: two) of so many bytes in all, again and again: the faster of plain and streaming
// stores. So what fits a cache is compared with that cache. Measured at powers of two.
double bandwidth(Traffic traffic, double bytes);

// The least time for so many bytes: what is written is paired with as much that is read.
double least_seconds(double read, double written);

}  // namespace taut::bench
