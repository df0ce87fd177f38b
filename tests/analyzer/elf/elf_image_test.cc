// The patterns of testdata/elf/patterns.S, each with what must be found in it.

#include "analyzer/elf/elf_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bailey::analyzer {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PatternsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto image =
        ElfImage::Load(std::string(BAILEY_ELF_PROGRAMS) + "/libpatterns.so");
    ASSERT_TRUE(image.ok()) << image.error().message;
    image_ = new ElfImage(std::move(*image));
  }
  static void TearDownTestSuite() {
    delete image_;
    image_ = nullptr;
  }

  static uint32_t IndexOf(const std::string& name) {
    const auto index = image_->FindFunction(name);
    EXPECT_TRUE(index.has_value()) << name;
    return index.value_or(0);
  }
  static const MachineFunction& Find(const std::string& name) {
    return image_->functions()[IndexOf(name)];
  }
  // The only system call of a function.
  static SyscallSite Site(const std::string& name) {
    const auto& sites = Find(name).syscalls;
    EXPECT_THAT(sites, SizeIs(1)) << name;
    return sites.empty() ? SyscallSite{} : sites.front();
  }

  static ElfImage* image_;
};

ElfImage* PatternsTest::image_ = nullptr;

TEST_F(PatternsTest, IdentityIsRead) {
  EXPECT_EQ(image_->build_id(), "0123456789abcdef");
  EXPECT_EQ(image_->soname(), "libpatterns.so.1");
  EXPECT_THAT(image_->needed(), IsEmpty());
  EXPECT_EQ(image_->interpreter(), "");
}

TEST_F(PatternsTest, ConstantNumber) {
  EXPECT_EQ(Site("constant_number").number, 39u);
  EXPECT_EQ(Find("constant_number").call_sites.size(), 0u);
  EXPECT_FALSE(Find("constant_number").incomplete);
}

TEST_F(PatternsTest, AliasesAreTheSameFunction) {
  const ElfExport* alias = image_->FindExport("alias_of_constant");
  ASSERT_NE(alias, nullptr);
  EXPECT_THAT(alias->functions, ElementsAre(IndexOf("constant_number")));
}

TEST_F(PatternsTest, ParametersSurviveSpillingAroundACall) {
  const SyscallSite site = Site("spilled_parameters");
  EXPECT_EQ(site.number, 0u);
  EXPECT_EQ(site.arguments[0], MachineValue::Parameter(0, 32));
  EXPECT_EQ(site.arguments[1], MachineValue::Parameter(1));
  EXPECT_EQ(site.arguments[2], MachineValue::Parameter(2));
  EXPECT_EQ(site.arguments[4], MachineValue());
  EXPECT_THAT(Find("spilled_parameters").imports,
              ElementsAre("external_function"));
}

TEST_F(PatternsTest, AnEscapedFrameIsForgottenAtACall) {
  const SyscallSite site = Site("escaped_frame");
  EXPECT_EQ(site.number, 0u);
  EXPECT_EQ(site.arguments[0], MachineValue());
  EXPECT_EQ(site.arguments[1], MachineValue::Parameter(1));
}

TEST_F(PatternsTest, CallsClobberCallerSavedRegisters) {
  const SyscallSite site = Site("clobbered_by_call");
  EXPECT_EQ(site.number, std::nullopt);
  EXPECT_THAT(site.possible_numbers, IsEmpty());
  EXPECT_EQ(site.unresolved_reason, "the number is computed");
}

TEST_F(PatternsTest, SmallSetsOfNumbersAreKept) {
  const SyscallSite site = Site("two_numbers");
  EXPECT_EQ(site.number, std::nullopt);
  EXPECT_THAT(site.possible_numbers, ElementsAre(60, 231));
  EXPECT_EQ(site.unresolved_reason, "");
}

TEST_F(PatternsTest, LargeSetsOfNumbersAreUnresolvedNotCut) {
  EXPECT_THAT(Site("many_numbers").possible_numbers, IsEmpty());
  EXPECT_NE(Site("many_numbers").unresolved_reason, "");
}

TEST_F(PatternsTest, NumberFromParameter) {
  const SyscallSite site = Site("number_from_parameter");
  EXPECT_EQ(site.number_parameter, 0);
  EXPECT_THAT(site.possible_numbers, IsEmpty());
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(site.arguments[i], MachineValue::Parameter(i + 1)) << i;
}

TEST_F(PatternsTest, CallSitesKnowTheirArguments) {
  const auto& sites = Find("passes_number").call_sites;
  ASSERT_THAT(sites, SizeIs(1));
  EXPECT_EQ(sites[0].import, "number_from_parameter");
  EXPECT_EQ(sites[0].arguments[0], MachineValue::Constant(10));
  EXPECT_EQ(sites[0].arguments[1], MachineValue::Parameter(0));
  EXPECT_EQ(sites[0].arguments[3], MachineValue::Parameter(2));
}

