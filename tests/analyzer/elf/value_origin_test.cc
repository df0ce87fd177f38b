// Where the targets of calls through pointers come from: the patterns of
// testdata/elf/origins.S, and some facts of this machine's C library.

#include "analyzer/elf/value_origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analyzer/elf/elf_image.h"

namespace bailey::analyzer {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using Kind = ValueOrigin::Kind;
using Place = MemoryPlace::Kind;
using Guard = ValueOrigin::Guard;
using Use = DataReference::Use;

class OriginsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto image =
        ElfImage::Load(std::string(BAILEY_ELF_PROGRAMS) + "/liborigins.so");
    ASSERT_TRUE(image.ok()) << image.error().message;
    image_ = new ElfImage(std::move(*image));
  }
  static void TearDownTestSuite() {
    delete image_;
    image_ = nullptr;
  }

  static const MachineFunction& Find(const std::string& name) {
    const auto index = image_->FindFunction(name);
    EXPECT_TRUE(index.has_value()) << name;
    return image_->functions()[index.value_or(0)];
  }
  // The origins of the only call through a pointer.
  static std::vector<ValueOrigin> Origins(const std::string& name) {
    const MachineFunction& function = Find(name);
    EXPECT_TRUE(function.has_indirect_call) << name;
    EXPECT_THAT(function.indirect_sites, SizeIs(1)) << name;
    if (function.indirect_sites.empty()) return {ValueOrigin{}};
    return function.indirect_sites.front().origins;
  }
  static ValueOrigin Origin(const std::string& name) {
    const std::vector<ValueOrigin> origins = Origins(name);
    EXPECT_THAT(origins, SizeIs(1)) << name;
    return origins.front();
  }
  static bool IsUnknown(const std::string& name) {
    return std::ranges::any_of(Origins(name), [](const ValueOrigin& origin) {
      return origin.kind == Kind::kUnknown;
    });
  }
  // The address of `hook`: what from_word loads from.
  static uint64_t Hook() { return Origin("from_word").place.address; }
  static std::vector<Use> UsesOf(const std::string& name, uint64_t address) {
    std::vector<Use> uses;
    for (const DataReference& each : Find(name).data_references)
      if (each.symbol == DataReference::kNoSymbol && each.address == address)
        uses.push_back(each.use);
    return uses;
  }

  static ElfImage* image_;
};

ElfImage* OriginsTest::image_ = nullptr;

TEST_F(OriginsTest, AParameterIsKnownAcrossACall) {
  EXPECT_EQ(Origin("from_parameter").kind, Kind::kParameter);
  EXPECT_EQ(Origin("from_parameter").value, MachineValue::Parameter(1));
}

TEST_F(OriginsTest, AParameterThatIsOverwrittenOnOnePathIsUnknown) {
  EXPECT_TRUE(IsUnknown("overwritten_on_one_path"));
}

TEST_F(OriginsTest, AParameterThatACallMayClobberIsUnknown) {
  EXPECT_TRUE(IsUnknown("clobbered_parameter"));
}

TEST_F(OriginsTest, WhatIsKnownOfASetIsCalledAndTheRestIsLeft) {
  EXPECT_EQ(Origin("parameter_or_own").value, MachineValue::Parameter(1));
  ASSERT_THAT(Find("parameter_or_own").call_sites, SizeIs(1));
  EXPECT_TRUE(Find("parameter_or_own").call_sites[0].function.has_value());
}

TEST_F(OriginsTest, LoadsNameTheirPlace) {
  const ValueOrigin field = Origin("from_parameter_field");
  EXPECT_EQ(field.kind, Kind::kLoaded);
  EXPECT_EQ(field.place.kind, Place::kParameterField);
  EXPECT_EQ(field.place.parameter, 0);
  EXPECT_EQ(field.place.offset, 0x18);
  EXPECT_EQ(Origin("from_field").place.kind, Place::kField);
  EXPECT_EQ(Origin("from_field").place.offset, 0x40);
  EXPECT_EQ(Origin("from_table").place.kind, Place::kTable);
  EXPECT_EQ(Origin("from_table").place.stride, 8u);
}

