// Examples for docstrings, a table per topic: what a reader types, and what is printed.
#pragma once

#include <span>
#include <string_view>

namespace taut {

struct Example {
  std::string_view name;
  const char* code;
  const char* text = nullptr;  // a sentence, where the binding has none
};

std::span<const Example> pointwise_examples();
std::span<const Example> tensor_examples();
std::span<const Example> layer_examples();
std::span<const Example> method_examples();

}  // namespace taut
