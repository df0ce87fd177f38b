#include "executor/spec.h"

#include <fmt/format.h>

#include "common/json.h"

namespace bailey::executor {
namespace {

constexpr std::string_view kSpecSchema = "bailey.instance/1";
constexpr uint64_t kMaxEntries = 8;  // of one portion: hierarchies
constexpr uint64_t kLastMode = static_cast<uint64_t>(RunMode::kHolders);

// Arguments are bytes, and JSON is UTF-8: each byte passes as the code point of
// its value.
std::string BytesToText(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) {
      text += byte;
    } else {
      text += static_cast<char>(0xc0 | (value >> 6));
      text += static_cast<char>(0x80 | (value & 0x3f));
    }
  }
  return text;
}

Result<std::string> TextToBytes(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto value = static_cast<unsigned char>(text[i]);
    if (value < 0x80) {
      bytes += text[i];
      continue;
    }
    // The reader has checked that it is UTF-8; here two bytes are all there is.
    if ((value & 0xfc) != 0xc0) return Fail("an argument is not bytes");
    const auto next = static_cast<unsigned char>(text[++i]);
    bytes += static_cast<char>(((value & 3) << 6) | (next & 0x3f));
  }
  return bytes;
}

Json ArgumentsJson(const std::vector<std::string>& arguments) {
  Json json = Json::array();
  for (const std::string& argument : arguments) {
    json.push_back(BytesToText(argument));
  }
  return json;
}

Result<> ReadArguments(const JsonObject& object, std::string_view key,
                       std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const std::vector<std::string> texts, object.Strings(key));
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(std::string bytes, TextToBytes(text));
    arguments.push_back(std::move(bytes));
  }
  return {};
}

Result<std::string> ReadBytes(const JsonObject& object, std::string_view key) {
  ASSIGN_OR_RETURN(const std::string text, object.String(key));
  return TextToBytes(text);
}

Json FileJson(const SpecFile& file) {
  return {{"portion", file.portion},
          {"path", file.path},
          {"mode", file.mode},
          {"offset", file.offset},
          {"size", file.size_bytes}};
}

Result<SpecFile> ReadFileEntry(const JsonObject& object) {
  SpecFile file;
  ASSIGN_OR_RETURN(file.portion, object.String("portion"));
  ASSIGN_OR_RETURN(file.path, object.String("path"));
  ASSIGN_OR_RETURN(file.mode, object.Unsigned32("mode", 0777));
  ASSIGN_OR_RETURN(file.offset, object.Unsigned("offset"));
  ASSIGN_OR_RETURN(file.size_bytes, object.Unsigned("size"));
  return file;
}

Result<> ReadFiles(const JsonObject& object, std::vector<SpecFile>& files) {
  ASSIGN_OR_RETURN(const std::vector<JsonObject> items,
                   object.Objects("files"));
  for (const JsonObject& item : items) {
    ASSIGN_OR_RETURN(SpecFile file, ReadFileEntry(item));
    files.push_back(std::move(file));
  }
  return {};
}

Json LimitsJson(const std::vector<SpecLimit>& limits) {
  Json json = Json::array();
  for (const SpecLimit& limit : limits) {
    json.push_back({{"name", limit.name},
                    {"mechanism", limit.mechanism},
                    {"gap", limit.gap}});
  }
  return json;
}

Result<> ReadLimits(const JsonObject& object, std::vector<SpecLimit>& limits) {
  ASSIGN_OR_RETURN(const std::vector<JsonObject> items,
                   object.Objects("limits"));
  for (const JsonObject& item : items) {
    SpecLimit limit;
    ASSIGN_OR_RETURN(limit.name, item.String("name"));
    ASSIGN_OR_RETURN(limit.mechanism, item.String("mechanism"));
    ASSIGN_OR_RETURN(limit.gap, item.String("gap"));
    limits.push_back(std::move(limit));
  }
  return {};
}

Json CgroupsJson(const std::vector<SpecCgroups>& all) {
  Json json = Json::array();
  for (const SpecCgroups& cgroups : all) {
    json.push_back({{"portion", cgroups.portion},
                    {"entries", cgroups.entries},
                    {"limits_memory", cgroups.limits_memory}});
  }
  return json;
}

