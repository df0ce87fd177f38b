// This machine's own C library, and the patterns of testdata/elf.

#include "analyzer/elf/library_reach.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <memory>

namespace bailey::analyzer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A link map and what is reached in it; neither moves.
struct Linked {
  LinkMap link;
  LibraryReach reach;
  explicit Linked(LinkMap map) : link(std::move(map)), reach(link) {}
};

std::unique_ptr<Linked> Link(const std::vector<std::string>& libraries) {
  LinkRequest request;
  request.libraries = libraries;
  auto link = LinkMap::Create(request);
  EXPECT_TRUE(link.ok()) << link.error().message << link.error().hint;
  if (!link.ok()) return nullptr;
  return std::make_unique<Linked>(std::move(*link));
}

SymbolReach ReachOf(const Linked& linked, const std::string& symbol) {
  auto reach = linked.reach.ReachFrom(symbol);
  EXPECT_TRUE(reach.ok()) << symbol;
  return reach.ok() ? std::move(*reach) : SymbolReach{};
}

std::vector<uint32_t> Numbers(const SymbolReach& reach,
                              ReachConfidence confidence) {
  std::vector<uint32_t> numbers;
  for (const ReachedSyscall& syscall : reach.syscalls)
    if (syscall.confidence == confidence) numbers.push_back(syscall.number);
  return numbers;
}

std::vector<uint32_t> DirectNumbers(const SymbolReach& reach) {
  return Numbers(reach, ReachConfidence::kDirect);
}

// One test for all of libc: each test is a process of its own, which would
// disassemble libc again.
TEST(LibcTest, WrappersAreDirectWithTheirArguments) {
  const auto libc = Link({"libc.so.6"});
  ASSERT_NE(libc, nullptr);
  const struct {
    const char* symbol;
    uint32_t number;
    int parameters;  // Passed on unchanged, from the first.
  } kWrappers[] = {
      {"read", SYS_read, 3},        {"write", SYS_write, 3},
      {"close", SYS_close, 1},      {"socket", SYS_socket, 3},
      {"getpid", SYS_getpid, 0},    {"kill", SYS_kill, 2},
      {"openat", SYS_openat, 3},    {"getrandom", SYS_getrandom, 3},
      {"ioctl", SYS_ioctl, 3},      {"connect", SYS_connect, 3},
      {"execve", SYS_execve, 3},    {"unlink", SYS_unlink, 1},
      {"mprotect", SYS_mprotect, 3}};
  for (const auto& wrapper : kWrappers) {
    const SymbolReach reach = ReachOf(*libc, wrapper.symbol);
    ASSERT_THAT(DirectNumbers(reach), ElementsAre(wrapper.number))
        << wrapper.symbol;
    EXPECT_THAT(reach.syscalls[0].path, ElementsAre(wrapper.symbol));
    for (int i = 0; i < wrapper.parameters; ++i) {
      const MachineValue& argument = reach.syscalls[0].arguments[i];
      EXPECT_EQ(argument.kind, MachineValue::Kind::kParameter)
          << wrapper.symbol << " argument " << i;
      EXPECT_EQ(argument.parameter, i) << wrapper.symbol;
    }
  }
}

