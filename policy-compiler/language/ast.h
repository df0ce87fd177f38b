// The syntax of a policy: what the parser read, before any name is looked up.
// Spans are in the text that was parsed; nothing here borrows from it.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_AST_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_AST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct Name {
  std::string text;
  SourceSpan span;
};

enum class ConstantOp { kOr, kAnd, kShiftLeft, kAdd, kSubtract };

// A chain holds all operators of one level of precedence from left to right,
// so that a tree is as deep as its parentheses, not as long as its text.
struct ConstantExpression {
  enum class Kind { kNumber, kName, kNegate, kComplement, kChain };
  Kind kind = Kind::kNumber;
  uint64_t number = 0;                       // kNumber
  std::string name;                          // kName
  std::vector<ConstantExpression> operands;  // one, or two and more in a chain
  std::vector<ConstantOp> operators;         // kChain: between the operands
  SourceSpan span;
};

// An argument, with the masks that are applied to it.
struct Operand {
  Name argument;
  std::vector<ConstantExpression> masks;
};

// One value, or with `last` all values from first to last.
struct SetItem {
  ConstantExpression first;
  std::optional<ConstantExpression> last;
};

struct ArgumentExpression {
  // kOperand is an argument that stands alone: right only inside parentheses
  // that a comparison follows, and never left in a parsed policy.
  enum class Kind { kOperand, kCompare, kIn, kAll, kAny, kNot };
  Kind kind = Kind::kAll;
  Operand operand;                           // kOperand, kCompare, kIn
  CompareOp op = CompareOp::kEqual;          // kCompare
  std::vector<SetItem> items;                // kIn; one value for kCompare
  std::vector<ArgumentExpression> operands;  // kAll, kAny; one for kNot
  SourceSpan span;
};

struct ActionSyntax {
  Name name;
  std::optional<ConstantExpression> errno_value;  // `errno` has one, no other
};

// A system call, or with `is_group` all those of a group.
struct SyscallPattern {
  Name name;
  std::optional<ArgumentExpression> when;  // never of a group
  bool is_group = false;
};

struct SyscallStatement {
  bool allow = true;
  std::vector<SyscallPattern> patterns;
  std::optional<ActionSyntax> action;
};

enum class FileAccess { kRead, kWrite, kExecute };

struct FileStatement {
  FileAccess access = FileAccess::kRead;
  std::vector<Name> paths;  // as written, between the quotes
};

struct TargetStatement {
  std::vector<Name> architectures;
};

struct VersionNumber {
  uint64_t number = 0;
  SourceSpan span;
};

// A built-in library by its name, or a file: `./` or `../` begins its path.
struct UseStatement {
  Name library;
  std::optional<VersionNumber> version;  // the one that the text must say
};

// Of the text that says it.
struct VersionStatement {
  VersionNumber version;
};

enum class Widths { kKernel, kFull };

// What the comparisons of the text see; widths.h.
struct WidthsStatement {
  Widths widths = Widths::kKernel;
};

struct GroupStatement {
  Name name;
  std::vector<SyscallPattern> members;
};

struct PluginsStatement {
  std::vector<Name> patterns;  // as written, between the quotes
};

struct CredentialStatement {
  Name name;
  // Missing after a syntax error, which was reported: the name is known still.
  std::optional<CredentialSource> source;
  Name place;  // variable or path
  uint64_t descriptor = 0;
  std::vector<Name> readers;  // `by`; empty: whoever may
  bool strict = false;
};

struct UsesStatement {
  std::vector<Name> credentials;
};

// The program and its arguments, as written, between the quotes.
struct ProgramStatement {
  std::vector<Name> words;  // at least one
};

struct ServesStatement {
  Name path;
  std::vector<Name> clients;
};

struct StringSyntax {
  Name function;
  Name parameter;
  Name count;  // without text: a string
};

struct FunctionStatement {
  bool is_input = false;
  std::vector<Name> functions;
  std::vector<StringSyntax>
      strings;  // `NAME(string PARAMETER)`, `NAME(array P by N)`
};

struct SeparateStatement {
  std::vector<Name> globals;
};

// Globals whose values go along with calls.
struct PassStatement {
  std::vector<Name> globals;
};

struct DeclassifyStatement {
  Name function;
  DeclassifiedKind kind = DeclassifiedKind::kValue;
  uint64_t most_bits = 0;  // 0: none is said
};

struct FailureStatement {
  Name function;
  bool is_negative = false;
  uint64_t value = 0;  // without the sign
  SourceSpan value_span;
  ActionSyntax error;  // must be an errno
};

// Parts of a function that become functions of their own.
struct OutlineStatement {
  std::vector<Name> names;
  Name function;
};

enum class LimitKind { kMemory, kWall, kCpu, kPids, kOutput };

struct LimitItem {
  LimitKind kind = LimitKind::kMemory;
  uint64_t value = 0;  // in PlanLimits' unit
  SourceSpan span;
};

struct LimitStatement {
  std::vector<LimitItem> items;
};

struct OtherwiseStatement {
  ActionSyntax action;
};

struct ExpectationSyntax {
  std::optional<Name> portion;
  bool serving = false;  // `in PORTION serving`
  Name call;
  std::vector<ConstantExpression> arguments;
  ActionSyntax outcome;  // an action, `allowed` or `denied`
  SourceSpan span;
  std::string text;  // as a statement's
};

struct TestStatement {
  Name name;
  std::optional<Name> portion;  // of the expectations without one
  bool serving = false;
  std::vector<ExpectationSyntax> expectations;
};

// What must hold of the policy; see Assertion.
struct AssertStatement {
  AssertionKind kind = AssertionKind::kNever;
  std::optional<Name> description;
  std::vector<SyscallPattern> patterns;  // kNever, kAlways
  Name ceiling;                          // kSubset: as written, in the quotes
  std::optional<Name> portion;           // none: every portion
};

struct Statement;

// What the portion may still do once it serves; PortionPolicy::serving.
struct ServingStatement {
  std::vector<Statement> statements;
};

struct PortionStatement {
  Name name;
  bool trusted = false;
  std::vector<Statement> statements;
};

struct Statement {
  std::variant<
      SyscallStatement, FileStatement, TargetStatement, UseStatement,
      VersionStatement, WidthsStatement, GroupStatement, PluginsStatement,
      CredentialStatement, UsesStatement, FunctionStatement, SeparateStatement,
      PassStatement, DeclassifyStatement, OutlineStatement, FailureStatement,
      ProgramStatement, ServesStatement, LimitStatement, OtherwiseStatement,
      TestStatement, AssertStatement, ServingStatement, PortionStatement>
      body;
  SourceSpan span;   // without the `;`
  Name keyword;      // the word that it begins with
  std::string text;  // as written, white space and comments folded
};

struct PolicySyntax {
  Name name;
  std::vector<Statement> statements;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_AST_H_
