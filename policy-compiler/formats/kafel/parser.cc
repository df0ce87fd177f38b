#include "policy-compiler/formats/kafel/parser.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "policy-compiler/formats/kafel/cursor.h"
#include "policy-compiler/formats/kafel/filter.h"

namespace bailey::policy {
namespace {

using Kind = KafelAction::Kind;
using TokenIs = KafelToken::Kind;

struct ActionWord {
  std::string_view word;
  Kind kind;
  bool has_value;
};
constexpr ActionWord kActions[] = {
    {"ALLOW", Kind::kAllow, false},
    {"LOG", Kind::kLog, false},
    {"DENY", Kind::kKillThread, false},
    {"KILL", Kind::kKillThread, false},
    {"KILL_THREAD", Kind::kKillThread, false},
    {"KILL_PROCESS", Kind::kKillProcess, false},
    {"USER_NOTIF", Kind::kUserNotify, false},
    {"ERRNO", Kind::kErrno, true},
    {"TRAP", Kind::kTrap, true},
    {"TRACE", Kind::kTrace, true},
};
const ActionWord* FindAction(std::string_view word) {
  const auto* const found =
      std::ranges::find(kActions, word, &ActionWord::word);
  return found == std::end(kActions) ? nullptr : found;
}

// One of a policy's entries: a rule, or all of another policy.
struct Entry {
  std::optional<size_t> used;
  KafelRule rule;
};

struct NamedPolicy {
  std::string name;
  std::vector<Entry> entries;
};

class Parser {
 public:
  Parser(const std::vector<KafelToken>& tokens, Architecture architecture)
      : cursor_(tokens), filters_(cursor_, constants_, architecture) {
    policies_.push_back({"@main", {}});
  }

  KafelProgram Run() {
    if (cursor_.AtEnd()) cursor_.Unexpected("a statement of Kafel");
    while (!cursor_.AtEnd())
      if (!TopStatement()) SkipToStatement();
    Flatten();
    return std::move(program_);
  }

 private:
  bool TopStatement() {
    if (cursor_.At("#")) return Constant();
    if (cursor_.At("POLICY")) return Policy();
    if (cursor_.At("DEFAULT")) return Default();
    do {
      if (!Statement(0)) return false;
    } while (cursor_.Accept(","));
    return true;
  }

  // To what begins a statement, over at least one token.
  void SkipToStatement() {
    int depth = 0;
    while (!cursor_.AtEnd()) {
      const std::string_view text = cursor_.Next().text();
      if (text == "{") ++depth;
      if (text == "}") --depth;
      const bool begins = cursor_.At("#") || cursor_.At("POLICY") ||
                          cursor_.At("DEFAULT") || cursor_.At("USE") ||
                          FindAction(cursor_.Peek().text()) != nullptr;
      if (depth <= 0 && begins) return;
    }
  }

  bool Constant() {
    cursor_.Next();
    if (!cursor_.Expect("define")) return false;
    const KafelToken& name = cursor_.Peek();
    if (!cursor_.ExpectName("a constant's name")) return false;
    if (!cursor_.AtKind(TokenIs::kNumber)) {
      cursor_.Unexpected("a number");
      return false;
    }
    const uint64_t value = cursor_.Next().number;
    const auto [found, added] =
        constants_.try_emplace(std::string(name.text()), value);
    if (!added && found->second != value)
      name.file->report.Error(
          name.span(),
          "the constant " + Quoted(name.text()) + " has another value already");
    return true;
  }

  std::optional<size_t> FindPolicy(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt
                                   : std::optional(found->second);
  }

  bool Policy() {
    cursor_.Next();
    const KafelToken& name = cursor_.Peek();
    if (!cursor_.ExpectName("a policy's name")) return false;
    if (FindPolicy(name.text()))
      name.file->report.Error(
          name.span(), "the policy " + Quoted(name.text()) + " stands twice");
    if (!cursor_.Expect("{")) return false;
    const size_t index = policies_.size();
    policies_.push_back({std::string(name.text()), {}});
    if (!cursor_.At("}")) {
      do {
        if (!Statement(index)) return false;
      } while (cursor_.Accept(","));
    }
    by_name_.try_emplace(std::string(name.text()), index);
    return cursor_.Expect("}");
  }

