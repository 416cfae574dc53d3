// Mixed precision: inside an autocast some operations work in a 16-bit type.
//
// An operation that does begins with
//   if (autocast::on()) return autocast::lowered([&](auto low) { return mm(low(a), low(b)); });
// Operations that it calls, and backwards, see no autocast. Those that need float32 go by
// `autocast::widened` in the same way.
#pragma once

#include <type_traits>

#include "tensor/tensor.h"

namespace taut::autocast {

// Of the thread. `cache`: casts of parameters last as long as the outermost autocast.
struct State {
  bool enabled = false;
  bool cache = true;
  DType dtype = DType::BFloat16;
  int nesting = 0;
};
namespace detail {
extern thread_local State t_state;
}
inline State& state() { return detail::t_state; }
inline bool on() { return detail::t_state.enabled; }

// No autocast for a scope.
class Off {
 public:
  Off() : before_(on()) { state().enabled = false; }
  ~Off() { state().enabled = before_; }
  Off(const Off&) = delete;

 private:
  bool before_;
};

// t in the 16-bit type, or in float32; float64, integers and undefined tensors as they are.
// Recorded.
Tensor lower(const Tensor& t);
Tensor widen(const Tensor& t);
void clear_cache();

template <class F>
auto lowered(F f) {
  const auto low = [](const Tensor& t) { return lower(t); };
  const Off off;
  return f(low);
}
template <class F>
auto widened(F f) {
  const auto wide = [](const Tensor& t) { return widen(t); };
  const Off off;
  return f(wide);
}

}  // namespace taut::autocast
