// Classic BPF as text, for people and for golden files.
//
//   std::cout << Disassemble(program, FilterKind::kPlain);
//
//   0000: ld [4]                       ; architecture
//   0001: jeq #0xc000003e, 0002, 0007  ; x86_64
//   0002: ld [0]                       ; number
//   0003: jeq #0x29, 0004, 0008        ; socket
//   ...
//   0007: ret #0x80000000              ; kill_process

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_DISASSEMBLER_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_DISASSEMBLER_H_

#include <span>
#include <string>

#include "common/bpf/evaluator.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// One line an instruction; jump targets are absolute. Any bytes can be shown:
// of a program that the kernel would refuse the raw fields are. `kind` says
// what a returned constant means.
std::string Disassemble(std::span<const sock_filter> program, FilterKind kind,
                        Architecture architecture = Architecture::kX8664);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_DISASSEMBLER_H_
