// crossing [--quick]: how long a call from one process into another takes: by
// the channel that portions use, by a bare futex ping-pong, by a ring that
// spins, and by a Unix socket; both processes on one core, and on two.
//
// The channel is the portions' own code (runtime/): once with nothing but the
// call (the null call), once with a request and a reply of 64 bytes. The others
// pass nothing but the turn, or 64 bytes by the socket. Ratios are to the bare
// hand-over that is best there: on one core the futex, on two the ring.

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <memory>

#include "bench/compare.h"
#include "runtime/channel.h"
#include "runtime/serve.h"

namespace bailey::bench {
namespace {

constexpr size_t kMessageBytes = 64;
constexpr uint32_t kAreaBytes = 65536;

void Pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) _exit(1);
}

// Shared by both processes, for as long as either lives.
struct Turns {
  alignas(64) std::atomic<uint32_t> request = 0;
  alignas(64) std::atomic<uint32_t> reply = 0;
};

Turns* SharedTurns() {
  void* memory = mmap(nullptr, sizeof(Turns), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) _exit(1);
  return new (memory) Turns;
}

void WaitFor(std::atomic<uint32_t>& word, uint32_t until) {
  for (uint32_t seen; (seen = word.load(std::memory_order_acquire)) != until;)
    // SAFETY: an atomic of 32 bits is a futex word, in a mapping that stays.
    syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAIT, seen,
            nullptr, nullptr, 0);
}

void Tell(std::atomic<uint32_t>& word, uint32_t value) {
  word.store(value, std::memory_order_release);
  // SAFETY: as above; waking nobody is fine.
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAKE, 1, nullptr,
          nullptr, 0);
}

void SpinFor(const std::atomic<uint32_t>& word, uint32_t until) {
  while (word.load(std::memory_order_acquire) != until) __builtin_ia32_pause();
}

// A way to call into another process. The other side serves until it is
// killed.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void Serve() = 0;  // in the child, without end
  virtual void Open() {}     // in the parent, after the fork
  virtual void Call() = 0;
};

class Futex : public Transport {
 public:
  void Serve() override {
    for (uint32_t turn = 1;; ++turn) {
      WaitFor(turns_->request, turn);
      Tell(turns_->reply, turn);
    }
  }
  void Call() override {
    Tell(turns_->request, ++turn_);
    WaitFor(turns_->reply, turn_);
  }

 private:
  Turns* turns_ = SharedTurns();
  uint32_t turn_ = 0;
};

class Spinning : public Transport {
 public:
  void Serve() override {
    for (uint32_t turn = 1;; ++turn) {
      SpinFor(turns_->request, turn);
      turns_->reply.store(turn, std::memory_order_release);
    }
  }
  void Call() override {
    turns_->request.store(++turn_, std::memory_order_release);
    SpinFor(turns_->reply, turn_);
  }

 private:
  Turns* turns_ = SharedTurns();
  uint32_t turn_ = 0;
};

class Socket : public Transport {
 public:
  Socket() {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_.data()) != 0) _exit(1);
  }
  ~Socket() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  void Serve() override {
    std::array<char, kMessageBytes> bytes;
    while (read(ends_[1], bytes.data(), bytes.size()) > 0)
      if (write(ends_[1], bytes.data(), bytes.size()) < 0) _exit(1);
  }
  void Call() override {
    std::array<char, kMessageBytes> bytes = {};
    if (write(ends_[0], bytes.data(), bytes.size()) < 0 ||
        read(ends_[0], bytes.data(), bytes.size()) < 0)
      _exit(1);
  }

 private:
  std::array<int, 2> ends_;
};

extern "C" void ServeEcho(struct bailey_crossing* message) {
  void* bytes = bailey_reserve_copy(
      message, bailey_take(message, kMessageBytes), kMessageBytes);
  if (!bytes || !bailey_ready(message)) return;
  bailey_enter(message);
  bailey_leave(message);
}

extern "C" void ServeNull(struct bailey_crossing* message) {
  if (!bailey_ready(message)) return;
  bailey_enter(message);
  bailey_leave(message);
}

