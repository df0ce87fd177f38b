// minijail's argument expressions, as conditions of full width, and the system
// calls that a line is for.
//
//   if (auto when = ReadMinijailExpression(cursor, architecture)) ...
//
// `&&` and `||` of atoms `argN OP VALUE`, unsigned in all 64 bits; `&` holds if
// one of the flags is set, `in` if no other is. (google/minijail, commit
// 8d20993 of 2026-07-30: tools/parser.py, tools/bpf.py, bpf.c, util.c.)

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_EXPRESSION_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_EXPRESSION_H_

#include <optional>
#include <string>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/minijail/cursor.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// Nothing after an error, which is reported.
std::optional<Condition> ReadMinijailExpression(MinijailCursor& cursor,
                                                Architecture architecture);

// One constant, without operators.
std::optional<uint64_t> ReadMinijailConstant(MinijailCursor& cursor,
                                             Architecture architecture);

struct MinijailCall {
  std::string name;
  const Syscall* call = nullptr;  // none: the table does not have it
  bool is_here = true;            // not for other architectures alone
  bool has_metadata = false;
};

// `read`, `read[arch=x86_64]`.
std::optional<MinijailCall> ReadMinijailCall(MinijailCursor& cursor,
                                             Architecture architecture);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_EXPRESSION_H_
