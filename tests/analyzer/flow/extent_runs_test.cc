// Runs the functions of testdata/analyzer/extents with random arguments, each
// pointer into memory that ends, or begins, exactly where what was inferred of
// it does: beyond are pages that nobody may touch. What is only read cannot be
// written, and where nothing is reached nothing may be. A fault there is a
// wrong answer.
#include <dlfcn.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <random>
#include <span>

#include "tests/analyzer/flow/extent_programs.h"

namespace bailey::analyzer {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kMostBytes = 4 * kPage;
constexpr size_t kArguments = 6;
constexpr int kRuns = 500;

sigjmp_buf g_after_fault;
volatile uintptr_t g_fault = 0;

void OnFault(int, siginfo_t* info, void*) {
  g_fault = reinterpret_cast<uintptr_t>(info->si_addr);
  siglongjmp(g_after_fault, 1);
}

void OnAlarm(int) { siglongjmp(g_after_fault, 2); }

// kMostBytes between two guards of the same size.
class Yard {
 public:
  Yard()
      : start_(static_cast<unsigned char*>(
            mmap(nullptr, 3 * kMostBytes, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
  ~Yard() { munmap(start_, 3 * kMostBytes); }
  Yard(const Yard&) = delete;
  Yard& operator=(const Yard&) = delete;

  std::span<unsigned char> inner() const {
    return {start_ + kMostBytes, kMostBytes};
  }
  bool Holds(uintptr_t address) const {
    const auto start = reinterpret_cast<uintptr_t>(start_);
    return address >= start && address < start + 3 * kMostBytes;
  }
  void Protect(int how) const {
    ASSERT_EQ(mprotect(inner().data(), kMostBytes, how), 0);
  }
  // Only the pages that hold `bytes` bytes at the end, or at the beginning.
  unsigned char* Open(size_t bytes, bool at_end, int how) const {
    const size_t pages = (bytes + kPage - 1) / kPage * kPage;
    Protect(PROT_NONE);
    unsigned char* first =
        at_end ? inner().data() + kMostBytes - pages : inner().data();
    EXPECT_EQ(pages == 0 ? 0 : mprotect(first, pages, how), 0);
    return at_end ? inner().data() + kMostBytes - bytes : inner().data();
  }

 private:
  unsigned char* start_;
};

struct Trial {
  const FlowFunction& function;
  std::array<uint64_t, kArguments> arguments{};
  bool is_possible = true;
};

class ExtentRuns : public ::testing::Test {
 protected:
  void SetUp() override {
    library_ = dlopen(BAILEY_EXTENT_PROGRAMS, RTLD_NOW);
    ASSERT_NE(library_, nullptr) << dlerror();
    struct sigaction fault{};
    fault.sa_sigaction = OnFault;
    fault.sa_flags = SA_SIGINFO | SA_NODEFER;
    struct sigaction alarm{};
    alarm.sa_handler = OnAlarm;
    alarm.sa_flags = SA_NODEFER;
    sigaction(SIGSEGV, &fault, &old_fault_);
    sigaction(SIGBUS, &fault, &old_bus_);
    sigaction(SIGALRM, &alarm, &old_alarm_);
  }
  void TearDown() override {
    sigaction(SIGSEGV, &old_fault_, nullptr);
    sigaction(SIGBUS, &old_bus_, nullptr);
    sigaction(SIGALRM, &old_alarm_, nullptr);
    dlclose(library_);
  }

  uint64_t Number(const TypeInfo& type) {
    constexpr std::array<uint64_t, 16> kNumbers = {0,
                                                   1,
                                                   2,
                                                   3,
                                                   4,
                                                   5,
                                                   7,
                                                   8,
                                                   15,
                                                   16,
                                                   17,
                                                   63,
                                                   ~uint64_t{0},
                                                   0x80000000,
                                                   4096,
                                                   0x7fffffff};
    const uint64_t number = random_() % 2 == 0
                                ? kNumbers[random_() % kNumbers.size()]
                                : random_() % 300;
    const unsigned bits = static_cast<unsigned>(type.size_bytes) * 8;
    const uint64_t cut =
        bits >= 64 ? number : number & ((uint64_t{1} << bits) - 1);
    if (!type.is_signed || bits >= 64 || (cut >> (bits - 1) & 1) == 0)
      return cut;
    return cut | ~((uint64_t{1} << bits) - 1);
  }

  // The bytes that the pointer may reach with these arguments.
  static size_t BytesOf(const InferredExtent& inferred, const Trial& trial) {
    if (inferred.kind != ExtentKind::kParameter) return inferred.bytes;
    const size_t at = static_cast<size_t>(inferred.parameter);
    const uint64_t count = trial.arguments[at];
    const bool is_negative = trial.function.parameters[at].type.is_signed &&
                             static_cast<int64_t>(count) < 0;
    if (is_negative) return inferred.bytes;
    if (count > kMostBytes) return kMostBytes + 1;
    return count * inferred.factor + inferred.bytes;
  }

  void Scatter(std::span<unsigned char> bytes) {
    for (unsigned char& each : bytes)
      each = static_cast<unsigned char>(random_() % 4 == 0 ? random_() % 8
                                                           : random_());
  }

  uint64_t Pointer(const InferredExtent& inferred, const Yard& yard,
                   Trial& trial) {
    const bool is_text = inferred.kind == ExtentKind::kString;
    const size_t bytes = inferred.kind == ExtentKind::kUnknown ? kMostBytes / 2
                         : is_text ? 1 + random_() % 20
                                   : BytesOf(inferred, trial);
    if (bytes > kMostBytes) {
      trial.is_possible = false;
      return 0;
    }
    yard.Protect(PROT_READ | PROT_WRITE);
    const bool at_end =
        inferred.kind == ExtentKind::kUnknown || random_() % 2 == 0;
    unsigned char* at =
        at_end ? yard.inner().data() + kMostBytes - bytes : yard.inner().data();
    Scatter({at, bytes});
    if (is_text) {
      std::replace(at, at + bytes, static_cast<unsigned char>(0),
                   static_cast<unsigned char>('a'));
      at[bytes - 1] = 0;
    }
    const bool is_read = inferred.access == AccessMode::kReadOnly;
    at = yard.Open(bytes, at_end, is_read ? PROT_READ : PROT_READ | PROT_WRITE);
    return reinterpret_cast<uint64_t>(at);
  }

  void Fill(Trial& trial, const std::array<Yard, kArguments>& yards) {
    const auto& parameters = trial.function.parameters;
    for (size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].type.kind != TypeKind::kPointer)
        trial.arguments[i] = Number(parameters[i].type);
    for (size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].type.kind == TypeKind::kPointer)
        trial.arguments[i] = Pointer(parameters[i].inferred, yards[i], trial);
  }

  // Which parameter the call was wrong about; -1: none.
  static int Call(void* function, const Trial& trial,
                  const std::array<Yard, kArguments>& yards) {
    using Any = uint64_t (*)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                             uint64_t);
    const itimerval soon{{0, 0}, {0, 50000}};
    const itimerval never{};
    const auto& a = trial.arguments;
    const int outcome = sigsetjmp(g_after_fault, 1);
    if (outcome == 0) {
      setitimer(ITIMER_REAL, &soon, nullptr);
      reinterpret_cast<Any>(function)(a[0], a[1], a[2], a[3], a[4], a[5]);
    }
    setitimer(ITIMER_REAL, &never, nullptr);
    if (outcome != 1) return -1;
    for (size_t i = 0; i < trial.function.parameters.size(); ++i) {
      const FlowParameter& parameter = trial.function.parameters[i];
      if (parameter.type.kind == TypeKind::kPointer &&
          parameter.inferred.kind != ExtentKind::kUnknown &&
          yards[i].Holds(g_fault))
        return static_cast<int>(i);
    }
    return -1;
  }

