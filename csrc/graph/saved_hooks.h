// Hooks that keep something else in place of the values saved for backward: recomputation,
// offloading, compression.
#pragma once

#include <memory>

#include "tensor/tensor.h"

namespace taut {

// What was kept for one value; unpack() gives a tensor of the same sizes and dtype back.
struct PackedValue {
  virtual ~PackedValue() = default;
  virtual Tensor unpack() = 0;
};

struct SavedTensorHooks {
  virtual ~SavedTensorHooks() = default;
  // `value` has no history. Called with grad mode off.
  virtual std::shared_ptr<PackedValue> pack(const Tensor& value) = 0;
};

namespace detail {
extern thread_local SavedTensorHooks* t_saved_hooks;
}  // namespace detail

// The hooks for values saved on this thread from now on; null for none. Not owned.
inline SavedTensorHooks* saved_tensor_hooks() { return detail::t_saved_hooks; }
inline void set_saved_tensor_hooks(SavedTensorHooks* hooks) { detail::t_saved_hooks = hooks; }

}  // namespace taut
