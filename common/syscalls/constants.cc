#include "common/syscalls/constants.h"

#include <algorithm>
#include <functional>
#include <iterator>

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

constexpr NamedErrno kErrnos[] = {
#include "common/syscalls/errnos.inc"
};

// INVARIANT: Find searches by halves; the generator sorts, and these refuse to
// compile tables that are not strictly ascending.
static_assert(std::ranges::adjacent_find(kConstants,
                                         std::ranges::greater_equal(),
                                         &NamedConstant::name) ==
              std::end(kConstants));
static_assert(std::ranges::adjacent_find(kErrnos, std::ranges::greater_equal(),
                                         &NamedErrno::name) ==
              std::end(kErrnos));

// `table` is ascending by name; nullptr if it lacks `name`.
template <typename Entry>
const Entry* Find(std::span<const Entry> table, std::string_view name) {
  auto found = std::ranges::lower_bound(table, name, {}, &Entry::name);
  return found == table.end() || found->name != name ? nullptr : &*found;
}

}  // namespace

std::optional<uint64_t> FindConstant(std::string_view name) {
  const NamedConstant* found = Find(AllConstants(), name);
  return found ? std::optional(found->value) : std::nullopt;
}

std::span<const NamedConstant> AllConstants() { return kConstants; }

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
