// What libseccomp does with rules of one call that overlap and have different
// actions is nowhere stated, so none are given to it: the condition of a weaker
// rule excludes those of the stronger ones.

#include "policy-compiler/libseccomp/libseccomp_filter.h"

#include <fmt/format.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "common/check.h"
#include "common/fd.h"
#include "policy-compiler/libseccomp/argument_chains.h"
#include "policy-compiler/libseccomp/number_prologue.h"

namespace bailey::policy {
namespace {

// LOG and KILL_PROCESS; said rather than asked of the running kernel, so that
// the same policy gives the same filter everywhere.
constexpr unsigned kApiLevel = 3;

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

uint32_t ScmpAction(const Action& action) {
  switch (action.kind) {
    case ActionKind::kAllow:
      return SCMP_ACT_ALLOW;
    case ActionKind::kLog:
      return SCMP_ACT_LOG;
    case ActionKind::kErrno:
      return SCMP_ACT_ERRNO(action.errno_value);
    case ActionKind::kTrap:
      return SCMP_ACT_TRAP;
    case ActionKind::kKillThread:
      return SCMP_ACT_KILL_THREAD;
    case ActionKind::kKillProcess:
      return SCMP_ACT_KILL_PROCESS;
  }
  CHECK(false && "an action has one of six kinds");
}

uint32_t ScmpArchitecture(Architecture architecture) {
  return architecture == Architecture::kX8664 ? SCMP_ARCH_X86_64
                                              : SCMP_ARCH_AARCH64;
}

scmp_compare ScmpOp(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return SCMP_CMP_MASKED_EQ;
    case CompareOp::kNotEqual:
      return SCMP_CMP_NE;
    case CompareOp::kLess:
      return SCMP_CMP_LT;
    case CompareOp::kLessEqual:
      return SCMP_CMP_LE;
    case CompareOp::kGreater:
      return SCMP_CMP_GT;
    case CompareOp::kGreaterEqual:
      return SCMP_CMP_GE;
  }
  CHECK(false && "a comparison has one of six operators");
}

scmp_arg_cmp ScmpTest(int argument, const ArgumentTest& test) {
  const auto index = static_cast<unsigned>(argument);
  if (test.op == CompareOp::kEqual && test.mask == ~uint64_t{0}) {
    return {index, SCMP_CMP_EQ, test.value, 0};
  }
  if (test.op == CompareOp::kEqual) {
    return {index, SCMP_CMP_MASKED_EQ, test.mask, test.value};
  }
  return {index, ScmpOp(test.op), test.value, 0};
}

std::unexpected<Error> Refused(std::string_view what, int negative_errno) {
  return FailErrno(fmt::format("libseccomp does not take {}", what),
                   -negative_errno, "use Bailey's own backend");
}

// The number by which libseccomp calls a system call of another architecture:
// the machine's own, or its made-up one.
Result<int> ScmpNumber(Architecture architecture, const Syscall& call) {
  if (ScmpArchitecture(architecture) == seccomp_arch_native()) {
    return static_cast<int>(call.number);
  }
  const int number =
      seccomp_syscall_resolve_name(std::string(call.name).c_str());
  if (number == __NR_SCMP_ERROR) {
    return Fail(fmt::format("libseccomp does not know `{}`", call.name),
                "use Bailey's own backend");
  }
  return number;
}

class Builder {
 public:
  Builder(const Policy& policy, const PortionPolicy& portion)
      : policy_(policy),
        portion_(portion),
        table_(SyscallTable::For(policy.architecture)) {
    for (const SyscallRule& rule : portion.syscalls) {
      rules_[rule.number].push_back(rule);
    }
    AddClone3Fallback();
    for (auto& [number, rules] : rules_) {
      std::ranges::sort(rules, [](const SyscallRule& a, const SyscallRule& b) {
        return std::tuple(b.action.kind, a.rule) <
               std::tuple(a.action.kind, b.rule);
      });
    }
  }

  Result<BpfProgram> Build(bool binary_tree) {
    RETURN_IF_ERROR(Start(binary_tree));
    for (const auto& [number, rules] : rules_) {
      const Syscall* call = table_.FindByNumber(number);
      if (call == nullptr) continue;  // an unknown number, whatever is said
      RETURN_IF_ERROR(AddCall(*call, rules));
    }
    return Export();
  }

 private:
  // Where no rule of clone3 matches: weaker than all of them.
  void AddClone3Fallback() {
    const Syscall* clone3 = table_.FindByName("clone3");
    if (!portion_.clone_constrained || clone3 == nullptr) return;
    clone3_ = clone3->number;
    rules_[clone3->number];  // none, perhaps
  }

