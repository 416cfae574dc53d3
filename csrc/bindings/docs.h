// Sentences for functions bound through fastcall.h, a table per topic.
#pragma once

#include <span>
#include <string_view>

namespace taut {

struct Doc {
  std::string_view name;
  const char* text;
};

std::span<const Doc> shape_docs();   // views, joining, indexing, sorting
std::span<const Doc> reduce_docs();  // reductions, softmax, norms, losses

}  // namespace taut
