// Which system calls a test may make for real: those that change nothing
// outside the process that makes them, whatever the filter answers.
//
//   if (IsSafeCall("read", {~uint64_t{0}})) ...  // read(-1, 0, 0): EBADF
//
// A call is safe for one of four reasons.
//   it only returns a number           getpid, getuid, sched_yield, ...
//   its descriptor is negative         read(-1, ...): the kernel looks it up
//                                      first and answers EBADF
//   its path is a null pointer         open(NULL, ...): the kernel copies it
//                                      first and answers EFAULT
//   it makes a local socket            socket(AF_UNIX, ...): gone with the
//                                      process, and no module is loaded for it
// What is not listed is not made: a call that a wrong filter lets through must
// do no harm, so that it is denied by the policy says nothing.

#ifndef BAILEY_POLICY_COMPILER_TRIAL_SAFE_CALL_H_
#define BAILEY_POLICY_COMPILER_TRIAL_SAFE_CALL_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace bailey::policy {

bool IsSafeCall(std::string_view call,
                const std::array<uint64_t, 6>& arguments);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_TRIAL_SAFE_CALL_H_
