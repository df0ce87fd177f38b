// Functions of the C library that write text into memory that they are given,
// and nothing else into it. Internal to ir/ and flow/.
//
//   if (const MemoryWriter* writer = FindMemoryWriter("snprintf")) …

#ifndef BAILEY_ANALYZER_IR_MEMORY_WRITERS_H_
#define BAILEY_ANALYZER_IR_MEMORY_WRITERS_H_

#include <cstdint>
#include <string_view>

namespace bailey::analyzer {

struct MemoryWriter {
  std::string_view name;
  // The result takes the place of what was there, or is put behind it.
  bool appends = false;
  // Places of arguments; -1: there is none. The first is where it writes, or,
  // of asprintf, where it writes the address of what it made.
  int format = -1;
  int source = -1;
  int size = -1;      // of the memory: more is cut off
  bool made = false;  // the memory is the function's result, or asprintf's
};

const MemoryWriter* FindMemoryWriter(std::string_view name);

// True for functions that only read the memory behind pointers that they get
// as arguments at certain places, and give no other name to it.
bool OnlyReads(std::string_view name);

// True if the argument at `place`, counted from 0, is at one of these.
bool OnlyReads(std::string_view name, unsigned place);

// Where the function's printf format is that says what becomes of the argument
// at `place`, behind it; -1: there is none.
int FormatBefore(std::string_view name, unsigned place);

// True for a format of printf without `%n` or a conversion of unknown effect.
bool WritesNothing(std::string_view format);

// What happens to memory without a call of a function: names of kResult.
inline constexpr std::string_view kStored = "(store)";  // of the operand
inline constexpr std::string_view kFilled = "(fill)";   // with a byte, a size
inline constexpr std::string_view kCopied = "(copy)";   // of a text

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_MEMORY_WRITERS_H_
