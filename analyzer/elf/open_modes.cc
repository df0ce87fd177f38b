// The modes of streams as flags of openat(2).
#include "analyzer/elf/open_modes.h"

#include <fcntl.h>

namespace bailey::analyzer {
namespace {

// glibc looks at no more letters. Those of `,ccs=` are among them.
constexpr size_t kMostLetters = 7;

std::optional<uint64_t> FlagsOfFirst(char letter) {
  switch (letter) {
    case 'r':
      return O_RDONLY;
    case 'w':
      return O_WRONLY | O_CREAT | O_TRUNC;
    case 'a':
      return O_WRONLY | O_CREAT | O_APPEND;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<uint64_t> OpenFlagsOfMode(std::string_view mode) {
  const auto first = mode.empty() ? std::nullopt : FlagsOfFirst(mode[0]);
  if (!first) return std::nullopt;
  uint64_t flags = *first;
  for (const char letter : mode.substr(1, kMostLetters - 1)) {
    if (letter == '+') flags = (flags & ~uint64_t{O_ACCMODE}) | O_RDWR;
    if (letter == 'x') flags |= O_EXCL;
    if (letter == 'e') flags |= O_CLOEXEC;
  }
  return flags;
}

uint64_t OpenFlagsOfAnyMode() {
  return O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | O_EXCL | O_CLOEXEC;
}

}  // namespace bailey::analyzer
