// Rules without an effect: that never match, that stronger ones always decide
// before, that others of the same action cover, or that say what `otherwise`
// says.
//
// What is asked about is a pattern of the author's own text: in all portions
// and for all targets, or it is not in vain. A rule that names a group is asked
// about whole: `allow syscall group files; deny syscall chmod;` takes one from
// the group, and means to. A rule on files has an effect beside its calls.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "common/findings/rules.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/verify/lint/lint_context.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::policy {
namespace {

// From grave to slight: the slightest of all places is the pattern's.
enum class Vanity { kNeverMatches, kOverridden, kRedundant, kOtherwise, kNone };

// A pattern: the n-th of that call in the rule; a rule with groups is one.
using PatternKey = std::tuple<uint32_t, std::string, size_t>;

// Where a pattern has become a rule.
struct Place {
  const NumberFacts* facts = nullptr;
  size_t index = 0;
};

// What makes it vain, over all places.
struct Verdicts {
  Vanity vanity = Vanity::kNeverMatches;
  std::vector<std::string> causes;
};

// What the solver was asked, in all portions and for all targets.
std::string ProofOf(Vanity vanity) {
  switch (vanity) {
    case Vanity::kNeverMatches:
      return "no call fulfils its condition";
    case Vanity::kOverridden:
      return "there is no call that it decides";
    default:
      return "there is no call with another answer without it";
  }
}

std::string_view IdOf(Vanity vanity) {
  switch (vanity) {
    case Vanity::kNeverMatches:
      return kUnreachableRule;
    case Vanity::kOverridden:
      return kOverriddenRule;
    case Vanity::kRedundant:
      return kRedundantRule;
    default:
      return kLikeOtherwiseRule;
  }
}

bool NamesGroup(const RuleInfo& rule) {
  return rule.text.contains(" group ") || rule.text.contains('@');
}

class VainRuleFinder {
 public:
  explicit VainRuleFinder(LintContext& lint) : lint_(lint) {}

  // From the last to the first, so that of two alike the later one goes.
  void Run() {
    for (const NumberFacts& facts : lint_.numbers()) Collect(facts);
    for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend();
         ++pattern)
      Judge(pattern->first, pattern->second);
  }

 private:
  void Collect(const NumberFacts& facts) {
    std::map<uint32_t, size_t> seen;
    // In the order of the text, which that of strength does not change within
    // a rule.
    for (size_t i = 0; i < facts.rules.size(); ++i) {
      const SyscallRule& rule = *facts.rules[i];
      const RuleInfo& info = InfoOf(*facts.policy, rule);
      const size_t ordinal = seen[rule.rule]++;
      if (!lint_.IsOwn(*facts.policy, info) || IsOfFiles(facts, rule.rule))
        continue;
      const PatternKey key =
          NamesGroup(info)
              ? PatternKey{rule.rule, "", 0}
              : PatternKey{rule.rule, std::string(facts.call->name), ordinal};
      patterns_[key].push_back({&facts, i});
      keys_[facts.rules[i]] = key;
    }
  }

  static bool IsOfFiles(const NumberFacts& facts, uint32_t rule) {
    return std::ranges::any_of(
        facts.portion->files,
        [&](const PlanFileRule& file) { return file.rule == rule; });
  }

  void Judge(const PatternKey& key, const std::vector<Place>& places) {
    Verdicts verdicts;
    for (const Place& place : places) {
      const Vanity here = VanityAt(place, key, verdicts.causes);
      verdicts.vanity = std::max(verdicts.vanity, here);
      if (here == Vanity::kNone) return;
    }
    for (const Place& place : places)
      gone_.insert(place.facts->rules[place.index]);
    Tell(key, places.front(), verdicts);
  }

  z3::expr None() { return lint_.context().bool_val(false); }

  // The other rules of the number, as they stand to one of them.
  struct Others {
    z3::expr stronger, same, weaker;
    std::vector<size_t> strong, alike;
  };

  // Without those that are gone, or go with it.
  Others OthersOf(const NumberFacts& facts, size_t index,
                  const PatternKey& key) {
    Others others{None(), None(), None(), {}, {}};
    const Action& action = facts.rules[index]->action;
    for (size_t i = 0; i < facts.rules.size(); ++i) {
      const SyscallRule* other = facts.rules[i];
      if (i == index || gone_.contains(other)) continue;
      if (other->action != action) {
        z3::expr& side = i < index ? others.stronger : others.weaker;
        side = side || facts.match[i];
        if (i < index) others.strong.push_back(i);
      } else if (!GoesWith(other, key)) {
        others.same = others.same || facts.match[i];
        others.alike.push_back(i);
      }
    }
    return others;
  }

