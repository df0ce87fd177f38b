// What a constant expression is worth, as an integer without a width, and
// whether an argument of some width can hold it.
//
//   std::optional<ConstantValue> value =
//       EvaluateConstant(expression, Architecture::kX8664, report);
//   std::optional<uint64_t> bits = FitWidth(*value, {.bits = 32,
//                                                    .is_signed = true});
//
// Values lie in -2^63 .. 2^64-1; leaving that range is an error. `|`, `&` and
// `~` work on the 64-bit two's complement; a result of them with the top bit
// set, and a named constant with it (AT_FDCWD, FUTEX_CMD_MASK), is a *pattern*:
// it stands for its low bits at any width that loses none but copies of its
// sign, for signed and unsigned arguments alike.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_CONSTANT_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_CONSTANT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

// Wide enough for every value and for the sum or difference of any two.
using WideInteger = __int128;

struct ConstantValue {
  WideInteger value = 0;
  bool is_pattern = false;
};

struct Width {
  uint8_t bits = 64;  // 16, 32 or 64
  bool is_signed = false;
  // Compared bit by bit after a mask: a signed argument takes a value with its
  // top bit set then.
  bool as_bits = false;
};

// Names have the architecture's values. Nothing after an error, which was
// reported.
std::optional<ConstantValue> EvaluateConstant(
    const ConstantExpression& expression, Architecture architecture,
    TextReporter& report);

// The value in the width's bits, zero-extended; nothing if it does not fit.
std::optional<uint64_t> FitWidth(const ConstantValue& value, Width width);

// All ones in the low `bits`.
uint64_t LowBits(uint8_t bits);

std::string DecimalText(WideInteger value);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_CONSTANT_H_
