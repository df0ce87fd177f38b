#include "policy-compiler/seccomp/disassembler.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

namespace bailey::policy {
namespace {

TEST(Disassemble, NamesCallsArgumentsAndActions) {
  const BpfProgram program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xc000003e, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 41, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 20),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 1, 2),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  EXPECT_EQ(Disassemble(program, FilterKind::kPlain),
            "0000: ld [4]                        ; architecture\n"
            "0001: jeq #0xc000003e, 0002, 0006   ; x86_64\n"
            "0002: ld [0]                        ; number\n"
            "0003: jeq #0x29, 0004, 0007         ; socket\n"
            "0004: ld [20]                       ; argument 0, high\n"
            "0005: jset #0x1, 0007, 0008\n"
            "0006: ret #0x80000000               ; kill_process\n"
            "0007: ret #0x50001                  ; errno EPERM\n"
            "0008: ret #0x7fff0000               ; allow\n");
}

TEST(Disassemble, ShowsWhichRule) {
  const BpfProgram program = {BPF_STMT(BPF_RET | BPF_K, 17)};
  EXPECT_EQ(Disassemble(program, FilterKind::kRuleIndex),
            "0000: ret #0x11                     ; rule 17\n");
}

TEST(Disassemble, ShowsWhatTheKernelWouldRefuse) {
  const BpfProgram program = {{0xffff, 1, 2, 3}};
  EXPECT_EQ(Disassemble(program, FilterKind::kPlain),
            "0000: ? code 0xffff jt 1 jf 2 k 0x3\n");
}

}  // namespace
}  // namespace bailey::policy
