#include "policy-compiler/verify/split_diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bailey::policy {
namespace {

// A word by what it speaks of. More of either lets more out, or checks less;
// 0 bits are those of what has no bound.
struct SplitWord {
  bool loosens = true;  // by being there
  uint64_t most_bits = 0;
  int rank = 0;  // of a declassification's kind
  std::string_view kind = {};
  std::string said = {};  // what else differs, in no order
};
using SplitWords = std::map<std::string, SplitWord>;

// A handle is a pointer that crosses, and a descriptor may give the credential.
int RankOf(DeclassifiedKind kind) {
  switch (kind) {
    case DeclassifiedKind::kVerdict:
      return 0;
    case DeclassifiedKind::kMac:
    case DeclassifiedKind::kSignature:
    case DeclassifiedKind::kCiphertext:
      return 1;
    case DeclassifiedKind::kValue:
      return 2;
    case DeclassifiedKind::kHandle:
      return 3;
    case DeclassifiedKind::kDescriptor:
      break;
  }
  return 4;
}

void AddFunctions(const Policy& policy, SplitWords& words) {
  for (const PortionPolicy& portion : policy.portions) {
    for (const std::string& each : portion.functions)
      words[fmt::format("function {} in {}", each, portion.name)] = {
          portion.trusted};
    for (const StringParameter& each : portion.strings)
      words[each.count.empty()
                ? fmt::format("string {} of {}", each.parameter, each.function)
                : fmt::format("array {} of {} by {}", each.parameter,
                              each.function, each.count)] = {portion.trusted};
    for (const std::string& each : portion.input_functions)
      words[fmt::format("input function {}", each)] = {false};
  }
}

// Another program is neither more nor less.
void AddPrograms(const Policy& policy, SplitWords& words) {
  for (const PortionPolicy& portion : policy.portions) {
    if (portion.program)
      words[fmt::format("program in {}", portion.name)] = {
          true, 0, 0, "",
          fmt::format("{} {}", portion.program->name,
                      fmt::join(portion.program->arguments, " "))};
    for (const ServedSocket& socket : portion.sockets)
      for (const std::string& client : socket.clients)
        words[fmt::format("{} serves {} to {}", portion.name, socket.path,
                          client)] = {};
  }
}

// Where some are named, who is not is not followed.
void AddReaders(const Policy& policy, SplitWords& words) {
  for (const CredentialReader& each : policy.readers) {
    words[fmt::format("credential {} by named functions", each.credential)] =
        {};
    words[fmt::format("credential {} by {}", each.credential, each.function)] =
        {false};
  }
  for (const std::string& each : policy.strict)
    words[fmt::format("credential {} strict", each)] = {false};
}

SplitWords WordsOf(const Policy& policy) {
  SplitWords words;
  for (const Declassification& each : policy.declassified)
    words[fmt::format("declassify {}", each.function)] = {true, each.most_bits,
                                                          RankOf(each.kind)};
  for (const SeparateGlobal& each : policy.separate)
    words[fmt::format("separate {}", each.name)] = {};
  for (const PassedName& each : policy.passed)
    words[fmt::format("pass {}", each.name)] = {};
  for (const FailureWord& each : policy.failures)
    words[fmt::format("failure {}", each.function)] = {
        true, 0, 0, "",
        fmt::format("{} errno {}", each.failure.value, each.failure.error)};
  AddFunctions(policy, words);
  AddPrograms(policy, words);
  AddReaders(policy, words);
  return words;
}

std::string TextOf(const SplitWord& word) {
  if (!word.said.empty()) return word.said;
  const std::string bound =
      word.most_bits == 0 ? "without a bound"
                          : fmt::format("at most {} bits", word.most_bits);
  return fmt::format("{}, {}", word.kind, bound);
}

bool IsMore(uint64_t bits, uint64_t than) {
  return than != 0 && (bits == 0 || bits > than);
}

Relation RelationOf(bool is_looser) {
  return is_looser ? Relation::kLooser : Relation::kStricter;
}

// Of one word in both.
std::optional<Relation> Compare(const SplitWord& before,
                                const SplitWord& after) {
  if (before.said != after.said) return Relation::kIncomparable;
  const bool is_looser =
      IsMore(after.most_bits, before.most_bits) || after.rank > before.rank;
  const bool is_stricter =
      IsMore(before.most_bits, after.most_bits) || before.rank > after.rank;
  if (is_looser && is_stricter) return Relation::kIncomparable;
  if (!is_looser && !is_stricter) return std::nullopt;
  return RelationOf(is_looser);
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
    } else if (const auto relation = Compare(old->second, word)) {
      differences.push_back(
          {"", text, TextOf(old->second), TextOf(word), *relation});
    }
  }
  for (const auto& [text, word] : before)
    if (!after.contains(text))
      differences.push_back(
          {"", text, "there", "none", RelationOf(!word.loosens)});
}

}  // namespace bailey::policy
