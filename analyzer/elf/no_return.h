// Which calls control does not come back from (abort, failed assertions), so
// that what follows them is not taken to be run after them. Internal to
// analyzer/elf.
//
//   MarkCallsThatDoNotReturn(references, code);

#ifndef BAILEY_ANALYZER_ELF_NO_RETURN_H_
#define BAILEY_ANALYZER_ELF_NO_RETURN_H_

#include "analyzer/elf/code_map.h"
#include "analyzer/elf/reference_map.h"

namespace bailey::analyzer {

// Sets Instruction::does_not_return. A function of this file does not return if
// it has no return instruction, and no jump out of it but to others that do not
// return either. `references` are those of `code`.
void MarkCallsThatDoNotReturn(const ReferenceMap& references, CodeMap& code);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_NO_RETURN_H_
