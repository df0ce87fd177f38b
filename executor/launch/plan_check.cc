#include "executor/launch/plan_check.h"

#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "common/bpf/evaluator.h"
#include "executor/spec.h"
#include "executor/start_order.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {
namespace {

constexpr std::string_view kHint = "build the bundle again with `bailey build`";
constexpr size_t kMaxNameBytes = 128;

// NAME of the policy language.
bool IsName(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= kMaxNameBytes && letter(text[0]) &&
         std::ranges::all_of(text,
                             [&](char c) { return letter(c) || digit(c); });
}

// Absolute, and nothing in it but names: wherever it is joined, it stays below.
bool IsPlainPath(std::string_view path) {
  if (!path.starts_with('/') || path.size() >= 4096) return false;
  if (path.contains('\0')) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(part.size());
  }
  return true;
}

Result<> CheckCredentialPlace(const PlanCredential& credential) {
  const auto wrong = [&](std::string_view what) -> Result<> {
    return Fail(fmt::format("credential `{}`: {}", credential.name, what),
                std::string(kHint));
  };
  switch (credential.source) {
    case CredentialSource::kFile:
      if (IsPlainPath(credential.path)) return {};
      return wrong("its path is not absolute and plain");
    case CredentialSource::kEnvironment:
      if (IsName(credential.variable) &&
          credential.variable.size() < BAILEY_VARIABLE_BYTES) {
        return {};
      }
      return wrong("its variable has no usable name");
    case CredentialSource::kDescriptor:
      // 0 is standard input; 1 and 2 are for output; the last one below the
      // runtime's own is in use until exec.
      if (credential.descriptor == 0 ||
          (credential.descriptor > 2 &&
           credential.descriptor < BAILEY_FIRST_FD - 1)) {
        return {};
      }
      return wrong(fmt::format("its descriptor {} cannot be given to a portion",
                               credential.descriptor));
  }
  return wrong("its source is unknown");
}

Result<> CheckCredentials(const Plan& plan) {
  std::set<std::string> names;
  std::set<std::string> places;
  for (const PlanCredential& credential : plan.credentials) {
    if (!IsName(credential.name) || !names.insert(credential.name).second) {
      return Fail("a credential has no name, or another's", std::string(kHint));
    }
    RETURN_IF_ERROR(CheckCredentialPlace(credential));
    const std::string place =
        fmt::format("{} {} {}", credential.variable, credential.path,
                    credential.descriptor);
    if (!places.insert(place).second) {
      return Fail(
          fmt::format("credential `{}` has another's place", credential.name),
          std::string(kHint));
    }
  }
  return {};
}

Result<> CheckFilters(const PlanPortion& portion) {
  for (const FilterKind kind :
       {FilterKind::kNotify, FilterKind::kPlain, FilterKind::kRuleIndex}) {
    const auto count =
        std::ranges::count(portion.filters, kind, &PlanFilter::kind);
    if (count != 1) {
      return Fail(fmt::format("it has {} {} filters, not one", count,
                              FilterKindName(kind)),
                  "without its filters nothing runs: build the bundle again");
    }
  }
  for (const PlanFilter& filter : portion.filters) {
    if (filter.architecture != "x86_64") {
      return Fail(fmt::format("its {} filter is not for x86_64",
                              FilterKindName(filter.kind)));
    }
    RETURN_IF_ERROR(ValidateBpf(filter.program));
  }
  return CheckFiltersAgree(portion);
}

Result<> CheckLimits(const PlanLimits& limits) {
  if (limits.memory_bytes <= kMaxLimitBytes &&
      limits.output_bytes <= kMaxLimitBytes && limits.wall_ms <= kMaxWallMs &&
      limits.pids <= kMaxPids) {
    return {};
  }
  return Fail("a limit is larger than any machine",
              "leave a limit out that is not meant");
}

