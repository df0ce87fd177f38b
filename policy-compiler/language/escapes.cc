#include "policy-compiler/language/escapes.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::policy {
namespace {

enum class Use {
  kHalf,   // 64 bits are declared, and some operations use the lower 32
  kFlags,  // the call takes further bits beside those that are compared
};

struct PartlyUsed {
  std::string_view call;
  std::string_view argument;  // the first one, where a run is meant
  Use use;
  int run = 1;  // so many arguments from there
};

// From the kernel's source (6.12): what each call does with the argument.
constexpr PartlyUsed kPartlyUsed[] = {
    {"clone", "flags", Use::kFlags},
    {"fcntl", "arg", Use::kHalf},
    {"ioctl", "arg", Use::kHalf},
    {"kcmp", "idx1", Use::kHalf, 2},
    {"keyctl", "arg2", Use::kHalf, 4},
    {"memfd_create", "flags", Use::kFlags},
    {"mmap", "flags", Use::kFlags},
    {"mmap", "prot", Use::kFlags},
    {"mount", "mountflags", Use::kFlags},
    {"mprotect", "prot", Use::kFlags},
    {"open", "flags", Use::kFlags},
    {"openat", "flags", Use::kFlags},
    {"personality", "persona", Use::kFlags},
    {"pkey_mprotect", "prot", Use::kFlags},
    {"prctl", "arg2", Use::kHalf, 4},
    {"recvfrom", "flags", Use::kFlags},
    {"recvmsg", "flags", Use::kFlags},
    {"semctl", "arg", Use::kHalf},
    {"sendmsg", "flags", Use::kFlags},
    {"sendto", "flags", Use::kFlags},
    {"setns", "nstype", Use::kFlags},
    {"shmat", "shmflg", Use::kFlags},
    {"socket", "type", Use::kFlags},
    {"socketpair", "type", Use::kFlags},
    {"sysfs", "fs_index", Use::kHalf},
    {"unshare", "flags", Use::kFlags},
};

const PartlyUsed* FindUse(const Syscall& call, int argument) {
  for (const PartlyUsed& use : kPartlyUsed) {
    if (use.call != call.name) continue;
    const auto first = FindArgument(call, use.argument);
    if (first && argument >= *first && argument < *first + use.run) return &use;
  }
  return nullptr;
}

// Whether setting bits that the kernel does not use can make the comparison
// fail (`fails`), or else hold.
bool TurnsWithMoreBits(CompareOp op, bool fails) {
  switch (op) {
    case CompareOp::kEqual:
    case CompareOp::kLess:
    case CompareOp::kLessEqual:
      return fails;
    case CompareOp::kNotEqual:
    case CompareOp::kGreater:
    case CompareOp::kGreaterEqual:
      return !fails;
  }
  return true;
}

// Whether such bits are among those that are compared.
bool ComparesUnused(const Comparison& comparison, Use use) {
  if (use == Use::kFlags) return comparison.mask == ~uint64_t{0};
  return comparison.width_bits == 64 && comparison.mask >> 32 != 0;
}

class EscapeFinder {
 public:
  explicit EscapeFinder(const Syscall& call) : call_(call) {}

  // `fails`: look for what fails when further bits are set, else for what then
  // holds.
  void Visit(const Condition& condition, bool fails) {
    using Kind = Condition::Kind;
    if (condition.kind == Kind::kCompare)
      return Visit(condition.comparison, fails);
    const bool inside = condition.kind == Kind::kNot ? !fails : fails;
    // A conjunction holds only if all of it does: `x >= 3 and x <= 5` is kept
    // from holding by its upper bound. So a disjunction is kept from failing.
    const bool guards = condition.kind == (fails ? Kind::kAny : Kind::kAll);
    for (const Condition& operand : condition.operands)
      if (!guards || !IsGuarded(operand, condition.operands, fails))
        Visit(operand, inside);
  }

  // In the order of the arguments.
  const std::set<int>& found() const { return found_; }

 private:
  void Visit(const Comparison& comparison, bool fails) {
    if (CanTurn(comparison, fails)) found_.insert(comparison.argument);
  }

  bool CanTurn(const Comparison& comparison, bool fails) const {
    const PartlyUsed* use = FindUse(call_, comparison.argument);
    return use != nullptr && ComparesUnused(comparison, use->use) &&
           TurnsWithMoreBits(comparison.op, fails);
  }

  // Whether a neighbour compares the same bits and does not turn with them.
  bool IsGuarded(const Condition& operand, const std::vector<Condition>& all,
                 bool fails) const {
    if (operand.kind != Condition::Kind::kCompare) return false;
    const int argument = operand.comparison.argument;
    return std::ranges::any_of(all, [&](const Condition& other) {
      return other.kind == Condition::Kind::kCompare &&
             other.comparison.argument == argument &&
             other.comparison.mask == ~uint64_t{0} &&
             !CanTurn(other.comparison, fails);
    });
  }

  const Syscall& call_;
  std::set<int> found_;
};

void Warn(const Syscall& call, int argument, bool denies, SourceSpan span,
          TextReporter& report) {
  const std::string name(call.arguments[static_cast<size_t>(argument)].name);
  const std::string what =
      denies ? " a caller escapes this denial by setting other bits"
             : " a caller meets this condition by setting other bits";
  if (FindUse(call, argument)->use == Use::kHalf) {
    report.Warning(span,
                   "the kernel uses only the lower 32 bits of `" + name +
                       "` in some operations of `" + std::string(call.name) +
                       "`:" + what,
                   "compare these: `" + name + " & 0xffffffff`");
    return;
  }
  report.Warning(
      span,
      "`" + name + "` of `" + std::string(call.name) +
          "` is a word of flags, and is compared as a whole:" + what,
      "compare under a mask, as in `" + name +
          (call.name.starts_with("socket") ? " & SOCK_TYPE_MASK == SOCK_RAW`"
                                           : " & FLAG != 0`"));
}

}  // namespace

void WarnOfEscapes(const Condition& when, const Syscall& call, bool denies,
                   SourceSpan span, TextReporter& report) {
  EscapeFinder finder(call);
  finder.Visit(when, /*fails=*/denies);
  for (const int argument : finder.found())
    Warn(call, argument, denies, span, report);
}

}  // namespace bailey::policy
