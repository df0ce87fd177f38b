// Policies that name a credential and no function, through PlaceProgram.
#include "policy-compiler/split/find_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "policy-compiler/split/place_program.h"
#include "tests/policy-compiler/split/flow_builder.h"

namespace bailey::policy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// `load` reads the key into a global, `sign` uses it; `main` parses and prints.
FlowBuilder Program() {
  FlowBuilder program;
  for (const char* name : {"main", "parse", "load", "sign", "hash", "print"})
    program.Function(name);
  program.Global("key").Global("count");
  program.Calls("main", "parse").Calls("main", "load").Calls("main", "sign");
  program.Calls("main", "print").Calls("sign", "hash").Calls("parse", "hash");
  program.Writes("load", "key").Reads("sign", "key").Writes("parse", "count");
  program.flow.sources.push_back(
      {"secret", "load", Confidence::kProved, {"a.c", 7, 1, "load"}});
  return program;
}

class FindPlacementTest : public ::testing::Test {
 protected:
  FindPlacementTest() {
    policy_.credentials.resize(1);
    policy_.credentials[0].name = "secret";
    policy_.portions.resize(2);
    policy_.portions[0].name = "signer";
    policy_.portions[0].trusted = true;
    policy_.portions[0].credentials = {"secret"};
    policy_.portions[0].span = {8, 14};
    policy_.portions[1].name = "worker";
    policy_.portions[1].input_functions = {"parse"};
    Declassify("load");
    Declassify("sign");
  }

  void Declassify(const std::string& function, uint64_t most_bits = 0) {
    std::erase_if(policy_.declassified, [&](const Declassification& each) {
      return each.function == function;
    });
    policy_.declassified.push_back(
        {function, DeclassifiedKind::kValue, most_bits, {0, 6}});
  }
  // A second trusted portion, with a credential of its own.
  void AddAuthenticator() {
    policy_.credentials.resize(2);
    policy_.credentials[1].name = "other";
    PortionPolicy second = policy_.portions[0];
    second.name = "authenticator";
    second.credentials = {"other"};
    policy_.portions.push_back(second);
  }
  void Silence(const std::string& function) {
    std::erase_if(policy_.declassified, [&](const Declassification& each) {
      return each.function == function;
    });
  }

  bool Place(const Flow& flow) {
    diagnostics_ = {};
    auto placed =
        PlaceProgram(policy_, text_, flow, diagnostics_, capabilities_);
    if (placed.ok()) placement_ = *placed;
    return placed.ok();
  }

  std::string Said() const { return RenderText(diagnostics_); }

  std::string Role(const std::string& portion, const std::string& id) const {
    for (const PortionPlacement& each : placement_.portions)
      for (const PlacedSymbol& symbol : each.symbols)
        if (each.name == portion && symbol.id == id) return symbol.role;
    return "(none)";
  }

  // What `callee` gives back depends on the key, where `caller` calls it.
  static void Expose(FlowBuilder& program, const std::string& caller,
                     const std::string& callee, int parameter = -1) {
    program.flow.exposures.push_back({"secret",
                                      caller,
                                      callee,
                                      parameter,
                                      Confidence::kOverApproximated,
                                      {"a.c", 9, 1, caller}});
  }

  Policy policy_;
  SourceText text_{"p.policy", "policy\n portion signer trusted {}\n"};
  std::vector<Capability> capabilities_;
  Diagnostics diagnostics_;
  Placement placement_;
};

// The linker's names are nobody's words.
TEST_F(FindPlacementTest, FunctionsOfCxxAreCalledAsAPolicyCallsThem) {
  FlowBuilder program = Program();
  Expose(program, "main", "sign");
  for (FlowFunction& each : program.flow.functions)
    if (each.id == "sign") each.qualified_name = "vault::sign";
  Silence("sign");
  EXPECT_FALSE(Place(program.flow));
  EXPECT_NE(Said().find("`vault::sign`"), std::string::npos) << Said();
  EXPECT_NE(Said().find("declassify vault::sign ->"), std::string::npos);
  EXPECT_EQ(Said().find("`sign`"), std::string::npos) << Said();
}

