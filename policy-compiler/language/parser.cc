#include "policy-compiler/language/parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "policy-compiler/language/assert_parser.h"
#include "policy-compiler/language/later_clauses.h"
#include "policy-compiler/language/statement_parser.h"
#include "policy-compiler/language/test_parser.h"

namespace bailey::policy {
namespace {

constexpr std::array<std::string_view, 2> kTrustWords = {"trusted",
                                                         "untrusted"};

std::vector<std::string_view> StatementWords() {
  std::vector<std::string_view> words = {"portion", "serving", "test", "assert",
                                         "auxiliary"};
  for (const std::string_view word : kSimpleStatements) words.push_back(word);
  return words;
}

class Parser {
 public:
  Parser(const SourceText& text, std::span<const Token> tokens,
         TextReporter& report)
      : cursor_(text, tokens, report),
        statements_(cursor_),
        tests_(cursor_),
        asserts_(cursor_) {}

  PolicySyntax Run() {
    PolicySyntax policy;
    if (!Header(policy)) return policy;
    const Token opening = cursor_.Previous();
    policy.statements = Block(opening, /*in_portion=*/false);
    if (!cursor_.AtEnd() && !report().full()) {
      cursor_.Unexpected("the end of the text after the policy's `}`",
                         "a text holds one policy");
    }
    return policy;
  }

 private:
  TextReporter& report() { return cursor_.report(); }

  bool Header(PolicySyntax& policy) {
    if (!cursor_.ExpectWord("policy")) {
      // A misspelt `policy` hides nothing: read on where the rest is in place.
      const bool rest = cursor_.Peek(1).kind == TokenKind::kIdentifier &&
                        cursor_.AtSymbol("{", 2);
      if (!rest) return false;
      cursor_.Next();
    }
    auto name = cursor_.ExpectName("the policy's name");
    if (!name) return false;
    policy.name = *std::move(name);
    return cursor_.ExpectSymbol("{");
  }

  std::vector<Statement> Block(const Token& opening, bool in_portion) {
    std::vector<Statement> statements;
    while (!cursor_.AtEnd() && !report().full()) {
      if (cursor_.AcceptSymbol("}")) return statements;
      ParseStatement(in_portion, statements);
    }
    if (report().full()) return statements;
    report().Error(opening.span(), "this `{` has no closing `}`");
    return statements;
  }

  void ParseStatement(bool in_portion, std::vector<Statement>& out) {
    if (cursor_.AcceptSymbol(";")) return;  // an empty statement is harmless
    if (cursor_.AtWord("portion")) return Portion(in_portion, out);
    if (cursor_.AtWord("serving")) return Serving(out);
    if (cursor_.Peek().kind == TokenKind::kIdentifier)
      if (const LaterClause* later = FindLaterClause(cursor_.PeekText()))
        return Unsupported(*later);
    const size_t begin = cursor_.position();
    Statement statement;
    statement.keyword = {std::string(cursor_.PeekText()),
                         cursor_.Peek().span()};
    switch (ParseBody(statement)) {
      case StatementResult::kFailed:
        // A declaration keeps its name, so that its uses are no second error.
        if (std::holds_alternative<CredentialStatement>(statement.body))
          out.push_back(std::move(statement));
        return Recover(begin);
      case StatementResult::kUnreadable:
        return SkipClause();
      case StatementResult::kUnknown:
        UnknownStatement(in_portion);
        return Recover(begin);
      case StatementResult::kParsed:
        break;
    }
    statement.text = cursor_.TextSince(begin);
    statement.span = cursor_.SpanSince(begin);
    const bool is_block = EndsWithBlock(statement);
    out.push_back(std::move(statement));
    if (!is_block) End();
  }

  StatementResult ParseBody(Statement& statement) {
    if (cursor_.AtWord("test")) return tests_.Parse(statement);
    if (cursor_.AtWord("assert")) return asserts_.Parse(statement);
    return statements_.Parse(statement);
  }

  static bool EndsWithBlock(const Statement& statement) {
    return std::holds_alternative<GroupStatement>(statement.body) ||
           std::holds_alternative<TestStatement>(statement.body);
  }

  void UnknownStatement(bool in_portion) {
    const bool is_word = cursor_.Peek().kind == TokenKind::kIdentifier;
    cursor_.Unexpected(
        in_portion ? "a statement of the portion, or its closing `}`"
                   : "a statement of the policy, or its closing `}`",
        is_word ? DidYouMean(cursor_.PeekText(), StatementWords()) : "");
  }

  void Unsupported(const LaterClause& clause) {
    ReportLater(clause, cursor_.Peek().span(), report());
    SkipClause();
  }

