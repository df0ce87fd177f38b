// Policies from text and questions to them, for the tests of this folder.
//
//   Policy policy = MustLoad("allow syscall read; otherwise errno EPERM;");
//   EXPECT_EQ(Ask(policy, "read"), "allow");

#ifndef BAILEY_TESTS_POLICY_COMPILER_LANGUAGE_POLICY_TESTING_H_
#define BAILEY_TESTS_POLICY_COMPILER_LANGUAGE_POLICY_TESTING_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {

inline std::optional<std::string> NoLibrary(std::string_view) {
  return std::nullopt;
}

// `body` is what stands between the policy's braces.
inline ParsedPolicy LoadBody(std::string_view body,
                             const LibraryLookup& library = NoLibrary) {
  return LoadPolicy(
      {"test.policy", "policy test {\n" + std::string(body) + "\n}\n"},
      library);
}

inline Policy MustLoad(std::string_view body,
                       const LibraryLookup& library = NoLibrary) {
  ParsedPolicy parsed = LoadBody(body, library);
  EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

inline std::vector<std::string> Messages(const Diagnostics& diagnostics,
                                         Severity severity) {
  std::vector<std::string> messages;
  for (const Diagnostic& diagnostic : diagnostics.all())
    if (diagnostic.severity == severity) messages.push_back(diagnostic.message);
  return messages;
}

inline std::vector<std::string> ErrorsOf(
    std::string_view body, const LibraryLookup& library = NoLibrary) {
  return Messages(LoadBody(body, library).diagnostics, Severity::kError);
}

inline std::vector<std::string> WarningsOf(std::string_view body) {
  return Messages(LoadBody(body).diagnostics, Severity::kWarning);
}

inline SeccompData Call(std::string_view call,
                        const std::vector<std::string>& arguments = {}) {
  const auto data = ParseInvocation(Architecture::kX8664, call, arguments);
  EXPECT_TRUE(data.has_value()) << call;
  return data.has_value() ? *data : SeccompData{};
}

inline Verdict Judge(const Policy& policy, const SeccompData& data,
                     std::string_view portion = "main") {
  const PortionPolicy* found = FindPortion(policy, portion);
  EXPECT_NE(found, nullptr) << portion;
  if (found == nullptr) return {};
  return Evaluate(policy.architecture, *found, data);
}

// The action's name.
inline std::string Ask(const Policy& policy, std::string_view call,
                       const std::vector<std::string>& arguments = {},
                       std::string_view portion = "main") {
  return ActionName(Judge(policy, Call(call, arguments), portion).action);
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_LANGUAGE_POLICY_TESTING_H_