TEST_F(OriginsTest, AWordThatMayBeWrittenIsItsInitialValueAndMore) {
  EXPECT_EQ(Origin("from_word").kind, Kind::kLoaded);
  EXPECT_EQ(Origin("from_word").place.kind, Place::kWord);
  EXPECT_THAT(Find("from_word").call_sites, SizeIs(1));
}

TEST_F(OriginsTest, ImportedDataIsNamed) {
  const ValueOrigin origin = Origin("from_symbol_word");
  EXPECT_EQ(origin.place.kind, Place::kSymbolWord);
  EXPECT_EQ(origin.place.offset, 0x2d0);
  EXPECT_EQ(image_->symbol_names()[origin.place.symbol], "imported_data");
}

TEST_F(OriginsTest, WhatACallReturnedIsNamedByTheCall) {
  const ValueOrigin origin = Origin("from_return");
  EXPECT_EQ(origin.kind, Kind::kReturned);
  EXPECT_EQ(origin.place.address, Find("from_return").call_sites[0].address);
}

TEST_F(OriginsTest, ComputedTargetsAreUnknown) {
  EXPECT_TRUE(IsUnknown("from_arithmetic"));
}

TEST_F(OriginsTest, TheGuardIsSeenOnlyWhole) {
  EXPECT_EQ(Origin("demangled").guard, Guard::kTakenOff);
  EXPECT_EQ(Origin("demangled").place.kind, Place::kWord);
  for (const char* name : {"wrong_guard", "wrong_rotation", "half_demangled"})
    EXPECT_TRUE(IsUnknown(name)) << name;
}

TEST_F(OriginsTest, MangledStoresSayWhatWasMangled) {
  const auto& stores = Find("mangles").pointer_stores;
  ASSERT_THAT(stores, SizeIs(1));
  EXPECT_EQ(stores[0].place.address, Origin("demangled").place.address);
  ASSERT_THAT(stores[0].origins, SizeIs(1));
  EXPECT_EQ(stores[0].origins[0].guard, Guard::kPutOn);
  EXPECT_EQ(stores[0].origins[0].kind, Kind::kAddress);
}

TEST_F(OriginsTest, ACheckedVtableIsOneOfItsSection) {
  const ValueOrigin origin = Origin("checked_vtable");
  EXPECT_EQ(origin.kind, Kind::kVtableSlot);
  EXPECT_EQ(origin.place.offset, 0x38);
  EXPECT_EQ(origin.range_bytes, 32u);
  // The section's ends are only compared with.
  EXPECT_THAT(UsesOf("checked_vtable", origin.place.address),
              testing::ElementsAre(Use::kCompared));
}

TEST_F(OriginsTest, WhatOnlyLooksLikeACheckIsNone) {
  for (const char* name : {"inverted_check", "unchecked_elsewhere",
                           "loaded_again", "other_flags", "writable_vtables"}) {
    const std::vector<ValueOrigin> origins = Origins(name);
    EXPECT_TRUE(std::ranges::any_of(origins, [](const ValueOrigin& origin) {
      return origin.kind == Kind::kLoaded && origin.place.kind == Place::kField;
    })) << name;
  }
}

TEST_F(OriginsTest, EveryStoreToAWordIsListed) {
  const auto& stores = Find("stores_to_word").pointer_stores;
  ASSERT_THAT(stores, SizeIs(2));
  EXPECT_EQ(stores[0].place.address, Hook());
  EXPECT_EQ(stores[0].origins[0].kind, Kind::kAddress);
  EXPECT_EQ(stores[1].origins[0].kind, Kind::kParameter);
  const auto& vector = Find("stores_vector_to_word").pointer_stores;
  ASSERT_THAT(vector, SizeIs(1));
  EXPECT_EQ(vector[0].place.address, Hook());
  EXPECT_EQ(vector[0].origins[0].kind, Kind::kUnknown);
  const auto& through = Find("stores_through_pointer").pointer_stores;
  ASSERT_THAT(through, SizeIs(1));
  EXPECT_EQ(through[0].place.kind, Place::kParameterField);
  EXPECT_EQ(through[0].place.offset, 0x10);
}

