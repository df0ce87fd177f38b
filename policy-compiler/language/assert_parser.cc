#include "policy-compiler/language/assert_parser.h"

#include <array>
#include <utility>

namespace bailey::policy {
namespace {

// In the order of AssertionKind.
constexpr std::array<std::string_view, 3> kClaims = {"never", "always",
                                                     "subset"};

}  // namespace

StatementResult AssertParser::Parse(Statement& statement) {
  cursor_.Next();  // `assert`
  AssertStatement claim;
  if (!Claim(claim)) return StatementResult::kFailed;
  if (cursor_.AcceptWord("in")) {
    claim.portion = cursor_.ExpectName("the name of a portion");
    if (!claim.portion) return StatementResult::kFailed;
  }
  statement.body = std::move(claim);
  return StatementResult::kParsed;
}

bool AssertParser::Claim(AssertStatement& claim) {
  if (cursor_.Peek().kind == TokenKind::kString) {
    claim.description = cursor_.ExpectString("a description");
    if (!claim.description) return false;
  }
  const auto kind =
      cursor_.ExpectOneOf("`never`, `always` or `subset`", kClaims);
  if (!kind) return false;
  // INVARIANT: kClaims stands in AssertionKind's order.
  claim.kind = static_cast<AssertionKind>(*kind);
  return claim.kind == AssertionKind::kSubset ? Ceiling(claim) : Calls(claim);
}

bool AssertParser::Calls(AssertStatement& claim) {
  return cursor_.ExpectWord("syscall") && List(claim.patterns);
}

bool AssertParser::Ceiling(AssertStatement& claim) {
  if (!cursor_.ExpectWord("of")) return false;
  auto ceiling =
      cursor_.ExpectString("the ceiling's file or library in double quotes");
  if (!ceiling) return false;
  claim.ceiling = *std::move(ceiling);
  return true;
}

bool AssertParser::List(std::vector<SyscallPattern>& patterns) {
  do {
    auto pattern = patterns_.Pattern();
    if (!pattern) return false;
    patterns.push_back(*std::move(pattern));
  } while (cursor_.AcceptSymbol(","));
  return true;
}

std::optional<std::vector<SyscallPattern>> AssertParser::Patterns() {
  cursor_.AcceptWord("syscall");
  std::vector<SyscallPattern> patterns;
  if (!List(patterns)) return std::nullopt;
  if (cursor_.AtEnd()) return patterns;
  cursor_.Unexpected("`,` or the end of the rule");
  return std::nullopt;
}

}  // namespace bailey::policy
