// Phases of programs in C and C++, from their source: each a trap for whoever
// takes the loop for all that serves.
#include "analyzer/flow/switch_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "analyzer/source/front_end.h"
#include "common/fd.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kDeclarations[] = R"(
int poll(void *, unsigned long, int);
int accept(int, void *, void *);
int waitpid(int, int *, int);
int usleep(unsigned);
int fork(void);
int setjmp(void *) __attribute__((returns_twice));
void longjmp(void *, int) __attribute__((noreturn));
void *signal(int, void (*)(int));
int atexit(void (*)(void));
int pthread_create(void *, void *, void *(*)(void *), void *);
int event_base_loop(void *, int);
void exit(int) __attribute__((noreturn));
)";

// Of each function a line of its own, so that a test can name it.
class Source {
 public:
  explicit Source(const std::string& text, const std::string& name = "a.c") {
    const std::string all =
        name == "a.c"
            ? kDeclarations + text
            : "extern \"C\" {\n" + std::string(kDeclarations) + "}\n" + text;
    EXPECT_TRUE(WriteFileAtomically(scratch_.path() + "/" + name, all).ok());
    UnitOutcome unit = ParseUnit(
        {scratch_.path(), name, "", {"cc", "-c", name}}, scratch_.path());
    EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
    program_ = JoinUnits({std::move(unit.facts)}, {});
    std::set<std::string> reached;
    for (const FlowFunction& each : program_.flow.functions)
      reached.insert(each.id);
    phases_.emplace(program_, reached, std::set<std::string>());
    found_ = FindSwitchPoints(*phases_);
    std::vector<size_t> sizes(found_.size(), 0);
    for (size_t i = 0; i < found_.size(); ++i)
      for (const auto& nodes : found_[i].sets.serving)
        sizes[i] += static_cast<size_t>(std::ranges::count(nodes, true));
    if (!found_.empty()) chosen_ = &found_[Choose(found_, sizes)];
  }

  const std::vector<SwitchCandidate>& found() const { return found_; }
  std::string ChosenFunction() const {
    return chosen_ == nullptr ? "" : chosen_->site.function;
  }
  const SwitchCandidate& chosen() const { return *chosen_; }

  // Ids of the functions that are entered in a phase, in order.
  std::vector<std::string> Serving() const {
    return In(chosen_ ? chosen_->sets.serving : Sets());
  }
  std::vector<std::string> Startup() const {
    return In(chosen_ ? chosen_->sets.startup : Sets());
  }

 private:
  using Sets = std::vector<std::vector<bool>>;
  std::vector<std::string> In(const Sets& sets) const {
    std::vector<std::string> ids;
    for (uint32_t f = 0; f < sets.size(); ++f)
      if (sets[f][0]) ids.push_back(phases_->IdOf(f));
    std::ranges::sort(ids);
    return ids;
  }

  Scratch scratch_;
  Program program_;
  std::optional<ProgramPhases> phases_;
  std::vector<SwitchCandidate> found_;
  const SwitchCandidate* chosen_ = nullptr;
};

TEST(SwitchPointsTest, TheLoopThatWaitsIsFound) {
  const Source source(R"(
void init(void) { fork(); }
void work(void) { usleep(1); }
void end(void) {}
int main(int argc, char **argv) {
  init();
  for (int i = 0; i < 10; i++) usleep(2);
  while (poll(0, 0, -1) > 0) work();
  end();
  return 0;
})");
  ASSERT_THAT(source.found(), SizeIs(1));
  EXPECT_THAT(source.chosen().waits, ElementsAre("poll"));
  EXPECT_THAT(source.chosen().chain, ElementsAre("main"));
  EXPECT_EQ(source.chosen().kind, SwitchCandidate::Kind::kLoop);
  EXPECT_THAT(source.Serving(), ElementsAre("end", "work"));
  EXPECT_THAT(source.Startup(), ElementsAre("init", "main"));
}

TEST(SwitchPointsTest, AProgramThatWaitsForNothingHasNone) {
  const Source source("int main(void) { while (usleep(1)); return 0; }");
  EXPECT_THAT(source.found(), IsEmpty());
}

TEST(SwitchPointsTest, AHandlerAThreadAndAnExitHandlerOfStartupServe) {
  const Source source(R"(
void on_signal(int s) {}
void *thread(void *p) { return p; }
void at_end(void) {}
void once(void) {}
int main(void) {
  signal(1, on_signal);
  atexit(at_end);
  pthread_create(0, 0, thread, 0);
  once();
  while (poll(0, 0, -1)) usleep(1);
  return 0;
})");
  EXPECT_THAT(source.Serving(), ElementsAre("at_end", "on_signal", "thread"));
}

