// A minijail policy as statements, in their order, with what says which of
// minijail's two readers it is for.
//
//   MinijailProgram program = ParseMinijail(files, Architecture::kX8664);
//   if (files.sink().has_errors()) return files.sink().Finish();
//
// Both readers of google/minijail, commit 8d20993 of 2026-07-30: libminijail
// (syscall_filter.c, what `minijail0 -S` loads) and the offline compiler
// (tools/compile_seccomp_policy.py), whose language contains the other's but
// for one line: `EXPRESSION; return N` returns N where the expression does not
// hold for libminijail, and where it holds for the compiler.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_PARSER_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_PARSER_H_

#include <optional>
#include <string>
#include <vector>

#include "policy-compiler/formats/minijail/expression.h"
#include "policy-compiler/formats/source_files.h"

namespace bailey::policy {

struct MinijailAction {
  enum class Kind {
    kAllow,
    kLog,
    kErrno,
    kTrap,
    kTrace,
    kUserNotify,
    kKill,  // the thread
    kKillProcess,
    kDefault,  // `return` alone
  } kind = Kind::kAllow;
  uint16_t value = 0;  // of kErrno
  bool operator==(const MinijailAction&) const = default;
};

struct MinijailFilter {
  std::optional<Condition> when;  // none: always
  MinijailAction action;
  bool is_tail = false;  // `EXPRESSION; return N` without braces
};

struct MinijailStatement {
  std::vector<MinijailCall> calls;
  std::vector<MinijailFilter> filters;
  std::string where;
};

struct MinijailProgram {
  std::vector<MinijailStatement> statements;
  std::optional<MinijailAction> otherwise;  // @default
  bool denylist = false;
  // What only the offline compiler reads: "`@default`", the first of them.
  std::string compiler_only;
  std::vector<std::string> frequencies;  // paths
};

// Every error is reported in its file; after one the program is of no use.
MinijailProgram ParseMinijail(SourceFiles& files, Architecture architecture);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_PARSER_H_
