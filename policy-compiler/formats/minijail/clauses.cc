#include "policy-compiler/formats/minijail/clauses.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "policy-compiler/formats/full_width.h"

namespace bailey::policy {
namespace {

using Clause = std::vector<std::string>;
using Clauses = std::vector<Clause>;
using Kind = Condition::Kind;

size_t AtomsOf(const Clauses& clauses) {
  size_t atoms = 0;
  for (const Clause& clause : clauses) atoms += clause.size();
  return atoms;
}

std::string_view Symbol(CompareOp op) {
  constexpr std::string_view kSymbols[] = {"==", "!=", "<", "<=", ">", ">="};
  return kSymbols[static_cast<size_t>(op)];
}

std::string NumberText(uint64_t value) {
  return value < 0x10000 ? std::to_string(value) : fmt::format("{:#x}", value);
}

std::vector<uint64_t> BitsOf(uint64_t value) {
  std::vector<uint64_t> bits;
  for (; value != 0; value &= value - 1) bits.push_back(value & (~value + 1));
  return bits;
}

std::string SomeSet(int argument, uint64_t bits) {
  return fmt::format("arg{} & {}", argument, NumberText(bits));
}

std::string NoneSet(int argument, uint64_t bits) {
  return fmt::format("arg{} in ~{}", argument, NumberText(bits));
}

// One bit is set if one of it is.
Clause AllAs(int argument, const MaskedEquality& test) {
  Clause clause;
  const uint64_t clear = test.mask & ~test.value;
  if (clear != 0) clause.push_back(NoneSet(argument, clear));
  for (const uint64_t bit : BitsOf(test.value))
    clause.push_back(SomeSet(argument, bit));
  return clause;
}

Clauses NotAllAs(int argument, const MaskedEquality& test) {
  Clauses clauses;
  const uint64_t clear = test.mask & ~test.value;
  if (clear != 0) clauses.push_back({SomeSet(argument, clear)});
  for (const uint64_t bit : BitsOf(test.value))
    clauses.push_back({NoneSet(argument, bit)});
  return clauses;
}

Clauses TestClauses(const Comparison& comparison) {
  const int argument = comparison.argument;
  if (comparison.mask == ~uint64_t{0})
    return {{fmt::format("arg{} {} {}", argument, Symbol(comparison.op),
                         NumberText(comparison.value))}};
  if (comparison.op == CompareOp::kNotEqual)
    return NotAllAs(argument, {comparison.mask, comparison.value});
  Clauses clauses;
  for (const MaskedEquality& test :
       MaskedEqualities(comparison.mask, 0, comparison.op, comparison.value))
    clauses.push_back(AllAs(argument, test));
  return clauses;
}

std::optional<Clauses> ClausesOf(const Condition& condition);

std::optional<Clauses> EveryPair(const Clauses& left, const Clauses& right) {
  const size_t atoms =
      AtomsOf(left) * right.size() + AtomsOf(right) * left.size();
  if (atoms > kMaxMinijailAtoms) return std::nullopt;
  Clauses pairs;
  for (const Clause& first : left) {
    for (const Clause& second : right) {
      pairs.push_back(first);
      for (const std::string& atom : second)
        if (std::ranges::find(first, atom) == first.end())
          pairs.back().push_back(atom);
    }
  }
  return pairs;
}

std::optional<Clauses> ClausesOfList(const Condition& condition) {
  const bool all = condition.kind == Kind::kAll;
  Clauses joined;
  if (all) joined.push_back({});
  for (const Condition& operand : condition.operands) {
    auto next = ClausesOf(operand);
    if (!next) return std::nullopt;
    if (all) {
      auto pairs = EveryPair(joined, *next);
      if (!pairs) return std::nullopt;
      joined = *std::move(pairs);
    } else {
      joined.insert(joined.end(), next->begin(), next->end());
    }
    if (AtomsOf(joined) > kMaxMinijailAtoms) return std::nullopt;
  }
  return joined;
}

std::optional<Clauses> ClausesOf(const Condition& condition) {
  if (condition.kind == Kind::kCompare)
    return TestClauses(condition.comparison);
  return ClausesOfList(condition);
}

}  // namespace

std::optional<std::string> MinijailExpression(const Condition& condition) {
  const auto clauses = ClausesOf(condition);
  if (!clauses) return std::nullopt;
  std::vector<std::string> texts;
  for (const Clause& clause : *clauses)
    texts.push_back(fmt::format("{}", fmt::join(clause, " && ")));
  return fmt::format("{}", fmt::join(texts, " || "));
}

}  // namespace bailey::policy
