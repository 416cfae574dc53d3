// The generator behind every random operation. Draw for draw it is PyTorch's CPU generator, and its
// saved state is PyTorch's, byte for byte.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace taut {

// Not thread-safe by itself: an operation holds `mutex()` while it draws.
class Generator {
 public:
  static constexpr uint64_t kDefaultSeed = 67280421310721;
  static constexpr size_t kStateBytes = 5056;

  explicit Generator(uint64_t seed = kDefaultSeed) { manual_seed(seed); }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  // The low 32 bits seed the stream; initial_seed() remembers all 64.
  void manual_seed(uint64_t seed);
  // Seeds from the operating system's entropy and returns that seed.
  uint64_t seed();
  uint64_t initial_seed() const { return initial_seed_; }

  uint32_t random32();
  uint64_t random64();  // two draws, the high half first
  double uniform64();   // in [0, 1), 53 bits of random64()
  float uniform32();    // in [0, 1), the low 24 bits of random32()
  // Box-Muller in double precision; every second call returns the sine half of the previous pair.
  double normal();

  // The next n results of random32(), several times faster.
  void random32(uint32_t* out, int64_t n);

  void get_state(uint8_t* out) const;  // writes kStateBytes
  void set_state(const uint8_t* state,
                 size_t size);  // Error unless it is one get_state could write
  void copy_state(const Generator& other);

  std::mutex& mutex() { return mutex_; }

 private:
  void refill();

  // `next_` indexes the word to draw; `left_` counts the draws up to and including the next twist.
  // A fresh seed has next_ 0 and left_ 1, later next_ + left_ is 625: the pair PyTorch saves.
  std::array<uint32_t, 624> words_;
  int32_t left_;
  uint32_t next_;
  uint64_t initial_seed_;
  std::optional<double> spare_normal_;
  std::optional<float>
      spare_normal_f32_;  // never drawn from; kept so that a loaded state saves unchanged
  std::mutex mutex_;
};

// The generator used when an operation is given none.
Generator& default_generator();

}  // namespace taut
