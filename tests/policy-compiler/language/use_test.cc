// `use`: libraries and files, found, read once, bounded.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Texts = std::map<std::string, std::string, std::less<>>;

// A file system of files; `alias/` names the same ones as `real/`.
PolicySources Files(Texts files) {
  PolicySources sources;
  sources.library = [](std::string_view name) -> std::optional<std::string> {
    if (name == "reader") return "policy r { allow syscall read; }";
    if (name == "sly") return "policy s { use \"./a.policy\"; }";
    return std::nullopt;
  };
  sources.library_names = {"reader", "sly"};
  sources.file = [files](std::string path) -> Result<UsedFile> {
    if (path.starts_with("alias/")) path.replace(0, 5, "real");
    const auto found = files.find(path);
    if (found == files.end()) return Fail("cannot find `" + path + "`");
    return UsedFile{path, found->second};
  };
  return sources;
}

ParsedPolicy LoadFrom(const std::string& name, const std::string& body,
                      Texts files) {
  const std::string text = "policy test {\n" + body + "\n}\n";
  files[name] = text;
  return LoadPolicy({name, text}, Files(std::move(files)));
}

std::vector<std::string> ErrorsFrom(const std::string& body, Texts files) {
  return Messages(LoadFrom("main.policy", body, std::move(files)).diagnostics,
                  Severity::kError);
}

TEST(UseTest, AFileIsFoundBesideTheTextThatUsesIt) {
  const ParsedPolicy parsed = LoadFrom(
      "dir/main.policy", "use \"./sub/a.policy\"; use \"../b.policy\";",
      {{"dir/sub/a.policy", "policy a { use \"./c.policy\"; }"},
       {"dir/sub/c.policy", "policy c {\n  allow syscall write;\n}"},
       {"dir/../b.policy", "policy b { use \"reader\"; }"}});
  ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  EXPECT_EQ(Ask(*parsed.policy, "write"), "allow");
  EXPECT_EQ(Ask(*parsed.policy, "read"), "allow");
  ASSERT_EQ(parsed.policy->rules.size(), 2u);
  EXPECT_EQ(parsed.policy->rules[0].file, "dir/sub/c.policy");
  EXPECT_EQ(parsed.policy->rules[0].line, 2);
  EXPECT_EQ(parsed.policy->rules[1].file, "reader");
}

// Whatever the path by which the text itself was found.
TEST(UseTest, MoreSlashesMakeNoAbsolutePath) {
  for (const std::string name : {".//a", ".///a", "././/./a"})
    EXPECT_THAT(ErrorsFrom("use \"" + name + "\";",
                           {{"a", "policy a { }"}, {"/a", "absolute"}}),
                testing::IsEmpty())
        << name;
}

TEST(UseTest, AFileCountsOnceUnderAllItsNames) {
  const ParsedPolicy parsed =
      LoadFrom("main.policy",
               "use \"./real/a.policy\"; use \"./alias/a.policy\"; "
               "use \"././real/a.policy\";",
               {{"real/a.policy", "policy a { allow syscall read; }"}});
  ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  EXPECT_EQ(parsed.policy->rules.size(), 1u);
}

TEST(UseTest, ACycleIsAnErrorWhereItCloses) {
  EXPECT_THAT(ErrorsFrom("use \"./a.policy\";",
                         {{"a.policy", "policy a { use \"./b.policy\"; }"},
                          {"b.policy", "policy b { use \"./a.policy\"; }"}}),
              ElementsAre(HasSubstr("`./a.policy` uses itself")));
  EXPECT_THAT(ErrorsFrom("use \"./main.policy\";", {}),
              ElementsAre(HasSubstr("`./main.policy` uses itself")));
  // Under another name of the same file.
  EXPECT_THAT(ErrorsFrom("use \"./alias/a.policy\";",
                         {{"real/a.policy", "policy a { use \"./b\"; }"},
                          {"real/b", "policy b { use \"./a.policy\"; }"}}),
              ElementsAre(HasSubstr("uses itself")));
}

TEST(UseTest, AMissingFileIsAnErrorAtItsName) {
  const ParsedPolicy parsed = LoadFrom("main.policy", "use \"./no\";", {});
  ASSERT_EQ(parsed.diagnostics.error_count(), 1u);
  EXPECT_EQ(parsed.diagnostics.all()[0].message, "cannot find `no`");
  EXPECT_EQ(parsed.diagnostics.all()[0].line, 2);
  EXPECT_EQ(parsed.diagnostics.all()[0].column, 5);
}

TEST(UseTest, ABuiltInLibraryUsesNoFiles) {
  EXPECT_THAT(ErrorsFrom("use \"sly\";", {{"a.policy", "policy a { }"}}),
              ElementsAre("a built-in library cannot use a file"));
}

TEST(UseTest, WithoutFilesAFileIsAnError) {
  EXPECT_THAT(ErrorsOf("use \"./a.policy\";"),
              ElementsAre("files cannot be used here"));
}

TEST(UseTest, AnUnknownLibraryGetsTheNearest) {
  const ParsedPolicy parsed = LoadFrom(
      "main.policy", "use \"raeder\";\nuse \"/etc/a.policy\";\nuse \"x\";", {});
  ASSERT_EQ(parsed.diagnostics.error_count(), 3u);
  EXPECT_EQ(parsed.diagnostics.all()[0].hint, "did you mean `reader`?");
  EXPECT_THAT(parsed.diagnostics.all()[1].hint, HasSubstr("`./NAME.policy`"));
  EXPECT_EQ(parsed.diagnostics.all()[2].hint,
            "built-in ones are `reader`, `sly`");
}