TEST_F(FindPlacementTest, WhatUsesTheKeyIsFound) {
  ASSERT_TRUE(Place(Program().flow)) << Said();
  EXPECT_EQ(Role("signer", "load"), "placed");
  EXPECT_EQ(Role("signer", "sign"), "placed");
  EXPECT_EQ(Role("signer", "key"), "placed");
  EXPECT_EQ(Role("signer", "hash"), "replica");
  EXPECT_EQ(Role("worker", "load"), "stub");
  EXPECT_EQ(Role("worker", "sign"), "stub");
  EXPECT_EQ(Role("worker", "hash"), "replica");
  EXPECT_EQ(Role("worker", "parse"), "placed");
  EXPECT_EQ(Role("worker", "key"), "absent");
  EXPECT_THAT(Said(), AllOf(HasSubstr("2 functions are called across"),
                            HasSubstr("agree that none is better")));
}

TEST_F(FindPlacementTest, WhatThePolicyIsSilentOfIsNotCalledAcross) {
  Silence("sign");
  EXPECT_FALSE(Place(Program().flow));
  EXPECT_THAT(
      Said(),
      AllOf(HasSubstr("`main` calls `sign`, of which the policy does "
                      "not say that an attacker may call it"),
            HasSubstr("declassify sign -> verdict, at most 44 bits per "
                      "call;"),
            HasSubstr("`main` starts the program"), Not(HasSubstr("`print`"))));
}

// Where it may be called across, a table of the other side has a stub.
TEST_F(FindPlacementTest, AnEntryOfATableIsAStub) {
  FlowBuilder program = Program();
  program.Constant("table").Reads("parse", "table");
  program.TakesAddress("table", "sign").Calls("parse", "sign");
  ASSERT_TRUE(Place(program.flow)) << Said();
  EXPECT_EQ(Role("worker", "sign"), "stub");
  EXPECT_EQ(Role("worker", "table"), "placed");
  Silence("sign");
  EXPECT_FALSE(Place(program.flow));
}

TEST_F(FindPlacementTest, WhatItTellsIsSaid) {
  FlowBuilder program = Program();
  Silence("sign");
  Expose(program, "main", "sign");
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), HasSubstr("which tells `main` by its result what depends "
                                "on `secret`"));
}

// Another caller of the function may be the one that it tells: an attacker may
// call as that one does.
TEST_F(FindPlacementTest, WhatItTellsATrustedCallerIsSaidToo) {
  FlowBuilder program = Program();
  program.Function("get").Calls("load", "get").Calls("main", "get");
  program.Writes("get", "key");
  Expose(program, "load", "get");
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), HasSubstr("`main` calls `get`, which tells `load`"));
}

// Through a pointer to const nothing comes back; but which parameter it is, is
// not known beside one that goes by another register, or by two.
TEST_F(FindPlacementTest, WhatIsOnlyPassedInIsNotTold) {
  for (const auto& [kind, bytes, is_told] :
       {std::tuple{TypeKind::kInteger, 8u, false},
        {TypeKind::kFloating, 8u, true},
        {TypeKind::kInteger, 16u, true}}) {
    FlowBuilder program = Program();
    Silence("sign");
    TypeInfo number = IntegerType("number", bytes);
    number.kind = kind;
    FlowFunction& sign = program.flow.functions[3];
    sign.parameters.push_back({"number", number});
    sign.parameters.push_back(
        {"text", PointerTo(TypeKind::kInteger, "char", 1, true)});
    sign.parameters.back().access = AccessMode::kReadOnly;
    Expose(program, "main", "sign", 1);
    EXPECT_FALSE(Place(program.flow));
    EXPECT_EQ(Said().contains("tells `main`"), is_told) << Said();
  }
}

TEST_F(FindPlacementTest, ADeclassificationBoundsAllThatComesBack) {
  Declassify("sign", 44);
  EXPECT_TRUE(Place(Program().flow)) << Said();
  Declassify("sign", 43);
  EXPECT_FALSE(Place(Program().flow));
  EXPECT_THAT(Said(), HasSubstr("`sign` gives back 44 bits"));
}

// Also where it is not called across: its callers may be.
TEST_F(FindPlacementTest, TheBoundOfWhatTrustedCallersGetCounts) {
  FlowBuilder program = Program();
  program.Function("get").Calls("load", "get").Reads("get", "key");
  Declassify("get", 8);
  EXPECT_FALSE(Place(program.flow));
  Declassify("get", 44);
  EXPECT_TRUE(Place(program.flow)) << Said();
  EXPECT_THAT(Said(), HasSubstr("`get` is not called across"));
}

TEST_F(FindPlacementTest, ADeclassifiedNameIsOneFunction) {
  Declassify("sing");
  EXPECT_FALSE(Place(Program().flow));
  EXPECT_THAT(Said(), HasSubstr("no function `sing`"));
  Silence("sing");
  FlowBuilder program = Program();
  program.Function("b.c:sign");
  program.flow.functions.back().name = "sign";
  program.flow.functions[3].id = "a.c:sign";
  for (FlowEdge& edge : program.flow.edges) {
    if (edge.from == "sign") edge.from = "a.c:sign";
    if (edge.to == "sign") edge.to = "a.c:sign";
  }
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), HasSubstr("`sign` is ambiguous"));
}

