#include "policy-compiler/formats/kafel/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "policy-compiler/formats/foreign_actions.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/formats/kafel/parser.h"
#include "policy-compiler/formats/ordered_rules.h"
#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

using Kind = KafelAction::Kind;

bool IsX32(Architecture architecture, uint32_t number) {
  return architecture == Architecture::kX8664 && number >= 0x40000000 &&
         number < 0x80000000;
}

class Translator {
 public:
  Translator(const KafelProgram& program, OrderedPolicy& policy)
      : program_(program), policy_(policy) {}

  std::vector<std::string> Run() {
    policy_.otherwise = Translate(program_.otherwise, "the default action");
    for (const KafelRule& rule : program_.rules) Add(rule);
    SayNames();
    return std::move(actions_.differences);
  }

 private:
  void Add(const KafelRule& rule) {
    if (IsNever(rule.when)) return;  // Kafel drops it, too
    if (rule.call == nullptr) {
      AddUnknown(rule);
      return;
    }
    policy_.calls[rule.call->number].push_back(
        {rule.when, Translate(rule.action, rule.where), rule.where});
  }

  // What the language answers by itself needs no rule.
  void AddUnknown(const KafelRule& rule) {
    if (!rule.name.empty()) {
      names_.insert(rule.name);
      return;
    }
    const bool foreign = IsX32(policy_.architecture, rule.number);
    const KafelAction fixed =
        foreign ? KafelAction{Kind::kKillProcess, 0}
                : KafelAction{Kind::kErrno, static_cast<uint16_t>(ENOSYS)};
    if (rule.action == fixed && IsAlways(rule.when)) return;
    numbers_.insert(rule.number);
  }

  void SayNames() {
    const std::string_view table = ArchitectureName(policy_.architecture);
    if (!names_.empty())
      actions_.differences.push_back(fmt::format(
          "{} names that the table of {} does not have are skipped (Kafel "
          "refuses a file with a name that its own does not have): {}",
          names_.size(), table, fmt::join(names_, ", ")));
    if (!numbers_.empty())
      actions_.differences.push_back(fmt::format(
          "rules for numbers that the table of {} does not have are skipped: "
          "{}",
          table, fmt::join(numbers_, ", ")));
    if (program_.names_other_architectures)
      actions_.differences.push_back(fmt::format(
          "rules that are `ON` other architectures are left out; this is the "
          "policy for {}",
          table));
  }

  Action Translate(const KafelAction& action, const std::string& where) {
    switch (action.kind) {
      case Kind::kAllow:
        return {ActionKind::kAllow, 0};
      case Kind::kLog:
        return {ActionKind::kLog, 0};
      case Kind::kKillThread:
        return {ActionKind::kKillThread, 0};
      case Kind::kKillProcess:
        return {ActionKind::kKillProcess, 0};
      case Kind::kErrno:
        return actions_.Errno(action.value, where);
      case Kind::kTrap:
        if (action.value != 0)
          actions_.Say(
              fmt::format("{}: the value {} of TRAP, which the signal carries, "
                          "is not carried over",
                          where, action.value));
        return {ActionKind::kTrap, 0};
      case Kind::kTrace:
        return actions_.Absent(where, "TRACE asks a tracer");
      case Kind::kUserNotify:
        return actions_.Absent(where, "USER_NOTIF asks a supervisor");
    }
    return {};
  }

  const KafelProgram& program_;
  OrderedPolicy& policy_;
  ForeignActions actions_;
  std::set<std::string> names_;
  std::set<uint32_t> numbers_;
};

}  // namespace

Result<ImportedPolicy> ImportKafel(const SourceText& text,
                                   const KafelImportOptions& options) {
  if (text.text.size() > SourceFiles::kMaxBytes)
    return Fail("the policy is larger than 4 MiB");
  SourceFiles files(text, options.file);
  const KafelProgram program = ParseKafel(files, options.architecture);
  if (files.sink().has_errors()) {
    ImportedPolicy failed;
    failed.diagnostics = files.sink().Finish();
    return failed;
  }
  OrderedPolicy policy;
  policy.name = options.name;
  policy.tool = "Kafel";
  policy.source = text.name;
  policy.architecture = options.architecture;
  policy.widths = options.full_widths ? Widths::kFull : Widths::kKernel;
  std::vector<std::string> differences = Translator(program, policy).Run();
  return ImportOrdered(policy, std::move(differences));
}

}  // namespace bailey::policy
