// The words of a file for a fixed address that may be pointers: they need no
// relocation there, so any eight bytes may be one. Internal to analyzer/elf.
//
//   ForEachPlainWord(file, [&](const PlainWord& word) { … });

#ifndef BAILEY_ANALYZER_ELF_PLAIN_WORDS_H_
#define BAILEY_ANALYZER_ELF_PLAIN_WORDS_H_

#include <cstdint>
#include <cstring>

#include "analyzer/elf/elf_file.h"

namespace bailey::analyzer {

struct PlainWord {
  uint64_t slot = 0;
  uint64_t value = 0;
  // Aligned, in a segment that holds no code. Of others (packed structures,
  // constants that the linker puts beside the code) much is no pointer: whoever
  // reads them takes only what is the very start of something.
  bool is_usual = false;
};

template <class Visit>
void ForEachPlainWord(const ElfFile& file, Visit visit) {
  for (const ElfSegment& segment : file.segments) {
    const auto bytes = segment.bytes;
    for (uint64_t at = 0; at + sizeof(uint64_t) <= bytes.size(); ++at) {
      PlainWord word;
      // SAFETY: the loop's condition; any bytes are an integer.
      std::memcpy(&word.value, bytes.data() + at, sizeof word.value);
      if (word.value == 0) continue;
      word.slot = segment.address + at;
      word.is_usual = word.slot % sizeof(uint64_t) == 0 && !segment.executable;
      visit(word);
    }
  }
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_PLAIN_WORDS_H_
