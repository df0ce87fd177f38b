#include "policy-compiler/formats/minijail/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "policy-compiler/formats/foreign_actions.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/formats/minijail/parser.h"
#include "policy-compiler/formats/ordered_rules.h"
#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

using Kind = MinijailAction::Kind;
using Differences = std::vector<std::string>;

class Translator {
 public:
  Translator(const MinijailProgram& program, bool compiler,
             OrderedPolicy& policy)
      : program_(program), compiler_(compiler), policy_(policy) {}

  Differences Run() {
    SetDefault();
    for (const MinijailStatement& statement : program_.statements)
      for (const MinijailCall& call : statement.calls) Add(statement, call);
    FinishCalls();
    SayNames();
    SayTails();
    if (!compiler_) SayFstat();
    for (const std::string& path : program_.frequencies)
      policy_.comments.push_back(
          "Its frequencies: " + path +
          " (`bailey policy compile --frequencies` reads the file)");
    return std::move(actions_.differences);
  }

 private:
  void SetDefault() {
    fallthrough_ = {ActionKind::kKillThread, 0};
    if (program_.denylist) fallthrough_ = {ActionKind::kAllow, 0};
    if (program_.otherwise)
      fallthrough_ = Translate(*program_.otherwise, "@default");
    policy_.otherwise =
        program_.denylist ? Action{ActionKind::kAllow, 0} : fallthrough_;
    if (program_.denylist) policy_.foreign = "answers EPERM";
  }

  void Add(const MinijailStatement& statement, const MinijailCall& call) {
    if (call.call == nullptr) {
      names_.insert(call.name);
      return;
    }
    std::vector<OrderedRule>& rules = policy_.calls[call.call->number];
    for (const MinijailFilter& filter : statement.filters)
      AddFilter(filter, statement.where, rules);
  }

  void AddFilter(const MinijailFilter& filter, const std::string& where,
                 std::vector<OrderedRule>& rules) {
    const Condition when = filter.when.value_or(Always());
    if (filter.is_tail) tails_.insert(where);
    if (filter.is_tail && !compiler_)
      rules.push_back({when, {ActionKind::kAllow, 0}, where});
    rules.push_back({filter.is_tail && !compiler_ ? Always() : when,
                     Translate(filter.action, where), where});
  }

  void FinishCalls() {
    const SyscallTable& table = SyscallTable::For(policy_.architecture);
    for (auto& [number, rules] : policy_.calls) {
      std::erase_if(rules,
                    [](const OrderedRule& rule) { return IsNever(rule.when); });
      SayDropped(table.FindByNumber(number)->name, rules);
      const bool ends = !rules.empty() && IsAlways(rules.back().when);
      if (!ends && fallthrough_ != policy_.otherwise)
        rules.push_back({Always(), fallthrough_, "@default"});
    }
  }

  // The compiler makes a plain allow of a call whose last filter is one.
  void SayDropped(std::string_view call,
                  const std::vector<OrderedRule>& rules) {
    if (!compiler_ || program_.denylist || rules.size() < 2) return;
    const OrderedRule& last = rules.back();
    if (!IsAlways(last.when) || last.action.kind != ActionKind::kAllow) return;
    if (std::ranges::all_of(rules, [&](const OrderedRule& rule) {
          return rule.action == last.action;
        }))
      return;
    actions_.differences.push_back(fmt::format(
        "{}: `{}` is denied for some arguments before it is allowed for all "
        "others; compile_seccomp_policy.py forgets these denials, here they "
        "hold",
        rules.front().where, call));
  }

  void SayNames() {
    if (names_.empty()) return;
    actions_.differences.push_back(fmt::format(
        "{} names that the table of {} does not have are skipped (minijail "
        "refuses a file with a name that its own does not have): {}",
        names_.size(), ArchitectureName(policy_.architecture),
        fmt::join(names_, ", ")));
  }

