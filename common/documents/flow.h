// flow.json, `bailey.flow/1`: the program dependence graph, on which the split
// is decided without LLVM. docs/schemas/flow.schema.json states its form.
//
// Functions and globals are the nodes; edges say who calls, takes the address
// of, reads or writes whom, and where data goes. Types carry what marshalling
// must know.

#ifndef BAILEY_COMMON_DOCUMENTS_FLOW_H_
#define BAILEY_COMMON_DOCUMENTS_FLOW_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/global_value.h"
#include "common/documents/report.h"
#include "common/result.h"

namespace bailey {

inline constexpr std::string_view kFlowSchema = "bailey.flow/1";

enum class TypeKind {
  kVoid,
  kBool,
  kInteger,
  kFloating,
  kEnum,
  kStruct,
  kPointer,
  kOther
};

// What a pointer parameter points to. Meaningful for kPointer only.
struct PointeeInfo {
  TypeKind kind = TypeKind::kOther;
  std::string spelling;     // "struct signer_statistics", "unsigned char"
  uint64_t size_bytes = 0;  // of one element; 0: incomplete, void or function
  bool is_const = false;
  bool is_character = false;  // plain char
  bool is_flat =
      false;  // holds no pointer, union or bit-field of unknown layout
  // `T p[static N]`: N elements are always there. 0: not said.
  uint64_t fixed_count = 0;
};

// Types of the C++ library that the analysis knows by what they hold.
enum class LibraryType {
  kNone,
  kString,
  kStringView,
  kVector,
  kSpan,
  kOptional
};

enum class AccessMode { kUnknown, kReadOnly, kWriteOnly, kReadWrite, kNone };

struct TypeInfo {
  TypeKind kind = TypeKind::kVoid;
  std::string spelling;  // as C declares it, without qualifiers at the top
  uint64_t size_bytes = 0;
  bool is_signed = false;
  bool is_flat = false;  // of a struct: may be copied as bytes
  PointeeInfo pointee;
  // Of C++: then `pointee` is the element, and where `is_reference` the type is
  // behind one (to const where `pointee.is_const`).
  LibraryType library = LibraryType::kNone;
  bool is_reference = false;
};

// kConstant: at most `bytes`. kParameter: at most `factor` times the value of
// `parameter` (none, if that is negative) and `bytes` more. kString: what the
// pointer points to is only read, and up to its NUL. Above 1 GiB no bound means
// anything. kNotInferred: of what is no pointer, and where nobody looked.
enum class ExtentKind {
  kNotInferred,
  kNothing,
  kConstant,
  kParameter,
  kString,
  kUnknown
};

// What code was seen to do with a pointer parameter. kKept: it is stored where
// it outlives the call. kHoldsPointers: pointers are taken out of what it
// points to, or out of a copy of that. kWritten: what it points to is written.
// kText: it is given to what reads a text there. kCounted: a number, of bytes
// or of elements, says how far it is followed, and no NUL ends that.
enum class SeenUse { kKept, kHoldsPointers, kWritten, kText, kCounted };

struct PointerUse {
  SeenUse use = SeenUse::kKept;
  SourceSite site;

  bool operator==(const PointerUse&) const = default;
};

// What the program's own code does behind a pointer parameter while a call of
// the function lasts, in every execution that C defines. With kUnknown nothing
// is said of it, but `reason`.
struct InferredExtent {
  ExtentKind kind = ExtentKind::kNotInferred;
  // kUnknown: not even this. Never less than is done.
  AccessMode access = AccessMode::kUnknown;
  uint64_t bytes = 0;
  uint64_t factor = 0;
  int parameter = -1;
  // Every caller in the program has that many bytes there, or passes null.
  bool provided = false;
  std::string reason;  // of kUnknown, or why it is not `provided`
  SourceSite site;     // where that shows
  // Whatever `kind` is; each use once, with one place. That one is not here
  // does not say that it does not happen.
  std::vector<PointerUse> seen = {};

