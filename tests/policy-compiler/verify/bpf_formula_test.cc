// The symbolic execution against RunBpf, instruction by instruction and on
// programs of every shape that the kernel admits.

#include "policy-compiler/verify/bpf_formula.h"

#include <gtest/gtest.h>

#include <random>

namespace bailey::policy {
namespace {

// The formula's value for one input.
uint32_t Value(const z3::expr& formula, const Input& input,
               const SeccompData& data) {
  z3::context& context = formula.ctx();
  z3::expr_vector unknowns(context);
  z3::expr_vector values(context);
  const auto set = [&](const z3::expr& unknown, uint64_t value) {
    unknowns.push_back(unknown);
    values.push_back(context.bv_val(value, unknown.get_sort().bv_size()));
  };
  set(input.architecture, data.architecture);
  set(input.number, data.number);
  set(input.instruction_pointer, data.instruction_pointer);
  for (size_t i = 0; i < 6; ++i) set(input.arguments[i], data.arguments[i]);
  z3::expr copy = formula;
  return static_cast<uint32_t>(
      copy.substitute(unknowns, values).simplify().get_numeral_uint64());
}

class RandomBpf {
 public:
  explicit RandomBpf(uint64_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(random_() % bound);
  }

  BpfProgram Make() {
    const uint32_t length = 2 + Below(25);
    BpfProgram program = {BPF_STMT(BPF_ST, 0), BPF_STMT(BPF_STX, 1)};
    for (uint32_t i = 0; i < length; ++i) {
      program.push_back(MakeInstruction(length - i));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_A, 0));
    return program;
  }

  SeccompData MakeInput() {
    SeccompData data{.number = Below(5),
                     .architecture = Below(5),
                     .instruction_pointer = random_()};
    for (uint64_t& argument : data.arguments) {
      argument = Below(2) ? random_() : Below(4);
    }
    return data;
  }

 private:
  sock_filter MakeInstruction(uint32_t left) {
    constexpr uint16_t kCodes[] = {BPF_LD | BPF_W | BPF_ABS,
                                   BPF_LD | BPF_W | BPF_ABS,
                                   BPF_LD | BPF_W | BPF_LEN,
                                   BPF_LDX | BPF_W | BPF_LEN,
                                   BPF_LD | BPF_IMM,
                                   BPF_LDX | BPF_IMM,
                                   BPF_LD | BPF_MEM,
                                   BPF_LDX | BPF_MEM,
                                   BPF_ST,
                                   BPF_STX,
                                   BPF_MISC | BPF_TAX,
                                   BPF_MISC | BPF_TXA,
                                   BPF_ALU | BPF_NEG,
                                   BPF_RET | BPF_K};
    constexpr uint16_t kAlu[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
                                 BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH};
    constexpr uint16_t kJumps[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
    const uint32_t k = Below(3) ? Below(2) : 1 + Below(31);
    const auto source = static_cast<uint16_t>(Below(2) ? BPF_X : BPF_K);
    switch (Below(4)) {
      case 0:
        return {static_cast<uint16_t>(BPF_ALU | kAlu[Below(9)] | source), 0, 0,
                k};
      case 1:
        return {static_cast<uint16_t>(BPF_JMP | kJumps[Below(4)] | source),
                static_cast<uint8_t>(Below(left)),
                static_cast<uint8_t>(Below(left)), k};
      default:
        break;
    }
    const uint16_t code = kCodes[Below(std::size(kCodes))];
    const bool loads = code == (BPF_LD | BPF_W | BPF_ABS);
    return {code, 0, 0, loads ? 4 * Below(16) : k};
  }

  std::mt19937_64 random_;
};

TEST(BpfFormula, AgreesWithTheBpfEvaluator) {
  RandomBpf random(9);
  int programs = 0;
  for (int i = 0; i < 1500; ++i) {
    const BpfProgram program = random.Make();
    if (!ValidateBpf(program).ok()) continue;
    ++programs;
    z3::context context;
    const Input input(context);
    const z3::expr formula = BpfFormula(program, input);
    for (int j = 0; j < 4; ++j) {
      const SeccompData data = random.MakeInput();
      ASSERT_EQ(Value(formula, input, data), RunBpf(program, data).returned)
          << "program " << i;
    }
  }
  EXPECT_GT(programs, 100);
}

// Thirty diamonds in a row have 2^30 paths.
TEST(BpfFormula, GrowsWithTheProgramAndNotWithItsPaths) {
  BpfProgram program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16)};
  for (int i = 0; i < 30; ++i) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1u << i, 0, 1));
    program.push_back(BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 5));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_A, 0));
  z3::context context;
  const Input input(context);
  SeccompData data;
  data.arguments[0] = 0x2a5a5a5a;
  EXPECT_EQ(Value(BpfFormula(program, input), input, data),
            RunBpf(program, data).returned);
}

}  // namespace
}  // namespace bailey::policy
