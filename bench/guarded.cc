// guarded [--quick]: what a parameter's copy between guards (runtime/guarded.h)
// adds to a request's answer, by size; and what two other ways to guard one
// would: a window that is opened for the call and closed behind it by
// mprotect(), and one whose pages are given back by madvise().
//
// One process, which writes the request and answers it: no turn is waited for,
// so that the ratio is of the answering side's own work, the worst case. A call
// between two processes is in crossing.cc.

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "bench/compare.h"
#include "runtime/channel.h"
#include "runtime/serve.h"

namespace bailey::bench {
namespace {

constexpr uint32_t kAreaBytes = 1 << 18;
constexpr size_t kWindowBytes = 1 << 17;

enum How : uint32_t { kPlain = 1, kGuarded, kProtected, kGivenBack };

uint32_t size;  // of the parameter
unsigned char* window;
volatile unsigned char seen;

// What stands for the function: it looks at both ends.
void Look(const unsigned char* bytes) {
  seen = bytes[0];
  seen = bytes[size - 1];
}

template <class Copy>
void Answer(bailey_crossing* message, const Copy& copy) {
  const void* bytes = copy(message, bailey_take(message, size));
  if (bailey_ready(message)) Look(static_cast<const unsigned char*>(bytes));
}

void ServePlain(bailey_crossing* message) {
  Answer(message, [](bailey_crossing*, void* bytes) { return bytes; });
}

void ServeGuarded(bailey_crossing* message) {
  Answer(message, [](bailey_crossing* m, void* bytes) {
    return bailey_guard(m, bytes, size, 1, "bytes");
  });
}

void* CopyToWindow(const void* bytes) {
  return memcpy(window + kWindowBytes - size, bytes, size);
}

size_t Pages() { return (size + 4095) / 4096 * 4096; }

void Protect(int protection) {
  if (mprotect(window + kWindowBytes - Pages(), Pages(), protection) != 0)
    _exit(1);
}

void ServeProtected(bailey_crossing* message) {
  Protect(PROT_READ | PROT_WRITE);
  Answer(message,
         [](bailey_crossing*, void* bytes) { return CopyToWindow(bytes); });
  explicit_bzero(window + kWindowBytes - size, size);
  Protect(PROT_NONE);
}

void ServeGivenBack(bailey_crossing* message) {
  Protect(PROT_READ | PROT_WRITE);
  Answer(message,
         [](bailey_crossing*, void* bytes) { return CopyToWindow(bytes); });
  if (madvise(window + kWindowBytes - Pages(), Pages(), MADV_DONTNEED) != 0)
    _exit(1);
}

const bailey_service kServices[] = {{kPlain, "plain", ServePlain},
                                    {kGuarded, "guarded", ServeGuarded},
                                    {kProtected, "protected", ServeProtected},
                                    {kGivenBack, "given", ServeGivenBack}};

void* Map(size_t bytes, int protection, int sharing = MAP_SHARED) {
  void* pages =
      mmap(nullptr, bytes, protection, sharing | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) _exit(1);
  return pages;
}

struct Server {
  Server() {
    bailey_channel_attach(0, BAILEY_SERVER, reply, request, kAreaBytes);
    channel = bailey_channel_get(0, BAILEY_SERVER, "(bench)");
  }

  void Call(How how) const {
    request->function = how;
    request->length = size;
    request->sequence = channel->sequence + 1;
    bailey_answer_one(channel, request->sequence, kServices, 4);
    if (reply->status != BAILEY_OK) _exit(1);
  }

  bailey_area_header* request =
      static_cast<bailey_area_header*>(Map(kAreaBytes, PROT_READ | PROT_WRITE));
  bailey_area_header* reply =
      static_cast<bailey_area_header*>(Map(kAreaBytes, PROT_READ | PROT_WRITE));
  bailey_channel* channel;
};

Contender With(const Server& server, const char* name, How how, int calls) {
  return {name, [&server, how, calls] {
            return Nanoseconds(
                [&] {
                  for (int i = 0; i < calls; ++i) server.Call(how);
                },
                calls);
          }};
}

void CompareWays(const Server& server, uint32_t bytes, int rounds, int calls) {
  size = bytes;
  const std::string title =
      "answering a request of " + std::to_string(bytes) + " bytes";
  Compare(title.c_str(),
          {With(server, "in the message", kPlain, calls),
           With(server, "between guards", kGuarded, calls),
           With(server, "opened and closed (mprotect)", kProtected, calls),
           With(server, "opened and given back (madvise)", kGivenBack, calls)},
          rounds);
}

}  // namespace
}  // namespace bailey::bench

int main(int argc, char** argv) {
  using namespace bailey::bench;
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const Server server;
  window =
      static_cast<unsigned char*>(Map(kWindowBytes, PROT_NONE, MAP_PRIVATE));
  for (const uint32_t bytes : {32u, 256u, 4096u, 65536u})
    CompareWays(server, bytes, quick ? 2 : 25, quick ? 100 : 20000);
  return 0;
}
