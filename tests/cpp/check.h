// A test program in a few lines: TEST(name) { CHECK(...); CHECK_THROWS(Type, expression); }.
#pragma once

#include <cstdio>
#include <vector>

namespace check {

struct Case {
  const char* name;
  void (*run)();
};
inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}
struct Register {
  Register(const char* name, void (*run)()) { cases().push_back({name, run}); }
};
inline int failures = 0;

}  // namespace check

#define TEST(name)                                            \
  static void test_##name();                                  \
  static check::Register register_##name(#name, test_##name); \
  static void test_##name()

#define CHECK(condition)                                                           \
  do {                                                                             \
    if (!(condition)) {                                                            \
      ++check::failures;                                                           \
      std::fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
    }                                                                              \
  } while (false)

#define CHECK_THROWS(Type, expression) \
  do {                                 \
    bool thrown = false;               \
    try {                              \
      expression;                      \
    } catch (const Type&) {            \
      thrown = true;                   \
    }                                  \
    CHECK(thrown && (#expression));    \
  } while (false)

#define TEST_MAIN()                                                                  \
  int main() {                                                                       \
    for (const auto& c : check::cases()) {                                           \
      std::printf("%s\n", c.name);                                                   \
      c.run();                                                                       \
    }                                                                                \
    std::printf("%zu tests, %d failures\n", check::cases().size(), check::failures); \
    return check::failures != 0;                                                     \
  }
