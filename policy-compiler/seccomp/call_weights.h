// How often calls are made where nobody has counted: a rank by what a call is
// made for, not a measurement.
//
//   double weight = DefaultCallWeight("futex");  // 256

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_CALL_WEIGHTS_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_CALL_WEIGHTS_H_

#include <string_view>

namespace bailey::policy {

double DefaultCallWeight(std::string_view call);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_CALL_WEIGHTS_H_
