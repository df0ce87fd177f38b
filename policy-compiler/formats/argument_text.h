// Tests of one argument's value, as the policy language writes them.
//
//   ArgumentTest(call.arguments[0], {{0, 37}, {39, 39}})
//   // "family in {0..37, 39}"
//
// What is given is bits, as the kernel reads them; a signed argument's upper
// half is written as the negative numbers that it is.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_ARGUMENT_TEXT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_ARGUMENT_TEXT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

// Values from first to last, both included, as unsigned numbers of the
// argument's width.
struct BitRange {
  uint64_t first = 0;
  uint64_t last = 0;
  bool operator==(const BitRange&) const = default;
};

// Ascending, without overlaps or neighbours.
std::vector<BitRange> Normalized(std::vector<BitRange> ranges);

// One value as a constant of the language that fits the argument.
std::string ArgumentValueText(const SyscallArgument& argument, uint64_t value);

// What a single value is called, or "" for its number.
using ValueNamer = std::function<std::string(uint64_t value)>;

// None where the language cannot say it: a pointer is compared with NULL alone.
// Requires normalized ranges within the width, at least one.
std::optional<std::string> ArgumentTest(const SyscallArgument& argument,
                                        const std::vector<BitRange>& ranges,
                                        const ValueNamer& namer = {});

// Whether a text can be a policy's or a portion's name.
bool IsPolicyName(std::string_view text);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_ARGUMENT_TEXT_H_
