#include "core/storage.h"

namespace taut {
namespace {

// The header rounded up, so that data behind it keeps the allocator's alignment.
constexpr std::size_t kHeader = (sizeof(Storage) + kAlignment - 1) / kAlignment * kAlignment;

bool fits_behind_header(std::size_t bytes) { return bytes <= kSmallBlock - kHeader; }

}  // namespace

Ref<Storage> Storage::allocate(std::size_t bytes) {
  if (fits_behind_header(bytes)) {
    auto* block = static_cast<std::byte*>(taut::allocate(kHeader + bytes));
    return Ref<Storage>::adopt(new (static_cast<void*>(block)) Storage(block + kHeader, bytes));
  }
  auto* data = static_cast<std::byte*>(taut::allocate(bytes));
  return Ref<Storage>::adopt(new Storage(data, bytes));
}

Ref<Storage> Storage::wrap(void* data, std::size_t bytes, void* context, Deleter deleter) {
  auto* s = new Storage(static_cast<std::byte*>(data), bytes);
  s->context_ = context;
  s->deleter_ = deleter;
  return Ref<Storage>::adopt(s);
}

Ref<Storage> Storage::without_memory(std::size_t bytes) {
  auto* s = new Storage(nullptr, bytes);
  s->kind_ = Kind::Meta;
  return Ref<Storage>::adopt(s);
}

Ref<Storage> Storage::of_contents(Ref<RefCounted> contents) {
  auto* s = new Storage(nullptr, 0);
  s->kind_ = Kind::Contents;
  s->context_ = contents.leak();
  return Ref<Storage>::adopt(s);
}

void Storage::last_reference_gone() noexcept {
  const std::size_t bytes = bytes_;
  if (data_ == reinterpret_cast<std::byte*>(this) + kHeader) {
    this->~Storage();
    return deallocate(this, kHeader + bytes);
  }
  if (kind_ == Kind::Contents) {
    contents()->release();
  } else if (deleter_ != nullptr) {
    deleter_(context_);
  } else if (kind_ == Kind::Memory) {
    deallocate(data_, bytes);
  }
  delete this;
}

}  // namespace taut
