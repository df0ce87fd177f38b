#include "analyzer/report/build_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> OfLink(std::vector<std::string> arguments) {
  ProgramSelection selection;
  selection.link.emplace();
  selection.link->arguments = std::move(arguments);
  return HiddenByOptions(selection);
}

TEST(BuildOptionsTest, WhatChangesSymbolsOrEntriesIsNamed) {
  for (const char* option :
       {"-Wl,--wrap=getpid", "-Wl,--wrap,getpid", "-Wl,--wra=getpid",
        "-Wl,--defsym=getpid=evil", "-Wl,-init=evil", "-Wl,-e,evil",
        "-Wl,-T,script", "-Wl,-Bstatic", "-Wl,-lother", "-Wl,--", "-Wl,-",
        "-Tscript", "-nostartfiles", "-fsanitize=address", "-pg"})
    EXPECT_THAT(OfLink({"cc", "a.o", option}), SizeIs(1)) << option;
  EXPECT_THAT(OfLink({"cc", "-Xlinker", "--wrap=f", "a.o"}),
              ElementsAre(HasSubstr("`--wrap=f`")));
}

TEST(BuildOptionsTest, UsualOptionsAreNot) {
  EXPECT_THAT(OfLink({"cc",
                      "-O2",
                      "-pthread",
                      "-pie",
                      "a.o",
                      "-o",
                      "p",
                      "-lm",
                      "-s",
                      "-Wl,-z,relro,-z,now",
                      "-Wl,-rpath,/opt/lib",
                      "-Wl,-O1",
                      "-Wl,--as-needed",
                      "-Wl,--gc-sections",
                      "-Wl,-Map=p.map",
                      "-Wl,--build-id=sha1",
                      "-Xlinker",
                      "-rpath",
                      "-Xlinker",
                      "/x",
                      "-fuse-ld=lld",
                      "-flto",
                      "-rdynamic",
                      "-export-dynamic"}),
              IsEmpty());
}

TEST(BuildOptionsTest, InstrumentationOfOneUnitCounts) {
  ProgramSelection selection;
  selection.compiles = {
      {"/s", "a.c", "a.o", {"cc", "-c", "a.c"}},
      {"/s", "b.c", "b.o", {"cc", "-fprofile-generate", "-c", "b.c"}}};
  EXPECT_THAT(HiddenByOptions(selection),
              ElementsAre(HasSubstr("`-fprofile-generate`")));
}

}  // namespace
}  // namespace bailey::analyzer
