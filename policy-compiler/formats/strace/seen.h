// What a trace shows of each call: how often it was made, and with which
// arguments.
//
//   SeenCalls seen(Architecture::kX8664);
//   seen.Read(trace, diagnostics);
//   seen.calls().at("socket").count

#ifndef BAILEY_POLICY_COMPILER_FORMATS_STRACE_SEEN_H_
#define BAILEY_POLICY_COMPILER_FORMATS_STRACE_SEEN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/strace/line.h"

namespace bailey::policy {

// One argument over all calls: its values in the argument's width with what
// strace calls them, or nothing where one could not be told.
struct SeenArgument {
  bool unknown = false;
  bool named = false;  // at least one value has a name
  std::map<uint64_t, std::string> values;
};

struct SeenCall {
  uint64_t count = 0;
  uint64_t failed = 0;
  std::vector<SeenArgument> arguments;  // as the table has them
};

class SeenCalls {
 public:
  explicit SeenCalls(Architecture architecture) : architecture_(architecture) {}

  // Errors: lines that are no strace's.
  void Read(const SourceText& file, Diagnostics& diagnostics);

  const std::map<std::string, SeenCall>& calls() const { return calls_; }
  const std::set<std::string>& unknown_names() const { return unknown_; }
  // Calls of processes in another mode (32 bit, x32).
  uint64_t foreign() const { return foreign_; }

 private:
  void ReadLine(const StraceLine& line);
  void AddCall(const std::string& name, std::string_view text, bool failed);
  void AddArguments(const Syscall& call, const StraceArguments& arguments,
                    SeenCall& seen);
  void AddValue(const SyscallArgument& argument, const std::string& text,
                SeenArgument& seen);
  void Flush();

  struct Pending {
    std::string name;
    std::string text;
  };

  const Architecture architecture_;
  std::map<std::string, SeenCall> calls_;
  std::map<uint32_t, Pending> pending_;  // by process
  std::set<uint32_t> in_other_mode_;
  std::set<std::string> unknown_;
  uint64_t foreign_ = 0;
};

// The value of `O_RDONLY|O_CLOEXEC`, `0x5`, `AT_FDCWD`, -1: as 64 bits, with
// whether a name is in it.
struct TracedValue {
  uint64_t bits = 0;
  bool named = false;
  bool only_names = false;
};
std::optional<TracedValue> ParseTracedValue(Architecture architecture,
                                            std::string_view text);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_STRACE_SEEN_H_
