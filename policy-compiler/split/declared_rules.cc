#include "policy-compiler/split/declared_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "policy-compiler/split/plain_types.h"
#include "policy-compiler/split/pointer_direction.h"
#include "policy-compiler/split/type_names.h"

namespace bailey::policy {
namespace {

using DeclaredResult = std::expected<CrossingParameter, Refusal>;

std::unexpected<Refusal> Refused(std::string reason, std::string hint) {
  return std::unexpected(Refusal{std::move(reason), std::move(hint)});
}

CrossingParameter DeclaredPointer(const FlowParameter& parameter,
                                  MarshalMode mode, std::string reason) {
  CrossingParameter crossing;
  crossing.name = parameter.name;
  crossing.type = parameter.type.pointee.spelling;
  crossing.mode = mode;
  crossing.direction = DirectionOf(parameter);
  crossing.is_const = parameter.type.pointee.is_const;
  crossing.element_bytes = parameter.type.pointee.size_bytes;
  crossing.reason = std::move(reason);
  return crossing;
}

CrossingParameter DeclaredText(const FlowParameter& parameter,
                               std::string reason) {
  CrossingParameter crossing =
      DeclaredPointer(parameter, MarshalMode::kCString, std::move(reason));
  crossing.direction = Direction::kIn;
  return crossing;
}

std::unexpected<Refusal> RefusedElement(const PointeeInfo& pointee) {
  return Refused(
      fmt::format("an array of `{}` cannot be carried over", pointee.spelling),
      "pass an array of integers, or one structure at a time");
}

std::unexpected<Refusal> RefusedPointer(const TypeInfo& type) {
  const std::string how =
      "declare `[static N]`, or say with __attribute__((access(mode, pointer, "
      "count)))";
  if (type.pointee.is_character)
    return Refused("it is not known how many characters may be written", how);
  if (IsPlainElement(type.pointee))
    return Refused("it is not known how many elements it points to", how);
  return Refused(
      fmt::format("a `{}` means nothing in another portion", type.spelling),
      "pass bytes with their number, or name the functions that use it in "
      "the same portion");
}

DeclaredResult DeclareArray(const FlowParameter& parameter, uint64_t count,
                            std::string reason) {
  const PointeeInfo& pointee = parameter.type.pointee;
  if (!IsPlainElement(pointee)) return RefusedElement(pointee);
  if (count > kMostCarriedBytes / pointee.size_bytes)
    return Refused("it is larger than any message", "pass it in parts");
  CrossingParameter array =
      DeclaredPointer(parameter, MarshalMode::kFixedArray, std::move(reason));
  array.count = count;
  return array;
}

DeclaredResult DeclareBuffer(const FlowFunction& function,
                             const FlowParameter& parameter) {
  const PointeeInfo& pointee = parameter.type.pointee;
  // The function may count on N elements where a hostile caller sends one.
  if (pointee.fixed_count > 0)
    return Refused(
        fmt::format("it is declared `[static {}]`, and its access attribute "
                    "names a count that may be less",
                    pointee.fixed_count),
        "say one of the two");
  if (!IsPlainElement(pointee)) return RefusedElement(pointee);
  const auto count = static_cast<size_t>(parameter.length_parameter);
  if (count >= function.parameters.size() ||
      !IsCount(function.parameters[count].type))
    return Refused("its access attribute names no integer parameter",
                   "name the parameter that holds the number of elements");
  CrossingParameter buffer =
      DeclaredPointer(parameter, MarshalMode::kBuffer,
                      fmt::format("its access attribute names the count `{}`",
                                  function.parameters[count].name));
  buffer.length_parameter = parameter.length_parameter;
  return buffer;
}

std::string SaidByCode(const FlowParameter& parameter) {
  const bool is_told_by_code = !parameter.type.pointee.is_const &&
                               parameter.access == AccessMode::kUnknown &&
                               IsOnlyRead(parameter.inferred);
  return is_told_by_code ? ", which its code reads" : "";
}

DeclaredResult DeclareStruct(const FlowParameter& parameter) {
  const PointeeInfo& pointee = parameter.type.pointee;
  if (!pointee.is_flat || pointee.size_bytes == 0)
    return Refused(fmt::format("`{}` is incomplete, or holds pointers, a union "
                               "or bit-fields",
                               pointee.spelling),
                   "pass a structure of plain members, or its members one by "
                   "one");
  if (!HasTypeName(pointee.spelling))
    return Refused("its structure has no name", "give the type a name");
  return DeclaredPointer(
      parameter, MarshalMode::kStruct,
      (pointee.is_const ? "a pointer to one constant flat structure"
                        : "a pointer to one flat structure") +
          SaidByCode(parameter));
}

DeclaredResult DeclareSingle(const FlowParameter& parameter) {
  const PointeeInfo& pointee = parameter.type.pointee;
  if (pointee.is_character && pointee.is_const)
    return DeclaredText(parameter,
                        "a pointer to constant characters without a length");
  if (pointee.kind == TypeKind::kStruct) return DeclareStruct(parameter);
  if (IsSaid(parameter) && !pointee.is_character)
    return DeclareArray(parameter, 1, "its access attribute has no count");
  return RefusedPointer(parameter.type);
}

bool IsClaimed(const FlowFunction& function, size_t length) {
  return std::ranges::any_of(
      function.parameters, [&](const FlowParameter& each) {
        return each.length_parameter == static_cast<int>(length);
      });
}

bool NamesLength(std::string_view name) {
  if (name == "n") return true;
  for (const std::string_view word : {"size", "len", "count", "num"})
    if (name.contains(word)) return true;
  return false;
}

// An integer after it, or one anywhere whose name says so and that no other
// pointer's attribute claims.
bool MayHaveLength(const FlowFunction& function, size_t index) {
  const auto& parameters = function.parameters;
  if (index + 1 < parameters.size() &&
      parameters[index + 1].type.kind == TypeKind::kInteger)
    return true;
  for (size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].type.kind == TypeKind::kInteger &&
        NamesLength(parameters[i].name) && !IsClaimed(function, i))
      return true;
  return false;
}

std::unexpected<Refusal> RefusedAmbiguous(const FlowFunction& function,
                                          const FlowParameter& parameter) {
  return Refused(
      "it may be one element or as many as the integer beside it says",
      fmt::format("say it: __attribute__((access(mode, pointer, count))), or "
                  "without count for one element or a C string; of a string "
                  "the policy can say it: `function {}(string {});`",
                  function.name, parameter.name));
}

}  // namespace