TEST_F(OriginsTest, ArgumentsMayBeAddresses) {
  const auto& sites = Find("passes_address").call_sites;
  ASSERT_THAT(sites, SizeIs(1));
  EXPECT_EQ(sites[0].arguments[0].kind, MachineValue::Kind::kAddress);
  EXPECT_EQ(sites[0].arguments[1], MachineValue::Address(Hook()));
  EXPECT_EQ(sites[0].arguments[2].kind, MachineValue::Kind::kSymbol);
  // As a number, an address is not known.
  EXPECT_EQ(Substitute(MachineValue::Parameter(1), sites[0].arguments),
            MachineValue());
}

TEST_F(OriginsTest, AnAddressThatGetsOutOfSightIsTaken) {
  EXPECT_THAT(UsesOf("passes_address", Hook()),
              testing::ElementsAre(Use::kAddress));
  EXPECT_THAT(UsesOf("leaks_late", Hook()),
              testing::ElementsAre(Use::kAddress));
  EXPECT_THAT(UsesOf("leaks_at_a_join", Hook()),
              testing::ElementsAre(Use::kAddress));
  EXPECT_THAT(UsesOf("reads_one_word", Hook()), IsEmpty());
  EXPECT_THAT(UsesOf("reads_one_word", Hook() + 8),
              testing::ElementsAre(Use::kRead));
}

// One test for all of libc: each test is a process of its own, which would
// disassemble libc again.
TEST(LibcOriginsTest, FactsOfTheSource) {
  auto libc = ElfImage::Load("/lib/x86_64-linux-gnu/libc.so.6", {});
  ASSERT_TRUE(libc.ok()) << libc.error().message;
  const auto has_site = [&](const char* name, auto matches) {
    const auto index = libc->FindFunction(name);
    if (!index) return false;
    for (const IndirectSite& site : libc->functions()[*index].indirect_sites)
      if (std::ranges::any_of(site.origins, matches)) return true;
    return false;
  };
  // bsearch calls its fifth parameter.
  EXPECT_TRUE(has_site("bsearch", [](const ValueOrigin& origin) {
    return origin.value == MachineValue::Parameter(4);
  }));
  // fwrite goes by the vtable's slot of xsputn.
  EXPECT_TRUE(has_site("fwrite", [](const ValueOrigin& origin) {
    return origin.kind == Kind::kVtableSlot && origin.place.offset == 0x38;
  }));
  EXPECT_FALSE(has_site("fwrite", [](const ValueOrigin& origin) {
    return origin.kind != Kind::kVtableSlot;
  }));
  // What exit calls (`__run_exit_handlers`) was mangled by who registered it.
  const auto exit = libc->FindFunction("exit");
  ASSERT_TRUE(exit.has_value());
  const auto& calls = libc->functions()[*exit].calls;
  ASSERT_FALSE(calls.empty());
  const auto& handlers = libc->functions()[calls.front()].indirect_sites;
  EXPECT_EQ(std::ranges::count_if(handlers,
                                  [](const IndirectSite& site) {
                                    return site.origins.size() == 1 &&
                                           site.origins[0].guard ==
                                               Guard::kTakenOff;
                                  }),
            3);
  // qsort_r hands its fourth parameter on: to the quicksort as an argument, to
  // the merge sort in a structure on its stack.
  const auto qsort_r = libc->FindFunction("qsort_r");
  ASSERT_TRUE(qsort_r.has_value());
  const MachineFunction& sort = libc->functions()[*qsort_r];
  EXPECT_TRUE(std::ranges::any_of(sort.call_sites, [](const CallSite& site) {
    return site.arguments[3] == MachineValue::Parameter(3);
  }));
  EXPECT_TRUE(
      std::ranges::any_of(sort.pointer_stores, [](const PointerStore& store) {
        return store.place.kind == Place::kFrame &&
               store.origins[0].value == MachineValue::Parameter(3);
      }));
}

}  // namespace
}  // namespace bailey::analyzer
