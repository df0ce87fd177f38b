#include "policy-compiler/language/declarations.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/documents/bundle.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/file_rules.h"
#include "policy-compiler/language/program_words.h"
#include "runtime/portion_abi.h"

namespace bailey::policy {
namespace {

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class Declarer {
 public:
  Declarer(const PolicySyntax& syntax, TextReporter& report, Policy& policy)
      : syntax_(syntax), report_(report), policy_(policy) {}

  void Run() {
    policy_.name = syntax_.name.text;
    for (const Statement& statement : syntax_.statements)
      std::visit([&](const auto& body) { Take(statement, body); },
                 statement.body);
    // Credentials may stand behind the portions that use them.
    for (const Statement& statement : syntax_.statements)
      if (const auto* portion = std::get_if<PortionStatement>(&statement.body))
        DeclarePortion(*portion);
    if (policy_.portions.empty()) AddMain();
    CheckPrograms(report_, policy_);
    for (PortionPolicy& portion : policy_.portions)
      portion.otherwise = otherwise_;
    for (const CredentialStatement* credential : credentials_)
      WarnIfUnused(*credential);
  }

 private:
  // Targets, rules and portions have their own passes.
  void Take(const Statement&, const auto&) {}

  void Take(const Statement& statement, const OtherwiseStatement& otherwise) {
    if (otherwise_seen_)
      report_.Error(statement.keyword.span, "`otherwise` stands twice");
    otherwise_seen_ = true;
    if (const auto action = ResolveAction(otherwise.action, report_))
      otherwise_ = *action;
  }

  void Take(const Statement&, const LimitStatement& limit) {
    for (const LimitItem& item : limit.items) {
      uint64_t& place = LimitPlace(item.kind);
      if (place != 0) report_.Error(item.span, "the limit is set twice");
      place = item.value;
    }
  }

  uint64_t& LimitPlace(LimitKind kind) {
    switch (kind) {
      case LimitKind::kMemory:
        return policy_.limits.memory_bytes;
      case LimitKind::kWall:
        return policy_.limits.wall_ms;
      case LimitKind::kCpu:
        return policy_.limits.cpu_percent;
      case LimitKind::kPids:
        return policy_.limits.pids;
      case LimitKind::kOutput:
        break;
    }
    return policy_.limits.output_bytes;
  }

  void Take(const Statement&, const CredentialStatement& credential) {
    if (!credential_names_.insert(credential.name.text).second) {
      report_.Error(credential.name.span, "the credential " +
                                              Quoted(credential.name.text) +
                                              " is declared twice");
    }
    if (!credential.source) return;
    if (credentials_.size() == kMaxCredentials) {
      if (!std::exchange(too_many_credentials_, true)) {
        report_.Error(credential.name.span,
                      "the policy has more than " +
                          std::to_string(kMaxCredentials) + " credentials");
      }
      return;
    }
    PlanCredential result;
    result.name = credential.name.text;
    result.source = *credential.source;
    if (!TakeSource(credential, result)) return;
    if (!IsDistinct(credential, result)) return;
    credentials_.push_back(&credential);
    TakeReaders(credential);
    if (credential.strict) policy_.strict.push_back(credential.name.text);
    policy_.credentials.push_back(std::move(result));
  }

  void TakeReaders(const CredentialStatement& credential) {
    std::set<std::string> seen;
    for (const Name& reader : credential.readers) {
      if (!seen.insert(reader.text).second)
        report_.Error(reader.span,
                      "the function " + Quoted(reader.text) + " stands twice");
      policy_.readers.push_back(
          {credential.name.text, reader.text, reader.span});
    }
  }

  bool TakeSource(const CredentialStatement& credential,
                  PlanCredential& result) {
    switch (result.source) {
      case CredentialSource::kEnvironment:
        return TakeVariable(credential.place, result);
      case CredentialSource::kFile: {
        auto path = ParseExactPath(credential.place, report_);
        if (path) result.path = *std::move(path);
        return !result.path.empty();
      }
      case CredentialSource::kDescriptor:
        break;
    }
    return TakeDescriptor(credential, result);
  }

  bool TakeVariable(const Name& variable, PlanCredential& result) {
    if (variable.text.size() >= BAILEY_VARIABLE_BYTES) {
      report_.Error(variable.span, "the variable's name has " +
                                       std::to_string(BAILEY_VARIABLE_BYTES) +
                                       " letters or more");
      return false;
    }
    if (++variable_count_ == BAILEY_MAX_ENVIRONMENT_CREDENTIALS + 1) {
      report_.Error(variable.span,
                    "more than " +
                        std::to_string(BAILEY_MAX_ENVIRONMENT_CREDENTIALS) +
                        " credentials come from the environment");
    }
    result.variable = variable.text;
    return true;
  }

  bool TakeDescriptor(const CredentialStatement& credential,
                      PlanCredential& result) {
    // 0 is standard input: all of it, for those who use it alone.
    const bool is_output =
        credential.descriptor == 1 || credential.descriptor == 2;
    if (is_output || credential.descriptor >= BAILEY_FIRST_FD) {
      report_.Error(credential.place.span,
                    "a credential's descriptor is 0 or from 3 to " +
                        std::to_string(BAILEY_FIRST_FD - 1),
                    "1 and 2 are the program's output, those from " +
                        std::to_string(BAILEY_FIRST_FD) + " on Bailey's own");
      return false;
    }
    result.descriptor = static_cast<int>(credential.descriptor);
    return true;
  }

  // Two names for one secret would put it where only one name is used.
  bool IsDistinct(const CredentialStatement& credential,
                  const PlanCredential& added) {
    for (const PlanCredential& other : policy_.credentials) {
      const bool same =
          other.source == added.source && other.variable == added.variable &&
          other.path == added.path && other.descriptor == added.descriptor;
      if (!same) continue;
      report_.Error(
          credential.place.span,
          "the credential " + Quoted(other.name) + " has the same source",
          "name it once, and let portions share the name");
      return false;
    }
    return true;
  }

  void AddMain() {
    PortionPolicy main;
    main.name = "main";
    policy_.portions.push_back(std::move(main));
  }

  void DeclarePortion(const PortionStatement& syntax) {
    if (policy_.portions.size() == kMaxPortions) {
      if (!std::exchange(too_many_portions_, true)) {
        report_.Error(syntax.name.span, "the policy has more than " +
                                            std::to_string(kMaxPortions) +
                                            " portions");
      }
      return;
    }
    if (syntax.name.text == kUnsplitPortion) {
      report_.Error(syntax.name.span,
                    "a portion cannot be called `unsplit`: bundles call the "
                    "program before its split so");
    }
    if (FindPortion(policy_, syntax.name.text) != nullptr) {
      report_.Error(
          syntax.name.span,
          "the portion " + Quoted(syntax.name.text) + " is declared twice");
    }
    PortionPolicy portion;
    portion.name = syntax.name.text;
    portion.trusted = syntax.trusted;
    portion.span = syntax.name.span;
    for (const Statement& statement : syntax.statements) {
      if (const auto* uses = std::get_if<UsesStatement>(&statement.body))
        TakeUses(statement, *uses, portion);
      if (const auto* named = std::get_if<FunctionStatement>(&statement.body))
        TakeFunctions(statement, *named, portion);
      if (const auto* as_is = std::get_if<ProgramStatement>(&statement.body))
        TakeProgram(statement, *as_is, report_, portion);
      if (const auto* serves = std::get_if<ServesStatement>(&statement.body))
        TakeServes(*serves, report_, portion);
    }
    policy_.portions.push_back(std::move(portion));
  }

  void TakeUses(const Statement& statement, const UsesStatement& uses,
                PortionPolicy& portion) {
    if (!portion.trusted) {
      report_.Error(statement.span, "an untrusted portion holds no credential",
                    "make " + Quoted(portion.name) +
                        " `trusted`, or let a "
                        "trusted portion use the credential");
    }
    for (const Name& name : uses.credentials)
      if (!report_.full()) TakeUse(name, portion);
  }

  void TakeUse(const Name& name, PortionPolicy& portion) {
    used_.insert(name.text);
    if (!credential_names_.contains(name.text)) {
      report_.Error(name.span, "unknown credential " + Quoted(name.text),
                    NearestCredential(name.text));
    } else if (Contains(portion.credentials, name.text)) {
      report_.Error(name.span,
                    "the portion uses " + Quoted(name.text) + " twice");
    } else {
      portion.credentials.push_back(name.text);
    }
  }

  std::string NearestCredential(const std::string& name) const {
    if (credential_names_.empty())
      return "declare it: `credential " + name + " from file \"PATH\";`";
    const std::vector<std::string_view> names(credential_names_.begin(),
                                              credential_names_.end());
    return DidYouMean(name, names);
  }

  void TakeFunctions(const Statement& statement, const FunctionStatement& named,
                     PortionPolicy& portion) {
    if (named.is_input && portion.trusted) {
      report_.Warning(statement.span,
                      "a trusted portion parses what strangers send",
                      "an input function belongs to an untrusted portion");
    }
    for (const Name& name : named.functions)
      TakeFunction(name, named.is_input, portion);
    for (const StringSyntax& string : named.strings)
      portion.strings.push_back({string.function.text, string.parameter.text,
                                 string.parameter.span, string.count.text});
  }

  void Take(const Statement&, const SeparateStatement& separate) {
    for (const Name& name : separate.globals)
      if (IsNewGlobal(name)) policy_.separate.push_back({name.text, name.span});
  }

  void Take(const Statement&, const PassStatement& pass) {
    for (const Name& name : pass.globals)
      if (IsNewGlobal(name)) policy_.passed.push_back({name.text, name.span});
  }

  // Of `separate` and `pass`: one word is said of a global.
  bool IsNewGlobal(const Name& name) {
    if (globals_.insert(name.text).second) return true;
    report_.Error(name.span,
                  "the global " + Quoted(name.text) + " stands twice");
    return false;
  }

  void Take(const Statement& statement, const DeclassifyStatement& said) {
    if (!declassified_.insert(said.function.text).second)
      report_.Error(said.function.span, "the function " +
                                            Quoted(said.function.text) +
                                            " is declassified twice");
    policy_.declassified.push_back(
        {said.function.text, said.kind, said.most_bits, statement.span});
  }

  void Take(const Statement&, const OutlineStatement& outline) {
    for (const Name& name : outline.names) {
      if (!outlined_.insert(name.text).second)
        report_.Error(name.span,
                      "two outlined functions are called " + Quoted(name.text));
      policy_.outlined.push_back({name.text, outline.function.text, name.span});
    }
    if (outlined_.contains(outline.function.text))
      report_.Error(
          outline.function.span,
          Quoted(outline.function.text) + " is an outlined function itself",
          "name the function of the program that it is taken from");
  }

  void Take(const Statement& statement, const FailureStatement& said) {
    if (!failing_.insert(said.function.text).second)
      report_.Error(
          said.function.span,
          "what calls of " + Quoted(said.function.text) + " give stands twice");
    const auto error = ResolveAction(said.error, report_);
    if (!error) return;
    if (error->kind != ActionKind::kErrno)
      return report_.Error(said.error.name.span,
                           "a call that fails has an error number",
                           "say `errno NAME`, as in `errno EIO`");
    const auto value = ValueOf(said);
    if (!value) return;
    policy_.failures.push_back(
        {said.function.text, {*value, error->errno_value}, statement.span});
  }

  std::optional<int64_t> ValueOf(const FailureStatement& said) {
    constexpr auto kMost =
        static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    if (said.value > kMost + (said.is_negative ? 1 : 0)) {
      report_.Error(said.value_span, "no result has room for this number",
                    "write one from -2^63 to 2^63 - 1");
      return std::nullopt;
    }
    return static_cast<int64_t>(said.is_negative ? 0 - said.value : said.value);
  }

  void TakeFunction(const Name& name, bool is_input, PortionPolicy& portion) {
    const size_t here = policy_.portions.size();
    const auto [owner, added] = function_owners_.emplace(name.text, here);
    if (!added && owner->second != here) {
      report_.Error(
          name.span,
          "the function " + Quoted(name.text) + " is in the portion " +
              Quoted(policy_.portions[owner->second].name) + " already");
    } else if (!functions_.emplace(name.text, is_input).second) {
      report_.Error(name.span,
                    "the function " + Quoted(name.text) + " stands twice");
    } else {
      (is_input ? portion.input_functions : portion.functions)
          .push_back(name.text);
    }
  }

  void WarnIfUnused(const CredentialStatement& credential) {
    if (used_.contains(credential.name.text)) return;
    report_.Warning(
        credential.name.span,
        "no portion uses the credential " + Quoted(credential.name.text),
        "say `uses " + credential.name.text +
            ";` in the portion that holds it");
  }

  const PolicySyntax& syntax_;
  TextReporter& report_;
  Policy& policy_;
  Action otherwise_;  // kill_process where none is written
  bool otherwise_seen_ = false;
  bool too_many_portions_ = false;
  bool too_many_credentials_ = false;
  int variable_count_ = 0;
  std::vector<const CredentialStatement*> credentials_;
  std::set<std::string, std::less<>> credential_names_;
  std::set<std::string, std::less<>> used_;
  std::set<std::string> globals_;  // separate or passed
  std::set<std::string> declassified_;
  std::set<std::string> failing_;
  std::set<std::string> outlined_;
  std::map<std::string, size_t, std::less<>> function_owners_;
  std::set<std::pair<std::string, bool>> functions_;  // with: is it an input?
};

}  // namespace

void Declare(const PolicySyntax& syntax, TextReporter& report, Policy& policy) {
  Declarer(syntax, report, policy).Run();
}

}  // namespace bailey::policy
