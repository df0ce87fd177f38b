// A Kafel policy as the rules of its top level, in the order in which Kafel
// takes them, for one architecture.
//
//   KafelProgram program = ParseKafel(files, Architecture::kX8664);
//   if (files.sink().has_errors()) return files.sink().Finish();
//
// The grammar is that of google/kafel, commit 18f2074 of 2026-04-04: constants,
// `POLICY NAME { … }`, `USE NAME`, action blocks, `DEFAULT`, arguments by their
// names or declared, `SYSCALL[n]`, `ON ARCHITECTURE`, `#include`.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_PARSER_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_PARSER_H_

#include <optional>
#include <string>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/source_files.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct KafelAction {
  enum class Kind {
    kAllow,
    kLog,
    kErrno,
    kTrap,
    kTrace,
    kUserNotify,
    kKillThread,
    kKillProcess,
  } kind = Kind::kKillThread;
  uint16_t value = 0;  // of kErrno, kTrap, kTrace
  bool operator==(const KafelAction&) const = default;
};

struct KafelRule {
  std::string name;  // as written; empty for a number
  uint32_t number = 0;
  const Syscall* call = nullptr;  // none: the table does not have it
  Condition when;                 // of full width
  KafelAction action;
  std::string where;
};

struct KafelProgram {
  KafelAction otherwise;
  std::vector<KafelRule> rules;
  bool names_other_architectures = false;  // rules that are not for this one
};

// Every error is reported in its file; after one the program is of no use.
KafelProgram ParseKafel(SourceFiles& files, Architecture architecture);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_PARSER_H_
