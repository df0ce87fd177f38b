#include "executor/learned.h"

#include <fmt/format.h>

#include <utility>

#include "common/documents/plan_json.h"
#include "executor/syscall_json.h"

namespace bailey::executor {
namespace {

constexpr std::string_view kDenyingName = "denying";
constexpr std::string_view kPermissiveName = "permissive";

Json WriteUse(const RuleUse& use) {
  return {{"rule", WriteRule(use.rule)}, {"count", use.count}};
}

Json WriteCall(const WantedCall& wanted) {
  return {{"syscall", WriteSyscall(wanted.call)},
          {"rule", WriteRule(wanted.rule)},
          {"count", wanted.count}};
}

Json WriteWantedFile(const WantedFile& file) {
  return {{"path", file.path},
          {"advisory", true},
          {"read", file.read},
          {"write", file.write},
          {"count", file.count}};
}

Result<RuleUse> ReadUse(const JsonObject& object) {
  RuleUse use;
  ASSIGN_OR_RETURN(const JsonObject rule, object.Object("rule"));
  ASSIGN_OR_RETURN(use.rule, ReadRule(rule));
  ASSIGN_OR_RETURN(use.count, object.Unsigned("count"));
  return use;
}

Result<WantedCall> ReadCall(const JsonObject& object) {
  WantedCall wanted;
  ASSIGN_OR_RETURN(const JsonObject call, object.Object("syscall"));
  ASSIGN_OR_RETURN(wanted.call, ReadSyscall(call));
  ASSIGN_OR_RETURN(const JsonObject rule, object.Object("rule"));
  ASSIGN_OR_RETURN(wanted.rule, ReadRule(rule));
  ASSIGN_OR_RETURN(wanted.count, object.Unsigned("count"));
  return wanted;
}

Result<WantedFile> ReadWantedFile(const JsonObject& object) {
  WantedFile file;
  ASSIGN_OR_RETURN(file.path, object.String("path"));
  ASSIGN_OR_RETURN(file.read, object.Bool("read"));
  ASSIGN_OR_RETURN(file.write, object.Bool("write"));
  ASSIGN_OR_RETURN(file.count, object.Unsigned("count"));
  return file;
}

Result<LearnMode> ReadMode(const JsonObject& object) {
  ASSIGN_OR_RETURN(const std::string name, object.String("mode"));
  if (name == kDenyingName) return LearnMode::kDenying;
  if (name == kPermissiveName) return LearnMode::kPermissive;
  return Fail(fmt::format("{}: no such mode `{}`", object.where(), name));
}

template <class T>
Json WriteAllOf(const std::vector<T>& list, Json (*write)(const T&)) {
  Json json = Json::array();
  for (const T& item : list) json.push_back(write(item));
  return json;
}

template <class T>
Result<> ReadAllOf(const JsonObject& object, std::string_view key,
                   Result<T> (*read)(const JsonObject&), std::vector<T>& list) {
  ASSIGN_OR_RETURN(const std::vector<JsonObject> items, object.Objects(key));
  for (const JsonObject& item : items) {
    ASSIGN_OR_RETURN(T value, read(item));
    list.push_back(std::move(value));
  }
  return {};
}

}  // namespace

std::string_view LearnModeName(LearnMode mode) {
  return mode == LearnMode::kPermissive ? kPermissiveName : kDenyingName;
}

Json WriteLearned(const Learned& learned) {
  return {{"mode", LearnModeName(learned.mode)},
          {"uses", WriteAllOf(learned.uses, WriteUse)},
          {"calls", WriteAllOf(learned.calls, WriteCall)},
          {"files", WriteAllOf(learned.files, WriteWantedFile)},
          {"omitted", learned.omitted}};
}

Result<Learned> ReadLearned(const JsonObject& object) {
  Learned learned;
  ASSIGN_OR_RETURN(learned.mode, ReadMode(object));
  RETURN_IF_ERROR(ReadAllOf(object, "uses", ReadUse, learned.uses));
  RETURN_IF_ERROR(ReadAllOf(object, "calls", ReadCall, learned.calls));
  RETURN_IF_ERROR(ReadAllOf(object, "files", ReadWantedFile, learned.files));
  ASSIGN_OR_RETURN(learned.omitted, object.Unsigned("omitted"));
  return learned;
}

}  // namespace bailey::executor