Result<> ReadCgroups(const JsonObject& object, std::vector<SpecCgroups>& all) {
  ASSIGN_OR_RETURN(const std::vector<JsonObject> items,
                   object.Objects("cgroups"));
  for (const JsonObject& item : items) {
    SpecCgroups cgroups;
    ASSIGN_OR_RETURN(cgroups.portion, item.String("portion"));
    ASSIGN_OR_RETURN(cgroups.entries,
                     item.UnsignedAtMost("entries", kMaxEntries));
    ASSIGN_OR_RETURN(cgroups.limits_memory, item.Bool("limits_memory"));
    all.push_back(std::move(cgroups));
  }
  return {};
}

}  // namespace

std::string WriteSpec(const InstanceSpec& spec) {
  Json files = Json::array();
  for (const SpecFile& file : spec.files) files.push_back(FileJson(file));
  const std::string studied =
      spec.permissive ? WritePlan(spec.permissive->policy) : "";
  const Json json = {{"schema", kSpecSchema},
                     {"plan", WritePlan(spec.plan)},
                     {"learn", spec.learn},
                     {"permissive", studied},
                     {"mode", static_cast<uint64_t>(spec.mode)},
                     {"strict", spec.strict},
                     {"own_identities", spec.own_identities},
                     {"arguments", ArgumentsJson(spec.arguments)},
                     {"environment", ArgumentsJson(spec.environment)},
                     {"argument_zero", BytesToText(spec.argument_zero)},
                     {"working_directory", BytesToText(spec.working_directory)},
                     {"credentials", spec.credentials},
                     {"audit_forms", spec.audit_forms},
                     {"unsplit_program", spec.unsplit_program},
                     {"limits", LimitsJson(spec.limits)},
                     {"cgroups", CgroupsJson(spec.cgroups)},
                     {"files", std::move(files)}};
  return WriteJson(json, -1);
}

Result<InstanceSpec> ParseSpec(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, ParseJson(text, "the instance"));
  const JsonObject object(document, "instance");
  RETURN_IF_ERROR(object.Check());
  ASSIGN_OR_RETURN(const std::string schema, object.String("schema"));
  if (schema != kSpecSchema) {
    return Fail("the launcher and the agent are of different versions",
                "install both from one build");
  }
  InstanceSpec spec;
  ASSIGN_OR_RETURN(const std::string plan, object.String("plan"));
  ASSIGN_OR_RETURN(spec.plan, ParsePlan(plan, "plan"));
  ASSIGN_OR_RETURN(spec.learn, object.Bool("learn"));
  ASSIGN_OR_RETURN(const std::string studied, object.String("permissive"));
  if (!studied.empty()) {
    spec.permissive.emplace();
    ASSIGN_OR_RETURN(spec.permissive->policy, ParsePlan(studied, "policy"));
  }
  ASSIGN_OR_RETURN(const uint64_t mode,
                   object.UnsignedAtMost("mode", kLastMode));
  spec.mode = static_cast<RunMode>(mode);
  ASSIGN_OR_RETURN(spec.strict, object.Bool("strict"));
  ASSIGN_OR_RETURN(spec.own_identities, object.Bool("own_identities"));
  RETURN_IF_ERROR(ReadArguments(object, "arguments", spec.arguments));
  RETURN_IF_ERROR(ReadArguments(object, "environment", spec.environment));
  ASSIGN_OR_RETURN(spec.argument_zero, ReadBytes(object, "argument_zero"));
  ASSIGN_OR_RETURN(spec.working_directory,
                   ReadBytes(object, "working_directory"));
  ASSIGN_OR_RETURN(spec.credentials, object.Strings("credentials"));
  ASSIGN_OR_RETURN(spec.audit_forms, object.Strings("audit_forms"));
  ASSIGN_OR_RETURN(spec.unsplit_program, object.String("unsplit_program"));
  RETURN_IF_ERROR(ReadFiles(object, spec.files));
  RETURN_IF_ERROR(ReadLimits(object, spec.limits));
  RETURN_IF_ERROR(ReadCgroups(object, spec.cgroups));
  return spec;
}

}  // namespace bailey::executor
