// C++20 coroutines: what they await, who resumes them, what is put into their
// promises from outside.
// BUILD: -std=c++20
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <coroutine>

namespace {

void Early() { chroot("/"); }     // EXPECT: chroot over-approximated
void Late() { mkdir("/x", 7); }   // EXPECT: mkdir over-approximated

struct Task {
  struct promise_type {
    void (*callback)() = Early;
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { setsid(); }  // EXPECT: setsid proved
  };
  std::coroutine_handle<promise_type> handle;
};

// Looks at the promise, and goes on at once.
struct Self {
  std::coroutine_handle<Task::promise_type> self;
  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<Task::promise_type> handle) {
    alarm(1);  // EXPECT: alarm proved
    self = handle;
    return false;
  }
  Task::promise_type& await_resume() { return self.promise(); }
};

struct Waiting {
  int domain;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<Task::promise_type> handle) {
    socket(domain, SOCK_DGRAM, 0);  // EXPECT: socket proved
    handle.promise().callback = Late;
  }
  void await_resume() { sync(); }  // EXPECT: sync proved
};

// Hands over to another coroutine.
struct Next {
  std::coroutine_handle<> next;
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) {
    acct(nullptr);  // EXPECT: acct proved
    return next;
  }
  void await_resume() {}
};

struct Closer {
  int fd;
  ~Closer() { fchmod(fd, 7); }  // EXPECT: fchmod proved
};

Task Other() {
  nice(1);  // EXPECT: getpriority proved
  co_return;
}

Task Work(std::coroutine_handle<> next) {
  Closer closer{0};
  Task::promise_type& promise = co_await Self{};
  promise.callback();
  co_await Waiting{AF_UNIX};
  promise.callback();
  co_await Next{next};
}

}  // namespace

int main() {
  Task other = Other();
  Task task = Work(other.handle);
  void (*resume)(std::coroutine_handle<>) = [](std::coroutine_handle<> each) {
    each.resume();
  };
  resume(task.handle);
  resume(task.handle);
  task.handle.destroy();
}
