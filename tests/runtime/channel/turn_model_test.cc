// Whether any order of steps loses a wake-up in the protocol of runtime/turn.c:
// a model of it, of the processors' store buffers (x86) and of the kernel's
// futex, of which every reachable state is visited. Each step is one access to
// shared memory or one system call.
//
// That the model finds what is wrong is shown by protocols that are.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace bailey {
namespace {

constexpr uint8_t kCalls = 3;

enum Side : uint8_t { kClient, kServer };
enum Word : uint8_t { kSequence, kFlag };
enum Step : uint8_t {
  kGive,    // publish the sequence
  kAsk,     // does the peer sleep?
  kWake,    // FUTEX_WAKE
  kLook,    // is it there? else look again, or go on
  kRaise,   // say that this side will sleep
  kCheck,   // is it there by now?
  kWait,    // FUTEX_WAIT: sleeps if the word is still what it was
  kAsleep,  // until woken
  kLower,   // say that it is awake
  kDone
};

// What a protocol that is wrong leaves out.
struct Protocol {
  bool publishes_in_order = true;  // a sequentially consistent store
  bool raises_in_order = true;
  bool asks_after_publishing = true;
  bool wakes = true;
};

struct Store {
  Word word;
  uint8_t value;
  auto operator<=>(const Store&) const = default;
};

struct Process {
  Step step;
  uint8_t number;  // of the request it is at
  uint8_t seen = 0;
  bool has_asked = false;  // only where it asks before it publishes
  bool saw_sleeper = false;
  std::vector<Store> buffer = {};  // not yet in memory; to its own words
  auto operator<=>(const Process&) const = default;
};

struct State {
  std::array<std::array<uint8_t, 2>, 2> memory = {};  // [side][word]
  std::array<Process, 2> sides = {Process{kGive, 1}, Process{kLook, 1}};
  auto operator<=>(const State&) const = default;
};

class Model {
 public:
  explicit Model(Protocol protocol) : protocol_(protocol) {}

  // A state in which somebody waits for ever; none if there is no such.
  std::optional<State> FindStuck() {
    Visit({});
    while (!open_.empty() && !stuck_) {
      const State state = open_.back();
      open_.pop_back();
      Expand(state);
    }
    return stuck_;
  }
  size_t states() const { return visited_.size(); }

 private:
  void Visit(const State& state) {
    if (visited_.insert(state).second) open_.push_back(state);
  }

  void Expand(const State& state) {
    const size_t before = moves_;
    for (const Side side : {kClient, kServer}) {
      Drain(state, side);
      Move(state, side);
    }
    const bool is_done = state.sides[kClient].step == kDone &&
                         state.sides[kServer].step == kDone;
    if (moves_ == before && !is_done) stuck_ = state;
    for (const Side side : {kClient, kServer}) WakeByChance(state, side);
  }

  // The oldest buffered store reaches memory.
  void Drain(State state, Side side) {
    std::vector<Store>& buffer = state.sides[side].buffer;
    if (buffer.empty()) return;
    state.memory[side][buffer.front().word] = buffer.front().value;
    buffer.erase(buffer.begin());
    ++moves_;
    Visit(state);
  }

  // FUTEX_WAIT may return for no reason. Nothing may depend on it, so it is no
  // move that saves from being stuck.
  void WakeByChance(State state, Side side) {
    if (state.sides[side].step != kAsleep) return;
    state.sides[side].step = kCheck;
    Visit(state);
  }

  void To(State state, Side side, Step step) {
    state.sides[side].step = step;
    ++moves_;
    Visit(state);
  }

  // In order: not before all earlier stores, and at once.
  void Write(State state, Side side, Store store, bool in_order, Step next) {
    Process& self = state.sides[side];
    if (in_order && !self.buffer.empty()) return;
    if (in_order) {
      state.memory[side][store.word] = store.value;
    } else {
      self.buffer.push_back(store);
    }
    To(state, side, next);
  }

  bool IsThere(const State& state, Side side) const {
    return state.memory[1 - side][kSequence] == state.sides[side].number;
  }