bool IsSaid(const FlowParameter& parameter) {
  return parameter.length_parameter >= 0 ||
         parameter.type.pointee.fixed_count > 0 ||
         parameter.access != AccessMode::kUnknown;
}

DeclaredResult DeclaredCrossing(const FlowFunction& function, size_t index) {
  const FlowParameter& parameter = function.parameters[index];
  const uint64_t fixed = parameter.type.pointee.fixed_count;
  if (parameter.length_parameter >= 0)
    return DeclareBuffer(function, parameter);
  if (fixed > 0)
    return DeclareArray(parameter, fixed,
                        fmt::format("declared `[static {}]`", fixed));
  if (!IsSaid(parameter) && MayHaveLength(function, index))
    return RefusedAmbiguous(function, parameter);
  return DeclareSingle(parameter);
}

DeclaredResult StringCrossing(const FlowParameter& parameter) {
  const PointeeInfo& pointee = parameter.type.pointee;
  const bool fits = parameter.type.kind == TypeKind::kPointer &&
                    pointee.is_character && pointee.is_const &&
                    pointee.fixed_count == 0 && parameter.length_parameter < 0;
  if (fits)
    return DeclaredText(parameter, "the policy says that it is a string");
  return Refused(fmt::format("the policy says that it is a string, but it is "
                             "declared `{}`",
                             parameter.type.spelling),
                 "a string is a `const char*` without a length");
}

}  // namespace bailey::policy