TEST(SwitchPointsTest, ATableOfCallbacksThatStartupFillsServes) {
  const Source source(R"(
static void (*table[4])(void);
struct module { void (*handle)(void); };
void first(void) {}
void second(void) {}
static const struct module modules[] = {{second}};
void init(void) { table[2] = first; }
int main(int n, char **v) {
  init();
  while (poll(0, 0, -1)) { table[n](); modules[n].handle(); }
})");
  EXPECT_THAT(source.Serving(), ElementsAre("first", "second"));
}

TEST(SwitchPointsTest, LongjmpFromTheLoopGoesBack) {
  const Source source(R"(
static long state[32];
void init(void) {}
void restart(void) {}
void work(void) { longjmp(state, 1); }
int main(void) {
  init();
  if (setjmp(state)) restart();
  while (poll(0, 0, -1)) work();
})");
  EXPECT_THAT(source.Serving(), ElementsAre("restart", "work"));
}

TEST(SwitchPointsTest, ALoopInAFunctionThatIsCalledTwice) {
  const Source source(R"(
void between(void) {}
void after(void) {}
void init(void) {}
void serve(void) { while (poll(0, 0, -1)) usleep(1); }
int main(void) {
  init();
  serve();
  between();
  serve();
  after();
})");
  EXPECT_EQ(source.ChosenFunction(), "serve");
  EXPECT_THAT(source.Serving(), ElementsAre("after", "between", "serve"));
  EXPECT_THAT(source.Startup(), ElementsAre("init", "main", "serve"));
}

TEST(SwitchPointsTest, GotoOutOfTheLoop) {
  const Source source(R"(
void init(void) {}
void again(void) {}
void failed(void) {}
int main(void) {
  init();
restart:
  again();
  for (;;) {
    int n = poll(0, 0, -1);
    if (n < 0) goto fail;
    if (n == 7) goto restart;
    usleep(1);
  }
fail:
  failed();
  return 1;
})");
  EXPECT_THAT(source.Serving(), ElementsAre("again", "failed"));
}

TEST(SwitchPointsTest, ALoopThatIsOnlyJumps) {
  const Source source(R"(
void init(void) {}
void work(void) {}
int main(int n, char **v) {
  init();
  if (n) goto middle;
top:
  poll(0, 0, -1);
middle:
  work();
  if (accept(0, 0, 0)) goto top;
  goto middle;
})");
  ASSERT_FALSE(source.found().empty());
  EXPECT_THAT(source.Serving(), Contains("work"));
  EXPECT_THAT(source.Startup(), Contains("init"));
}

TEST(SwitchPointsTest, ForkInTheLoop) {
  const Source source(R"(
void init(void) {}
void child(void) { exit(0); }
void parent(void) {}
int main(void) {
  init();
  for (;;) {
    accept(0, 0, 0);
    if (fork() == 0) child();
    parent();
  }
})");
  EXPECT_THAT(source.Serving(), ElementsAre("child", "parent"));
}

TEST(SwitchPointsTest, AnExceptionThatLeavesTheLoop) {
  const Source source(R"(
extern "C" {
void init() {}
void work(int n) { if (n) throw 1; }
void serve() { for (;;) work(poll(0, 0, -1)); }
void report() {}
void never() {}
int main() {
  init();
  try { serve(); never(); } catch (int) { report(); }
}
})",
                      "a.cc");
  EXPECT_EQ(source.ChosenFunction(), "serve");
  EXPECT_THAT(source.Serving(), Contains("report"));
  EXPECT_THAT(source.Serving(), Contains("work"));
  EXPECT_THAT(source.Serving(), Not(Contains("never")));
  EXPECT_THAT(source.Serving(), Not(Contains("init")));
}

TEST(SwitchPointsTest, AStaticObjectsDestructorServes) {
  const Source source(R"(
struct Log { Log() { usleep(1); } ~Log() { usleep(2); } };
static Log log;
int main() { while (poll(0, 0, -1)) {} }
)",
                      "a.cc");
  EXPECT_THAT(source.Serving(), Contains(::testing::HasSubstr("LogD")));
}

// The master waits for its children, each worker for clients.
TEST(SwitchPointsTest, OfMasterAndWorkerTheTighterIsChosenAndBothAreListed) {
  const Source source(R"(
void reload(void) { usleep(3); }
void a(void) {} void b(void) {} void c(void) {}
void handle(void) { a(); b(); c(); }
void worker(void) { for (;;) { accept(0, 0, 0); handle(); } }
void spawn(void) { if (fork() == 0) { worker(); } }
void master(void) {
  spawn();
  for (;;) { poll(0, 0, -1); reload(); spawn(); }
}
int main(void) { master(); })");
  EXPECT_THAT(source.found(), SizeIs(2));
  EXPECT_EQ(source.ChosenFunction(), "worker");
  EXPECT_THAT(source.Serving(), ElementsAre("a", "b", "c", "handle"));
}