  void Portion(bool in_portion, std::vector<Statement>& out) {
    const size_t begin = cursor_.position();
    const Token keyword = cursor_.Next();
    if (in_portion) {
      report().Error(keyword.span(), "a portion cannot stand in another",
                     "is a `}` missing before it?");
    }
    Statement statement;
    statement.keyword = {"portion", keyword.span()};
    PortionStatement portion;
    auto name = cursor_.ExpectName("the portion's name");
    if (!name) return Recover(begin);
    portion.name = *std::move(name);
    const auto trust =
        cursor_.ExpectOneOf("`trusted` or `untrusted`", kTrustWords);
    // A misspelt label is one error; the portion's statements are read still.
    if (!trust && !cursor_.AtSymbol("{") && cursor_.AtSymbol("{", 1))
      cursor_.Next();
    // Without its label a portion gets the errors of a trusted one: the fewer.
    portion.trusted = trust != size_t{1};
    statement.span = cursor_.SpanSince(begin);
    if (!trust && !cursor_.AtSymbol("{")) return Recover(begin);
    if (!cursor_.ExpectSymbol("{")) return Recover(begin);
    const Token opening = cursor_.Previous();
    // A portion in a portion is parsed for its errors as if it stood beside the
    // other.
    portion.statements =
        ++portion_depth_ <= kMaxDepth ? Block(opening, true) : Overflow();
    --portion_depth_;
    statement.body = std::move(portion);
    out.push_back(std::move(statement));
  }

  void Serving(std::vector<Statement>& out) {
    const size_t begin = cursor_.position();
    Statement statement;
    statement.keyword = {"serving", cursor_.Next().span()};
    statement.span = cursor_.SpanSince(begin);
    if (!cursor_.ExpectSymbol("{")) return Recover(begin);
    const Token opening = cursor_.Previous();
    ServingStatement serving;
    serving.statements =
        ++portion_depth_ <= kMaxDepth ? Block(opening, true) : Overflow();
    --portion_depth_;
    statement.body = std::move(serving);
    out.push_back(std::move(statement));
  }

  std::vector<Statement> Overflow() {
    report().Error(cursor_.Previous().span(), "too many blocks in each other");
    while (!cursor_.AtEnd()) cursor_.Next();
    return {};
  }

  // The `;` of a statement.
  void End() {
    if (cursor_.AcceptSymbol(";")) return;
    const bool at_next = cursor_.AtSymbol("}") || AtStatementOnNewLine();
    if (at_next) {
      // Shown where it is missing, not where the next statement begins.
      const SourceSpan last = cursor_.Previous().span();
      report().Error({last.offset + last.length - 1, 1},
                     "expected `;` after this");
      return;
    }
    cursor_.Unexpected("`;`");
    Recover(/*begin=*/0);
  }

  bool AtStatementOnNewLine() {
    if (cursor_.Peek().kind != TokenKind::kIdentifier) return false;
    const Token& last = cursor_.Previous();
    const size_t end = last.offset + last.length;
    const std::string_view between =
        std::string_view(report().text().text)
            .substr(end, cursor_.Peek().offset - end);
    if (between.find('\n') == std::string_view::npos) return false;
    // A group that begins, not one that is a member.
    if (cursor_.AtWord("group")) return cursor_.AtSymbol("{", 2);
    const auto words = StatementWords();
    return std::ranges::find(words, cursor_.PeekText()) != words.end();
  }

  // Goes behind the `;` of a broken statement that began with the token
  // `begin`, or to what follows it.
  void Recover(size_t begin) {
    int depth = std::exchange(cursor_.open_sets, 0);
    bool moved = cursor_.position() > begin;
    while (!cursor_.AtEnd()) {
      if (cursor_.AcceptSymbol(";")) return;
      if (moved && AtStatementOnNewLine()) return;
      if (cursor_.AtSymbol("{")) ++depth;
      if (cursor_.AtSymbol("}") && --depth < 0) return;
      cursor_.Next();
      moved = true;
    }
  }

  // Goes behind a clause that was reported whole: its `;`, or its block.
  void SkipClause() {
    cursor_.open_sets = 0;
    int depth = 0;
    while (!cursor_.AtEnd()) {
      if (depth == 0 && cursor_.AtSymbol("}")) return;
      if (depth == 0 && cursor_.AcceptSymbol(";")) return;
      if (cursor_.AtSymbol("{")) ++depth;
      const bool closed = cursor_.AtSymbol("}") && --depth == 0;
      cursor_.Next();
      if (closed && AtClauseEnd()) return;
    }
  }

  // Behind a block: does another statement follow? (A set is no block.)
  bool AtClauseEnd() {
    if (cursor_.AcceptSymbol(";")) return true;
    return cursor_.AtSymbol("}") || cursor_.AtEnd() || AtStatementOnNewLine();
  }

  TokenCursor cursor_;
  StatementParser statements_;
  TestParser tests_;
  AssertParser asserts_;
  int portion_depth_ = 0;
};

}  // namespace

PolicySyntax ParsePolicy(const SourceText& text, TextReporter& report) {
  const std::vector<Token> tokens = Lex(text, report);
  return Parser(text, tokens, report).Run();
}

}  // namespace bailey::policy
