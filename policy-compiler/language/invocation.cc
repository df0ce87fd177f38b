// The words of `policy eval` as one system call.

#include <algorithm>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/constant.h"
#include "policy-compiler/language/expression_parser.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxArguments = 6;

// The first of what went wrong: a command line shows one error at a time.
std::unexpected<Error> FirstError(const DiagnosticSink& sink,
                                  const std::string& word) {
  const Diagnostics found = sink.Finish();
  if (found.empty()) return Fail(Quoted(word) + " is not a constant");
  const Diagnostic& first = found.all().front();
  return Fail("in " + Quoted(word) + ": " + first.message, first.hint);
}

Result<ConstantValue> ParseConstant(Architecture architecture,
                                    const std::string& word) {
  if (word.size() > kMaxPolicyBytes) return Fail("the argument is too long");
  const SourceText text{"argument", word};
  DiagnosticSink sink(text.name);
  TextReporter report(text, sink);
  const std::vector<Token> tokens = Lex(text, report);
  TokenCursor cursor(text, tokens, report);
  const auto expression = ExpressionParser(cursor).Constant();
  if (!expression) return FirstError(sink, word);
  if (!cursor.AtEnd()) cursor.Unexpected("the end of the expression");
  const auto value = EvaluateConstant(*expression, architecture, report);
  if (!value || sink.has_errors()) return FirstError(sink, word);
  return *value;
}

Result<uint32_t> ParseNumber(Architecture architecture, std::string_view word) {
  const SyscallTable& table = SyscallTable::For(architecture);
  if (const Syscall* call = table.FindByName(word)) return call->number;
  const bool number = !word.empty() && (word[0] == '-' || word[0] == '~' ||
                                        (word[0] >= '0' && word[0] <= '9'));
  if (!number) {
    std::vector<std::string_view> names;
    for (const Syscall& call : table.all()) names.push_back(call.name);
    return Fail("unknown system call " + Quoted(word), DidYouMean(word, names));
  }
  ASSIGN_OR_RETURN(const ConstantValue value,
                   ParseConstant(architecture, std::string(word)));
  Width width;
  width.bits = 32;
  width.is_signed = value.value < 0;
  if (const auto bits = FitWidth(value, width))
    return static_cast<uint32_t>(*bits);
  return Fail("the system call number " + Quoted(word) +
              " does not fit 32 bits");
}

}  // namespace

Result<SeccompData> ParseInvocation(Architecture architecture,
                                    std::string_view syscall_name_or_number,
                                    std::span<const std::string> arguments) {
  SeccompData data;
  data.architecture = SyscallTable::For(architecture).audit_arch();
  ASSIGN_OR_RETURN(data.number,
                   ParseNumber(architecture, syscall_name_or_number));
  if (arguments.size() > kMaxArguments)
    return Fail("a system call has at most six arguments");
  for (size_t i = 0; i < arguments.size(); ++i) {
    ASSIGN_OR_RETURN(const ConstantValue value,
                     ParseConstant(architecture, arguments[i]));
    // SAFETY: values lie in -2^63 .. 2^64-1, so this is two's complement.
    data.arguments[i] = static_cast<uint64_t>(value.value);
  }
  return data;
}

}  // namespace bailey::policy
