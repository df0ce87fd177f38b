// bailey-launch: runs a bundle once, in one instance. `bailey run` execs it.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "common/fd.h"
#include "executor/launch/launcher.h"
#include "executor/launch/outcome_text.h"

namespace bailey::executor {
namespace {

struct CommandLine {
  LaunchOptions launch;
  std::string format = "text";
  std::string outcome_file;
  bool quiet = false;
};

void Declare(CLI::App& app, CommandLine& line) {
  app.add_option("bundle", line.launch.bundle, "the bundle, NAME.bailey")
      ->required();
  app.add_option("--digest", line.launch.digest,
                 "refuse a bundle that has another SHA-256 digest");
  app.add_option("--credential", line.launch.credentials,
                 "where a credential is: NAME=file:PATH, NAME=env:VARIABLE or "
                 "NAME=fd:NUMBER (its bytes as they are, a newline included), "
                 "or NAME=none for a run without it")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--format", line.format, "form of the outcome on stderr")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("--outcome", line.outcome_file,
                 "write the outcome to a file too, as JSON");
  app.add_flag("--strict", line.launch.strict,
               "refuse to run where a layer of enforcement is missing");
  app.add_flag("--audit", line.launch.audit,
               "read the program from outside and look for the credentials");
  app.add_option("--audit-also", line.launch.audit_also,
                 "with --audit, look for these bytes as well, which give the "
                 "credential away: NAME=file:PATH, env: or fd:")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--learn", line.launch.learn,
               "notify and count every call (`bailey run --learn` says so)");
  app.add_option("--permissive-policy", line.launch.permissive_policy,
                 "the plan of the policy that is studied, while the bundle's, "
                 "its ceiling, is enforced");
  app.add_option("--env", line.launch.environment,
                 "a variable for the portion with main, NAME=VALUE or NAME; "
                 "it has no other")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--argument-zero", line.launch.argument_zero,
                 "what the program is called with as argv[0] (default: its "
                 "path)");
  app.add_option("--directory", line.launch.working_directory,
                 "the program's working directory, inside (default: /)");
  app.add_flag("--quiet", line.quiet, "say nothing where all is well");
  app.add_option("--agent", line.launch.agent,
                 "the agent's program (default: beside this one)");
  app.footer(
      "Example:\n"
      "  bailey run notary.bailey --credential signing_key=file:notary.key "
      "<documents.mbox\n"
      "  bailey run --audit --outcome audit.json notary.bailey -- --verbose\n"
      "  bailey run --credential passphrase=none signify.bailey -- -V -p k.pub "
      "-m file\n"
      "A program as it is (`bailey run --policy P --help`):\n"
      "  bailey run --policy jq.policy -- jq .name <people.json\n"
      "Exit codes: the program's own; 125 our failure, 126 a denial "
      "killed it, 128+n signal n; 1 an audit that failed.");
}

int Finish(const CommandLine& line, const Outcome& outcome) {
  const std::string json = WriteOutcome(outcome);
  const std::string text =
      line.format == "json" ? json : OutcomeText(outcome, line.quiet);
  // Nobody may be listening; the exit code still tells.
  (void)WriteAll(STDERR_FILENO, text, "stderr");
  if (!line.outcome_file.empty()) {
    const Result<> written = WriteFileAtomically(line.outcome_file, json);
    if (!written.ok()) {
      fmt::print(stderr, "bailey: error: {}\n", written.error().message);
      return kExitOwnFailure;
    }
  }
  return ExitCode(outcome);
}

// The numbers 0 to 2 are the program's streams: were one free, the next thing
// that is opened, a credential or our socket to the agent, would stand there.
Result<> FillStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is `fd`; without close-on-exec it lasts.
    if (open("/dev/null", O_RDWR) != fd) {
      return FailErrno("cannot open `/dev/null`");
    }
  }
  return {};
}

int Main(int argc, char** argv) {
  if (!FillStandardStreams().ok()) return kExitOwnFailure;
  CLI::App app{"Runs a bundle once, in an instance of its own.", "bailey run"};
  CommandLine line;
  Declare(app, line);
  // What stands behind `--` is the program's, whatever it looks like.
  const std::span<char*> words(argv, static_cast<size_t>(argc));
  const auto mark = std::ranges::find(words, std::string_view("--"));
  if (mark != words.end()) {
    line.launch.arguments.assign(mark + 1, words.end());
  }
  try {
    app.parse(static_cast<int>(mark - words.begin()), argv);
  } catch (const CLI::ParseError& error) {
    if (app.exit(error) == 0) return 0;
    fmt::print(stderr,
               "usage: bailey run [OPTION...] NAME.bailey [-- ARG...]\n");
    return kExitOwnFailure;
  }
  return Finish(line, Launch(line.launch));
}

}  // namespace
}  // namespace bailey::executor

int main(int argc, char** argv) { return bailey::executor::Main(argc, argv); }
