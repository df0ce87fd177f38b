#include "policy-compiler/language/pattern_parser.h"

#include <utility>

namespace bailey::policy {

std::optional<SyscallPattern> PatternParser::GroupPattern() {
  auto name = cursor_.Peek().kind == TokenKind::kGroupName
                  ? cursor_.TakeGroupName()
                  : cursor_.ExpectName("the name of a group");
  if (!name) return std::nullopt;
  if (cursor_.AtSymbol("(")) {
    cursor_.Unexpected("the end of the group's name",
                       "a condition belongs to a member, inside the group");
    return std::nullopt;
  }
  return SyscallPattern{*std::move(name), std::nullopt, true};
}

std::optional<SyscallPattern> PatternParser::Pattern() {
  if (cursor_.Peek().kind == TokenKind::kGroupName) return GroupPattern();
  if (cursor_.AcceptWord("group")) return GroupPattern();
  auto name = cursor_.ExpectName(
      "the name of a system call",
      cursor_.AtSymbol("@") ? "a group is written `@NAME`" : "");
  if (!name) return std::nullopt;
  SyscallPattern pattern{*std::move(name), std::nullopt, false};
  if (!cursor_.AcceptSymbol("(")) return pattern;
  if (cursor_.AtSymbol(")")) {
    cursor_.Unexpected("a comparison of an argument",
                       "without one the parentheses are left out");
    return std::nullopt;
  }
  pattern.when = expressions_.Arguments();
  if (!pattern.when) return std::nullopt;
  if (!cursor_.ExpectSymbol(
          ")", "comparisons are joined by `,`, `and` (`&&`), `or` (`||`)"))
    return std::nullopt;
  return pattern;
}

}  // namespace bailey::policy