Result<> CheckPortion(const PlanPortion& portion) {
  RETURN_IF_ERROR(CheckFilters(portion));
  RETURN_IF_ERROR(CheckLimits(portion.limits));
  if (!IsPlainPath(portion.program)) {
    return Fail("its program's path is not absolute and plain");
  }
  for (const PlanFileRule& rule : portion.files) {
    if (IsPlainPath(rule.path) || (rule.path == "/" && rule.hierarchy)) {
      continue;
    }
    return Fail("a file rule's path is not absolute and plain",
                "write it without `.`, `..` and repeated slashes");
  }
  return {};
}

bool Overlap(std::string_view a, std::string_view b) {
  return IsAtOrBelow(a, b) || IsAtOrBelow(b, a);
}

std::string_view DirectoryOf(const PlanSocket& socket) {
  const std::string_view path = socket.path;
  return path.substr(0, path.rfind('/'));
}

// The directory is made for the run: what the host or the bundle has at its
// place would be hidden, or changed.
Result<> CheckSocketDirectory(const Plan& plan, const PlanSocket& socket) {
  const std::string_view directory = DirectoryOf(socket);
  if (!IsPlainPath(socket.path) ||
      directory.find('/', 1) == std::string_view::npos)
    return Fail("a socket has no directory of its own", std::string(kHint));
  for (const PlanCredential& credential : plan.credentials)
    if (!credential.path.empty() && IsAtOrBelow(credential.path, directory))
      return Fail("a credential lies in a socket's directory",
                  std::string(kHint));
  for (const PlanPortion& portion : plan.portions)
    for (const PlanFileRule& rule : portion.files)
      if (rule.hierarchy ? Overlap(rule.path, directory)
                         : IsAtOrBelow(rule.path, directory))
        return Fail(
            fmt::format("a file rule of portion `{}` shows `{}` of the host, "
                        "and `{}` is a socket of the run's own",
                        portion.name, rule.path, socket.path),
            "let the socket lie where no file rule reaches");
  for (const PlanSocket& other : plan.sockets)
    if (other.server != socket.server && Overlap(DirectoryOf(other), directory))
      return Fail("two programs serve sockets in one directory",
                  std::string(kHint));
  return {};
}

Result<> CheckSockets(const Plan& plan) {
  for (const PlanSocket& socket : plan.sockets) {
    RETURN_IF_ERROR(CheckSocketDirectory(plan, socket));
    if (std::ranges::find(socket.clients, socket.server) !=
        socket.clients.end())
      return Fail("a program is its own client", std::string(kHint));
  }
  if (ServersStartFirst(plan)) return {};
  return Fail("programs wait for each other's sockets", std::string(kHint));
}

// It has no runtime, and so nobody in it who could be called.
Result<> CheckUnmodified(const Plan& plan) {
  const auto count =
      std::ranges::count(plan.portions, true, &PlanPortion::unmodified);
  if (count == 0 && plan.sockets.empty()) return {};
  if (static_cast<size_t>(count) == plan.portions.size() &&
      plan.crossings.empty()) {
    return CheckSockets(plan);
  }
  return Fail("a program that runs as it is has other portions beside it",
              std::string(kHint));
}

Result<> CheckPortions(const Plan& plan) {
  if (plan.portions.size() + 1 > kIdentitiesPerInstance) {
    return Fail(fmt::format("a plan has at most {} portions, not {}",
                            kIdentitiesPerInstance - 1, plan.portions.size()));
  }
  std::set<std::string> names;
  for (const PlanPortion& portion : plan.portions) {
    if (!IsName(portion.name) || portion.name == kUnsplitPortion ||
        !names.insert(portion.name).second) {
      return Fail("a portion has no name of its own", std::string(kHint));
    }
    if (const Result<> checked = CheckPortion(portion); !checked.ok()) {
      return std::unexpected(WithContext(
          fmt::format("portion `{}`", portion.name), checked.error()));
    }
  }
  if (std::ranges::count(plan.portions, true, &PlanPortion::holds_main) != 1) {
    return Fail("not one portion of the plan has main", std::string(kHint));
  }
  return {};
}

