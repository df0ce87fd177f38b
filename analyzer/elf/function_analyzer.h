// From instructions to MachineFunction: system calls with their numbers and
// arguments, calls, addresses taken. Internal to analyzer/elf.
//
//   std::vector<MachineFunction> functions =
//       AnalyzeFunctions(file, code, references);

#ifndef BAILEY_ANALYZER_ELF_FUNCTION_ANALYZER_H_
#define BAILEY_ANALYZER_ELF_FUNCTION_ANALYZER_H_

#include <vector>

#include "analyzer/elf/code_map.h"
#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/machine_function.h"
#include "analyzer/elf/reference_map.h"

namespace bailey::analyzer {

// One for each of code.ranges(), with the same indices. A call of an ifunc is a
// call of every function whose address its resolver takes.
std::vector<MachineFunction> AnalyzeFunctions(const ElfFile& file,
                                              const CodeMap& code,
                                              const ReferenceMap& references);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_FUNCTION_ANALYZER_H_
