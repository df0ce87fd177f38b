// A library's function keeps what it gets if its code was read and makes only
// system calls by which nothing can leave; all others may give it away.
#include "analyzer/report/credential_sinks.h"

#include <algorithm>
#include <string_view>

#include "analyzer/flow/program.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {
namespace {

// They tell the kernel nothing but numbers of its own.
constexpr std::string_view kHarmlessCalls[] = {
    "brk",          "munmap",        "mprotect",
    "madvise",      "mremap",        "futex",
    "getpid",       "gettid",        "rt_sigprocmask",
    "rt_sigreturn", "clock_gettime", "gettimeofday",
    "time",         "getrandom",     "sched_yield",
    "close",        "read",          "pread64",
    "lseek",        "fstat",
};

// Strings of C++ fail by an exception, which may end in a message without them.
bool IsMethodOfString(std::string_view name) {
  return name.starts_with("_ZNSt7__cxx1112basic_stringI") ||
         name.starts_with("_ZNKSt7__cxx1112basic_stringI") ||
         name.starts_with("_ZNSs") || name.starts_with("_ZNKSs");
}

}  // namespace

bool PassesHandles(const std::string& callee) {
  return callee == "sendmsg" || callee == "sendmmsg" || callee == "fexecve" ||
         callee == "system" || callee == "popen" ||
         callee.starts_with("exec") || callee.starts_with("posix_spawn");
}

UnknownCallees::UnknownCallees(const Program& program, const DataGraph& graph,
                               LibrarySummaries& libraries)
    : graph_(graph), libraries_(libraries) {
  const SyscallTable& table = SyscallTable::For(program.architecture);
  for (const std::string_view name : kHarmlessCalls)
    if (const Syscall* call = table.FindByName(name))
      harmless_.insert(call->number);
  for (const AssemblySyscall& each : program.syscalls)
    assembly_.insert({each.from, each.site.line});
  for (const UnresolvedFact& each : program.unresolved)
    if (each.reason.starts_with("inline assembly"))
      assembly_.insert({each.from, each.site.line});
}

Handing UnknownCallees::HandingOver(const DataUse& use) {
  const std::string& callee = graph_.names[use.callee];
  if (callee == "syscall") return Handing::kLeaves;
  if (callee != kAssemblyCallee)
    return Keeps(callee) ? Handing::kStays : Handing::kMayLeave;
  const SourceSite site = graph_.SiteOf(use.function, use.place);
  return assembly_.contains({site.function, site.line}) ? Handing::kLeaves
                                                        : Handing::kStays;
}

bool UnknownCallees::Keeps(const std::string& callee) {
  const auto [found, added] = keeps_.try_emplace(callee, false);
  if (!added) return found->second;
  if (IsMethodOfString(callee)) return found->second = true;
  const SymbolReach* reach = libraries_.Reach(callee);
  found->second =
      reach != nullptr && reach->unresolved.empty() &&
      reach->parameter_syscalls.empty() && !reach->has_indirect_call &&
      std::ranges::all_of(reach->syscalls, [&](const ReachedSyscall& each) {
        return harmless_.contains(each.number);
      });
  return found->second;
}

}  // namespace bailey::analyzer
