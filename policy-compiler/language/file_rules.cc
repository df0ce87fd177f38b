// Landlock decides by path which files are opened; the filter decides which
// calls may try. Two calls of this family stay out, because no filter can bound
// them: openat2 (its flags lie behind a pointer; glibc falls back to openat)
// and what changes a file's attributes (chmod, chown, utimensat, setxattr,
// truncate by path), which Landlock's older ABIs let pass on any path.

#include "policy-compiler/language/file_rules.h"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "common/documents/plan.h"
#include "policy-compiler/language/condition.h"

namespace bailey::policy {
namespace {

// Opening, save for the flags.
constexpr std::array<std::string_view, 2> kOpens = {"open", "openat"};

// Looking: names, attributes, directories, and what was opened.
constexpr std::array<std::string_view, 15> kLooks = {
    "access",     "close",    "faccessat",  "faccessat2", "fstat",
    "getdents64", "lseek",    "lstat",      "newfstatat", "pread64",
    "read",       "readlink", "readlinkat", "stat",       "statx"};

// Creating, changing and removing.
constexpr std::array<std::string_view, 15> kWrites = {
    "creat",     "fallocate", "fdatasync", "fsync",    "ftruncate",
    "mkdir",     "mkdirat",   "pwrite64",  "rename",   "renameat",
    "renameat2", "rmdir",     "unlink",    "unlinkat", "write"};

constexpr std::string_view kExecute = "execve";

constexpr uint64_t kTmpfileBit = 0x400000;  // __O_TMPFILE, asm-generic/fcntl.h
// What makes an open more than a look. O_TMPFILE's other bit is O_DIRECTORY.
constexpr uint64_t kWriteFlags =
    uint64_t{O_ACCMODE} | O_CREAT | O_TRUNC | kTmpfileBit;

// The flags above are the host's, and the same on every architecture of ours
// (file_rules_test.cc compares them).

Condition FlagsAre(const Syscall& call, uint64_t mask, uint64_t value) {
  return Compare(
      CompareArgument(call, "flags", CompareOp::kEqual, value, mask));
}

// (flags & (O_ACCMODE|O_CREAT|O_TRUNC|__O_TMPFILE)) == 0
Condition OpensToRead(const Syscall& call) {
  return FlagsAre(call, kWriteFlags, O_RDONLY);
}

// Open for writing, or to read without emptying the file: before its third ABI
// Landlock lets O_RDONLY|O_TRUNC empty a file that may only be read.
Condition OpensToWrite(const Syscall& call) {
  return AnyOf({FlagsAre(call, uint64_t{O_ACCMODE} | O_TRUNC, O_RDONLY),
                FlagsAre(call, O_ACCMODE, O_WRONLY),
                FlagsAre(call, O_ACCMODE, O_RDWR)});
}

class Implied {
 public:
  explicit Implied(Architecture architecture)
      : table_(SyscallTable::For(architecture)) {}

  void Read(uint32_t rule) {
    AddEach(kOpens, rule, OpensToRead);
    AddEach(kLooks, rule, Always);
  }

  void Write(uint32_t rule) {
    AddEach(kOpens, rule, OpensToWrite);
    AddEach(kLooks, rule, Always);
    AddEach(kWrites, rule, Always);
  }

  void Execute(uint32_t rule) { AddEach(std::array{kExecute}, rule, Always); }

  std::vector<SyscallRule> Take() { return std::move(rules_); }

 private:
  static Condition Always(const Syscall&) { return {}; }

  // Newer architectures lack the older of two calls that do the same: open,
  // stat, rename and their like.
  void AddEach(const auto& names, uint32_t rule, const auto& when) {
    for (const std::string_view name : names) {
      const Syscall* call = table_.FindByName(name);
      if (call == nullptr) continue;
      rules_.push_back({.number = call->number,
                        .when = when(*call),
                        .action = {ActionKind::kAllow, 0},
                        .rule = rule});
    }
  }

  const SyscallTable& table_;
  std::vector<SyscallRule> rules_;
};

// What is wrong with an absolute path's components, or empty.
std::string PathProblem(std::string_view path) {
  if (!path.starts_with('/')) return "the path is not absolute";
  if (path == "/") return "";
  if (path.ends_with('/')) return "the path ends in `/`";
  size_t begin = 1;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component.empty()) return "the path has an empty component";
    if (component == "." || component == "..")
      return "the path has a component " + Quoted(component);
    begin = end + 1;
  }
  return "";
}

constexpr size_t kMaxPathBytes = 4095;  // PATH_MAX without the NUL

bool CheckPath(std::string_view path, SourceSpan span, TextReporter& report) {
  std::string problem = PathProblem(path);
  if (path.size() > kMaxPathBytes)
    problem = "the path is longer than 4095 bytes";
  if (problem.empty()) return true;
  report.Error(span, problem,
               "write the path as the kernel resolves it, as `/etc/hosts`, or "
               "`/etc/**` for all below");
  return false;
}

}  // namespace

std::optional<FilePath> ParseRulePath(const Name& written,
                                      TextReporter& report) {
  constexpr std::string_view kBelow = "/**";
  std::string_view path = written.text;
  FilePath result;
  result.hierarchy = path.ends_with(kBelow);
  if (result.hierarchy) path.remove_suffix(kBelow.size());
  if (result.hierarchy && path.empty())
    path = "/";
  else if (result.hierarchy && path == "/")
    path = "//";  // was `//**`
  if (path.find_first_of("*?[") != std::string_view::npos) {
    report.Error(written.span,
                 "globs other than a final `/**` cannot be enforced",
                 "Landlock grants rights to a file, or to a directory with "
                 "all below it");
    return std::nullopt;
  }
  if (!CheckPath(path, written.span, report)) return std::nullopt;
  result.path = std::string(path);
  return result;
}

std::optional<std::string> ParseExactPath(const Name& written,
                                          TextReporter& report) {
  const auto path = ParseRulePath(written, report);
  if (!path) return std::nullopt;
  if (!path->hierarchy && path->path != "/") return path->path;
  report.Error(written.span, "a credential is one file");
  return std::nullopt;
}

PlanFileRule MakeFileRule(FileAccess access, const FilePath& path,
                          uint32_t rule) {
  PlanFileRule result;
  result.path = path.path;
  result.hierarchy = path.hierarchy;
  result.read = access == FileAccess::kRead;
  result.write = access == FileAccess::kWrite;
  result.execute = access == FileAccess::kExecute;
  result.rule = rule;
  return result;
}

bool Covers(const PlanFileRule& rule, std::string_view path) {
  return IsAtOrBelow(path, rule.path);
}

std::vector<SyscallRule> ImpliedSyscalls(
    Architecture architecture, const std::vector<PlanFileRule>& files) {
  // Of equal rules the first decides, so the others of its kind add nothing.
  std::optional<uint32_t> first_read, first_write, first_execute;
  for (const PlanFileRule& file : files) {
    auto& first = file.execute ? first_execute
                  : file.write ? first_write
                               : first_read;
    first = std::min(first.value_or(file.rule), file.rule);
  }
  Implied implied(architecture);
  if (first_read) implied.Read(*first_read);
  if (first_write) implied.Write(*first_write);
  if (first_execute) implied.Execute(*first_execute);
  return implied.Take();
}

}  // namespace bailey::policy
