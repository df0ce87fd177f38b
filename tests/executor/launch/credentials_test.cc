#include "executor/launch/credentials.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "executor/wire.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

Plan PlanWith(CredentialSource source) {
  Plan plan;
  PlanCredential key;
  key.name = "key";
  key.source = source;
  key.path = "/no/such/key";
  key.variable = "BAILEY_TEST_KEY";
  plan.credentials = {key};
  return plan;
}

std::string Value(const OpenedCredential& credential) {
  const auto reader = ReopenForReading(credential.bytes.get());
  EXPECT_TRUE(reader.ok());
  return ReadAll(reader->get(), "key").value_or("");
}

TEST(ParseCredentialOptionsTest, KnowsThreeSources) {
  const std::vector<std::string> options{"a=file:/x=y", "b=env:V", "c=fd:3"};
  const auto sources = ParseCredentialOptions(options);
  ASSERT_TRUE(sources.ok());
  EXPECT_EQ(sources->at("a").place, "/x=y");
  EXPECT_EQ(sources->at("b").kind, CredentialSource::kEnvironment);
  EXPECT_EQ(sources->at("c").kind, CredentialSource::kDescriptor);
}

TEST(ParseCredentialOptionsTest, RefusesTheRest) {
  for (const char* option : {"key", "=file:/x", "key=/x", "key=http:x"}) {
    const std::vector<std::string> options{option};
    EXPECT_FALSE(ParseCredentialOptions(options).ok()) << option;
  }
  const std::vector<std::string> twice{"a=fd:3", "a=fd:4"};
  EXPECT_FALSE(ParseCredentialOptions(twice).ok());
}

TEST(OpenCredentialsTest, TakesAVariableOutOfTheEnvironment) {
  setenv("BAILEY_TEST_KEY", "value", 1);
  const char* storage = std::getenv("BAILEY_TEST_KEY");
  const auto opened =
      OpenCredentials(PlanWith(CredentialSource::kEnvironment), {});
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(Value((*opened)[0]), "value");
  EXPECT_EQ(std::getenv("BAILEY_TEST_KEY"), nullptr);
  EXPECT_STREQ(storage, "");
}

TEST(OpenCredentialsTest, ReadsAPipeAndSealsWhatItRead) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "secret", 6), 6);
  close(ends[1]);
  const auto opened = OpenCredentials(
      PlanWith(CredentialSource::kFile),
      {{"key", {CredentialSource::kDescriptor, std::to_string(ends[0])}}});
  close(ends[0]);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(Value((*opened)[0]), "secret");
  EXPECT_EQ(pwrite((*opened)[0].bytes.get(), "x", 1, 0), -1);
}

TEST(OpenCredentialsTest, AMissingOneNamesItsSourceAndTheWayOut) {
  const auto opened = OpenCredentials(PlanWith(CredentialSource::kFile), {});
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message, HasSubstr("`/no/such/key`"));
  EXPECT_THAT(opened.error().hint, HasSubstr("--credential key=file:PATH"));
}

TEST(OpenCredentialsTest, ARunWithoutOneLeavesItOut) {
  const std::vector<std::string> options{"key=none"};
  const auto sources = ParseCredentialOptions(options);
  ASSERT_TRUE(sources.ok());
  const auto opened =
      OpenCredentials(PlanWith(CredentialSource::kFile), *sources);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(opened->empty());
}

TEST(TakesStandardInputTest, IsAQuestionOfTheRunsOwnSources) {
  Plan plan = PlanWith(CredentialSource::kDescriptor);
  plan.credentials[0].descriptor = 0;
  EXPECT_TRUE(TakesStandardInput(plan, {}));
  const HostSource file{CredentialSource::kFile, "/x"};
  const HostSource none{CredentialSource::kFile, "", true};
  EXPECT_FALSE(TakesStandardInput(plan, {{"key", file}}));
  EXPECT_FALSE(TakesStandardInput(plan, {{"key", none}}));
  // What a file is to hold may come from standard input as well.
  const HostSource input{CredentialSource::kDescriptor, "0"};
  EXPECT_TRUE(
      TakesStandardInput(PlanWith(CredentialSource::kFile), {{"key", input}}));
}

}  // namespace
}  // namespace bailey::executor
