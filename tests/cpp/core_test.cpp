// Storage, allocator, shapes, threads.
#include <atomic>
#include <cstring>
#include <thread>

#include "check.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/shape.h"
#include "core/storage.h"

using namespace taut;

TEST(blocks_are_aligned_and_hold_what_was_asked) {
  for (std::size_t bytes = 0; bytes < 5000; bytes += 37) {
    void* p = allocate(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(p) % kAlignment == 0);
    std::memset(p, 1, bytes);
    deallocate(p, bytes);
  }
}

#if !defined(__SANITIZE_ADDRESS__)
TEST(blocks_are_used_again) {
  for (std::size_t bytes : {16u, 1024u, 1025u, 1u << 20}) {
    void* first = allocate(bytes);
    deallocate(first, bytes);
    void* second = allocate(bytes);
    CHECK(first == second);
    deallocate(second, bytes);
  }
}
#endif

TEST(statistics_follow_allocations) {
  const auto before = memory_stats();
  reset_peak_memory_stats();
  void* p = allocate(1 << 20);
  CHECK(memory_stats().allocated == before.allocated + (1 << 20));
  deallocate(p, 1 << 20);
  CHECK(memory_stats().allocated == before.allocated);
  CHECK(memory_stats().peak_allocated == before.allocated + (1 << 20));
  CHECK(memory_stats().largest == 1 << 20);
}

TEST(blocks_cross_threads) {
  void* p = allocate(64);
  std::thread([&] { deallocate(p, 64); }).join();
  std::thread([] {
    void* q = allocate(64);
    deallocate(q, 64);
  }).join();
  void* r = allocate(64);
  CHECK(r != nullptr);
  deallocate(r, 64);
}

TEST(storage_frees_what_it_wraps) {
  static int freed = 0;
  static char data[8];
  {
    auto s = Storage::wrap(data, sizeof(data), &freed,
                           [](void* count) noexcept { ++*static_cast<int*>(count); });
    auto shared = s;
    CHECK(s->version() == 0);
    shared->bump_version();
    CHECK(s->version() == 1);
  }
  CHECK(freed == 1);
}

TEST(views_of_shapes) {
  Dims out;
  CHECK(view_strides(Dims{2, 3, 4}, Dims{12, 4, 1}, Dims{6, 4}, out) && out == (Dims{4, 1}));
  CHECK(view_strides(Dims{2, 3}, Dims{1, 2}, Dims{2, 3}, out) && out == (Dims{1, 2}));
  CHECK(!view_strides(Dims{2, 3}, Dims{1, 2}, Dims{6}, out));
  CHECK(view_strides(Dims{1, 4}, Dims{100, 1}, Dims{2, 1, 2}, out));
  CHECK(view_strides(Dims{}, Dims{}, Dims{1, 1}, out));
  CHECK((infer_size(Dims{-1, 2}, 6, "t") == Dims{3, 2}));
  CHECK_THROWS(Error, infer_size(Dims{-1, 4}, 6, "t"));
  CHECK_THROWS(Error, infer_size(Dims{-1, -1}, 6, "t"));
  CHECK((broadcast_shapes(Dims{3, 1}, Dims{2}, "t") == Dims{3, 2}));
  CHECK_THROWS(Error, broadcast_shapes(Dims{3}, Dims{2}, "t"));
  CHECK_THROWS(IndexError, wrap_dim(2, 2, "t"));
}

TEST(small_vectors_grow_move_and_copy) {
  SmallVec<Ref<Storage>, 2> v;
  for (int i = 0; i < 5; ++i) v.push_back(Storage::allocate(4));
  auto copy = v;
  auto moved = std::move(v);
  CHECK(v.empty() && copy == moved && copy[4]->use_count() == 2);
  moved.erase(0);
  CHECK(moved.size() == 4 && copy[0]->use_count() == 1);
}

TEST(chunks_cover_everything_once) {
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    std::vector<std::atomic<int>> seen(10007);
    parallel_for(0, 10007, 64, [&](int64_t b, int64_t e) {
      for (int64_t i = b; i < e; ++i) ++seen[i];
    });
    bool once = true;
    for (auto& s : seen) once = once && s == 1;
    CHECK(once);
  }
}

TEST_MAIN()
