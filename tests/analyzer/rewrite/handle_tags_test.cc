#include "analyzer/rewrite/handle_tags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analyzer/rewrite/stub_writer.h"
#include "runtime/handles.h"

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TypeInfo PointerTo(const std::string& structure) {
  TypeInfo type;
  type.kind = TypeKind::kPointer;
  type.spelling = structure + " *";
  type.size_bytes = 8;
  type.pointee.kind = TypeKind::kStruct;
  type.pointee.spelling = structure;
  return type;
}

// struct key *pick(struct key *a, struct key *b, const struct key *c, int n);
class HandleGlueTest : public ::testing::Test {
 protected:
  HandleGlueTest() {
    plan_.portions.resize(3);
    plan_.portions[0].name = "front";
    plan_.portions[1].name = "vault";
    plan_.portions[2].name = "safe";
    function_.id = function_.name = "pick";
    function_.return_type = PointerTo("struct key");
    crossing_.function = crossing_.name = "pick";
    crossing_.id = 4;
    crossing_.to = "vault";
    crossing_.return_type = "struct key *";
    crossing_.return_bytes = 8;
    crossing_.returns_handle = true;
    for (const char* name : {"a", "b", "c"}) Add(name, name[0] == 'c');
    flow_.functions = {function_};
    plan_.crossings = {crossing_};
  }

  void Add(const std::string& name, bool is_const) {
    FlowParameter parameter;
    parameter.name = name;
    parameter.type = PointerTo("struct key");
    function_.parameters.push_back(parameter);
    CrossingParameter crossing;
    crossing.name = name;
    crossing.type = "struct key";
    crossing.mode = MarshalMode::kHandle;
    crossing.element_bytes = 8;
    crossing.is_const = is_const;
    crossing_.parameters.push_back(crossing);
  }

  Plan plan_;
  Flow flow_;
  FlowFunction function_;
  Crossing crossing_;
};

TEST_F(HandleGlueTest, TagsTellPortionsAndTypesApart) {
  Crossing other = crossing_;
  other.parameters[0].type = "EVP_PKEY";
  plan_.crossings.push_back(other);
  const HandleTags tags(plan_, flow_);
  std::set<uint32_t> seen;
  for (const char* portion : {"front", "vault", "safe"})
    for (const char* type : {"struct key", "EVP_PKEY"})
      EXPECT_TRUE(seen.insert(tags.Of(portion, type)).second);
  EXPECT_EQ(tags.Of("vault", "EVP_PKEY"), BAILEY_HANDLE_TAG(2, 1));
  EXPECT_TRUE(HasHandles(plan_, plan_.portions[1]));
  EXPECT_FALSE(HasHandles(plan_, plan_.portions[0]));
}

TEST_F(HandleGlueTest, TheServerTakesGivesAndAsksForRoomBeforeTheCall) {
  const std::string glue =
      ServerGlue(crossing_, function_, {}, HandleTags(plan_, flow_));
  EXPECT_THAT(
      glue,
      AllOf(HasSubstr("bailey_p0 = bailey_take_handle(bailey_m, 33554433u);"),
            HasSubstr("bailey_take_apart(bailey_m, bailey_p0, bailey_p1);"),
            HasSubstr("bailey_take_apart(bailey_m, bailey_p1, bailey_p2);"),
            HasSubstr("bailey_r = pick(bailey_p0, bailey_p1, bailey_p2);"),
            HasSubstr("bailey_give_handle(bailey_m, bailey_result, bailey_r, "
                      "33554433u);"),
            Not(HasSubstr("*(struct key"))));
  EXPECT_LT(glue.find("bailey_reserve_handle"), glue.find("bailey_ready"));
  EXPECT_LT(glue.find("bailey_ready"), glue.find("pick(bailey_p0"));
}

TEST_F(HandleGlueTest, TwoThatAreConstantMayBeOne) {
  crossing_.parameters[0].is_const = crossing_.parameters[1].is_const = true;
  EXPECT_THAT(ServerGlue(crossing_, function_, {}, HandleTags(plan_, flow_)),
              Not(HasSubstr("bailey_take_apart")));
}

TEST_F(HandleGlueTest, TheClientSendsTheNumberAndFollowsNothing) {
  const std::string stub = ClientStub(crossing_, function_, {}, 0);
  EXPECT_THAT(stub, AllOf(HasSubstr("bailey_put(bailey_m, &a, sizeof a);"),
                          HasSubstr("struct key * bailey_result;"),
                          Not(HasSubstr("bailey_put(bailey_m, a")),
                          Not(HasSubstr("bailey_require"))));
}

}  // namespace
}  // namespace bailey::analyzer