TEST_F(PatternsTest, NumberFromMemoryIsUnresolved) {
  EXPECT_EQ(Site("number_from_memory").unresolved_reason,
            "the number is computed");
}

TEST_F(PatternsTest, LegacyEntriesAreUnresolved) {
  EXPECT_THAT(Site("legacy_entry").possible_numbers, IsEmpty());
  EXPECT_THAT(Site("legacy_entry").unresolved_reason,
              testing::HasSubstr("int 0x80"));
}

TEST_F(PatternsTest, TailJumpsAreCallsThatDoNotComeBack) {
  const MachineFunction& function = Find("tail_jump");
  ASSERT_THAT(function.call_sites, SizeIs(1));
  EXPECT_TRUE(function.call_sites[0].is_tail);
  EXPECT_EQ(function.call_sites[0].function, IndexOf("tail_target"));
  EXPECT_EQ(function.call_sites[0].arguments[0], MachineValue::Parameter(0));
  EXPECT_EQ(function.call_sites[0].arguments[1], MachineValue::Constant(9));
}

TEST_F(PatternsTest, JumpTablesEnterBlocksWithNothingKnown) {
  const MachineFunction& function = Find("jump_table");
  ASSERT_THAT(function.syscalls, SizeIs(2));
  EXPECT_EQ(function.syscalls[0].number, 57u);
  EXPECT_EQ(function.syscalls[1].number, std::nullopt);
  EXPECT_FALSE(function.has_indirect_call);
}

TEST_F(PatternsTest, CallsThroughPointersAreMarked) {
  EXPECT_TRUE(Find("calls_pointer").has_indirect_call);
  EXPECT_FALSE(Find("constant_number").has_indirect_call);
}

TEST_F(PatternsTest, TakenAddressesAreRecorded) {
  EXPECT_THAT(Find("takes_address").takes_address_of,
              ElementsAre(IndexOf("callback")));
  EXPECT_THAT(image_->data_address_taken(), Contains(IndexOf("in_data")));
  EXPECT_THAT(image_->data_address_taken(),
              testing::Not(Contains(IndexOf("tail_target"))));
}

TEST_F(PatternsTest, ConstructorsComeInTheirOrder) {
  EXPECT_THAT(image_->constructors(),
              ElementsAre(IndexOf("constant_number"), IndexOf("callback")));
}

TEST_F(PatternsTest, NothingFlowsOnAfterACallThatDoesNotReturn) {
  EXPECT_EQ(Site("after_no_return").number, 102u);
}

TEST_F(PatternsTest, HalfParametersAndConstantsKeepTheirWidth) {
  const SyscallSite site = Site("half_parameter");
  EXPECT_EQ(site.arguments[0], MachineValue::Parameter(0, 32));
  EXPECT_EQ(site.arguments[1], MachineValue::Parameter(1, 32));
  EXPECT_EQ(site.arguments[2], MachineValue::Constant(uint64_t(-100)));
  EXPECT_EQ(site.arguments[3], MachineValue::Constant(0xffffff9c));
}

TEST_F(PatternsTest, CodeWithoutSymbolOrUnwindEntryIsFound) {
  const auto& calls = Find("calls_hidden").calls;
  ASSERT_THAT(calls, SizeIs(1));
  const MachineFunction& hidden = image_->functions()[calls[0]];
  EXPECT_THAT(hidden.name, testing::StartsWith("sub_"));
  ASSERT_THAT(hidden.syscalls, SizeIs(1));
  EXPECT_EQ(hidden.syscalls[0].number, 110u);
}

TEST_F(PatternsTest, IfuncsAreAllThatTheirResolverMayChoose) {
  const ElfExport* chosen = image_->FindExport("chosen");
  ASSERT_NE(chosen, nullptr);
  EXPECT_EQ(chosen->resolver, IndexOf("chosen"));
  EXPECT_THAT(chosen->functions,
              testing::UnorderedElementsAre(IndexOf("choice_one"),
                                            IndexOf("choice_two")));
}

TEST(ElfImageTest, FilesThatAreNoElfAreNamedInTheError) {
  const auto missing = ElfImage::Load("/nonexistent/library.so");
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message,
              testing::HasSubstr("/nonexistent/library.so"));
  const auto directory = ElfImage::Load("/");
  ASSERT_FALSE(directory.ok());
  EXPECT_THAT(directory.error().message, testing::HasSubstr("regular file"));
  const auto text =
      ElfImage::Load(std::string(BAILEY_SOURCE_ROOT) + "/CMakeLists.txt");
  ASSERT_FALSE(text.ok());
  EXPECT_THAT(text.error().message, testing::HasSubstr("not an ELF file"));
}

}  // namespace
}  // namespace bailey::analyzer
