// The resolved policy: what an author wrote, with every name looked up. It is
// what the evaluator, the lowering and the proof each start from; they share
// nothing else.
//
// For each portion a policy is a total function
//   (architecture, number, six 64-bit arguments, instruction pointer) ->
//   Verdict
// which docs/policy-language.md states in full and evaluator.h computes.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_POLICY_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_POLICY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

enum class ActionKind {
  // In order of strength: among the rules that match, the strongest decides.
  kAllow,
  kLog,  // an allow that is recorded
  kErrno,
  kTrap,
  kKillThread,
  kKillProcess,
};

struct Action {
  ActionKind kind = ActionKind::kKillProcess;
  uint16_t errno_value = 0;  // kErrno: 1..4095
  bool operator==(const Action&) const = default;
};

// "allow", "log", "errno EPERM", "trap", "kill_thread", "kill_process".
std::string ActionName(const Action& action);

enum class CompareOp {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual
};

// (argument & mask) OP value, on the low `width_bits` of the argument as the
// kernel reads it. For a signed argument the masked low bits are sign-extended
// before an ordered comparison; `value` is given in those `width_bits` bits,
// zero-extended to 64.
struct Comparison {
  int argument = 0;         // 0..5
  uint8_t width_bits = 64;  // 16, 32 or 64
  bool is_signed = false;
  uint64_t mask = ~uint64_t{0};
  CompareOp op = CompareOp::kEqual;
  uint64_t value = 0;
  bool operator==(const Comparison&) const = default;
};

// A condition on the arguments, as a tree. kAll of nothing is true.
struct Condition {
  enum class Kind { kCompare, kAll, kAny, kNot } kind = Kind::kAll;
  Comparison comparison;            // kCompare
  std::vector<Condition> operands;  // kAll, kAny; one for kNot
};

// Why an input got its verdict. Rules of the text are numbered from
// kFirstUserRule, in the order in which they were resolved; below are built in.
enum BuiltinRule : uint32_t {
  kRuleOtherwise = 0,
  kRuleForeignArchitecture = 1,  // kill_process
  kRuleForeignAbi = 2,           // x32 numbers: kill_process
  kRuleUnknownNumber = 3,        // ENOSYS, or `otherwise` where that is a kill
  kRuleClone3Fallback = 4,       // ENOSYS where clone's flags are constrained
  kFirstUserRule = 16,
};

struct RuleInfo {
  uint32_t index = 0;
  std::string text;  // as written, white space folded
  std::string file;
  int line = 0;
  int column = 0;
  bool is_builtin = false;  // of a library of ours, which `file` names
};

struct SyscallRule {
  uint32_t number = 0;
  Condition when;
  Action action;
  uint32_t rule = 0;  // RuleInfo::index
};

// A verdict's rule: of the rules whose action decides, the one with the lowest
// index.
struct Verdict {
  Action action;
  uint32_t rule = kRuleOtherwise;
  bool operator==(const Verdict&) const = default;
};

// How the notify filter differs from the plain one for a portion.
struct NotifyOptions {
  // Untrusted portions: allowed opens (open, openat, openat2, creat) are
  // notified, to be seen.
  bool opens = false;
  // `run --learn`: every allowed call is notified, to be counted.
  bool allowed = false;
  // The call by which a portion gives its listener away; see
  // runtime/notify_handover.h. Zero: none.
  uint32_t sentinel_number = 0;
  uint64_t sentinel_argument0 = 0;  // compared in 32 bits
};

// A parameter of a crossing that is a C string, as the author says, or an array
// of as many elements as another says.
struct StringParameter {
  std::string function;
  std::string parameter;
  SourceSpan span;
  std::string count = {};  // the other's name; empty: a string
};

// A global of which each portion has one of its own.
struct SeparateGlobal {
  std::string name;
  SourceSpan span;
};

// A global whose value goes along when a trusted portion is called that reads
// it.
struct PassedName {
  std::string name;
  SourceSpan span;
};

// What a caller gets of a function whose portion is gone.
struct FailureWord {
  std::string function;  // by C name
  CrossingFailure failure;
  SourceSpan span;
};

// A part of a function that becomes one of its own: what holds a credential.
struct OutlineWord {
  std::string name;      // of the new function
  std::string function;  // that it is taken from
  SourceSpan span;
};

// A function that gets a credential, or tells others to get it: then nobody
// else does.
struct CredentialReader {
  std::string credential;
  std::string function;  // by C name
  SourceSpan span;
};

// What a function makes of a credential that may leave its portion.
enum class DeclassifiedKind {
  kMac,
  kSignature,
  kCiphertext,
  kVerdict,
  kDescriptor,
  kValue,
  kHandle
};
// In the order of DeclassifiedKind, as policies and options write them.
inline constexpr std::array<std::string_view, 7> kDeclassifiedKinds = {
    "mac",        "signature", "ciphertext", "verdict",
    "descriptor", "value",     "handle"};

