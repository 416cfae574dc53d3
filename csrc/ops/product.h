// Products of matrices in whatever shapes they are written: one call of the kernel, its node, and
// the place for the result.
#pragma once

#include "ops/in_place.h"
#include "tensor/tensor.h"

namespace taut {

// An operand seen as a matrix, or as a batch of them.
using AsMatrix = Tensor (*)(const Tensor&);
inline Tensor as_it_is(const Tensor& t) { return t; }
Tensor as_column(const Tensor& t);
Tensor as_row(const Tensor& t);
Tensor as_cell(const Tensor& t);  // a 0-d tensor

struct ProductForm {
  const char* op;
  const char* node;
  AsMatrix a = as_it_is, b = as_it_is, result = as_it_is;
};

// a b. With out, it is written there, else it is recorded.
Tensor product(const ProductForm& form, const Tensor& a, const Tensor& b, DimSpan sizes,
               const Tensor& out = {});

// beta c + alpha a b, written over a copy of c by one product; c is not read when beta is 0. A sum
// over the batch where a is a batch and the result a matrix.
struct AddProduct {
  const ProductForm& form;
  const Tensor& c;
  const Tensor& a;
  const Tensor& b;
  Scalar beta, alpha;
};
Tensor add_product(const AddProduct& p, DimSpan sizes, const Tensor& out = {});
Tensor add_product_(const AddProduct& p, DimSpan sizes);  // into c

}  // namespace taut