  bool operator==(const InferredExtent&) const = default;
};

struct FlowParameter {
  std::string name;
  TypeInfo type;
  // From __attribute__((access(mode, pointer, size))): this pointer's mode, and
  // the index of the parameter that holds its element count, or -1.
  AccessMode access = AccessMode::kUnknown;
  int length_parameter = -1;
  InferredExtent inferred = {};
};

enum class Linkage { kExternal, kInternal };

// Bytes of a source file: [begin, end).
struct SourceExtent {
  std::string file;  // absolute
  uint64_t begin = 0;
  uint64_t end = 0;
  int line = 0;
  int column = 0;
  int end_line = 0;  // of the last byte; 0: not known
};

struct FlowFunction {
  // Unique in the program: "name", or "file.c:name" for internal linkage.
  std::string id;
  std::string name;
  Linkage linkage = Linkage::kExternal;
  bool variadic = false;
  bool address_taken = false;
  bool is_inline = false;
  SourceExtent extent;  // the whole definition
  SourceExtent body;    // from `{` to `}`, both included
  TypeInfo return_type;
  std::vector<FlowParameter> parameters;
  // Structures, as C spells them, of which it uses or copies what is in them,
  // or hands a pointer to code outside the program.
  std::vector<std::string> looks_into = {};
  // Of C++; `name` is then what the linker sees.
  std::string qualified_name = {};  // "vault::sign"; empty: C
  bool is_method = false;           // with an object, so not static
  bool may_throw = false;
};

struct FlowGlobal {
  std::string id;  // as for functions; "function.name" for a static local
  std::string name;
  Linkage linkage = Linkage::kExternal;
  bool is_constant = false;  // const object: may be in both portions
  // No const object, but no code of the program changes it, or has its address
  // where it might.
  bool never_written = false;
  bool is_thread_local = false;
  bool address_taken = false;  // beyond direct reads and writes
  std::string function;  // of a static local: its function's id; else empty
  SourceExtent extent;   // the declarator's whole declaration, with `;`
  bool sole_declarator = true;  // false: `int a, b;` cannot be removed alone
  TypeInfo type;
  // All that code of the program gives it, by its name, that could be told:
  // ordered, its first value included. Empty: something else may be in it. A
  // table that a value was read from may have been changed by a pointer.
  std::vector<GlobalValue> values = {};
};

// kData: what `from` holds may come to be in `to`: handed over, returned,
// stored or loaded, also through pointers. There only where a policy says what
// to follow.
enum class EdgeKind { kCall, kAddress, kRead, kWrite, kData };

struct FlowEdge {
  EdgeKind kind = EdgeKind::kCall;
  std::string
      from;  // a function's id, or a global's (its initializer's addresses)
  std::string to;         // a function's or global's id, or an external symbol
  bool external = false;  // `to` is not defined in the program
  SourceSite site;
  // Of kData: the credential that goes this way; empty: any data.
  std::string label = {};
  // Of kData: over-approximated, or assumed where code or memory of which
  // nothing is known is on the way. What stands in the code as it is, is
  // proved: that it is ever reached is not said.
  Confidence confidence = Confidence::kProved;
  // Of kAddress: `from` changes nothing by that address, and gives it only to
  // those who read there and keep it nowhere.
  bool is_only_read = false;
};

// What `caller` may find of a credential, when it has called `callee`, in what
// that returned or behind a pointer that it passed: over-approximated, or
// assumed. What a policy declassifies is not among it.
struct FlowExposure {
  std::string label;  // the credential
  std::string caller;
  std::string callee;
  int parameter = -1;  // -1: the result
  Confidence confidence = Confidence::kOverApproximated;
  SourceSite site;  // of one such call
};

// A function that gets a credential: opens its file, reads its descriptor or
// variable; or that has another function do so, by naming it. Proved: no other
// file or variable can be meant.
struct FlowSource {
  std::string label;  // the credential
  std::string function;
  Confidence confidence = Confidence::kOverApproximated;
  SourceSite site;
};

// One translation unit: what was compiled, and how.
struct FlowUnit {
  std::string file;       // absolute
  std::string directory;  // working directory of the command
  std::vector<std::string> command;
  std::string sha256 = {};  // of the file's bytes, lower-case hex
};

struct Flow {
  std::string tool;
  std::vector<FlowUnit> units;
  std::vector<std::string> link_command;  // empty: none was captured
  std::string link_directory;
  std::vector<FlowFunction> functions;
  std::vector<FlowGlobal> globals;
  std::vector<FlowEdge> edges;
  std::vector<FlowExposure> exposures;
  std::vector<FlowSource> sources;
};

Result<Flow> ParseFlow(std::string_view text, std::string_view name);
std::string WriteFlow(const Flow& flow);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_FLOW_H_
