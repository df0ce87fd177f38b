// Which functions that only data names are called: none too few, by real runs;
// and not those whose data nothing uses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <filesystem>
#include <set>
#include <string>

#include "analyzer/elf/library_reach.h"
#include "analyzer/elf/process_phases.h"
#include "tests/analyzer/elf/syscall_recorder.h"

namespace bailey::analyzer {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

std::string LiveProgram(const std::string& name) {
  return std::string(BAILEY_ELF_PROGRAMS) + "/" + name;
}

std::set<uint32_t> ReachOf(const LinkRequest& request,
                           const ReachOptions& options = {}) {
  auto link = LinkMap::Create(request);
  EXPECT_TRUE(link.ok()) << link.error().message << link.error().hint;
  std::set<uint32_t> numbers;
  if (!link.ok()) return numbers;
  for (const ReachedSyscall& each :
       LibraryReach(*link, options).StartupReach().syscalls)
    numbers.insert(each.number);
  return numbers;
}

LinkRequest RequestFor(const std::string& program) {
  LinkRequest request;
  request.executable = LiveProgram(program);
  return request;
}

class LiveDataRecallTest : public testing::TestWithParam<const char*> {};

TEST_P(LiveDataRecallTest, WhatIsCalledThroughDataIsReached) {
  const LinkRequest request = RequestFor(GetParam());
  const auto seen = RecordSyscalls({request.executable});
  if (!seen) GTEST_SKIP() << "ptrace is not permitted here";
  ASSERT_THAT(*seen, Contains(SYS_getpriority));
  EXPECT_THAT(ReachOf(request), IsSupersetOf(*seen));
  LinkRequest without_debug_files = request;
  without_debug_files.debug_directories.clear();
  EXPECT_THAT(ReachOf(without_debug_files), IsSupersetOf(*seen));
}

INSTANTIATE_TEST_SUITE_P(
    Programs, LiveDataRecallTest,
    testing::Values("data_callbacks", "data_callbacks_plain",
                    "data_callbacks_fixed", "data_callbacks_static",
                    "data_callbacks_stripped", "exported_data_user_pie",
                    "exported_data_user_no-pie", "libc_callbacks",
                    "awkward_tables", "awkward_tables_fixed",
                    "awkward_tables_static"),
    [](const auto& program) {
      std::string name = program.param;
      std::ranges::replace(name, '-', '_');
      return name;
    });

TEST(LiveDataTest, WhatOnlyDeadDataNamesIsNotReached) {
  const LinkRequest request = RequestFor("data_callbacks");
  EXPECT_THAT(ReachOf(request), Not(Contains(SYS_sysfs)));
  ReachOptions coarse;
  coarse.live_data = false;
  EXPECT_THAT(ReachOf(request, coarse), Contains(SYS_sysfs));
}

TEST(LiveDataTest, AStrippedFileIsCoarseUnlessItsDebugFileIsThere) {
  LinkRequest request = RequestFor("data_callbacks_stripped");
  EXPECT_THAT(ReachOf(request), Contains(SYS_sysfs));
  request.debug_directories = {LiveProgram("debug")};
  EXPECT_THAT(ReachOf(request), Not(Contains(SYS_sysfs)));
}

TEST(LiveDataTest, ADebugFileOfAnotherBuildIsPassedOver) {
  namespace fs = std::filesystem;
  const fs::path directory = fs::path(testing::TempDir()) / "other-debug";
  const fs::path place = directory / ".build-id" / "ba";
  fs::create_directories(place);
  fs::copy_file(LiveProgram("data_callbacks_plain"),
                place / "dc0ffee0ddf00d.debug",
                fs::copy_options::overwrite_existing);
  LinkRequest request = RequestFor("data_callbacks_stripped");
  request.debug_directories = {directory};
  const auto link = LinkMap::Create(request);
  ASSERT_TRUE(link.ok());
  EXPECT_EQ(link->images()[0].debug_file(), "");
  EXPECT_THAT(ReachOf(request), Contains(SYS_sysfs));
}

// Programs may name any exported data; this one is known not to.
TEST(LiveDataTest, ExportedDataIsUsedByWhoNamesIt) {
  for (const char* program :
       {"exported_data_user_pie", "exported_data_user_no-pie"}) {
    EXPECT_THAT(ReachOf(RequestFor(program)), Not(Contains(SYS_sysfs)));
  }
  LinkRequest unknown;
  unknown.libraries = {LiveProgram("libexported_data.so"), "libc.so.6"};
  EXPECT_THAT(ReachOf(unknown), Contains(SYS_sysfs));
}

// Its functions would be another file's, which nobody read.
TEST(LiveDataTest, AFilterOfAnotherLibraryIsRefused) {
  LinkRequest request;
  request.libraries = {LiveProgram("libfilter.so"), "libc.so.6"};
  const auto link = LinkMap::Create(request);
  ASSERT_FALSE(link.ok());
  EXPECT_NE(link.error().message.find("`libsomewhere.so` by DT_FILTER"),
            std::string::npos)
      << link.error().message;
}

// The loader executes a program only where it is what is run.
TEST(LibraryFactsTest, AProgramDoesNotExecuteByBeingLoaded) {
  EXPECT_THAT(ReachOf(RequestFor("hello")), Not(Contains(SYS_execve)));
  ReachOptions plain;
  plain.c_library_facts = false;
  EXPECT_THAT(ReachOf(RequestFor("hello"), plain), Contains(SYS_execve));
  const auto link = LinkMap::Create(RequestFor("hello"));
  ASSERT_TRUE(link.ok());
  LinkRequest loader;
  loader.executable = link->images()[*link->interpreter()].path();
  EXPECT_THAT(ReachOf(loader), Contains(SYS_execve));
}

std::set<uint32_t> NumbersOf(const SymbolReach& reach) {
  std::set<uint32_t> numbers;
  for (const ReachedSyscall& each : reach.syscalls) numbers.insert(each.number);
  return numbers;
}

TEST(LibraryFactsTest, AThreadHasAPolicyOfItsOwnIfItsAttributesSaySo) {
  for (const char* program : {"thread_attributes", "thread_copy"}) {
    const auto seen = RecordSyscalls({LiveProgram(program)});
    if (!seen) GTEST_SKIP() << "ptrace is not permitted here";
    EXPECT_THAT(*seen, Contains(SYS_sched_setaffinity));
    EXPECT_THAT(ReachOf(RequestFor(program)), IsSupersetOf(*seen));
  }
  const auto link = LinkMap::Create(RequestFor("busy"));
  ASSERT_TRUE(link.ok());
  const auto alone = LibraryReach(*link).ReachFrom("pthread_create");
  ReachOptions plain;
  plain.c_library_facts = false;
  const auto coarse = LibraryReach(*link, plain).ReachFrom("pthread_create");
  ASSERT_TRUE(alone.ok() && coarse.ok());
  for (const uint32_t call : {SYS_sched_setscheduler, SYS_sched_setaffinity,
                              SYS_sched_getscheduler, SYS_sched_getparam}) {
    EXPECT_THAT(NumbersOf(*alone), Not(Contains(call)));
    EXPECT_THAT(NumbersOf(*coarse), Contains(call));
  }
}

// The attributes are made before main, and used in it.
TEST(LibraryFactsTest, WhatStartupSaysOfThreadsHoldsLater) {
  const auto link = LinkMap::Create(RequestFor("thread_attributes"));
  ASSERT_TRUE(link.ok());
  const auto main = FindMain(*link);
  ASSERT_TRUE(main.has_value());
  const LibraryReach reach(*link);
  EXPECT_THAT(NumbersOf(ReachByPhase(*link, reach, *main).serving),
              IsSupersetOf({SYS_sched_setscheduler, SYS_sched_setaffinity,
                            SYS_sched_getparam}));
}

}  // namespace
}  // namespace bailey::analyzer