TEST(LibcTest, WhatIsNotItsArgumentsOneToOne) {
  const auto libc = Link({"libc.so.6"});
  ASSERT_NE(libc, nullptr);

  const SymbolReach open = ReachOf(*libc, "open");
  ASSERT_THAT(DirectNumbers(open), ElementsAre(SYS_openat));
  const auto& open_arguments = open.syscalls[0].arguments;
  ASSERT_EQ(open_arguments[0].kind, MachineValue::Kind::kConstant);
  EXPECT_EQ(static_cast<int32_t>(open_arguments[0].constant), AT_FDCWD);
  EXPECT_EQ(open_arguments[1], MachineValue::Parameter(0));
  EXPECT_EQ(open_arguments[2].kind, MachineValue::Kind::kParameter);
  EXPECT_EQ(open_arguments[2].parameter, 1);
  // The mode is passed only if the flags ask for it.
  EXPECT_NE(open_arguments[3].kind, MachineValue::Kind::kConstant);

  const SymbolReach ptrace = ReachOf(*libc, "ptrace");
  ASSERT_THAT(DirectNumbers(ptrace), ElementsAre(SYS_ptrace));
  EXPECT_EQ(ptrace.syscalls[0].arguments[0].parameter, 0);

  const SymbolReach clone = ReachOf(*libc, "clone");
  ASSERT_THAT(DirectNumbers(clone), testing::Contains(SYS_clone));
  EXPECT_EQ(clone.Find(SYS_clone)->arguments[0].parameter, 2);

  const SymbolReach fork = ReachOf(*libc, "fork");
  const ReachedSyscall* clone_of_fork = fork.Find(SYS_clone);
  ASSERT_NE(clone_of_fork, nullptr);
  EXPECT_NE(clone_of_fork->confidence, ReachConfidence::kOverApproximated);
  EXPECT_EQ(clone_of_fork->arguments[0].kind, MachineValue::Kind::kConstant);

  const SymbolReach any = ReachOf(*libc, "syscall");
  EXPECT_THAT(any.syscalls, IsEmpty());
  EXPECT_THAT(any.unresolved, IsEmpty());
  ASSERT_THAT(any.parameter_syscalls, testing::SizeIs(1));
  EXPECT_EQ(any.parameter_syscalls[0].number_parameter, 0);
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(any.parameter_syscalls[0].arguments[i],
              MachineValue::Parameter(i + 1));

  const SymbolReach fopen = ReachOf(*libc, "fopen");
  const ReachedSyscall* openat = fopen.Find(SYS_openat);
  ASSERT_NE(openat, nullptr);
  EXPECT_NE(openat->confidence, ReachConfidence::kDirect);
  EXPECT_EQ(openat->path.front(), "fopen");
  EXPECT_TRUE(fopen.has_indirect_call);

  EXPECT_THAT(DirectNumbers(ReachOf(*libc, "time")), ElementsAre(SYS_time));
  EXPECT_THAT(ReachOf(*libc, "memcpy").syscalls, IsEmpty());
  EXPECT_THAT(ReachOf(*libc, "strlen").syscalls, IsEmpty());
}

TEST(LibcTest, LinkingFindsLibrariesAndTheLoader) {
  const auto libc = Link({"libc.so.6"});
  ASSERT_NE(libc, nullptr);
  ASSERT_TRUE(libc->link.interpreter().has_value());
  EXPECT_THAT(libc->link.images()[*libc->link.interpreter()].soname(),
              testing::StartsWith("ld-linux"));
  EXPECT_EQ(libc->link.images()[0].soname(), "libc.so.6");
  EXPECT_EQ(libc->link.images()[0].build_id().size(), 40u);
  // An old version of a symbol is not the default one.
  EXPECT_TRUE(libc->link.Resolve("memcpy@GLIBC_2.2.5").has_value());
  EXPECT_NE(libc->link.Resolve("memcpy@GLIBC_2.2.5")->symbol,
            libc->link.Resolve("memcpy")->symbol);
  EXPECT_TRUE(libc->link.IsData("environ"));
  // The loader's own system calls come before any of the program's.
  const SymbolReach startup = libc->reach.StartupReach();
  for (uint32_t number : {SYS_mmap, SYS_openat, SYS_arch_prctl,
                          SYS_set_tid_address, SYS_exit_group}) {
    EXPECT_NE(startup.Find(number), nullptr) << number;
  }
  EXPECT_THAT(DirectNumbers(startup), IsEmpty());
  EXPECT_FALSE(libc->reach.ReachFrom("no_such_function").ok());
}

TEST(LinkMapTest, IdentitiesAloneNameTheSameFiles) {
  LinkRequest request;
  request.libraries = {"libm.so.6", "libc.so.6"};
  const auto whole = LinkMap::Create(request);
  request.identities_only = true;
  const auto light = LinkMap::Create(request);
  ASSERT_TRUE(whole.ok() && light.ok());
  ASSERT_EQ(light->images().size(), whole->images().size());
  for (size_t i = 0; i < whole->images().size(); ++i) {
    EXPECT_EQ(light->images()[i].path(), whole->images()[i].path());
    EXPECT_EQ(light->images()[i].build_id(), whole->images()[i].build_id());
    EXPECT_THAT(light->images()[i].functions(), IsEmpty());
  }
  EXPECT_EQ(light->interpreter(), whole->interpreter());
}

TEST(LinkMapTest, AMissingLibraryIsNamedWithWhereWasLooked) {
  LinkRequest request;
  request.libraries = {"libdoes-not-exist.so.7"};
  request.search_directories = {"/nonexistent/directory"};
  const auto link = LinkMap::Create(request);
  ASSERT_FALSE(link.ok());
  EXPECT_THAT(link.error().message,
              testing::HasSubstr("`libdoes-not-exist.so.7`"));
  EXPECT_THAT(link.error().hint, testing::HasSubstr("/nonexistent/directory"));
}

