// `test` blocks, resolved: which portion, which call, which answer.
//
//   policy.tests.push_back(ResolveTest(syntax, text, policy));

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_TEST_BLOCKS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_TEST_BLOCKS_H_

#include "policy-compiler/language/texts.h"

namespace bailey::policy {

inline constexpr size_t kMaxExpectations = 10'000;

// Requires the policy's portions to be declared. Expectations that are wrong
// are reported and left out.
PolicyTest ResolveTest(const TestStatement& syntax, PolicyText& text,
                       const Policy& policy);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_TEST_BLOCKS_H_
