#include <utility>

#include "common/documents/enum_names.h"
#include "common/documents/global_value_json.h"
#include "common/documents/plan.h"
#include "common/documents/plan_json.h"
#include "common/documents/schema.h"

namespace bailey {
namespace {

constexpr EnumNames<MarshalMode, 9> kMarshalModes{
    {{{MarshalMode::kScalar, "scalar"},
      {MarshalMode::kStruct, "struct"},
      {MarshalMode::kCString, "c_string"},
      {MarshalMode::kFixedArray, "fixed_array"},
      {MarshalMode::kBuffer, "buffer"},
      {MarshalMode::kHandle, "handle"},
      {MarshalMode::kText, "text"},
      {MarshalMode::kElements, "elements"},
      {MarshalMode::kOptional, "optional"}}}};

constexpr EnumNames<Direction, 3> kDirections{{{{Direction::kIn, "in"},
                                                {Direction::kOut, "out"},
                                                {Direction::kInOut, "inout"}}}};

Json WriteCrossingParameter(const CrossingParameter& parameter) {
  Json json = {{"name", parameter.name},
               {"type", parameter.type},
               {"mode", kMarshalModes.Name(parameter.mode)},
               {"direction", kDirections.Name(parameter.direction)},
               {"const", parameter.is_const},
               {"element_bytes", parameter.element_bytes},
               {"count", parameter.count},
               {"length_parameter", parameter.length_parameter},
               {"reason", parameter.reason}};
  if (parameter.guarded) json["guarded"] = true;
  return json;
}

Result<CrossingParameter> ReadCrossingParameter(const JsonObject& object) {
  CrossingParameter parameter;
  ASSIGN_OR_RETURN(parameter.name, object.String("name"));
  ASSIGN_OR_RETURN(parameter.type, object.String("type"));
  ASSIGN_OR_RETURN(parameter.mode, kMarshalModes.Read(object, "mode"));
  ASSIGN_OR_RETURN(parameter.direction, kDirections.Read(object, "direction"));
  ASSIGN_OR_RETURN(parameter.is_const, object.Bool("const"));
  ASSIGN_OR_RETURN(parameter.element_bytes, object.Unsigned("element_bytes"));
  ASSIGN_OR_RETURN(parameter.count, object.Unsigned("count"));
  ASSIGN_OR_RETURN(const int64_t length, object.Int("length_parameter"));
  if (length < -1 || length > 255)
    return Fail(object.where() + ".length_parameter: out of range");
  parameter.length_parameter = static_cast<int>(length);
  if (object.Has("guarded")) {
    ASSIGN_OR_RETURN(parameter.guarded, object.Bool("guarded"));
  }
  ASSIGN_OR_RETURN(parameter.reason, object.String("reason"));
  return parameter;
}

Json WritePassed(const PassedGlobal& global) {
  Json json = {{"id", global.id},
               {"name", global.name},
               {"type", global.type},
               {"mode", kMarshalModes.Name(global.mode)},
               {"element_bytes", global.element_bytes},
               {"count", global.count}};
  if (!global.values.empty())
    json["values"] = WriteList(global.values, WriteGlobalValue);
  return json;
}

Result<PassedGlobal> ReadPassed(const JsonObject& object) {
  PassedGlobal global;
  ASSIGN_OR_RETURN(global.id, object.String("id"));
  ASSIGN_OR_RETURN(global.name, object.String("name"));
  ASSIGN_OR_RETURN(global.type, object.String("type"));
  ASSIGN_OR_RETURN(global.mode, kMarshalModes.Read(object, "mode"));
  if (global.mode != MarshalMode::kScalar &&
      global.mode != MarshalMode::kFixedArray)
    return Fail(object.where() + ".mode: no global passes like this");
  ASSIGN_OR_RETURN(global.element_bytes, object.Unsigned("element_bytes"));
  ASSIGN_OR_RETURN(global.count, object.Unsigned("count"));
  if (object.Has("values")) {
    ASSIGN_OR_RETURN(global.values,
                     ReadList<GlobalValue>(object, "values", ReadGlobalValue));
    if (global.values.size() > 255 || global.mode != MarshalMode::kScalar)
      return Fail(object.where() + ".values: at most 255, of what is no array");
  }
  return global;
}

Json WriteFailure(const CrossingFailure& failure) {
  return {{"value", failure.value}, {"errno", failure.error}};
}

Result<CrossingFailure> ReadFailure(const JsonObject& parent) {
  ASSIGN_OR_RETURN(const JsonObject object, parent.Object("failure"));
  CrossingFailure failure;
  ASSIGN_OR_RETURN(failure.value, object.Int("value"));
  ASSIGN_OR_RETURN(failure.error, object.NonNegative("errno", 4095));
  return failure;
}

}  // namespace

Json WriteCrossing(const Crossing& crossing) {
  Json json = {
      {"id", crossing.id},
      {"function", crossing.function},
      {"name", crossing.name},
      {"from", crossing.from},
      {"to", crossing.to},
      {"return_type", crossing.return_type},
      {"return_bytes", crossing.return_bytes},
      {"returns_handle", crossing.returns_handle},
      {"parameters", WriteList(crossing.parameters, WriteCrossingParameter)},
      {"globals", WriteList(crossing.globals, WritePassed)},
      {"max_request_bytes", crossing.max_request_bytes},
      {"max_reply_bytes", crossing.max_reply_bytes}};
  if (crossing.failure) json["failure"] = WriteFailure(*crossing.failure);
  if (crossing.throws) json["throws"] = true;
  if (crossing.result)
    json["result"] = WriteCrossingParameter(*crossing.result);
  return json;
}

Result<Crossing> ReadCrossing(const JsonObject& object) {
  Crossing crossing;
  ASSIGN_OR_RETURN(crossing.id, object.Unsigned32("id"));
  ASSIGN_OR_RETURN(crossing.function, object.String("function"));
  ASSIGN_OR_RETURN(crossing.name, object.String("name"));
  ASSIGN_OR_RETURN(crossing.from, object.String("from"));
  ASSIGN_OR_RETURN(crossing.to, object.String("to"));
  ASSIGN_OR_RETURN(crossing.return_type, object.String("return_type"));
  ASSIGN_OR_RETURN(crossing.return_bytes, object.Unsigned("return_bytes"));
  ASSIGN_OR_RETURN(
      crossing.parameters,
      ReadList<CrossingParameter>(object, "parameters", ReadCrossingParameter));
  if (object.Has("returns_handle")) {
    ASSIGN_OR_RETURN(crossing.returns_handle, object.Bool("returns_handle"));
  }
  if (object.Has("globals")) {
    ASSIGN_OR_RETURN(crossing.globals,
                     ReadList<PassedGlobal>(object, "globals", ReadPassed));
  }
  if (object.Has("result")) {
    ASSIGN_OR_RETURN(const JsonObject result, object.Object("result"));
    ASSIGN_OR_RETURN(crossing.result, ReadCrossingParameter(result));
  }
  if (object.Has("throws")) {
    ASSIGN_OR_RETURN(crossing.throws, object.Bool("throws"));
  }
  if (object.Has("failure")) {
    ASSIGN_OR_RETURN(crossing.failure, ReadFailure(object));
  }
  ASSIGN_OR_RETURN(crossing.max_request_bytes,
                   object.Unsigned("max_request_bytes"));
  ASSIGN_OR_RETURN(crossing.max_reply_bytes,
                   object.Unsigned("max_reply_bytes"));
  return crossing;
}

std::string_view MarshalModeName(MarshalMode mode) {
  return kMarshalModes.Name(mode);
}
std::string_view DirectionName(Direction direction) {
  return kDirections.Name(direction);
}

}  // namespace bailey