  // How many calls were made: with arguments that need too much, none is.
  int Run(const FlowFunction& function) {
    void* address = dlsym(library_, function.name.c_str());
    if (address == nullptr) return 0;
    const std::array<Yard, kArguments> yards;
    int calls = 0;
    for (int i = 0; i < kRuns; ++i) {
      Trial trial{function};
      Fill(trial, yards);
      if (!trial.is_possible) continue;
      ++calls;
      const int wrong = Call(address, trial, yards);
      if (wrong < 0) continue;
      ADD_FAILURE() << function.name << ": parameter " << wrong
                    << " reaches further, with " << trial.arguments[0] << ", "
                    << trial.arguments[1] << ", " << trial.arguments[2];
      break;
    }
    return calls;
  }

  static bool HasKnown(const FlowFunction& function) {
    return function.parameters.size() <= kArguments &&
           std::ranges::any_of(
               function.parameters, [](const FlowParameter& each) {
                 return each.inferred.kind != ExtentKind::kNotInferred &&
                        each.inferred.kind != ExtentKind::kUnknown;
               });
  }

  void* library_ = nullptr;
  std::mt19937_64 random_{20261122};
  struct sigaction old_fault_{};
  struct sigaction old_bus_{};
  struct sigaction old_alarm_{};
};

TEST_F(ExtentRuns, NothingIsReachedBeyondWhatWasInferred) {
  int functions = 0;
  for (const FlowFunction& each : ExtentPrograms().functions) {
    if (!HasKnown(each)) continue;
    const int calls = Run(each);
    functions += calls > 100 ? 1 : 0;
    if (HasFailure()) return;
  }
  EXPECT_GT(functions, 30);
}

// The measure itself: half of what is inferred is too little.
TEST_F(ExtentRuns, TooLittleIsSeen) {
  for (FlowFunction each : ExtentPrograms().functions) {
    if (each.id != "digest" && each.id != "sum") continue;
    InferredExtent& inferred = each.parameters[0].inferred;
    inferred.bytes /= 2;
    inferred.factor /= 2;
    ::testing::TestPartResultArray seen;
    {
      ::testing::ScopedFakeTestPartResultReporter watch(
          ::testing::ScopedFakeTestPartResultReporter::
              INTERCEPT_ONLY_CURRENT_THREAD,
          &seen);
      Run(each);
    }
    EXPECT_EQ(seen.size(), 1) << each.id;
  }
}

}  // namespace
}  // namespace bailey::analyzer
