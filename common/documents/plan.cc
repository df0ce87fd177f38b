#include "common/documents/plan.h"

#include <algorithm>

#include "common/documents/enum_names.h"
#include "common/documents/plan_json.h"
#include "common/documents/schema.h"

namespace bailey {
namespace {

constexpr EnumNames<CredentialSource, 3> kSources{
    {{{CredentialSource::kEnvironment, "env"},
      {CredentialSource::kFile, "file"},
      {CredentialSource::kDescriptor, "fd"}}}};

constexpr EnumNames<FilterKind, 3> kFilterKinds{
    {{{FilterKind::kNotify, "notify"},
      {FilterKind::kPlain, "plain"},
      {FilterKind::kRuleIndex, "rule_index"}}}};

Json WriteCredential(const PlanCredential& credential) {
  Json json = {{"name", credential.name},
               {"source", kSources.Name(credential.source)}};
  if (credential.source == CredentialSource::kEnvironment)
    json["variable"] = credential.variable;
  if (credential.source == CredentialSource::kFile)
    json["path"] = credential.path;
  if (credential.source == CredentialSource::kDescriptor)
    json["descriptor"] = credential.descriptor;
  return json;
}

Result<PlanCredential> ReadCredential(const JsonObject& object) {
  PlanCredential credential;
  ASSIGN_OR_RETURN(credential.name, object.String("name"));
  ASSIGN_OR_RETURN(credential.source, kSources.Read(object, "source"));
  if (credential.source == CredentialSource::kEnvironment) {
    ASSIGN_OR_RETURN(credential.variable, object.String("variable"));
  } else if (credential.source == CredentialSource::kFile) {
    ASSIGN_OR_RETURN(credential.path, object.String("path"));
  } else {
    ASSIGN_OR_RETURN(credential.descriptor,
                     object.NonNegative("descriptor", 199));
  }
  return credential;
}

// An instruction is one array [code, jt, jf, k]: compact, and exact in JSON.
Json WriteInstruction(const sock_filter& instruction) {
  return Json::array(
      {instruction.code, instruction.jt, instruction.jf, instruction.k});
}

Result<sock_filter> ReadInstruction(const Json& json,
                                    const std::string& where) {
  constexpr uint64_t kMaxima[] = {UINT16_MAX, UINT8_MAX, UINT8_MAX, UINT32_MAX};
  if (!json.is_array() || json.size() != 4)
    return Fail(where + ": expected [code, jt, jf, k]");
  uint64_t parts[4];
  for (size_t i = 0; i < 4; ++i) {
    if (!json[i].is_number_unsigned() || json[i].get<uint64_t>() > kMaxima[i])
      return Fail(where + ": expected [code, jt, jf, k]");
    parts[i] = json[i].get<uint64_t>();
  }
  return sock_filter{
      static_cast<uint16_t>(parts[0]), static_cast<uint8_t>(parts[1]),
      static_cast<uint8_t>(parts[2]), static_cast<uint32_t>(parts[3])};
}

Json WriteFilter(const PlanFilter& filter) {
  return {{"kind", kFilterKinds.Name(filter.kind)},
          {"architecture", filter.architecture},
          {"solver", filter.solver},
          {"solver_seconds", filter.solver_seconds},
          {"program", WriteList(filter.program, WriteInstruction)}};
}

Result<BpfProgram> ReadProgram(const JsonObject& object) {
  ASSIGN_OR_RETURN(const Json* const list, object.Array("program"));
  BpfProgram program;
  for (const Json& item : *list) {
    ASSIGN_OR_RETURN(const sock_filter instruction,
                     ReadInstruction(item, object.where() + ".program"));
    program.push_back(instruction);
  }
  if (auto valid = ValidateBpf(program); !valid.ok())
    return std::unexpected(WithContext(object.where(), valid.error()));
  return program;
}

Result<PlanFilter> ReadFilter(const JsonObject& object) {
  PlanFilter filter;
  ASSIGN_OR_RETURN(filter.kind, kFilterKinds.Read(object, "kind"));
  ASSIGN_OR_RETURN(filter.architecture, object.String("architecture"));
  ASSIGN_OR_RETURN(filter.solver, object.String("solver"));
  if (filter.solver.empty())
    return Fail("a filter names no solver: it is not proved");
  ASSIGN_OR_RETURN(filter.solver_seconds, object.Number("solver_seconds"));
  ASSIGN_OR_RETURN(filter.program, ReadProgram(object));
  return filter;
}

Json WriteFileRule(const PlanFileRule& rule) {
  return {{"path", rule.path},       {"hierarchy", rule.hierarchy},
          {"read", rule.read},       {"write", rule.write},
          {"execute", rule.execute}, {"rule", rule.rule}};
}

Result<PlanFileRule> ReadFileRule(const JsonObject& object) {
  PlanFileRule rule;
  ASSIGN_OR_RETURN(rule.path, object.String("path"));
  ASSIGN_OR_RETURN(rule.hierarchy, object.Bool("hierarchy"));
  ASSIGN_OR_RETURN(rule.read, object.Bool("read"));
  ASSIGN_OR_RETURN(rule.write, object.Bool("write"));
  ASSIGN_OR_RETURN(rule.execute, object.Bool("execute"));
  ASSIGN_OR_RETURN(rule.rule, object.Unsigned32("rule"));
  return rule;
}

Json WriteSymbol(const PlacedSymbol& symbol) {
  return {{"id", symbol.id},
          {"kind", symbol.kind},
          {"role", symbol.role},
          {"reason", symbol.reason}};
}

Result<PlacedSymbol> ReadSymbol(const JsonObject& object) {
  PlacedSymbol symbol;
  ASSIGN_OR_RETURN(symbol.id, object.String("id"));
  ASSIGN_OR_RETURN(symbol.kind, object.String("kind"));
  ASSIGN_OR_RETURN(symbol.role, object.String("role"));
  ASSIGN_OR_RETURN(symbol.reason, object.String("reason"));
  return symbol;
}

Json WriteLimits(const PlanLimits& limits) {
  return {{"memory_bytes", limits.memory_bytes},
          {"wall_ms", limits.wall_ms},
          {"cpu_percent", limits.cpu_percent},
          {"pids", limits.pids},
          {"output_bytes", limits.output_bytes}};
}

Result<PlanLimits> ReadLimits(const JsonObject& parent) {
  ASSIGN_OR_RETURN(const JsonObject object, parent.Object("limits"));
  PlanLimits limits;
  ASSIGN_OR_RETURN(limits.memory_bytes, object.Unsigned("memory_bytes"));
  ASSIGN_OR_RETURN(limits.wall_ms, object.Unsigned("wall_ms"));
  ASSIGN_OR_RETURN(limits.cpu_percent, object.Unsigned("cpu_percent"));
  ASSIGN_OR_RETURN(limits.pids, object.Unsigned("pids"));
  ASSIGN_OR_RETURN(limits.output_bytes, object.Unsigned("output_bytes"));
  return limits;
}

Json WritePortion(const PlanPortion& portion) {
  Json json = {{"name", portion.name},
               {"trusted", portion.trusted},
               {"holds_main", portion.holds_main},
               {"credentials", portion.credentials},
               {"unmodified", portion.unmodified},
               {"program", portion.program},
               {"limits", WriteLimits(portion.limits)},
               {"files", WriteList(portion.files, WriteFileRule)},
               {"rules", WriteList(portion.rules, WriteRule)},
               {"symbols", WriteList(portion.symbols, WriteSymbol)},
               {"filters", WriteList(portion.filters, WriteFilter)}};
  if (portion.serving) json["serving"] = WriteFilter(*portion.serving);
  if (!portion.arguments.empty()) json["arguments"] = portion.arguments;
  return json;
}

Result<PlanFilter> ReadServing(const JsonObject& parent) {
  ASSIGN_OR_RETURN(const JsonObject object, parent.Object("serving"));
  ASSIGN_OR_RETURN(PlanFilter filter, ReadFilter(object));
  if (filter.kind != FilterKind::kPlain)
    return Fail(object.where() + ": is not a plain filter");
  return filter;
}

Result<PlanPortion> ReadPortion(const JsonObject& object) {
  PlanPortion portion;
  ASSIGN_OR_RETURN(portion.name, object.String("name"));
  ASSIGN_OR_RETURN(portion.trusted, object.Bool("trusted"));
  ASSIGN_OR_RETURN(portion.holds_main, object.Bool("holds_main"));
  ASSIGN_OR_RETURN(portion.credentials, object.Strings("credentials"));
  ASSIGN_OR_RETURN(portion.unmodified, object.Bool("unmodified"));
  ASSIGN_OR_RETURN(portion.program, object.String("program"));
  ASSIGN_OR_RETURN(portion.limits, ReadLimits(object));
  ASSIGN_OR_RETURN(portion.files,
                   ReadList<PlanFileRule>(object, "files", ReadFileRule));
  ASSIGN_OR_RETURN(portion.rules,
                   ReadList<PlanRule>(object, "rules", ReadRule));
  ASSIGN_OR_RETURN(portion.symbols,
                   ReadList<PlacedSymbol>(object, "symbols", ReadSymbol));
  ASSIGN_OR_RETURN(portion.filters,
                   ReadList<PlanFilter>(object, "filters", ReadFilter));
  if (object.Has("serving")) {
    ASSIGN_OR_RETURN(portion.serving, ReadServing(object));
  }
  if (object.Has("arguments")) {
    ASSIGN_OR_RETURN(portion.arguments, object.Strings("arguments"));
  }
  return portion;
}

Json WriteSocket(const PlanSocket& socket) {
  return {{"path", socket.path},
          {"server", socket.server},
          {"clients", socket.clients}};
}

Result<PlanSocket> ReadSocket(const JsonObject& object) {
  PlanSocket socket;
  ASSIGN_OR_RETURN(socket.path, object.String("path"));
  ASSIGN_OR_RETURN(socket.server, object.String("server"));
  ASSIGN_OR_RETURN(socket.clients, object.Strings("clients"));
  return socket;
}

bool HasCredential(const Plan& plan, std::string_view name) {
  return std::ranges::find(plan.credentials, name, &PlanCredential::name) !=
         plan.credentials.end();
}

Result<> CheckSockets(const Plan& plan, std::string_view name) {
  for (const PlanSocket& socket : plan.sockets) {
    std::vector<std::string> used = socket.clients;
    used.push_back(socket.server);
    for (const std::string& each : used)
      if (!FindPortion(plan, each))
        return Fail(fmt::format(
            "{}: socket `{}` names portion `{}`, which the plan does not "
            "define",
            name, socket.path, each));
  }
  return {};
}

// Names that one part of a plan uses and another defines.
Result<> CheckReferences(const Plan& plan, std::string_view name) {
  for (const PlanPortion& portion : plan.portions) {
    for (const std::string& used : portion.credentials) {
      if (!HasCredential(plan, used))
        return Fail(
            fmt::format("{}: portion `{}` uses credential `{}`, which the plan "
                        "does not define",
                        name, portion.name, used));
    }
  }
  for (const Crossing& crossing : plan.crossings) {
    if (!FindPortion(plan, crossing.from) || !FindPortion(plan, crossing.to))
      return Fail(fmt::format(
          "{}: crossing `{}` names a portion that the plan does not "
          "define",
          name, crossing.name));
  }
  return CheckSockets(plan, name);
}

}  // namespace

Json WriteRule(const PlanRule& rule) {
  return {{"index", rule.index},
          {"text", rule.text},
          {"file", rule.file},
          {"line", rule.line}};
}

Result<PlanRule> ReadRule(const JsonObject& object) {
  PlanRule rule;
  ASSIGN_OR_RETURN(rule.index, object.Unsigned32("index"));
  ASSIGN_OR_RETURN(rule.text, object.String("text"));
  ASSIGN_OR_RETURN(rule.file, object.String("file"));
  ASSIGN_OR_RETURN(rule.line, object.NonNegative("line"));
  return rule;
}

std::string_view FilterKindName(FilterKind kind) {
  return kFilterKinds.Name(kind);
}
bool IsAtOrBelow(std::string_view path, std::string_view directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

bool RuleCovers(const PlanFileRule& rule, std::string_view path) {
  return rule.hierarchy ? IsAtOrBelow(path, rule.path) : path == rule.path;
}

const PlanPortion* FindPortion(const Plan& plan, std::string_view name) {
  const auto found = std::ranges::find(plan.portions, name, &PlanPortion::name);
  return found == plan.portions.end() ? nullptr : &*found;
}

const PlanFilter* FindFilter(const PlanPortion& portion, FilterKind kind) {
  const auto found =
      std::ranges::find(portion.filters, kind, &PlanFilter::kind);
  return found == portion.filters.end() ? nullptr : &*found;
}

Result<Plan> ParsePlan(std::string_view text, std::string_view name) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, name));
  const JsonObject object(json, std::string(name));
  RETURN_IF_ERROR(CheckSchema(object, kPlanSchema));
  Plan plan;
  ASSIGN_OR_RETURN(plan.tool, object.String("tool"));
  ASSIGN_OR_RETURN(plan.policy, object.String("policy"));
  ASSIGN_OR_RETURN(plan.policy_sha256, object.String("policy_sha256"));
  ASSIGN_OR_RETURN(plan.architecture, object.String("architecture"));
  ASSIGN_OR_RETURN(
      plan.credentials,
      ReadList<PlanCredential>(object, "credentials", ReadCredential));
  ASSIGN_OR_RETURN(plan.portions,
                   ReadList<PlanPortion>(object, "portions", ReadPortion));
  ASSIGN_OR_RETURN(plan.crossings,
                   ReadList<Crossing>(object, "crossings", ReadCrossing));
  if (object.Has("sockets")) {
    ASSIGN_OR_RETURN(plan.sockets,
                     ReadList<PlanSocket>(object, "sockets", ReadSocket));
  }
  ASSIGN_OR_RETURN(plan.unenforced, object.Strings("unenforced"));
  RETURN_IF_ERROR(CheckReferences(plan, name));
  return plan;
}

std::string WritePlan(const Plan& plan) {
  Json json = {{"schema", kPlanSchema},
               {"tool", plan.tool},
               {"policy", plan.policy},
               {"policy_sha256", plan.policy_sha256},
               {"architecture", plan.architecture},
               {"credentials", WriteList(plan.credentials, WriteCredential)},
               {"portions", WriteList(plan.portions, WritePortion)},
               {"crossings", WriteList(plan.crossings, WriteCrossing)},
               {"unenforced", plan.unenforced}};
  if (!plan.sockets.empty())
    json["sockets"] = WriteList(plan.sockets, WriteSocket);
  return WriteJson(json);
}

}  // namespace bailey
