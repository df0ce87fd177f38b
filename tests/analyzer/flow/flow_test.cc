// The graph of testdata/analyzer/flow/flow.c, from source to flow.json's types.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

using ::testing::IsEmpty;

const std::string kFolder = BAILEY_TESTDATA "/analyzer/flow";
const std::string kFile = kFolder + "/flow.c";

class FlowTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    UnitOutcome unit = ParseUnit(
        {kFolder, "flow.c", "", {"gcc", "-std=gnu17", "-c", "flow.c"}},
        kFolder);
    ASSERT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
    program_ = new Program(JoinUnits({std::move(unit.facts)}, {}));
    text_ = new std::string(ReadFile(kFile).value_or(""));
  }
  static void TearDownTestSuite() {
    delete program_;
    delete text_;
  }
  void SetUp() override { ASSERT_NE(program_, nullptr); }

  static const FlowFunction& Function(const std::string& id) {
    return Find(program_->flow.functions, id);
  }
  static const FlowGlobal& Global(const std::string& id) {
    return Find(program_->flow.globals, id);
  }
  template <class T>
  static const T& Find(const std::vector<T>& nodes, const std::string& id) {
    static const T kNone;
    const auto found = std::ranges::find(nodes, id, &T::id);
    EXPECT_NE(found, nodes.end()) << id;
    return found == nodes.end() ? kNone : *found;
  }
  static std::string TextOf(const SourceExtent& extent) {
    EXPECT_EQ(extent.file, kFile);
    return text_->substr(extent.begin, extent.end - extent.begin);
  }
  static bool HasEdge(EdgeKind kind, const std::string& from,
                      const std::string& to) {
    return std::ranges::any_of(program_->flow.edges, [&](const FlowEdge& edge) {
      return edge.kind == kind && edge.from == from && edge.to == to;
    });
  }

  static Program* program_;
  static std::string* text_;
};

Program* FlowTest::program_ = nullptr;
std::string* FlowTest::text_ = nullptr;

TEST_F(FlowTest, NamesSymbolsByTheirLinkage) {
  EXPECT_EQ(Function("main").linkage, Linkage::kExternal);
  EXPECT_EQ(Function("flow.c:touch").linkage, Linkage::kInternal);
  EXPECT_EQ(Global("written").linkage, Linkage::kExternal);
  EXPECT_EQ(Global("flow.c:only_read").linkage, Linkage::kInternal);
  EXPECT_EQ(Global("mix.calls").function, "mix");
}

TEST_F(FlowTest, ExtentsAreTheTextOfDefinitions) {
  EXPECT_TRUE(TextOf(Function("fill").extent).starts_with("void fill("));
  EXPECT_TRUE(TextOf(Function("fill").extent).ends_with("count);\n}"));
  EXPECT_TRUE(TextOf(Function("fill").body).starts_with("{\n  memset"));
  EXPECT_TRUE(TextOf(Function("flow.c:touch").extent)
                  .starts_with("static inline __attribute__"));
  EXPECT_EQ(TextOf(Global("flow.c:only_read").extent),
            "static int only_read = 3;");
  EXPECT_EQ(TextOf(Global("mix.calls").extent), "static int calls;");
}

TEST_F(FlowTest, DeclaratorsThatShareADeclarationAreMarked) {
  EXPECT_TRUE(Global("written").sole_declarator);
  EXPECT_FALSE(Global("flow.c:first").sole_declarator);
  EXPECT_FALSE(Global("flow.c:second").sole_declarator);
}

TEST_F(FlowTest, TypesSayWhatMarshallingMustKnow) {
  const FlowFunction& mix = Function("mix");
  ASSERT_EQ(mix.parameters.size(), 4u);
  EXPECT_EQ(mix.return_type.kind, TypeKind::kEnum);
  EXPECT_EQ(mix.return_type.spelling, "enum color");
  const PointeeInfo& key = mix.parameters[0].type.pointee;
  EXPECT_EQ(key.fixed_count, 32u);
  EXPECT_TRUE(key.is_const);
  EXPECT_FALSE(key.is_character);
  EXPECT_EQ(key.size_bytes, 1u);
  const PointeeInfo& flat = mix.parameters[1].type.pointee;
  EXPECT_EQ(flat.spelling, "struct flat");
  EXPECT_EQ(flat.size_bytes, 32u);
  EXPECT_TRUE(flat.is_flat);
  EXPECT_TRUE(mix.parameters[2].type.pointee.is_character);
  EXPECT_FALSE(mix.parameters[3].type.pointee.is_flat);
}

