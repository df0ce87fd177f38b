#include "common/documents/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/documents/enum_names.h"
#include "common/documents/report_json.h"
#include "common/documents/schema.h"

namespace bailey {
namespace {

constexpr EnumNames<CapabilityKind, 6> kKinds{
    {{{CapabilityKind::kSyscall, "syscall"},
      {CapabilityKind::kFile, "file"},
      {CapabilityKind::kNet, "net"},
      {CapabilityKind::kExec, "exec"},
      {CapabilityKind::kService, "service"},
      {CapabilityKind::kCredential, "credential"}}}};

constexpr EnumNames<Confidence, 3> kConfidences{
    {{{Confidence::kProved, "proved"},
      {Confidence::kOverApproximated, "over-approximated"},
      {Confidence::kAssumed, "assumed"}}}};

constexpr EnumNames<Phase, 2> kPhases{
    {{{Phase::kStartup, "startup"}, {Phase::kServing, "serving"}}}};

Json WriteValueSet(const ValueSet& set) {
  if (set.mask != 0) return {{"mask", set.mask}, {"value", set.value}};
  return {{"min", set.min}, {"max", set.max}};
}

Json WriteArgument(const ArgumentValues& argument) {
  return {{"index", argument.index},
          {"name", argument.name},
          {"values", WriteList(argument.values, WriteValueSet)}};
}

Result<ValueSet> ReadBits(const JsonObject& object) {
  ASSIGN_OR_RETURN(const uint64_t mask, object.Unsigned("mask"));
  ASSIGN_OR_RETURN(const uint64_t value, object.Unsigned("value"));
  if ((value & ~mask) != 0)
    return Fail(object.where() + ": value has bits that mask has not");
  if (object.Has("min") || object.Has("max"))
    return Fail(object.where() + ": a range and known bits");
  return ValueSet::WithBits(mask, value);
}

Result<ValueSet> ReadValueSet(const JsonObject& object) {
  if (object.Has("mask")) return ReadBits(object);
  ValueSet range;
  ASSIGN_OR_RETURN(range.min, object.Unsigned("min"));
  ASSIGN_OR_RETURN(range.max, object.Unsigned("max"));
  if (range.min > range.max) return Fail(object.where() + ": min is above max");
  return range;
}

Result<ArgumentValues> ReadArgument(const JsonObject& object) {
  ArgumentValues argument;
  ASSIGN_OR_RETURN(argument.index, object.NonNegative("index", 5));
  ASSIGN_OR_RETURN(argument.name, object.String("name"));
  ASSIGN_OR_RETURN(argument.values,
                   ReadList<ValueSet>(object, "values", ReadValueSet));
  return argument;
}

Json WriteCapability(const Capability& capability) {
  Json json = {{"kind", kKinds.Name(capability.kind)},
               {"name", capability.name}};
  if (capability.kind == CapabilityKind::kSyscall) {
    json["number"] = capability.number;
    json["arguments"] = WriteList(capability.arguments, WriteArgument);
  }
  if (!capability.access.empty()) json["access"] = capability.access;
  json["confidence"] = kConfidences.Name(capability.confidence);
  json["phase"] = kPhases.Name(capability.phase);
  json["sites"] = WriteList(capability.sites, WriteSite);
  json["path"] = capability.path;
  return json;
}

Result<> ReadSyscallMembers(const JsonObject& object, Capability& capability) {
  ASSIGN_OR_RETURN(capability.number, object.Unsigned32("number"));
  ASSIGN_OR_RETURN(capability.arguments,
                   ReadList<ArgumentValues>(object, "arguments", ReadArgument));
  return {};
}

Result<Capability> ReadCapability(const JsonObject& object) {
  Capability capability;
  ASSIGN_OR_RETURN(capability.kind, kKinds.Read(object, "kind"));
  ASSIGN_OR_RETURN(capability.name, object.String("name"));
  if (capability.kind == CapabilityKind::kSyscall)
    RETURN_IF_ERROR(ReadSyscallMembers(object, capability));
  if (object.Has("access")) {
    ASSIGN_OR_RETURN(capability.access, object.Strings("access"));
  }
  ASSIGN_OR_RETURN(capability.confidence,
                   kConfidences.Read(object, "confidence"));
  ASSIGN_OR_RETURN(capability.phase, kPhases.Read(object, "phase"));
  ASSIGN_OR_RETURN(capability.sites,
                   ReadList<SourceSite>(object, "sites", ReadSite));
  ASSIGN_OR_RETURN(capability.path, object.Strings("path"));
  return capability;
}

Json WriteUnresolved(const Unresolved& unresolved) {
  return {{"reason", unresolved.reason},
          {"site", WriteSite(unresolved.site)},
          {"assumed", unresolved.assumed}};
}

Result<Unresolved> ReadUnresolved(const JsonObject& object) {
  Unresolved unresolved;
  ASSIGN_OR_RETURN(unresolved.reason, object.String("reason"));
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(unresolved.site, ReadSite(site));
  ASSIGN_OR_RETURN(unresolved.assumed, object.String("assumed"));
  return unresolved;
}

Json WriteModelled(const Modelled& modelled) {
  return {{"what", modelled.what},
          {"read", modelled.read},
          {"loaded", modelled.loaded},
          {"follows", modelled.follows}};
}

Result<Modelled> ReadModelled(const JsonObject& object) {
  Modelled modelled;
  ASSIGN_OR_RETURN(modelled.what, object.String("what"));
  ASSIGN_OR_RETURN(modelled.read, object.Strings("read"));
  ASSIGN_OR_RETURN(modelled.loaded, object.Strings("loaded"));
  ASSIGN_OR_RETURN(modelled.follows, object.String("follows"));
  return modelled;
}

Json WriteSwitchPoint(const SwitchPoint& point) {
  return {{"site", WriteSite(point.site)},
          {"kind", point.kind},
          {"chain", point.chain},
          {"waits", point.waits},
          {"why", point.why},
          {"covers", point.covers},
          {"startup_calls", point.startup_calls},
          {"serving_calls", point.serving_calls},
          {"startup_functions", point.startup_functions},
          {"serving_functions", point.serving_functions},
          {"chosen", point.chosen}};
}

Result<SwitchPoint> ReadSwitchPoint(const JsonObject& object) {
  SwitchPoint point;
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(point.site, ReadSite(site));
  ASSIGN_OR_RETURN(point.kind, object.String("kind"));
  ASSIGN_OR_RETURN(point.chain, object.Strings("chain"));
  ASSIGN_OR_RETURN(point.waits, object.Strings("waits"));
  ASSIGN_OR_RETURN(point.why, object.String("why"));
  ASSIGN_OR_RETURN(point.covers, object.String("covers"));
  ASSIGN_OR_RETURN(point.startup_calls, object.NonNegative("startup_calls"));
  ASSIGN_OR_RETURN(point.serving_calls, object.NonNegative("serving_calls"));
  ASSIGN_OR_RETURN(point.startup_functions,
                   object.NonNegative("startup_functions"));
  ASSIGN_OR_RETURN(point.serving_functions,
                   object.NonNegative("serving_functions"));
  ASSIGN_OR_RETURN(point.chosen, object.Bool("chosen"));
  return point;
}

// Documents from before there were any have none.
Result<> ReadSwitchPoints(const JsonObject& object, Report& report) {
  if (!object.Has("switch_points")) return {};
  ASSIGN_OR_RETURN(
      report.switch_points,
      ReadList<SwitchPoint>(object, "switch_points", ReadSwitchPoint));
  if (std::ranges::count(report.switch_points, true, &SwitchPoint::chosen) > 1)
    return Fail(object.where() + ": several switch points are chosen");
  return {};
}

Json WriteInput(const ReportInput& input) {
  return {{"path", input.path}, {"sha256", input.sha256}};
}

Result<ReportInput> ReadInput(const JsonObject& object) {
  ReportInput input;
  ASSIGN_OR_RETURN(input.path, object.String("path"));
  ASSIGN_OR_RETURN(input.sha256, object.String("sha256"));
  return input;
}

}  // namespace

std::string_view ConfidenceName(Confidence confidence) {
  return kConfidences.Name(confidence);
}

std::string_view CapabilityKindName(CapabilityKind kind) {
  return kKinds.Name(kind);
}

// Not from an initializer list, which makes an array of each pair first: a
// server's report has a hundred thousand of these.
Json WriteSite(const SourceSite& site) {
  constexpr size_t kMembers = 4;
  Json json = Json::object();
  json.get_ref<Json::object_t&>().reserve(kMembers);
  json["file"] = site.file;
  json["line"] = site.line;
  json["column"] = site.column;
  json["function"] = site.function;
  return json;
}

Result<SourceSite> ReadSite(const JsonObject& object) {
  SourceSite site;
  ASSIGN_OR_RETURN(site.file, object.String("file"));
  ASSIGN_OR_RETURN(site.line, object.NonNegative("line"));
  ASSIGN_OR_RETURN(site.column, object.NonNegative("column"));
  ASSIGN_OR_RETURN(site.function, object.String("function"));
  return site;
}

Result<Report> ParseReport(std::string_view text, std::string_view name) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, name));
  const JsonObject object(json, std::string(name));
  RETURN_IF_ERROR(CheckSchema(object, kReportSchema));
  Report report;
  ASSIGN_OR_RETURN(report.tool, object.String("tool"));
  ASSIGN_OR_RETURN(report.target, object.String("target"));
  ASSIGN_OR_RETURN(report.entries, object.Strings("entries"));
  ASSIGN_OR_RETURN(report.inputs,
                   ReadList<ReportInput>(object, "inputs", ReadInput));
  ASSIGN_OR_RETURN(
      report.capabilities,
      ReadList<Capability>(object, "capabilities", ReadCapability));
  ASSIGN_OR_RETURN(report.unresolved,
                   ReadList<Unresolved>(object, "unresolved", ReadUnresolved));
  if (object.Has("modelled")) {
    ASSIGN_OR_RETURN(report.modelled,
                     ReadList<Modelled>(object, "modelled", ReadModelled));
  }
  RETURN_IF_ERROR(ReadSwitchPoints(object, report));
  return report;
}

std::string ValuesText(const ArgumentValues& argument) {
  std::string text;
  for (const ValueSet& set : argument.values) {
    if (!text.empty()) text += '|';
    text += ValueSetText(set);
  }
  return argument.name + "=" + text;
}

std::string WriteReport(const Report& report) {
  Json json = {
      {"schema", kReportSchema},
      {"tool", report.tool},
      {"target", report.target},
      {"entries", report.entries},
      {"inputs", WriteList(report.inputs, WriteInput)},
      {"capabilities", WriteList(report.capabilities, WriteCapability)},
      {"unresolved", WriteList(report.unresolved, WriteUnresolved)}};
  if (!report.modelled.empty())
    json["modelled"] = WriteList(report.modelled, WriteModelled);
  if (!report.switch_points.empty())
    json["switch_points"] = WriteList(report.switch_points, WriteSwitchPoint);
  return WriteJson(json);
}

}  // namespace bailey
