// Whether operations are recorded on this thread.
#pragma once

namespace taut {

namespace detail {
extern thread_local bool t_grad_enabled;
extern thread_local bool t_inference;
}  // namespace detail

inline bool grad_enabled() { return detail::t_grad_enabled; }
inline void set_grad_enabled(bool on) { detail::t_grad_enabled = on; }
inline bool inference_mode() { return detail::t_inference; }
inline void set_inference_mode(bool on) { detail::t_inference = on; }

// Sets grad mode for a scope.
class GradMode {
 public:
  explicit GradMode(bool on) : before_(grad_enabled()) { set_grad_enabled(on); }
  ~GradMode() { set_grad_enabled(before_); }
  GradMode(const GradMode&) = delete;

 private:
  bool before_;
};

// For code inside an operation that must not be recorded.
class NoGrad : public GradMode {
 public:
  NoGrad() : GradMode(false) {}
};

}  // namespace taut
