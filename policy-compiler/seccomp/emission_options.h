// What the compiler of filters makes small, and what it is told about how often
// calls are made.
//
//   EmissionOptions options;
//   options.objective = Objective::kLegacy;
//   options.frequencies = {{202, 250}, {0, 220}};  // futex, read
//   CompileFilter(policy, portion, FilterKind::kPlain, {}, options);

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_EMISSION_OPTIONS_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_EMISSION_OPTIONS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace bailey::policy {

enum class Objective : uint8_t {
  // Linux 5.11 and later answer an ALLOW that depends on no argument from a
  // bitmap: only other calls run the filter, so only they count.
  kBitmap,
  kLegacy,  // earlier kernels: every call runs the filter
  kSize,    // instructions alone
};

std::string_view ObjectiveName(Objective objective);
std::optional<Objective> ObjectiveOf(std::string_view name);

// How often calls are made, by number; any unit. A call that is not named is
// taken to be made hardly ever.
using Frequencies = std::map<uint32_t, double>;

struct EmissionOptions {
  Objective objective = Objective::kBitmap;
  Frequencies frequencies;  // empty: DefaultCallWeight
  // One instruction more, executed by the mean call, is worth so many
  // instructions of size.
  double instructions_per_step = 3;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_EMISSION_OPTIONS_H_
