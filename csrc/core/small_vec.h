// A vector whose first N elements live inline: shapes, edges and pending gradients are short.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>

namespace taut {

template <class T, int N>
class SmallVec {
 public:
  SmallVec() = default;
  explicit SmallVec(std::int64_t n, const T& value = T()) { resize(n, value); }
  SmallVec(std::initializer_list<T> items) : SmallVec(items.begin(), items.end()) {}
  explicit SmallVec(std::span<const T> items) : SmallVec(items.begin(), items.end()) {}
  template <class It>
    requires(!std::is_integral_v<It>)
  SmallVec(It first, It last) {
    reserve(static_cast<std::int64_t>(last - first));
    for (; first != last; ++first) push_back(*first);
  }
  SmallVec(const SmallVec& other) : SmallVec(other.begin(), other.end()) {}
  SmallVec(SmallVec&& other) noexcept { steal(other); }
  SmallVec& operator=(const SmallVec& other) {
    if (this != &other) *this = SmallVec(other);
    return *this;
  }
  SmallVec& operator=(SmallVec&& other) noexcept {
    if (this != &other) {
      destroy();
      steal(other);
    }
    return *this;
  }
  ~SmallVec() { destroy(); }

  std::int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](std::int64_t i) { return data_[i]; }
  const T& operator[](std::int64_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }
  operator std::span<const T>() const { return {data_, static_cast<std::size_t>(size_)}; }
  bool operator==(const SmallVec& other) const {
    return size_ == other.size_ && std::equal(begin(), end(), other.begin());
  }

  void push_back(T value) {
    if (size_ == capacity_) grow(2 * capacity_);
    std::construct_at(data_ + size_, std::move(value));
    ++size_;
  }
  void pop_back() { std::destroy_at(data_ + --size_); }
  void insert(std::int64_t at, T value) {
    push_back(std::move(value));
    std::rotate(data_ + at, data_ + size_ - 1, data_ + size_);
  }
  void erase(std::int64_t at) {
    std::move(data_ + at + 1, data_ + size_, data_ + at);
    pop_back();
  }
  void resize(std::int64_t n, const T& value = T()) {
    reserve(n);
    while (size_ > n) pop_back();
    while (size_ < n) {
      std::construct_at(data_ + size_, value);
      ++size_;
    }
  }
  void clear() { resize(0); }
  void reserve(std::int64_t n) {
    if (n > capacity_) grow(n);
  }

 private:
  T* inline_data() { return reinterpret_cast<T*>(inline_); }
  bool on_heap() const { return reinterpret_cast<const std::byte*>(data_) != inline_; }

  [[gnu::noinline, gnu::cold]] void grow(std::int64_t n) {
    T* fresh = std::allocator<T>().allocate(static_cast<std::size_t>(n));
    std::uninitialized_move(begin(), end(), fresh);
    const auto kept = size_;
    destroy();
    data_ = fresh;
    size_ = kept;
    capacity_ = static_cast<std::int32_t>(n);
  }
  void destroy() {
    std::destroy(begin(), end());
    if (on_heap()) std::allocator<T>().deallocate(data_, static_cast<std::size_t>(capacity_));
    data_ = inline_data();
    size_ = 0;
    capacity_ = N;
  }
  // Precondition: *this holds nothing.
  void steal(SmallVec& other) noexcept {
    if (other.on_heap()) {
      data_ = std::exchange(other.data_, other.inline_data());
      capacity_ = std::exchange(other.capacity_, N);
      size_ = std::exchange(other.size_, 0);
    } else {
      std::uninitialized_move(other.begin(), other.end(), inline_data());
      size_ = other.size_;
      other.destroy();
    }
  }

  T* data_ = inline_data();
  std::int32_t size_ = 0;
  std::int32_t capacity_ = N;
  alignas(T) std::byte inline_[N * sizeof(T)];
};

}  // namespace taut