  bool Default() {
    const KafelToken& word = cursor_.Next();
    const auto action = Action();
    if (!action) return false;
    if (has_default_)
      word.file->report.Error(word.span(), "`DEFAULT` stands twice");
    has_default_ = true;
    program_.otherwise = *action;
    return true;
  }

  // Of the policy `index`.
  bool Statement(size_t index) {
    if (cursor_.Accept("USE")) return Use(index);
    if (FindAction(cursor_.Peek().text()) == nullptr || cursor_.AtEnd()) {
      cursor_.Unexpected("an action with its block, or `USE`");
      return false;
    }
    const auto action = Action();
    if (!action || !cursor_.Expect("{")) return false;
    if (cursor_.Accept("}")) return true;
    do {
      if (!Filter(index, *action)) filters_.Skip();
    } while (cursor_.Accept(","));
    return cursor_.Expect("}");
  }

  bool Use(size_t index) {
    const KafelToken& name = cursor_.Peek();
    if (!cursor_.ExpectName("a policy's name")) return false;
    const auto used = FindPolicy(name.text());
    if (!used)
      name.file->report.Error(
          name.span(),
          "there is no policy " + Quoted(name.text()) + " before this");
    else
      policies_[index].entries.push_back({used, {}});
    return true;
  }

  std::optional<KafelAction> Action() {
    const ActionWord* const found = FindAction(cursor_.Peek().text());
    if (found == nullptr || cursor_.AtEnd()) {
      cursor_.Unexpected("an action");
      return std::nullopt;
    }
    cursor_.Next();
    KafelAction action{found->kind, 0};
    if (!found->has_value) return action;
    if (!cursor_.Expect("(")) return std::nullopt;
    const KafelToken& number = cursor_.Peek();
    if (!cursor_.AtKind(TokenIs::kNumber)) {
      cursor_.Unexpected("a number");
      return std::nullopt;
    }
    cursor_.Next();
    if (number.number > 0xffff)
      number.file->report.Error(number.span(),
                                "the value of an action is at most 65535");
    action.value = static_cast<uint16_t>(number.number & 0xffff);
    if (!cursor_.Expect(")")) return std::nullopt;
    return action;
  }

  bool Filter(size_t index, const KafelAction& action) {
    KafelRule rule;
    rule.action = action;
    bool is_here = true;
    if (!filters_.Parse(rule, is_here)) return false;
    if (is_here)
      policies_[index].entries.push_back({std::nullopt, std::move(rule)});
    else
      program_.names_other_architectures = true;
    return true;
  }

  // A used policy's entries stand where it is used, the first time.
  void Flatten() {
    std::set<size_t> used;
    std::vector<std::pair<size_t, size_t>> open{{0, 0}};
    while (!open.empty()) {
      auto& [policy, next] = open.back();
      const std::vector<Entry>& entries = policies_[policy].entries;
      if (next == entries.size()) {
        open.pop_back();
        continue;
      }
      const Entry& entry = entries[next++];
      if (!entry.used)
        program_.rules.push_back(entry.rule);
      else if (used.insert(*entry.used).second)
        open.emplace_back(*entry.used, 0);
    }
  }

  KafelCursor cursor_;
  KafelConstants constants_;
  KafelFilterParser filters_;
  KafelProgram program_;
  std::vector<NamedPolicy> policies_;  // the first is the top level
  std::map<std::string, size_t, std::less<>> by_name_;
  bool has_default_ = false;
};

}  // namespace

KafelProgram ParseKafel(SourceFiles& files, Architecture architecture) {
  const std::vector<KafelToken> tokens = LexKafel(files);
  return Parser(tokens, architecture).Run();
}

}  // namespace bailey::policy
