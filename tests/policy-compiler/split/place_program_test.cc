#include "policy-compiler/split/place_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/policy-compiler/split/flow_builder.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

// A program that signs: `main` parses input and calls `sign`, which uses a key.
FlowBuilder Notary() {
  FlowBuilder program;
  for (const char* name : {"main", "parse", "load", "sign", "hash", "hex"}) {
    program.Function(name);
  }
  program.Global("key").Global("count").Constant("digits");
  program.Calls("main", "parse").Calls("main", "load").Calls("main", "sign");
  program.Calls("main", "hex").Calls("sign", "hash").Calls("sign", "hex");
  program.Writes("load", "key").Reads("sign", "key");
  program.Reads("hex", "digits").Writes("parse", "count");
  return program;
}

class PlaceProgramTest : public ::testing::Test {
 protected:
  PlaceProgramTest() {
    policy_.portions.resize(2);
    signer().name = "signer";
    signer().trusted = true;
    signer().span = {8, 14};
    signer().functions = {"load", "sign"};
    worker().name = "worker";
    worker().input_functions = {"parse"};
  }

  PortionPolicy& signer() { return policy_.portions[0]; }
  PortionPolicy& worker() { return policy_.portions[1]; }

  // Adds "vault", a second trusted portion.
  PortionPolicy& AddVault() {
    PortionPolicy vault;
    vault.name = "vault";
    vault.trusted = true;
    policy_.portions.push_back(vault);
    return policy_.portions.back();
  }

  bool Place(const Flow& flow) {
    diagnostics_ = {};
    Result<Placement> placed = PlaceProgram(policy_, text_, flow, diagnostics_);
    EXPECT_EQ(placed.ok(), !diagnostics_.has_errors());
    if (placed.ok()) placement_ = *placed;
    return placed.ok();
  }

  // All of the errors, after a placement that must fail.
  std::string Errors(const Flow& flow) {
    EXPECT_FALSE(Place(flow));
    return RenderText(diagnostics_);
  }

  std::string Role(const std::string& portion, const std::string& id) {
    for (const PortionPlacement& each : placement_.portions) {
      if (each.name != portion) continue;
      for (const PlacedSymbol& symbol : each.symbols) {
        EXPECT_FALSE(symbol.reason.empty()) << symbol.id;
        if (symbol.id == id) return symbol.role;
      }
    }
    return "(none)";
  }

  Policy policy_;
  SourceText text_{"notary.policy", "policy\n portion signer trusted {}\n"};
  Diagnostics diagnostics_;
  Placement placement_;
};

TEST_F(PlaceProgramTest, SplitsAroundTheKey) {
  ASSERT_TRUE(Place(Notary().flow)) << RenderText(diagnostics_);
  EXPECT_FALSE(placement_.portions[0].holds_main);
  EXPECT_TRUE(placement_.portions[1].holds_main);
  EXPECT_EQ(Role("signer", "load"), "placed");
  EXPECT_EQ(Role("signer", "sign"), "placed");
  EXPECT_EQ(Role("signer", "key"), "placed");
  EXPECT_EQ(Role("signer", "main"), "absent");
  EXPECT_EQ(Role("signer", "parse"), "absent");
  EXPECT_EQ(Role("signer", "count"), "absent");
  EXPECT_EQ(Role("worker", "load"), "stub");
  EXPECT_EQ(Role("worker", "sign"), "stub");
  EXPECT_EQ(Role("worker", "key"), "absent");
  EXPECT_EQ(Role("worker", "main"), "placed");
  EXPECT_EQ(Role("worker", "count"), "placed");
}

TEST_F(PlaceProgramTest, PureHelpersAreShared) {
  ASSERT_TRUE(Place(Notary().flow));
  EXPECT_EQ(Role("signer", "hex"), "replica");
  EXPECT_EQ(Role("worker", "hex"), "replica");
  EXPECT_EQ(Role("signer", "digits"), "replica");
  EXPECT_EQ(Role("worker", "digits"), "replica");
}

TEST_F(PlaceProgramTest, HelpersOfThePortionAloneLeaveTheOtherSide) {
  ASSERT_TRUE(Place(Notary().flow));
  EXPECT_EQ(Role("signer", "hash"), "placed");
  EXPECT_EQ(Role("worker", "hash"), "absent");
}

TEST_F(PlaceProgramTest, HelpersInHeadersStayWithBoth) {
  FlowBuilder program = Notary();
  program.flow.functions[4].extent.file = "/src/hash.h";
  ASSERT_TRUE(Place(program.flow));
  EXPECT_EQ(Role("worker", "hash"), "replica");
}

