#include "policy-compiler/language/condition.h"

#include <string>
#include <utility>
#include <vector>

#include "common/check.h"
#include "policy-compiler/language/constant.h"
#include "policy-compiler/language/pointer_hint.h"
#include "policy-compiler/language/widths.h"

namespace bailey::policy {
namespace {

using Conditions = std::optional<Condition>;

Condition Branch(Condition::Kind kind, std::vector<Condition> operands) {
  Condition condition;
  condition.kind = kind;
  condition.operands = std::move(operands);
  return condition;
}

// "`fd`, `buf` and `count`"
std::string ArgumentNames(const Syscall& call) {
  std::string names;
  for (const SyscallArgument& argument : call.arguments) {
    if (!names.empty()) names += ", ";
    names += "`" + std::string(argument.name) + "`";
  }
  return names;
}

std::vector<std::string_view> AcceptedNames(const Syscall& call) {
  std::vector<std::string_view> names;
  for (const SyscallArgument& argument : call.arguments) {
    names.push_back(argument.name);
    names.push_back(argument.alias);
    if (!argument.other_alias.empty()) names.push_back(argument.other_alias);
  }
  return names;
}

std::string TypeText(const SyscallArgument& argument) {
  return std::to_string(argument.width_bits) +
         (argument.is_signed ? " bits, signed" : " bits, unsigned");
}

class ConditionResolver {
 public:
  ConditionResolver(Architecture architecture, Widths widths,
                    const Syscall& call, TextReporter& report)
      : architecture_(architecture),
        widths_(widths),
        call_(call),
        report_(report) {}

  // Recursion is bounded: the parser refuses deep nesting (kMaxDepth).
  Conditions Resolve(const ArgumentExpression& expression) {
    using Kind = ArgumentExpression::Kind;
    switch (expression.kind) {
      case Kind::kCompare:
        return ResolveComparison(expression);
      case Kind::kIn:
        return ResolveSet(expression);
      case Kind::kAll:
        return ResolveList(expression, Condition::Kind::kAll);
      case Kind::kAny:
        return ResolveList(expression, Condition::Kind::kAny);
      case Kind::kNot:
        return ResolveList(expression, Condition::Kind::kNot);
      case Kind::kOperand:
        break;
    }
    CHECK(false);
  }

 private:
  Conditions ResolveList(const ArgumentExpression& expression,
                         Condition::Kind kind) {
    std::vector<Condition> operands;
    for (const ArgumentExpression& operand : expression.operands) {
      Conditions resolved = Resolve(operand);
      if (resolved) operands.push_back(*std::move(resolved));
    }
    if (operands.size() < expression.operands.size()) return std::nullopt;
    return Branch(kind, std::move(operands));
  }

  // An argument as it is compared.
  struct Subject {
    SyscallArgument argument;
    Comparison comparison;
  };

  bool FindOperand(const Operand& operand, Subject& subject) {
    if (const auto plain = PlainArgument(operand.argument.text))
      return FindPlain(operand, *plain, subject);
    if (!call_.has_signature) {
      report_.Error(operand.argument.span,
                    "the arguments of `" + std::string(call_.name) +
                        "` are not known: the kernel has no call behind it");
      return false;
    }
    const auto found = FindArgument(call_, operand.argument.text);
    if (found) {
      subject.comparison.argument = *found;
      subject.argument =
          Seen(call_.arguments[static_cast<size_t>(*found)], widths_);
      return true;
    }
    const std::string call = "`" + std::string(call_.name) + "`";
    std::string hint = DidYouMean(operand.argument.text, AcceptedNames(call_));
    if (!hint.empty()) hint += " ";
    hint += call_.arguments.empty() ? call + " takes no arguments"
                                    : call + " takes " + ArgumentNames(call_);
    report_.Error(operand.argument.span,
                  call + " has no argument " + Quoted(operand.argument.text),
                  hint);
    return false;
  }

  bool FindPlain(const Operand& operand, int index, Subject& subject) {
    subject.comparison.argument = index;
    subject.argument = PlainArgumentAt(index);
    if (widths_ == Widths::kFull) return true;
    report_.Error(operand.argument.span,
                  Quoted(operand.argument.text) +
                      " names all 64 bits, whatever the kernel reads of them: "
                      "it is for texts that say `widths full;`",
                  call_.arguments.empty()
                      ? ""
                      : "`" + std::string(call_.name) + "` takes " +
                            ArgumentNames(call_));
    return false;
  }

  std::optional<Subject> ResolveOperand(const Operand& operand) {
    Subject subject;
    if (!FindOperand(operand, subject)) return std::nullopt;
    const SyscallArgument& argument = subject.argument;
    subject.comparison.width_bits = argument.width_bits;
    subject.comparison.is_signed = argument.is_signed;
    const uint64_t all = LowBits(argument.width_bits);
    uint64_t mask = all;
    for (const ConstantExpression& expression : operand.masks) {
      const auto bits = Fit(expression, argument, /*as_bits=*/true);
      if (!bits) return std::nullopt;
      mask &= *bits;
    }
    // A mask that takes all bits is none, however it is written.
    subject.comparison.mask = mask == all ? ~uint64_t{0} : mask;
    return subject;
  }

  std::optional<uint64_t> Fit(const ConstantExpression& expression,
                              const SyscallArgument& argument, bool as_bits) {
    auto value = EvaluateConstant(expression, architecture_, report_);
    if (!value) return std::nullopt;
    // In full widths a negative number is its 64 bits, whatever its form.
    if (widths_ == Widths::kFull && as_bits && value->value < 0)
      value->is_pattern = true;
    Width width{argument.width_bits, argument.is_signed, as_bits};
    if (const auto bits = FitWidth(*value, width)) return bits;
    report_.Error(expression.span,
                  "the value " + DecimalText(value->value) +
                      " does not fit the argument `" +
                      std::string(argument.name) + "` (" + TypeText(argument) +
                      ")",
                  FitHint(*value, width));
    return std::nullopt;
  }

