// A filter as a C header that needs nothing of Bailey: the instructions, and a
// function that installs them.
//
//   std::string text = CHeaderText({.policy = &policy, .portion = &portion,
//                                   .program = program, .solver =
//                                   "z3 4.8.12"});
//
//   #include "parser.h"
//   if (parser_install_filter() != 0) { perror("filter"); _exit(1); }
//
// The caller has proved that the program is the policy: the header says so.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_C_HEADER_H_
#define BAILEY_POLICY_COMPILER_FORMATS_C_HEADER_H_

#include <string>

#include "common/bpf/evaluator.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct CHeaderInput {
  const Policy* policy = nullptr;
  const PortionPolicy* portion = nullptr;
  BpfProgram program;  // for the policy's architecture
  std::string solver;  // that proved it
};

// The policy's name, and the portion's where the policy has several: what the
// header's names begin with.
std::string CHeaderPrefix(const Policy& policy, const PortionPolicy& portion);

std::string CHeaderText(const CHeaderInput& input);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_C_HEADER_H_
