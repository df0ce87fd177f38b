#include "policy-compiler/formats/oci/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = OciCondition::Kind;

OciCondition Translate(std::string_view call,
                       const std::vector<OciArgument>& arguments) {
  return TranslateArguments(
      *SyscallTable::For(Architecture::kX8664).FindByName(call), arguments,
      OciWidths::kKernel);
}

struct Translation {
  const char* call;
  OciArgument argument;
  Kind kind;
  const char* text;
};
class Translations : public ::testing::TestWithParam<Translation> {};

TEST_P(Translations, AreUnsignedInTheBitsThatTheKernelReads) {
  const Translation& wanted = GetParam();
  const OciCondition when = Translate(wanted.call, {wanted.argument});
  EXPECT_EQ(when.kind, wanted.kind);
  EXPECT_EQ(when.text, wanted.text);
}

constexpr uint64_t kBeyond = uint64_t{1} << 32;

INSTANTIATE_TEST_SUITE_P(
    Arguments, Translations,
    ::testing::Values(
        // dup's fd is an unsigned int, openat's dirfd an int.
        Translation{
            "dup", {0, 5, 0, OciOperator::kEqual}, Kind::kTest, "oldfd == 5"},
        Translation{"openat",
                    {0, 0xffffff9c, 0, OciOperator::kEqual},
                    Kind::kTest,
                    "dirfd == -100"},
        Translation{"openat",
                    {0, 3, 0, OciOperator::kLess},
                    Kind::kTest,
                    "dirfd in {0..2}"},
        Translation{"openat",
                    {0, 0x7ffffffe, 0, OciOperator::kGreater},
                    Kind::kTest,
                    "dirfd in {0x7fffffff, -2147483648..-1}"},
        Translation{"openat",
                    {0, 1, 0, OciOperator::kNotEqual},
                    Kind::kTest,
                    "dirfd in {0, 2..0x7fffffff, -2147483648..-1}"},
        Translation{
            "openat", {0, 0, 0, OciOperator::kGreaterEqual}, Kind::kAlways, ""},
        Translation{"openat", {0, 0, 0, OciOperator::kLess}, Kind::kNever, ""},
        Translation{"openat",
                    {0, 0xffffffff, 0, OciOperator::kLessEqual},
                    Kind::kAlways,
                    ""},
        // Values that only upper bits reach.
        Translation{
            "openat", {0, kBeyond, 0, OciOperator::kEqual}, Kind::kNever, ""},
        Translation{"openat",
                    {0, kBeyond, 0, OciOperator::kNotEqual},
                    Kind::kAlways,
                    ""},
        Translation{
            "openat", {0, kBeyond, 0, OciOperator::kLess}, Kind::kAlways, ""},
        Translation{"openat",
                    {0, kBeyond, 0, OciOperator::kGreaterEqual},
                    Kind::kNever,
                    ""},
        Translation{
            "openat", {0, kBeyond, 0, OciOperator::kGreater}, Kind::kNever, ""},
        // Masks; libseccomp clears what the mask does not have.
        Translation{"openat",
                    {2, 3, 0, OciOperator::kMaskedEqual},
                    Kind::kTest,
                    "flags & 0x3 == 0x0"},
        Translation{"openat",
                    {2, 3, 0x41, OciOperator::kMaskedEqual},
                    Kind::kTest,
                    "flags & 0x3 == 0x1"},
        Translation{"openat",
                    {2, kBeyond | 1, kBeyond, OciOperator::kMaskedEqual},
                    Kind::kNever,
                    ""},
        Translation{"openat",
                    {2, kBeyond, 0, OciOperator::kMaskedEqual},
                    Kind::kAlways,
                    ""},
        Translation{"openat",
                    {0, 0xffffffff, 7, OciOperator::kMaskedEqual},
                    Kind::kTest,
                    "dirfd == 7"}));

TEST(OciCondition, NamesWhatIsComparedInFewerBits) {
  EXPECT_THAT(Translate("openat", {{0, 1, 0, OciOperator::kEqual}}).narrowed,
              ElementsAre(0));
  EXPECT_THAT(
      Translate("openat", {{2, 3, 0, OciOperator::kMaskedEqual}}).narrowed,
      IsEmpty());
  EXPECT_THAT(Translate("read", {{2, 1, 0, OciOperator::kEqual}}).narrowed,
              IsEmpty());
}

TEST(OciCondition, NamesWhatNoFilterCanTest) {
  EXPECT_THAT(
      Translate("read", {{1, 4096, 0, OciOperator::kEqual}}).inexpressible,
      SizeIs(1));
  EXPECT_THAT(Translate("read", {{5, 1, 0, OciOperator::kEqual}}).inexpressible,
              SizeIs(1));
  EXPECT_EQ(Translate("read", {{1, 0, 0, OciOperator::kNotEqual}}).text,
            "buf != NULL");
}

TEST(OciCondition, TestsOfSeveralArgumentsAllHold) {
  const OciCondition when = Translate(
      "socket",
      {{0, 2, 0, OciOperator::kEqual}, {2, 6, 0, OciOperator::kEqual}});
  EXPECT_FALSE(when.alternatives);
  EXPECT_EQ(when.text, "domain == 2, protocol == 6");
}

// As runc does: then every test of the entry is one of its own.
TEST(OciCondition, TestsOfOneArgumentAreAlternatives) {
  const OciCondition when =
      Translate("socket", {{0, 2, 0, OciOperator::kEqual},
                           {0, 10, 0, OciOperator::kEqual},
                           {2, 6, 0, OciOperator::kEqual}});
  EXPECT_TRUE(when.alternatives);
  EXPECT_EQ(when.text, "domain == 2 or domain == 10 or protocol == 6");
}

}  // namespace
}  // namespace bailey::policy
