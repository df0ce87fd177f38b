#include "analyzer/flow/seen_uses.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "analyzer/flow/library_extents.h"
#include "analyzer/ir/bound_arithmetic.h"

namespace bailey::analyzer {
namespace {

// As many bytes as the text there has.
bool CountsText(const ExtentCall& call, const LibraryReach& reach) {
  const auto pointer = static_cast<size_t>(reach.argument);
  const auto count = static_cast<size_t>(reach.length);
  if (reach.kind != LibraryLength::kArgument || reach.writes ||
      pointer >= call.arguments.size() || count >= call.arguments.size())
    return false;
  return call.arguments[pointer].kind == PassedKind::kParameter &&
         call.arguments[pointer].parameter == call.arguments[count].text_of;
}

// What reads as many bytes as a number says, or up to a NUL before that.
bool EndsAtNul(std::string_view function) {
  constexpr std::string_view kNames[] = {"strncmp", "strncasecmp",
                                         "strnlen", "strndup",
                                         "strncpy", "__strncpy_chk"};
  return std::ranges::find(kNames, function) != std::end(kNames);
}

bool AddUse(const ArgumentUse& use, std::vector<ArgumentUse>& uses) {
  const bool is_known = std::ranges::any_of(uses, [&](const auto& each) {
    return each.argument == use.argument && each.use == use.use &&
           each.into == use.into;
  });
  if (!is_known) uses.push_back(use);
  return !is_known;
}

// Where the caller has what the callee calls argument `into`; nothing where it
// is a local of the caller.
std::optional<int> PlaceOf(const ExtentCall& call, int into) {
  if (into < 0 || static_cast<size_t>(into) >= call.arguments.size()) return -1;
  const PassedArgument& place = call.arguments[static_cast<size_t>(into)];
  if (place.is_local) return std::nullopt;
  return place.kind == PassedKind::kParameter ? place.parameter : -1;
}

bool AddPassed(const ExtentCall& call, const PassedArgument& passed,
               const ArgumentUse& use, std::vector<ArgumentUse>& uses) {
  bool is_changed = false;
  const bool is_same =
      passed.kind == PassedKind::kParameter &&
      (use.use != SeenUse::kText || passed.bytes == ConstantBound(0));
  if (is_same)
    if (const std::optional<int> into = PlaceOf(call, use.into))
      is_changed |= AddUse({passed.parameter, use.use, *into, call.site}, uses);
  if (use.use != SeenUse::kHoldsPointers) return is_changed;
  for (int i = 0; i < 64; ++i)
    if ((passed.copies >> i & 1) != 0)
      is_changed |= AddUse({i, use.use, -1, call.site}, uses);
  return is_changed;
}

bool AddCopy(const ArgumentCopy& copy, std::vector<ArgumentCopy>& copies) {
  if (std::ranges::find(copies, copy) != copies.end()) return false;
  copies.push_back(copy);
  return true;
}

bool HasBoth(const ExtentCall& call, const ArgumentCopy& copy) {
  return static_cast<size_t>(copy.from) < call.arguments.size() &&
         static_cast<size_t>(copy.into) < call.arguments.size();
}

// A test of the first byte is one that every text has.
bool IsCounted(const PointerReach& reach) {
  return reach.kind == ReachKind::kBound &&
         (reach.bound.argument >= 0 || reach.bound.addend > 1);
}

void AddOwn(const FunctionExtents& function, std::vector<ArgumentUse>& uses) {
  for (const ArgumentUse& each : function.uses) AddUse(each, uses);
  for (const PointerReach& each : function.reaches) {
    if (IsCounted(each))
      AddUse({each.argument, SeenUse::kCounted, -1, each.site}, uses);
    if (each.kind == ReachKind::kText)
      AddUse({each.argument, SeenUse::kText, -1, each.site}, uses);
  }
}

}  // namespace

SeenUses::SeenUses(const std::vector<FunctionExtents>& functions) {
  for (const FunctionExtents& each : functions) {
    AddOwn(each, uses_[each.id]);
    returned_[each.id] |= each.returned;
    for (const ArgumentCopy& copy : each.copies)
      AddCopy(copy, copies_[each.id]);
  }
  bool is_changed = true;
  while (is_changed) {
    is_changed = false;
    for (const FunctionExtents& each : functions) is_changed |= Join(each);
  }
}

std::vector<PointerUse> SeenUses::Of(std::string_view function,
                                     size_t argument) const {
  std::vector<PointerUse> seen;
  const auto found = uses_.find(function);
  if (found == uses_.end()) return seen;
  for (const ArgumentUse& each : found->second)
    if (each.argument == static_cast<int>(argument) &&
        std::ranges::find(seen, each.use, &PointerUse::use) == seen.end())
      seen.push_back({each.use, each.site});
  return seen;
}

bool SeenUses::Join(const FunctionExtents& caller) {
  bool is_changed = false;
  for (const ExtentCall& call : caller.calls) {
    is_changed |= JoinCall(call, uses_[caller.id]);
    is_changed |= JoinCopies(caller, call);
    is_changed |= JoinResult(caller.id, call);
  }
  return is_changed;
}

uint64_t SeenUses::ReturnedBy(const ExtentCall& call) const {
  const auto callee = returned_.find(call.to);
  if (callee != returned_.end()) return callee->second;
  const LibraryExtent* library = LibraryExtentOf(call.to);
  if (library == nullptr || library->returned < 0) return 0;
  return uint64_t{1} << library->returned;
}

// What a callee returns of the caller's own pointer, the caller may keep.
bool SeenUses::JoinResult(const std::string& caller, const ExtentCall& call) {
  const uint64_t returned = ReturnedBy(call);
  bool is_changed = false;
  for (size_t i = 0; i < call.arguments.size() && i < 64; ++i) {
    const PassedArgument& passed = call.arguments[i];
    if ((returned >> i & 1) == 0 || passed.kind != PassedKind::kParameter)
      continue;
    for (const int into : call.result_into)
      is_changed |= AddUse({passed.parameter, SeenUse::kKept, into, call.site},
                           uses_[caller]);
    if (!call.is_result_returned) continue;
    uint64_t& known = returned_[caller];
    const uint64_t bit = uint64_t{1} << passed.parameter;
    is_changed |= (known & bit) == 0;
    known |= bit;
  }
  return is_changed;
}

bool SeenUses::JoinCopies(const FunctionExtents& caller,
                          const ExtentCall& call) {
  const auto callee = copies_.find(call.to);
  if (callee == copies_.end()) return false;
  const Copies theirs = callee->second;  // it may call itself
  bool is_changed = false;
  for (const ArgumentCopy& each : theirs)
    if (HasBoth(call, each)) is_changed |= JoinCopy(caller.id, call, each);
  return is_changed;
}

bool SeenUses::JoinCopy(const std::string& caller, const ExtentCall& call,
                        const ArgumentCopy& copy) {
  const PassedArgument& from = call.arguments[static_cast<size_t>(copy.from)];
  const PassedArgument& into = call.arguments[static_cast<size_t>(copy.into)];
  if (from.kind != PassedKind::kParameter) return false;
  bool is_changed = false;
  if (into.kind == PassedKind::kParameter)
    is_changed |= AddCopy({from.parameter, into.parameter}, copies_[caller]);
  if (into.holds_pointers)
    is_changed |=
        AddUse({from.parameter, SeenUse::kHoldsPointers, -1, call.site},
               uses_[caller]);
  return is_changed;
}

bool SeenUses::JoinCall(const ExtentCall& call, Uses& into) {
  const auto callee = uses_.find(call.to);
  // A copy: a function may call itself.
  const Uses theirs = callee != uses_.end() ? callee->second : OfLibrary(call);
  bool is_changed = false;
  for (const ArgumentUse& each : theirs)
    if (static_cast<size_t>(each.argument) < call.arguments.size())
      is_changed |= AddPassed(
          call, call.arguments[static_cast<size_t>(each.argument)], each, into);
  return is_changed;
}

SeenUses::Uses SeenUses::OfLibrary(const ExtentCall& call) {
  Uses uses;
  const LibraryExtent* library = LibraryExtentOf(call.to);
  if (library == nullptr) return uses;
  for (const LibraryReach& each : library->reaches) {
    if (each.writes) AddUse({each.argument, SeenUse::kWritten, -1, {}}, uses);
    if (each.kind == LibraryLength::kText || CountsText(call, each))
      AddUse({each.argument, SeenUse::kText, -1, {}}, uses);
    else if (!EndsAtNul(call.to))
      AddUse({each.argument, SeenUse::kCounted, -1, {}}, uses);
  }
  return uses;
}

}  // namespace bailey::analyzer