// An opener of any file is no way to the key for who may pass it a name.
TEST_F(FindPlacementTest, WhatOpensWhatItIsToldStaysWhereNoKeyIs) {
  FlowBuilder program = Program();
  program.Function("show").Calls("main", "show");
  program.flow.sources.push_back(
      {"secret", "show", Confidence::kOverApproximated, {"a.c", 8, 1, "show"}});
  ASSERT_TRUE(Place(program.flow)) << Said();
  EXPECT_EQ(Role("worker", "show"), "placed");
  EXPECT_EQ(Role("signer", "show"), "absent");
}

TEST_F(FindPlacementTest, AnInputFunctionIsNeverTrusted) {
  FlowBuilder program = Program();
  program.Reads("parse", "key");
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), AllOf(HasSubstr("`parse` is an input function"),
                            HasSubstr("`key` is state of the program")));
}

TEST_F(FindPlacementTest, WhatOpensAFileIsWhereARuleReachesIt) {
  FlowBuilder program = Program();
  program.Function("platform").Calls("main", "platform");
  program.Calls("sign", "platform");
  Capability opened;
  opened.kind = CapabilityKind::kFile;
  opened.name = "/usr/lib/os-release";
  opened.access = {"read"};
  opened.sites = {{"a.c", 3, 1, "platform"}};
  capabilities_ = {opened};
  ASSERT_TRUE(Place(program.flow)) << Said();
  EXPECT_EQ(Role("signer", "platform"), "replica");  // no rule anywhere
  PlanFileRule rule;
  rule.path = opened.name;
  rule.read = true;
  policy_.portions[1].files = {rule};
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), HasSubstr("`platform` opens /usr/lib/os-release"));
}

// A name that may be the credential's, and is another's as well.
TEST_F(FindPlacementTest, WhatOnlyMayGetTheKeyIsKeptOutIfItCanBe) {
  FlowBuilder program = Program();
  program.flow.sources[0].confidence = Confidence::kOverApproximated;
  ASSERT_TRUE(Place(program.flow)) << Said();
  EXPECT_EQ(Role("worker", "load"), "stub");
  EXPECT_THAT(Said(), Not(HasSubstr("which is not there")));
}

TEST_F(FindPlacementTest, WhatMayGetTheKeyAndStaysIsNamed) {
  FlowBuilder program = Program();
  program.flow.sources[0].confidence = Confidence::kOverApproximated;
  program.flow.sources.push_back({"secret",
                                  "parse",
                                  Confidence::kOverApproximated,
                                  {"a.c", 8, 1, "parse"}});
  ASSERT_TRUE(Place(program.flow)) << Said();
  EXPECT_THAT(Said(), HasSubstr("which is not there: `parse`"));
}

TEST_F(FindPlacementTest, ACredentialThatNobodyGetsIsAnError) {
  FlowBuilder program = Program();
  program.flow.sources.clear();
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), HasSubstr("no function of the program was found to get "
                                "`secret`"));
}

// Trust is not two-valued.
TEST_F(FindPlacementTest, TwoKeysAreInTwoPortions) {
  FlowBuilder program = Program();
  program.Function("load_mac").Function("mac").Global("mac_key");
  program.Calls("main", "load_mac").Calls("main", "mac").Calls("mac", "hash");
  program.Writes("load_mac", "mac_key").Reads("mac", "mac_key");
  program.flow.sources.push_back(
      {"other", "load_mac", Confidence::kProved, {"a.c", 9, 1, "load_mac"}});
  AddAuthenticator();
  Declassify("load_mac");
  Declassify("mac");
  ASSERT_TRUE(Place(program.flow)) << Said();
  for (const auto& [id, owner] : {std::pair{"key", "signer"},
                                  {"mac_key", "authenticator"},
                                  {"sign", "signer"},
                                  {"mac", "authenticator"}})
    for (const char* portion : {"signer", "authenticator"})
      EXPECT_EQ(Role(portion, id),
                portion == std::string(owner) ? "placed" : "absent")
          << id << " in " << portion;
  EXPECT_EQ(Role("authenticator", "hash"), "replica");
}

