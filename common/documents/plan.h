// plan.json, `bailey.plan/1`: the compiled policy, which the executor installs
// and the rewriter builds from. docs/schemas/plan.schema.json states its form.

#ifndef BAILEY_COMMON_DOCUMENTS_PLAN_H_
#define BAILEY_COMMON_DOCUMENTS_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/documents/global_value.h"
#include "common/result.h"

namespace bailey {

inline constexpr std::string_view kPlanSchema = "bailey.plan/1";

enum class CredentialSource { kEnvironment, kFile, kDescriptor };

struct PlanCredential {
  std::string name;
  CredentialSource source = CredentialSource::kFile;
  std::string variable;  // kEnvironment
  std::string path;      // kFile: absolute, where the program expects it
  int descriptor = -1;   // kDescriptor
};

// The three filters of a portion (docs/decisions/0002): what runs, the
// verdicts, and which rule decided.
enum class FilterKind { kNotify, kPlain, kRuleIndex };

struct PlanFilter {
  FilterKind kind = FilterKind::kNotify;
  std::string architecture;  // "x86_64"
  BpfProgram program;
  // The proof that the program equals the policy. Without one there is no plan.
  std::string solver;  // "z3 4.8.12"
  double solver_seconds = 0;
};

// What the rule-index filter returns, explained.
struct PlanRule {
  uint32_t index = 0;
  std::string text;  // the rule as written, or what a built-in one says
  std::string file;  // empty: built in
  int line = 0;
};

struct PlanFileRule {
  std::string path;        // absolute, without the glob
  bool hierarchy = false;  // `/**`: all below
  bool read = false;
  bool write = false;  // create, modify, remove; does not include read
  bool execute = false;
  uint32_t rule = 0;  // index of the rule that asks for it
};

struct PlacedSymbol {
  std::string id;      // in flow.json
  std::string kind;    // "function" or "global"
  std::string role;    // "placed", "replica", "stub" (a crossing) or "absent"
  std::string reason;  // why it is there, for people
};

// 0 means no limit was written.
struct PlanLimits {
  uint64_t memory_bytes = 0;
  uint64_t wall_ms = 0;
  uint64_t cpu_percent = 0;
  uint64_t pids = 0;
  uint64_t output_bytes = 0;
};

struct PlanPortion {
  std::string name;
  bool trusted = false;
  bool holds_main = false;               // the one that runs the program's main
  std::vector<std::string> credentials;  // names it uses
  std::vector<PlanFilter> filters;       // one a kind
  // The second filter, a plain one, from when the portion says that it serves.
  std::optional<PlanFilter> serving;
  std::vector<PlanRule> rules;
  std::vector<PlanFileRule> files;  // Landlock rules and mounts
  std::vector<PlacedSymbol> symbols;
  PlanLimits limits;
  // A program as it is, without our runtime: its filter is installed from
  // outside, at the end of its execve. Its plan has no other portion.
  bool unmodified = false;
  // In the bundle: the portion's program, and every file at its place in the
  // container (loader, libraries).
  std::string program;  // path inside the container, or empty
  // Of a program as it is beside others: before what the run itself gives.
  std::vector<std::string> arguments;
};

// A Unix socket by which programs as they are talk. Its directory is the
// instance's own, empty at the start, writable for the server alone.
struct PlanSocket {
  std::string path;    // absolute
  std::string server;  // portion that binds it; its clients start after that
  std::vector<std::string> clients;
};

enum class MarshalMode {
  kScalar,      // by value: integer, enum, bool, floating
  kStruct,      // pointer to one flat struct, or a struct by value
  kCString,     // bytes up to and with the NUL
  kFixedArray,  // `T p[static N]`
  kBuffer,      // pointer with its element count in another parameter
  kHandle,      // pointer that only the answering portion follows: a number
  kText,        // std::string or std::string_view: bytes with their number
  kElements,    // std::vector or std::span of plain elements
  kOptional     // std::optional of one plain element or flat struct
};
enum class Direction { kIn, kOut, kInOut };

struct CrossingParameter {
  std::string name;
  std::string type;  // spelling of the parameter, or of the element
  MarshalMode mode = MarshalMode::kScalar;
  Direction direction = Direction::kIn;
  bool is_const = false;       // of the pointee
  uint64_t element_bytes = 0;  // of one element, or of the scalar or struct
  uint64_t count = 0;          // kFixedArray: elements
  int length_parameter = -1;   // kBuffer: index of the count
  // How far the function reaches was inferred from its code: its copy lies
  // between pages that fault (runtime/guarded.h).
  bool guarded = false;
  std::string reason;  // why this mode is right: the attribute, the type
};

// A global of the calling portion: where the answering one has it too, its
// value there is the caller's while a call lasts.
struct PassedGlobal {
  std::string id;    // in flow.json
  std::string name;  // C name
  std::string type;  // spelling of the object, or of an array's element
  MarshalMode mode = MarshalMode::kScalar;  // or kFixedArray
  uint64_t element_bytes = 0;
  uint64_t count = 0;  // kFixedArray: elements
  // Not empty: only these cross, each as its place in this list.
  std::vector<GlobalValue> values = {};
};

// What a call gives whose answering portion is gone.
struct CrossingFailure {
  int64_t value = 0;  // of the result, as its type holds it
  int error = 0;      // errno
};

struct Crossing {
  uint32_t id = 0;          // message type on the channel, from 1
  std::string function;     // id in flow.json
  std::string name;         // C name
  std::string from;         // portion that calls
  std::string to;           // portion that answers
  std::string return_type;  // "void" or the spelling
  uint64_t return_bytes = 0;
  bool returns_handle = false;  // `return_type` is a pointer; see kHandle
  std::vector<CrossingParameter> parameters;
  std::vector<PassedGlobal> globals;
  std::optional<CrossingFailure> failure;  // none: the caller aborts
  // Of C++: what `return_type` is where that is a type of the library's.
  std::optional<CrossingParameter> result;
  bool throws = false;  // an exception crosses as a status with its text
  uint64_t max_request_bytes = 0;  // what is known without variable lengths
  uint64_t max_reply_bytes = 0;
};

struct Plan {
  std::string tool;
  std::string policy;         // its name
  std::string policy_sha256;  // of its text and of every text it uses
  std::string architecture = "x86_64";
  std::vector<PlanCredential> credentials;
  std::vector<PlanPortion> portions;
  std::vector<Crossing> crossings;
  std::vector<PlanSocket> sockets;
  std::vector<std::string> unenforced;  // what this plan cannot enforce, named
};

Result<Plan> ParsePlan(std::string_view text, std::string_view name);
std::string WritePlan(const Plan& plan);

// By name alone, of absolute paths without `.`, `..` and a final `/`.
bool IsAtOrBelow(std::string_view path, std::string_view directory);
// Whether a rule speaks of a path: names it, or a hierarchy that it lies in.
bool RuleCovers(const PlanFileRule& rule, std::string_view path);

const PlanPortion* FindPortion(const Plan& plan, std::string_view name);
const PlanFilter* FindFilter(const PlanPortion& portion, FilterKind kind);
std::string_view FilterKindName(FilterKind kind);
std::string_view MarshalModeName(MarshalMode mode);
std::string_view DirectionName(Direction direction);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_PLAN_H_
