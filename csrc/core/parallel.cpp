#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__) || defined(__APPLE__)
#include <pthread.h>
#endif

#include "core/error.h"

namespace taut {
namespace {

thread_local bool t_in_region = false;

struct Job {
  std::int64_t begin, end, grain;
  detail::ChunkFn f;
  void* context;
  std::atomic<std::int64_t> next{0};
  std::int64_t chunks;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
  std::exception_ptr error = nullptr;  // the first one

  // Nothing leaves a chunk: an exception waits until all threads are done.
  void run_chunk(std::int64_t b) {
    try {
      f(context, b, std::min(b + grain, end));
    } catch (...) {
      if (!failed.test_and_set()) error = std::current_exception();
    }
  }

  void work() {
    t_in_region = true;
    for (;;) {
      const auto c = next.fetch_add(1, std::memory_order_relaxed);
      if (c >= chunks) break;
      run_chunk(begin + c * grain);
    }
    t_in_region = false;
  }
};

// Workers wait on a condition variable after spinning briefly: a step launches many jobs in a
// row, and waking a sleeping thread costs more than a small job.
class Pool {
 public:
  explicit Pool(int workers) {
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { loop(); });
  }
  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& t : threads_) t.join();
  }

  void run(Job& job) {
    {
      std::lock_guard lock(mutex_);
      job_ = &job;
      running_.store(static_cast<int>(threads_.size()), std::memory_order_relaxed);
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    job.work();
    while (running_.load(std::memory_order_acquire) > 0) std::this_thread::yield();
  }

 private:
  static constexpr int kSpins = 2000;

  void loop() {
    std::uint64_t seen = 0;
    for (;;) {
      for (int i = 0; i < kSpins && generation_.load(std::memory_order_acquire) == seen; ++i) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stopping_ || generation_.load() != seen; });
        if (stopping_) return;
        seen = generation_.load();
      }
      job_->work();
      running_.fetch_sub(1, std::memory_order_release);
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
  Job* job_ = nullptr;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<int> running_{0};
  bool stopping_ = false;
};

std::atomic<int> g_threads{0};
std::mutex g_pool_mutex;  // one job at a time; a second caller runs its chunks itself
Pool* g_pool = nullptr;
int g_pool_size = 0;
LongWorkHooks g_hooks;

int default_threads() {
  const char* env = std::getenv("TAUT_NUM_THREADS");
  if (env == nullptr) env = std::getenv("OMP_NUM_THREADS");
  const int n = env ? std::atoi(env) : 0;
  return n > 0 ? n : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// A forked child has none of its parent's threads: it starts a pool of its own.
void forget_pool_after_fork() {
  new (&g_pool_mutex) std::mutex;
  g_pool = nullptr;
}

Pool& pool(int threads) {
  if (g_pool == nullptr || g_pool_size != threads) {
#if defined(__linux__) || defined(__APPLE__)
    static const int registered = pthread_atfork(nullptr, nullptr, forget_pool_after_fork);
    (void)registered;
#endif
    delete g_pool;
    g_pool = new Pool(threads - 1);
    g_pool_size = threads;
  }
  return *g_pool;
}

}  // namespace

int num_threads() {
  int n = g_threads.load(std::memory_order_relaxed);
  if (n == 0) [[unlikely]]
    g_threads = n = default_threads();
  return n;
}

void set_num_threads(int n) {
  TAUT_CHECK(n > 0, RuntimeError, "set_num_threads: expects a positive integer, got ", n);
  g_threads = n;
}

bool in_parallel_region() { return t_in_region; }

void detail::run_chunks(std::int64_t begin, std::int64_t end, std::int64_t grain, ChunkFn f,
                        void* context) {
  Job job{begin, end, grain, f, context, {0}, (end - begin + grain - 1) / grain, {}, nullptr};
  std::unique_lock lock(g_pool_mutex, std::try_to_lock);
  if (lock.owns_lock()) {
    pool(num_threads()).run(job);
  } else {
    job.work();
  }
  if (job.error) std::rethrow_exception(job.error);
}

void set_long_work_hooks(LongWorkHooks hooks) { g_hooks = hooks; }
void* LongWork::enter() { return g_hooks.begin ? g_hooks.begin() : nullptr; }
void LongWork::leave(void* token) { g_hooks.end(token); }

}  // namespace taut
