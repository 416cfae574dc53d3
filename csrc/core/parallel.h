// parallel_for over fixed chunks: results never depend on the number of threads.
#pragma once

#include <cstdint>
#include <type_traits>

namespace taut {

int num_threads();
void set_num_threads(int n);
// True on a thread that is running a chunk: work inside it stays on that thread.
bool in_parallel_region();

namespace detail {
using ChunkFn = void (*)(void* context, std::int64_t begin, std::int64_t end);
void run_chunks(std::int64_t begin, std::int64_t end, std::int64_t grain, ChunkFn f, void* context);
}  // namespace detail

// Calls f(b, e) for [begin, end) cut into chunks of `grain` (the last may be shorter), on all
// threads. Chunks depend on grain only. What f throws is thrown here once all chunks are done.
template <class F>
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain, F&& f) {
  if (end - begin <= grain || num_threads() == 1 || in_parallel_region()) {
    for (std::int64_t b = begin; b < end; b += grain) f(b, b + grain < end ? b + grain : end);
    return;
  }
  auto call = [](void* context, std::int64_t b, std::int64_t e) {
    (*static_cast<std::remove_reference_t<F>*>(context))(b, e);
  };
  detail::run_chunks(begin, end, grain, call, const_cast<void*>(static_cast<const void*>(&f)));
}

// Around long work, so that other Python threads run meanwhile. The bindings install the pair
// that releases the interpreter lock; without Python both do nothing.
struct LongWorkHooks {
  void* (*begin)() = nullptr;
  void (*end)(void* token) = nullptr;
};
void set_long_work_hooks(LongWorkHooks hooks);

// Declares work of about `cost` elementary operations until the end of the scope.
class LongWork {
 public:
  explicit LongWork(std::int64_t cost) : token_(cost >= kWorthIt ? enter() : nullptr) {}
  ~LongWork() {
    if (token_) leave(token_);
  }
  LongWork(const LongWork&) = delete;

 private:
  // Releasing and taking back the lock costs about 0.1 us, these operations about 20 us.
  static constexpr std::int64_t kWorthIt = 1 << 17;
  static void* enter();
  static void leave(void* token);
  void* token_;
};

}  // namespace taut
