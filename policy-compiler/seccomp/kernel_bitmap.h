// A model of the kernel's own emulation of a filter (since Linux 5.11): when a
// filter is installed, the kernel runs it once for each number it has, on the
// architecture and the number alone; where that ends in ALLOW without having
// read anything else it notes the number in a bitmap, and never runs the filter
// for it again.
//
//   if (IsConstantAllow(program, AUDIT_ARCH_X86_64, 0)) ...  // read is free
//
// Modelled after seccomp_is_const_allow and seccomp_cache_prepare_bitmap
// (kernel/seccomp.c): anything but the instructions named there ends the
// emulation with "not constant".

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_KERNEL_BITMAP_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_KERNEL_BITMAP_H_

#include <cstdint>
#include <span>

#include "common/bpf/evaluator.h"

namespace bailey::policy {

// Requires a program that ValidateBpf accepts.
bool IsConstantAllow(std::span<const sock_filter> program,
                     uint32_t architecture, uint32_t number);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_KERNEL_BITMAP_H_
