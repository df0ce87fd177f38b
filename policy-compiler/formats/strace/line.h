// One line of strace's output.
//
//   const StraceLine line = ParseStraceLine("12 openat(AT_FDCWD, \"a\", 0) =
//   3"); line.kind == StraceLine::Kind::kCall; line.pid == 12; line.name ==
//   "openat"; line.arguments[0] == "AT_FDCWD"
//
// Understood are the prefixes of -f, -t, -tt, -ttt, -r, -i and -n, the decoding
// of -y and -yy, strings and structures of any depth, and calls that are
// interrupted by others' (`<unfinished ...>`, `<... resumed>`).

#ifndef BAILEY_POLICY_COMPILER_FORMATS_STRACE_LINE_H_
#define BAILEY_POLICY_COMPILER_FORMATS_STRACE_LINE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::policy {

struct StraceLine {
  enum class Kind {
    kCall,        // whole, or up to where the process ended
    kUnfinished,  // its rest comes in a kResumed of the same process
    kResumed,
    kMode,   // the process runs in another mode: `name` is "32 bit", "64 bit"
    kOther,  // a signal, an exit, an empty line
    kUnknown
  } kind = Kind::kOther;
  uint32_t pid = 0;  // 0: none is written
  std::string name;
  // What stands between the parentheses, as far as it is there.
  std::string_view text;
  bool failed = false;  // it returned -1
};

StraceLine ParseStraceLine(std::string_view line);

// The arguments of a call's text; `complete` says whether the closing
// parenthesis was there. A `NAME=` before an argument stays.
struct StraceArguments {
  std::vector<std::string> values;
  bool complete = false;
};
StraceArguments SplitStraceArguments(std::string_view text);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_STRACE_LINE_H_
