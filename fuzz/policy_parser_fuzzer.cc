// Policy text of anybody's making: LoadPolicy answers, gives a policy exactly
// when it reports no error, says the same twice, and what it gives can be asked
// about any system call. The formatter refuses what is no policy; what it gives
// is stable, and the same policy.
//
//   policy_parser_fuzzer -max_len=8192 fuzz/corpus/policy_parser

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/check.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/format.h"
#include "policy-compiler/language/runtime_rules.h"
#include "tests/policy-compiler/language/same_policy.h"

namespace bailey::policy {
namespace {

std::optional<std::string> Library(std::string_view name) {
  if (name == "runtime/c")
    return "policy c { use \"nested\"; allow syscall read, write; }";
  if (name == "nested") return "policy n { allow file read \"/lib/**\"; }";
  if (name == "groups")
    return "policy g { group io { read, write(fd == 1) } test \"t\" { } }";
  if (name == "cycle") return "policy c { use \"cycle\"; }";
  if (name == "broken") return "policy b { allow syscall raed; otherwise";
  return std::nullopt;
}

// Numbers around the table's edges and the other ABIs', arguments around the
// constants that rules compare with.
void AskAbout(const Policy& policy, const PortionPolicy& portion) {
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  SeccompData data;
  data.architecture = table.audit_arch();
  for (const SyscallRule& rule : portion.syscalls) {
    data.number = rule.number;
    for (const uint64_t value :
         {uint64_t{0}, rule.when.comparison.value, ~uint64_t{0}}) {
      data.arguments.fill(value);
      const Verdict verdict = Evaluate(policy.architecture, portion, data);
      CHECK(!DescribeRule(policy, portion, verdict.rule).text.empty());
      // A rule that matches is at least as strong as nothing.
      CHECK(!Holds(rule.when, data) || verdict.action.kind >= rule.action.kind);
    }
  }
  for (const uint32_t number : {0x3fffffffu, 0x40000000u, 0x80000000u}) {
    data.number = number;
    const Verdict verdict = Evaluate(policy.architecture, portion, data);
    CHECK(verdict.action.kind >= ActionKind::kErrno);
  }
}

// Files whose names and contents the text cannot choose.
Result<UsedFile> File(const std::string& path) {
  if (path.ends_with("self"))
    return UsedFile{"self", "policy s { use \"./self\"; }"};
  if (path.ends_with("more"))
    return UsedFile{path,
                    "policy m { use \"groups\"; allow syscall group io; }"};
  return Fail("there is no such file");
}

ParsedPolicy LoadWith(const SourceText& text) {
  return LoadPolicy(text, PolicySources{Library, File, {"runtime/c"}});
}

void Format(const SourceText& text, const ParsedPolicy& parsed) {
  const Result<std::string> once = FormatPolicy(text);
  // Good policies can be formatted, unless indenting makes them too large.
  if (parsed.policy) CHECK(once.has_value() || text.text.size() > 4096);
  if (!once.has_value()) return;
  const Result<std::string> twice = FormatPolicy({text.name, *once});
  CHECK(twice.has_value() && *twice == *once);
  const ParsedPolicy after = LoadWith({text.name, *once});
  CHECK(parsed.policy.has_value() == after.policy.has_value());
  if (parsed.policy)
    CHECK(DifferenceBetween(*parsed.policy, *after.policy).empty());
}

void Load(const SourceText& text) {
  ParsedPolicy parsed = LoadWith(text);
  CHECK(parsed.policy.has_value() == !parsed.diagnostics.has_errors());
  CHECK(parsed.diagnostics.error_count() <= 101);
  const std::string shown = RenderText(parsed.diagnostics);
  CHECK(shown == RenderText(LoadWith(text).diagnostics));
  Format(text, parsed);
  if (!parsed.policy) return;
  CHECK(!parsed.policy->portions.empty());
  AddRuntimeRules(*parsed.policy);
  for (const PortionPolicy& portion : parsed.policy->portions)
    AskAbout(*parsed.policy, portion);
  for (Policy& other : parsed.other_targets) {
    AddRuntimeRules(other);
    CHECK(other.rules.size() == parsed.policy->rules.size());
    for (const PortionPolicy& portion : other.portions)
      AskAbout(other, portion);
  }
}

}  // namespace
}  // namespace bailey::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: char and uint8_t have the same representation.
  const auto* bytes = reinterpret_cast<const char*>(data);
  bailey::policy::Load({"fuzz.policy", std::string(bytes, size)});
  return 0;
}
