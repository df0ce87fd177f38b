// Actions of ordered formats that the language does not have, answered to the
// strict side, and the differences that are said of them.
//
//   ForeignActions actions;
//   return actions.Errno(0, "jail.policy:3");  // EPERM, and said
//   return std::move(actions.differences);

#ifndef BAILEY_POLICY_COMPILER_FORMATS_FOREIGN_ACTIONS_H_
#define BAILEY_POLICY_COMPILER_FORMATS_FOREIGN_ACTIONS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

class ForeignActions {
 public:
  std::vector<std::string> differences;  // a line each, in order

  // An error; one of 0 would pretend success, and one above 4095 is cut by the
  // kernel.
  Action Errno(uint16_t value, const std::string& where);
  // An action that asks somebody (`what`) who is not there.
  Action Absent(const std::string& where, const std::string& what);
  // Each text once.
  void Say(std::string difference);

 private:
  std::set<std::string> said_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_FOREIGN_ACTIONS_H_