class Channel : public Transport {
 public:
  void Serve() override {
    static const struct bailey_service kServices[] = {{1, "echo", ServeEcho},
                                                      {2, "null", ServeNull}};
    bailey_channel_attach(0, BAILEY_SERVER, reply_, request_, kAreaBytes);
    bailey_serve(kServices, 2);
  }
  void Open() override {
    bailey_channel_attach(0, BAILEY_CLIENT, request_, reply_, kAreaBytes);
  }
  void Call() override {
    std::array<char, kMessageBytes> bytes = {};
    struct bailey_crossing* message = bailey_begin(0, 1, "echo");
    bailey_put(message, bytes.data(), bytes.size());
    bailey_call(message);
    bailey_get(message, bytes.data(), bytes.size());
    bailey_end(message);
  }

 private:
  static void* Area() {
    void* area = mmap(nullptr, kAreaBytes, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) _exit(1);
    return area;
  }

  void* request_ = Area();
  void* reply_ = Area();
};

class NullCall : public Channel {
 public:
  void Call() override {
    struct bailey_crossing* message = bailey_begin(0, 2, "null");
    bailey_call(message);
    bailey_end(message);
  }
};

// A transport whose other side runs, pinned; this process is on core 0.
class Peer {
 public:
  Peer(std::unique_ptr<Transport> transport, int core)
      : transport_(std::move(transport)), child_(fork()) {
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      Pin(core);
      transport_->Serve();
      _exit(1);
    }
    transport_->Open();
  }
  ~Peer() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  double Measure(int calls) {
    return Nanoseconds(
        [&] {
          for (int i = 0; i < calls; ++i) transport_->Call();
        },
        calls);
  }

 private:
  std::unique_ptr<Transport> transport_;
  pid_t child_;
};

// In a process of its own: a process attaches a channel once. The peer is there
// only while it is measured: one that spins would take its core from others.
double InChild(const std::function<double()>& measure) {
  std::array<int, 2> ends;
  if (pipe(ends.data()) != 0) _exit(1);
  std::fflush(nullptr);  // else a child that flushes prints it again
  const pid_t child = fork();
  if (child == 0) {
    const double time_ns = measure();
    _exit(write(ends[1], &time_ns, sizeof time_ns) == sizeof time_ns ? 0 : 1);
  }
  close(ends[1]);
  double time_ns = 0;
  const bool answered = read(ends[0], &time_ns, sizeof time_ns) > 0;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!answered) {
    std::fputs("crossing: a side has died\n", stderr);
    _exit(1);
  }
  return time_ns;
}

template <typename T>
Contender With(std::string name, int core, int calls) {
  return {std::move(name), [core, calls] {
            return InChild([=] {
              Pin(0);
              Peer peer(std::make_unique<T>(), core);
              peer.Measure(calls / 10 + 1);
              return peer.Measure(calls);
            });
          }};
}

void CompareOnOneCore(int rounds, int calls) {
  // Two processes that spin on one core wait for their time slices.
  const int spins = calls / 500 + 1;
  Compare("a call and its answer, both sides on one core",
          {With<Futex>("bare futex ping-pong", 0, calls),
           With<NullCall>("null call (runtime/channel)", 0, calls),
           With<Channel>("64 bytes each way (runtime/channel)", 0, calls),
           With<Socket>("Unix socket", 0, calls),
           With<Spinning>("bare spinning ring", 0, spins)},
          rounds);
}

void CompareOnTwoCores(int rounds, int calls) {
  // A sleeper on another core takes long to come.
  const int sleeps = calls / 20 + 1;
  Compare("a call and its answer, on two cores",
          {With<Spinning>("bare spinning ring", 1, calls),
           With<NullCall>("null call (runtime/channel)", 1, calls),
           With<Channel>("64 bytes each way (runtime/channel)", 1, calls),
           With<Futex>("bare futex ping-pong", 1, sleeps),
           With<Socket>("Unix socket", 1, sleeps)},
          rounds);
}

}  // namespace
}  // namespace bailey::bench

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const int rounds = quick ? 2 : 25;
  const int calls = quick ? 200 : 20000;
  bailey::bench::CompareOnOneCore(rounds, calls);
  if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
    bailey::bench::CompareOnTwoCores(rounds, calls);
  } else {
    std::puts("skipped: two cores (there is one)");
  }
  return 0;
}