  // A client that has its reply goes to the next request; a server that has a
  // request replies.
  void Finish(const State& state, Side side) {
    if (side == kServer) return To(state, side, kGive);
    ToNextCall(state, side, kGive);
  }

  // A server that has replied waits for the next request; a client for this
  // one's reply.
  void Given(const State& state, Side side) {
    if (side == kClient) return To(state, side, kLook);
    ToNextCall(state, side, kLook);
  }

  void ToNextCall(State state, Side side, Step first) {
    const bool was_last = state.sides[side].number++ == kCalls;
    To(state, side, was_last ? kDone : first);
  }

  void Move(const State& state, Side side) {
    const Process& self = state.sides[side];
    switch (self.step) {
      case kGive:
        return Give(state, side);
      case kAsk:
        return Ask(state, side);
      case kWake:
        return Wake(state, side);
      case kLook:
        if (IsThere(state, side)) return Finish(state, side);
        return To(state, side, kRaise);
      case kRaise:
        return Write(state, side, {kFlag, 1}, protocol_.raises_in_order,
                     kCheck);
      case kCheck:
        return Check(state, side);
      case kWait:
        return Wait(state, side);
      case kLower:
        return Lower(state, side);
      case kAsleep:
      case kDone:
        return;
    }
  }

  void Give(State state, Side side) {
    Process& self = state.sides[side];
    if (!protocol_.asks_after_publishing && !self.has_asked) {
      self.has_asked = true;
      self.saw_sleeper = state.memory[1 - side][kFlag] != 0;
      return To(state, side, kGive);
    }
    self.has_asked = false;
    Write(state, side, {kSequence, self.number}, protocol_.publishes_in_order,
          kAsk);
  }

  void Ask(const State& state, Side side) {
    const bool sleeps = protocol_.asks_after_publishing
                            ? state.memory[1 - side][kFlag] != 0
                            : state.sides[side].saw_sleeper;
    if (sleeps && protocol_.wakes) return To(state, side, kWake);
    Given(state, side);
  }

  // The kernel puts a barrier before it looks for waiters.
  void Wake(State state, Side side) {
    if (!state.sides[side].buffer.empty()) return;
    Process& peer = state.sides[1 - side];
    if (peer.step == kAsleep) peer.step = kCheck;
    Given(state, side);
  }

  void Check(State state, Side side) {
    if (IsThere(state, side)) return To(state, side, kLower);
    state.sides[side].seen = state.memory[1 - side][kSequence];
    To(state, side, kWait);
  }

  void Wait(const State& state, Side side) {
    const Process& self = state.sides[side];
    if (!self.buffer.empty()) return;  // the kernel's barrier
    To(state, side,
       state.memory[1 - side][kSequence] == self.seen ? kAsleep : kCheck);
  }

  void Lower(State state, Side side) {
    state.sides[side].buffer.push_back({kFlag, 0});
    Finish(state, side);
  }

  const Protocol protocol_;
  std::set<State> visited_;
  std::vector<State> open_;
  std::optional<State> stuck_;
  size_t moves_ = 0;
};

TEST(TurnModel, NoOrderOfStepsLosesAWakeUp) {
  Model model({});
  EXPECT_FALSE(model.FindStuck().has_value());
  EXPECT_GT(model.states(), 500u);
}

TEST(TurnModel, AStoreThatIsHeldBackWouldLoseOne) {
  EXPECT_TRUE(Model({.publishes_in_order = false}).FindStuck().has_value());
}

TEST(TurnModel, AskingTooEarlyWouldLoseOne) {
  EXPECT_TRUE(Model({.asks_after_publishing = false}).FindStuck().has_value());
}

TEST(TurnModel, NotWakingWouldLoseOne) {
  EXPECT_TRUE(Model({.wakes = false}).FindStuck().has_value());
}

// The kernel itself orders the flag before it compares the word. That the flag
// is stored in order is for whoever does not know this.
TEST(TurnModel, AFlagThatIsHeldBackIsOrderedByTheKernel) {
  EXPECT_FALSE(Model({.raises_in_order = false}).FindStuck().has_value());
}

}  // namespace
}  // namespace bailey