class PatternsReachTest : public testing::Test {
 protected:
  void SetUp() override {
    LinkRequest request;
    request.libraries = {"libpatterns.so"};
    request.search_directories = {BAILEY_ELF_PROGRAMS};
    auto link = LinkMap::Create(request);
    ASSERT_TRUE(link.ok()) << link.error().message;
    linked_ = std::make_unique<Linked>(std::move(*link));
  }

  std::unique_ptr<Linked> linked_;
};

TEST_F(PatternsReachTest, TailJumpsAreTheFunctionsOwnBody) {
  const SymbolReach reach = ReachOf(*linked_, "tail_jump");
  ASSERT_THAT(DirectNumbers(reach), ElementsAre(62));
  EXPECT_EQ(reach.syscalls[0].arguments[0], MachineValue::Parameter(0));
  EXPECT_EQ(reach.syscalls[0].arguments[1], MachineValue::Constant(9));
  EXPECT_THAT(reach.syscalls[0].path, ElementsAre("tail_jump", "tail_target"));
}

TEST_F(PatternsReachTest, APassedNumberMakesAWrapper) {
  const SymbolReach reach = ReachOf(*linked_, "passes_number");
  ASSERT_THAT(DirectNumbers(reach), ElementsAre(10));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(reach.syscalls[0].arguments[i], MachineValue::Parameter(i));
  EXPECT_THAT(reach.unresolved, IsEmpty());
}

TEST_F(PatternsReachTest, BothChoicesOfAnIfuncAreReached) {
  EXPECT_THAT(DirectNumbers(ReachOf(*linked_, "chosen")), ElementsAre(96, 97));
  EXPECT_THAT(
      Numbers(ReachOf(*linked_, "calls_choice"), ReachConfidence::kReachable),
      ElementsAre(96, 97));
}

// By itself a call through a pointer reaches nothing: what may be called so is
// reached where its address is. Data that nothing refers to counts from the
// start.
TEST_F(PatternsReachTest, PointersReachWhatDataHolds) {
  const SymbolReach reach = ReachOf(*linked_, "calls_pointer");
  EXPECT_TRUE(reach.has_indirect_call);
  EXPECT_THAT(reach.syscalls, IsEmpty());
  const SymbolReach startup = linked_->reach.StartupReach();
  EXPECT_NE(startup.Find(41), nullptr);   // By the table of constructors.
  EXPECT_NE(startup.Find(101), nullptr);  // By a word of data.
}

TEST_F(PatternsReachTest, WithoutLiveDataPointersReachAllThatDataHolds) {
  ReachOptions options;
  options.live_data = false;
  const LibraryReach coarse(linked_->link, options);
  const auto reach = coarse.ReachFrom("calls_pointer");
  ASSERT_TRUE(reach.ok());
  EXPECT_THAT(Numbers(*reach, ReachConfidence::kOverApproximated),
              testing::IsSupersetOf({41u, 101u}));
  EXPECT_THAT(DirectNumbers(*reach), IsEmpty());
}

TEST_F(PatternsReachTest, TakingAnAddressCountsAsCalling) {
  const SymbolReach reach = ReachOf(*linked_, "takes_address");
  EXPECT_THAT(Numbers(reach, ReachConfidence::kOverApproximated),
              ElementsAre(41));
  // `external_function` is defined nowhere.
  ASSERT_THAT(reach.unresolved, testing::SizeIs(1));
  EXPECT_THAT(reach.unresolved[0].reason,
              testing::HasSubstr("`external_function`"));
}

TEST_F(PatternsReachTest, UnresolvedSitesAreReported) {
  for (const char* symbol :
       {"number_from_memory", "legacy_entry", "many_numbers"}) {
    const SymbolReach reach = ReachOf(*linked_, symbol);
    ASSERT_THAT(reach.unresolved, testing::SizeIs(1)) << symbol;
    EXPECT_EQ(reach.unresolved[0].function, symbol);
    EXPECT_EQ(reach.unresolved[0].confidence, ReachConfidence::kDirect);
  }
}

TEST_F(PatternsReachTest, StartupRunsConstructors) {
  const SymbolReach reach = linked_->reach.StartupReach();
  EXPECT_NE(reach.Find(39), nullptr);
  EXPECT_NE(reach.Find(41), nullptr);
  EXPECT_EQ(reach.Find(62), nullptr);
}

}  // namespace
}  // namespace bailey::analyzer
