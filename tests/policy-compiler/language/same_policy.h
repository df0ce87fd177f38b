// Whether two policies mean the same and say it in the same order: all that
// there is but places in the text, white space in rules and the digest. For
// the formatter's tests and its fuzz target.
//
//   EXPECT_EQ(DifferenceBetween(before, after), "");

#ifndef BAILEY_TESTS_POLICY_COMPILER_LANGUAGE_SAME_POLICY_H_
#define BAILEY_TESTS_POLICY_COMPILER_LANGUAGE_SAME_POLICY_H_

#include <algorithm>
#include <string>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

inline std::string WithoutBlanks(std::string text) {
  std::erase_if(text, [](char c) { return c == ' '; });
  // Long texts are cut, after as many bytes, blanks included.
  return text.size() > 400 ? text.substr(0, 400) : text;
}

inline bool IsSame(const Condition& a, const Condition& b) {
  return a.kind == b.kind && a.comparison == b.comparison &&
         std::ranges::equal(
             a.operands, b.operands,
             [](const auto& x, const auto& y) { return IsSame(x, y); });
}

inline bool IsSame(const SyscallRule& a, const SyscallRule& b) {
  return a.number == b.number && a.action == b.action && a.rule == b.rule &&
         IsSame(a.when, b.when);
}

inline bool IsSame(const PlanFileRule& a, const PlanFileRule& b) {
  return a.path == b.path && a.hierarchy == b.hierarchy && a.read == b.read &&
         a.write == b.write && a.execute == b.execute && a.rule == b.rule;
}

inline bool IsSame(const StringParameter& a, const StringParameter& b) {
  return a.function == b.function && a.parameter == b.parameter &&
         a.count == b.count;
}

inline bool IsSame(const std::optional<ProgramWord>& a,
                   const std::optional<ProgramWord>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->name == b->name && a->arguments == b->arguments;
}

inline bool IsSame(const ServedSocket& a, const ServedSocket& b) {
  return a.path == b.path && a.clients == b.clients;
}

inline bool IsSame(const PortionPolicy& a, const PortionPolicy& b) {
  const auto same = [](const auto& x, const auto& y) { return IsSame(x, y); };
  return a.name == b.name && a.trusted == b.trusted &&
         a.credentials == b.credentials && a.functions == b.functions &&
         a.input_functions == b.input_functions && a.otherwise == b.otherwise &&
         a.clone_constrained == b.clone_constrained &&
         std::ranges::equal(a.strings, b.strings, same) &&
         IsSame(a.program, b.program) &&
         std::ranges::equal(a.sockets, b.sockets, same) &&
         std::ranges::equal(a.syscalls, b.syscalls, same) &&
         std::ranges::equal(a.files, b.files, same);
}

inline bool IsSame(const RuleInfo& a, const RuleInfo& b) {
  return a.index == b.index && WithoutBlanks(a.text) == WithoutBlanks(b.text);
}

inline bool IsSame(const Expectation& a, const Expectation& b) {
  return a.kind == b.kind && a.action == b.action && a.portion == b.portion &&
         a.number == b.number && a.arguments == b.arguments;
}

inline bool IsSame(const PolicyTest& a, const PolicyTest& b) {
  return a.name == b.name &&
         std::ranges::equal(
             a.expectations, b.expectations,
             [](const auto& x, const auto& y) { return IsSame(x, y); });
}

inline bool IsSame(const PlanCredential& a, const PlanCredential& b) {
  return a.name == b.name && a.source == b.source && a.variable == b.variable &&
         a.path == b.path && a.descriptor == b.descriptor;
}

// What differs first, or nothing.
inline std::string DifferenceBetween(const Policy& a, const Policy& b) {
  const auto same = [](const auto& x, const auto& y) { return IsSame(x, y); };
  if (a.name != b.name || a.architecture != b.architecture) return "the head";
  if (!std::ranges::equal(a.credentials, b.credentials, same))
    return "credentials";
  if (!std::ranges::equal(a.rules, b.rules, same)) return "rules";
  if (!std::ranges::equal(a.portions, b.portions, same)) return "portions";
  if (!std::ranges::equal(a.tests, b.tests, same)) return "tests";
  if (!std::ranges::equal(a.plugins, b.plugins, {}, &PluginPattern::pattern,
                          &PluginPattern::pattern))
    return "plugins";
  if (!std::ranges::equal(a.separate, b.separate, {}, &SeparateGlobal::name,
                          &SeparateGlobal::name))
    return "separate globals";
  if (!std::ranges::equal(a.passed, b.passed, {}, &PassedName::name,
                          &PassedName::name))
    return "passed globals";
  const auto is_declassified_alike = [](const Declassification& x,
                                        const Declassification& y) {
    return x.function == y.function && x.kind == y.kind &&
           x.most_bits == y.most_bits;
  };
  if (!std::ranges::equal(a.declassified, b.declassified,
                          is_declassified_alike))
    return "declassified functions";
  const auto is_outlined_alike = [](const OutlineWord& x,
                                    const OutlineWord& y) {
    return x.name == y.name && x.function == y.function;
  };
  if (!std::ranges::equal(a.outlined, b.outlined, is_outlined_alike))
    return "outlined functions";
  const bool limits = a.limits.memory_bytes == b.limits.memory_bytes &&
                      a.limits.wall_ms == b.limits.wall_ms &&
                      a.limits.cpu_percent == b.limits.cpu_percent &&
                      a.limits.pids == b.limits.pids &&
                      a.limits.output_bytes == b.limits.output_bytes;
  return limits ? "" : "limits";
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_LANGUAGE_SAME_POLICY_H_