TEST_F(PlaceProgramTest, RecursiveHelpersAreFollowed) {
  FlowBuilder program = Notary();
  program.Function("odd").Function("even");
  program.Calls("sign", "odd").Calls("odd", "even").Calls("even", "odd");
  ASSERT_TRUE(Place(program.flow));
  EXPECT_EQ(Role("signer", "even"), "placed");
  EXPECT_EQ(Role("worker", "odd"), "absent");
  program.Calls("main", "even");
  ASSERT_TRUE(Place(program.flow));
  EXPECT_EQ(Role("worker", "odd"), "replica");
}

TEST_F(PlaceProgramTest, CrossingsHaveIdsFromOne) {
  ASSERT_TRUE(Place(Notary().flow));
  ASSERT_EQ(placement_.crossings.size(), 2u);
  EXPECT_EQ(placement_.crossings[0].id, 1u);
  EXPECT_EQ(placement_.crossings[0].function, "load");
  EXPECT_EQ(placement_.crossings[0].from, "worker");
  EXPECT_EQ(placement_.crossings[0].to, "signer");
  EXPECT_EQ(placement_.crossings[1].id, 2u);
}

TEST_F(PlaceProgramTest, WhoeverTouchesTheStateJoins) {
  for (const EdgeKind kind :
       {EdgeKind::kRead, EdgeKind::kWrite, EdgeKind::kAddress}) {
    FlowBuilder program = Notary();
    program.Function("wipe").Calls("main", "wipe").Edge(kind, "wipe", "key");
    ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
    EXPECT_EQ(Role("signer", "wipe"), "placed");
    EXPECT_EQ(Role("worker", "wipe"), "stub");
    EXPECT_EQ(placement_.crossings.size(), 3u);
  }
}

TEST_F(PlaceProgramTest, TheClosureIsTransitive) {
  FlowBuilder program = Notary();
  program.Global("status").Function("why").Function("reset").Global("log");
  program.Writes("sign", "status").Reads("why", "status");
  program.Writes("why", "log").Writes("reset", "log");
  program.Calls("main", "why").Calls("main", "reset");
  ASSERT_TRUE(Place(program.flow));
  EXPECT_EQ(Role("signer", "reset"), "placed");
  EXPECT_EQ(Role("worker", "log"), "absent");
}

TEST_F(PlaceProgramTest, StaticLocalsBelongToTheirFunctions) {
  FlowBuilder program = Notary();
  program.Global("sign.cache");
  program.flow.globals.back().function = "sign";
  ASSERT_TRUE(Place(program.flow));
  EXPECT_EQ(Role("signer", "sign.cache"), "placed");
  EXPECT_EQ(Role("worker", "sign.cache"), "absent");
}

TEST_F(PlaceProgramTest, AHelperWithAStaticLocalIsNotPure) {
  FlowBuilder program = Notary();
  program.Global("hex.buffer");
  program.flow.globals.back().function = "hex";
  EXPECT_THAT(Errors(program.flow), HasSubstr("`hex.buffer` is state"));
}

TEST_F(PlaceProgramTest, InputFunctionPulledInIsAnErrorWithItsPath) {
  FlowBuilder program = Notary();
  program.Reads("parse", "key");
  EXPECT_THAT(Errors(program.flow), HasSubstr("load -> key -> parse"));
}

TEST_F(PlaceProgramTest, InputFunctionCalledByTrustedCodeIsAnError) {
  FlowBuilder program = Notary();
  program.Function("trim").Calls("parse", "trim");
  program.Calls("hash", "trim");
  worker().input_functions = {"trim"};
  EXPECT_THAT(Errors(program.flow), HasSubstr("sign -> hash -> trim"));
}

TEST_F(PlaceProgramTest, MainPulledInIsAnErrorWithItsPath) {
  FlowBuilder program = Notary();
  program.Writes("main", "key");
  EXPECT_THAT(Errors(program.flow), HasSubstr("load -> key -> main"));
}

TEST_F(PlaceProgramTest, FunctionsNamedInTheUntrustedPortionStay) {
  FlowBuilder program = Notary();
  worker().functions = {"hash"};
  EXPECT_THAT(Errors(program.flow), HasSubstr("names it in portion `worker`"));
}

TEST_F(PlaceProgramTest, ACallBackIsAnErrorWithItsPlace) {
  FlowBuilder program = Notary();
  program.Function("log").Writes("log", "count").Calls("hash", "log");
  const std::string errors = Errors(program.flow);
  EXPECT_THAT(errors, HasSubstr("a.c:42:3: error: `sign` in portion `signer`"));
  EXPECT_THAT(errors, HasSubstr("sign -> hash -> log -> count"));
  EXPECT_THAT(errors, HasSubstr("pass the state as a parameter"));
}

TEST_F(PlaceProgramTest, UnknownSeedsAreAllSaidAtThePolicysPlace) {
  signer().functions = {"loaf", "sign", "zzzzzzzz"};
  const std::string errors = Errors(Notary().flow);
  EXPECT_THAT(errors, HasSubstr("notary.policy:2:2: error: the program has no "
                                "function `loaf`"));
  EXPECT_THAT(errors, HasSubstr("did you mean `load`?"));
  EXPECT_EQ(diagnostics_.error_count(), 2u);
}

