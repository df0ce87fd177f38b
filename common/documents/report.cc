#include "common/documents/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

constexpr EnumNames<Phase, 2> kPhases{
    {{{Phase::kStartup, "startup"}, {Phase::kServing, "serving"}}}};

void WriteValueSet(const ValueSet& set, JsonText& out) {
  const bool is_mask = set.mask != 0;
  out.Object([&] {
    out.Member(is_mask ? "mask" : "min", is_mask ? set.mask : set.min);
    out.Member(is_mask ? "value" : "max", is_mask ? set.value : set.max);
  });
}

void WriteArgument(const ArgumentValues& argument, JsonText& out) {
  out.Object([&] {
    out.Member("index", argument.index);
    out.Member("name", argument.name);
    out.List("values", argument.values,
             [&](const ValueSet& each) { WriteValueSet(each, out); });
  });
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

void WriteCapability(const Capability& capability, JsonText& out) {
  out.Object([&] {
    out.Member("kind", kKinds.Name(capability.kind));
    out.Member("name", capability.name);
    if (capability.kind == CapabilityKind::kSyscall) {
      out.Member("number", capability.number);
      out.List("arguments", capability.arguments,
               [&](const ArgumentValues& each) { WriteArgument(each, out); });
    }
    if (!capability.access.empty()) out.Member("access", capability.access);
    out.Member("confidence", kConfidences.Name(capability.confidence));
    out.Member("phase", kPhases.Name(capability.phase));
    out.List("sites", capability.sites,
             [&](const SourceSite& each) { WriteSite(each, out); });
    out.Member("path", capability.path);
  });
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

void WriteUnresolved(const Unresolved& unresolved, JsonText& out) {
  out.Object([&] {
    out.Member("reason", unresolved.reason);
    out.Key("site");
    WriteSite(unresolved.site, out);
    out.Member("assumed", unresolved.assumed);
  });
}

Result<Unresolved> ReadUnresolved(const JsonObject& object) {
  Unresolved unresolved;
  ASSIGN_OR_RETURN(unresolved.reason, object.String("reason"));
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(unresolved.site, ReadSite(site));
  ASSIGN_OR_RETURN(unresolved.assumed, object.String("assumed"));
  return unresolved;
}

void WriteModelled(const Modelled& modelled, JsonText& out) {
  out.Object([&] {
    out.Member("what", modelled.what);
    out.Member("read", modelled.read);
    out.Member("loaded", modelled.loaded);
    out.Member("follows", modelled.follows);
  });
}

Result<Modelled> ReadModelled(const JsonObject& object) {
  Modelled modelled;
  ASSIGN_OR_RETURN(modelled.what, object.String("what"));
  ASSIGN_OR_RETURN(modelled.read, object.Strings("read"));
  ASSIGN_OR_RETURN(modelled.loaded, object.Strings("loaded"));
  ASSIGN_OR_RETURN(modelled.follows, object.String("follows"));
  return modelled;
}

void WriteSwitchPoint(const SwitchPoint& point, JsonText& out) {
  out.Object([&] {
    out.Key("site");
    WriteSite(point.site, out);
    out.Member("kind", point.kind);
    out.Member("chain", point.chain);
    out.Member("waits", point.waits);
    out.Member("why", point.why);
    out.Member("covers", point.covers);
    out.Member("startup_calls", point.startup_calls);
    out.Member("serving_calls", point.serving_calls);
    out.Member("startup_functions", point.startup_functions);
    out.Member("serving_functions", point.serving_functions);
    out.Member("chosen", point.chosen);
  });
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

void WriteInput(const ReportInput& input, JsonText& out) {
  out.Object([&] {
    out.Member("path", input.path);
    out.Member("sha256", input.sha256);
  });
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

Json WriteSite(const SourceSite& site) {
  return {{"file", site.file},
          {"line", site.line},
          {"column", site.column},
          {"function", site.function}};
}

void WriteSite(const SourceSite& site, JsonText& out) {
  out.Object([&] {
    out.Member("file", site.file);
    out.Member("line", site.line);
    out.Member("column", site.column);
    out.Member("function", site.function);
  });
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
  JsonText out;
  const auto list = [&](std::string_view key, const auto& elements,
                        const auto& write) {
    out.List(key, elements, [&](const auto& each) { write(each, out); });
  };
  out.Object([&] {
    out.Member("schema", kReportSchema);
    out.Member("tool", report.tool);
    out.Member("target", report.target);
    out.Member("entries", report.entries);
    list("inputs", report.inputs, WriteInput);
    list("capabilities", report.capabilities, WriteCapability);
    list("unresolved", report.unresolved, WriteUnresolved);
    if (!report.modelled.empty())
      list("modelled", report.modelled, WriteModelled);
    if (!report.switch_points.empty())
      list("switch_points", report.switch_points, WriteSwitchPoint);
  });
  return std::move(out).Take();
}

}  // namespace bailey
