#include "policy-compiler/language/test_blocks.h"

#include <utility>

#include "policy-compiler/language/action.h"
#include "policy-compiler/language/constant.h"
#include "policy-compiler/language/pattern.h"

namespace bailey::policy {
namespace {

class TestResolver {
 public:
  TestResolver(const TestStatement& syntax, PolicyText& text,
               const Policy& policy)
      : syntax_(syntax), text_(text), policy_(policy) {}

  PolicyTest Run() {
    PolicyTest test;
    test.name = syntax_.name.text;
    test.file = text_.text.name;
    test.line = PlaceIn(text_, syntax_.name.span.offset).line;
    if (syntax_.expectations.empty())
      text_.report.Warning(syntax_.name.span, "the test expects nothing");
    if (syntax_.portion && !KnowsPortion(*syntax_.portion)) return test;
    for (const ExpectationSyntax& written : syntax_.expectations) {
      if (text_.report.full()) break;
      if (auto expectation = Resolve(written))
        test.expectations.push_back(*std::move(expectation));
    }
    return test;
  }

 private:
  bool KnowsPortion(const Name& name) {
    if (FindPortion(policy_, name.text) != nullptr) return true;
    std::vector<std::string_view> names;
    for (const PortionPolicy& portion : policy_.portions)
      names.push_back(portion.name);
    text_.report.Error(name.span, "unknown portion " + Quoted(name.text),
                       DidYouMean(name.text, names));
    return false;
  }

  std::optional<Expectation> Resolve(const ExpectationSyntax& written) {
    Expectation result;
    const auto& portion = written.portion ? written.portion : syntax_.portion;
    if (written.portion && !KnowsPortion(*written.portion)) return std::nullopt;
    if (portion) result.portion = portion->text;
    result.serving = written.portion ? written.serving : syntax_.serving;
    const Syscall* call =
        ResolveCall(written.call, policy_.architecture, text_.report);
    if (call == nullptr) return std::nullopt;
    result.number = call->number;
    // Both are looked at, so that every error is reported.
    const bool arguments = TakeArguments(written, *call, result);
    if (!TakeOutcome(written.outcome, result) || !arguments)
      return std::nullopt;
    result.text = written.text;
    result.line = PlaceIn(text_, written.span.offset).line;
    return result;
  }

  // Missing ones are 0, as in `policy eval`.
  bool TakeArguments(const ExpectationSyntax& written, const Syscall& call,
                     Expectation& result) {
    const size_t limit =
        call.has_signature ? call.arguments.size() : result.arguments.size();
    if (written.arguments.size() > limit) {
      text_.report.Error(
          written.arguments[limit].span,
          Quoted(call.name) + " has " + std::to_string(limit) + " arguments");
      return false;
    }
    bool good = true;
    for (size_t i = 0; i < written.arguments.size(); ++i) {
      const auto value = EvaluateConstant(written.arguments[i],
                                          policy_.architecture, text_.report);
      good = good && value.has_value();
      // SAFETY: values lie in -2^63 .. 2^64-1, so this is two's complement.
      if (value) result.arguments[i] = static_cast<uint64_t>(value->value);
    }
    return good;
  }

  bool TakeOutcome(const ActionSyntax& outcome, Expectation& result) {
    const bool denied = outcome.name.text == "denied";
    if (denied || outcome.name.text == "allowed") {
      result.kind =
          denied ? Expectation::Kind::kDenied : Expectation::Kind::kAllowed;
      return true;
    }
    const auto action = ResolveAction(outcome, text_.report);
    if (!action) return false;
    result.kind = Expectation::Kind::kAction;
    result.action = *action;
    return true;
  }

  const TestStatement& syntax_;
  PolicyText& text_;
  const Policy& policy_;
};

}  // namespace

PolicyTest ResolveTest(const TestStatement& syntax, PolicyText& text,
                       const Policy& policy) {
  return TestResolver(syntax, text, policy).Run();
}

}  // namespace bailey::policy
