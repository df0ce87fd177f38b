// What functions of the C and C++ libraries do with the pointers that they are
// given, of those that do less than code that nobody knows.
//
//   const LibraryEffect* effect = EffectOf("qsort");
//   for (const EffectStep& step : effect->steps) …

#ifndef BAILEY_ANALYZER_FLOW_LIBRARY_EFFECTS_H_
#define BAILEY_ANALYZER_FLOW_LIBRARY_EFFECTS_H_

#include <string_view>
#include <vector>

namespace bailey::analyzer {

enum class EffectKind {
  kNew,        // returns a new object
  kOpaque,     // returns memory of the library's, which holds what it may
  kReturn,     // returns argument `a`
  kReturnIn,   // returns a pointer into what argument `a` points into
  kPut,        // *a = a new object
  kCopyNew,    // returns a new object with the bytes of *a
  kMix,        // the words of *a change places
  kCopy,       // *a = *b, of as many bytes as argument `c` says (-1: unknown)
  kFill,       // bytes from elsewhere are written to *a
  kFillAt,     // the same to **a
  kTell,       // the bytes at *a leave the program
  kKeep,       // `a` is told to code that nobody knows
  kPrint,      // functions are told whose addresses are among arguments `a` and
               // on, or in what they point to
  kPrintList,  // the same of the arguments in the va_list `a`
  kCall,       // calls `a` with argument `b`, then `c`, then anything
  kCallIn,     // the same with pointers into what they point into
  kThrow,      // argument `a` is an exception in flight
  kCatch,      // returns an exception that was in flight
  kUnknown,    // returns what code that nobody knows may know
};

struct EffectStep {
  EffectKind kind = EffectKind::kUnknown;
  int a = -1;  // of integers and pointers, from 0
  int b = -1;
  int c = -1;
};

using LibraryEffect = std::vector<EffectStep>;

// Null: it may do anything.
const LibraryEffect* EffectOf(std::string_view function);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_LIBRARY_EFFECTS_H_
