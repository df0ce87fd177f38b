// File rules and credentials: paths, implied calls, and who may read what.

#include "policy-compiler/language/file_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FileRulesTest, PathsAreExactOrHierarchies) {
  const Policy policy = MustLoad(
      "allow file read \"/etc/hosts\", \"/usr/**\";"
      "allow file write \"/**\"; allow file execute \"/bin/true\";");
  const auto& files = policy.portions[0].files;
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(files[0].path, "/etc/hosts");
  EXPECT_TRUE(files[0].read);
  EXPECT_FALSE(files[0].hierarchy || files[0].write || files[0].execute);
  EXPECT_EQ(files[1].path, "/usr");
  EXPECT_TRUE(files[1].hierarchy);
  EXPECT_EQ(files[1].rule, files[0].rule);
  EXPECT_EQ(files[2].path, "/");
  EXPECT_TRUE(files[2].write && files[2].hierarchy);
  EXPECT_TRUE(files[3].execute);
}

TEST(FileRulesTest, OtherPathsAreErrors) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"etc/hosts", "not absolute"},
      {"", "not absolute"},
      {"/etc/", "ends in `/`"},
      {"/etc//hosts", "empty component"},
      {"/etc/../x", "component `..`"},
      {"/./x", "component `.`"},
      {"/etc/*", "globs"},
      {"/etc/**/x", "globs"},
      {"/etc/ho?ts", "globs"},
      {"/etc/[a]", "globs"},
      {"**", "globs"},
      {"//**", "ends in `/`"},
      {"/" + std::string(4095, 'x'), "longer than 4095"}};
  for (const auto& [path, message] : cases) {
    EXPECT_THAT(ErrorsOf("allow file read \"" + path + "\";"),
                ElementsAre(HasSubstr(message)))
        << path;
  }
}

struct Open {
  const char* flags;
  bool read;   // passes in a portion that only reads
  bool write;  // passes in one that writes
};

TEST(FileRulesTest, FlagsOfOpenFollowTheRules) {
  const Policy read = MustLoad("allow file read \"/a\";");
  const Policy write = MustLoad("allow file write \"/a\";");
  const std::vector<Open> opens = {
      {"O_RDONLY", true, true},
      {"O_RDONLY|O_CLOEXEC|O_NOFOLLOW|O_DIRECTORY", true, true},
      {"O_WRONLY", false, true},
      {"O_RDWR|O_CREAT|O_TRUNC", false, true},
      {"O_WRONLY|O_CREAT|O_EXCL", false, true},
      {"O_RDONLY|O_CREAT", false, true},
      {"O_RDONLY|O_TRUNC", false, false},
      {"O_TMPFILE", false, true},
      {"O_TMPFILE|O_RDWR", false, true},
      {"O_ACCMODE", false, false},
  };
  for (const Open& open : opens) {
    for (const bool at : {true, false}) {
      const std::vector<std::string> words =
          at ? std::vector<std::string>{"AT_FDCWD", "0x1000", open.flags}
             : std::vector<std::string>{"0x1000", open.flags};
      const char* call = at ? "openat" : "open";
      EXPECT_EQ(Ask(read, call, words) == "allow", open.read) << open.flags;
      EXPECT_EQ(Ask(write, call, words) == "allow", open.write) << open.flags;
    }
  }
}

TEST(FileRulesTest, ImpliedCallsCarryTheRuleOfTheirKind) {
  const Policy policy = MustLoad(
      "allow file read \"/a\"; allow file write \"/b\"; allow file read "
      "\"/c\";");
  EXPECT_EQ(Judge(policy, Call("newfstatat")).rule, kFirstUserRule + 0u);
  EXPECT_EQ(Judge(policy, Call("unlink")).rule, kFirstUserRule + 1u);
  EXPECT_EQ(Judge(policy, Call("openat", {"0", "1", "O_RDONLY"})).rule,
            kFirstUserRule + 0u);
  EXPECT_EQ(Judge(policy, Call("openat", {"0", "1", "O_RDWR"})).rule,
            kFirstUserRule + 1u);
}

TEST(FileRulesTest, WhatAFilterOrLandlockCannotBoundIsNotImplied) {
  const Policy policy = MustLoad(
      "allow file read \"/a\"; allow file write \"/a\";"
      "allow file execute \"/a\"; otherwise errno EPERM;");
  for (const char* call :
       {"openat2", "chmod", "chown", "truncate", "utimensat", "setxattr",
        "link", "symlink", "mknod", "open_by_handle_at", "execveat"})
    EXPECT_EQ(Ask(policy, call), "errno EPERM") << call;
  EXPECT_EQ(Ask(policy, "execve"), "allow");
  EXPECT_EQ(Ask(MustLoad("allow file read \"/a\";"), "execve"), "kill_process");
}

TEST(FileRulesTest, ADenialOverridesAnImpliedCall) {
  const Policy policy =
      MustLoad("allow file read \"/a\"; deny syscall open then errno ENOENT;");
  EXPECT_EQ(Ask(policy, "open"), "errno ENOENT");
}

TEST(FileRulesTest, UsingAFileCredentialImpliesReadingIt) {
  const Policy policy = MustLoad(
      "credential key from file \"/run/key\";"
      "portion s trusted { uses key; } portion w untrusted { }");
  const PortionPolicy& signer = *FindPortion(policy, "s");
  ASSERT_EQ(signer.files.size(), 1u);
  EXPECT_EQ(signer.files[0].path, "/run/key");
  EXPECT_EQ(DescribeRule(policy, signer, signer.files[0].rule).text,
            "uses key: implies allow file read \"/run/key\"");
  EXPECT_EQ(Ask(policy, "openat", {"0", "1", "O_RDONLY"}, "s"), "allow");
  EXPECT_EQ(Ask(policy, "openat", {"0", "1", "O_RDONLY"}, "w"), "kill_process");
  EXPECT_TRUE(FindPortion(policy, "w")->files.empty());
}

TEST(FileRulesTest, ACredentialsSourceIsCoveredOnlyWhereItIsUsed) {
  const auto errors = [](const std::string& rule) {
    return ErrorsOf(
        "credential key from file \"/run/secrets/key\";"
        "portion s trusted { uses key; allow file read \"/run/**\"; }"
        "portion w untrusted { " +
        rule + " }");
  };
  for (const char* covering :
       {"allow file read \"/run/secrets/key\";", "allow file read \"/**\";",
        "allow file write \"/run/secrets/**\";",
        "allow file execute \"/run/**\";", "allow file read \"/run/secrets\";",
        "allow file read \"/run/secrets/key/**\";"}) {
    EXPECT_THAT(errors(covering),
                ElementsAre(HasSubstr("the portion `w` does not use")))
        << covering;
  }
  for (const char* other :
       {"allow file read \"/run/secrets/key2\";", "allow file read \"/ru/**\";",
        "allow file read \"/run/secrets/ke/**\";"})
    EXPECT_THAT(errors(other), IsEmpty()) << other;
}

TEST(FileRulesTest, ARuleOfThePolicyCoversForEveryPortion) {
  EXPECT_THAT(ErrorsOf("credential key from file \"/run/key\";"
                       "allow file read \"/run/**\";"
                       "portion s trusted { uses key; }"
                       "portion a untrusted { } portion b trusted { }"),
              ElementsAre(HasSubstr("`a` does not use"),
                          HasSubstr("`b` does not use")));
}

}  // namespace
}  // namespace bailey::policy
