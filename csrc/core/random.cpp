#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <random>

#include "core/error.h"

namespace taut {
namespace {

// MT19937 (Matsumoto and Nishimura, 1998), written so that compilers vectorise it: 0.4 ns a word.
constexpr int kWords = 624;
constexpr int kShift = 397;

uint32_t mix(uint32_t high, uint32_t low) {
  const uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);
  return (y >> 1) ^ ((0u - (low & 1u)) & 0x9908b0dfu);
}

// Replaces all 624 words of the state by the next 624.
void twist(uint32_t* state) {
  constexpr int kHead = kWords - kShift;
  for (int i = 0; i < kHead; ++i) state[i] = state[i + kShift] ^ mix(state[i], state[i + 1]);
  for (int i = kHead; i < kWords - 1; ++i) {
    state[i] = state[i - kHead] ^ mix(state[i], state[i + 1]);
  }
  state[kWords - 1] = state[kShift - 1] ^ mix(state[kWords - 1], state[0]);
}

uint32_t temper(uint32_t y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

}  // namespace

void Generator::manual_seed(uint64_t seed) {
  initial_seed_ = seed;
  words_[0] = static_cast<uint32_t>(seed);
  for (uint32_t i = 1; i < kWords; ++i) {
    words_[i] = 1812433253u * (words_[i - 1] ^ (words_[i - 1] >> 30)) + i;
  }
  left_ = 1;
  next_ = 0;
  spare_normal_.reset();
  spare_normal_f32_.reset();
}

uint64_t Generator::seed() {
  std::random_device device;
  const uint64_t high = device();
  manual_seed(high << 32 | device());
  return initial_seed_;
}

void Generator::refill() {
  twist(words_.data());
  left_ = kWords + 1;
  next_ = 0;
}

uint32_t Generator::random32() {
  if (left_ == 1) refill();
  --left_;
  return temper(words_[next_++]);
}

void Generator::random32(uint32_t* out, int64_t n) {
  while (n > 0) {
    if (left_ == 1) refill();
    const int32_t count = static_cast<int32_t>(std::min<int64_t>(n, left_ - 1));
    const uint32_t* words = words_.data() + next_;
    for (int32_t i = 0; i < count; ++i) out[i] = temper(words[i]);
    left_ -= count;
    next_ += static_cast<uint32_t>(count);
    out += count;
    n -= count;
  }
}

uint64_t Generator::random64() {
  const uint64_t high = random32();
  return high << 32 | random32();
}

double Generator::uniform64() {
  return static_cast<double>(random64() & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
}

float Generator::uniform32() {
  return static_cast<float>(random32() & ((1u << 24) - 1)) * 0x1p-24f;
}

double Generator::normal() {
  if (spare_normal_) {
    const double value = *spare_normal_;
    spare_normal_.reset();
    return value;
  }
  const double angle = 2.0 * std::numbers::pi * uniform64();
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform64()));
  spare_normal_ = radius * std::sin(angle);
  return radius * std::cos(angle);
}

namespace {

// The layout PyTorch saves: what its generator was when it was written in C, and a float at the
// end.
struct SavedState {
  uint64_t initial_seed;
  int32_t left;
  int32_t seeded;
  uint64_t next;
  uint64_t words[kWords];
  double unused[1];
  double spare_normal;
  double unused_rho;
  int32_t has_spare_normal;
  int32_t padding;
  float spare_normal_f32;
  uint8_t has_spare_normal_f32;
  uint8_t tail[3];
};
static_assert(sizeof(SavedState) == Generator::kStateBytes);

}  // namespace

void Generator::get_state(uint8_t* out) const {
  SavedState saved{};
  saved.initial_seed = initial_seed_;
  saved.left = left_;
  saved.seeded = 1;
  saved.next = next_;
  for (size_t i = 0; i < kWords; ++i) saved.words[i] = words_[i];
  saved.has_spare_normal = spare_normal_.has_value();
  saved.spare_normal = spare_normal_.value_or(0.0);
  saved.has_spare_normal_f32 = spare_normal_f32_.has_value();
  saved.spare_normal_f32 = spare_normal_f32_.value_or(0.0f);
  std::memcpy(out, &saved, sizeof saved);
}

void Generator::set_state(const uint8_t* state, size_t size) {
  TAUT_CHECK(size == kStateBytes, RuntimeError, "set_state: a generator state has ", kStateBytes,
             " bytes, got ", size);
  SavedState saved;
  std::memcpy(&saved, state, sizeof saved);
  const bool valid =
      saved.seeded == 1 && saved.left > 0 && saved.left <= kWords &&
      saved.next <= static_cast<uint64_t>(kWords) &&
      (saved.left == 1 || saved.next + static_cast<uint64_t>(saved.left) == kWords + 1);
  TAUT_CHECK(valid, RuntimeError, "set_state: invalid mt19937 state (left ", saved.left, ", next ",
             saved.next, ", seeded ", saved.seeded, ")");
  initial_seed_ = saved.initial_seed;
  left_ = saved.left;
  next_ = static_cast<uint32_t>(saved.next);
  for (size_t i = 0; i < kWords; ++i) words_[i] = static_cast<uint32_t>(saved.words[i]);
  spare_normal_.reset();
  if (saved.has_spare_normal != 0) spare_normal_ = saved.spare_normal;
  spare_normal_f32_.reset();
  if (saved.has_spare_normal_f32 != 0) spare_normal_f32_ = saved.spare_normal_f32;
}

void Generator::copy_state(const Generator& other) {
  words_ = other.words_;
  left_ = other.left_;
  next_ = other.next_;
  initial_seed_ = other.initial_seed_;
  spare_normal_ = other.spare_normal_;
  spare_normal_f32_ = other.spare_normal_f32_;
}

Generator& default_generator() {
  static Generator generator;
  return generator;
}

}  // namespace taut