// A function whose result, and what it writes out by its parameters, may leave
// its portion although it depends on a credential.
struct Declassification {
  std::string function;  // by C name
  DeclassifiedKind kind = DeclassifiedKind::kValue;
  uint64_t most_bits = 0;  // of all that leaves at a call; 0: none is said
  SourceSpan span;
};

// A Unix socket that a portion's program serves to those of others.
struct ServedSocket {
  std::string path;                  // absolute
  std::vector<std::string> clients;  // portions
  SourceSpan span;
};

// A program that is a portion as it is: nothing is split.
struct ProgramWord {
  // A program that the build links, by the end of its path; or a path.
  std::string name;
  std::vector<std::string> arguments;
  SourceSpan span;
};

struct PortionPolicy {
  std::string name;
  bool trusted = false;
  SourceSpan span;
  std::optional<ProgramWord> program;
  std::vector<ServedSocket> sockets;
  std::vector<std::string> credentials;      // used
  std::vector<std::string> functions;        // seeds, by C name
  std::vector<std::string> input_functions;  // parse what strangers send
  std::vector<StringParameter> strings;      // of `functions`
  // Its own rules and the policy-level ones, for the target architecture.
  std::vector<SyscallRule> syscalls;
  std::vector<PlanFileRule> files;
  Action otherwise;
  bool clone_constrained = false;  // clone3 answers ENOSYS then
  // One or none: what a second filter answers from the moment when the portion
  // says that it serves (runtime/serving.h). Both are asked then, and the
  // stronger answer counts. Rules, `otherwise` and a name for messages alone.
  std::vector<PortionPolicy> serving;
};

// Files that the program may load while it runs (dlopen): absolute, `*` and `?`
// in the last component alone.
struct PluginPattern {
  std::string pattern;
  SourceSpan span;  // in the author's text
};

// What a test expects of one system call.
struct Expectation {
  enum class Kind { kAllowed, kDenied, kAction } kind = Kind::kAllowed;
  Action action;         // kAction
  std::string portion;   // empty: every portion
  bool serving = false;  // of what it may do while it serves
  uint32_t number = 0;
  std::array<uint64_t, 6> arguments{};
  std::string text;  // as written, white space folded
  int line = 0;
};

struct PolicyTest {
  std::string name;
  std::string file;
  int line = 0;
  std::vector<Expectation> expectations;
};

enum class AssertionKind { kNever, kAlways, kSubset };

// System calls of one number, for which something is asserted.
struct AssertedCalls {
  uint32_t number = 0;
  Condition when;
};

struct Policy;

// What an author says that the policy must never, or always, allow: proved
// before any filter leaves the compiler (verify/assertion.h).
struct Assertion {
  AssertionKind kind = AssertionKind::kNever;
  std::string description;           // the author's, or empty
  std::string portion;               // empty: every portion
  std::vector<AssertedCalls> calls;  // kNever, kAlways
  // kSubset: for the same target.
  std::shared_ptr<const Policy> ceiling;
  std::string text;  // as written, white space folded
  std::string file;
  int line = 0;
  int column = 0;
};

// A group of the author's own text that nothing uses.
struct UnusedGroup {
  std::string name;
  int line = 0;
  int column = 0;
};

struct Policy {
  std::string name;
  Architecture architecture = Architecture::kX8664;
  std::vector<PlanCredential> credentials;
  std::vector<CredentialReader> readers;  // none of a credential: whoever may
  // Credentials of which what they decide is followed, too: by name.
  std::vector<std::string> strict;
  std::vector<PortionPolicy>
      portions;                 // at least one; "main" if none is written
  std::vector<RuleInfo> rules;  // by index - kFirstUserRule
  PlanLimits limits;
  std::vector<PluginPattern> plugins;
  std::vector<SeparateGlobal> separate;
  std::vector<PassedName> passed;
  std::vector<Declassification> declassified;
  std::vector<FailureWord> failures;
  std::vector<OutlineWord> outlined;
  std::vector<PolicyTest> tests;  // of the author's text, not of what it uses
  std::vector<Assertion> assertions;  // of every text
  std::vector<UnusedGroup> unused_groups;
  std::string source;  // the author's text, as `rules` name it
  // So many of `rules` are the author's and the libraries'; what stands behind
  // them Bailey added (runtime_rules.h, loader_rules.h).
  size_t written_rules = 0;
  std::string sha256;  // of every text that went in
};

const PortionPolicy* FindPortion(const Policy& policy, std::string_view name);
// Built-in rules included: "otherwise errno EPERM", "foreign architecture", ...
RuleInfo DescribeRule(const Policy& policy, const PortionPolicy& portion,
                      uint32_t rule);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_POLICY_H_
