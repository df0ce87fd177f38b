#include "analyzer/rewrite/portion_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/rewrite/makefile.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FlowUnit Unit() {
  return {"/src/lib/a.c",
          "/src",
          {"gcc", "-O2", "-MMD", "-MF", "a.d", "-Iinclude", "-iquote", "q",
           "-c", "lib/a.c", "-o", "build/a.o"}};
}

Flow Linked(std::vector<std::string> link) {
  Flow flow;
  flow.units.push_back(Unit());
  flow.link_command = std::move(link);
  flow.link_directory = "/src";
  return flow;
}

TEST(PortionCommands, UnitsAreCompiledAsTheyWere) {
  const BuildCommand command =
      CompileUnit(Unit(), "/out/a.c", "/out/a.o", {"/out", "/src", "/inc"});
  EXPECT_EQ(command.directory, "/src");
  EXPECT_THAT(
      command.arguments,
      ElementsAre("gcc", "-iquote", "/src/lib", "-O2", "-Iinclude", "-iquote",
                  "q", "-w", "-fdebug-prefix-map=/src=.",
                  "-ffile-prefix-map=/inc=bailey", "-ffile-prefix-map=/out=.",
                  "-fmacro-prefix-map=/src/lib/=lib/", "-include",
                  "/inc/runtime/crossing.h", "-c", "/out/a.c", "-o",
                  "/out/a.o"));
}

// A sender's value is none of the enumeration's, which that option promises.
TEST(PortionCommands, NoValueIsTakenForAnEnumerations) {
  FlowUnit unit = Unit();
  unit.command.insert(unit.command.begin() + 1, "-fstrict-enums");
  EXPECT_EQ(
      CompileUnit(unit, "/out/a.c", "/out/a.o", {"/out", "/src", "/inc"})
          .arguments,
      CompileUnit(Unit(), "/out/a.c", "/out/a.o", {"/out", "/src", "/inc"})
          .arguments);
}

TEST(PortionCommands, TheSourceKeepsItsName) {
  EXPECT_EQ(SourceName(Unit()), "lib/a.c");
}

TEST(PortionCommands, LinksThePortionsObjectsAndTheWholeRuntime) {
  const auto link =
      LinkPortion(Linked({"gcc", "-pie", "-s", "-o", "prog", "build/a.o",
                          "-lsodium", "-Wl,-z,now"}),
                  {"/out/a.o", "/out/s.o"}, "/out/prog", "/lib/r.a");
  ASSERT_TRUE(link.ok()) << link.error().message;
  EXPECT_THAT(
      link->arguments,
      ElementsAre("gcc", "-pie", "/out/a.o", "/out/s.o", "-Wl,--whole-archive",
                  "/lib/r.a", "-Wl,--no-whole-archive", "-lsodium",
                  "-Wl,-z,now", "-o", "/out/prog"));
}

// There is no free() behind the portion's own then.
TEST(PortionCommands, HandlesWantASharedCLibrary) {
  EXPECT_TRUE(RequireSharedLibraries(Linked({"gcc", "-pie", "a.o"})).ok());
  for (const char* word : {"-static", "--static", "-static-pie"})
    EXPECT_FALSE(RequireSharedLibraries(Linked({"gcc", word, "a.o"})).ok());
}

TEST(PortionCommands, LinksAFuzzerWithoutThePortionsStart) {
  const auto link =
      LinkFuzzer(Linked({"gcc", "-pie", "-o", "prog", "build/a.o", "-lsodium"}),
                 {"/out/a.o"}, "/out/fuzz", "/lib/f.a", "/lib/r.a");
  ASSERT_TRUE(link.ok()) << link.error().message;
  EXPECT_THAT(
      link->arguments,
      ElementsAre("gcc", "-pie", "/out/a.o", "-Wl,-u,LLVMFuzzerTestOneInput",
                  "/lib/f.a", "/lib/r.a", "-lsodium", "-o", "/out/fuzz"));
  EXPECT_THAT(link->inputs, ElementsAre("/out/a.o", "/lib/f.a", "/lib/r.a"));
}

TEST(PortionCommands, LinksOfSourcesAreSeenThrough) {
  const auto link = LinkPortion(Linked({"gcc", "lib/a.c", "-o", "prog"}),
                                {"/out/a.o"}, "/out/prog", "/lib/r.a");
  ASSERT_TRUE(link.ok()) << link.error().message;
  EXPECT_EQ(link->arguments[1], "/out/a.o");
}

TEST(PortionCommands, SharedObjectsAreKeptAndUnknownCodeRefused) {
  EXPECT_TRUE(
      LinkPortion(Linked({"gcc", "build/a.o", "libx.so.1"}), {}, "p", "r.a")
          .ok());
  for (const char* input : {"other.o", "libx.a", "start.S"}) {
    EXPECT_FALSE(
        LinkPortion(Linked({"gcc", "build/a.o", input}), {}, "p", "r.a").ok())
        << input;
  }
}

TEST(Makefile, WordsAreQuotedForShellAndMake) {
  BuildCommand link{"/a b", "", "/out/p", {"/out/x y.o"}, {"cc", "-DA='$1'"}};
  const auto text = MakefileText({}, link);
  ASSERT_TRUE(text.ok()) << text.error().message;
  EXPECT_THAT(*text, HasSubstr("/out/p: /out/x\\ y.o\n"));
  EXPECT_THAT(*text, HasSubstr("cd '/a b' && 'cc' '-DA='\\''$$1'\\'''"));
}

TEST(Makefile, WhatMakeCannotNameIsAnError) {
  EXPECT_FALSE(MakefileText({}, {"/a", "", "/out/a:b", {}, {"cc"}}).ok());
  EXPECT_FALSE(MakefileText({}, {"/a", "", "/out/a", {}, {"c\nc"}}).ok());
}

}  // namespace
}  // namespace bailey::analyzer
