// Soundness against reality: every system call that a real program is seen to
// make must be among those that the analysis says it can make.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "analyzer/elf/library_reach.h"
#include "tests/analyzer/elf/syscall_recorder.h"

namespace bailey::analyzer {
namespace {

std::string Program(const std::string& name) {
  return std::string(BAILEY_ELF_PROGRAMS) + "/" + name;
}

void AddNumbers(const SymbolReach& reach, std::set<uint32_t>& numbers) {
  for (const ReachedSyscall& syscall : reach.syscalls)
    numbers.insert(syscall.number);
}

// From the entry of the executable and of the loader.
std::set<uint32_t> ReachOfWholeProgram(const LinkMap& link) {
  std::set<uint32_t> numbers;
  AddNumbers(LibraryReach(link).StartupReach(), numbers);
  return numbers;
}

// As for a program whose source is analyzed: its imports, without its code. The
// numbers that it passes to syscall() itself are not libc's to know.
std::set<uint32_t> ReachOfImports(const ElfImage& executable) {
  LinkRequest request;
  request.libraries = executable.needed();
  auto link = LinkMap::Create(request);
  EXPECT_TRUE(link.ok());
  const LibraryReach reach(*link);
  std::set<std::string> imports;
  for (const MachineFunction& function : executable.functions()) {
    imports.insert(function.imports.begin(), function.imports.end());
    imports.insert(function.takes_address_of_imports.begin(),
                   function.takes_address_of_imports.end());
  }
  imports.insert(executable.data_address_taken_imports().begin(),
                 executable.data_address_taken_imports().end());
  std::set<uint32_t> numbers;
  AddNumbers(reach.StartupReach(), numbers);
  for (const std::string& import : imports)
    if (auto one = reach.ReachFrom(import); one.ok()) AddNumbers(*one, numbers);
  return numbers;
}

class RecallTest : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(RecallTest, WhatIsSeenIsReachable) {
  const std::vector<std::string>& command = GetParam();
  if (!std::filesystem::exists(command[0]))
    GTEST_SKIP() << command[0] << " is not installed";
  const auto seen = RecordSyscalls(command);
  if (!seen) GTEST_SKIP() << "ptrace is not permitted here";
  ASSERT_THAT(*seen, testing::Contains(SYS_exit_group));
  LinkRequest request;
  request.executable = command[0];
  auto link = LinkMap::Create(request);
  ASSERT_TRUE(link.ok()) << link.error().message << link.error().hint;
  const std::set<uint32_t> all = ReachOfWholeProgram(*link);
  EXPECT_THAT(all, testing::IsSupersetOf(*seen));
  // Coarse, but not "everything": a filter made of it still keeps calls out.
  EXPECT_LT(all.size(), 200u);
  if (link->interpreter()) {
    std::set<uint32_t> imports = ReachOfImports(link->images()[0]);
    imports.insert(SYS_gettid);  // What busy.c passes to syscall().
    EXPECT_THAT(imports, testing::IsSupersetOf(*seen));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Programs, RecallTest,
    testing::Values(std::vector<std::string>{Program("hello")},
                    std::vector<std::string>{Program("hello_fixed")},
                    std::vector<std::string>{Program("hello_static")},
                    std::vector<std::string>{Program("busy")},
                    std::vector<std::string>{Program("busy_static")},
                    std::vector<std::string>{Program("busy_stripped")},
                    std::vector<std::string>{"/usr/bin/true"},
                    std::vector<std::string>{"/usr/bin/cat", "/etc/passwd"},
                    std::vector<std::string>{"/usr/bin/ls", "-l", "/"},
                    std::vector<std::string>{"/usr/bin/sha256sum",
                                             "/etc/passwd"},
                    std::vector<std::string>{"/usr/bin/sort", "/etc/passwd"},
                    std::vector<std::string>{"/usr/bin/find", "/etc/apt"}),
    [](const auto& program) {
      return std::filesystem::path(program.param[0]).filename().string();
    });

}  // namespace
}  // namespace bailey::analyzer
