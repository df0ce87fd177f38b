// Two processes over one channel, for tests: areas in sealed memfds, a server
// in a child, a client in another or a hostile one that writes areas by hand.

#ifndef BAILEY_TESTS_RUNTIME_CHANNEL_PORTIONS_H_
#define BAILEY_TESTS_RUNTIME_CHANNEL_PORTIONS_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/channel.h"
#include "runtime/serve.h"

namespace bailey {

inline constexpr uint32_t kAreaBytes = 16384;

// The two areas of a channel, mapped anew in each process that asks.
class Areas {
 public:
  Areas();
  ~Areas();
  Areas(const Areas&) = delete;
  Areas& operator=(const Areas&) = delete;

  void Attach(unsigned index, bailey_role role) const;
  // Writable, as no honest process has both.
  bailey_area_header* Map(bailey_role owner) const;

 private:
  int client_fd_;
  int server_fd_;
};

// How a child ended, and what it wrote to stderr.
struct Ended {
  int status = 0;  // of waitpid
  std::string errors;
  bool Exited(int code) const;
  bool Aborted() const;
};

// Runs `body` in a child, whose exit status is what it returns.
Ended RunInChild(const std::function<int()>& body);

// Serves `table` in a child from construction to destruction.
class ServerProcess {
 public:
  ServerProcess(const Areas& areas, std::vector<bailey_service> table);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  bool IsAlive() const;

 private:
  pid_t pid_;
};

}  // namespace bailey

#endif  // BAILEY_TESTS_RUNTIME_CHANNEL_PORTIONS_H_
