#include "policy-compiler/language/test_parser.h"

#include <utility>

namespace bailey::policy {

StatementResult TestParser::Parse(Statement& statement) {
  TestStatement test;
  if (!Header(test)) return StatementResult::kUnreadable;
  Body(test);
  statement.body = std::move(test);
  return StatementResult::kParsed;
}

bool TestParser::Header(TestStatement& test) {
  cursor_.Next();  // `test`
  auto name = cursor_.ExpectString("the test's name in double quotes");
  if (!name) return false;
  test.name = *std::move(name);
  return Portion(test.portion, test.serving) && cursor_.ExpectSymbol("{");
}

bool TestParser::Portion(std::optional<Name>& portion, bool& serving) {
  if (!cursor_.AcceptWord("in")) return true;
  portion = cursor_.ExpectName("the name of a portion");
  serving = portion && cursor_.AcceptWord("serving");
  return portion.has_value();
}

void TestParser::Body(TestStatement& test) {
  const Token opening = cursor_.Previous();
  while (!cursor_.AtEnd() && !cursor_.report().full()) {
    if (cursor_.AcceptSymbol("}")) return;
    if (cursor_.AcceptSymbol(";")) continue;
    const size_t begin = cursor_.position();
    ExpectationSyntax expectation;
    if (!Expectation(expectation)) {
      SkipExpectation();
      continue;
    }
    expectation.text = cursor_.TextSince(begin);
    expectation.span = cursor_.SpanSince(begin);
    test.expectations.push_back(std::move(expectation));
    if (!cursor_.ExpectSymbol(";")) SkipExpectation();
  }
  if (cursor_.report().full()) return;
  cursor_.report().Error(opening.span(), "this `{` has no closing `}`");
}

bool TestParser::Expectation(ExpectationSyntax& expectation) {
  if (!Portion(expectation.portion, expectation.serving)) return false;
  auto call = cursor_.ExpectName("the name of a system call");
  if (!call) return false;
  expectation.call = *std::move(call);
  return cursor_.ExpectSymbol("(", "the call's arguments, as in `read(0)`") &&
         Arguments(expectation) && cursor_.ExpectSymbol("=>") &&
         Outcome(expectation.outcome);
}

bool TestParser::Arguments(ExpectationSyntax& expectation) {
  if (cursor_.AcceptSymbol(")")) return true;
  do {
    auto argument = expressions_.Constant();
    if (!argument) return false;
    expectation.arguments.push_back(*std::move(argument));
  } while (cursor_.AcceptSymbol(","));
  return cursor_.ExpectSymbol(")");
}

// Any name: which ones exist is the resolver's to say.
bool TestParser::Outcome(ActionSyntax& outcome) {
  auto name = cursor_.ExpectName("`allowed`, `denied` or an action");
  if (!name) return false;
  outcome.name = *std::move(name);
  if (outcome.name.text != "errno") return true;
  outcome.errno_value = expressions_.Constant();
  return outcome.errno_value.has_value();
}

// Behind its `;`, or before the block's `}`.
void TestParser::SkipExpectation() {
  while (!cursor_.AtEnd() && !cursor_.AtSymbol("}"))
    if (cursor_.Next().kind == TokenKind::kSymbol &&
        cursor_.TextOf(cursor_.Previous()) == ";")
      return;
}

}  // namespace bailey::policy
