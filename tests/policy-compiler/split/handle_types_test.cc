// Structures that cross as handles: which, how, and who must not look into
// them.
#include "policy-compiler/split/handle_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "policy-compiler/split/crossing_rules.h"
#include "policy-compiler/split/place_program.h"
#include "tests/policy-compiler/split/flow_builder.h"

namespace bailey::policy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TypeInfo KeyPointer(bool is_const = false) {
  return PointerTo(TypeKind::kStruct, "struct key", 0, is_const);
}

FlowParameter Parameter(std::string name, TypeInfo type) {
  FlowParameter parameter;
  parameter.name = std::move(name);
  parameter.type = std::move(type);
  return parameter;
}

// `load` gives a key, `sign` and `size` take it; `main` keeps it, `show` is
// called by `main` alone.
class HandleTypesTest : public ::testing::Test {
 protected:
  HandleTypesTest() {
    for (const char* name : {"main", "parse", "load", "sign", "size", "show"})
      program_.Function(name);
    program_.Calls("main", "parse").Calls("main", "load");
    program_.Calls("main", "sign").Calls("main", "show").Calls("show", "size");
    Function("load").return_type = KeyPointer();
    Function("load").looks_into = {"struct key"};
    for (const char* name : {"sign", "size"}) {
      Function(name).parameters = {Parameter("key", KeyPointer(true))};
      Function(name).looks_into = {"struct key"};
    }
    program_.flow.sources.push_back(
        {"secret", "load", Confidence::kProved, {"a.c", 7, 1, "load"}});
    policy_.credentials.resize(1);
    policy_.credentials[0].name = "secret";
    policy_.portions.resize(2);
    policy_.portions[0].name = "signer";
    policy_.portions[0].trusted = true;
    policy_.portions[0].credentials = {"secret"};
    policy_.portions[0].span = {8, 14};
    policy_.portions[1].name = "worker";
    policy_.portions[1].input_functions = {"parse"};
  }

  FlowFunction& Function(const std::string& id) {
    return *std::ranges::find(program_.flow.functions, id, &FlowFunction::id);
  }

  void Declassify(const std::string& function, DeclassifiedKind kind) {
    policy_.declassified.push_back({function, kind, 0, {0, 6}});
  }
  void DeclassifyAll() {
    Declassify("load", DeclassifiedKind::kHandle);
    Declassify("sign", DeclassifiedKind::kSignature);
    Declassify("size", DeclassifiedKind::kValue);
  }
  void NameAll() { policy_.portions[0].functions = {"load", "sign", "size"}; }

  bool Place() {
    diagnostics_ = {};
    auto placed = PlaceProgram(policy_, text_, program_.flow, diagnostics_);
    if (placed.ok()) placement_ = *placed;
    return placed.ok();
  }
  std::string Said() const { return RenderText(diagnostics_); }

  const Crossing& CrossingOf(const std::string& name) const {
    static const Crossing kNone;
    const auto found =
        std::ranges::find(placement_.crossings, name, &Crossing::name);
    EXPECT_NE(found, placement_.crossings.end()) << name;
    return found == placement_.crossings.end() ? kNone : *found;
  }
  std::string Role(const std::string& portion, const std::string& id) const {
    for (const PortionPlacement& each : placement_.portions)
      for (const PlacedSymbol& symbol : each.symbols)
        if (each.name == portion && symbol.id == id) return symbol.role;
    return "(none)";
  }

  FlowBuilder program_;
  Policy policy_;
  SourceText text_{"p.policy", "policy\n portion signer trusted {}\n"};
  Diagnostics diagnostics_;
  Placement placement_;
};

TEST_F(HandleTypesTest, CrossAsNumbersInAndOut) {
  DeclassifyAll();
  ASSERT_TRUE(Place()) << Said();
  const Crossing& load = CrossingOf("load");
  EXPECT_TRUE(load.returns_handle);
  EXPECT_EQ(load.return_bytes, 8u);
  EXPECT_EQ(BitsBack(load), 64u + 12u);
  const CrossingParameter& key = CrossingOf("sign").parameters[0];
  EXPECT_EQ(key.mode, MarshalMode::kHandle);
  EXPECT_EQ(key.direction, Direction::kIn);
  EXPECT_EQ(key.type, "struct key");
  EXPECT_EQ(key.element_bytes, 8u);
  EXPECT_TRUE(key.is_const);
  EXPECT_FALSE(CrossingOf("sign").returns_handle);
}

TEST_F(HandleTypesTest, NamedFunctionsGiveThemToo) {
  NameAll();
  ASSERT_TRUE(Place()) << Said();
  EXPECT_TRUE(CrossingOf("load").returns_handle);
  EXPECT_EQ(Role("worker", "show"), "placed");
}

