#include "policy-compiler/verify/split_diff.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>

namespace bailey::policy {
namespace {

// A word by what it speaks of, with the bits that it lets out: 0 of what has no
// bound.
struct SplitWord {
  uint64_t most_bits = 0;
  bool loosens = true;  // by being there
};
using SplitWords = std::map<std::string, SplitWord>;

SplitWords WordsOf(const Policy& policy) {
  SplitWords words;
  for (const Declassification& each : policy.declassified)
    words[fmt::format("declassify {}", each.function)] = {each.most_bits};
  for (const SeparateGlobal& each : policy.separate)
    words[fmt::format("separate {}", each.name)] = {};
  for (const PassedName& each : policy.passed)
    words[fmt::format("pass {}", each.name)] = {};
  for (const PortionPolicy& portion : policy.portions) {
    for (const std::string& each : portion.functions)
      words[fmt::format("function {} in {}", each, portion.name)] = {
          0, portion.trusted};
    for (const std::string& each : portion.input_functions)
      words[fmt::format("input function {}", each)] = {0, false};
  }
  return words;
}

std::string BoundText(uint64_t most_bits) {
  return most_bits == 0 ? "there, without a bound"
                        : fmt::format("there, at most {} bits", most_bits);
}

bool IsMore(uint64_t bits, uint64_t than) {
  return than != 0 && (bits == 0 || bits > than);
}

Relation RelationOf(bool is_looser) {
  return is_looser ? Relation::kLooser : Relation::kStricter;
}

}  // namespace

void DiffSplitWords(const Policy& old_policy, const Policy& new_policy,
                    GrantDifferences& differences) {
  const SplitWords before = WordsOf(old_policy);
  const SplitWords after = WordsOf(new_policy);
  for (const auto& [text, word] : after) {
    const auto old = before.find(text);
    if (old == before.end()) {
      differences.push_back(
          {"", text, "none", "there", RelationOf(word.loosens)});
    } else if (old->second.most_bits != word.most_bits) {
      differences.push_back(
          {"", text, BoundText(old->second.most_bits),
           BoundText(word.most_bits),
           RelationOf(IsMore(word.most_bits, old->second.most_bits))});
    }
  }
  for (const auto& [text, word] : before)
    if (!after.contains(text))
      differences.push_back(
          {"", text, "there", "none", RelationOf(!word.loosens)});
}

}  // namespace bailey::policy
