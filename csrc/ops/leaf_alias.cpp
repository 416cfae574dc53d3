#include "ops/leaf_alias.h"

#include "core/error.h"
#include "graph/leaf_alias.h"
#include "graph/record.h"
#include "ops/pointwise.h"
#include "ops/sparse.h"
#include "ops/views.h"

namespace taut {
namespace {

const AliasGrad* alias_node(const TensorImpl& impl) {
  const auto* meta = static_cast<const AutogradMeta*>(impl.meta.get());
  return meta == nullptr ? nullptr : meta->alias.get();
}

// A matrix, or the empty vector of a parameter that will get its shape later.
bool may_be_transposed(const Tensor& t) { return t.dim() == 2 || (t.dim() == 1 && t.numel() == 0); }

// Makes impl look at the memory of t, with its dimensions exchanged if transposed.
void look_at(TensorImpl& impl, const Tensor& t, bool transposed) {
  Dims sizes = t.sizes(), strides = t.strides();
  if (transposed && t.dim() == 2) {
    sizes = Dims{t.size(1), t.size(0)}, strides = Dims{t.stride(1), t.stride(0)};
  }
  impl.set_geometry(t.storage(), t.offset(), sizes, strides, t.dtype());
}

}  // namespace

void AliasGrad::backward(GradFrame& frame) {
  if (!frame.needs(0)) return;
  Tensor grad = detail::through_alias(*this, frame.grad());
  frame.give(0, scale == 1 ? std::move(grad) : mul(grad, wrapped(scale)));
}

Tensor detail::through_alias(const AliasGrad& alias, Tensor grad) {
  // What is sparse has no transpose that would share its values.
  return alias.transposed && grad.defined() ? transpose(to_dense(grad), 0, 1) : grad;
}

Tensor leaf_alias(const Tensor& leaf, bool transposed, double scale) {
  leaf.check_strided();
  TAUT_CHECK(!grad_fn_of(leaf), RuntimeError, "leaf_alias: only a leaf can have aliases");
  TAUT_CHECK(!transposed || may_be_transposed(leaf), ValueError,
             "leaf_alias: only a matrix can be used transposed, got shape ",
             ShapeText{leaf.sizes()});
  Tensor made = alias(leaf);
  if (transposed) look_at(*made.impl(), leaf, true);
  made.impl()->requires_grad = leaf.requires_grad();
  const auto* of = alias_node(*leaf.impl());
  meta_of(made).alias = std::make_unique<AliasGrad>(
      made.impl(), owner_of(leaf), transposed != (of != nullptr && of->transposed), scale);
  return made;
}

void set_leaf_data(const Tensor& leaf, const Tensor& data) {
  TAUT_CHECK(leaf.is_sparse() == data.is_sparse(), RuntimeError,
             "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have "
             "incompatible tensor type.");
  const Tensor& owner = owner_of(leaf);
  const auto* of = alias_node(*leaf.impl());
  bool transposes = false;
  for_each_alias(owner, [&](TensorImpl& a) { transposes |= alias_node(a)->transposed; });
  TAUT_CHECK(!transposes || may_be_transposed(data), RuntimeError,
             "data: a parameter that is used transposed elsewhere must stay a matrix, got shape ",
             ShapeText{data.sizes()});
  look_at(*owner.impl(), data, of != nullptr && of->transposed);
  for_each_alias(owner,
                 [&](TensorImpl& alias) { look_at(alias, owner, alias_node(alias)->transposed); });
}

void set_leaf_requires_grad(const Tensor& leaf, bool on) {
  const Tensor& owner = owner_of(leaf);
  owner.impl()->requires_grad = on;
  for_each_alias(owner, [&](TensorImpl& alias) { alias.requires_grad = on; });
}

}  // namespace taut
