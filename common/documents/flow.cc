#include "common/documents/flow.h"

#include "common/documents/enum_names.h"
#include "common/documents/global_value_json.h"
#include "common/documents/report_json.h"
#include "common/documents/schema.h"

namespace bailey {
namespace {

constexpr EnumNames<TypeKind, 8> kTypeKinds{{{{TypeKind::kVoid, "void"},
                                              {TypeKind::kBool, "bool"},
                                              {TypeKind::kInteger, "integer"},
                                              {TypeKind::kFloating, "floating"},
                                              {TypeKind::kEnum, "enum"},
                                              {TypeKind::kStruct, "struct"},
                                              {TypeKind::kPointer, "pointer"},
                                              {TypeKind::kOther, "other"}}}};

constexpr EnumNames<AccessMode, 5> kAccessModes{
    {{{AccessMode::kUnknown, "unknown"},
      {AccessMode::kReadOnly, "read_only"},
      {AccessMode::kWriteOnly, "write_only"},
      {AccessMode::kReadWrite, "read_write"},
      {AccessMode::kNone, "none"}}}};

constexpr EnumNames<ExtentKind, 6> kExtentKinds{
    {{{ExtentKind::kNotInferred, "not_inferred"},
      {ExtentKind::kNothing, "nothing"},
      {ExtentKind::kConstant, "constant"},
      {ExtentKind::kParameter, "parameter"},
      {ExtentKind::kString, "string"},
      {ExtentKind::kUnknown, "unknown"}}}};

constexpr EnumNames<SeenUse, 5> kSeenUses{
    {{{SeenUse::kKept, "kept"},
      {SeenUse::kHoldsPointers, "holds_pointers"},
      {SeenUse::kWritten, "written"},
      {SeenUse::kText, "text"},
      {SeenUse::kCounted, "counted"}}}};

constexpr EnumNames<Linkage, 2> kLinkages{
    {{{Linkage::kExternal, "external"}, {Linkage::kInternal, "internal"}}}};

constexpr EnumNames<EdgeKind, 5> kEdgeKinds{{{{EdgeKind::kCall, "call"},
                                              {EdgeKind::kAddress, "address"},
                                              {EdgeKind::kRead, "read"},
                                              {EdgeKind::kWrite, "write"},
                                              {EdgeKind::kData, "data"}}}};

constexpr EnumNames<LibraryType, 6> kLibraryTypes{
    {{{LibraryType::kNone, "none"},
      {LibraryType::kString, "string"},
      {LibraryType::kStringView, "string_view"},
      {LibraryType::kVector, "vector"},
      {LibraryType::kSpan, "span"},
      {LibraryType::kOptional, "optional"}}}};

Json WritePointee(const PointeeInfo& pointee) {
  return {
      {"kind", kTypeKinds.Name(pointee.kind)}, {"spelling", pointee.spelling},
      {"size_bytes", pointee.size_bytes},      {"const", pointee.is_const},
      {"character", pointee.is_character},     {"flat", pointee.is_flat},
      {"fixed_count", pointee.fixed_count}};
}

Result<PointeeInfo> ReadPointee(const JsonObject& object) {
  PointeeInfo pointee;
  ASSIGN_OR_RETURN(pointee.kind, kTypeKinds.Read(object, "kind"));
  ASSIGN_OR_RETURN(pointee.spelling, object.String("spelling"));
  ASSIGN_OR_RETURN(pointee.size_bytes, object.Unsigned("size_bytes"));
  ASSIGN_OR_RETURN(pointee.is_const, object.Bool("const"));
  ASSIGN_OR_RETURN(pointee.is_character, object.Bool("character"));
  ASSIGN_OR_RETURN(pointee.is_flat, object.Bool("flat"));
  ASSIGN_OR_RETURN(pointee.fixed_count, object.Unsigned("fixed_count"));
  return pointee;
}

bool HasPointee(const TypeInfo& type) {
  return type.kind == TypeKind::kPointer || type.library != LibraryType::kNone;
}

Json WriteType(const TypeInfo& type) {
  Json json = {{"kind", kTypeKinds.Name(type.kind)},
               {"spelling", type.spelling},
               {"size_bytes", type.size_bytes},
               {"signed", type.is_signed},
               {"flat", type.is_flat}};
  if (HasPointee(type)) json["pointee"] = WritePointee(type.pointee);
  if (type.library != LibraryType::kNone)
    json["library"] = kLibraryTypes.Name(type.library);
  if (type.is_reference) json["reference"] = true;
  return json;
}

Result<TypeInfo> ReadType(const JsonObject& parent, std::string_view key) {
  ASSIGN_OR_RETURN(const JsonObject object, parent.Object(key));
  TypeInfo type;
  ASSIGN_OR_RETURN(type.kind, kTypeKinds.Read(object, "kind"));
  ASSIGN_OR_RETURN(type.spelling, object.String("spelling"));
  ASSIGN_OR_RETURN(type.size_bytes, object.Unsigned("size_bytes"));
  ASSIGN_OR_RETURN(type.is_signed, object.Bool("signed"));
  ASSIGN_OR_RETURN(type.is_flat, object.Bool("flat"));
  if (object.Has("library")) {
    ASSIGN_OR_RETURN(type.library, kLibraryTypes.Read(object, "library"));
  }
  if (object.Has("reference")) {
    ASSIGN_OR_RETURN(type.is_reference, object.Bool("reference"));
  }
  if (HasPointee(type)) {
    ASSIGN_OR_RETURN(const JsonObject pointee, object.Object("pointee"));
    ASSIGN_OR_RETURN(type.pointee, ReadPointee(pointee));
  }
  return type;
}

Json WriteExtent(const SourceExtent& extent) {
  return {{"file", extent.file},     {"begin", extent.begin},
          {"end", extent.end},       {"line", extent.line},
          {"column", extent.column}, {"end_line", extent.end_line}};
}

Result<SourceExtent> ReadExtent(const JsonObject& parent,
                                std::string_view key) {
  ASSIGN_OR_RETURN(const JsonObject object, parent.Object(key));
  SourceExtent extent;
  ASSIGN_OR_RETURN(extent.file, object.String("file"));
  ASSIGN_OR_RETURN(extent.begin, object.Unsigned("begin"));
  ASSIGN_OR_RETURN(extent.end, object.Unsigned("end"));
  ASSIGN_OR_RETURN(extent.line, object.NonNegative("line"));
  ASSIGN_OR_RETURN(extent.column, object.NonNegative("column"));
  if (object.Has("end_line")) {
    ASSIGN_OR_RETURN(extent.end_line, object.NonNegative("end_line"));
  }
  if (extent.begin > extent.end)
    return Fail(object.where() + ": begin is after end");
  return extent;
}

Json WriteUse(const PointerUse& use) {
  return {{"use", kSeenUses.Name(use.use)}, {"site", WriteSite(use.site)}};
}

Result<PointerUse> ReadUse(const JsonObject& object) {
  PointerUse use;
  ASSIGN_OR_RETURN(use.use, kSeenUses.Read(object, "use"));
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(use.site, ReadSite(site));
  return use;
}

Json WriteInferred(const InferredExtent& inferred) {
  Json json = {{"kind", kExtentKinds.Name(inferred.kind)},
               {"access", kAccessModes.Name(inferred.access)},
               {"bytes", inferred.bytes},
               {"factor", inferred.factor},
               {"parameter", inferred.parameter},
               {"provided", inferred.provided}};
  for (const PointerUse& each : inferred.seen)
    json["seen"].push_back(WriteUse(each));
  if (inferred.reason.empty()) return json;
  json["reason"] = inferred.reason;
  json["site"] = WriteSite(inferred.site);
  return json;
}

Result<InferredExtent> ReadInferred(const JsonObject& object) {
  InferredExtent inferred;
  ASSIGN_OR_RETURN(inferred.kind, kExtentKinds.Read(object, "kind"));
  ASSIGN_OR_RETURN(inferred.access, kAccessModes.Read(object, "access"));
  ASSIGN_OR_RETURN(inferred.bytes, object.Unsigned("bytes"));
  ASSIGN_OR_RETURN(inferred.factor, object.Unsigned("factor"));
  ASSIGN_OR_RETURN(const int64_t parameter, object.Int("parameter"));
  const bool is_counted = inferred.kind == ExtentKind::kParameter;
  if (parameter < -1 || parameter > 255 || is_counted != (parameter >= 0))
    return Fail(object.where() + ".parameter: out of range");
  inferred.parameter = static_cast<int>(parameter);
  ASSIGN_OR_RETURN(inferred.provided, object.Bool("provided"));
  if (object.Has("seen")) {
    ASSIGN_OR_RETURN(inferred.seen,
                     ReadList<PointerUse>(object, "seen", ReadUse));
  }
  if (!object.Has("reason")) return inferred;
  ASSIGN_OR_RETURN(inferred.reason, object.String("reason"));
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(inferred.site, ReadSite(site));
  return inferred;
}

Json WriteParameter(const FlowParameter& parameter) {
  Json json = {{"name", parameter.name},
               {"type", WriteType(parameter.type)},
               {"access", kAccessModes.Name(parameter.access)},
               {"length_parameter", parameter.length_parameter}};
  if (parameter.inferred.kind != ExtentKind::kNotInferred)
    json["inferred"] = WriteInferred(parameter.inferred);
  return json;
}

Result<FlowParameter> ReadParameter(const JsonObject& object) {
  FlowParameter parameter;
  ASSIGN_OR_RETURN(parameter.name, object.String("name"));
  ASSIGN_OR_RETURN(parameter.type, ReadType(object, "type"));
  ASSIGN_OR_RETURN(parameter.access, kAccessModes.Read(object, "access"));
  ASSIGN_OR_RETURN(const int64_t length, object.Int("length_parameter"));
  if (length < -1 || length > 255)
    return Fail(object.where() + ".length_parameter: out of range");
  parameter.length_parameter = static_cast<int>(length);
  if (object.Has("inferred")) {
    ASSIGN_OR_RETURN(const JsonObject inferred, object.Object("inferred"));
    ASSIGN_OR_RETURN(parameter.inferred, ReadInferred(inferred));
  }
  return parameter;
}

Json WriteFunction(const FlowFunction& function) {
  Json json = {{"id", function.id},
               {"name", function.name},
               {"linkage", kLinkages.Name(function.linkage)},
               {"variadic", function.variadic},
               {"address_taken", function.address_taken},
               {"inline", function.is_inline},
               {"extent", WriteExtent(function.extent)},
               {"body", WriteExtent(function.body)},
               {"return", WriteType(function.return_type)},
               {"parameters", WriteList(function.parameters, WriteParameter)}};
  if (!function.looks_into.empty()) json["looks_into"] = function.looks_into;
  if (!function.qualified_name.empty())
    json["qualified_name"] = function.qualified_name;
  if (function.is_method) json["method"] = true;
  if (function.may_throw) json["may_throw"] = true;
  return json;
}

// Left out in C.
Result<> ReadCxx(const JsonObject& object, FlowFunction& function) {
  if (object.Has("qualified_name")) {
    ASSIGN_OR_RETURN(function.qualified_name, object.String("qualified_name"));
  }
  if (object.Has("method")) {
    ASSIGN_OR_RETURN(function.is_method, object.Bool("method"));
  }
  if (object.Has("may_throw")) {
    ASSIGN_OR_RETURN(function.may_throw, object.Bool("may_throw"));
  }
  return {};
}

Result<FlowFunction> ReadFunction(const JsonObject& object) {
  FlowFunction function;
  ASSIGN_OR_RETURN(function.id, object.String("id"));
  ASSIGN_OR_RETURN(function.name, object.String("name"));
  ASSIGN_OR_RETURN(function.linkage, kLinkages.Read(object, "linkage"));
  ASSIGN_OR_RETURN(function.variadic, object.Bool("variadic"));
  ASSIGN_OR_RETURN(function.address_taken, object.Bool("address_taken"));
  ASSIGN_OR_RETURN(function.is_inline, object.Bool("inline"));
  ASSIGN_OR_RETURN(function.extent, ReadExtent(object, "extent"));
  ASSIGN_OR_RETURN(function.body, ReadExtent(object, "body"));
  ASSIGN_OR_RETURN(function.return_type, ReadType(object, "return"));
  ASSIGN_OR_RETURN(
      function.parameters,
      ReadList<FlowParameter>(object, "parameters", ReadParameter));
  if (object.Has("looks_into")) {
    ASSIGN_OR_RETURN(function.looks_into, object.Strings("looks_into"));
  }
  RETURN_IF_ERROR(ReadCxx(object, function));
  return function;
}

Json WriteGlobal(const FlowGlobal& global) {
  Json json = {{"id", global.id},
               {"name", global.name},
               {"linkage", kLinkages.Name(global.linkage)},
               {"constant", global.is_constant},
               {"thread_local", global.is_thread_local},
               {"address_taken", global.address_taken},
               {"function", global.function},
               {"extent", WriteExtent(global.extent)},
               {"sole_declarator", global.sole_declarator},
               {"type", WriteType(global.type)}};
  if (global.never_written) json["never_written"] = true;
  if (!global.values.empty())
    json["values"] = WriteList(global.values, WriteGlobalValue);
  return json;
}

Result<FlowGlobal> ReadGlobal(const JsonObject& object) {
  FlowGlobal global;
  ASSIGN_OR_RETURN(global.id, object.String("id"));
  ASSIGN_OR_RETURN(global.name, object.String("name"));
  ASSIGN_OR_RETURN(global.linkage, kLinkages.Read(object, "linkage"));
  ASSIGN_OR_RETURN(global.is_constant, object.Bool("constant"));
  if (object.Has("never_written")) {
    ASSIGN_OR_RETURN(global.never_written, object.Bool("never_written"));
  }
  ASSIGN_OR_RETURN(global.is_thread_local, object.Bool("thread_local"));
  ASSIGN_OR_RETURN(global.address_taken, object.Bool("address_taken"));
  ASSIGN_OR_RETURN(global.function, object.String("function"));
  ASSIGN_OR_RETURN(global.extent, ReadExtent(object, "extent"));
  ASSIGN_OR_RETURN(global.sole_declarator, object.Bool("sole_declarator"));
  ASSIGN_OR_RETURN(global.type, ReadType(object, "type"));
  if (object.Has("values")) {
    ASSIGN_OR_RETURN(global.values,
                     ReadList<GlobalValue>(object, "values", ReadGlobalValue));
  }
  return global;
}

void WriteEdge(const FlowEdge& edge, JsonText& out) {
  out.Object([&] {
    out.Member("kind", kEdgeKinds.Name(edge.kind));
    out.Member("from", edge.from);
    out.Member("to", edge.to);
    out.Member("external", edge.external);
    out.Member("confidence", kConfidences.Name(edge.confidence));
    out.Key("site");
    WriteSite(edge.site, out);
    if (!edge.label.empty()) out.Member("label", edge.label);
    if (edge.is_only_read) out.Member("is_only_read", true);
  });
}

Result<FlowEdge> ReadEdge(const JsonObject& object) {
  FlowEdge edge;
  ASSIGN_OR_RETURN(edge.kind, kEdgeKinds.Read(object, "kind"));
  ASSIGN_OR_RETURN(edge.from, object.String("from"));
  ASSIGN_OR_RETURN(edge.to, object.String("to"));
  ASSIGN_OR_RETURN(edge.external, object.Bool("external"));
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(edge.site, ReadSite(site));
  if (object.Has("label")) {
    ASSIGN_OR_RETURN(edge.label, object.String("label"));
    if (edge.kind != EdgeKind::kData || edge.label.empty())
      return Fail(object.where() + ": a label names what goes along data");
  }
  if (object.Has("is_only_read")) {
    ASSIGN_OR_RETURN(edge.is_only_read, object.Bool("is_only_read"));
    if (edge.is_only_read && edge.kind != EdgeKind::kAddress)
      return Fail(object.where() + ": only an address is only read");
  }
  // Those who wrote none knew no more than this.
  if (edge.kind == EdgeKind::kData)
    edge.confidence = Confidence::kOverApproximated;
  if (object.Has("confidence")) {
    ASSIGN_OR_RETURN(edge.confidence, kConfidences.Read(object, "confidence"));
    if (edge.kind == EdgeKind::kData && edge.confidence == Confidence::kProved)
      return Fail(object.where() + ": where data goes is never proved");
  }
  return edge;
}

void WriteExposure(const FlowExposure& exposure, JsonText& out) {
  out.Object([&] {
    out.Member("label", exposure.label);
    out.Member("caller", exposure.caller);
    out.Member("callee", exposure.callee);
    out.Member("parameter", exposure.parameter);
    out.Member("confidence", kConfidences.Name(exposure.confidence));
    out.Key("site");
    WriteSite(exposure.site, out);
  });
}

Result<FlowExposure> ReadExposure(const JsonObject& object) {
  FlowExposure exposure;
  ASSIGN_OR_RETURN(exposure.label, object.String("label"));
  ASSIGN_OR_RETURN(exposure.caller, object.String("caller"));
  ASSIGN_OR_RETURN(exposure.callee, object.String("callee"));
  ASSIGN_OR_RETURN(const int64_t parameter, object.Int("parameter"));
  if (parameter < -1 || parameter > 255)
    return Fail(object.where() + ".parameter: out of range");
  exposure.parameter = static_cast<int>(parameter);
  ASSIGN_OR_RETURN(exposure.confidence,
                   kConfidences.Read(object, "confidence"));
  if (exposure.confidence == Confidence::kProved)
    return Fail(object.where() + ": where data goes is never proved");
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(exposure.site, ReadSite(site));
  return exposure;
}

void WriteSource(const FlowSource& source, JsonText& out) {
  out.Object([&] {
    out.Member("label", source.label);
    out.Member("function", source.function);
    out.Member("confidence", kConfidences.Name(source.confidence));
    out.Key("site");
    WriteSite(source.site, out);
  });
}

Result<FlowSource> ReadSource(const JsonObject& object) {
  FlowSource source;
  ASSIGN_OR_RETURN(source.label, object.String("label"));
  ASSIGN_OR_RETURN(source.function, object.String("function"));
  ASSIGN_OR_RETURN(source.confidence, kConfidences.Read(object, "confidence"));
  ASSIGN_OR_RETURN(const JsonObject site, object.Object("site"));
  ASSIGN_OR_RETURN(source.site, ReadSite(site));
  return source;
}

Json WriteUnit(const FlowUnit& unit) {
  return {{"file", unit.file},
          {"directory", unit.directory},
          {"command", unit.command},
          {"sha256", unit.sha256}};
}

Result<FlowUnit> ReadUnit(const JsonObject& object) {
  FlowUnit unit;
  ASSIGN_OR_RETURN(unit.file, object.String("file"));
  ASSIGN_OR_RETURN(unit.directory, object.String("directory"));
  ASSIGN_OR_RETURN(unit.command, object.Strings("command"));
  ASSIGN_OR_RETURN(unit.sha256, object.String("sha256"));
  return unit;
}

}  // namespace

Result<Flow> ParseFlow(std::string_view text, std::string_view name) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, name));
  const JsonObject object(json, std::string(name));
  RETURN_IF_ERROR(CheckSchema(object, kFlowSchema));
  Flow flow;
  ASSIGN_OR_RETURN(flow.tool, object.String("tool"));
  ASSIGN_OR_RETURN(flow.units, ReadList<FlowUnit>(object, "units", ReadUnit));
  ASSIGN_OR_RETURN(flow.link_command, object.Strings("link_command"));
  ASSIGN_OR_RETURN(flow.link_directory, object.String("link_directory"));
  ASSIGN_OR_RETURN(flow.functions,
                   ReadList<FlowFunction>(object, "functions", ReadFunction));
  ASSIGN_OR_RETURN(flow.globals,
                   ReadList<FlowGlobal>(object, "globals", ReadGlobal));
  ASSIGN_OR_RETURN(flow.edges, ReadList<FlowEdge>(object, "edges", ReadEdge));
  if (object.Has("exposures")) {
    ASSIGN_OR_RETURN(flow.exposures,
                     ReadList<FlowExposure>(object, "exposures", ReadExposure));
  }
  if (object.Has("sources")) {
    ASSIGN_OR_RETURN(flow.sources,
                     ReadList<FlowSource>(object, "sources", ReadSource));
  }
  return flow;
}

std::string WriteFlow(const Flow& flow) {
  JsonText out;
  const auto list = [&](std::string_view key, const auto& elements,
                        const auto& write) {
    out.List(key, elements, [&](const auto& each) { out.Value(write(each)); });
  };
  out.Object([&] {
    out.Member("schema", kFlowSchema);
    out.Member("tool", flow.tool);
    list("units", flow.units, WriteUnit);
    out.Member("link_command", flow.link_command);
    out.Member("link_directory", flow.link_directory);
    list("functions", flow.functions, WriteFunction);
    list("globals", flow.globals, WriteGlobal);
    out.List("edges", flow.edges,
             [&](const FlowEdge& each) { WriteEdge(each, out); });
    out.List("exposures", flow.exposures,
             [&](const FlowExposure& each) { WriteExposure(each, out); });
    out.List("sources", flow.sources,
             [&](const FlowSource& each) { WriteSource(each, out); });
  });
  return std::move(out).Take();
}

}  // namespace bailey
