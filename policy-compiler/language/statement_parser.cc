#include "policy-compiler/language/statement_parser.h"

#include <string>
#include <utility>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/later_clauses.h"
#include "policy-compiler/language/limit_units.h"

namespace bailey::policy {
namespace {

constexpr std::array<std::string_view, 3> kSources = {"env", "file", "fd"};
constexpr std::array<std::string_view, 3> kAccesses = {"read", "write",
                                                       "execute"};
constexpr std::array<std::string_view, 2> kWidths = {"kernel", "full"};
// What a rule may be about; the first two are supported.
constexpr std::array<std::string_view, 5> kSubjects = {"syscall", "file", "net",
                                                       "service", "connect"};

StatementResult ResultOf(bool parsed) {
  return parsed ? StatementResult::kParsed : StatementResult::kFailed;
}

}  // namespace

StatementResult StatementParser::Parse(Statement& statement) {
  if (cursor_.Peek().kind != TokenKind::kIdentifier)
    return StatementResult::kUnknown;
  if (cursor_.AcceptWord("allow")) return Rule(statement, true);
  if (cursor_.AcceptWord("deny")) return Rule(statement, false);
  if (cursor_.AcceptWord("target")) return Target(statement);
  if (cursor_.AcceptWord("use")) return Use(statement);
  if (cursor_.AcceptWord("version")) return Version(statement);
  if (cursor_.AcceptWord("widths")) return WidthsWord(statement);
  if (cursor_.AcceptWord("group")) return Group(statement);
  if (cursor_.AcceptWord("plugins")) return Plugins(statement);
  if (cursor_.AcceptWord("credential")) return Credential(statement);
  if (cursor_.AcceptWord("uses")) return Uses(statement);
  if (cursor_.AcceptWord("program")) return Program(statement);
  if (cursor_.AcceptWord("serves")) return Serves(statement);
  if (cursor_.AcceptWord("function")) return Functions(statement, false);
  if (cursor_.AcceptWord("input")) return Functions(statement, true);
  if (cursor_.AcceptWord("separate")) return Separate(statement);
  if (cursor_.AcceptWord("pass")) return Pass(statement);
  if (cursor_.AcceptWord("declassify")) return Declassify(statement);
  if (cursor_.AcceptWord("outline")) return Outline(statement);
  if (cursor_.AcceptWord("failure")) return Failure(statement);
  if (cursor_.AcceptWord("limit")) return Limit(statement);
  if (cursor_.AcceptWord("otherwise")) return Otherwise(statement);
  return StatementResult::kUnknown;
}

bool StatementParser::NameList(std::string_view what,
                               std::vector<Name>& names) {
  do {
    auto name = cursor_.ExpectName(what);
    if (!name) return false;
    names.push_back(*std::move(name));
  } while (cursor_.AcceptSymbol(","));
  return true;
}

bool StatementParser::FunctionList(std::vector<Name>& names) {
  do {
    auto name = cursor_.ExpectFunction("the name of a function");
    if (!name) return false;
    names.push_back(*std::move(name));
  } while (cursor_.AcceptSymbol(","));
  return true;
}

StatementResult StatementParser::Target(Statement& statement) {
  TargetStatement target;
  if (!cursor_.ExpectWord("linux")) return StatementResult::kFailed;
  if (!NameList("an architecture", target.architectures))
    return StatementResult::kFailed;
  statement.body = std::move(target);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Use(Statement& statement) {
  auto library = cursor_.ExpectString(
      "the name of a built-in library, or a file's path, in double quotes");
  if (!library) return StatementResult::kFailed;
  UseStatement use{*std::move(library), std::nullopt};
  if (cursor_.AcceptWord("version")) {
    use.version = VersionBehindWord();
    if (!use.version) return StatementResult::kFailed;
  }
  statement.body = std::move(use);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Version(Statement& statement) {
  const auto version = VersionBehindWord();
  if (!version) return StatementResult::kFailed;
  statement.body = VersionStatement{*version};
  return StatementResult::kParsed;
}

std::optional<VersionNumber> StatementParser::VersionBehindWord() {
  const auto number = cursor_.ExpectNumber("the version's number");
  if (!number) return std::nullopt;
  const SourceSpan span = cursor_.Previous().span();
  if (*number == 0) {
    cursor_.report().Error(span, "versions are numbered from 1");
    return std::nullopt;
  }
  return VersionNumber{*number, span};
}

StatementResult StatementParser::WidthsWord(Statement& statement) {
  const auto widths = cursor_.ExpectOneOf("`kernel` or `full`", kWidths);
  if (!widths) return StatementResult::kFailed;
  // INVARIANT: kWidths stands in Widths' order.
  statement.body = WidthsStatement{static_cast<Widths>(*widths)};
  return StatementResult::kParsed;
}

StatementResult StatementParser::Group(Statement& statement) {
  GroupStatement group;
  auto name = cursor_.ExpectName("the group's name");
  if (!name) return StatementResult::kUnreadable;
  group.name = *std::move(name);
  if (!cursor_.ExpectSymbol("{")) return StatementResult::kUnreadable;
  ++cursor_.open_sets;
  do {
    if (cursor_.AtSymbol("}") && !group.members.empty()) break;
    auto member = patterns_.Pattern();
    if (!member) return StatementResult::kFailed;
    group.members.push_back(*std::move(member));
  } while (cursor_.AcceptSymbol(","));
  if (!cursor_.ExpectSymbol("}", "members are joined by `,`"))
    return StatementResult::kFailed;
  --cursor_.open_sets;
  statement.body = std::move(group);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Plugins(Statement& statement) {
  PluginsStatement plugins;
  do {
    auto pattern = cursor_.ExpectString("a path in double quotes");
    if (!pattern) return StatementResult::kFailed;
    plugins.patterns.push_back(*std::move(pattern));
  } while (cursor_.AcceptSymbol(","));
  statement.body = std::move(plugins);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Credential(Statement& statement) {
  CredentialStatement credential;
  auto name = cursor_.ExpectName("the credential's name");
  if (!name) return StatementResult::kFailed;
  credential.name = *std::move(name);
  bool parsed = Source(credential);
  if (!parsed) credential.source.reset();
  if (parsed && cursor_.AcceptWord("by"))
    parsed = FunctionList(credential.readers);
  credential.strict = parsed && cursor_.AcceptWord("strict");
  statement.body = std::move(credential);
  return ResultOf(parsed);
}

bool StatementParser::Source(CredentialStatement& credential) {
  if (!cursor_.ExpectWord("from")) return false;
  const auto source = cursor_.ExpectOneOf("`env`, `file` or `fd`", kSources);
  if (!source) return false;
  if (*source == 2) {
    credential.source = CredentialSource::kDescriptor;
    const auto number = cursor_.ExpectNumber("the descriptor's number");
    credential.place.span = cursor_.Previous().span();
    credential.descriptor = number.value_or(0);
    return number.has_value();
  }
  credential.source =
      *source == 0 ? CredentialSource::kEnvironment : CredentialSource::kFile;
  auto place = *source == 0
                   ? cursor_.ExpectName("the variable's name")
                   : cursor_.ExpectString("the file's path in double quotes");
  if (!place) return false;
  credential.place = *std::move(place);
  return true;
}

StatementResult StatementParser::Uses(Statement& statement) {
  UsesStatement uses;
  if (!NameList("the name of a credential", uses.credentials))
    return StatementResult::kFailed;
  statement.body = std::move(uses);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Program(Statement& statement) {
  ProgramStatement program;
  do {
    auto word = cursor_.ExpectString(program.words.empty()
                                         ? "the program's name in double quotes"
                                         : "an argument in double quotes");
    if (!word) return StatementResult::kFailed;
    program.words.push_back(*std::move(word));
  } while (cursor_.AcceptSymbol(","));
  statement.body = std::move(program);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Serves(Statement& statement) {
  ServesStatement serves;
  auto path = cursor_.ExpectString("the socket's path in double quotes");
  if (!path || !cursor_.ExpectWord("to")) return StatementResult::kFailed;
  serves.path = *std::move(path);
  if (!NameList("the name of a portion", serves.clients))
    return StatementResult::kFailed;
  statement.body = std::move(serves);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Functions(Statement& statement,
                                           bool is_input) {
  FunctionStatement functions;
  functions.is_input = is_input;
  if (is_input && !cursor_.ExpectWord("function"))
    return StatementResult::kFailed;
  do {
    auto name = cursor_.ExpectFunction("the name of a function");
    if (!name) return StatementResult::kFailed;
    functions.functions.push_back(*std::move(name));
    if (!is_input && !Strings(functions)) return StatementResult::kFailed;
  } while (cursor_.AcceptSymbol(","));
  statement.body = std::move(functions);
  return StatementResult::kParsed;
}

bool StatementParser::Strings(FunctionStatement& functions) {
  if (!cursor_.AcceptSymbol("(")) return true;
  do {
    const bool is_array = cursor_.AcceptWord("array");
    if (!is_array && !cursor_.ExpectWord("string")) return false;
    auto parameter = cursor_.ExpectName("the name of a parameter");
    if (!parameter) return false;
    StringSyntax said{functions.functions.back(), *std::move(parameter), {}};
    if (is_array) {
      auto count = cursor_.ExpectWord("by")
                       ? cursor_.ExpectName("the name of a parameter")
                       : std::nullopt;
      if (!count) return false;
      said.count = *std::move(count);
    }
    functions.strings.push_back(std::move(said));
  } while (cursor_.AcceptSymbol(","));
  return cursor_.ExpectSymbol(")");
}

StatementResult StatementParser::Separate(Statement& statement) {
  SeparateStatement separate;
  if (!NameList("the name of a global variable", separate.globals))
    return StatementResult::kFailed;
  statement.body = std::move(separate);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Pass(Statement& statement) {
  PassStatement pass;
  if (!NameList("the name of a global variable", pass.globals))
    return StatementResult::kFailed;
  statement.body = std::move(pass);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Outline(Statement& statement) {
  OutlineStatement outline;
  if (!NameList("a name for the new function", outline.names) ||
      !cursor_.ExpectWord("from"))
    return StatementResult::kFailed;
  auto function = cursor_.ExpectFunction("the name of a function");
  if (!function) return StatementResult::kFailed;
  outline.function = *std::move(function);
  statement.body = std::move(outline);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Declassify(Statement& statement) {
  DeclassifyStatement declassify;
  auto function = cursor_.ExpectFunction("the name of a function");
  if (!function || !cursor_.ExpectSymbol("->")) return StatementResult::kFailed;
  declassify.function = *std::move(function);
  const auto kind = cursor_.ExpectOneOf(
      "`mac`, `signature`, `ciphertext`, `verdict`, `descriptor` or `value`",
      kDeclassifiedKinds);
  if (!kind) return StatementResult::kFailed;
  declassify.kind = static_cast<DeclassifiedKind>(*kind);
  if (!MostBits(declassify)) return StatementResult::kFailed;
  statement.body = std::move(declassify);
  return StatementResult::kParsed;
}

bool StatementParser::MostBits(DeclassifyStatement& declassify) {
  if (!cursor_.AcceptSymbol(",")) return true;
  if (!cursor_.ExpectWord("at") || !cursor_.ExpectWord("most")) return false;
  const size_t begin = cursor_.position();
  const auto bits = cursor_.ExpectNumber("a number of bits");
  if (!bits) return false;
  declassify.most_bits = *bits;
  if (*bits == 0)
    cursor_.report().Error(cursor_.SpanSince(begin),
                           "0 bits say that nothing may leave",
                           "leave the clause out: nothing leaves by itself");
  return cursor_.ExpectWord("bits") && cursor_.ExpectWord("per") &&
         cursor_.ExpectWord("call");
}

StatementResult StatementParser::Failure(Statement& statement) {
  FailureStatement failure;
  auto function = cursor_.ExpectFunction("the name of a function");
  if (!function || !cursor_.ExpectSymbol("->")) return StatementResult::kFailed;
  failure.function = *std::move(function);
  const size_t begin = cursor_.position();
  failure.is_negative = cursor_.AcceptSymbol("-");
  const auto value = cursor_.ExpectNumber("the number that its caller gets");
  if (!value) return StatementResult::kFailed;
  failure.value = *value;
  failure.value_span = cursor_.SpanSince(begin);
  auto error = Action();
  if (!error) return StatementResult::kFailed;
  failure.error = *std::move(error);
  statement.body = std::move(failure);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Rule(Statement& statement, bool allow) {
  const LaterClause* later = FindLaterClause(cursor_.PeekText());
  if (later != nullptr && later->is_rule) {
    ReportLater(*later, cursor_.Peek().span(), cursor_.report());
    return StatementResult::kUnreadable;
  }
  const bool is_call =
      SyscallTable::For(Architecture::kX8664).FindByName(cursor_.PeekText());
  if (is_call) {
    cursor_.Unexpected("`syscall` or `file`",
                       std::string("write `") + (allow ? "allow" : "deny") +
                           " syscall " + std::string(cursor_.PeekText()) + "`");
    return StatementResult::kFailed;
  }
  const auto subject = cursor_.ExpectOneOf("`syscall` or `file`", kSubjects);
  if (!subject) return StatementResult::kFailed;
  if (*subject == 0) return SyscallRule(statement, allow);
  return FileRule(statement, allow);
}

StatementResult StatementParser::SyscallRule(Statement& statement, bool allow) {
  SyscallStatement rule;
  rule.allow = allow;
  do {
    auto pattern = patterns_.Pattern();
    if (!pattern) return StatementResult::kFailed;
    rule.patterns.push_back(*std::move(pattern));
  } while (cursor_.AcceptSymbol(","));
  if (!ThenAction(rule)) return StatementResult::kFailed;
  statement.body = std::move(rule);
  return StatementResult::kParsed;
}

bool StatementParser::ThenAction(SyscallStatement& rule) {
  if (!cursor_.AcceptWord("then")) return true;
  rule.action = Action();
  return rule.action.has_value();
}

// Any name is an action here, and any may have a value: which ones exist is the
// resolver's to say, so that `eror EPERM` is one error.
std::optional<ActionSyntax> StatementParser::Action() {
  auto name = cursor_.ExpectName("an action");
  if (!name) return std::nullopt;
  ActionSyntax action{*std::move(name), std::nullopt};
  const bool needs_value = action.name.text == "errno";
  const TokenKind next = cursor_.Peek().kind;
  const bool begins_constant =
      cursor_.AtSymbol("(") || cursor_.AtSymbol("-") || cursor_.AtSymbol("~");
  const bool has_value = next == TokenKind::kIdentifier ||
                         next == TokenKind::kNumber ||
                         (needs_value && begins_constant);
  if (needs_value && !has_value)
    cursor_.Unexpected("the name or number of an error", "as in `errno EPERM`");
  if (!has_value)
    return needs_value ? std::nullopt : std::optional(std::move(action));
  // A statement without its `;` may be followed by another.
  if (!needs_value && !cursor_.AtSymbol(";", 1)) return action;
  action.errno_value = expressions_.Constant();
  if (!action.errno_value) return std::nullopt;
  return action;
}

StatementResult StatementParser::FileRule(Statement& statement, bool allow) {
  if (!allow) {
    cursor_.report().Error(cursor_.Previous().span(),
                           "`deny file` is not supported yet",
                           "what no `allow file` covers is denied");
    return StatementResult::kUnreadable;
  }
  const auto access =
      cursor_.ExpectOneOf("`read`, `write` or `execute`", kAccesses);
  if (!access) return StatementResult::kFailed;
  FileStatement rule;
  // INVARIANT: kAccesses stands in FileAccess' order.
  rule.access = static_cast<FileAccess>(*access);
  do {
    auto path = cursor_.ExpectString("a path in double quotes");
    if (!path) return StatementResult::kFailed;
    rule.paths.push_back(*std::move(path));
  } while (cursor_.AcceptSymbol(","));
  statement.body = std::move(rule);
  return StatementResult::kParsed;
}

StatementResult StatementParser::Limit(Statement& statement) {
  LimitStatement limit;
  do {
    if (!OneLimit(limit)) return StatementResult::kFailed;
  } while (cursor_.AcceptSymbol(","));
  statement.body = std::move(limit);
  return StatementResult::kParsed;
}

bool StatementParser::OneLimit(LimitStatement& limit) {
  const size_t begin = cursor_.position();
  const auto kind = cursor_.ExpectOneOf(
      "`memory`, `wall`, `cpu`, `pids` or `output`", kLimitNames);
  if (!kind) return false;
  // INVARIANT: kLimitNames stands in LimitKind's order.
  LimitItem item;
  item.kind = static_cast<LimitKind>(*kind);
  const auto number = cursor_.ExpectNumber("a number");
  if (!number) return false;
  const auto scale = ParseLimitUnit(item.kind, cursor_);
  if (!scale) return false;
  item.span = cursor_.SpanSince(begin);
  const auto value = ScaleLimit(item, *number, *scale, cursor_.report());
  if (!value) return true;  // reported; the other limits are read still
  item.value = *value;
  limit.items.push_back(std::move(item));
  return true;
}

StatementResult StatementParser::Otherwise(Statement& statement) {
  auto action = Action();
  if (!action) return StatementResult::kFailed;
  statement.body = OtherwiseStatement{*std::move(action)};
  return StatementResult::kParsed;
}

}  // namespace bailey::policy
