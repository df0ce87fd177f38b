// container_start [--quick] PROGRAM BUNDLE LAUNCHER: how long a program that
// does nothing takes from its start to its end: by bare fork and exec, in
// bubblewrap's namespaces, and from a bundle in an instance of ours.
//
// PROGRAM is what BUNDLE holds (scripts/bench makes both). Ours does more:
// every byte of the bundle is checked, the filter is installed and supervised,
// Landlock and an outcome come with it.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "bench/compare.h"

namespace bailey::bench {
namespace {

// What goes to standard error is dropped: ours names the layers in force there.
posix_spawn_file_actions_t* Silently() {
  static posix_spawn_file_actions_t actions = [] {
    posix_spawn_file_actions_t made;
    posix_spawn_file_actions_init(&made);
    posix_spawn_file_actions_addopen(&made, STDERR_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    return made;
  }();
  return &actions;
}

// Ends the benchmark where the command fails: a figure of a failure is none.
double Run(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int status = -1;
  const double time_ns = Nanoseconds([&] {
    pid_t child = 0;
    if (posix_spawn(&child, arguments[0], Silently(), nullptr, arguments.data(),
                    environ) == 0)
      waitpid(child, &status, 0);
  });
  if (status == 0) return time_ns;
  fmt::print(stderr, "container_start: `{}` ended with status {:#x}\n",
             command[0], static_cast<unsigned>(status));
  _exit(1);
}

Contender Program(std::string name, std::vector<std::string> command) {
  return {std::move(name),
          [command = std::move(command)] { return Run(command); }};
}

std::vector<std::string> Bubblewrap(bool with_network,
                                    const std::string& program) {
  std::vector<std::string> command = {"/usr/bin/bwrap", "--unshare-all"};
  if (!with_network) command.emplace_back("--share-net");
  command.insert(command.end(), {"--die-with-parent", "--ro-bind", "/", "/",
                                 "--proc", "/proc", "--dev", "/dev", program});
  return command;
}

void CompareStarts(const std::string& program, const std::string& bundle,
                   const std::string& launcher, int rounds) {
  std::vector<Contender> contenders = {Program("fork+exec", {program})};
  if (access("/usr/bin/bwrap", X_OK) == 0) {
    contenders.push_back(
        Program("bwrap, host's network", Bubblewrap(false, program)));
    contenders.push_back(Program("bwrap", Bubblewrap(true, program)));
  } else {
    fmt::print("skipped: bwrap is not installed (package bubblewrap)\n");
  }
  contenders.push_back(
      Program("bailey-launch, from a bundle", {launcher, bundle}));
  Compare("from start to end of a program that does nothing", contenders,
          rounds);
}

}  // namespace
}  // namespace bailey::bench

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  char** rest = argv + (quick ? 2 : 1);
  if (argc - (quick ? 2 : 1) != 3) {
    std::fputs("usage: container_start [--quick] PROGRAM BUNDLE LAUNCHER\n",
               stderr);
    return 2;
  }
  bailey::bench::CompareStarts(rest[0], rest[1], rest[2], quick ? 3 : 101);
  return 0;
}
