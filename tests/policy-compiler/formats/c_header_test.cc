#include "policy-compiler/formats/c_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Policy Named(const std::vector<std::string>& portions) {
  Policy policy;
  policy.name = "notary";
  policy.sha256 = "0123";
  for (const std::string& name : portions) {
    PortionPolicy portion;
    portion.name = name;
    policy.portions.push_back(portion);
  }
  return policy;
}

TEST(CHeader, HasTheInstructionsAndWhatTheyAreOf) {
  const Policy policy = Named({"main"});
  const std::string text = CHeaderText({.policy = &policy,
                                        .portion = &policy.portions[0],
                                        .program = {{6, 0, 0, 0x7fff0000}},
                                        .solver = "z3 4.8.12"});
  EXPECT_THAT(text, HasSubstr("{0x0006, 0, 0, 0x7fff0000},"));
  EXPECT_THAT(text, HasSubstr("sha256 0123"));
  EXPECT_THAT(text, HasSubstr("1 instructions"));
  EXPECT_THAT(text, HasSubstr("z3 4.8.12"));
  EXPECT_THAT(text, HasSubstr("int notary_install_filter(void)"));
}

TEST(CHeader, IsForOneArchitecture) {
  Policy policy = Named({"main"});
  policy.architecture = Architecture::kAarch64;
  const std::string text = CHeaderText({.policy = &policy,
                                        .portion = &policy.portions[0],
                                        .program = {},
                                        .solver = ""});
  EXPECT_THAT(text, HasSubstr("#if !defined(__aarch64__)"));
  EXPECT_THAT(text, Not(HasSubstr("__x86_64__")));
}

TEST(CHeader, NamesThePortionWhereThereAreSeveral) {
  const Policy policy = Named({"signer", "reader"});
  EXPECT_EQ(CHeaderPrefix(policy, policy.portions[1]), "notary_reader");
}

}  // namespace
}  // namespace bailey::policy
