// The rules that build a portion's fuzzer, for the end of its Makefile.
//
//   ASSIGN_OR_RETURN(std::string rules, FuzzRules({...}));
//   // make fuzz-signer  builds  fuzz/signer
//
// The portion's own units with their own options, by clang (FUZZ_CC) with
// FUZZ_CFLAGS; then the functions that would end the process, open a credential
// or decode an item are renamed in the objects to those of runtime/fuzz, and so
// are the sections of their globals. Nothing of it is part of `make all`.

#ifndef BAILEY_ANALYZER_REWRITE_FUZZ_MAKEFILE_H_
#define BAILEY_ANALYZER_REWRITE_FUZZ_MAKEFILE_H_

#include <string>
#include <vector>

#include "analyzer/rewrite/portion_commands.h"
#include "common/result.h"

namespace bailey::analyzer {

struct FuzzBuild {
  std::string portion;
  std::string directory;            // of the portion
  std::vector<BuildCommand> units;  // as the portion compiles them
  BuildCommand tables;              // the generated unit
  BuildCommand link;                // made by LinkFuzzer()
};

// Where a unit's object lies in the fuzz build.
std::string FuzzObject(const std::string& directory, const std::string& object);

Result<std::string> FuzzRules(const FuzzBuild& build);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_FUZZ_MAKEFILE_H_
