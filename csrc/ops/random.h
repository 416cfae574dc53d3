// Random tensors: PyTorch's streams for the same seed, element for element. A null generator is the
// default one. Tensors are filled in the order in which their elements lie in memory.
#pragma once

#include <cstdint>
#include <optional>

#include "core/random.h"
#include "tensor/tensor.h"

namespace taut {

// In place; each returns t, and the history of t ends there: its old values get a zero gradient.
Tensor uniform_(const Tensor& t, double from, double to, Generator* generator);
Tensor normal_(const Tensor& t, double mean, double std, Generator* generator);
Tensor exponential_(const Tensor& t, double lambda, Generator* generator);
Tensor cauchy_(const Tensor& t, double median, double sigma, Generator* generator);
Tensor log_normal_(const Tensor& t, double mean, double std, Generator* generator);
Tensor geometric_(const Tensor& t, double p, Generator* generator);
Tensor bernoulli_(const Tensor& t, double p, Generator* generator);
// p broadcasts to t.
Tensor bernoulli_(const Tensor& t, const Tensor& p, Generator* generator);
// Integers from 0 up to the largest that the dtype counts to exactly.
Tensor random_(const Tensor& t, Generator* generator);
// Integers in [from, to); without `to` up to the largest of the dtype.
Tensor random_(const Tensor& t, int64_t from, std::optional<int64_t> to, Generator* generator);

Tensor rand(DimSpan sizes, DType dtype, Generator* generator);
Tensor randn(DimSpan sizes, DType dtype, Generator* generator);
Tensor randint(int64_t low, int64_t high, DimSpan sizes, DType dtype, Generator* generator);
// A permutation of 0 .. n - 1.
Tensor randperm(int64_t n, DType dtype, Generator* generator);

// mean + std * normal, of the broadcast shape; the dtype is that of the first tensor.
Tensor normal(const Tensor& mean, const Tensor& std, Generator* generator);
Tensor normal(const Tensor& mean, double std, Generator* generator);
Tensor normal(double mean, const Tensor& std, Generator* generator);
// Zeros and ones of the shape and dtype of p (of t), one with probability p.
Tensor bernoulli(const Tensor& p, Generator* generator);
Tensor bernoulli(const Tensor& t, double p, Generator* generator);

// Numbers of events whose expected numbers are `rates`, in their dtype.
Tensor poisson(const Tensor& rates, Generator* generator);

// Indices drawn with the probabilities weights[..., i] / sum, int64 of shape (..., samples).
Tensor multinomial(const Tensor& weights, int64_t samples, bool replacement, Generator* generator);

}  // namespace taut
