// What the operations of other topics do with sparse tensors: they forward here, and record by
// themselves.
#pragma once

#include "ops/pointwise_apply.h"
#include "tensor/sparse.h"

namespace taut {

// c of operands of which one is sparse, into out where it is defined: sums of sparse tensors and of
// a strided and a sparse one, products with numbers and strided tensors, quotients by numbers.
Tensor run_sparse(const BinaryCall& c, const std::array<Arg, 2>& args, const Tensor& out);
// -t, into out where it is defined.
Tensor negated_sparse(const Tensor& t, const Tensor& out);

// dense += alpha sparse, not recorded. The version is bumped.
void add_sparse(const Tensor& dense, const Tensor& sparse, Scalar alpha);
// sparse += other, likewise.
void add_to_sparse(const Tensor& sparse, const Tensor& other);

// Not recorded.
Tensor clone_sparse(const Tensor& t);
Tensor cast_sparse(const Tensor& t, DType dtype);
Tensor zeros_like_sparse(const Tensor& t, DType dtype);
void copy_sparse(const Tensor& dst, const Tensor& src);
// Whether nobody else sees the values.
bool is_sole_owner_of_values(const Tensor& t);

}  // namespace taut
