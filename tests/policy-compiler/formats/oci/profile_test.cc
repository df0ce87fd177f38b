#include "policy-compiler/formats/oci/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OciProfile MustParse(std::string_view text) {
  const auto profile = ParseOciProfile(text, "p.json");
  EXPECT_TRUE(profile.ok()) << profile.error().message;
  return profile.ok() ? *profile : OciProfile{};
}

std::string ErrorOf(std::string_view text) {
  const auto profile = ParseOciProfile(text, "p.json");
  EXPECT_FALSE(profile.ok()) << text;
  return profile.ok() ? "" : profile.error().message;
}

TEST(OciProfile, ReadsTheSpecificationsForm) {
  const OciProfile profile = MustParse(R"({
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
    "architectures": ["SCMP_ARCH_X86_64"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
    "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_KILL",
      "args": [{"index": 2, "value": 18446744073709551615, "valueTwo": 4,
                "op": "SCMP_CMP_MASKED_EQ"}]}]})");
  EXPECT_EQ(profile.default_action, (OciAction{OciActionKind::kErrno, 38}));
  ASSERT_EQ(profile.entries.size(), 1u);
  const OciEntry& entry = profile.entries[0];
  EXPECT_THAT(entry.names, ElementsAre("read", "write"));
  EXPECT_EQ(entry.where, "p.json.syscalls[0]");
  EXPECT_EQ(entry.action, (OciAction{OciActionKind::kKillThread, 0}));
  EXPECT_EQ(entry.arguments[0].value, ~uint64_t{0});
  EXPECT_EQ(entry.arguments[0].op, OciOperator::kMaskedEqual);
}

TEST(OciProfile, ReadsWhatDockerAndPodmanAdd) {
  const OciProfile profile = MustParse(R"({
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "ENOSYS",
    "archMap": [{"architecture": "SCMP_ARCH_X86_64",
                 "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
                {"architecture": "SCMP_ARCH_S390X", "subArchitectures": null}],
    "syscalls": [{"name": "ptrace", "action": "SCMP_ACT_ERRNO",
      "errno": "EACCES", "args": null, "comment": "why",
      "includes": {"minKernel": "4.8", "caps": ["CAP_SYS_PTRACE"]},
      "excludes": {"arches": ["s390x"]}}]})");
  EXPECT_EQ(profile.default_action.code, 38u);
  EXPECT_THAT(
      profile.architectures,
      ElementsAre("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"));
  const OciEntry& entry = profile.entries.at(0);
  EXPECT_EQ(entry.action.code, 13u);
  EXPECT_EQ(entry.includes.min_kernel, (KernelVersion{4, 8}));
  EXPECT_THAT(entry.excludes.architectures, ElementsAre("s390x"));
}

TEST(OciProfile, AnErrorIsEpermWhereNoneIsGiven) {
  EXPECT_EQ(
      MustParse(R"({"defaultAction": "SCMP_ACT_ERRNO"})").default_action.code,
      1u);
}

struct BadProfile {
  const char* text;
  const char* message;
};
class Refused : public ::testing::TestWithParam<BadProfile> {};

TEST_P(Refused, WithItsPlace) {
  EXPECT_THAT(ErrorOf(GetParam().text), HasSubstr(GetParam().message));
}

#define ENTRY(members)                                      \
  "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [" \
  "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_LOG\", " members "}]}"

INSTANTIATE_TEST_SUITE_P(
    Profiles, Refused,
    ::testing::Values(
        BadProfile{"{", "p.json: not valid JSON"},
        BadProfile{"[]", "p.json: expected an object"},
        BadProfile{"{}", "p.json: `defaultAction` is missing"},
        BadProfile{R"({"defaultAction": "SCMP_ACT_NONE"})",
                   "p.json.defaultAction: unknown action `SCMP_ACT_NONE`"},
        BadProfile{R"({"defaultAction": "SCMP_ACT_ERRNO",
                       "defaultErrnoRet": 4096})",
                   "defaultErrnoRet"},
        BadProfile{R"({"defaultAction": "SCMP_ACT_ERRNO",
                       "defaultErrnoRet": 1, "defaultErrno": "ENOSYS"})",
                   "are different errors"},
        // A member that could restrict what we would then not restrict.
        BadProfile{R"({"defaultAction": "SCMP_ACT_ALLOW", "denylist": []})",
                   "unknown member `denylist`"},
        BadProfile{R"({"ociVersion": "1.0", "linux": {}})",
                   "a container's configuration"},
        BadProfile{R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{}]})",
                   "p.json.syscalls[0]: `names` is missing"},
        BadProfile{ENTRY("\"args\": [{\"index\": 6, \"value\": 0, \"op\": "
                         "\"SCMP_CMP_EQ\"}]"),
                   "p.json.syscalls[0].args[0].index"},
        BadProfile{ENTRY("\"args\": [{\"index\": 0, \"value\": -1, \"op\": "
                         "\"SCMP_CMP_EQ\"}]"),
                   "p.json.syscalls[0].args[0].value"},
        BadProfile{ENTRY("\"args\": [{\"index\": 0, \"value\": 1, \"op\": "
                         "\"SCMP_CMP_XX\"}]"),
                   "unknown operator `SCMP_CMP_XX`"},
        BadProfile{ENTRY("\"includes\": {\"minKernel\": \"new\"}"),
                   "p.json.syscalls[0].includes.minKernel"},
        BadProfile{ENTRY("\"includes\": {\"cap\": []}"),
                   "unknown member `cap`"},
        BadProfile{ENTRY("\"name\": \"write\""), "exclude each other"}));

TEST(OciProfile, BoundsTheNumberOfNames) {
  std::string names;
  for (int i = 0; i < 10'001; ++i) names += i ? ",\"read\"" : "\"read\"";
  EXPECT_THAT(ErrorOf(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [)"
                      R"({"action": "SCMP_ACT_LOG", "names": [)" +
                      names + "]}]}"),
              HasSubstr("more than 10000 names"));
}

}  // namespace
}  // namespace bailey::policy
