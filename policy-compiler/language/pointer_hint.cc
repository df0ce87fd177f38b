#include "policy-compiler/language/pointer_hint.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bailey::policy {
namespace {

constexpr std::array<std::string_view, 10> kPathArguments = {
    "pathname", "path",   "filename", "oldpath", "newpath",
    "target",   "source", "linkpath", "special", "dir_name"};

constexpr std::array<std::string_view, 6> kAddressCalls = {
    "connect", "bind", "sendto", "sendmsg", "sendmmsg", "accept"};

bool Contains(auto const& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::string PointerHint(const Syscall& call, const SyscallArgument& argument) {
  constexpr std::string_view kNull = "; only `== NULL` and `!= NULL` are tests";
  std::string way =
      "allow or deny the whole call, or constrain an argument that is passed "
      "by value";
  if (call.name == "execve" || call.name == "execveat") {
    way = "`allow file execute \"PATH\";` decides by path (Landlock)";
  } else if (Contains(kPathArguments, argument.name)) {
    way =
        "`allow file read \"PATH\";` and its like decide by path (Landlock "
        "and mounts)";
  } else if (call.name == "openat2" || call.name == "clone3") {
    way = "leave `" + std::string(call.name) + "` out: the C library falls " +
          "back to `" + (call.name == "clone3" ? "clone" : "openat") +
          "`, whose flags a filter sees";
  } else if (Contains(kAddressCalls, call.name)) {
    way = "the portion's network namespace decides whom it can reach";
  }
  return way + std::string(kNull);
}

}  // namespace bailey::policy
