#include "policy-compiler/language/escapes.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy-compiler/language/widths.h"

namespace bailey::policy {
namespace {

enum class Use {
  kHalf,    // 64 bits are declared, and some operations use the lower 32
  kFlags,   // the call takes further bits beside those that are compared
  kTag,     // an address that the call untags, which clears its top byte
  kNarrow,  // the kernel reads fewer bits than `widths full` compares
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

// untagged_addr(), which does nothing on x86_64 unless asked for (LAM).
constexpr PartlyUsed kUntagged[] = {
    {"get_mempolicy", "addr", Use::kTag},
    {"madvise", "addr", Use::kTag},
    {"mbind", "addr", Use::kTag},
    {"mincore", "addr", Use::kTag},
    {"mlock", "addr", Use::kTag},
    {"mlock2", "addr", Use::kTag},
    {"mprotect", "addr", Use::kTag},
    {"mremap", "old_address", Use::kTag},
    {"mseal", "start", Use::kTag},
    {"msync", "addr", Use::kTag},
    {"munlock", "addr", Use::kTag},
    {"munmap", "addr", Use::kTag},
    {"pkey_mprotect", "addr", Use::kTag},
    {"set_mempolicy_home_node", "start", Use::kTag},
};

const PartlyUsed* FindUse(std::span<const PartlyUsed> uses, const Syscall& call,
                          int argument) {
  for (const PartlyUsed& use : uses) {
    if (use.call != call.name) continue;
    const auto first = FindArgument(call, use.argument);
    if (first && argument >= *first && argument < *first + use.run) return &use;
  }
  return nullptr;
}

const PartlyUsed* FindUse(Architecture architecture, const Syscall& call,
                          int argument) {
  const PartlyUsed* use = FindUse(kPartlyUsed, call, argument);
  if (use != nullptr || architecture != Architecture::kAarch64) return use;
  return FindUse(kUntagged, call, argument);
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
  const int first_unused = use == Use::kTag ? 56 : 32;
  return comparison.width_bits == 64 && comparison.mask >> first_unused != 0;
}

// The bits that the kernel reads; 0 of an argument that the call does not have.
int ReadBits(const Syscall& call, int argument) {
  const auto index = static_cast<size_t>(argument);
  if (!call.has_signature) return 64;  // nothing is known
  if (index >= call.arguments.size()) return 0;
  return call.arguments[index].width_bits;
}

bool ComparesUnread(const Syscall& call, const Comparison& comparison) {
  const int read = ReadBits(call, comparison.argument);
  return read < comparison.width_bits && comparison.mask >> read != 0;
}

class EscapeFinder {
 public:
  EscapeFinder(Architecture architecture, const Syscall& call)
      : architecture_(architecture), call_(call) {}

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
  const std::map<int, Use>& found() const { return found_; }

 private:
  void Visit(const Comparison& comparison, bool fails) {
    if (const auto use = HowItTurns(comparison, fails))
      found_.emplace(comparison.argument, *use);
  }

  std::optional<Use> HowItTurns(const Comparison& comparison,
                                bool fails) const {
    if (!TurnsWithMoreBits(comparison.op, fails)) return std::nullopt;
    if (ComparesUnread(call_, comparison)) return Use::kNarrow;
    const PartlyUsed* use = FindUse(architecture_, call_, comparison.argument);
    if (use == nullptr || !ComparesUnused(comparison, use->use))
      return std::nullopt;
    return use->use;
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
             !HowItTurns(other.comparison, fails);
    });
  }

  const Architecture architecture_;
  const Syscall& call_;
  std::map<int, Use> found_;
};

std::string NameOf(const Syscall& call, int argument) {
  const auto index = static_cast<size_t>(argument);
  return std::string(index < call.arguments.size()
                         ? call.arguments[index].name
                         : PlainArgumentAt(argument).name);
}

// The kernel's mask is 0 bits wide where the call has no such argument.
void WarnOfWidth(const Syscall& call, int argument, std::string_view what,
                 SourceSpan span, TextReporter& report) {
  const std::string name = NameOf(call, argument);
  const int read = ReadBits(call, argument);
  report.Warning(
      span,
      "the kernel reads " + (read == 0 ? "none" : std::to_string(read)) +
          " of the 64 bits of `" + name + "` of `" + std::string(call.name) +
          "`, and `widths full` compares them all:" + std::string(what),
      read == 0 ? ""
                : "compare what it reads: `" + name + " & " +
                      (read == 16 ? "0xffff`" : "0xffffffff`"));
}

void Warn(const Syscall& call, int argument, Use use, bool denies,
          SourceSpan span, TextReporter& report) {
  const std::string name = NameOf(call, argument);
  const std::string what =
      denies ? " a caller escapes this denial by setting other bits"
             : " a caller meets this condition by setting other bits";
  if (use == Use::kNarrow)
    return WarnOfWidth(call, argument, what, span, report);
  if (use == Use::kTag) {
    report.Warning(span,
                   "aarch64 ignores the top byte of `" + name + "` of `" +
                       std::string(call.name) + "`:" + what,
                   "compare the others: `" + name + " & 0xffffffffffffff`");
    return;
  }
  if (use == Use::kHalf) {
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

// The flags among the bits of a word: not those that are a number (a socket's
// type, the access mode of an open), and only what the call takes, where it
// refuses the others.
struct WordOfFlags {
  std::string_view call;
  uint64_t flags;
};

constexpr WordOfFlags kWordsOfFlags[] = {
    {"clone", ~uint64_t{0xff}},  // the signal at its end
    {"memfd_create", 0x1f},      // MFD_*
    {"open", ~uint64_t{3}},      // O_ACCMODE
    {"openat", ~uint64_t{3}},    // O_ACCMODE
    {"setns", 0x7e020080},       // CLONE_NEW*
    {"socket", 0x80800},         // SOCK_CLOEXEC, SOCK_NONBLOCK
    {"socketpair", 0x80800},     // SOCK_CLOEXEC, SOCK_NONBLOCK
    {"unshare", 0x7e070f80},     // CLONE_*, but CLONE_VFORK and its like
};

uint64_t FlagBits(const Syscall& call) {
  const auto known =
      std::ranges::find(kWordsOfFlags, call.name, &WordOfFlags::call);
  return known == std::end(kWordsOfFlags) ? ~uint64_t{0} : known->flags;
}

uint64_t FreeBits(const Syscall& call, int argument, Use use) {
  switch (use) {
    case Use::kFlags:
      return FlagBits(call);
    case Use::kTag:
      return ~uint64_t{0} << 56;
    case Use::kHalf:
      return ~uint64_t{0} << 32;
    case Use::kNarrow:
      break;
  }
  const int read = ReadBits(call, argument);
  return read == 0 ? ~uint64_t{0} : ~uint64_t{0} << read;
}

}  // namespace

std::vector<Escape> FindEscapes(const Condition& when,
                                Architecture architecture, const Syscall& call,
                                bool denies) {
  EscapeFinder finder(architecture, call);
  finder.Visit(when, /*fails=*/denies);
  std::vector<Escape> escapes;
  for (const auto& [argument, use] : finder.found())
    escapes.push_back(
        {argument, FreeBits(call, argument, use), use == Use::kFlags});
  return escapes;
}

void WarnOfEscapes(const Condition& when, Architecture architecture,
                   const Syscall& call, bool denies, SourceSpan span,
                   TextReporter& report) {
  EscapeFinder finder(architecture, call);
  finder.Visit(when, /*fails=*/denies);
  for (const auto& [argument, use] : finder.found())
    Warn(call, argument, use, denies, span, report);
}

}  // namespace bailey::policy
