#include "policy-compiler/formats/oci/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "common/json.h"
#include "common/syscalls/constants.h"

namespace bailey::policy {
namespace {

constexpr JsonLimits kLimits{.size_bytes = size_t{4} << 20, .depth = 16};
constexpr size_t kMaxNames = 10'000;
constexpr uint32_t kMaxErrno = 4095;  // include/linux/err.h

struct ActionName {
  std::string_view name;
  OciActionKind kind;
};
constexpr std::array<ActionName, 9> kActions = {{
    {"SCMP_ACT_KILL", OciActionKind::kKillThread},
    {"SCMP_ACT_KILL_THREAD", OciActionKind::kKillThread},
    {"SCMP_ACT_KILL_PROCESS", OciActionKind::kKillProcess},
    {"SCMP_ACT_TRAP", OciActionKind::kTrap},
    {"SCMP_ACT_ERRNO", OciActionKind::kErrno},
    {"SCMP_ACT_TRACE", OciActionKind::kTrace},
    {"SCMP_ACT_ALLOW", OciActionKind::kAllow},
    {"SCMP_ACT_LOG", OciActionKind::kLog},
    {"SCMP_ACT_NOTIFY", OciActionKind::kNotify},
}};

struct OperatorName {
  std::string_view name;
  OciOperator op;
};
constexpr std::array<OperatorName, 7> kOperators = {{
    {"SCMP_CMP_NE", OciOperator::kNotEqual},
    {"SCMP_CMP_LT", OciOperator::kLess},
    {"SCMP_CMP_LE", OciOperator::kLessEqual},
    {"SCMP_CMP_EQ", OciOperator::kEqual},
    {"SCMP_CMP_GE", OciOperator::kGreaterEqual},
    {"SCMP_CMP_GT", OciOperator::kGreater},
    {"SCMP_CMP_MASKED_EQ", OciOperator::kMaskedEqual},
}};

// Go writes an empty list as null.
bool Given(const JsonObject& object, std::string_view key) {
  return object.Has(key) && !object.value()[std::string(key)].is_null();
}

Result<std::vector<std::string>> OptionalStrings(const JsonObject& object,
                                                 std::string_view key) {
  if (!Given(object, key)) return std::vector<std::string>();
  return object.Strings(key);
}

bool HasCode(OciActionKind kind) {
  return kind == OciActionKind::kErrno || kind == OciActionKind::kTrace;
}

// The members of one action: its name, the error's number, the error's name.
struct ActionKeys {
  std::string_view action;
  std::string_view number;
  std::string_view name;
};
constexpr ActionKeys kDefaultKeys{"defaultAction", "defaultErrnoRet",
                                  "defaultErrno"};
constexpr ActionKeys kEntryKeys{"action", "errnoRet", "errno"};

Result<std::optional<uint32_t>> ReadCodeByName(const JsonObject& object,
                                               std::string_view key) {
  if (!Given(object, key)) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string name, object.String(key));
  if (name.empty()) return std::nullopt;
  const std::optional<int> code = FindErrno(name);
  if (!code)
    return Fail(fmt::format("{}.{}: unknown error name `{}`", object.where(),
                            key, name));
  return static_cast<uint32_t>(*code);
}

Result<uint32_t> ReadCode(const JsonObject& object, const ActionKeys& keys) {
  ASSIGN_OR_RETURN(const std::optional<uint32_t> named,
                   ReadCodeByName(object, keys.name));
  if (!Given(object, keys.number)) return named.value_or(EPERM);
  ASSIGN_OR_RETURN(const uint32_t code,
                   object.Unsigned32(keys.number, kMaxErrno));
  if (named.value_or(code) != code)
    return Fail(fmt::format("{}: `{}` and `{}` are different errors",
                            object.where(), keys.number, keys.name));
  return code;
}

Result<OciAction> ReadAction(const JsonObject& object, const ActionKeys& keys) {
  ASSIGN_OR_RETURN(const std::string name, object.String(keys.action));
  const auto found = std::ranges::find(kActions, name, &ActionName::name);
  if (found == kActions.end())
    return Fail(fmt::format("{}.{}: unknown action `{}`", object.where(),
                            keys.action, name));
  ASSIGN_OR_RETURN(const uint32_t code, ReadCode(object, keys));
  return OciAction{found->kind, HasCode(found->kind) ? code : 0};
}

Result<OciArgument> ReadArgument(const JsonObject& object) {
  RETURN_IF_ERROR(object.RefuseUnknown({"index", "value", "valueTwo", "op"}));
  OciArgument argument;
  ASSIGN_OR_RETURN(argument.index, object.NonNegative("index", 5));
  ASSIGN_OR_RETURN(argument.value, object.Unsigned("value"));
  if (Given(object, "valueTwo")) {
    ASSIGN_OR_RETURN(argument.value_two, object.Unsigned("valueTwo"));
  }
  ASSIGN_OR_RETURN(const std::string name, object.String("op"));
  const auto found = std::ranges::find(kOperators, name, &OperatorName::name);
  if (found == kOperators.end())
    return Fail(
        fmt::format("{}.op: unknown operator `{}`", object.where(), name));
  argument.op = found->op;
  return argument;
}

Result<std::vector<OciArgument>> ReadArguments(const JsonObject& object) {
  std::vector<OciArgument> arguments;
  if (!Given(object, "args")) return arguments;
  ASSIGN_OR_RETURN(const std::vector<JsonObject> list, object.Objects("args"));
  for (const JsonObject& item : list) {
    ASSIGN_OR_RETURN(const OciArgument argument, ReadArgument(item));
    arguments.push_back(argument);
  }
  return arguments;
}

Result<OciScope> ReadScope(const JsonObject& entry, std::string_view key) {
  OciScope scope;
  if (!Given(entry, key)) return scope;
  ASSIGN_OR_RETURN(const JsonObject object, entry.Object(key));
  RETURN_IF_ERROR(object.RefuseUnknown({"caps", "arches", "minKernel"}));
  ASSIGN_OR_RETURN(scope.capabilities, OptionalStrings(object, "caps"));
  ASSIGN_OR_RETURN(scope.architectures, OptionalStrings(object, "arches"));
  if (!Given(object, "minKernel")) return scope;
  ASSIGN_OR_RETURN(const std::string version, object.String("minKernel"));
  const Result<KernelVersion> parsed = ParseKernelVersion(version);
  if (!parsed.ok())
    return std::unexpected(
        WithContext(object.where() + ".minKernel", parsed.error()));
  scope.min_kernel = *parsed;
  return scope;
}

Result<std::vector<std::string>> ReadNames(const JsonObject& object) {
  ASSIGN_OR_RETURN(std::vector<std::string> names,
                   OptionalStrings(object, "names"));
  if (Given(object, "name")) {
    if (!names.empty())
      return Fail(object.where() + ": `name` and `names` exclude each other");
    ASSIGN_OR_RETURN(const std::string name, object.String("name"));
    names.push_back(name);
  }
  if (names.empty()) return Fail(object.where() + ": `names` is missing");
  return names;
}

Result<OciEntry> ReadEntry(const JsonObject& object) {
  RETURN_IF_ERROR(
      object.RefuseUnknown({"names", "name", "action", "errnoRet", "errno",
                            "args", "comment", "includes", "excludes"}));
  OciEntry entry;
  entry.where = object.where();
  ASSIGN_OR_RETURN(entry.names, ReadNames(object));
  ASSIGN_OR_RETURN(entry.action, ReadAction(object, kEntryKeys));
  ASSIGN_OR_RETURN(entry.arguments, ReadArguments(object));
  ASSIGN_OR_RETURN(entry.includes, ReadScope(object, "includes"));
  ASSIGN_OR_RETURN(entry.excludes, ReadScope(object, "excludes"));
  return entry;
}

// Of archMap, what concerns the architectures that policies are for.
Result<std::vector<std::string>> ReadArchitectureMap(const JsonObject& object) {
  std::vector<std::string> all;
  if (!Given(object, "archMap")) return all;
  ASSIGN_OR_RETURN(const auto list, object.Objects("archMap"));
  for (const JsonObject& item : list) {
    RETURN_IF_ERROR(item.RefuseUnknown({"architecture", "subArchitectures"}));
    ASSIGN_OR_RETURN(const std::string name, item.String("architecture"));
    ASSIGN_OR_RETURN(const auto others,
                     OptionalStrings(item, "subArchitectures"));
    if (name != "SCMP_ARCH_X86_64" && name != "SCMP_ARCH_AARCH64") continue;
    all.push_back(name);
    all.insert(all.end(), others.begin(), others.end());
  }
  return all;
}

// runc refuses a container with a flag that it does not know.
Result<std::vector<std::string>> ReadFlags(const JsonObject& object) {
  static constexpr std::array<std::string_view, 4> kFlags = {
      "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
      "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
      "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};
  ASSIGN_OR_RETURN(std::vector<std::string> flags,
                   OptionalStrings(object, "flags"));
  for (const std::string& flag : flags)
    if (std::ranges::find(kFlags, flag) == kFlags.end())
      return Fail(
          fmt::format("{}.flags: unknown flag `{}`", object.where(), flag));
  return flags;
}

Result<std::vector<OciEntry>> ReadEntries(const JsonObject& object) {
  std::vector<OciEntry> entries;
  size_t names = 0;
  if (!Given(object, "syscalls")) return entries;
  ASSIGN_OR_RETURN(const auto list, object.Objects("syscalls"));
  for (const JsonObject& item : list) {
    ASSIGN_OR_RETURN(OciEntry entry, ReadEntry(item));
    names += entry.names.size();
    if (names > kMaxNames)
      return Fail(fmt::format("{}: more than {} names of system calls",
                              object.where(), kMaxNames));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

Result<OciProfile> ParseOciProfile(std::string_view text,
                                   std::string_view name) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, name, kLimits));
  const JsonObject object(json, std::string(name));
  RETURN_IF_ERROR(object.Check());
  if (object.Has("linux"))
    return Fail(std::string(name) + ": this is a container's configuration",
                "import the object `linux.seccomp` in it");
  RETURN_IF_ERROR(object.RefuseUnknown(
      {"defaultAction", "defaultErrnoRet", "defaultErrno", "architectures",
       "archMap", "flags", "listenerPath", "listenerMetadata", "syscalls"}));
  OciProfile profile;
  ASSIGN_OR_RETURN(profile.default_action, ReadAction(object, kDefaultKeys));
  ASSIGN_OR_RETURN(profile.architectures,
                   OptionalStrings(object, "architectures"));
  ASSIGN_OR_RETURN(const auto mapped, ReadArchitectureMap(object));
  profile.architectures.insert(profile.architectures.end(), mapped.begin(),
                               mapped.end());
  ASSIGN_OR_RETURN(profile.flags, ReadFlags(object));
  if (Given(object, "listenerPath")) {
    ASSIGN_OR_RETURN(profile.listener_path, object.String("listenerPath"));
  }
  ASSIGN_OR_RETURN(profile.entries, ReadEntries(object));
  return profile;
}

Result<KernelVersion> ParseKernelVersion(std::string_view text) {
  KernelVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.first);
  const bool has_minor =
      major.ec == std::errc() && major.ptr != end && *major.ptr == '.';
  if (has_minor) {
    const auto minor = std::from_chars(major.ptr + 1, end, version.second);
    if (minor.ec == std::errc() && (minor.ptr == end || *minor.ptr == '.'))
      return version;
  }
  return Fail(fmt::format("`{}` is no kernel version", text),
              "write it as `5.10`");
}

std::string OciActionText(const OciAction& action) {
  const auto found =
      std::ranges::find(kActions, action.kind, &ActionName::kind);
  std::string text(found->name);
  if (HasCode(action.kind)) text += fmt::format("({})", action.code);
  return text;
}

std::string_view OciOperatorText(OciOperator op) {
  return std::ranges::find(kOperators, op, &OperatorName::op)->name;
}

}  // namespace bailey::policy
