// testdata/analyzer/never_written: each global's name says whether nothing may
// change it.
#include "analyzer/flow/never_written.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {
namespace {

const std::string kNeverWritten = BAILEY_TESTDATA "/analyzer/never_written";

Flow LoadWriters(const std::vector<std::string>& files,
                 const std::string& level = "-O0",
                 const ProgramSelection& selection = {}) {
  std::vector<UnitFacts> units;
  for (const std::string& file : files) {
    UnitOutcome unit =
        ParseUnit({kNeverWritten, file, "", {"gcc", level, "-w", "-c", file}},
                  kNeverWritten);
    EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
    units.push_back(std::move(unit.facts));
  }
  return JoinUnits(std::move(units), selection).flow;
}

const FlowGlobal& Global(const Flow& flow, const std::string& name) {
  static const FlowGlobal kNone;
  const auto found = std::ranges::find(flow.globals, name, &FlowGlobal::name);
  EXPECT_NE(found, flow.globals.end()) << name;
  return found == flow.globals.end() ? kNone : *found;
}

void ExpectAsNamed(const Flow& flow) {
  int never = 0;
  int perhaps = 0;
  for (const FlowGlobal& each : flow.globals) {
    if (each.name.starts_with("yes_")) {
      ++never;
      EXPECT_TRUE(each.never_written) << each.name;
    } else {
      perhaps += each.name.starts_with("no_") ? 1 : 0;
      EXPECT_FALSE(each.never_written) << each.name;
    }
  }
  EXPECT_EQ(never, 12);
  EXPECT_EQ(perhaps, 35);
}

TEST(NeverWrittenTest, IsAsTheNamesSay) {
  ExpectAsNamed(LoadWriters({"program.c", "other.c"}));
}

TEST(NeverWrittenTest, TheBuildsOptimisationChangesNothing) {
  ExpectAsNamed(LoadWriters({"program.c", "other.c"}, "-O2"));
}

// The unit that writes it is part of the program, or is not.
TEST(NeverWrittenTest, EveryUnitCounts) {
  EXPECT_TRUE(Global(LoadWriters({"program.c"}), "no_extern_of_other_type")
                  .never_written);
  EXPECT_FALSE(
      Global(LoadWriters({"program.c", "other.c"}), "no_extern_of_other_type")
          .never_written);
}

// Calls go elsewhere than the code says.
TEST(NeverWrittenTest, ALinkThatRedirectsNamesLeavesNothingSure) {
  for (const char* option :
       {"-Wl,--wrap=show", "-Wl,--defsym,a=b", "-Wl,-T,x.ld", "x.lds"}) {
    ProgramSelection selection;
    selection.link.emplace();
    selection.link->arguments = {"cc", "-o", "program", option};
    const Flow flow = LoadWriters({"program.c", "other.c"}, "-O0", selection);
    for (const FlowGlobal& each : flow.globals)
      EXPECT_FALSE(each.never_written) << option << each.name;
  }
}

TEST(NeverWrittenTest, WhatOthersSeeByNameIsTheirs) {
  Flow flow = LoadWriters({"program.c", "other.c"});
  UnmarkShared([](const std::string& id) { return id == "yes_table"; }, flow);
  EXPECT_FALSE(Global(flow, "yes_table").never_written);
  EXPECT_TRUE(Global(flow, "yes_extern_read").never_written);
  UnmarkShared([](const std::string&) { return true; }, flow);
  EXPECT_FALSE(Global(flow, "yes_extern_read").never_written);
  EXPECT_TRUE(Global(flow, "yes_passed").never_written);
}

TEST(NeverWrittenTest, TheDocumentKeepsIt) {
  const Flow flow = LoadWriters({"program.c", "other.c"});
  const auto read = ParseFlow(WriteFlow(flow), "flow.json");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(Global(*read, "yes_table").never_written);
  EXPECT_FALSE(Global(*read, "no_stored").never_written);
}

// By the ways in which `function` has the address of `text`; true if there are
// none.
bool OnlyReads(const Flow& flow, const std::string& function) {
  return std::ranges::all_of(flow.edges, [&](const FlowEdge& each) {
    const bool is_here = each.from == function && each.to == "text";
    return !is_here || each.kind == EdgeKind::kRead ||
           (each.kind == EdgeKind::kAddress && each.is_only_read);
  });
}

TEST(NeverWrittenTest, WhoOnlyReadsThereIsToldFromWhoMayWrite) {
  for (const std::string level : {"-O0", "-O2"}) {
    const Flow flow = LoadWriters({"readers.c"}, level);
    int readers = 0;
    for (const FlowFunction& each : flow.functions) {
      if (each.name.starts_with("reads_")) {
        ++readers;
        EXPECT_TRUE(OnlyReads(flow, each.id)) << each.name;
      } else if (each.name.starts_with("writes_")) {
        EXPECT_FALSE(OnlyReads(flow, each.id)) << each.name;
      }
    }
    EXPECT_EQ(readers, 4);
    EXPECT_FALSE(Global(flow, "text").never_written);
  }
}

TEST(NeverWrittenTest, WhereTheLinkMayRedirectCallsNobodyOnlyReads) {
  ProgramSelection selection;
  selection.link.emplace();
  selection.link->arguments = {"cc", "-o", "program", "-Wl,--wrap=length_of"};
  const Flow flow = LoadWriters({"readers.c"}, "-O0", selection);
  EXPECT_FALSE(OnlyReads(flow, "reads_by_call"));
}

}  // namespace
}  // namespace bailey::analyzer
