// What a policy may declare, beyond what compile_test.cc goes through.

#include "policy-compiler/language/declarations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DeclarationsTest, ACredentialMayBeStandardInputButNoOutput) {
  const Policy policy = MustLoad(
      "credential p from fd 0; portion s trusted { uses p; function f; }");
  ASSERT_EQ(policy.credentials.size(), 1u);
  EXPECT_EQ(policy.credentials[0].descriptor, 0);
  for (const char* number : {"1", "2", "200"}) {
    EXPECT_THAT(ErrorsOf(std::string("credential p from fd ") + number + ";"),
                ElementsAre(HasSubstr("is 0 or from 3 to 199")))
        << number;
  }
}

TEST(DeclarationsTest, AFunctionMayNameItsStrings) {
  const Policy policy = MustLoad(
      "portion s trusted { function f(string a, string b), g, h(string c); }");
  const PortionPolicy& signer = *FindPortion(policy, "s");
  EXPECT_THAT(signer.functions, ElementsAre("f", "g", "h"));
  ASSERT_EQ(signer.strings.size(), 3u);
  EXPECT_EQ(signer.strings[1].function, "f");
  EXPECT_EQ(signer.strings[1].parameter, "b");
  EXPECT_EQ(signer.strings[2].function, "h");
}

TEST(DeclarationsTest, WhatIsNoStringIsAnError) {
  for (const char* list : {"f()", "f(a)", "f(string)", "f(string a"}) {
    const std::string text =
        std::string("portion s trusted { function ") + list + "; }";
    EXPECT_FALSE(ErrorsOf(text).empty()) << list;
  }
  EXPECT_FALSE(
      ErrorsOf("portion w untrusted { input function f(string a); }").empty());
}

TEST(DeclarationsTest, SeparateGlobalsBelongToThePolicy) {
  const Policy policy = MustLoad("separate scratch, buffer;");
  ASSERT_EQ(policy.separate.size(), 2u);
  EXPECT_EQ(policy.separate[1].name, "buffer");
  EXPECT_THAT(ErrorsOf("separate a, a;"),
              ElementsAre(HasSubstr("stands twice")));
  EXPECT_THAT(ErrorsOf("portion s trusted { separate a; function f; }"),
              ElementsAre(HasSubstr("belongs to the policy")));
}

TEST(DeclarationsTest, DeclassifiedFunctionsBelongToThePolicy) {
  const Policy policy = MustLoad(
      "declassify sign -> signature, at most 512 bits per call;"
      "declassify check -> verdict;");
  ASSERT_EQ(policy.declassified.size(), 2u);
  EXPECT_EQ(policy.declassified[0].function, "sign");
  EXPECT_EQ(policy.declassified[0].kind, DeclassifiedKind::kSignature);
  EXPECT_EQ(policy.declassified[0].most_bits, 512u);
  EXPECT_EQ(policy.declassified[1].kind, DeclassifiedKind::kVerdict);
  EXPECT_EQ(policy.declassified[1].most_bits, 0u);
}

TEST(DeclarationsTest, WhatIsWrongWithADeclassificationIsSaid) {
  EXPECT_THAT(ErrorsOf("declassify f -> mac; declassify f -> value;"),
              ElementsAre(HasSubstr("declassified twice")));
  EXPECT_THAT(ErrorsOf("declassify f -> secret;"),
              ElementsAre(HasSubstr("`signature`")));
  EXPECT_THAT(ErrorsOf("declassify f -> mac, at most 0 bits per call;"),
              ElementsAre(HasSubstr("0 bits")));
  EXPECT_THAT(ErrorsOf("portion s trusted { declassify f -> mac; }"),
              ElementsAre(HasSubstr("belongs to the policy")));
  for (const char* text : {"declassify;", "declassify f;", "declassify f ->;",
                           "declassify f -> mac, most 3 bits per call;",
                           "declassify f -> mac, at most bits per call;",
                           "declassify f -> mac, at most 3 bits;"})
    EXPECT_FALSE(ErrorsOf(text).empty()) << text;
}

}  // namespace
}  // namespace bailey::policy