TEST_F(FlowTest, AccessAttributesAreReadFromAnyDeclaration) {
  const FlowFunction& fill = Function("fill");
  ASSERT_EQ(fill.parameters.size(), 2u);
  EXPECT_EQ(fill.parameters[0].access, AccessMode::kWriteOnly);
  EXPECT_EQ(fill.parameters[0].length_parameter, 1);
  EXPECT_EQ(fill.parameters[1].access, AccessMode::kUnknown);
}

TEST_F(FlowTest, FlagsOfFunctionsAndGlobals) {
  EXPECT_TRUE(Function("flow.c:touch").variadic);
  EXPECT_TRUE(Function("flow.c:touch").is_inline);
  EXPECT_FALSE(Function("mix").variadic);
  EXPECT_TRUE(Global("flow.c:per_thread").is_thread_local);
  EXPECT_TRUE(Global("flow.c:kLimit").is_constant);
  EXPECT_FALSE(Global("flow.c:only_read").is_constant);
  EXPECT_TRUE(Global("flow.c:escaping").address_taken);
  EXPECT_FALSE(Global("flow.c:only_read").address_taken);
}

TEST_F(FlowTest, EdgesTellCallsReadsWritesAndAddresses) {
  EXPECT_TRUE(HasEdge(EdgeKind::kCall, "main", "mix"));
  EXPECT_TRUE(HasEdge(EdgeKind::kCall, "mix", "strlen"));
  EXPECT_TRUE(HasEdge(EdgeKind::kRead, "fill", "flow.c:only_read"));
  EXPECT_FALSE(HasEdge(EdgeKind::kWrite, "fill", "flow.c:only_read"));
  EXPECT_TRUE(HasEdge(EdgeKind::kWrite, "flow.c:touch", "written"));
  EXPECT_FALSE(HasEdge(EdgeKind::kRead, "flow.c:touch", "written"));
  EXPECT_TRUE(HasEdge(EdgeKind::kWrite, "flow.c:touch", "flow.c:record"));
  EXPECT_TRUE(HasEdge(EdgeKind::kAddress, "main", "flow.c:record"));
  EXPECT_TRUE(HasEdge(EdgeKind::kAddress, "main", "flow.c:escaping"));
  EXPECT_TRUE(HasEdge(EdgeKind::kRead, "mix", "mix.calls"));
  EXPECT_TRUE(HasEdge(EdgeKind::kWrite, "mix", "mix.calls"));
  EXPECT_TRUE(HasEdge(EdgeKind::kRead, "flow.c:touch", "flow.c:per_thread"));
}

// Clang folds the constant, but the text of mix still names it.
TEST_F(FlowTest, ConstantsThatAreFoldedAwayAreRead) {
  EXPECT_TRUE(HasEdge(EdgeKind::kRead, "mix", "flow.c:kLimit"));
}

TEST_F(FlowTest, ExternalSymbolsAreMarked) {
  for (const FlowEdge& edge : program_->flow.edges)
    EXPECT_EQ(edge.external, edge.to == "strlen" || edge.to == "memset")
        << edge.to;
}

TEST_F(FlowTest, EdgesHavePlaces) {
  for (const FlowEdge& edge : program_->flow.edges) {
    EXPECT_EQ(edge.site.file, "flow.c");
    EXPECT_GT(edge.site.line, 0) << edge.from << " " << edge.to;
    EXPECT_GT(edge.site.column, 0) << edge.from << " " << edge.to;
  }
}

TEST_F(FlowTest, TheDocumentIsAccepted) {
  const std::string text = WriteFlow(program_->flow);
  const auto read = ParseFlow(text, "flow.json");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(WriteFlow(*read), text);
}

}  // namespace
}  // namespace bailey::analyzer