  Result<> Start(bool binary_tree) {
    if (const int failed = seccomp_api_set(kApiLevel); failed < 0) {
      return Refused("its API level", failed);
    }
    filter_.reset(seccomp_init(ScmpAction(portion_.otherwise)));
    if (!filter_) return Fail("libseccomp has no filter to give");
    RETURN_IF_ERROR(Set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    RETURN_IF_ERROR(Set(SCMP_FLTATR_CTL_OPTIMIZE, binary_tree ? 2 : 1));
    const uint32_t target = ScmpArchitecture(policy_.architecture);
    if (target == seccomp_arch_native()) return {};
    int failed = seccomp_arch_add(filter_.get(), target);
    if (failed == 0) {
      failed = seccomp_arch_remove(filter_.get(), SCMP_ARCH_NATIVE);
    }
    if (failed < 0) return Refused("the architecture", failed);
    return {};
  }

  Result<> Set(scmp_filter_attr attribute, uint32_t value) {
    const int failed = seccomp_attr_set(filter_.get(), attribute, value);
    if (failed < 0) return Refused("an attribute", failed);
    return {};
  }

  // `rules`: the strongest first. A rule decides where no rule with another
  // action that stands before it does.
  Result<> AddCall(const Syscall& call, const std::vector<SyscallRule>& rules) {
    for (size_t i = 0; i < rules.size(); ++i) {
      Result<> added = AddRule(call, rules, i);
      if (!added.ok()) {
        return std::unexpected(WithContext(
            fmt::format("rule `{}`",
                        DescribeRule(policy_, portion_, rules[i].rule).text),
            added.error()));
      }
    }
    if (clone3_ != call.number) return {};
    return AddRule(call, Action{ActionKind::kErrno, ENOSYS}, {{}}, rules);
  }

  Result<> AddRule(const Syscall& call, const std::vector<SyscallRule>& rules,
                   size_t at) {
    ASSIGN_OR_RETURN(ArgumentChains chains, ChainsOf(rules[at].when));
    return AddRule(call, rules[at].action, std::move(chains),
                   std::span(rules).first(at));
  }

  Result<> AddRule(const Syscall& call, const Action& action,
                   ArgumentChains chains,
                   std::span<const SyscallRule> stronger) {
    if (ScmpAction(action) == ScmpAction(portion_.otherwise)) return {};
    for (const SyscallRule& other : stronger) {
      if (other.action == action) continue;
      ASSIGN_OR_RETURN(const ArgumentChains apart, ChainsOfNot(other.when));
      ASSIGN_OR_RETURN(chains, Conjunction(chains, apart));
    }
    ASSIGN_OR_RETURN(const int number, ScmpNumber(policy_.architecture, call));
    for (const ArgumentChain& chain : chains) {
      RETURN_IF_ERROR(AddChain(number, action, chain));
    }
    return {};
  }

  Result<> AddChain(int number, const Action& action,
                    const ArgumentChain& chain) {
    std::vector<scmp_arg_cmp> tests;
    for (const auto& [argument, test] : chain) {
      tests.push_back(ScmpTest(argument, test));
    }
    const int failed = seccomp_rule_add_exact_array(
        filter_.get(), ScmpAction(action), number,
        static_cast<unsigned>(tests.size()), tests.data());
    // What it has already, or covers.
    if (failed < 0 && failed != -EEXIST) return Refused("it", failed);
    return {};
  }

  Result<BpfProgram> Export() {
    const UniqueFd file(memfd_create("filter", MFD_CLOEXEC));
    if (!file.valid()) return FailErrno("create a file in memory");
    const int failed = seccomp_export_bpf(filter_.get(), file.get());
    if (failed < 0) return Refused("the filter", failed);
    if (lseek(file.get(), 0, SEEK_SET) != 0) return FailErrno("lseek");
    ASSIGN_OR_RETURN(const std::string bytes, ReadAll(file.get(), "filter"));
    BpfProgram program(bytes.size() / sizeof(sock_filter));
    CHECK(program.size() * sizeof(sock_filter) == bytes.size());
    // SAFETY: libseccomp writes the kernel's struct sock_filter as it is in
    // memory, and that has no padding.
    std::memcpy(program.data(), bytes.data(), bytes.size());
    return program;
  }

  const Policy& policy_;
  const PortionPolicy& portion_;
  const SyscallTable& table_;
  std::map<uint32_t, std::vector<SyscallRule>> rules_;
  std::optional<uint32_t> clone3_;
  Filter filter_;
};

}  // namespace

Result<BpfProgram> CompileWithLibseccomp(const Policy& policy,
                                         const PortionPolicy& portion,
                                         const LibseccompOptions& options) {
  Builder builder(policy, portion);
  auto program = builder.Build(options.binary_tree);
  if (!program.ok()) {
    return std::unexpected(WithContext(
        fmt::format("portion `{}`", portion.name), program.error()));
  }
  if (options.answer_unknown_numbers) {
    *program = WithNumberPrologue(policy, portion, std::move(*program));
  }
  if (program->size() > kMaxBpfInstructions) {
    return Fail(
        fmt::format("portion `{}`: libseccomp's filter needs more than "
                    "the {} instructions that the kernel takes",
                    portion.name, kMaxBpfInstructions));
  }
  return program;
}

std::string LibseccompName() {
  const scmp_version* version = seccomp_version();
  return fmt::format("libseccomp {}.{}.{}", version->major, version->minor,
                     version->micro);
}

}  // namespace bailey::policy
