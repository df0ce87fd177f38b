#include "cli/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "common/fd.h"

namespace bailey::cli {
namespace {

constexpr const char* kKeptVariables[] = {
    "BAILEY_CACHE", "XDG_CACHE_HOME", "PATH",   "HOME",
    "TMPDIR",       "LANG",           "LC_ALL", "TERM",
    "NO_COLOR",     "COLUMNS",        "CC",     "CXX",
    "LOGNAME",      "USER",           "SHELL",  "SOURCE_DATE_EPOCH",
    "ASAN_OPTIONS", "UBSAN_OPTIONS"};

std::vector<std::string> ReducedEnvironment() {
  std::vector<std::string> kept;
  for (const char* name : kKeptVariables) {
    if (const char* value = std::getenv(name))
      kept.push_back(std::string(name) + "=" + value);
  }
  return kept;
}

std::vector<std::string> WholeEnvironment() {
  char** end = environ;
  while (*end) ++end;
  return {environ, end};
}

// The array of pointers that exec wants; it borrows the strings.
std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything that exec needs, made before fork: a child may not allocate.
struct Image {
  Image(const std::vector<std::string>& arguments, Environment environment)
      : argument_texts(arguments),
        variable_texts(environment == Environment::kWhole
                           ? WholeEnvironment()
                           : ReducedEnvironment()),
        argument_pointers(Pointers(argument_texts)),
        variable_pointers(Pointers(variable_texts)) {}

  void Exec() {
    // SAFETY: marks descriptors close-on-exec; where the kernel lacks the call,
    // ours are opened that way already.
    syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
    execvpe(argument_pointers[0], argument_pointers.data(),
            variable_pointers.data());
  }

  std::vector<std::string> argument_texts;
  std::vector<std::string> variable_texts;
  std::vector<char*> argument_pointers;
  std::vector<char*> variable_pointers;
};

Result<int> Wait(pid_t child, const std::string& name) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return FailErrno("cannot wait for `" + name + "`");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Forks and execs with `output` as standard output, if it is one. `failure`
// carries exec's errno back.
Result<pid_t> Start(Image& image, int output, int failure) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return FailErrno("cannot fork");
  if (child > 0) return child;
  // A stage has no sense without us. SIGTERM, so that make ends its compilers.
  // A parent that ended before we asked has sent nothing.
  if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) _exit(127);
  if (output >= 0) dup2(output, STDOUT_FILENO);
  image.Exec();
  const int reason = errno;
  [[maybe_unused]] const ssize_t written =
      write(failure, &reason, sizeof reason);
  _exit(127);
}

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;

  static Result<Pipe> Create() {
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      return FailErrno("cannot make a pipe");
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  }
};

// Null when exec succeeded (the pipe closed), else its errno.
int ExecFailure(const Pipe& pipe) {
  int reason = 0;
  const ssize_t count = read(pipe.read_end.get(), &reason, sizeof reason);
  return count == sizeof reason ? reason : 0;
}

Result<CapturedRun> Run(const std::vector<std::string>& arguments,
                        Environment environment, bool capture) {
  Image image(arguments, environment);
  ASSIGN_OR_RETURN(Pipe failure, Pipe::Create());
  ASSIGN_OR_RETURN(Pipe output, Pipe::Create());
  ASSIGN_OR_RETURN(const pid_t child,
                   Start(image, capture ? output.write_end.get() : -1,
                         failure.write_end.get()));
  failure.write_end.Reset();
  output.write_end.Reset();
  CapturedRun run;
  const int reason = ExecFailure(failure);
  Result<std::string> text = ReadAll(output.read_end.get(), arguments[0]);
  ASSIGN_OR_RETURN(run.status, Wait(child, arguments[0]));
  if (reason != 0)
    return FailErrno("cannot run `" + arguments[0] + "`", reason,
                     "install it, or put it on PATH");
  ASSIGN_OR_RETURN(run.output, std::move(text));
  return run;
}

}  // namespace

std::string SiblingProgram(std::string_view name) {
  std::array<char, 4096> path;
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return std::string(name);
  const std::string_view self(path.data(), static_cast<size_t>(length));
  return std::string(self.substr(0, self.rfind('/') + 1)) + std::string(name);
}

Result<int> RunProgram(const std::vector<std::string>& arguments,
                       Environment environment) {
  ASSIGN_OR_RETURN(const CapturedRun run, Run(arguments, environment, false));
  return run.status;
}

Result<CapturedRun> CaptureProgram(const std::vector<std::string>& arguments) {
  return Run(arguments, Environment::kReduced, true);
}

Error ExecProgram(const std::vector<std::string>& arguments,
                  Environment environment) {
  Image image(arguments, environment);
  image.Exec();
  return FailErrno("cannot run `" + arguments[0] + "`",
                   "install it beside this program")
      .error();
}

}  // namespace bailey::cli
