// Values that functions pass on to those that make the system calls.
#include "analyzer/elf/passed_arguments.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <memory>
#include <set>
#include <string>

#include "analyzer/elf/library_reach.h"
#include "analyzer/elf/open_modes.h"

namespace bailey::analyzer {
namespace {

using testing::Contains;
using testing::Not;
using testing::UnorderedElementsAre;

class PassedArgumentsTest : public testing::Test {
 protected:
  void SetUp() override {
    LinkRequest request;
    request.executable = std::string(BAILEY_ELF_PROGRAMS) + "/passed_values";
    auto link = LinkMap::Create(request);
    ASSERT_TRUE(link.ok()) << link.error().message;
    link_ = std::make_unique<LinkMap>(std::move(*link));
    reach_ = std::make_unique<LibraryReach>(*link_);
  }

  SymbolReach From(const std::string& function) const {
    const uint32_t image = *link_->executable();
    const auto index = link_->images()[image].FindFunction(function);
    EXPECT_TRUE(index) << function;
    return reach_->ReachFromFunction(image, index.value_or(0));
  }

  // What an argument of a call can be, in words.
  std::set<std::string> Values(const std::string& function, uint32_t number,
                               size_t argument) const {
    std::set<std::string> values;
    for (const ReachedSyscall& each : From(function).syscalls)
      if (each.number == number)
        values.insert(Text(each.arguments[argument], each.functions[argument]));
    return values;
  }

  static std::string Text(const MachineValue& value, ValueFunction function) {
    const std::string inner =
        value.kind == MachineValue::Kind::kConstant
            ? std::to_string(value.constant)
        : value.kind == MachineValue::Kind::kParameter
            ? "parameter " + std::to_string(value.parameter)
            : "any";
    return function == ValueFunction::kItself ? inner : "mode of " + inner;
  }

  std::unique_ptr<LinkMap> link_;
  std::unique_ptr<LibraryReach> reach_;
};

TEST_F(PassedArgumentsTest, EachWayToBeCalledIsKnown) {
  EXPECT_THAT(Values("asks", SYS_fcntl, 1), UnorderedElementsAre("1", "3"));
  // A parameter of whoever is asked about stays one.
  EXPECT_THAT(Values("asks_by", SYS_fcntl, 1),
              UnorderedElementsAre("parameter 1"));
}

TEST_F(PassedArgumentsTest, WhoseAddressIsTakenIsCalledWithAnything) {
  EXPECT_THAT(Values("advises", SYS_madvise, 2), UnorderedElementsAre("any"));
}

TEST_F(PassedArgumentsTest, WhatIsCalledAgainIsCalledInBothWays) {
  EXPECT_THAT(Values("falls", SYS_prctl, 0),
              UnorderedElementsAre("parameter 1", "3"));
}

TEST_F(PassedArgumentsTest, WhatIsComputedIsUnknown) {
  EXPECT_THAT(Values("kills", SYS_kill, 1), Contains("any"));
}

TEST_F(PassedArgumentsTest, AModeBecomesFlags) {
  const std::string flags = std::to_string(*OpenFlagsOfMode("a+xe"));
  const auto known = Values("opens_known", SYS_openat, 2);
  if (!known.contains(flags) && known.contains("any"))
    GTEST_SKIP() << "the C library is not one that the models are of";
  EXPECT_THAT(known, Contains(flags));
  EXPECT_THAT(known, Not(Contains("any")));
  EXPECT_THAT(Values("opens", SYS_openat, 2), Contains("mode of parameter 1"));
}

TEST(OpenModesTest, AreReadAsTheCLibraryReadsThem) {
  EXPECT_EQ(OpenFlagsOfMode("r"), uint64_t{O_RDONLY});
  EXPECT_EQ(OpenFlagsOfMode("rb+"), uint64_t{O_RDWR});
  EXPECT_EQ(OpenFlagsOfMode("w"), uint64_t{O_WRONLY | O_CREAT | O_TRUNC});
  EXPECT_EQ(OpenFlagsOfMode("a+xe"),
            uint64_t{O_RDWR | O_CREAT | O_APPEND | O_EXCL | O_CLOEXEC});
  // Seven letters are looked at.
  EXPECT_EQ(OpenFlagsOfMode("rbbbbb+"), uint64_t{O_RDWR});
  EXPECT_EQ(OpenFlagsOfMode("rbbbbbb+"), uint64_t{O_RDONLY});
  EXPECT_EQ(OpenFlagsOfMode("r,ccs=UTF-8"), uint64_t{O_RDONLY});
  EXPECT_EQ(OpenFlagsOfMode(""), std::nullopt);
  EXPECT_EQ(OpenFlagsOfMode("q"), std::nullopt);
}

}  // namespace
}  // namespace bailey::analyzer
