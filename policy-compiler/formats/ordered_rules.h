// Rules of which the first that matches decides, as policies of this language,
// whose rules have no order: the half of an import that Kafel's and minijail's
// languages share.
//
//   OrderedPolicy policy{.name = "jail", .source = "jail.policy", ...};
//   policy.calls[number].push_back({when, action, "jail.policy:3"});
//   return ImportOrdered(policy, differences);
//
// Here the strongest of the rules that match decides, so each rule holds only
// where no weaker one before it does; that is exact. A test that the language
// does not have is decided to the strict side, and said.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_ORDERED_RULES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_ORDERED_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/imported_policy.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct OrderedRule {
  Condition when;  // of full width
  Action action;
  std::string where;  // "jail.policy:3", for messages
};

struct OrderedPolicy {
  std::string name;    // the policy's
  std::string tool;    // "Kafel"
  std::string source;  // the file's name, for a comment
  // What its filters do to calls of other architectures.
  std::string foreign = "kills the thread";
  Architecture architecture = Architecture::kX8664;
  Widths widths = Widths::kKernel;
  Action otherwise;
  // By numbers of the table.
  std::map<uint32_t, std::vector<OrderedRule>> calls;
  std::vector<std::string> comments;  // for the head of the text
};

// More parts of conditions than this make no policy.
inline constexpr size_t kMaxImportedParts = 40'000;

// With its own differences after those that are given.
Result<ImportedPolicy> ImportOrdered(const OrderedPolicy& policy,
                                     std::vector<std::string> differences);

// One rule of the policy; an empty condition always holds.
struct WrittenRule {
  Action action;
  Condition when;  // of full width, expressible
  std::string text;
};
using WrittenRules = std::map<uint32_t, std::vector<WrittenRule>>;

Result<WrittenRules> Unordered(const OrderedPolicy& policy,
                               std::vector<std::string>& differences);

// The policy's text.
std::string WrittenText(const OrderedPolicy& policy, const WrittenRules& rules);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_ORDERED_RULES_H_