// The last loop is the tightest, and serves nobody.
TEST(SwitchPointsTest, ALoopThatWaitsForTheEndIsNotTheServers) {
  const Source source(R"(
void a(void) {} void b(void) {} void c(void) {} void d(void) {}
void handle(void) { a(); b(); c(); d(); }
int main(void) {
  while (poll(0, 0, -1) > 0) handle();
  while (poll(0, 0, 100) > 0) usleep(1);
})");
  EXPECT_THAT(source.found(), SizeIs(2));
  EXPECT_THAT(source.Serving(), Contains("handle"));
}

// What a server's loop calls through pointers does not count as its work: a
// tool in the same program, which waits in a loop as well, may do more.
TEST(SwitchPointsTest, ALoopThatDoesLessThanHalfMayBeTheServers) {
  const Source source(R"(
void a(void) {} void b(void) {} void c(void) {} void d(void) {} void e(void) {}
void f(void) {} void g(void) {} void h(void) {}
void handle(void) { a(); b(); }
void check(void) {
  while (poll(0, 0, -1) > 0) { handle(); c(); d(); e(); f(); g(); h(); }
}
void serve(void) { for (;;) { accept(0, 0, 0); handle(); } }
int main(int n, char **v) { if (n > 1) check(); serve(); })");
  EXPECT_THAT(source.found(), SizeIs(2));
  EXPECT_EQ(source.ChosenFunction(), "serve");
  EXPECT_THAT(source.Serving(), ElementsAre("a", "b", "handle"));
}

TEST(SwitchPointsTest, ALibrarysEventLoopIsACall) {
  const Source source(R"(
void init(void) {}
void end(void) {}
int main(void) { init(); event_base_loop(0, 0); end(); })");
  ASSERT_THAT(source.found(), SizeIs(1));
  EXPECT_EQ(source.chosen().kind, SwitchCandidate::Kind::kCall);
  EXPECT_THAT(source.Serving(), ElementsAre("end"));
}

// A switch point in the handler would make all of the program serving.
TEST(SwitchPointsTest, ALibrarysEventLoopDoesWhatItCallsBack) {
  const Source source(R"(
void event_set(void *, int, void (*)(int));
void init(void) {}
void a(void) {} void b(void) {} void c(void) {}
void handle(int fd) {
  while (accept(fd, 0, 0) > 0) { a(); b(); c(); }
}
int main(void) { init(); event_set(0, 0, handle); event_base_loop(0, 0); })");
  EXPECT_THAT(source.found(), SizeIs(1));
  EXPECT_EQ(source.ChosenFunction(), "main");
  EXPECT_THAT(source.Serving(), ElementsAre("a", "b", "c", "handle"));
}

TEST(SwitchPointsTest, ALoopThatOnlyCallbacksEnterIsBetterThanNone) {
  const Source source(R"(
int register_handler(void (*)(int));
void handle(int fd) { while (accept(fd, 0, 0) > 0) usleep(1); }
int main(void) { handle(0); return register_handler(handle); })");
  EXPECT_EQ(source.ChosenFunction(), "handle");
  EXPECT_THAT(source.Serving(), Contains("main"));
}

TEST(SwitchPointsTest, WhatTheSourceSaysCounts) {
  const Source source(R"(
void bailey_serving(void);
void init(void) {}
void last(void) {}
void work(void) {}
int main(void) {
  while (poll(0, 0, -1) > 0) init();
  bailey_serving();
  last();
  for (int i = 0; i < 3; i++) work();
})");
  ASSERT_THAT(source.found(), SizeIs(1));
  EXPECT_EQ(source.chosen().kind, SwitchCandidate::Kind::kAnnotation);
  EXPECT_THAT(source.Serving(), ElementsAre("last", "work"));
}

TEST(SwitchPointsTest, ALoopOfAConstantNumberOfRoundsServesNobody) {
  const Source source(R"(
void a(void) {}
int main(void) {
  for (int i = 0; i < 3; i++) { poll(0, 0, 10); a(); }
  for (;;) { poll(0, 0, -1); a(); }
})");
  EXPECT_FALSE(source.chosen().bounded);
  EXPECT_THAT(source.found(),
              Contains(::testing::Field(&SwitchCandidate::bounded, true)));
}

}  // namespace
}  // namespace bailey::analyzer
