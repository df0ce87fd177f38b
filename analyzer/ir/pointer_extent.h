// What the functions of one unit do behind their pointer parameters, before
// units are joined: plain data.
//
//   for (const PointerReach& reach : function.reaches)
//     if (reach.kind == ReachKind::kBound) Print(reach.argument, reach.bound);
//
// Arguments are numbered as in the unit's code, which may pass a structure in
// several or none.

#ifndef BAILEY_ANALYZER_IR_POINTER_EXTENT_H_
#define BAILEY_ANALYZER_IR_POINTER_EXTENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/documents/flow.h"
#include "common/documents/report.h"

namespace bailey::analyzer {

// A number that another is never above: `factor` times the value of an integer
// argument, and `addend`; 0 where that is negative.
//
// Holds in executions where it is at most kMostExtent: nobody carries more.
struct ArgumentBound {
  bool is_known = false;
  // The argument's value as a signed number, 0 if negative; else as unsigned.
  bool is_signed = false;
  bool is_exact = false;  // the other is exactly this, where this is positive
  int argument = -1;      // -1: none, only `addend`
  uint64_t factor = 0;
  int64_t addend = 0;

  bool operator==(const ArgumentBound&) const = default;
};

inline constexpr int64_t kMostExtent = int64_t{1} << 30;

// kText: a text's bytes, its NUL included, are read.
enum class ReachKind : uint8_t { kBound, kText, kUnknown };

// One access by the function's own instructions.
struct PointerReach {
  int argument = 0;  // the pointer
  ReachKind kind = ReachKind::kBound;
  bool reads = false;
  bool writes = false;
  // Every call of the function does it, before it calls anything else.
  bool is_certain = false;
  ArgumentBound bound;  // of the access's end, in bytes from the pointer
  std::string reason;   // of kUnknown
  SourceSite site;
};

// Something that the function's own instructions do with an argument.
struct ArgumentUse {
  int argument = 0;
  SeenUse use = SeenUse::kKept;
  int into = -1;  // kKept: in what this argument points to; -1: elsewhere
  SourceSite site;
};

// Bytes from behind one argument come to where another points to.
struct ArgumentCopy {
  int from = 0;
  int into = 0;

  bool operator==(const ArgumentCopy&) const = default;
};

enum class PassedKind : uint8_t {
  kOther,
  kNumber,
  kNull,
  kObject,     // into an object whose size is known
  kText,       // into a constant text, before its NUL
  kParameter,  // derived from the caller's own pointer `parameter`
};

// One argument of a call.
struct PassedArgument {
  PassedKind kind = PassedKind::kOther;
  // kNumber: never above these, as an unsigned number, as a signed one (0 if
  // negative), and as an unsigned one without help of the caller's arguments.
  ArgumentBound most;
  ArgumentBound most_signed;
  ArgumentBound most_constant;
  // kObject, kText: how many bytes are there. kParameter: how far from it.
  ArgumentBound bytes;
  int parameter = -1;
  // kNumber: no more than the text behind that parameter of the caller has
  // bytes, with its NUL; -1: that is not known.
  int text_of = -1;
  std::string text;       // kText, of calls with a variable number of arguments
  bool is_local = false;  // a pointer into locals of the caller
  // There are pointers: by the object's type, or because the caller loads some.
  bool holds_pointers = false;
  // To memory of no type that begins with a copy of what these arguments of the
  // caller point to: bit N is argument N.
  uint64_t copies = 0;
};

// A call that matters to what pointers reach: of a function by name.
struct ExtentCall {
  std::string to;
  SourceSite site;
  bool is_certain = false;  // as in PointerReach
  bool is_result_used = false;
  bool is_result_returned = false;
  // The result is stored in what these arguments of the caller point to; -1:
  // elsewhere, but not in a local.
  std::vector<int> result_into = {};
  int fixed = -1;  // arguments before `...`; -1: there are no others
  std::vector<PassedArgument> arguments;
};

struct ExtentArgument {
  bool is_pointer = false;
  uint8_t width_bits = 0;  // of an integer; 0: neither
};

struct FunctionExtents {
  std::string id;
  bool is_plain = false;  // arguments are the parameters that C declares
  std::vector<ExtentArgument> arguments;
  std::vector<PointerReach> reaches;
  std::vector<ArgumentUse> uses;  // in the order of the code
  std::vector<ArgumentCopy> copies;
  uint64_t returned =
      0;  // arguments that the result may point into, a bit each
  std::vector<ExtentCall> calls;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_POINTER_EXTENT_H_
