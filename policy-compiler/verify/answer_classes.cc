// Classes of calls that change alike, and their names.

#include "policy-compiler/verify/answer_classes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "policy-compiler/language/sort_stably.h"

namespace bailey::policy {
namespace {

constexpr size_t kMostNames = 12;  // in a line

std::string NamesText(const std::vector<std::string>& names) {
  if (names.size() <= kMostNames)
    return fmt::format("{}", fmt::join(names, ", "));
  const std::vector<std::string> first(names.begin(),
                                       names.begin() + kMostNames);
  return fmt::format("{} and {} others", fmt::join(first, ", "),
                     names.size() - kMostNames);
}

std::string ForeignText(const AnswerDifference& difference) {
  const uint32_t word = difference.witness.architecture;
  const std::string_view name = ForeignName(word);
  return name.empty() ? fmt::format("others (as {:#x})", word)
                      : std::string(name);
}

bool IsSameClass(const AnswerClass& a, const AnswerDifference& b) {
  return a.example.region == b.region && a.example.old_answer == b.old_answer &&
         a.example.new_answer == b.new_answer &&
         a.example.stands_for_others == b.stands_for_others;
}

Relation RelationOf(const AnswerDifference& difference, ActionOrder order) {
  const bool denials =
      !MayPermit(difference.old_answer) && !MayPermit(difference.new_answer);
  if (order == ActionOrder::kPermission && denials) return Relation::kEqual;
  return CompareAnswers(difference.old_answer, difference.new_answer);
}

}  // namespace

std::vector<AnswerClass> ClassesOf(Architecture architecture,
                                   const AnswerDiff& diff, ActionOrder order) {
  std::vector<AnswerClass> classes;
  for (const AnswerDifference& difference : diff.differences) {
    const Relation relation = RelationOf(difference, order);
    if (relation == Relation::kEqual) continue;
    auto at = std::ranges::find_if(classes, [&](const AnswerClass& each) {
      return IsSameClass(each, difference);
    });
    if (at == classes.end())
      at = classes.insert(at, {difference, {}, relation});
    AddName(architecture, difference, at->calls);
  }
  SortStably(classes, [](const AnswerClass& each) {
    return each.relation == Relation::kStricter;
  });
  return classes;
}

std::string PlaceText(const AnswerDifference& example,
                      const std::vector<std::string>& calls) {
  switch (example.region) {
    case InputRegion::kSyscall:
      return NamesText(calls);
    case InputRegion::kUnknownNumber:
      return "numbers of no known call";
    case InputRegion::kX32:
      return "x32 calls";
    case InputRegion::kForeignArchitecture:
      return "calls of " + NamesText(calls);
  }
  return "";
}

void AddName(Architecture architecture, const AnswerDifference& difference,
             std::vector<std::string>& names) {
  if (difference.region == InputRegion::kForeignArchitecture)
    names.insert(ForeignName(difference.witness.architecture).empty()
                     ? names.end()
                     : names.begin(),
                 ForeignText(difference));
  if (difference.region == InputRegion::kSyscall)
    names.emplace_back(SyscallTable::For(architecture)
                           .FindByNumber(difference.witness.number)
                           ->name);
}

std::string_view RegionName(InputRegion region) {
  switch (region) {
    case InputRegion::kSyscall:
      return "syscall";
    case InputRegion::kUnknownNumber:
      return "unknown_number";
    case InputRegion::kX32:
      return "x32";
    case InputRegion::kForeignArchitecture:
      return "foreign_architecture";
  }
  return "";
}

}  // namespace bailey::policy
