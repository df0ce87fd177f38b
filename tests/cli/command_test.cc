#include "cli/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::cli {
namespace {

using ::testing::HasSubstr;

int RunSeven(int argc, char** argv) {
  EXPECT_EQ(argc, 2);
  EXPECT_STREQ(argv[0], "seven");
  return 7;
}

constexpr Command kCommands[] = {{"seven", "returns seven", RunSeven}};

struct Answer {
  int code;
  std::string output;
  std::string error;
};

Answer Call(std::vector<std::string> words) {
  words.insert(words.begin(), "program");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = Dispatch("program", "A purpose.", kCommands,
                            static_cast<int>(argv.size()), argv.data());
  std::string error = ::testing::internal::GetCapturedStderr();
  return {code, ::testing::internal::GetCapturedStdout(), std::move(error)};
}

TEST(CommandTest, RunsTheCommandWithItsOwnArguments) {
  EXPECT_EQ(Call({"seven", "x"}).code, 7);
}

TEST(CommandTest, SuggestsTheNearestName) {
  const Answer answer = Call({"sevne"});
  EXPECT_EQ(answer.code, kExitError);
  EXPECT_THAT(answer.error, HasSubstr("did you mean `seven`?"));
}

TEST(CommandTest, HelpAndVersionAreFineAndNothingIsNot) {
  EXPECT_EQ(Call({"--help"}).code, kExitFine);
  EXPECT_THAT(Call({"--help"}).output, HasSubstr("returns seven"));
  EXPECT_EQ(Call({"--version"}).output, std::string(kVersion) + "\n");
  EXPECT_EQ(Call({}).code, kExitError);
  EXPECT_THAT(Call({}).error, HasSubstr("usage:"));
}

TEST(CommandTest, BadUsageIsTwoAndHelpIsZero) {
  const auto parse = [](std::vector<std::string> words) {
    CLI::App app("x", "x");
    std::string value;
    app.add_option("--value", value)->required();
    words.insert(words.begin(), "x");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const ParsedArguments parsed =
        ParseArguments(app, static_cast<int>(argv.size()), argv.data());
    ::testing::internal::GetCapturedStderr();
    ::testing::internal::GetCapturedStdout();
    return parsed;
  };
  EXPECT_TRUE(parse({"--value", "1"}).proceed);
  EXPECT_EQ(parse({}).exit_code, kExitError);
  EXPECT_EQ(parse({"--vale", "1"}).exit_code, kExitError);
  EXPECT_EQ(parse({"--help"}).exit_code, kExitFine);
  EXPECT_FALSE(parse({"--help"}).proceed);
}

TEST(CommandTest, ErrorsShowTheirHint) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(PrintError({"it broke", "mend it"}), kExitError);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "bailey: error: it broke\n  hint: mend it\n");
}

}  // namespace
}  // namespace bailey::cli
