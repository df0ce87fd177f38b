#include "common/syscalls/constants.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <vector>

namespace bailey {
namespace {

struct NamedErrno {
  std::string_view name;
  int value;
  bool is_first_name;
};

constexpr NamedConstant kConstants[] = {
#include "common/syscalls/constants.inc"
};

// What an architecture has otherwise than x86_64.
struct ConstantDifference {
  std::string_view name;
  std::optional<uint64_t> value;  // kAbsent: it has no such constant
};

constexpr std::optional<uint64_t> kAbsent;

constexpr ConstantDifference kAarch64Differences[] = {
#include "common/syscalls/aarch64_constants.inc"
};

constexpr NamedErrno kErrnos[] = {
#include "common/syscalls/errnos.inc"
};

// INVARIANT: Find searches by halves; the generator sorts, and these refuse to
// compile tables that are not strictly ascending.
static_assert(std::ranges::adjacent_find(kConstants,
                                         std::ranges::greater_equal(),
                                         &NamedConstant::name) ==
              std::end(kConstants));
static_assert(std::ranges::adjacent_find(kAarch64Differences,
                                         std::ranges::greater_equal(),
                                         &ConstantDifference::name) ==
              std::end(kAarch64Differences));
static_assert(std::ranges::adjacent_find(kErrnos, std::ranges::greater_equal(),
                                         &NamedErrno::name) ==
              std::end(kErrnos));

// `table` is ascending by name; nullptr if it lacks `name`.
template <typename Entry>
const Entry* Find(std::span<const Entry> table, std::string_view name) {
  auto found = std::ranges::lower_bound(table, name, {}, &Entry::name);
  return found == table.end() || found->name != name ? nullptr : &*found;
}

// x86_64's constants with the differences in their places.
std::vector<NamedConstant> Merge(std::span<const ConstantDifference> others) {
  std::vector<NamedConstant> merged;
  for (const NamedConstant& constant : kConstants) {
    if (!Find(others, constant.name)) merged.push_back(constant);
  }
  for (const ConstantDifference& other : others) {
    if (other.value) merged.push_back({other.name, *other.value});
  }
  std::ranges::sort(merged, {}, &NamedConstant::name);
  return merged;
}

}  // namespace

std::optional<uint64_t> FindConstant(Architecture architecture,
                                     std::string_view name) {
  const NamedConstant* found = Find(AllConstants(architecture), name);
  return found ? std::optional(found->value) : std::nullopt;
}

std::span<const NamedConstant> AllConstants(Architecture architecture) {
  switch (architecture) {
    case Architecture::kX8664:
      return kConstants;
    case Architecture::kAarch64: {
      static const std::vector<NamedConstant> kMerged =
          Merge(kAarch64Differences);
      return kMerged;
    }
  }
  std::abort();  // INVARIANT: the switch names every enumerator
}

std::optional<int> FindErrno(std::string_view name) {
  const NamedErrno* found = Find(std::span<const NamedErrno>(kErrnos), name);
  return found ? std::optional(found->value) : std::nullopt;
}

std::string_view ErrnoName(int value) {
  for (const NamedErrno& entry : kErrnos) {
    if (entry.value == value && entry.is_first_name) return entry.name;
  }
  return "";
}

}  // namespace bailey
