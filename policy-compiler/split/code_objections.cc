#include "policy-compiler/split/code_objections.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace bailey::policy {
namespace {

std::string AtPlace(const SourceSite& site) {
  return site.line == 0 ? "" : fmt::format(" ({}:{})", site.file, site.line);
}

const PointerUse* PlaceSeen(const InferredExtent& inferred, SeenUse use) {
  const auto found = std::ranges::find(inferred.seen, use, &PointerUse::use);
  return found == inferred.seen.end() ? nullptr : &*found;
}

uint64_t CarriedBytes(const CrossingParameter& declared) {
  switch (declared.mode) {
    case MarshalMode::kStruct:
      return declared.element_bytes;
    case MarshalMode::kFixedArray:
      return declared.count * declared.element_bytes;
    case MarshalMode::kCString:
      return 1;  // its NUL, if nothing else
    default:
      return 0;
  }
}

bool IsWithinCount(const InferredExtent& inferred,
                   const CrossingParameter& declared) {
  return declared.mode == MarshalMode::kBuffer && inferred.bytes == 0 &&
         inferred.parameter == declared.length_parameter &&
         inferred.factor <= declared.element_bytes;
}

std::string HowFar(const FlowFunction& function,
                   const InferredExtent& inferred) {
  if (inferred.kind == ExtentKind::kConstant)
    return fmt::format("may reach {} bytes", inferred.bytes);
  if (inferred.kind == ExtentKind::kString) return "uses it as a text";
  const auto index = static_cast<size_t>(inferred.parameter);
  return fmt::format("reaches as far as `{}` says",
                     index < function.parameters.size()
                         ? function.parameters[index].name
                         : std::string("a number"));
}

}  // namespace

std::optional<Refusal> ObjectionTo(const FlowParameter& parameter,
                                   const CrossingParameter& declared) {
  const InferredExtent& inferred = parameter.inferred;
  if (const PointerUse* kept = PlaceSeen(inferred, SeenUse::kKept))
    return Refusal{
        "its code keeps the pointer, and what it points to is gone "
        "after the call" +
            AtPlace(kept->site),
        "keep a copy of what it points to, not the pointer"};
  if (const PointerUse* taken = PlaceSeen(inferred, SeenUse::kHoldsPointers))
    return Refusal{
        "its code takes pointers out of what it points to, which "
        "would be the caller's" +
            AtPlace(taken->site),
        "pass what those point to, or name the functions that use "
        "it in the same portion"};
  const PointerUse* written = PlaceSeen(inferred, SeenUse::kWritten);
  if (written && declared.direction == Direction::kIn)
    return Refusal{
        "its code writes what it points to, and it is declared as "
        "only read" +
            AtPlace(written->site),
        "declare it without const or read_only"};
  return std::nullopt;
}

bool MayReachFurther(const FlowParameter& parameter,
                     const CrossingParameter& declared) {
  const InferredExtent& inferred = parameter.inferred;
  switch (inferred.kind) {
    case ExtentKind::kConstant:
      return inferred.bytes > CarriedBytes(declared);
    case ExtentKind::kParameter:
      return !IsWithinCount(inferred, declared);
    case ExtentKind::kString:
      return declared.mode != MarshalMode::kCString;
    default:
      return false;
  }
}

Refusal RefusalOfFurther(const FlowFunction& function,
                         const FlowParameter& parameter,
                         const CrossingParameter& declared) {
  const std::string reached = HowFar(function, parameter.inferred);
  if (declared.mode == MarshalMode::kCString)
    return {fmt::format("it is declared like a text, but its code {}", reached),
            fmt::format("say __attribute__((access(mode, pointer, count))) or "
                        "declare `[static N]`; if it is a text, the policy can "
                        "say so: `function {}(string {});`",
                        function.name, parameter.name)};
  return {fmt::format("it is declared like one structure, but its code {}",
                      reached),
          "pass one structure at a time"};
}

}  // namespace bailey::policy