  void SayTails() {
    if (tails_.empty()) return;
    actions_.differences.push_back(fmt::format(
        "read as {} reads it: `EXPRESSION; return N` {} where the expression "
        "holds; {} reads it the other way round (`--reader` says which is "
        "meant): {}",
        compiler_ ? "compile_seccomp_policy.py" : "libminijail",
        compiler_ ? "returns N" : "allows",
        compiler_ ? "libminijail" : "compile_seccomp_policy.py",
        fmt::join(tails_, ", ")));
  }

  void SayFstat() {
    const Syscall* const fstat =
        SyscallTable::For(policy_.architecture).FindByName("fstat");
    const auto found =
        fstat ? policy_.calls.find(fstat->number) : policy_.calls.end();
    if (found != policy_.calls.end() && !found->second.empty() &&
        IsAlways(found->second.front().when) &&
        found->second.front().action.kind == ActionKind::kAllow)
      return;
    actions_.differences.push_back(
        "libminijail may allow `fstat` whatever the policy says, for the C "
        "library's sake; here the policy decides");
  }

  Action Translate(const MinijailAction& action, const std::string& where) {
    switch (action.kind) {
      case Kind::kAllow:
        return {ActionKind::kAllow, 0};
      case Kind::kLog:
        return {ActionKind::kLog, 0};
      case Kind::kTrap:
        return {ActionKind::kTrap, 0};
      case Kind::kKill:
        return {ActionKind::kKillThread, 0};
      case Kind::kKillProcess:
        return {ActionKind::kKillProcess, 0};
      case Kind::kDefault:
        return fallthrough_;
      case Kind::kErrno:
        return actions_.Errno(action.value, where);
      case Kind::kTrace:
        return actions_.Absent(where, "`trace` asks a tracer");
      case Kind::kUserNotify:
        return actions_.Absent(where, "`user-notify` asks a supervisor");
    }
    return {};
  }

  const MinijailProgram& program_;
  const bool compiler_;
  OrderedPolicy& policy_;
  Action fallthrough_;
  ForeignActions actions_;
  std::set<std::string> names_, tails_;
};

// What a denylist of the compiler's may say.
void CheckDenylist(const MinijailProgram& program, SourceFile& file) {
  if (!program.denylist) return;
  for (const MinijailStatement& statement : program.statements)
    for (const MinijailFilter& filter : statement.filters) {
      const bool plain_test = filter.when && filter.action == MinijailAction{};
      if (filter.action.kind == Kind::kErrno || plain_test) continue;
      file.report.Error({0, 1}, "a denylist has `return N` alone; " +
                                    statement.where + " says more");
    }
}

bool IsForCompiler(const MinijailProgram& program, MinijailReader reader) {
  if (reader == MinijailReader::kAuto) return !program.compiler_only.empty();
  return reader == MinijailReader::kCompiler;
}

}  // namespace

Result<ImportedPolicy> ImportMinijail(const SourceText& text,
                                      const MinijailImportOptions& options) {
  if (text.text.size() > SourceFiles::kMaxBytes)
    return Fail("the policy is larger than 4 MiB");
  SourceFiles files(text, options.file);
  const MinijailProgram program = ParseMinijail(files, options.architecture);
  CheckDenylist(program, files.main());
  const bool compiler = IsForCompiler(program, options.reader);
  if (!compiler && !program.compiler_only.empty())
    files.main().report.Error(
        {0, 1}, "libminijail does not read " + program.compiler_only);
  if (files.sink().has_errors()) {
    ImportedPolicy failed;
    failed.diagnostics = files.sink().Finish();
    return failed;
  }
  OrderedPolicy policy;
  policy.name = options.name;
  policy.tool = "minijail";
  policy.source = text.name;
  policy.architecture = options.architecture;
  policy.widths = options.full_widths ? Widths::kFull : Widths::kKernel;
  Differences differences = Translator(program, compiler, policy).Run();
  return ImportOrdered(policy, std::move(differences));
}

}  // namespace bailey::policy