TEST_F(PlaceProgramTest, AmbiguousSeedIsAnError) {
  FlowBuilder program = Notary();
  for (const char* id : {"b.c:seal", "c.c:seal"}) {
    program.Function(id);
    program.flow.functions.back().name = "seal";
  }
  signer().functions = {"seal"};
  EXPECT_THAT(Errors(program.flow), HasSubstr("`seal` is ambiguous"));
  signer().functions = {"b.c:seal"};
  program.Calls("main", "b.c:seal");
  EXPECT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
}

TEST_F(PlaceProgramTest, InputFunctionOfATrustedPortionIsAnError) {
  signer().input_functions = {"parse"};
  EXPECT_THAT(Errors(Notary().flow), HasSubstr("named in trusted portion"));
}

TEST_F(PlaceProgramTest, AddressOfAPlacedFunctionOutsideIsAnError) {
  FlowBuilder program = Notary();
  program.TakesAddress("main", "sign");
  EXPECT_THAT(Errors(program.flow),
              HasSubstr("`main` takes the address of `sign`"));
}

TEST_F(PlaceProgramTest, AddressOfWhatNothingOutsideCallsIsAnError) {
  FlowBuilder program = Notary();
  program.Constant("table").Reads("parse", "table");
  program.Function("unseen").TakesAddress("table", "unseen");
  signer().functions.push_back("unseen");
  EXPECT_THAT(Errors(program.flow), HasSubstr("`table` takes the address"));
}

TEST_F(PlaceProgramTest, AnEntryThatIsCalledIsAStub) {
  FlowBuilder program = Notary();
  program.Constant("table").Reads("parse", "table");
  program.TakesAddress("table", "sign").Calls("parse", "sign");
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("worker", "sign"), "stub");
  EXPECT_EQ(Role("worker", "table"), "placed");
  // Code that takes it may hand it to anybody.
  program.TakesAddress("parse", "sign");
  EXPECT_THAT(Errors(program.flow),
              HasSubstr("`parse` takes the address of `sign`"));
}

TEST_F(PlaceProgramTest, AddressInATableOfThePortionIsFine) {
  FlowBuilder program = Notary();
  program.Constant("table").Reads("sign", "table");
  program.TakesAddress("table", "load");
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("signer", "table"), "placed");
  EXPECT_EQ(Role("worker", "table"), "absent");
}

TEST_F(PlaceProgramTest, AnAddressThatNobodyTakesIsAnError) {
  FlowBuilder program = Notary();
  program.flow.globals[0].address_taken = true;
  program.flow.functions[3].address_taken = true;
  const std::string errors = Errors(program.flow);
  EXPECT_THAT(errors, HasSubstr("the address of `key` of portion `signer`"));
  EXPECT_THAT(errors, HasSubstr("the address of `sign` of portion `signer`"));
}

TEST_F(PlaceProgramTest, AGlobalThatPointsToTheStateJoins) {
  FlowBuilder program = Notary();
  program.Constant("view").TakesAddress("view", "key");
  program.Function("peek").Reads("peek", "view").Calls("main", "peek");
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("signer", "view"), "placed");
  EXPECT_EQ(Role("worker", "view"), "absent");
  EXPECT_EQ(Role("worker", "peek"), "stub");
}

TEST_F(PlaceProgramTest, ThreadLocalStateIsAnError) {
  FlowBuilder program = Notary();
  program.flow.globals[0].is_thread_local = true;
  EXPECT_THAT(Errors(program.flow), HasSubstr("thread-local"));
}

TEST_F(PlaceProgramTest, WhatCannotBeMarshalledIsAnError) {
  FlowBuilder program = Notary();
  FlowParameter parameter;
  parameter.name = "out";
  parameter.type = PointerTo(TypeKind::kVoid, "void", 0, false);
  program.flow.functions[3].parameters.push_back(parameter);
  EXPECT_THAT(Errors(program.flow), HasSubstr("parameter `out`"));
}

TEST_F(PlaceProgramTest, TwoTrustedPortionsHaveTheirOwn) {
  FlowBuilder program = Notary();
  program.Function("seal").Global("token").Writes("seal", "token");
  program.Calls("main", "seal");
  AddVault().functions = {"seal"};
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("vault", "token"), "placed");
  EXPECT_EQ(Role("signer", "token"), "absent");
  EXPECT_EQ(Role("signer", "seal"), "absent");
  EXPECT_EQ(placement_.crossings.size(), 3u);
  EXPECT_EQ(placement_.crossings[2].to, "vault");
}

