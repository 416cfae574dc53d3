// The bytes behind one or more tensors: their identity and their version.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/refcount.h"

namespace taut {

// Two tensors alias exactly when they share a Storage. Every write through any alias bumps the
// version, so a value saved for backward knows that it was changed.
class Storage final : public RefCounted {
 public:
  using Deleter = void (*)(void* context) noexcept;

  // Uninitialised memory of our own. Small data lives behind the header, in the same block.
  static Ref<Storage> allocate(std::size_t bytes);
  // Memory owned by someone else; deleter(context) runs when the last tensor is gone.
  static Ref<Storage> wrap(void* data, std::size_t bytes, void* context, Deleter deleter);
  // An identity and a size without memory: that of tensors on the meta device. Its data() is null.
  static Ref<Storage> without_memory(std::size_t bytes);
  // No memory either, but an object that says what the elements are: that of sparse tensors.
  static Ref<Storage> of_contents(Ref<RefCounted> contents);

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  bool is_meta() const { return kind_ == Kind::Meta; }
  bool is_sparse() const { return kind_ == Kind::Contents; }
  // What of_contents() was given.
  RefCounted* contents() const { return static_cast<RefCounted*>(context_); }
  std::uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  // A number for how the whole memory was last filled, as the bindings give them out; 0: not known.
  std::uint16_t origin() const { return origin_; }
  void set_origin(std::uint16_t origin) { origin_ = origin; }
  void bump_version() { version_.store(version() + 1, std::memory_order_relaxed); }

 private:
  enum class Kind : std::uint8_t { Memory, Meta, Contents };

  Storage(std::byte* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
  ~Storage() override = default;
  void last_reference_gone() noexcept override;

  std::byte* data_;
  std::size_t bytes_;
  std::atomic<std::uint32_t> version_{0};
  Kind kind_ = Kind::Memory;
  std::uint16_t origin_ = 0;
  void* context_ = nullptr;
  Deleter deleter_ = nullptr;
};

}  // namespace taut
