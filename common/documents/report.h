// report.json, `bailey.report/1`: what the analyzer found that a program may
// do. docs/schemas/report.schema.json states its form.
//
//   ASSIGN_OR_RETURN(Report report, ParseReport(text, "report.json"));
//   for (const Capability& capability : report.capabilities) ...

#ifndef BAILEY_COMMON_DOCUMENTS_REPORT_H_
#define BAILEY_COMMON_DOCUMENTS_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/value_set.h"
#include "common/result.h"

namespace bailey {

inline constexpr std::string_view kReportSchema = "bailey.report/1";

enum class CapabilityKind {
  kSyscall,
  kFile,
  kNet,
  kExec,
  kService,
  kCredential
};
// `proved`: a call site in the program calls the system call's wrapper (or
// makes the call) with a known number. `over-approximated`: reached through
// library code, or through a function whose address is taken. `assumed`: not
// analyzed.
enum class Confidence { kProved, kOverApproximated, kAssumed };
enum class Phase { kStartup, kServing };

struct SourceSite {
  std::string file;  // relative to the analysis root where it is below it
  int line = 0;      // 0: no debug location
  int column = 0;
  std::string function;

  bool operator==(const SourceSite&) const = default;
};

// Numbers from min to max, both included.
struct ValueRange {
  uint64_t min = 0;
  uint64_t max = 0;
  bool operator==(const ValueRange&) const = default;
};

struct ArgumentValues {
  int index = 0;                 // 0..5
  std::string name;              // manual page
  std::vector<ValueSet> values;  // any of these; empty: any value
  bool operator==(const ArgumentValues&) const = default;
};

struct Capability {
  CapabilityKind kind = CapabilityKind::kSyscall;
  std::string name;     // the system call's, the path, ...
  uint32_t number = 0;  // of a system call
  std::vector<ArgumentValues> arguments;
  // Of a file: "read", "write", "create", "execute"; of an endpoint: "bind",
  // "connect". What has them is the detail of a system call that is a
  // capability of its own, and its name may be a pattern: `*` is any text.
  std::vector<std::string> access;
  Confidence confidence = Confidence::kOverApproximated;
  Phase phase = Phase::kServing;
  // Where program code calls what leads there. `function` is the source
  // function's id in flow.json. Empty for what runs before main.
  std::vector<SourceSite> sites;
  std::vector<std::string> path;  // a shortest call path from an entry
};

struct Unresolved {
  std::string reason;  // "indirect call", "computed syscall number", ...
  SourceSite site;
  std::string assumed;  // what was assumed in its place
};

// Something that no code of the program shows and that was derived from files
// of this machine instead: what name services load, for one.
struct Modelled {
  std::string what;                 // "name service: passwd, group"
  std::vector<std::string> read;    // files of the configuration
  std::vector<std::string> loaded;  // code that is analyzed for it
  std::string follows;              // in words, what that means
};

// A place where the program may go over from starting to serving, so that a
// second, tighter filter can be installed there. `phase` of the capabilities is
// by the chosen one; all of them serve where none is.
struct SwitchPoint {
  SourceSite site;
  std::string kind;                // "loop", "call" or "annotation"
  std::vector<std::string> chain;  // of functions, from main to the site's
  std::vector<std::string> waits;  // functions in which it waits for events
  std::string why;                 // for people: how it was ranked
  std::string covers;              // for people: which processes pass it
  // Distinct system calls and functions of the program, before and after.
  int startup_calls = 0;
  int serving_calls = 0;
  int startup_functions = 0;
  int serving_functions = 0;
  bool chosen = false;  // of one at most

  bool operator==(const SwitchPoint&) const = default;
};

struct ReportInput {
  std::string path;
  std::string sha256;
};

struct Report {
  std::string tool;  // "bailey 0.1.0"
  std::string target = "x86_64";
  std::vector<std::string> entries;
  std::vector<ReportInput> inputs;
  std::vector<Capability> capabilities;
  std::vector<Unresolved> unresolved;
  std::vector<Modelled> modelled;
  std::vector<SwitchPoint> switch_points;  // ordered by site
};

Result<Report> ParseReport(std::string_view text, std::string_view name);
std::string WriteReport(const Report& report);
std::string_view ConfidenceName(Confidence confidence);
// "flags=0x0|0x80000..0x80001", for people; known bits as "0x400/0x400".
std::string ValuesText(const ArgumentValues& argument);
std::string_view CapabilityKindName(CapabilityKind kind);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_REPORT_H_
