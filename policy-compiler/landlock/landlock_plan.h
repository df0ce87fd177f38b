// File rules as Landlock rules.
//
//   LandlockPlan plan = MakeLandlockPlan(portion.files, kNewestLandlockAbi);
//   for (const LandlockPathRule& rule : plan.rules) ...  // path, rights
//   for (const LandlockGap& gap : plan.gaps) ...         // what is not
//   enforced
//
// A plan handles every right that the ABI knows, so whatever no rule grants is
// denied. Landlock restricts neither stat nor the choice of names that a
// process may ask for: those are left to mounts.

#ifndef BAILEY_POLICY_COMPILER_LANDLOCK_LANDLOCK_PLAN_H_
#define BAILEY_POLICY_COMPILER_LANDLOCK_LANDLOCK_PLAN_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/documents/plan.h"
#include "common/landlock.h"

namespace bailey::policy {

// One rule of a ruleset: the file or hierarchy at `path` may be used with
// `rights`. A path without `hierarchy` is meant as a file: who installs the
// rule must refuse a directory there, since the kernel would open all that is
// below.
struct LandlockPathRule {
  std::string path;
  bool hierarchy = false;
  uint64_t rights = 0;  // within what the ABI handles
  bool operator==(const LandlockPathRule&) const = default;
};

// Something that this ABI cannot do as the policy means it.
struct LandlockGap {
  std::string right;    // "truncate"
  int since_abi = 0;    // the first that could
  bool looser = false;  // else stricter: more is denied than the policy says
  std::string effect;   // for people
  bool operator==(const LandlockGap&) const = default;
};

struct LandlockPlan {
  int abi = 0;  // at most kNewestLandlockAbi; 0: the kernel has no Landlock
  uint64_t handled_fs = 0;
  std::vector<LandlockPathRule> rules;  // by path; file and hierarchy apart
  std::vector<LandlockGap> gaps;
};

// `abi` is what the kernel answers to LANDLOCK_CREATE_RULESET_VERSION, 0 or
// less without Landlock. Rules for one path are joined: Landlock only adds
// rights.
LandlockPlan MakeLandlockPlan(std::span<const PlanFileRule> files, int abi);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANDLOCK_LANDLOCK_PLAN_H_
