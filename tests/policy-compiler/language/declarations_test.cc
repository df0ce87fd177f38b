// What a policy may declare, beyond what compile_test.cc goes through.

#include "policy-compiler/language/declarations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

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

TEST(DeclarationsTest, AFunctionMayNameItsArrays) {
  const Policy policy = MustLoad(
      "portion s trusted { function f(array a by n, string b), array; }");
  const PortionPolicy& signer = *FindPortion(policy, "s");
  EXPECT_THAT(signer.functions, ElementsAre("f", "array"));
  ASSERT_EQ(signer.strings.size(), 2u);
  EXPECT_EQ(signer.strings[0].parameter, "a");
  EXPECT_EQ(signer.strings[0].count, "n");
  EXPECT_EQ(signer.strings[1].count, "");
}

TEST(DeclarationsTest, WhatIsNoStringIsAnError) {
  for (const char* list :
       {"f()", "f(a)", "f(string)", "f(string a", "f(array)", "f(array a)",
        "f(array a by)", "f(array a by 5)", "f(string a by n)"}) {
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

TEST(DeclarationsTest, PassedGlobalsBelongToThePolicy) {
  const Policy policy = MustLoad("pass verbose, key_path; pass depth;");
  ASSERT_EQ(policy.passed.size(), 3u);
  EXPECT_EQ(policy.passed[1].name, "key_path");
  EXPECT_THAT(ErrorsOf("pass a, a;"), ElementsAre(HasSubstr("stands twice")));
  EXPECT_THAT(ErrorsOf("separate a; pass a;"),
              ElementsAre(HasSubstr("stands twice")));
  EXPECT_THAT(ErrorsOf("portion s trusted { pass a; function f; }"),
              ElementsAre(HasSubstr("belongs to the policy")));
  for (const char* text : {"pass;", "pass a b;", "pass a,;"})
    EXPECT_FALSE(ErrorsOf(text).empty()) << text;
}

TEST(DeclarationsTest, DeclassifiedFunctionsBelongToThePolicy) {
  const Policy policy = MustLoad(
      "declassify sign -> signature, at most 512 bits per call;"
      "declassify check -> verdict;"
      "declassify load -> handle;");
  ASSERT_EQ(policy.declassified.size(), 3u);
  EXPECT_EQ(policy.declassified[2].kind, DeclassifiedKind::kHandle);
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

TEST(DeclarationsTest, ACredentialMayNameItsReaders) {
  const Policy policy = MustLoad(
      "credential k from file \"/run/k\" by load, reload;"
      "credential v from env V by start;"
      "portion s trusted { uses k, v; function f; }");
  ASSERT_EQ(policy.readers.size(), 3u);
  EXPECT_EQ(policy.readers[1].credential, "k");
  EXPECT_EQ(policy.readers[1].function, "reload");
  EXPECT_EQ(policy.readers[2].credential, "v");
  EXPECT_THAT(
      ErrorsOf("credential k from fd 3 by f, f; portion s trusted { uses k; "
               "function f; }"),
      ElementsAre(HasSubstr("stands twice")));
  EXPECT_FALSE(ErrorsOf("credential k from fd 3 by;").empty());
}

TEST(DeclarationsTest, ACredentialMayBeStrict) {
  const Policy policy = MustLoad(
      "credential k from file \"/run/k\" by load strict;"
      "credential v from env V strict;"
      "credential w from fd 3 by strict;"
      "portion s trusted { uses k, v, w; function f; }");
  EXPECT_THAT(policy.strict, ElementsAre("k", "v"));
  EXPECT_EQ(policy.readers.back().function, "strict");
  for (const char* text : {"credential k strict from fd 3;",
                           "credential k from fd 3 strict strict;",
                           "credential k from fd 3 strict by f;"})
    EXPECT_FALSE(ErrorsOf(text).empty()) << text;
}

TEST(DeclarationsTest, WhatFailedCallsGiveBelongsToThePolicy) {
  const Policy policy = MustLoad(
      "failure sign -> -1 errno EIO; failure check -> 0 errno 12;"
      "failure least -> -9223372036854775808 errno EPERM;");
  ASSERT_EQ(policy.failures.size(), 3u);
  EXPECT_EQ(policy.failures[0].function, "sign");
  EXPECT_EQ(policy.failures[0].failure.value, -1);
  EXPECT_EQ(policy.failures[0].failure.error, 5);
  EXPECT_EQ(policy.failures[1].failure.value, 0);
  EXPECT_EQ(policy.failures[1].failure.error, 12);
  EXPECT_EQ(policy.failures[2].failure.value,
            std::numeric_limits<int64_t>::min());
}

TEST(DeclarationsTest, WhatIsWrongWithAFailureIsSaid) {
  EXPECT_THAT(ErrorsOf("failure f -> 0 errno EIO; failure f -> 1 errno EIO;"),
              ElementsAre(HasSubstr("stands twice")));
  EXPECT_THAT(ErrorsOf("failure f -> 9223372036854775808 errno EIO;"),
              ElementsAre(HasSubstr("room")));
  EXPECT_THAT(ErrorsOf("failure f -> -9223372036854775809 errno EIO;"),
              ElementsAre(HasSubstr("room")));
  EXPECT_THAT(ErrorsOf("failure f -> 0 kill;"),
              ElementsAre(HasSubstr("error number")));
  EXPECT_THAT(ErrorsOf("portion s trusted { failure f -> 0 errno EIO; }"),
              ElementsAre(HasSubstr("belongs to the policy")));
  for (const char* text :
       {"failure;", "failure f;", "failure f -> errno EIO;", "failure f -> 1;",
        "failure f -> 1 errno;", "failure f -> 1 errno ENOTHING;",
        "failure f -> 1 errno 0;", "failure f -> - errno EIO;"})
    EXPECT_FALSE(ErrorsOf(text).empty()) << text;
}

TEST(DeclarationsTest, OutlinedPartsKeepTheirOrder) {
  const Policy policy =
      MustLoad("outline load, tag from main; outline x from f;");
  ASSERT_EQ(policy.outlined.size(), 3u);
  EXPECT_EQ(policy.outlined[0].name, "load");
  EXPECT_EQ(policy.outlined[1].name, "tag");
  EXPECT_EQ(policy.outlined[1].function, "main");
  EXPECT_EQ(policy.outlined[2].function, "f");
}

TEST(DeclarationsTest, WhatIsWrongWithAnOutlineIsSaid) {
  EXPECT_THAT(ErrorsOf("outline a from f; outline a from g;"),
              ElementsAre(HasSubstr("two outlined functions")));
  EXPECT_THAT(ErrorsOf("outline a from a;"),
              ElementsAre(HasSubstr("an outlined function itself")));
  EXPECT_THAT(ErrorsOf("portion s trusted { outline a from f; function f; }"),
              ElementsAre(HasSubstr("belongs to the policy")));
  for (const char* text : {"outline;", "outline a;", "outline a from;",
                           "outline a, from f;", "outline a b from f;"})
    EXPECT_FALSE(ErrorsOf(text).empty()) << text;
}

}  // namespace
}  // namespace bailey::policy