// What both need and main does not is in neither's place alone, nor in main's.
TEST_F(FindPlacementTest, AHelperOfTwoTrustedPortionsIsNotInMains) {
  FlowBuilder program = Program();
  program.Function("load_mac").Function("read").Global("mac_key");
  program.Calls("main", "load_mac").Calls("load_mac", "read");
  program.Calls("load", "read").Writes("load_mac", "mac_key");
  program.flow.sources.push_back(
      {"other", "load_mac", Confidence::kProved, {"a.c", 9, 1, "load_mac"}});
  AddAuthenticator();
  Declassify("load_mac");
  ASSERT_TRUE(Place(program.flow)) << Said();
  EXPECT_EQ(Role("signer", "read"), "replica");
  EXPECT_EQ(Role("authenticator", "read"), "replica");
  EXPECT_EQ(Role("worker", "read"), "absent");
}

// `parse` sets what `sign` reads.
FlowBuilder LevelProgram() {
  FlowBuilder program = Program();
  program.Global("level").Writes("parse", "level").Reads("sign", "level");
  return program;
}

TEST_F(FindPlacementTest, PassingIsProposedBeforeSeparation) {
  EXPECT_FALSE(Place(LevelProgram().flow));
  EXPECT_THAT(
      Said(),
      AllOf(
          HasSubstr("`level` is state of the program"),
          HasSubstr("possible: pass level; (an attacker sets what it holds)\n"),
          Not(HasSubstr("separate level;"))));
  policy_.passed = {{"level", {0, 6}}};
  ASSERT_TRUE(Place(LevelProgram().flow)) << Said();
  EXPECT_EQ(Role("signer", "level"), "replica");
  EXPECT_EQ(Role("worker", "level"), "replica");
  EXPECT_EQ(Role("signer", "parse"), "absent");
  EXPECT_THAT(Said(), HasSubstr("agree that none is better"));
  for (const Crossing& each : placement_.crossings)
    EXPECT_EQ(each.globals.size(), 1u);
}

// To let the setter be called across would do as well: it would be one more
// function for an attacker, who sets what he likes either way.
TEST_F(FindPlacementTest, PassingIsProposedBeforeAFunctionToBeCalled) {
  FlowBuilder program = Program();
  program.Function("set_level").Global("level");
  program.Calls("main", "set_level");
  program.Writes("set_level", "level").Reads("sign", "level");
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), AllOf(HasSubstr("possible: pass level;"),
                            Not(HasSubstr("possible: declassify"))));
  Declassify("set_level");
  EXPECT_TRUE(Place(program.flow)) << Said();
  Silence("set_level");
  policy_.passed = {{"level", {0, 6}}};
  EXPECT_TRUE(Place(program.flow)) << Said();
}

// Who changes it would have to be on both sides: passing does not help.
TEST_F(FindPlacementTest, WhatTrustedFunctionsChangeIsNotProposedToBePassed) {
  FlowBuilder program = LevelProgram();
  program.Writes("sign", "level");
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(),
              AllOf(HasSubstr("separate level;"), Not(HasSubstr("pass "))));
  policy_.passed = {{"level", {0, 6}}};
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), HasSubstr("`sign` changes `level`"));
}

// State that both keys' functions touch would have to be in two places.
TEST_F(FindPlacementTest, StateOfTwoKeysIsAConflict) {
  FlowBuilder program = Program();
  program.Function("load_mac").Calls("main", "load_mac");
  program.Writes("load_mac", "key");
  program.flow.sources.push_back(
      {"other", "load_mac", Confidence::kProved, {"a.c", 9, 1, "load_mac"}});
  AddAuthenticator();
  Declassify("load_mac");
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), AllOf(HasSubstr("`key` is state of the program"),
                            HasSubstr("separate key;")));
  // A proposal would be wrong where a key is in it.
  FlowEdge way{EdgeKind::kData, "load", "key", false, {}};
  way.label = "secret";
  way.confidence = Confidence::kOverApproximated;
  program.flow.edges.push_back(way);
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), Not(HasSubstr("separate key;")));
}

// What must stay untrusted and holds the credential itself can be cut.
TEST_F(FindPlacementTest, AMainThatHoldsTheCredentialIsToBeOutlined) {
  FlowBuilder program = Program();
  EXPECT_THAT(Said(), Not(HasSubstr("outline")));
  program.flow.sources.push_back(
      {"secret", "main", Confidence::kProved, {"a.c", 2, 1, "main"}});
  EXPECT_FALSE(Place(program.flow));
  EXPECT_THAT(Said(), HasSubstr("`outline NAME from main;`"));
}

}  // namespace
}  // namespace bailey::policy
