// The unknowns of a proof: a system call as a filter sees it.
//
//   z3::context context;
//   Input input(context);
//   z3::expr low = input.Word(16);  // argument 0, low half

#ifndef BAILEY_POLICY_COMPILER_VERIFY_INPUT_H_
#define BAILEY_POLICY_COMPILER_VERIFY_INPUT_H_

#include <z3++.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"

namespace bailey::policy {

struct Input {
  explicit Input(z3::context& context)
      : architecture(context.bv_const("arch", 32)),
        number(context.bv_const("nr", 32)),
        instruction_pointer(context.bv_const("ip", 64)) {
    for (int i = 0; i < 6; ++i) {
      arguments.push_back(
          context.bv_const(("a" + std::to_string(i)).c_str(), 64));
    }
  }

  // The 32-bit word at a byte offset of struct seccomp_data.
  z3::expr Word(uint32_t offset) const {
    if (offset == 0) return number;
    if (offset == 4) return architecture;
    const z3::expr& whole =
        offset < 16 ? instruction_pointer : arguments[(offset - 16) / 8];
    return offset % 8 == 0 ? whole.extract(31, 0) : whole.extract(63, 32);
  }

  // What a model says; what it leaves open is 0.
  SeccompData In(const z3::model& model) const {
    const auto value = [&](const z3::expr& unknown) {
      return model.eval(unknown, true).get_numeral_uint64();
    };
    SeccompData data{.number = static_cast<uint32_t>(value(number)),
                     .architecture = static_cast<uint32_t>(value(architecture)),
                     .instruction_pointer = value(instruction_pointer)};
    for (size_t i = 0; i < 6; ++i) data.arguments[i] = value(arguments[i]);
    return data;
  }

  z3::expr architecture;
  z3::expr number;
  z3::expr instruction_pointer;
  std::vector<z3::expr> arguments;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_INPUT_H_
