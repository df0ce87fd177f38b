#include "policy-compiler/seccomp/emission_options.h"

#include <array>
#include <utility>

namespace bailey::policy {
namespace {

constexpr std::array<std::pair<Objective, std::string_view>, 3> kNames = {
    {{Objective::kBitmap, "bitmap"},
     {Objective::kLegacy, "legacy"},
     {Objective::kSize, "size"}}};

}  // namespace

std::string_view ObjectiveName(Objective objective) {
  for (const auto& [each, name] : kNames) {
    if (each == objective) return name;
  }
  return "";
}

std::optional<Objective> ObjectiveOf(std::string_view name) {
  for (const auto& [objective, each] : kNames) {
    if (each == name) return objective;
  }
  return std::nullopt;
}

}  // namespace bailey::policy
