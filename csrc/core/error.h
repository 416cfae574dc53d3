// Exceptions of the core, one type per kind of misuse. The bindings turn each into Python's type.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace taut {

// RuntimeError in Python, and the base of the others.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
using RuntimeError = Error;

class ValueError : public Error {
 public:
  using Error::Error;
};
class TypeError : public Error {
 public:
  using Error::Error;
};
class IndexError : public Error {
 public:
  using Error::Error;
};
class NotImplementedError : public Error {
 public:
  using Error::Error;
};

// Joins its arguments as a stream would print them.
template <class... Args>
std::string str(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return out.str();
}

template <class E, class... Args>
[[noreturn, gnu::cold, gnu::noinline]] void raise(const Args&... args) {
  throw E(str(args...));
}

}  // namespace taut

// TAUT_CHECK(n > 0, ValueError, "arange: n must be positive, got ", n)
#define TAUT_CHECK(cond, Exception, ...)     \
  do {                                       \
    if (!(cond)) [[unlikely]]                \
      ::taut::raise<Exception>(__VA_ARGS__); \
  } while (false)
