#include "executor/outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/documents/plan_json.h"
#include "common/json.h"
#include "executor/syscall_json.h"

namespace bailey::executor {
namespace {

constexpr std::array<std::pair<OutcomeKind, std::string_view>, 7> kKindNames{
    {{OutcomeKind::kOk, "ok"},
     {OutcomeKind::kViolation, "violation"},
     {OutcomeKind::kTimeout, "timeout"},
     {OutcomeKind::kKilled, "killed"},
     {OutcomeKind::kCrashed, "crashed"},
     {OutcomeKind::kOutOfMemory, "out_of_memory"},
     {OutcomeKind::kFailed, "failed"}}};

Json DenialJson(const Denial& denial) {
  Json json = {{"portion", denial.portion},
               {"syscall", WriteSyscall(denial.syscall)},
               {"action", denial.action},
               {"rule", WriteRule(denial.rule)},
               {"count", denial.count}};
  if (!denial.path.empty()) {
    json["path"] = denial.path;
    json["advisory"] = true;
  }
  if (!denial.credential.empty()) json["credential"] = denial.credential;
  return json;
}

Json ScanJson(const ScanSummary& scan) {
  Json hits = Json::array();
  for (const AuditHits& hit : scan.hits) {
    hits.push_back({{"encoding", hit.encoding},
                    {"count", hit.count},
                    {"parts", hit.parts},
                    {"parts_found", hit.parts_found}});
  }
  return {{"crossing_stops", scan.crossing_stops},
          {"exit_stops", scan.exit_stops},
          {"bytes_scanned", scan.bytes_scanned},
          {"bytes_unread", scan.bytes_unread},
          {"descriptors_scanned", scan.descriptors_scanned},
          {"windows_sought", scan.windows_sought},
          {"windows_too_plain", scan.windows_too_plain},
          {"windows_elsewhere", scan.windows_elsewhere},
          {"hits", std::move(hits)},
          {"places", scan.places},
          {"reliable", scan.reliable}};
}

Json AuditJson(const AuditReport& audit) {
  Json json = {{"passed", audit.passed},
               {"reasons", audit.reasons},
               {"identical_output", audit.identical_output},
               {"split", ScanJson(audit.split)},
               {"control", ScanJson(audit.control)}};
  if (audit.of_programs) json["of_programs"] = true;
  return json;
}

template <class List, class Write>
Json ListJson(const List& list, Write write) {
  Json json = Json::array();
  for (const auto& item : list) json.push_back(write(item));
  return json;
}

Json LayerJson(const Layer& layer) {
  return {{"name", layer.name},
          {"enforced", layer.enforced},
          {"detail", layer.detail}};
}

Result<Denial> ReadDenial(const JsonObject& object) {
  Denial denial;
  ASSIGN_OR_RETURN(denial.portion, object.String("portion"));
  ASSIGN_OR_RETURN(denial.action, object.String("action"));
  ASSIGN_OR_RETURN(denial.count, object.Unsigned("count"));
  ASSIGN_OR_RETURN(const JsonObject syscall, object.Object("syscall"));
  ASSIGN_OR_RETURN(denial.syscall, ReadSyscall(syscall));
  ASSIGN_OR_RETURN(const JsonObject rule, object.Object("rule"));
  ASSIGN_OR_RETURN(denial.rule, ReadRule(rule));
  if (object.Has("path")) {
    ASSIGN_OR_RETURN(denial.path, object.String("path"));
  }
  if (object.Has("credential")) {
    ASSIGN_OR_RETURN(denial.credential, object.String("credential"));
  }
  return denial;
}

Result<Layer> ReadLayer(const JsonObject& object) {
  Layer layer;
  ASSIGN_OR_RETURN(layer.name, object.String("name"));
  ASSIGN_OR_RETURN(layer.enforced, object.Bool("enforced"));
  ASSIGN_OR_RETURN(layer.detail, object.String("detail"));
  return layer;
}

Result<ScanSummary> ReadScan(const JsonObject& object) {
  ScanSummary scan;
  ASSIGN_OR_RETURN(scan.crossing_stops, object.Unsigned("crossing_stops"));
  ASSIGN_OR_RETURN(scan.exit_stops, object.Unsigned("exit_stops"));
  ASSIGN_OR_RETURN(scan.bytes_scanned, object.Unsigned("bytes_scanned"));
  ASSIGN_OR_RETURN(scan.bytes_unread, object.Unsigned("bytes_unread"));
  ASSIGN_OR_RETURN(scan.descriptors_scanned,
                   object.Unsigned("descriptors_scanned"));
  ASSIGN_OR_RETURN(scan.windows_sought, object.Unsigned("windows_sought"));
  ASSIGN_OR_RETURN(scan.windows_too_plain,
                   object.Unsigned("windows_too_plain"));
  ASSIGN_OR_RETURN(scan.windows_elsewhere,
                   object.Unsigned("windows_elsewhere"));
  ASSIGN_OR_RETURN(scan.places, object.Strings("places"));
  ASSIGN_OR_RETURN(scan.reliable, object.Bool("reliable"));
  ASSIGN_OR_RETURN(const std::vector<JsonObject> hits, object.Objects("hits"));
  for (const JsonObject& hit : hits) {
    ASSIGN_OR_RETURN(std::string encoding, hit.String("encoding"));
    ASSIGN_OR_RETURN(const uint64_t count, hit.Unsigned("count"));
    ASSIGN_OR_RETURN(const uint64_t parts, hit.Unsigned("parts"));
    ASSIGN_OR_RETURN(const uint64_t parts_found, hit.Unsigned("parts_found"));
    scan.hits.push_back({std::move(encoding), count, parts, parts_found});
  }
  return scan;
}

Result<AuditReport> ReadAudit(const JsonObject& object) {
  AuditReport audit;
  ASSIGN_OR_RETURN(audit.passed, object.Bool("passed"));
  ASSIGN_OR_RETURN(audit.reasons, object.Strings("reasons"));
  ASSIGN_OR_RETURN(audit.identical_output, object.Bool("identical_output"));
  if (object.Has("of_programs")) {
    ASSIGN_OR_RETURN(audit.of_programs, object.Bool("of_programs"));
  }
  ASSIGN_OR_RETURN(const JsonObject split, object.Object("split"));
  ASSIGN_OR_RETURN(audit.split, ReadScan(split));
  ASSIGN_OR_RETURN(const JsonObject control, object.Object("control"));
  ASSIGN_OR_RETURN(audit.control, ReadScan(control));
  return audit;
}

Result<OutcomeKind> ReadKind(const JsonObject& object) {
  ASSIGN_OR_RETURN(const std::string name, object.String("outcome"));
  for (const auto& [kind, known] : kKindNames) {
    if (known == name) return kind;
  }
  return Fail(fmt::format("{}: no such outcome `{}`", object.where(), name));
}

template <class T, class Read>
Result<> ReadInto(std::vector<T>& list, const JsonObject& object,
                  std::string_view key, Read read) {
  ASSIGN_OR_RETURN(const std::vector<JsonObject> items, object.Objects(key));
  for (const JsonObject& item : items) {
    ASSIGN_OR_RETURN(T value, read(item));
    list.push_back(std::move(value));
  }
  return {};
}

Result<> ReadScalars(const JsonObject& object, Outcome& outcome) {
  ASSIGN_OR_RETURN(outcome.kind, ReadKind(object));
  ASSIGN_OR_RETURN(outcome.status, object.NonNegative("status", 255));
  ASSIGN_OR_RETURN(outcome.signal, object.NonNegative("signal", 127));
  ASSIGN_OR_RETURN(outcome.portion, object.String("portion"));
  ASSIGN_OR_RETURN(outcome.message, object.String("message"));
  ASSIGN_OR_RETURN(outcome.hint, object.String("hint"));
  ASSIGN_OR_RETURN(outcome.bundle_digest, object.String("bundle"));
  ASSIGN_OR_RETURN(outcome.denials_omitted, object.Unsigned("denials_omitted"));
  ASSIGN_OR_RETURN(outcome.notes, object.Strings("notes"));
  ASSIGN_OR_RETURN(outcome.output_bytes, object.Unsigned("output_bytes"));
  ASSIGN_OR_RETURN(outcome.output_truncated, object.Bool("output_truncated"));
  return {};
}

}  // namespace

int ExitCode(const Outcome& outcome) {
  if (outcome.audit && !outcome.audit->passed &&
      outcome.kind != OutcomeKind::kFailed) {
    return 1;
  }
  switch (outcome.kind) {
    case OutcomeKind::kOk:
      return outcome.status;
    case OutcomeKind::kViolation:
      return kExitViolation;
    case OutcomeKind::kFailed:
      return kExitOwnFailure;
    case OutcomeKind::kTimeout:
    case OutcomeKind::kKilled:
    case OutcomeKind::kCrashed:
    case OutcomeKind::kOutOfMemory:
      return outcome.signal == 0 ? kExitOwnFailure
                                 : kExitSignalBase + outcome.signal;
  }
  return kExitOwnFailure;
}

Outcome FailedOutcome(Error error) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kFailed;
  outcome.message = std::move(error.message);
  outcome.hint = std::move(error.hint);
  return outcome;
}

