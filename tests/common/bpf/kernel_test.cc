// The evaluator against the kernel of this machine: what it admits, and what it
// computes.

#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <random>

#include "common/bpf/evaluator.h"

namespace bailey {
namespace {

constexpr uint32_t kArchitecture = 0xc000003e;  // AUDIT_ARCH_X86_64
// Numbers that no kernel gives a meaning: only they reach the generated part.
constexpr uint32_t kFirstNumber = 1000;
constexpr uint32_t kNumbers = 16;
constexpr size_t kCalls = 12;

sock_filter Statement(int code, uint32_t k) {
  return BPF_STMT(static_cast<uint16_t>(code), k);
}

bool CanFilter() {
  const pid_t child = fork();
  if (child == 0) _exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0 &&
         prctl(PR_GET_SECCOMP) >= 0;
}

// Runs `body` in a child and returns its wait status.
int InChild(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

// 0, or the errno of the refusal. Called in a child only.
int Install(const BpfProgram& program) {
  // SAFETY: the kernel only reads the instructions.
  sock_fprog filter{static_cast<unsigned short>(program.size()),
                    const_cast<sock_filter*>(program.data())};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0
                                                                        : errno;
}

class RandomProgram {
 public:
  explicit RandomProgram(uint64_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(random_() % bound);
  }

  // allow what the child needs; then random instructions; then A is folded into
  // the twelve bits that an errno has room for.
  BpfProgram Make() {
    const uint32_t length = 1 + Below(24);
    BpfProgram program = {Statement(BPF_LD | BPF_W | BPF_ABS, 0),
                          {BPF_JMP | BPF_JGE | BPF_K, 1, 0, kFirstNumber},
                          Statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    for (uint32_t i = 0; i < length; ++i) {
      program.push_back(MakeInstruction(length - i));
    }
    for (const sock_filter& instruction : Epilogue()) {
      program.push_back(instruction);
    }
    return program;
  }

  uint64_t MakeArgument() {
    const uint64_t small = Below(4);
    return Below(2) == 0 ? small | small << 32 : random_();
  }

 private:
  static BpfProgram Epilogue() {
    return {Statement(BPF_MISC | BPF_TAX, 0),
            Statement(BPF_ALU | BPF_RSH | BPF_K, 12),
            Statement(BPF_ALU | BPF_XOR | BPF_X, 0),
            // 0 to 2047: every value is an errno that a call can return.
            Statement(BPF_ALU | BPF_AND | BPF_K, 0x7ff),
            Statement(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
            Statement(BPF_RET | BPF_A, 0)};
  }

  // `left`: instructions up to the epilogue, this one included; jumps may reach
  // its first.
  sock_filter MakeInstruction(uint32_t left) {
    const uint32_t k =
        Below(3) == 0 ? static_cast<uint32_t>(random_()) : Below(5);
    switch (Below(9)) {
      case 0:
        return Statement(BPF_LD | BPF_W | BPF_ABS, MakeOffset());
      case 1:
        return Statement(BPF_LDX | BPF_IMM, k);
      case 2:
        return Statement(Below(2) ? BPF_ST : BPF_STX, Below(3));
      case 3:
        return Statement((Below(2) ? BPF_LD : BPF_LDX) | BPF_MEM, Below(3));
      case 4:
        return Statement(BPF_MISC | (Below(2) ? BPF_TAX : BPF_TXA), 0);
      case 5:
        return Statement((Below(2) ? BPF_LD : BPF_LDX) | BPF_W | BPF_LEN, 0);
      case 6:
        return MakeJump(left, k);
      default:
        return MakeAlu(k);
    }
  }

  // The instruction pointer is left out: the test does not know it.
  uint32_t MakeOffset() {
    return Below(4) == 0 ? 4 * Below(2) : 16 + 4 * Below(12);
  }

  sock_filter MakeAlu(uint32_t k) {
    constexpr int kOperations[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
                                   BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH, BPF_NEG};
    const int operation = kOperations[Below(10)];
    const int source = Below(2) && operation != BPF_NEG ? BPF_X : BPF_K;
    return Statement(BPF_ALU | operation | source, k);
  }

  sock_filter MakeJump(uint32_t left, uint32_t k) {
    constexpr int kOperations[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
    if (Below(5) == 0) return Statement(BPF_JMP | BPF_JA, Below(left));
    return {static_cast<uint16_t>(BPF_JMP | kOperations[Below(4)] |
                                  (Below(2) ? BPF_X : BPF_K)),
            static_cast<uint8_t>(Below(left)),
            static_cast<uint8_t>(Below(left)), k};
  }

  std::mt19937_64 random_;
};

SeccompData MakeCall(RandomProgram& random) {
  SeccompData data{.number = kFirstNumber + random.Below(kNumbers),
                   .architecture = kArchitecture};
  for (uint64_t& argument : data.arguments) argument = random.MakeArgument();
  return data;
}

// SAFETY: no call has these numbers; at worst the kernel answers ENOSYS.
int ErrnoOf(const SeccompData& data) {
  const auto& a = data.arguments;
  const long result = syscall(data.number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return result == -1 ? errno : 0;
}

// What the child saw, in memory that it shares with the test.
struct Observed {
  int install_errno;
  int errnos[kCalls];
};

class KernelTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanFilter()) GTEST_SKIP() << "this host allows no seccomp filters";
    void* memory = mmap(nullptr, sizeof(Observed), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    observed_ = static_cast<Observed*>(memory);
  }

  void TearDown() override {
    if (observed_ != nullptr) munmap(observed_, sizeof(Observed));
  }

  bool KernelAdmits(const BpfProgram& program) {
    // Written before the filter is in force: it may forbid _exit.
    observed_->install_errno = -1;
    InChild([&] {
      // A filter that kills must not make the answer look like a refusal.
      const int refusal = Install(program);
      observed_->install_errno = refusal;
    });
    return observed_->install_errno <= 0;
  }

  Observed* observed_ = nullptr;
};

TEST_F(KernelTest, AdmitsTheSameInstructions) {
  for (uint32_t code = 0; code < 256; ++code) {
    for (const uint32_t k : {0u, 1u, 15u, 16u, 31u, 32u, 60u, 62u, 64u}) {
      // Scratch memory is written first, so that reads are judged by k alone.
      BpfProgram program;
      for (uint32_t i = 0; i < BPF_MEMWORDS; ++i) {
        program.push_back(Statement(BPF_ST, i));
      }
      program.push_back(Statement(static_cast<int>(code), k));
      for (int i = 0; i < 20; ++i) {
        program.push_back(Statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
      }
      EXPECT_EQ(ValidateBpf(program).ok(), KernelAdmits(program))
          << "code " << code << " k " << k;
    }
  }
}

TEST_F(KernelTest, AdmitsTheSameRandomPrograms) {
  RandomProgram random(1);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    BpfProgram program = random.Make();
    // Some with a jump too far.
    program[3].jt = static_cast<uint8_t>(program[3].jt + random.Below(30));
    const bool admitted = ValidateBpf(program).ok();
    ASSERT_EQ(admitted, KernelAdmits(program)) << "program " << i;
    refused += admitted ? 0 : 1;
  }
  EXPECT_GT(refused, 20);
}

TEST_F(KernelTest, ComputesTheSameAnswers) {
  RandomProgram random(2);
  int compared = 0;
  for (int i = 0; i < 900 && compared < 2500; ++i) {
    const BpfProgram program = random.Make();
    if (!ValidateBpf(program).ok()) continue;
    std::vector<SeccompData> calls;
    for (size_t call = 0; call < kCalls; ++call) {
      calls.push_back(MakeCall(random));
    }
    const int status = InChild([&] {
      observed_->install_errno = Install(program);
      for (size_t call = 0; call < kCalls; ++call) {
        observed_->errnos[call] = -1;
      }
      for (size_t call = 0; call < kCalls; ++call) {
        observed_->errnos[call] = ErrnoOf(calls[call]);
      }
    });
    ASSERT_EQ(observed_->install_errno, 0);
    for (size_t call = 0; call < kCalls; ++call) {
      const uint32_t expected = RunBpf(program, calls[call]).returned;
      // A division by zero returned 0, which kills the thread.
      if (expected == SECCOMP_RET_KILL_THREAD) {
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
        break;
      }
      ASSERT_EQ(observed_->errnos[call],
                static_cast<int>(expected & SECCOMP_RET_DATA))
          << "program " << i << " call " << call;
      ++compared;
    }
  }
  EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace bailey
