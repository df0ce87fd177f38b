#include "policy-compiler/formats/minijail/expression.h"

#include <utility>
#include <vector>

#include "common/syscalls/constants.h"
#include "policy-compiler/formats/full_width.h"

namespace bailey::policy {
namespace {

using Kind = MinijailToken::Kind;

constexpr int kMaxParentheses = 100;

class ExpressionReader {
 public:
  ExpressionReader(MinijailCursor& cursor, Architecture architecture)
      : cursor_(cursor), architecture_(architecture) {}

  std::optional<Condition> Expression() {
    std::vector<Condition> clauses;
    do {
      auto clause = Clause();
      if (!clause) return std::nullopt;
      clauses.push_back(*std::move(clause));
    } while (cursor_.Accept("||"));
    return OneHolds(std::move(clauses));
  }

  std::optional<uint64_t> SingleConstant() {
    if (cursor_.AtKind(Kind::kNumber)) return cursor_.Next().number;
    if (!cursor_.AtKind(Kind::kName)) {
      cursor_.Unexpected("a number or a named constant");
      return std::nullopt;
    }
    const MinijailToken& token = cursor_.Next();
    const auto value = FindConstant(architecture_, cursor_.TextOf(token));
    if (!value)
      cursor_.Error(token.span(),
                    "unknown constant " + Quoted(cursor_.TextOf(token)));
    return value;
  }

 private:
  std::optional<Condition> Clause() {
    std::vector<Condition> atoms;
    do {
      auto atom = Atom();
      if (!atom) return std::nullopt;
      atoms.push_back(*std::move(atom));
    } while (cursor_.Accept("&&"));
    return AllHold(std::move(atoms));
  }

  std::optional<Condition> Atom() {
    if (!cursor_.AtKind(Kind::kArgument)) {
      cursor_.Unexpected("an argument, `arg0` to `arg5`");
      return std::nullopt;
    }
    const auto argument = static_cast<int>(cursor_.Next().number);
    const std::string op(cursor_.Text());
    if (!IsOperator(op)) {
      cursor_.Unexpected("a comparison", "==, !=, <, <=, >, >=, & or in");
      return std::nullopt;
    }
    cursor_.Next();
    const auto value = Value();
    if (!value) return std::nullopt;
    return Test(argument, op, *value);
  }

  static bool IsOperator(std::string_view op) {
    return op == "&" || op == "in" || OpOf(op).has_value();
  }

  static std::optional<CompareOp> OpOf(std::string_view op) {
    if (op == "==") return CompareOp::kEqual;
    if (op == "!=") return CompareOp::kNotEqual;
    if (op == "<") return CompareOp::kLess;
    if (op == "<=") return CompareOp::kLessEqual;
    if (op == ">") return CompareOp::kGreater;
    if (op == ">=") return CompareOp::kGreaterEqual;
    return std::nullopt;
  }

  static Condition Test(int argument, std::string_view op, uint64_t value) {
    if (op == "&") return FullCompare(argument, value, CompareOp::kNotEqual, 0);
    if (op == "in") return FullCompare(argument, ~value, CompareOp::kEqual, 0);
    return FullCompare(argument, ~uint64_t{0}, *OpOf(op), value);
  }

  std::optional<uint64_t> Value() {
    uint64_t value = 0;
    do {
      const auto next = Constant();
      if (!next) return std::nullopt;
      value |= *next;
    } while (cursor_.Accept("|"));
    return value;
  }

  std::optional<uint64_t> Constant() {
    const bool complement = cursor_.Accept("~");
    const auto value = cursor_.At("(") ? Parenthesized() : SingleConstant();
    if (!value) return std::nullopt;
    return complement ? ~*value : *value;
  }

  std::optional<uint64_t> Parenthesized() {
    if (++depth_ > kMaxParentheses) {
      cursor_.Unexpected("at most 100 levels of parentheses");
      return std::nullopt;
    }
    cursor_.Next();
    const auto value = Value();
    --depth_;
    if (!value || !cursor_.Expect(")")) return std::nullopt;
    return value;
  }

  MinijailCursor& cursor_;
  const Architecture architecture_;
  int depth_ = 0;
};

bool IsHere(std::string_view name, Architecture architecture) {
  if (architecture == Architecture::kAarch64)
    return name == "arm64" || name == "aarch64";
  return name == "x86_64" || name == "amd64";
}

// `[arch=x86_64,arm; key=value]`
bool ReadMetadata(MinijailCursor& cursor, Architecture architecture,
                  MinijailCall& call) {
  cursor.Next();
  do {
    const bool arch = cursor.At("arch");
    if (!cursor.AtKind(Kind::kName)) return cursor.Unexpected("a key");
    cursor.Next();
    if (!cursor.Expect("=")) return false;
    bool listed = false;
    do {
      if (!cursor.AtKind(Kind::kName)) return cursor.Unexpected("a value");
      listed = IsHere(cursor.TextOf(cursor.Next()), architecture) || listed;
    } while (cursor.Accept(","));
    if (arch) call.is_here = listed;
  } while (cursor.Accept(";"));
  return cursor.Expect("]");
}

}  // namespace

std::optional<Condition> ReadMinijailExpression(MinijailCursor& cursor,
                                                Architecture architecture) {
  return ExpressionReader(cursor, architecture).Expression();
}

std::optional<uint64_t> ReadMinijailConstant(MinijailCursor& cursor,
                                             Architecture architecture) {
  return ExpressionReader(cursor, architecture).SingleConstant();
}

std::optional<MinijailCall> ReadMinijailCall(MinijailCursor& cursor,
                                             Architecture architecture) {
  if (!cursor.AtKind(Kind::kName)) {
    cursor.Unexpected("a system call",
                      "minijail takes names alone, whatever its manual says "
                      "of numbers");
    return std::nullopt;
  }
  const MinijailToken& token = cursor.Next();
  MinijailCall call;
  call.name = std::string(cursor.TextOf(token));
  if (call.name.find('@') != std::string::npos) {
    cursor.Error(token.span(),
                 "the group " + Quoted(call.name) +
                     " is not known: groups are in the constants.json of the "
                     "one who compiles the policy",
                 "name the system calls");
    return std::nullopt;
  }
  call.call = SyscallTable::For(architecture).FindByName(call.name);
  call.has_metadata = cursor.At("[");
  if (call.has_metadata && !ReadMetadata(cursor, architecture, call))
    return std::nullopt;
  return call;
}

}  // namespace bailey::policy
