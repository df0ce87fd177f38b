// bailey run: a bundle, or a program as it is under a policy, once, here,
// without a service.
//
// The launcher does the running. Of a program as it is a bundle is made first,
// in memory. The launcher resolves credentials, which may be in the environment
// or in an inherited descriptor: it is exec'd with both.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/manual_page.h"
#include "cli/process.h"
#include "cli/program_bundle.h"
#include "cli/scratch_directory.h"
#include "common/documents/plan.h"
#include "common/fd.h"
#include "common/printable.h"

namespace bailey::cli {
namespace {

constexpr int kOwnFailure = 125;
constexpr std::string_view kDenying = "denying";
constexpr std::string_view kPermissive = "permissive";

struct RunOptions {
  std::string policy;
  std::string portion;
  std::string learn;  // empty, "denying" or "permissive"
  std::string ceiling;
  std::string outcome;               // one of `passed`, too
  std::vector<std::string> passed;   // to the launcher, as they are
  std::vector<std::string> command;  // the program and its arguments
};

int RefuseRun(const Error& error) {
  PrintError(error);
  return kOwnFailure;
}

// Without a change of descriptors or environment.
int ExecLauncher(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SiblingProgram("bailey-launch"));
  std::vector<char*> pointers;
  for (std::string& text : arguments) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  return RefuseRun(FailErrno("cannot run `" + arguments[0] + "`",
                             "install it beside this program")
                       .error());
}

// A file in memory that the launcher inherits; its path there.
Result<std::string> PutInMemory(const std::string& bytes) {
  // Without MFD_CLOEXEC: it is for the next program.
  const int fd = memfd_create("bailey-bundle", 0);
  if (fd < 0) return FailErrno("cannot make a memory file");
  RETURN_IF_ERROR(WriteAll(fd, bytes, "a memory file"));
  return fmt::format("/proc/self/fd/{}", fd);
}

bool CoversDirectory(const PlanPortion& portion, const std::string& path) {
  return std::ranges::any_of(portion.files, [&](const PlanFileRule& rule) {
    return rule.hierarchy && RuleCovers(rule, path);
  });
}

bool IsQuiet(const RunOptions& options) {
  const auto& passed = options.passed;
  return std::ranges::find(passed, "--quiet") != passed.end() ||
         std::ranges::find(passed, "--format=json") != passed.end();
}

// What the launcher is told of a program as it is.
std::vector<std::string> LauncherArguments(const RunOptions& options,
                                           const PlanPortion& portion,
                                           const std::string& bundle) {
  std::vector<std::string> arguments = options.passed;
  arguments.push_back("--argument-zero=" + options.command[0]);
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string();
  if (!error && CoversDirectory(portion, here)) {
    arguments.push_back("--directory=" + here);
  } else if (!IsQuiet(options)) {
    fmt::print(stderr,
               "bailey: note: no file rule covers `{}`: the program's working "
               "directory is /\n",
               WithoutControls(here));
  }
  arguments.insert(arguments.end(), {bundle, "--"});
  arguments.insert(arguments.end(), options.command.begin() + 1,
                   options.command.end());
  return arguments;
}

Result<int> WaitForLauncher(const std::vector<std::string>& arguments) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return FailErrno("cannot fork");
  if (child == 0) {
    // Nobody would read what a run learned that outlives us.
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(kOwnFailure);
    _exit(ExecLauncher(arguments));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return FailErrno("cannot wait for the launcher");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Where the run's outcome goes: to the file that the user named, or to ours.
std::string OutcomeFile(const RunOptions& options,
                        const ScratchDirectory& scratch,
                        std::vector<std::string>& passed) {
  if (!options.outcome.empty()) return options.outcome;
  const std::string path = scratch.path() + "/outcome.json";
  passed.push_back("--outcome=" + path);
  return path;
}

// What an earlier run learned must not be taken for this one's.
Result<> RemoveOld(const std::string& outcome) {
  if (unlink(outcome.c_str()) == 0 || errno == ENOENT) return {};
  return FailErrno(fmt::format("cannot replace `{}`", outcome));
}

Result<> ShowLearned(const RunOptions& options, const std::string& outcome) {
  std::vector<std::string> command{SiblingProgram("bailey-policy"), "learn",
                                   "--outcome", outcome};
  if (!options.portion.empty())
    command.insert(command.end(), {"--portion", options.portion});
  if (!options.ceiling.empty())
    command.insert(command.end(), {"--ceiling", options.ceiling});
  command.insert(command.end(), {"--", options.policy});
  ASSIGN_OR_RETURN(const CapturedRun run, CaptureProgram(command));
  if (run.status != 0) return Fail("nothing could be learned from the outcome");
  // Standard output is the program's.
  return WriteAll(STDERR_FILENO, run.output, "stderr");
}

// One run in which every call is notified and counted. Permissive, it is the
// ceiling's plan that is enforced, and the policy's that is studied.
Result<int> LearnFrom(const RunOptions& options, ProgramRequest request) {
  ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Create());
  RunOptions observed = options;
  observed.passed.push_back("--learn");
  const std::string outcome = OutcomeFile(options, scratch, observed.passed);
  if (options.learn == kPermissive) {
    ASSIGN_OR_RETURN(const std::string plan, PlanText(request));
    ASSIGN_OR_RETURN(const std::string studied, PutInMemory(plan));
    observed.passed.push_back("--permissive-policy=" + studied);
    request.policy = options.ceiling;
  }
  request.observe = true;
  ASSIGN_OR_RETURN(const ProgramBundle made, BundleProgram(request));
  ASSIGN_OR_RETURN(const std::string bundle, PutInMemory(made.bytes));
  RETURN_IF_ERROR(RemoveOld(outcome));
  ASSIGN_OR_RETURN(const int status, WaitForLauncher(LauncherArguments(
                                         observed, made.portion, bundle)));
  if (status != kOwnFailure) RETURN_IF_ERROR(ShowLearned(options, outcome));
  return status;
}

Result<int> RunUnderPolicy(const RunOptions& options) {
  if (options.command.empty()) {
    return Fail("no program is named",
                "bailey run --policy P -- PROGRAM [ARG...]");
  }
  ProgramRequest request;
  ASSIGN_OR_RETURN(request.program, FindProgram(options.command[0]));
  request.policy = options.policy;
  request.portion = options.portion;
  if (!options.learn.empty()) return LearnFrom(options, request);
  ASSIGN_OR_RETURN(const ProgramBundle made, BundleProgram(request));
  ASSIGN_OR_RETURN(const std::string bundle, PutInMemory(made.bytes));
  return ExecLauncher(LauncherArguments(options, made.portion, bundle));
}

Result<> CheckLearning(const RunOptions& options) {
  if (options.learn == kPermissive && options.ceiling.empty()) {
    return Fail("--learn=permissive needs a ceiling: what it permits is done",
                "add --ceiling CEILING.policy, or use --learn");
  }
  if (options.learn.empty() && !options.ceiling.empty()) {
    return Fail("--ceiling is for --learn");
  }
  return {};
}

// Options that are the launcher's own, with a value or without.
constexpr std::string_view kPassedValues[] = {"--credential", "--format",
                                              "--outcome", "--agent", "--env"};
constexpr std::string_view kPassedFlags[] = {"--strict", "--quiet"};

void DeclarePassed(CLI::App& app, RunOptions& options) {
  std::vector<std::string>& passed = options.passed;
  for (const std::string_view name : kPassedValues) {
    app.add_option_function<std::vector<std::string>>(
           std::string(name),
           [&options, name](const std::vector<std::string>& values) {
             if (name == "--outcome") options.outcome = values.back();
             for (const std::string& value : values) {
               // In one word: a value may look like an option.
               options.passed.push_back(fmt::format("{}={}", name, value));
             }
           },
           "as for a bundle")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  for (const std::string_view name : kPassedFlags) {
    app.add_flag_callback(
        std::string(name), [&passed, name] { passed.emplace_back(name); },
        "as for a bundle");
  }
}

int RunProgramUnderPolicy(int argc, char** argv) {
  CLI::App app(
      "Runs a program as it is, once, under a policy: its filter, compiled "
      "and\n"
      "proved, is in force from the program's first instruction. Its loader\n"
      "and libraries are this host's; it sees no other file of the host but\n"
      "those that the policy's rules name.\n\n"
      "  bailey run --policy jq.policy -- jq .name <people.json\n\n"
      "A bundle, NAME.bailey, is run without --policy; `bailey run --help`\n"
      "lists the options of that.\n\n"
      "  bailey run notary.bailey -- sign letter.txt\n\n"
      "Exit codes: the program's own; 125 our failure, 126 a denial killed\n"
      "it, 128+n signal n.",
      "bailey run --policy P");
  RunOptions options;
  app.add_option("--policy", options.policy, "NAME.policy")->required();
  app.add_option("--portion", options.portion,
                 "which portion of the policy, if several");
  app.add_flag("--learn{denying}", options.learn,
               "count every call (slow), and print what was denied or never "
               "used as changes of the policy; --learn=permissive denies only "
               "what the ceiling denies")
      ->check(CLI::IsMember({kDenying, kPermissive}));
  app.add_option("--ceiling", options.ceiling,
                 "with --learn, a policy beyond which nothing is proposed");
  DeclarePassed(app, options);
  app.prefix_command();
  // What stands behind `--` is the program's, whatever it looks like.
  const std::span<char*> words(argv, static_cast<size_t>(argc));
  const auto mark = std::ranges::find(words, std::string_view("--"));
  const ParsedArguments parsed =
      ParseArguments(app, static_cast<int>(mark - words.begin()), argv);
  if (!parsed.proceed)
    return parsed.exit_code == kExitFine ? kExitFine : kOwnFailure;
  options.command = app.remaining();
  if (mark != words.end())
    options.command.insert(options.command.end(), mark + 1, words.end());
  const Result<> sound = CheckLearning(options);
  if (!sound.ok()) return RefuseRun(sound.error());
  const Result<int> status = RunUnderPolicy(options);
  return status.ok() ? *status : RefuseRun(status.error());
}

bool NamesPolicy(std::span<char*> words) {
  const auto mark = std::ranges::find(words, std::string_view("--"));
  return std::any_of(words.begin(), mark, [](std::string_view word) {
    return word == "--policy" || word.starts_with("--policy=");
  });
}

}  // namespace

int RunRun(int argc, char** argv) {
  const std::span<char*> words(argv, static_cast<size_t>(argc));
  if (NamesPolicy(words) || !AskedFor(argc, argv).empty())
    return RunProgramUnderPolicy(argc, argv);
  return ExecLauncher({words.begin() + 1, words.end()});
}

}  // namespace bailey::cli