TEST(UseTest, WhatIsUsedHoldsNoDeclarations) {
  EXPECT_THAT(ErrorsFrom("use \"./a.policy\";",
                         {{"a.policy",
                           "policy a {\nportion p trusted { }\nlimit pids 1;\n"
                           "credential c from fd 3;\nplugins \"/a\";\n"
                           "target linux x86_64;\notherwise kill; }"}}),
              ElementsAre("`portion` cannot stand in a library",
                          "`limit` cannot stand in a library",
                          "`credential` cannot stand in a library",
                          "`plugins` cannot stand in a library",
                          "`target` cannot stand in a library",
                          "`otherwise` cannot stand in a library"));
}

TEST(UseTest, DepthNumberAndSizeAreBounded) {
  Texts chain;
  for (int i = 0; i < 40; ++i)
    chain[std::to_string(i)] =
        "policy p { use \"./" + std::to_string(i + 1) + "\"; }";
  EXPECT_THAT(ErrorsFrom("use \"./0\";", chain),
              ElementsAre(HasSubstr("more than 16 levels deep")));

  Texts many;
  std::string uses;
  for (int i = 0; i < 150; ++i) {
    many[std::to_string(i)] = "policy p { }";
    uses += "use \"./" + std::to_string(i) + "\";";
  }
  EXPECT_THAT(ErrorsFrom(uses, many).front(), HasSubstr("more than 100 texts"));

  const std::string mebibyte = "policy p { }" + std::string(1'000'000, ' ');
  EXPECT_THAT(
      ErrorsFrom("use \"./0\";use \"./1\";use \"./2\";use \"./3\";use \"./4\";",
                 {{"0", mebibyte},
                  {"1", mebibyte},
                  {"2", mebibyte},
                  {"3", mebibyte},
                  {"4", mebibyte}}),
      ElementsAre(HasSubstr("more than 4194304 bytes together")));
  EXPECT_THAT(ErrorsFrom("use \"./0\";", {{"0", mebibyte + mebibyte}}),
              ElementsAre(HasSubstr("larger than 1048576 bytes")));
}

TEST(UseTest, TheDigestCoversFiles) {
  const auto digest = [](const std::string& text) {
    return LoadFrom("m", "use \"./a\";", {{"a", text}}).policy->sha256;
  };
  EXPECT_EQ(digest("policy a { }"), digest("policy a { }"));
  EXPECT_NE(digest("policy a { }"), digest("policy a {  }"));
}

// A link may lead elsewhere tomorrow, to a text that is there already: the same
// texts, and other rules.
TEST(UseTest, TheDigestCoversWhichTextEachUses) {
  const auto load = [](const std::string& target) {
    Texts files = {
        {"a", "policy a { group g { read } }"},
        {"b", "policy b { group g { write } }"},
        {"c", "policy c { use \"./link\"; allow syscall group g; }"}};
    PolicySources sources;
    sources.file = [files, target](std::string path) -> Result<UsedFile> {
      if (path == "link") path = target;
      const auto found = files.find(path);
      if (found == files.end()) return Fail("cannot find `" + path + "`");
      return UsedFile{path, found->second};
    };
    return LoadPolicy(
        {"m", "policy m { use \"./a\"; use \"./b\"; use \"./c\"; }"}, sources);
  };
  const ParsedPolicy to_a = load("a"), to_b = load("b");
  ASSERT_TRUE(to_a.policy && to_b.policy) << RenderText(to_a.diagnostics);
  ASSERT_NE(Ask(*to_a.policy, "read"), Ask(*to_b.policy, "read"));
  EXPECT_NE(to_a.policy->sha256, to_b.policy->sha256);
}

TEST(UseTest, AVersionIsTheOneThatTheTextSays) {
  const Texts files = {{"two", "policy t { version 2; allow syscall read; }"},
                       {"none", "policy n { allow syscall write; }"}};
  const ParsedPolicy parsed = LoadFrom(
      "m", "version 9; use \"./two\" version 2; use \"./none\";", files);
  ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  EXPECT_EQ(Ask(*parsed.policy, "read"), "allow");
  const ParsedPolicy wrong = LoadFrom(
      "m", "use \"./two\" version 3;\nuse \"./none\" version 1;", files);
  ASSERT_EQ(wrong.diagnostics.error_count(), 2u);
  EXPECT_EQ(wrong.diagnostics.all()[0].message,
            "`./two` has no version 3: the one known is 2");
  EXPECT_EQ(wrong.diagnostics.all()[0].column, 21);
  EXPECT_EQ(wrong.diagnostics.all()[1].message, "`./none` says no version");
}

TEST(UseTest, AVersionIsANumberFromOneSaidOnce) {
  EXPECT_THAT(ErrorsOf("version 0;"), ElementsAre(HasSubstr("from 1")));
  EXPECT_THAT(ErrorsOf("version 1; version 1;"),
              ElementsAre("`version` stands twice"));
  EXPECT_THAT(ErrorsOf("version one;"), ElementsAre(HasSubstr("number")));
  EXPECT_THAT(ErrorsOf("portion p untrusted { version 1; }"),
              ElementsAre(HasSubstr("belongs to the policy")));
}

// `reader` is a file here, whatever a library is called.
TEST(UseTest, AFileIsNoLibraryByItsName) {
  const ParsedPolicy parsed =
      LoadFrom("m", "use \"reader\"; use \"./reader\";",
               {{"reader", "policy r { allow syscall write; }"}});
  ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  ASSERT_EQ(parsed.policy->rules.size(), 2u);
  EXPECT_EQ(parsed.policy->rules[0].file, parsed.policy->rules[1].file);
  EXPECT_TRUE(parsed.policy->rules[0].is_builtin);
  EXPECT_FALSE(parsed.policy->rules[1].is_builtin);
}

}  // namespace
}  // namespace bailey::policy
