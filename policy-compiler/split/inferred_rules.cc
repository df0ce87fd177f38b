#include "policy-compiler/split/inferred_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "policy-compiler/split/plain_types.h"
#include "policy-compiler/split/pointer_direction.h"
#include "policy-compiler/split/type_names.h"

namespace bailey::policy {
namespace {

using InferredResult = std::expected<CrossingParameter, std::string>;

constexpr const char* kNotCarried =
    "its code reaches what cannot be carried over";

bool IsBytesOrPlain(const PointeeInfo& pointee) {
  return pointee.kind == TypeKind::kVoid || IsPlainElement(pointee);
}

CrossingParameter GuardedPointer(const FlowParameter& parameter,
                                 MarshalMode mode, uint64_t element_bytes,
                                 std::string reason) {
  const PointeeInfo& pointee = parameter.type.pointee;
  CrossingParameter crossing;
  crossing.name = parameter.name;
  crossing.type =
      pointee.kind == TypeKind::kVoid ? "unsigned char" : pointee.spelling;
  crossing.mode = mode;
  crossing.direction = DirectionOf(parameter);
  crossing.is_const = pointee.is_const;
  crossing.element_bytes = element_bytes;
  crossing.guarded = true;
  crossing.reason = std::move(reason);
  return crossing;
}

InferredResult InferArray(const FlowParameter& parameter) {
  const uint64_t bytes = parameter.inferred.bytes;
  if (!IsBytesOrPlain(parameter.type.pointee) || bytes == 0 ||
      bytes > kMostCarriedBytes)
    return std::unexpected(kNotCarried);
  const uint64_t size = parameter.type.pointee.size_bytes;
  const uint64_t element = size > 0 && bytes % size == 0 ? size : 1;
  CrossingParameter array =
      GuardedPointer(parameter, MarshalMode::kFixedArray, element,
                     fmt::format("its code reaches at most {} bytes", bytes));
  array.count = bytes / element;
  return array;
}

bool CanBeBuffer(const FlowFunction& function, const FlowParameter& parameter) {
  const auto count = static_cast<size_t>(parameter.inferred.parameter);
  return count < function.parameters.size() &&
         IsCount(function.parameters[count].type) &&
         IsBytesOrPlain(parameter.type.pointee) &&
         parameter.inferred.factor > 0;
}

InferredResult InferBuffer(const FlowFunction& function,
                           const FlowParameter& parameter) {
  const InferredExtent& inferred = parameter.inferred;
  if (!CanBeBuffer(function, parameter)) return std::unexpected(kNotCarried);
  const std::string& count =
      function.parameters[static_cast<size_t>(inferred.parameter)].name;
  if (inferred.bytes > 0)
    return std::unexpected(
        fmt::format("its code reaches {} bytes more than `{}` says",
                    inferred.bytes, count));
  CrossingParameter buffer = GuardedPointer(
      parameter, MarshalMode::kBuffer, inferred.factor,
      fmt::format("its code reaches at most {} bytes for each of `{}`",
                  inferred.factor, count));
  buffer.length_parameter = inferred.parameter;
  return buffer;
}

InferredResult InferString(const FlowParameter& parameter) {
  if (!parameter.type.pointee.is_character)
    return std::unexpected(
        "its code uses it as a text, but it does not point to `char`");
  return GuardedPointer(parameter, MarshalMode::kCString,
                        parameter.type.pointee.size_bytes,
                        "its code only reads it as a text");
}

InferredResult InferStruct(const FlowParameter& parameter) {
  const InferredExtent& inferred = parameter.inferred;
  const PointeeInfo& pointee = parameter.type.pointee;
  const bool is_one = inferred.kind == ExtentKind::kNothing ||
                      (inferred.kind == ExtentKind::kConstant &&
                       inferred.bytes <= pointee.size_bytes);
  if (!is_one || !pointee.is_flat || pointee.size_bytes == 0 ||
      !HasTypeName(pointee.spelling))
    return std::unexpected("its code reaches more than one plain structure");
  return GuardedPointer(parameter, MarshalMode::kStruct, pointee.size_bytes,
                        "its code reaches no more than one flat structure");
}

bool IsSeen(const InferredExtent& inferred, SeenUse use) {
  return std::ranges::find(inferred.seen, use, &PointerUse::use) !=
         inferred.seen.end();
}

// `const char*`, and all that the code is seen to do is what is done to texts:
// then the integer beside it is none of its lengths, and what every
// `const char*` has behind it is there, whoever the caller is.
bool IsReadAsText(const FlowParameter& parameter) {
  const PointeeInfo& pointee = parameter.type.pointee;
  const InferredExtent& inferred = parameter.inferred;
  if (!pointee.is_character || !pointee.is_const) return false;
  if (inferred.kind == ExtentKind::kString) return true;
  return inferred.kind == ExtentKind::kUnknown &&
         IsSeen(inferred, SeenUse::kText) &&
         !IsSeen(inferred, SeenUse::kCounted);
}

std::string WhyNotInferred(const InferredExtent& inferred) {
  std::string why = inferred.kind == ExtentKind::kUnknown
                        ? "and its code does not tell: "
                        : "its code tells how much it reaches, but ";
  why += inferred.reason;
  const SourceSite& site = inferred.site;
  if (site.line == 0) return why;
  return why + fmt::format(" ({}:{})", site.file, site.line);
}

}  // namespace

InferredResult InferredCrossing(const FlowFunction& function, size_t index) {
  const FlowParameter& parameter = function.parameters[index];
  const InferredExtent& inferred = parameter.inferred;
  if (inferred.kind == ExtentKind::kNotInferred) return std::unexpected("");
  if (IsReadAsText(parameter)) return InferString(parameter);
  if (inferred.kind == ExtentKind::kUnknown || !inferred.provided)
    return std::unexpected(WhyNotInferred(inferred));
  if (parameter.type.pointee.kind == TypeKind::kStruct)
    return InferStruct(parameter);
  switch (inferred.kind) {
    case ExtentKind::kConstant:
      return InferArray(parameter);
    case ExtentKind::kParameter:
      return InferBuffer(function, parameter);
    case ExtentKind::kString:
      return InferString(parameter);
    default:
      return std::unexpected("its code reaches nothing there");
  }
}

}  // namespace bailey::policy
