#include "analyzer/report/unread_libraries.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace bailey::analyzer {
namespace {

// Functions of C's library by another name than the call that they make on a
// newer architecture, such as aarch64. No claim: what is assumed is shown as
// such, beside "may make any system call".
struct Expected {
  std::string_view function;
  std::string_view call;
};
constexpr Expected kExpected[] = {
    {"_exit", "exit_group"},
    {"access", "faccessat"},
    {"chmod", "fchmodat"},
    {"chown", "fchownat"},
    {"creat", "openat"},
    {"dup2", "dup3"},
    {"epoll_wait", "epoll_pwait"},
    {"eventfd", "eventfd2"},
    {"execl", "execve"},
    {"execlp", "execve"},
    {"execv", "execve"},
    {"execvp", "execve"},
    {"exit", "exit_group"},
    {"fopen", "openat"},
    {"fork", "clone"},
    {"fstat", "newfstatat"},
    {"link", "linkat"},
    {"lstat", "newfstatat"},
    {"mkdir", "mkdirat"},
    {"mknod", "mknodat"},
    {"open", "openat"},
    {"open64", "openat"},
    {"opendir", "openat"},
    {"pipe", "pipe2"},
    {"poll", "ppoll"},
    {"popen", "execve"},
    {"pread", "pread64"},
    {"pthread_create", "clone3"},
    {"pwrite", "pwrite64"},
    {"readdir", "getdents64"},
    {"readlink", "readlinkat"},
    {"recv", "recvfrom"},
    {"remove", "unlinkat"},
    {"rename", "renameat"},
    {"rmdir", "unlinkat"},
    {"select", "pselect6"},
    {"send", "sendto"},
    {"sigaction", "rt_sigaction"},
    {"signal", "rt_sigaction"},
    {"sigprocmask", "rt_sigprocmask"},
    {"stat", "newfstatat"},
    {"symlink", "symlinkat"},
    {"system", "execve"},
    {"unlink", "unlinkat"},
    {"vfork", "clone"},
    {"wait", "wait4"},
    {"waitpid", "wait4"},
};

// What programs read of C's library that is no function.
constexpr std::string_view kData[] = {"environ", "optarg", "opterr", "optind",
                                      "optopt",  "stderr", "stdin",  "stdout"};

class UnreadSummaries : public LibrarySummaries {
 public:
  explicit UnreadSummaries(Architecture architecture)
      : architecture_(ArchitectureName(architecture)),
        table_(SyscallTable::For(architecture)) {
    syscall_.symbol = "syscall";
    ParameterSyscall call{0, {}};
    for (int i = 0; i < 6; ++i)
      call.arguments[static_cast<size_t>(i)] = MachineValue::Parameter(i + 1);
    syscall_.parameter_syscalls.push_back(call);
  }

  // Of syscall(2) alone its manual says all that it does.
  const SymbolReach* Reach(const std::string& symbol) override {
    return symbol == syscall_.symbol ? &syscall_ : nullptr;
  }

  bool TellsWhatIsLeftBehind() const override { return false; }

  SymbolReach Startup() override {
    SymbolReach reach;
    UnresolvedSite site;
    site.image = "libc.so.6";
    site.function = "_start";
    site.reason = fmt::format("{} is not disassembled: what runs before main",
                              architecture_);
    reach.unresolved.push_back(std::move(site));
    return reach;
  }

  bool IsData(const std::string& symbol) const override {
    return std::ranges::find(kData, symbol) != std::end(kData);
  }

  std::set<std::string> CalledSymbols() const override { return {}; }
  std::vector<std::string> Files() const override { return {}; }
  bool MayCallBack(const std::string&) override { return true; }

  std::optional<UnreadFunction> Unread(const std::string& symbol) override {
    UnreadFunction unread;
    unread.reason = fmt::format(
        "`{}` is a library's, and libraries for {} are not disassembled",
        symbol, architecture_);
    const auto expected =
        std::ranges::find(kExpected, symbol, &Expected::function);
    const std::string_view name =
        expected == std::end(kExpected) ? symbol : expected->call;
    if (const Syscall* call = table_.FindByName(name))
      unread.assumed.push_back(call->number);
    return unread;
  }

 private:
  const std::string_view architecture_;
  const SyscallTable& table_;
  SymbolReach syscall_;
};

}  // namespace

std::unique_ptr<LibrarySummaries> UnreadLibraries(Architecture architecture) {
  return std::make_unique<UnreadSummaries>(architecture);
}

}  // namespace bailey::analyzer
