// CHECK(condition): an invariant of ours. When it is broken the process says
// where and aborts; user input can never reach one.
//
//   CHECK(index < nodes_.size());
#ifndef BAILEY_COMMON_CHECK_H_
#define BAILEY_COMMON_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace bailey {

[[noreturn]] inline void CheckFailed(const char* condition, const char* file,
                                     int line) {
  std::fprintf(stderr, "bailey: internal error: %s:%d: CHECK(%s)\n", file, line,
               condition);
  std::abort();
}

}  // namespace bailey

#define CHECK(condition)                                     \
  do {                                                       \
    if (!(condition)) [[unlikely]]                           \
      ::bailey::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)

#endif  // BAILEY_COMMON_CHECK_H_
