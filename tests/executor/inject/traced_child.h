// A child of the test that execs a program when it is told to, and what it
// wrote and how it ended.

#ifndef BAILEY_TESTS_EXECUTOR_INJECT_TRACED_CHILD_H_
#define BAILEY_TESTS_EXECUTOR_INJECT_TRACED_CHILD_H_

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "common/check.h"
#include "common/fd.h"

namespace bailey::executor {

class TracedChild {
 public:
  TracedChild(std::vector<std::string> words, bool no_new_privs = true) {
    std::array<int, 2> go{};
    std::array<int, 2> output{};
    CHECK(pipe2(go.data(), O_CLOEXEC) == 0);
    CHECK(pipe2(output.data(), O_CLOEXEC) == 0);
    pid_ = fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) Exec(words, go[0], output[1], no_new_privs);
    close(go[0]);
    close(output[1]);
    go_.Reset(go[1]);
    output_.Reset(output[0]);
    // SAFETY: two integers.
    pidfd_.Reset(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  }

  ~TracedChild() {
    if (!reaped_) End();
  }

  void LetExec() { CHECK(write(go_.get(), "g", 1) == 1); }

  // Everything that it writes, and its wait status.
  std::string Output() {
    auto text = ReadAll(output_.get(), "the child's output");
    CHECK(text.ok());
    return *text;
  }

  int Status() {
    int status = 0;
    // ECHILD: whoever traced it, here the same process, saw its end.
    CHECK(waitpid(pid_, &status, 0) == pid_ || errno == ECHILD);
    reaped_ = true;
    return status;
  }

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }

 private:
  [[noreturn]] static void Exec(const std::vector<std::string>& words, int go,
                                int output, bool no_new_privs) {
    char byte = 0;
    if (read(go, &byte, 1) != 1) _exit(100);
    dup2(output, STDOUT_FILENO);
    // What the test's own parent left open is none of the program's.
    close_range(3, ~0u, 0);
    if (no_new_privs) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    std::vector<char*> argv;
    for (const std::string& word : words) {
      argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    std::array<char*, 2> envp{const_cast<char*>("PROBE=kept"), nullptr};
    execve(argv[0], argv.data(), envp.data());
    _exit(101);
  }

  void End() {
    kill(pid_, SIGKILL);
    (void)Status();
  }

  pid_t pid_ = -1;
  UniqueFd go_;
  UniqueFd output_;
  UniqueFd pidfd_;
  bool reaped_ = false;
};

}  // namespace bailey::executor

#endif  // BAILEY_TESTS_EXECUTOR_INJECT_TRACED_CHILD_H_
