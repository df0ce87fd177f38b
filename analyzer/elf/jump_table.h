// Where computed jumps of a function go: the tables that compilers write for
// `switch` and for computed goto. Internal to analyzer/elf.
//
//   JumpTables tables = FindJumpTables(file, code, references, range);
//
// The matcher takes every table that the function refers to for every such jump
// of it, with every label as a base: too many targets make values unknown, too
// few would make them wrong.

#ifndef BAILEY_ANALYZER_ELF_JUMP_TABLE_H_
#define BAILEY_ANALYZER_ELF_JUMP_TABLE_H_

#include <cstdint>
#include <set>
#include <vector>

#include "analyzer/elf/code_map.h"
#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/reference_map.h"

namespace bailey::analyzer {

struct JumpTables {
  // Addresses of the jumps that stay in the function, or go to its cold part.
  std::set<uint64_t> resolved_jumps;
  // A jump has a table's form but no table was found: it may lead anywhere in
  // the function (`label + computed offset`) and, if it is not in
  // resolved_jumps, out of it.
  bool has_unresolved = false;
  std::vector<uint64_t> targets;          // In the function.
  std::vector<uint64_t> outside_targets;  // Its cold part, as a rule.
};

JumpTables FindJumpTables(const ElfFile& file, const CodeMap& code,
                          const ReferenceMap& references,
                          const CodeRange& range);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_JUMP_TABLE_H_
