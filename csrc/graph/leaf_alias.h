// Leaves that stand for another leaf; see Note [Aliases of leaves] in graph/leaf_alias.cpp.
#pragma once

#include <functional>

#include "graph/meta.h"

namespace taut {

// Calls f for every alias of a leaf. f must neither make an alias nor let one go.
void for_each_alias(const Tensor& owner, const std::function<void(TensorImpl&)>& f);

}  // namespace taut