// Values at which filters that compare arguments are likely to differ.
constexpr std::array<uint64_t, 5> kArgumentValues{
    0, 1, UINT64_MAX, uint64_t{1} << 32, 0x7fffffff};

bool IsSentinel(const SeccompData& call) {
  return call.architecture == AUDIT_ARCH_X86_64 &&
         call.number == BAILEY_SENTINEL_SYSCALL &&
         call.arguments[0] == BAILEY_SENTINEL_OPTION;
}

// docs/decisions/0002: what is notified, the agent answers as the plain filter
// does; what is not, both answer alike.
bool Agree(const BpfProgram& notify, const BpfProgram& plain,
           const SeccompData& call) {
  const uint32_t noticed = RunBpf(notify, call).returned;
  const uint32_t action = noticed & SECCOMP_RET_ACTION_FULL;
  if (IsSentinel(call)) return action == SECCOMP_RET_USER_NOTIF;
  if (action == SECCOMP_RET_USER_NOTIF) return true;
  return noticed == RunBpf(plain, call).returned;
}

}  // namespace

Result<> CheckFiltersAgree(const PlanPortion& portion) {
  const BpfProgram& notify = FindFilter(portion, FilterKind::kNotify)->program;
  const BpfProgram& plain = FindFilter(portion, FilterKind::kPlain)->program;
  const auto check = [&](const SeccompData& call) -> Result<> {
    if (Agree(notify, plain, call)) return {};
    return Fail(fmt::format("its filters contradict each other at system call "
                            "{} (architecture {:#x})",
                            call.number, call.architecture),
                "its proof cannot be right: build the bundle again");
  };
  constexpr uint32_t kX32Bit = 0x40000000;
  SeccompData call;
  for (const uint32_t architecture :
       {uint32_t{AUDIT_ARCH_X86_64}, uint32_t{AUDIT_ARCH_I386}, 0u}) {
    call.architecture = architecture;
    for (uint32_t number = 0; number < 600; ++number) {
      for (const uint64_t value : kArgumentValues) {
        call.arguments.fill(value);
        call.number = number;
        RETURN_IF_ERROR(check(call));
        call.number = number | kX32Bit;
        RETURN_IF_ERROR(check(call));
      }
    }
  }
  SeccompData sentinel;
  sentinel.architecture = AUDIT_ARCH_X86_64;
  sentinel.number = BAILEY_SENTINEL_SYSCALL;
  sentinel.arguments[0] = BAILEY_SENTINEL_OPTION;
  sentinel.arguments[1] = 3;
  return check(sentinel);
}

Result<> CheckPlan(const Plan& plan) {
  if (plan.architecture != "x86_64") {
    return Fail("the bundle's plan is not for x86_64", std::string(kHint));
  }
  RETURN_IF_ERROR(CheckCredentials(plan));
  RETURN_IF_ERROR(CheckPortions(plan));
  RETURN_IF_ERROR(CheckUnmodified(plan));
  for (const Crossing& crossing : plan.crossings) {
    if (crossing.from == crossing.to) {
      return Fail(
          fmt::format("portion `{}` has a crossing to itself", crossing.from),
          std::string(kHint));
    }
  }
  return {};
}

Result<> CheckFiles(const Bundle& bundle) {
  uint64_t total = 0;
  for (const Bundle::File& file : bundle.files()) {
    total += file.bytes.size();
    for (const PlanSocket& socket : bundle.plan().sockets)
      if (IsAtOrBelow(file.file.path, DirectoryOf(socket)))
        return Fail(fmt::format("the directory of the socket `{}` would hide "
                                "`{}` of the bundle",
                                socket.path, file.file.path),
                    "a socket lies in a directory of its own");
  }
  if (total <= kMaxInstanceFileBytes) return {};
  return Fail(
      fmt::format("the portions' files are {} bytes together, and an "
                  "instance holds at most {}",
                  total, kMaxInstanceFileBytes));
}

}  // namespace bailey::executor