  bool GoesWith(const SyscallRule* other, const PatternKey& key) const {
    const auto known = keys_.find(other);
    return known != keys_.end() && known->second == key;
  }

  // Whether clone is constrained hangs on the rules of clone that have a
  // condition: without one of them clone3's answer may be another.
  static bool DecidesForClone3(const NumberFacts& facts, size_t index) {
    return facts.portion->clone_constrained && facts.call->name == "clone" &&
           !IsUnconditional(facts.rules[index]->when);
  }

  Vanity VanityAt(const Place& place, const PatternKey& key,
                  std::vector<std::string>& causes) {
    const NumberFacts& facts = *place.facts;
    const SyscallRule& rule = *facts.rules[place.index];
    const std::string what =
        RuleWithPlace(InfoOf(*facts.policy, rule)) + " without an effect";
    const z3::expr& match = facts.match[place.index];
    if (IsNo(match, what)) return Vanity::kNeverMatches;
    const Others others = OthersOf(facts, place.index, key);
    if (IsNo(match && !others.stronger, what)) {
      Blame(facts, match, None(), others.strong, causes);
      return Vanity::kOverridden;
    }
    if (DecidesForClone3(facts, place.index)) return Vanity::kNone;
    const z3::expr left = match && !others.stronger && !others.same;
    if (IsNo(left, what)) {
      Blame(facts, match, others.stronger, others.alike, causes);
      return Vanity::kRedundant;
    }
    const bool is_like_otherwise =
        facts.unmatched == rule.action && IsNo(left && others.weaker, what);
    return is_like_otherwise ? Vanity::kOtherwise : Vanity::kNone;
  }

  bool IsNo(const z3::expr& formula, const std::string& what) {
    return lint_.Ask(formula, what) == LintAnswer::kNo;
  }

  // The one that does it alone, if there is one; else all that take part.
  void Blame(const NumberFacts& facts, const z3::expr& match,
             const z3::expr& decided, const std::vector<size_t>& others,
             std::vector<std::string>& causes) {
    std::vector<size_t> blamed;
    for (const size_t i : others) {
      if (lint_.Ask(match && !decided && !facts.match[i], "the cause") ==
          LintAnswer::kNo) {
        blamed = {i};
        break;
      }
      if (lint_.Ask(match && facts.match[i], "the cause") != LintAnswer::kNo)
        blamed.push_back(i);
    }
    for (const size_t i : blamed) {
      std::string cause = RuleWithPlace(InfoOf(*facts.policy, *facts.rules[i]));
      if (std::ranges::find(causes, cause) == causes.end())
        causes.push_back(std::move(cause));
    }
  }

  // `whole`: what is meant are all calls of a rule.
  static std::string Message(Vanity vanity, bool whole, const std::string& what,
                             const std::vector<std::string>& causes) {
    const std::string others = fmt::format("{}", fmt::join(causes, ", "));
    switch (vanity) {
      case Vanity::kNeverMatches:
        return what + " never matches a call";
      case Vanity::kOverridden:
        return fmt::format("{} never decides a call: {} {} before it", what,
                           others, causes.size() == 1 ? "goes" : "go");
      case Vanity::kRedundant:
        return fmt::format("{} changes no answer: {} {} {}", what, others,
                           causes.size() == 1 ? "says" : "say",
                           whole ? "the same of its calls, or more strongly"
                                 : "the same of every call");
      default:
        return what + " changes no answer: `otherwise` says the same";
    }
  }

  void Tell(const PatternKey& key, const Place& place,
            const Verdicts& verdicts) {
    const NumberFacts& facts = *place.facts;
    const RuleInfo& rule = InfoOf(*facts.policy, *facts.rules[place.index]);
    const std::string& call = std::get<1>(key);
    LintFinding finding;
    finding.architecture = facts.policy->architecture;
    finding.portion = facts.portion->name;
    finding.finding.message =
        Message(verdicts.vanity, call.empty(),
                call.empty() ? "the rule" : "`" + call + "` of the rule",
                verdicts.causes);
    finding.proof = SolverName() + ": " + ProofOf(verdicts.vanity);
    std::string subject = call;
    if (std::get<2>(key) > 0)
      subject += "#" + std::to_string(std::get<2>(key) + 1);
    lint_.Report(IdOf(verdicts.vanity), rule, std::move(subject),
                 std::move(finding));
  }

  LintContext& lint_;
  std::map<PatternKey, std::vector<Place>> patterns_;
  std::map<const SyscallRule*, PatternKey> keys_;
  std::set<const SyscallRule*> gone_;
};

}  // namespace

void FindVainRules(LintContext& lint) { VainRuleFinder(lint).Run(); }

}  // namespace bailey::policy