TEST_F(HandleTypesTest, AFlatOneIsAHandleByTheWordAlone) {
  for (FlowFunction& each : program_.flow.functions) {
    for (TypeInfo* type : {&each.return_type}) {
      if (type->kind != TypeKind::kPointer) continue;
      type->pointee.size_bytes = 32;
      type->pointee.is_flat = true;
    }
    for (FlowParameter& parameter : each.parameters) {
      parameter.type.pointee.size_bytes = 32;
      parameter.type.pointee.is_flat = true;
    }
  }
  NameAll();
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), HasSubstr("say `declassify load -> handle;`"));
  policy_.portions[0].functions.clear();
  DeclassifyAll();
  ASSERT_TRUE(Place()) << Said();
  EXPECT_EQ(CrossingOf("sign").parameters[0].mode, MarshalMode::kHandle);
}

TEST_F(HandleTypesTest, WhoLooksInIsNotOnTheCallersSide) {
  DeclassifyAll();
  Function("show").looks_into = {"struct key"};
  Declassify("show", DeclassifiedKind::kValue);
  ASSERT_TRUE(Place()) << Said();
  EXPECT_EQ(Role("worker", "show"), "stub");
  EXPECT_EQ(Role("signer", "show"), "placed");
}

TEST_F(HandleTypesTest, ALookerThatMustStayLeavesNoPlacement) {
  DeclassifyAll();
  Function("parse").looks_into = {"struct key"};
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), HasSubstr("`parse` looks into a `struct key`, of which "
                                "`main` has only handles"));
}

TEST_F(HandleTypesTest, ALookerThatNobodyNamesIsRefusedAtItsPlace) {
  NameAll();
  Function("show").looks_into = {"struct key"};
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), AllOf(HasSubstr("/src/a.c:51:1"),
                            HasSubstr("`show` looks into a `struct key`"),
                            HasSubstr("name it in portion `signer`")));
}

// Of another structure it may.
TEST_F(HandleTypesTest, OtherStructuresMayBeLookedInto) {
  NameAll();
  Function("show").looks_into = {"struct keys"};
  EXPECT_TRUE(Place()) << Said();
}

TEST_F(HandleTypesTest, WithoutAGiverAParameterIsRefused) {
  DeclassifyAll();
  for (FlowParameter& each : Function("sign").parameters)
    each.type.pointee.spelling = "KEY";
  EXPECT_FALSE(Place());
  NameAll();
  policy_.declassified.clear();
  program_.Function("other").Calls("main", "other");
  Function("other").return_type = PointerTo(TypeKind::kStruct, "KEY", 0, false);
  policy_.portions[0].functions.push_back("other");
  EXPECT_TRUE(Place()) << Said();
  // Named, but called by nobody outside: it gives none.
  std::erase_if(program_.flow.edges,
                [](const FlowEdge& edge) { return edge.to == "other"; });
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), HasSubstr("`sign` takes a handle of a `KEY`, but no "
                                "function of portion `signer`"));
}

TEST_F(HandleTypesTest, TheWordIsForPointersToStructures) {
  DeclassifyAll();
  policy_.declassified[2].kind = DeclassifiedKind::kHandle;
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), HasSubstr("`size` returns `int`: a handle stands for a "
                                "pointer to a structure"));
}

TEST_F(HandleTypesTest, OneThatIsCalledSomethingElseIsRefused) {
  DeclassifyAll();
  program_.Function("copy").Calls("main", "copy");
  Function("copy").return_type = KeyPointer();
  Function("copy").parameters = {Parameter("key", KeyPointer(true))};
  Function("copy").looks_into = {"struct key"};
  Declassify("copy", DeclassifiedKind::kValue);
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), HasSubstr("say `declassify copy -> handle;`"));
}

TEST_F(HandleTypesTest, PointersToHandlesAndArraysOfThemAreRefused) {
  NameAll();
  Function("sign").parameters.push_back(Parameter(
      "out", PointerTo(TypeKind::kPointer, "struct key *", 8, false)));
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), HasSubstr("means nothing in another portion"));
}

// What is missing is proposed: of who gives, and of who takes.
TEST_F(HandleTypesTest, TheMissingWordIsProposed) {
  Declassify("sign", DeclassifiedKind::kSignature);
  Declassify("size", DeclassifiedKind::kValue);
  EXPECT_FALSE(Place());
  EXPECT_THAT(Said(), HasSubstr("the least that would make one possible: "
                                "declassify load -> handle, at most 76 bits "
                                "per call;"));
}

// `main` holds a number: what is behind it does not count as told to it.
TEST_F(HandleTypesTest, WhoOnlyKeepsOneIsToldNothing) {
  DeclassifyAll();
  program_.flow.exposures.push_back({"secret",
                                     "main",
                                     "sign",
                                     0,
                                     Confidence::kOverApproximated,
                                     {"a.c", 9, 1, "main"}});
  ASSERT_TRUE(Place()) << Said();
  EXPECT_THAT(Said(), Not(HasSubstr("may be told to get one")));
  // Who looks in is.
  Function("main").looks_into = {"struct other"};
  program_.flow.exposures.back().callee = "parse";
  ASSERT_TRUE(Place()) << Said();
  EXPECT_THAT(Said(), HasSubstr("may be told to get one"));
}

}  // namespace
}  // namespace bailey::policy