std::string_view OutcomeKindName(OutcomeKind kind) {
  for (const auto& [known, name] : kKindNames) {
    if (known == kind) return name;
  }
  return "failed";
}

Result<Outcome> ParseOutcome(std::string_view text, std::string_view name) {
  ASSIGN_OR_RETURN(const Json document, ParseJson(text, name));
  const JsonObject object(document, std::string(name));
  RETURN_IF_ERROR(object.Check());
  ASSIGN_OR_RETURN(const std::string schema, object.String("schema"));
  if (schema != kOutcomeSchema) {
    return Fail(fmt::format("{}: schema is `{}`, expected `{}`", name, schema,
                            kOutcomeSchema));
  }
  Outcome outcome;
  RETURN_IF_ERROR(ReadScalars(object, outcome));
  RETURN_IF_ERROR(ReadInto(outcome.denials, object, "denials", ReadDenial));
  RETURN_IF_ERROR(ReadInto(outcome.layers, object, "layers", ReadLayer));
  if (object.Has("scan")) {
    ASSIGN_OR_RETURN(const JsonObject scan, object.Object("scan"));
    ASSIGN_OR_RETURN(outcome.scan, ReadScan(scan));
  }
  if (object.Has("learned")) {
    ASSIGN_OR_RETURN(const JsonObject learned, object.Object("learned"));
    ASSIGN_OR_RETURN(outcome.learned, ReadLearned(learned));
  }
  if (object.Has("audit")) {
    ASSIGN_OR_RETURN(const JsonObject audit, object.Object("audit"));
    ASSIGN_OR_RETURN(outcome.audit, ReadAudit(audit));
  }
  return outcome;
}

std::string WriteOutcome(const Outcome& outcome) {
  Json json = {{"schema", kOutcomeSchema},
               {"bundle", outcome.bundle_digest},
               {"outcome", OutcomeKindName(outcome.kind)},
               {"exit_code", ExitCode(outcome)},
               {"status", outcome.status},
               {"signal", outcome.signal},
               {"portion", outcome.portion},
               {"message", outcome.message},
               {"hint", outcome.hint},
               {"denials", ListJson(outcome.denials, DenialJson)},
               {"denials_omitted", outcome.denials_omitted},
               {"layers", ListJson(outcome.layers, LayerJson)},
               {"notes", outcome.notes},
               {"output_bytes", outcome.output_bytes},
               {"output_truncated", outcome.output_truncated}};
  if (outcome.scan) json["scan"] = ScanJson(*outcome.scan);
  if (outcome.learned) json["learned"] = WriteLearned(*outcome.learned);
  if (outcome.audit) json["audit"] = AuditJson(*outcome.audit);
  return WriteJson(json);
}

}  // namespace bailey::executor
