// What functions of the C library do with data: which argument goes where, what
// is read through descriptors, and what leaves the program.
//
//   const DataEffect* effect = DataEffectOf("memcpy");
//   for (const DataRule& rule : effect->rules) …   // *1 goes to *0
//
// A function that is not here is taken to put all that it gets, and all that it
// can reach through pointers, into all of these and into its result.

#ifndef BAILEY_ANALYZER_FLOW_DATA_EFFECTS_H_
#define BAILEY_ANALYZER_FLOW_DATA_EFFECTS_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace bailey::analyzer {

// State that library functions keep, each one place for the whole program.
enum class LibraryState : uint8_t {
  kNone,
  kEnvironment,  // setenv to getenv
  kBlock,        // all variables that the program was started with
  kInput,        // standard input
  kChannel,      // what left the program and may be read again
  kThread,       // pthread_setspecific to pthread_getspecific
  kJump,         // longjmp to setjmp
  kTokens,       // strtok
};
inline constexpr size_t kLibraryStates = 8;

enum class DataPlaceKind : uint8_t {
  kValue,   // the argument itself
  kBehind,  // the memory that it points to
  kWithin,  // all memory that can be reached from it
  kRest,    // the arguments from there on, and the memory that they point to
  kResult,
  kBehindResult,
  kState,
};

struct DataPlace {
  DataPlaceKind kind = DataPlaceKind::kValue;
  uint8_t argument = 0;
  LibraryState state = LibraryState::kNone;
};

enum class DataRuleKind : uint8_t {
  kMove,   // `from` goes to `to`
  kRead,   // what the descriptor or stream `from` gives goes to `to`
  kLeave,  // `from` leaves the program, or goes where others may read it
  kDrain,  // what the descriptor `from` gives leaves the program
};

struct DataRule {
  DataRuleKind kind = DataRuleKind::kMove;
  DataPlace from;
  DataPlace to;
};

struct DataEffect {
  std::vector<DataRule> rules;
};

// Null: not known.
const DataEffect* DataEffectOf(std::string_view function);

// It makes something through which what is written inside the program can be
// read in it again: a pipe, a pair of sockets, a file without a name.
bool MakesChannel(std::string_view function);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_DATA_EFFECTS_H_
