#include "policy-compiler/formats/foreign_actions.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bailey::policy {
namespace {

constexpr uint16_t kMaxErrno = 4095;  // the kernel cuts larger ones to it

}  // namespace

Action ForeignActions::Errno(uint16_t value, const std::string& where) {
  if (value != 0) return {ActionKind::kErrno, std::min(value, kMaxErrno)};
  Say(where +
      ": an error of 0 pretends success without making the call; it "
      "is EPERM here");
  return {ActionKind::kErrno, EPERM};
}

Action ForeignActions::Absent(const std::string& where,
                              const std::string& what) {
  Say(where + ": " + what +
      "; there is none here, and the answer is ENOSYS, the kernel's without "
      "one");
  return {ActionKind::kErrno, ENOSYS};
}

void ForeignActions::Say(std::string difference) {
  if (said_.insert(difference).second)
    differences.push_back(std::move(difference));
}

}  // namespace bailey::policy
