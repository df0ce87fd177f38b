#include "policy-compiler/split/library_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "policy-compiler/split/plain_types.h"

namespace bailey::policy {
namespace {

using Described = std::expected<CrossingParameter, Refusal>;

MarshalMode ModeOf(LibraryType type) {
  switch (type) {
    case LibraryType::kVector:
    case LibraryType::kSpan:
      return MarshalMode::kElements;
    case LibraryType::kOptional:
      return MarshalMode::kOptional;
    default:
      return MarshalMode::kText;
  }
}

bool IsView(LibraryType type) {
  return type == LibraryType::kStringView || type == LibraryType::kSpan;
}

// By value it is the function's own; a view is of the caller's.
Direction DirectionOf(const TypeInfo& type) {
  const bool is_callers = type.is_reference || IsView(type.library);
  return is_callers && !type.pointee.is_const ? Direction::kInOut
                                              : Direction::kIn;
}

bool MayBeElement(const TypeInfo& type) {
  const bool is_flag = type.library == LibraryType::kOptional &&
                       type.pointee.kind == TypeKind::kBool;
  return is_flag || IsPlainElement(type.pointee);
}

Described Describe(const TypeInfo& type) {
  if (!MayBeElement(type))
    return std::unexpected(Refusal{
        fmt::format("`{}` holds what cannot be carried over", type.spelling),
        "pass integers, floats, or bytes"});
  CrossingParameter described;
  described.type = type.pointee.spelling;
  described.mode = ModeOf(type.library);
  described.is_const = type.pointee.is_const;
  described.element_bytes = type.pointee.size_bytes;
  described.reason = "a value of the library: what it holds is copied";
  return described;
}

const PointerUse* FindKept(const InferredExtent& inferred) {
  const auto kept =
      std::ranges::find(inferred.seen, SeenUse::kKept, &PointerUse::use);
  return kept == inferred.seen.end() ? nullptr : &*kept;
}

std::vector<CrossingParameter*> VaryingOut(Crossing& crossing) {
  std::vector<CrossingParameter*> found;
  for (CrossingParameter& each : crossing.parameters)
    if (IsVarying(each) && each.direction != Direction::kIn)
      found.push_back(&each);
  if (crossing.result && IsVarying(*crossing.result))
    found.push_back(&*crossing.result);
  return found;
}

// Texts of up to n bytes are fewer than 2^(8n + 1): so much says the length.
constexpr uint64_t kLengthBits = 1;

uint64_t MostElements(uint64_t bits, uint64_t element_bytes) {
  if (bits <= kLengthBits || element_bytes == 0) return 0;
  return (bits - kLengthBits) / (element_bytes * 8);
}

}  // namespace

Described LibraryCrossing(const FlowParameter& parameter) {
  Described described = Describe(parameter.type);
  if (!described) return described;
  if (const PointerUse* kept = FindKept(parameter.inferred))
    return std::unexpected(Refusal{
        fmt::format("its code keeps a reference to it, and what it refers to "
                    "is gone after the call ({}:{})",
                    kept->site.file, kept->site.line),
        "keep a copy of it"});
  described->name = parameter.name;
  described->direction = DirectionOf(parameter.type);
  return described;
}

Described LibraryResult(const TypeInfo& type) {
  if (type.is_reference || IsView(type.library))
    return std::unexpected(Refusal{
        fmt::format("what a `{}` refers to stays where it is", type.spelling),
        "return it by value"});
  Described described = Describe(type);
  if (described) described->direction = Direction::kOut;
  return described;
}

bool IsVarying(const CrossingParameter& each) {
  return each.mode == MarshalMode::kText || each.mode == MarshalMode::kElements;
}

std::optional<uint64_t> BitsOfLibrary(const CrossingParameter& each) {
  if (each.mode == MarshalMode::kOptional) return each.element_bytes * 8 + 1;
  if (each.count == 0) return std::nullopt;
  return each.count * each.element_bytes * 8 + kLengthBits;
}

void BoundVarying(Crossing& crossing, uint64_t most_bits, uint64_t other_bits) {
  const std::vector<CrossingParameter*> varying = VaryingOut(crossing);
  if (varying.empty() || other_bits >= most_bits) return;
  const uint64_t share = (most_bits - other_bits) / varying.size();
  const bool has_room = std::ranges::all_of(varying, [&](const auto* each) {
    return MostElements(share, each->element_bytes) > 0;
  });
  if (!has_room) return;
  for (CrossingParameter* each : varying)
    each->count = MostElements(share, each->element_bytes);
}

}  // namespace bailey::policy
