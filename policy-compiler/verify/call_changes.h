// Counts of what one policy permits and another does not.
//
//   changes.allowed.entirely += 1;
//   total += changes;

#ifndef BAILEY_POLICY_COMPILER_VERIFY_CALL_CHANGES_H_
#define BAILEY_POLICY_COMPILER_VERIFY_CALL_CHANGES_H_

#include <cstddef>

namespace bailey::policy {

// In one direction. A system call counts once for each portion and target.
struct PermissionChange {
  size_t entirely = 0;  // system calls: whatever their arguments
  size_t in_part = 0;   // system calls: for some arguments
  size_t classes = 0;   // pairs of deciding rules, over all of these

  PermissionChange& operator+=(const PermissionChange& other) {
    entirely += other.entirely;
    in_part += other.in_part;
    classes += other.classes;
    return *this;
  }
};

struct CallChanges {
  PermissionChange allowed;
  PermissionChange denied;
  bool at_least = false;  // something was not counted to its end

  CallChanges& operator+=(const CallChanges& other) {
    allowed += other.allowed;
    denied += other.denied;
    at_least = at_least || other.at_least;
    return *this;
  }
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_CALL_CHANGES_H_
