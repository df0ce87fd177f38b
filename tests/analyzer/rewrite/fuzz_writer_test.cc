#include "analyzer/rewrite/fuzz_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/rewrite/fuzz_makefile.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

FlowParameter Parameter(const std::string& name, TypeKind kind) {
  FlowParameter parameter;
  parameter.name = name;
  parameter.type.kind = kind;
  return parameter;
}

CrossingParameter Crosses(const std::string& name, MarshalMode mode,
                          Direction direction, uint64_t bytes) {
  CrossingParameter parameter;
  parameter.name = name;
  parameter.mode = mode;
  parameter.direction = direction;
  parameter.element_bytes = bytes;
  return parameter;
}

// int keep(const char* path, short out[count], size_t count);
Flow KeepersFlow() {
  Flow flow;
  FlowFunction function;
  function.id = "keep.c:keep";
  function.name = "keep";
  function.parameters = {Parameter("path", TypeKind::kPointer),
                         Parameter("out", TypeKind::kPointer),
                         Parameter("count", TypeKind::kInteger)};
  flow.functions.push_back(function);
  return flow;
}

Plan KeepersPlan() {
  Plan plan;
  Crossing crossing;
  crossing.id = 4;
  crossing.function = "keep.c:keep";
  crossing.name = "keep";
  crossing.to = "keeper";
  crossing.parameters = {
      Crosses("path", MarshalMode::kCString, Direction::kIn, 1),
      Crosses("out", MarshalMode::kBuffer, Direction::kOut, 2),
      Crosses("count", MarshalMode::kScalar, Direction::kIn, 8)};
  crossing.parameters[1].length_parameter = 2;
  plan.crossings.push_back(crossing);
  crossing.id = 5;
  crossing.to = "another";
  plan.crossings.push_back(crossing);
  PlanCredential credential;
  credential.name = "key";
  credential.path = "/run/key";
  plan.credentials.push_back(credential);
  credential.name = "others";
  plan.credentials.push_back(credential);
  return plan;
}

PlanPortion Keeper() {
  PlanPortion keeper;
  keeper.name = "keeper";
  keeper.credentials = {"key"};
  return keeper;
}

TEST(FuzzTables, SayWhatThePortionsFunctionsTake) {
  const std::string text = FuzzTables(KeepersPlan(), KeepersFlow(), Keeper());
  EXPECT_THAT(text, HasSubstr("{BAILEY_FUZZ_STRING, 0 | BAILEY_FUZZ_SENT | "
                              "BAILEY_FUZZ_NULLABLE, 1, -1, 0u}"));
  EXPECT_THAT(text, HasSubstr("{BAILEY_FUZZ_BUFFER, 0 | BAILEY_FUZZ_NULLABLE, "
                              "2, 2, 0u}"));
  EXPECT_THAT(text, HasSubstr("{BAILEY_FUZZ_VALUE, 0 | BAILEY_FUZZ_SENT, 8, "
                              "-1, 0u}"));
  EXPECT_THAT(text, HasSubstr("{{4, \"keep\", bailey_serve_4}, items_4, 3}"));
  EXPECT_THAT(text,
              HasSubstr("{\"key\", BAILEY_FUZZ_FROM_FILE, \"/run/key\", -1}"));
  // Of other portions nothing.
  EXPECT_THAT(text, Not(HasSubstr("items_5")));
  EXPECT_THAT(text, Not(HasSubstr("others")));
}

TEST(FuzzTables, PassedGlobalsStandBehindTheParameters) {
  Plan plan = KeepersPlan();
  plan.crossings[0].globals = {
      {"log.c:level", "level", "int", MarshalMode::kScalar, 4, 0},
      {"salt", "salt", "unsigned char", MarshalMode::kFixedArray, 1, 16}};
  const std::string text = FuzzTables(plan, KeepersFlow(), Keeper());
  const size_t level =
      text.find("{BAILEY_FUZZ_FIXED, 0 | BAILEY_FUZZ_SENT, 4, -1, 0u}");
  const size_t salt =
      text.find("{BAILEY_FUZZ_FIXED, 0 | BAILEY_FUZZ_SENT, 16, -1, 0u}");
  EXPECT_LT(text.find("/* count */"), level);
  EXPECT_LT(level, salt);
  EXPECT_THAT(text, HasSubstr("bailey_serve_4}, items_4, 5}"));
}

FuzzBuild Build() {
  const BuildCommand unit{"/src",
                          "/out/keeper/a.c",
                          "/out/keeper/obj/0-a.o",
                          {"/out/keeper/a.c"},
                          {"gcc", "-DX=a b", "-c", "/out/keeper/a.c", "-o",
                           "/out/keeper/obj/0-a.o"}};
  const BuildCommand tables{"/src",
                            "/out/keeper/bailey_fuzz.c",
                            "/out/keeper/fuzz/obj/bailey_fuzz.o",
                            {"/out/keeper/bailey_fuzz.c"},
                            {"gcc", "-c"}};
  const BuildCommand link{"/src",
                          "",
                          "/out/keeper/fuzz/keeper",
                          {"/out/keeper/fuzz/obj/0-a.o"},
                          {"gcc", "-lm"}};
  return {"keeper", "/out/keeper", {unit}, tables, link};
}

TEST(FuzzRules, BuildApartFromThePortion) {
  const auto rules = FuzzRules(Build());
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  EXPECT_THAT(*rules, HasSubstr("fuzz-keeper: /out/keeper/fuzz/keeper\n"));
  EXPECT_THAT(*rules,
              HasSubstr("cd '/src' && $(FUZZ_CC) '-DX=a b' '-c' "
                        "'/out/keeper/a.c' '-o' '/out/keeper/fuzz/obj/0-a.o' "
                        "$(FUZZ_CFLAGS)\n\t$(FUZZ_OBJCOPY) $(FUZZ_RENAMES) "
                        "'/out/keeper/fuzz/obj/0-a.o'\n"));
  EXPECT_THAT(*rules, HasSubstr("--redefine-sym exit=bailey_fuzz_exit"));
  for (const std::string name : {"take", "guard", "guard_text"})
    EXPECT_THAT(*rules,
                HasSubstr("bailey_" + name + "=bailey_fuzz_" + name + " \\\n"));
  EXPECT_THAT(*rules, HasSubstr(" -fno-sanitize=enum "));
  // The portion's own objects stay what they are.
  EXPECT_THAT(*rules, Not(HasSubstr("/out/keeper/obj/")));
}

TEST(FuzzRules, RefuseWhatMakeCannotName) {
  FuzzBuild build = Build();
  build.link.output = "/out/a%b";
  EXPECT_FALSE(FuzzRules(build).ok());
}

}  // namespace
}  // namespace bailey::analyzer