TEST_F(PlaceProgramTest, StateOfTwoTrustedPortionsIsAnErrorWithBothPaths) {
  FlowBuilder program = Notary();
  program.Function("seal").Reads("seal", "key").Calls("main", "seal");
  AddVault().functions = {"seal"};
  const std::string errors = Errors(program.flow);
  EXPECT_THAT(errors, HasSubstr("`vault` (seal -> key)"));
}

TEST_F(PlaceProgramTest, CallsBetweenTrustedPortionsAreErrors) {
  FlowBuilder program = Notary();
  program.Function("seal").Global("token").Writes("seal", "token");
  program.Calls("sign", "seal");
  AddVault().functions = {"seal"};
  EXPECT_THAT(Errors(program.flow), HasSubstr("between trusted portions"));
}

TEST_F(PlaceProgramTest, PortionsMustBeOneUntrustedAndSeeded) {
  worker().trusted = true;
  EXPECT_THAT(Errors(Notary().flow), HasSubstr("no portion is untrusted"));
  worker().trusted = false;
  signer().functions.clear();
  EXPECT_THAT(Errors(Notary().flow), HasSubstr("names no function"));
  signer().trusted = false;
  EXPECT_THAT(Errors(Notary().flow), HasSubstr("both untrusted"));
}

TEST_F(PlaceProgramTest, ProgramWithoutMainIsAnError) {
  FlowBuilder program;
  program.Function("load").Function("sign").Function("parse");
  EXPECT_THAT(Errors(program.flow), HasSubstr("no function `main`"));
}

TEST_F(PlaceProgramTest, OnePortionHoldsAll) {
  policy_.portions.erase(policy_.portions.begin());
  ASSERT_TRUE(Place(Notary().flow)) << RenderText(diagnostics_);
  EXPECT_TRUE(placement_.portions[0].holds_main);
  EXPECT_EQ(Role("worker", "key"), "placed");
  EXPECT_TRUE(placement_.crossings.empty());
}

TEST_F(PlaceProgramTest, WarnsOfWhatTypesCannotTell) {
  FlowBuilder program = Notary();
  program.Edge(EdgeKind::kCall, "hash", "exit", true);
  program.Global("path");
  program.flow.globals.back().type =
      PointerTo(TypeKind::kInteger, "char", 1, true);
  FlowParameter parameter;
  parameter.name = "file";
  parameter.type = PointerTo(TypeKind::kInteger, "char", 1, true);
  program.flow.functions[2].parameters.push_back(parameter);
  program.Writes("load", "path");
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  const std::string warnings = RenderText(diagnostics_);
  EXPECT_THAT(warnings, HasSubstr("calls `exit`"));
  EXPECT_THAT(warnings, HasSubstr("if it keeps `file`"));
}

// What it points to is a copy, as a text is.
TEST_F(PlaceProgramTest, WarnsOfAStructureThatMayBeKept) {
  FlowBuilder program = Notary();
  program.Global("last");
  program.flow.globals.back().type =
      PointerTo(TypeKind::kStruct, "struct point", 8, true);
  FlowParameter parameter;
  parameter.name = "point";
  parameter.type = PointerTo(TypeKind::kStruct, "struct point", 8, true);
  parameter.type.pointee.is_flat = true;
  program.flow.functions[2].parameters.push_back(parameter);
  program.Writes("load", "last");
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_THAT(RenderText(diagnostics_), HasSubstr("if it keeps `point`"));
}

TEST_F(PlaceProgramTest, APortionThatNobodyCallsIsAnError) {
  FlowBuilder program;
  program.Function("main").Function("parse").Function("load").Function("sign");
  EXPECT_THAT(Errors(program.flow), HasSubstr("nothing outside"));
}

TEST_F(PlaceProgramTest, FillsThePlan) {
  ASSERT_TRUE(Place(Notary().flow));
  Plan plan;
  plan.portions.resize(2);
  plan.portions[0].name = "worker";
  plan.portions[1].name = "signer";
  ApplyPlacement(placement_, plan);
  EXPECT_TRUE(plan.portions[0].holds_main);
  EXPECT_FALSE(plan.portions[1].holds_main);
  EXPECT_EQ(plan.portions[0].symbols.size(), 9u);
  EXPECT_EQ(plan.crossings.size(), 2u);
}

// Both sides use a scratch variable.
FlowBuilder WithScratch() {
  FlowBuilder program = Notary();
  program.Global("scratch");
  for (const char* user : {"parse", "sign"}) {
    program.Writes(user, "scratch").TakesAddress(user, "scratch");
  }
  return program;
}

TEST_F(PlaceProgramTest, SharedStateIsNeverDoubledInSilence) {
  EXPECT_THAT(Errors(WithScratch().flow),
              HasSubstr("`parse` would have to be in trusted portion"));
}