  // The same bits, written so that they fit.
  std::string FitHint(const ConstantValue& value, Width width) const {
    const WideInteger modulus = WideInteger{1} << width.bits;
    if (width.is_signed && value.value >= modulus / 2 && value.value < modulus)
      return "write " + DecimalText(value.value - modulus) + " for these bits";
    if (!width.is_signed && value.value < 0 && value.value >= -modulus / 2)
      return (widths_ == Widths::kFull
                  ? "`widths full` compares unsigned: write "
                  : "the kernel reads the argument as unsigned: write ") +
             DecimalText(value.value + modulus) + " for these bits";
    return "";
  }

  Conditions ResolveComparison(const ArgumentExpression& expression) {
    const auto subject = ResolveOperand(expression.operand);
    const ConstantExpression& right = expression.items[0].first;
    if (!subject) {
      EvaluateConstant(right, architecture_, report_);  // for its own errors
      return std::nullopt;
    }
    if (subject->argument.is_pointer)
      return ResolvePointer(expression, *subject);
    const bool equality = expression.op == CompareOp::kEqual ||
                          expression.op == CompareOp::kNotEqual;
    return Finish(*subject, expression.op, right, equality);
  }

  Conditions Finish(const Subject& subject, CompareOp op,
                    const ConstantExpression& right, bool equality) {
    Comparison comparison = subject.comparison;
    const bool whole =
        comparison.mask == ~uint64_t{0} && widths_ == Widths::kKernel;
    const auto bits = Fit(right, subject.argument, equality && !whole);
    if (!bits) return std::nullopt;
    comparison.op = op;
    comparison.value = *bits;
    return Compare(comparison);
  }

  Conditions ResolvePointer(const ArgumentExpression& expression,
                            const Subject& subject) {
    const auto value =
        EvaluateConstant(expression.items[0].first, architecture_, report_);
    const bool equality =
        expression.kind == ArgumentExpression::Kind::kCompare &&
        (expression.op == CompareOp::kEqual ||
         expression.op == CompareOp::kNotEqual);
    const bool null_test = equality && expression.operand.masks.empty() &&
                           value && value->value == 0;
    if (null_test) {
      Comparison comparison = subject.comparison;
      comparison.op = expression.op;
      return Compare(comparison);
    }
    if (value) {
      const SyscallArgument& argument = subject.argument;
      report_.Error(expression.operand.argument.span,
                    "`" + std::string(argument.name) + "` of `" +
                        std::string(call_.name) +
                        "` is a pointer: a filter sees the address, never "
                        "what is there",
                    PointerHint(call_, argument));
    }
    return std::nullopt;
  }

  Conditions ResolveSet(const ArgumentExpression& expression) {
    const auto subject = ResolveOperand(expression.operand);
    if (!subject) return std::nullopt;
    if (subject->argument.is_pointer)
      return ResolvePointer(expression, *subject);
    std::vector<Condition> members;
    for (const SetItem& item : expression.items) {
      Conditions member = ResolveItem(*subject, item);
      if (member) members.push_back(*std::move(member));
    }
    if (members.size() < expression.items.size()) return std::nullopt;
    return AnyOf(std::move(members));
  }

  // By its ends alone: a mask may leave nothing between them all the same.
  static bool IsEmptyRange(Condition low, Condition high) {
    low.comparison.mask = high.comparison.mask = ~uint64_t{0};
    return IsAlwaysFalse(AllOf({std::move(low), std::move(high)}));
  }

  Conditions ResolveItem(const Subject& subject, const SetItem& item) {
    if (!item.last) return Finish(subject, CompareOp::kEqual, item.first, true);
    Conditions low =
        Finish(subject, CompareOp::kGreaterEqual, item.first, false);
    Conditions high = Finish(subject, CompareOp::kLessEqual, *item.last, false);
    if (!low || !high) return std::nullopt;
    if (!IsEmptyRange(*low, *high))
      return AllOf({*std::move(low), *std::move(high)});
    report_.Error(item.first.span, "the range is empty",
                  "the lower end comes first: `0..7`");
    return std::nullopt;
  }

  const Architecture architecture_;
  const Widths widths_;
  const Syscall& call_;
  TextReporter& report_;
};

}  // namespace

std::optional<Condition> ResolveCondition(const ArgumentExpression& expression,
                                          Architecture architecture,
                                          Widths widths, const Syscall& call,
                                          TextReporter& report) {
  return ConditionResolver(architecture, widths, call, report)
      .Resolve(expression);
}

Condition Compare(const Comparison& comparison) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison = comparison;
  return condition;
}

Condition AllOf(std::vector<Condition> operands) {
  if (operands.size() == 1) return std::move(operands.front());
  return Branch(Condition::Kind::kAll, std::move(operands));
}

Condition AnyOf(std::vector<Condition> operands) {
  if (operands.size() == 1) return std::move(operands.front());
  return Branch(Condition::Kind::kAny, std::move(operands));
}

Comparison CompareArgument(const Syscall& call, std::string_view argument,
                           CompareOp op, uint64_t value, uint64_t mask) {
  const auto index = FindArgument(call, argument);
  CHECK(index.has_value());
  const SyscallArgument& found = call.arguments[static_cast<size_t>(*index)];
  return Comparison{.argument = *index,
                    .width_bits = found.width_bits,
                    .is_signed = found.is_signed,
                    .mask = mask,
                    .op = op,
                    .value = value};
}

}  // namespace bailey::policy
