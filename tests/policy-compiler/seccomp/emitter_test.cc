#include "policy-compiler/seccomp/emitter.h"

#include <gtest/gtest.h>

#include <random>

namespace bailey::policy {
namespace {

int Loads(const BpfProgram& program) {
  int loads = 0;
  for (const sock_filter& instruction : program) {
    loads += BPF_CLASS(instruction.code) == BPF_LD ? 1 : 0;
  }
  return loads;
}

TEST(EmitBpf, ALeafIsAReturn) {
  DecisionGraph graph;
  const auto program = EmitBpf(graph, graph.Leaf(42));
  ASSERT_TRUE(program.ok());
  ASSERT_EQ(program->size(), 1u);
  EXPECT_EQ(RunBpf(*program, {}).returned, 42u);
}

TEST(EmitBpf, LoadsAWordOnceForTestsInARow) {
  DecisionGraph graph;
  NodeId node = graph.Leaf(0);
  for (uint32_t k = 2; k < 8; ++k) {
    node = graph.Branch(EqualTest(4, k), graph.Leaf(k), node);
  }
  const auto program = EmitBpf(graph, node);
  ASSERT_TRUE(program.ok());
  EXPECT_EQ(Loads(*program), 1);
}

TEST(EmitBpf, MasksAWordThatIsLoadedAndReloadsAWordThatIsMasked) {
  DecisionGraph graph;
  const NodeId yes = graph.Leaf(1);
  const NodeId no = graph.Leaf(2);
  const NodeId masked = graph.Branch(EqualTest(4, 0x30, 0xf0), yes, no);
  const NodeId whole = graph.Branch(GreaterEqualTest(4, 9), masked, no);
  const auto one = EmitBpf(graph, whole);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(Loads(*one), 1);
  const NodeId later = graph.Branch(GreaterEqualTest(4, 9), yes, no);
  const auto two =
      EmitBpf(graph, graph.Branch(EqualTest(4, 0x30, 0xf0), later, yes));
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(Loads(*two), 2);
}

// Graphs of every shape, long ones too, so that stand-ins are needed.
TEST(EmitBpf, DoesWhatTheGraphSays) {
  std::mt19937 random(11);
  for (int i = 0; i < 60; ++i) {
    DecisionGraph graph;
    std::vector<NodeId> nodes;
    for (uint32_t label = 0; label < 5; ++label) {
      nodes.push_back(graph.Leaf(label));
    }
    const uint32_t count = i < 40 ? 30 : 900;
    for (uint32_t n = 0; n < count; ++n) {
      const auto word = static_cast<uint8_t>(4 + random() % 3);
      const uint32_t k = random() % 16;
      const uint32_t mask = random() % 3 ? ~0u : random() % 16;
      const WordTest tests[] = {EqualTest(word, k, mask),
                                GreaterEqualTest(word, k, mask),
                                AnyBitTest(word, k)};
      const auto any = [&] { return nodes[random() % nodes.size()]; };
      nodes.push_back(
          graph.RawBranch(tests[random() % 3], nodes.back(), any()));
    }
    const auto program = EmitBpf(graph, nodes.back());
    ASSERT_TRUE(program.ok());
    ASSERT_TRUE(ValidateBpf(*program).ok());
    for (int j = 0; j < 300; ++j) {
      SeccompData data;
      for (uint64_t& argument : data.arguments) {
        argument = (uint64_t{random() % 20} << 32) | (random() % 20);
      }
      ASSERT_EQ(RunBpf(*program, data).returned,
                graph.Evaluate(nodes.back(), data));
    }
  }
}

}  // namespace
}  // namespace bailey::policy