TEST_F(PlaceProgramTest, ThePolicyCanMakeAGlobalSeparate) {
  policy_.separate = {{"scratch", {0, 6}}};
  ASSERT_TRUE(Place(WithScratch().flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("signer", "scratch"), "replica");
  EXPECT_EQ(Role("worker", "scratch"), "replica");
  EXPECT_EQ(Role("worker", "parse"), "placed");
  EXPECT_EQ(Role("signer", "parse"), "absent");
}

TEST_F(PlaceProgramTest, AValueThatPassesCannotBeSeparate) {
  policy_.separate = {{"scratch", {0, 6}}};
  FlowBuilder program = WithScratch();
  program.Reads("main", "scratch");
  EXPECT_THAT(Errors(program.flow),
              HasSubstr("`main` uses `scratch` and does not set it"));
  FlowBuilder flag = Notary();
  flag.Global("scratch").Writes("sign", "scratch").Reads("main", "scratch");
  EXPECT_THAT(Errors(flag.flow), HasSubstr("a value passes through it"));
}

// Both sides have the helpers, one of which sets what the other reads.
TEST_F(PlaceProgramTest, HelpersThatAreTogetherMayPassAValue) {
  policy_.separate = {{"scratch", {0, 6}}};
  FlowBuilder program = Notary();
  program.Function("put").Function("flush").Global("scratch");
  program.Writes("put", "scratch").Reads("flush", "scratch");
  for (const char* user : {"sign", "parse"})
    program.Calls(user, "put").Calls(user, "flush");
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("signer", "scratch"), "replica");
  EXPECT_EQ(Role("worker", "scratch"), "replica");
  // One that only the untrusted side has sets it for both.
  program.Writes("main", "scratch");
  EXPECT_THAT(Errors(program.flow),
              HasSubstr("`flush` uses `scratch` and does not set it"));
}

TEST_F(PlaceProgramTest, SeparateNamesOneVariableThatHoldsNoAddress) {
  policy_.separate = {{"scrtch", {0, 6}}};
  EXPECT_THAT(Errors(WithScratch().flow), HasSubstr("no global `scrtch`"));
  policy_.separate = {{"digits", {0, 6}}};
  EXPECT_THAT(Errors(Notary().flow), HasSubstr("is a constant"));
  policy_.separate = {{"scratch", {0, 6}}};
  FlowBuilder program = WithScratch();
  program.Edge(EdgeKind::kAddress, "scratch", "count");
  EXPECT_THAT(Errors(program.flow), HasSubstr("points to `count`"));
  FlowBuilder two = WithScratch();
  two.Global("b.c:scratch");
  two.flow.globals.back().name = "scratch";
  two.flow.globals[two.flow.globals.size() - 2].id = "a.c:scratch";
  EXPECT_THAT(Errors(two.flow), HasSubstr("is ambiguous"));
}

// `parse` sets what `sign` reads.
FlowBuilder WithLevel() {
  FlowBuilder program = Notary();
  program.Global("level").Writes("parse", "level").Reads("sign", "level");
  return program;
}

