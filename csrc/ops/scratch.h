// Uninitialised memory for the length of a scope.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/memory.h"

namespace taut {

// From the pool: its pages are warm.
template <class T>
class Scratch {
 public:
  explicit Scratch(int64_t elements) : bytes_(static_cast<std::size_t>(elements) * sizeof(T)) {
    if (bytes_) data_ = static_cast<T*>(pool_allocate(bytes_));
  }
  ~Scratch() {
    if (data_) pool_free(data_, bytes_);
  }
  Scratch(const Scratch&) = delete;
  T* data() const { return data_; }

 private:
  std::size_t bytes_;
  T* data_ = nullptr;
};

}  // namespace taut
