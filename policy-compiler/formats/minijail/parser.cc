#include "policy-compiler/formats/minijail/parser.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace bailey::policy {
namespace {

using Kind = MinijailAction::Kind;
using TokenIs = MinijailToken::Kind;

constexpr int kMaxIncludeDepth = 10;

struct ActionWord {
  std::string_view word;
  Kind kind;
  bool can_be_default;
};
constexpr ActionWord kActions[] = {
    {"allow", Kind::kAllow, false},
    {"log", Kind::kLog, false},
    {"trace", Kind::kTrace, false},
    {"trap", Kind::kTrap, true},
    {"user-notify", Kind::kUserNotify, true},
    {"kill", Kind::kKill, true},
    {"kill-thread", Kind::kKill, true},
    {"kill-process", Kind::kKillProcess, true},
};

const ActionWord* FindAction(std::string_view word) {
  const auto* const found =
      std::ranges::find(kActions, word, &ActionWord::word);
  return found == std::end(kActions) ? nullptr : found;
}

class Parser {
 public:
  Parser(SourceFiles& files, Architecture architecture)
      : files_(files), architecture_(architecture) {}

  MinijailProgram Run() {
    ReadFile(files_.main(), 0);
    return std::move(program_);
  }

 private:
  void ReadFile(SourceFile& file, int depth) {
    for (const MinijailLine& line : LexMinijail(file)) {
      MinijailCursor cursor(file, line);
      const bool good = cursor.AtKind(TokenIs::kDirective)
                            ? Directive(cursor, depth)
                            : Statement(cursor);
      if (good && !cursor.AtEnd()) cursor.Unexpected("the end of the line");
    }
  }

  void OnlyCompiler(const std::string& what) {
    if (program_.compiler_only.empty()) program_.compiler_only = what;
  }

  bool Directive(MinijailCursor& cursor, int depth) {
    if (cursor.Accept("@denylist")) {
      OnlyCompiler("`@denylist`");
      program_.denylist = true;
      return true;
    }
    if (cursor.Accept("@default")) return Default(cursor);
    const bool include = cursor.At("@include");
    if (!include && !cursor.At("@frequency"))
      return cursor.Unexpected(
          "@include, @frequency, @default, @denylist or a system call");
    cursor.Next();
    if (!cursor.AtKind(TokenIs::kPath))
      return cursor.Unexpected("a path that begins with `/` or `./`");
    const MinijailToken& token = cursor.Next();
    const std::string path(cursor.TextOf(token));
    if (include) return Include(cursor, path, token.span(), depth);
    OnlyCompiler("`@frequency`");
    program_.frequencies.push_back(path);
    return true;
  }

  bool Include(MinijailCursor& cursor, const std::string& path, SourceSpan span,
               int depth) {
    if (depth > 0) OnlyCompiler("an `@include` in an included file");
    if (depth + 1 >= kMaxIncludeDepth)
      return cursor.Error(span, "files include each other too deep");
    SourceFile* const file = files_.Include(
        path.starts_with("./") ? path.substr(2) : path, span, cursor.file());
    if (file == nullptr) return false;
    ReadFile(*file, depth + 1);
    return true;
  }

  bool Default(MinijailCursor& cursor) {
    OnlyCompiler("`@default`");
    const ActionWord* const found = FindAction(cursor.Text());
    if (found == nullptr) return cursor.Unexpected("an action");
    if (!found->can_be_default)
      return cursor.Unexpected("a denial", "a default must not allow");
    cursor.Next();
    program_.otherwise = MinijailAction{found->kind, 0};
    return true;
  }

  bool Statement(MinijailCursor& cursor) {
    MinijailStatement statement;
    statement.where = cursor.Place();
    const bool several = cursor.Accept("{");
    if (several) OnlyCompiler("several system calls in braces");
    do {
      auto call = ReadMinijailCall(cursor, architecture_);
      if (!call) return false;
      if (call->has_metadata) OnlyCompiler("`[arch=…]`");
      if (call->is_here) statement.calls.push_back(*std::move(call));
    } while (several && cursor.Accept(","));
    if (several && !cursor.Expect("}")) return false;
    if (!cursor.Expect(":") || !Filters(cursor, statement)) return false;
    for (const MinijailCall& call : statement.calls)
      CheckOrder(cursor, call.name, statement);
    program_.statements.push_back(std::move(statement));
    return true;
  }

  // Nothing stands behind an action without a condition, for either reader.
  void CheckOrder(MinijailCursor& cursor, const std::string& call,
                  const MinijailStatement& statement) {
    if (named_.contains(call)) OnlyCompiler("a system call in two lines");
    named_.insert(call);
    for (const MinijailFilter& filter : statement.filters) {
      const auto found = decided_.find(call);
      if (found != decided_.end()) {
        cursor.file().report.Error(
            cursor.LineSpan(),
            Quoted(call) + " has an action without a condition already, at " +
                found->second,
            "minijail refuses what stands behind it");
        return;
      }
      if (!filter.when) decided_.emplace(call, statement.where);
    }
  }

  bool Filters(MinijailCursor& cursor, MinijailStatement& statement) {
    if (!cursor.Accept("{")) {
      auto filter = Filter(cursor, true);
      if (!filter) return false;
      statement.filters.push_back(*std::move(filter));
      return true;
    }
    OnlyCompiler("filters in braces");
    do {
      auto filter = Filter(cursor, false);
      if (!filter) return false;
      statement.filters.push_back(*std::move(filter));
    } while (cursor.Accept(","));
    return cursor.Expect("}");
  }

  std::optional<MinijailFilter> Filter(MinijailCursor& cursor, bool alone) {
    MinijailFilter filter;
    if (cursor.AtKind(TokenIs::kArgument)) {
      filter.when = ReadMinijailExpression(cursor, architecture_);
      if (!filter.when) return std::nullopt;
      if (!cursor.Accept(";")) return filter;
      filter.is_tail = alone && cursor.At("return");
    }
    const auto action = Action(cursor);
    if (!action) return std::nullopt;
    filter.action = *action;
    return filter;
  }

  std::optional<MinijailAction> Action(MinijailCursor& cursor) {
    if (cursor.At("return")) return Return(cursor);
    if (cursor.AtKind(TokenIs::kNumber) && cursor.Accept("1"))
      return MinijailAction{Kind::kAllow, 0};
    const ActionWord* const found =
        cursor.AtEnd() ? nullptr : FindAction(cursor.Text());
    if (found == nullptr) {
      cursor.Unexpected("`1`, an action, `return N` or a test of an argument");
      return std::nullopt;
    }
    OnlyCompiler("the word `" + std::string(found->word) + "`");
    cursor.Next();
    return MinijailAction{found->kind, 0};
  }

  // An error of 16 bits is what a filter can return.
  std::optional<MinijailAction> Return(MinijailCursor& cursor) {
    cursor.Next();
    if (cursor.AtEnd()) return MinijailAction{Kind::kDefault, 0};
    const auto value = ReadMinijailConstant(cursor, architecture_);
    if (!value) return std::nullopt;
    return MinijailAction{Kind::kErrno, static_cast<uint16_t>(*value & 0xffff)};
  }

  SourceFiles& files_;
  const Architecture architecture_;
  MinijailProgram program_;
  std::set<std::string> named_;
  std::map<std::string, std::string> decided_;
};

}  // namespace

MinijailProgram ParseMinijail(SourceFiles& files, Architecture architecture) {
  return Parser(files, architecture).Run();
}

}  // namespace bailey::policy