TEST_F(PlaceProgramTest, APassedGlobalHoldsNobodyTogether) {
  EXPECT_THAT(Errors(WithLevel().flow),
              HasSubstr("`parse` would have to be in trusted portion"));
  policy_.passed = {{"level", {0, 6}}};
  ASSERT_TRUE(Place(WithLevel().flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("signer", "level"), "replica");
  EXPECT_EQ(Role("worker", "level"), "replica");
  EXPECT_EQ(Role("signer", "parse"), "absent");
  for (const Crossing& each : placement_.crossings) {
    ASSERT_EQ(each.globals.size(), 1u);
    EXPECT_EQ(each.globals[0].id, "level");
    EXPECT_EQ(each.globals[0].mode, MarshalMode::kScalar);
    EXPECT_EQ(each.max_request_bytes, 4u);
    EXPECT_EQ(each.max_reply_bytes, 4u);
  }
}

TEST_F(PlaceProgramTest, AHintProposesToPassWhatHelpersRead) {
  FlowBuilder program = Notary();
  program.Global("level").Writes("main", "level").Reads("hex", "level");
  EXPECT_THAT(Errors(program.flow),
              HasSubstr("an attacker may set it, `pass level;`"));
  program.flow.globals.back().type = StructType("struct s", 8, true);
  EXPECT_THAT(Errors(program.flow), ::testing::Not(HasSubstr("pass level;")));
}

TEST_F(PlaceProgramTest, NobodyTrustedChangesWhatIsPassed) {
  policy_.passed = {{"level", {0, 6}}};
  FlowBuilder program = WithLevel();
  program.Writes("load", "level");
  EXPECT_THAT(Errors(program.flow),
              HasSubstr("`load` of portion `signer` changes `level`"));
  FlowBuilder address = WithLevel();
  address.TakesAddress("sign", "level");
  EXPECT_THAT(Errors(address.flow), HasSubstr("takes the address of `level`"));
  address.flow.edges.back().is_only_read = true;
  EXPECT_TRUE(Place(address.flow));
  FlowBuilder helper = WithLevel();
  helper.Writes("hash", "level");
  EXPECT_THAT(Errors(helper.flow), HasSubstr("passes its value only"));
  // The untrusted side may hand its address to whom it likes.
  FlowBuilder own = WithLevel();
  own.TakesAddress("main", "level");
  EXPECT_TRUE(Place(own.flow)) << RenderText(diagnostics_);
}

TEST_F(PlaceProgramTest, WhatCannotBePassedIsSaid) {
  policy_.passed = {{"level", {0, 6}}};
  const auto refused = [&](const auto& change) {
    FlowBuilder program = WithLevel();
    change(program.flow, program.flow.globals.back());
    return Errors(program.flow);
  };
  EXPECT_THAT(refused([](Flow&, FlowGlobal& g) { g.is_thread_local = true; }),
              HasSubstr("each thread has one"));
  EXPECT_THAT(refused([](Flow&, FlowGlobal& g) { g.function = "sign"; }),
              HasSubstr("a local of `sign`"));
  EXPECT_THAT(
      refused([](Flow&, FlowGlobal& g) { g.type.spelling = "volatile int"; }),
      HasSubstr("volatile"));
  EXPECT_THAT(refused([](Flow&, FlowGlobal& g) {
                g.type = StructType("struct s", 8, true);
              }),
              HasSubstr("`struct s` is neither"));
  EXPECT_THAT(refused([](Flow&, FlowGlobal& g) {
                g.type = PointerTo(TypeKind::kInteger, "int", 4, true);
              }),
              HasSubstr("it is a pointer"));
  EXPECT_THAT(refused([](Flow&, FlowGlobal& g) { g.extent.file = "/src/a.h"; }),
              HasSubstr("defined in a header"));
  EXPECT_THAT(refused([](Flow&, FlowGlobal& g) { g.address_taken = true; }),
              HasSubstr("does not see by whom"));
  EXPECT_THAT(refused([](Flow& flow, FlowGlobal&) {
                flow.edges.push_back(
                    {EdgeKind::kAddress, "digits", "level", false, {}});
              }),
              HasSubstr("`digits` points to it"));
  EXPECT_THAT(refused([](Flow&, FlowGlobal& g) { g.never_written = true; }),
              HasSubstr("does not change"));
  policy_.passed = {{"levle", {0, 6}}};
  EXPECT_THAT(Errors(WithLevel().flow), HasSubstr("no global `levle`"));
}

// No trusted function can put it there, so it is told and not refused.
TEST_F(PlaceProgramTest, ACredentialInWhatIsPassedIsTold) {
  policy_.passed = {{"level", {0, 6}}};
  FlowBuilder program = WithLevel();
  ASSERT_TRUE(Place(program.flow));
  EXPECT_THAT(RenderText(diagnostics_),
              ::testing::Not(HasSubstr("depends on a credential")));
  FlowEdge way{EdgeKind::kData, "main", "level", false, {}};
  way.label = "secret";
  program.flow.edges.push_back(way);
  ASSERT_TRUE(Place(program.flow));
  EXPECT_THAT(RenderText(diagnostics_), HasSubstr("depends on a credential"));
  program.Writes("load", "level");
  EXPECT_THAT(Errors(program.flow), HasSubstr("changes `level`"));
}

TEST_F(PlaceProgramTest, ArraysOfNumbersArePassedAndNoPointers) {
  policy_.passed = {{"level", {0, 6}}};
  const auto passed = [&](const std::string& spelling, uint64_t bytes) {
    FlowBuilder program = WithLevel();
    TypeInfo& type = program.flow.globals.back().type;
    type = TypeInfo();
    type.kind = TypeKind::kOther;
    type.spelling = spelling;
    type.size_bytes = bytes;
    type.is_flat = true;
    diagnostics_ = {};
    return Place(program.flow) ? placement_.crossings[0].globals[0]
                               : PassedGlobal();
  };
  PassedGlobal array = passed("unsigned char[2][16]", 32);
  EXPECT_EQ(array.mode, MarshalMode::kFixedArray);
  EXPECT_EQ(array.element_bytes, 1u);
  EXPECT_EQ(array.count, 32u);
  EXPECT_EQ(passed("long[3]", 24).element_bytes, 8u);
  // A bool may be no bool then; a name of the program's may be any type.
  for (const char* spelling :
       {"_Bool[4]", "struct s[4]", "mine[4]", "int[]", "int[4", "int[x]",
        "char *[4]", "unsigned char[0]", "int[3]"})
    EXPECT_EQ(passed(spelling, 4).id, "") << spelling;
  EXPECT_EQ(passed("char[4097]", 4097).id, "");
  FlowBuilder program = WithLevel();
  program.flow.globals.back().type =
      PointerTo(TypeKind::kInteger, "char", 1, true);
  EXPECT_THAT(Errors(program.flow), HasSubstr("it is a pointer"));
  program = WithLevel();
  program.flow.globals.back().name = "bailey_level";
  policy_.passed = {{"bailey_level", {0, 6}}};
  EXPECT_THAT(Errors(program.flow), HasSubstr("the tool's own"));
}

// A pointer to `pick_a` or `pick_b`, or null.
FlowBuilder WithChoice() {
  FlowBuilder program = WithLevel();
  program.Function("pick_a").Function("pick_b");
  program.Calls("sign", "pick_a").Calls("sign", "pick_b");
  FlowGlobal& level = program.flow.globals.back();
  level.type = PointerTo(TypeKind::kOther, "int (int)", 0, false);
  level.values = {{GlobalValueKind::kNumber, 0, {}},
                  {GlobalValueKind::kFunction, 0, "pick_a"},
                  {GlobalValueKind::kFunction, 0, "pick_b"}};
  return program;
}

TEST_F(PlaceProgramTest, OfClosedValuesThePlaceCrosses) {
  policy_.passed = {{"level", {0, 6}}};
  const FlowBuilder program = WithChoice();
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  const PassedGlobal& passed = placement_.crossings[0].globals[0];
  EXPECT_EQ(passed.values, program.flow.globals.back().values);
  EXPECT_EQ(placement_.crossings[0].max_request_bytes, 1u);
  // Whoever may be chosen is there, and on the caller's side, who compares.
  for (const char* each : {"pick_a", "pick_b"}) {
    EXPECT_EQ(Role("signer", each), "replica");
    EXPECT_EQ(Role("worker", each), "replica");
  }
}

// Also where no call of the function is seen.
TEST_F(PlaceProgramTest, WhatMayBeChosenHoldsNoStateOfTheOtherSide) {
  policy_.passed = {{"level", {0, 6}}};
  FlowBuilder program = WithChoice();
  program.Function("pick_c").Global("count");
  program.Writes("pick_c", "count").Writes("parse", "count");
  for (FlowGlobal& each : program.flow.globals)
    if (each.name == "level") each.values[2].text = "pick_c";
  EXPECT_THAT(Errors(program.flow), HasSubstr("`count` is state"));
}

TEST_F(PlaceProgramTest, TextsAndNumbersAreClosedToo) {
  policy_.passed = {{"level", {0, 6}}};
  FlowBuilder program = WithLevel();
  FlowGlobal& level = program.flow.globals.back();
  level.values = {{GlobalValueKind::kNumber, -1, {}},
                  {GlobalValueKind::kNumber, 64, {}}};
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(placement_.crossings[0].globals[0].values.size(), 2u);
  level.type = PointerTo(TypeKind::kInteger, "char", 1, true);
  level.values = {{GlobalValueKind::kNumber, 0, {}},
                  {GlobalValueKind::kText, 0, "a.key"}};
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(placement_.crossings[0].globals[0].values.size(), 2u);
}

TEST_F(PlaceProgramTest, WhatIsNotClosedIsNotPassed) {
  policy_.passed = {{"level", {0, 6}}};
  const auto refused = [&](const auto& change) {
    FlowBuilder program = WithChoice();
    change(program.flow.functions.back(), program.flow.globals.back());
    return Errors(program.flow);
  };
  EXPECT_THAT(refused([](FlowFunction&, FlowGlobal& g) { g.values.clear(); }),
              HasSubstr("nor that it only points to functions"));
  EXPECT_THAT(refused([](FlowFunction&, FlowGlobal& g) {
                g.values[1] = {GlobalValueKind::kNumber, 4096, {}};
              }),
              HasSubstr("it is a pointer"));
  EXPECT_THAT(refused([](FlowFunction&, FlowGlobal& g) {
                g.values[1] = {GlobalValueKind::kText, 0, "a"};
              }),
              HasSubstr("it is a pointer"));
  // A text is not for writing, nor for other types.
  EXPECT_THAT(refused([](FlowFunction&, FlowGlobal& g) {
                g.type = PointerTo(TypeKind::kInteger, "char", 1, false);
                g.values = {{GlobalValueKind::kText, 0, "a"}};
              }),
              HasSubstr("it is a pointer"));
  EXPECT_THAT(refused([](FlowFunction& f, FlowGlobal&) {
                f.linkage = Linkage::kInternal;
                f.extent.file = "/src/b.c";
              }),
              HasSubstr("`pick_b`, which is static in another file"));
  EXPECT_THAT(refused([](FlowFunction&, FlowGlobal& g) {
                g.values[1].text = "nobody";
              }),
              HasSubstr("`nobody`"));
}

TEST_F(PlaceProgramTest, ThreadsMayTearWhatIsPassed) {
  policy_.passed = {{"level", {0, 6}}};
  FlowBuilder program = WithLevel();
  program.Edge(EdgeKind::kCall, "main", "pthread_create", true);
  ASSERT_TRUE(Place(program.flow));
  EXPECT_THAT(RenderText(diagnostics_), ::testing::Not(HasSubstr("threads")));
  TypeInfo& type = program.flow.globals.back().type;
  type = TypeInfo();
  type.kind = TypeKind::kOther;
  type.spelling = "long[3]";
  type.size_bytes = 24;
  type.is_flat = true;
  ASSERT_TRUE(Place(program.flow));
  EXPECT_THAT(RenderText(diagnostics_), HasSubstr("the program has threads"));
}

// It lacks `const`, and that is all.
TEST_F(PlaceProgramTest, WhatIsNeverWrittenIsInEachPortion) {
  FlowBuilder program = Notary();
  program.Global("table").Reads("parse", "table").Reads("sign", "table");
  EXPECT_THAT(Errors(program.flow), HasSubstr("`parse` would have to be in"));
  program.flow.globals.back().never_written = true;
  ASSERT_TRUE(Place(program.flow)) << RenderText(diagnostics_);
  EXPECT_EQ(Role("signer", "table"), "replica");
  EXPECT_EQ(Role("worker", "table"), "replica");
  EXPECT_TRUE(placement_.crossings[0].globals.empty());
  // Not where it leads to what is state.
  program.TakesAddress("table", "count");
  EXPECT_FALSE(Place(program.flow));
  FlowBuilder local = Notary();
  local.Global("table").Reads("parse", "table").Reads("sign", "table");
  local.flow.globals.back().never_written = true;
  local.flow.globals.back().is_thread_local = true;
  EXPECT_FALSE(Place(local.flow));
}

TEST_F(PlaceProgramTest, AStringIsAParameterOfItsFunction) {
  signer().strings = {{"sign", "text", {0, 6}}};
  EXPECT_THAT(Errors(Notary().flow), HasSubstr("has no parameter `text`"));
}

// `sign` takes bytes of which nothing says how many there are.
FlowBuilder WithBytes() {
  FlowBuilder program = Notary();
  for (FlowFunction& each : program.flow.functions)
    if (each.name == "sign")
      each.parameters = {
          {"bytes", PointerTo(TypeKind::kInteger, "unsigned char", 1, false)},
          {"label", PointerTo(TypeKind::kInteger, "char", 1, true)},
          {"length", IntegerType("long long", 8)}};
  return program;
}

TEST_F(PlaceProgramTest, AnArrayIsAParameterAndItsCountAnother) {
  EXPECT_FALSE(Place(WithBytes().flow));
  signer().strings = {{"sign", "bytes", {0, 6}, "length"},
                      {"sign", "label", {0, 6}}};
  diagnostics_ = {};
  ASSERT_TRUE(Place(WithBytes().flow)) << RenderText(diagnostics_);
  const auto sign =
      std::ranges::find(placement_.crossings, "sign", &Crossing::name);
  ASSERT_NE(sign, placement_.crossings.end());
  EXPECT_EQ(sign->parameters[0].mode, MarshalMode::kBuffer);
  EXPECT_EQ(sign->parameters[0].length_parameter, 2);
  EXPECT_EQ(sign->parameters[0].direction, Direction::kInOut);
  // The word may be wrong.
  EXPECT_TRUE(sign->parameters[0].guarded);
  EXPECT_EQ(sign->parameters[1].mode, MarshalMode::kCString);
}

TEST_F(PlaceProgramTest, WhatIsNoArrayIsSaid) {
  const auto refused = [&](const char* array, const char* count) {
    signer().strings = {{"sign", "label", {0, 6}},
                        {"sign", array, {0, 6}, count}};
    return Errors(WithBytes().flow);
  };
  EXPECT_THAT(refused("byte", "length"), HasSubstr("no parameter `byte`"));
  EXPECT_THAT(refused("bytes", "size"), HasSubstr("no parameter `size`"));
  EXPECT_THAT(refused("length", "length"), HasSubstr("is no pointer"));
  EXPECT_THAT(refused("bytes", "label"), HasSubstr("is no integer"));
}

TEST_F(PlaceProgramTest, WarnsOfReportedEndsWhereExitHandlersWouldBeMissed) {
  FlowBuilder program = Notary();
  program.Edge(EdgeKind::kCall, "hash", "errx", true);
  ASSERT_TRUE(Place(program.flow));
  EXPECT_THAT(RenderText(diagnostics_), ::testing::Not(HasSubstr("`errx`")));
  program.Edge(EdgeKind::kCall, "main", "atexit", true);
  ASSERT_TRUE(Place(program.flow));
  EXPECT_THAT(
      RenderText(diagnostics_),
      HasSubstr("calls `errx`: the program then ends with that status"));
}

}  // namespace
}  // namespace bailey::policy
