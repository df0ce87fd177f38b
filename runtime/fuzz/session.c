// The fuzz target: each input is a portion's life, from its start to the last
// call or to its exit. The client's area is written by request.c, and the real
// server answers: runtime/serve.c's answer, the generated glue, the function.

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "runtime/channel.h"
#include "runtime/fuzz/copies.h"
#include "runtime/fuzz/escape.h"
#include "runtime/fuzz/files.h"
#include "runtime/fuzz/freed.h"
#include "runtime/fuzz/options.h"
#include "runtime/fuzz/request.h"
#include "runtime/fuzz/state.h"
#include "runtime/fuzz_portion.h"
#include "runtime/handles.h"

// As the agent makes them (executor/agent/channels.h).
enum { kAreaBytes = (1 << 20) + 4096, kMaxCalls = 64 };

static struct bailey_fuzz_options options;
static struct bailey_channel* channel;
static struct bailey_fuzz_area client;
static const struct bailey_area_header* reply;
static struct bailey_service* services;
static const char* directory;
static int report;  // stderr, which libFuzzer may close
static double begin_s;

static struct {
  uint64_t inputs, calls, refused, ended;
  uint64_t* answered;  // by function
} counts;

static double now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t index_of(uint32_t id) {
  for (size_t i = 0; i < bailey_fuzz_portion.function_count; ++i) {
    if (bailey_fuzz_portion.functions[i].service.id == id) return i;
  }
  abort();
}

// In the place of every function's glue.
static void serve(struct bailey_crossing* message) {
  const size_t index = index_of(message->function);
  bailey_fuzz_is_calling = 1;
  bailey_fuzz_portion.functions[index].service.serve(message);
  bailey_fuzz_is_calling = 0;
  bailey_fuzz_settle();
  if (message->status == BAILEY_OK) ++counts.answered[index];
}

// ---- Start. ----

static void* map_area(void) {
  void* area = mmap(NULL, kAreaBytes, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) abort();
  return area;
}

static void attach(void) {
  unsigned char* request = map_area();
  void* own = map_area();
  bailey_channel_attach(0, BAILEY_SERVER, own, request, kAreaBytes);
  channel = bailey_channel_get(0, BAILEY_SERVER, "(fuzz)");
  client.header = (struct bailey_area_header*)request;
  client.payload = request + BAILEY_HEADER_BYTES;
  client.capacity = kAreaBytes - BAILEY_HEADER_BYTES;
  reply = own;
}

static void make_services(void) {
  const size_t count = bailey_fuzz_portion.function_count;
  services = calloc(count, sizeof *services);
  counts.answered = calloc(count, sizeof *counts.answered);
  if (services == NULL || counts.answered == NULL) abort();
  for (size_t i = 0; i < count; ++i) {
    services[i] = bailey_fuzz_portion.functions[i].service;
    services[i].serve = serve;
  }
}

static void say_summary(void) {
  const double seconds = now() - begin_s;
  uint64_t answered = 0;
  for (size_t i = 0; i < bailey_fuzz_portion.function_count; ++i)
    answered += counts.answered[i];
  dprintf(report,
          "bailey fuzz: portion %s: %llu calls in %llu inputs: %llu answered, "
          "%llu refused, %llu ended the portion; %.1f s, %.0f calls/s\n",
          bailey_fuzz_portion.name, (unsigned long long)counts.calls,
          (unsigned long long)counts.inputs, (unsigned long long)answered,
          (unsigned long long)counts.refused, (unsigned long long)counts.ended,
          seconds, (double)counts.calls / (seconds > 0 ? seconds : 1));
  for (size_t i = 0; i < bailey_fuzz_portion.function_count; ++i)
    dprintf(report, "  %10llu answered: %s\n",
            (unsigned long long)counts.answered[i],
            bailey_fuzz_portion.functions[i].service.name);
}

static void finish(void) {
  say_summary();
  bailey_fuzz_remove_directory(directory);
}

int LLVMFuzzerInitialize(int* argc, char*** argv);
int LLVMFuzzerInitialize(int* argc, char*** argv) {
  report = dup(STDERR_FILENO);
  options = bailey_fuzz_read_options(argc, argv, &bailey_fuzz_portion);
  directory = bailey_fuzz_enter_directory();
  attach();
  client.has_no_nulls = options.has_no_nulls;
  make_services();
  atexit(finish);
  if (!bailey_fuzz_watch_frees()) abort();
  begin_s = now();
  bailey_fuzz_keep_state();
  return 0;
}

// ---- One input. ----

static void rewind_descriptors(void) {
  for (size_t i = 0; i < bailey_fuzz_portion.credential_count; ++i) {
    const struct bailey_fuzz_credential* each =
        &bailey_fuzz_portion.credentials[i];
    if (each->source == BAILEY_FUZZ_FROM_DESCRIPTOR)
      (void)lseek(each->descriptor, 0, SEEK_SET);
  }
}

static void begin_input(void) {
  ++counts.inputs;
  bailey_fuzz_restore_state();
  bailey_handles_forget();
  rewind_descriptors();
  channel->sequence = 0;
}

static void end_input(uint32_t used) {
  bailey_fuzz_close_files();
  if (chdir(directory) != 0) abort();
  memset(client.payload, 0, used);
  if (options.calls == 0 || counts.calls < options.calls) return;
  // Not exit(): libFuzzer takes that for the target's doing.
  finish();
  _exit(0);
}

#define REQUIRE(condition)              \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (0)

// What a client may count on, whatever it sent.
static void check_reply(void) {
  REQUIRE(reply->sequence == channel->sequence);
  REQUIRE(reply->status <= BAILEY_SAME_HANDLE);
  REQUIRE(reply->length <= client.capacity);
  REQUIRE(reply->status == BAILEY_OK || reply->length == 0);
  if (reply->status != BAILEY_OK) ++counts.refused;
}

// Whether the portion lives on.
static int call(void) {
  ++counts.calls;
  if (setjmp(bailey_fuzz_return) != 0) {
    bailey_fuzz_is_calling = 0;
    bailey_fuzz_settle();
    bailey_crossing_wipe(&channel->message);
    ++counts.ended;
    return 0;
  }
  bailey_answer_one(channel, client.header->sequence, services,
                    bailey_fuzz_portion.function_count);
  check_reply();
  return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  struct bailey_fuzz_bytes input = {data, size};
  uint32_t used = 0;
  begin_input();
  for (int i = 0; i < kMaxCalls && input.size > 0; ++i) {
    const uint32_t written = bailey_fuzz_make(&input, &bailey_fuzz_portion,
                                              channel->sequence + 1, &client);
    if (written > used) used = written;
    if (!call()) break;
  }
  end_input(used);
  return 0;
}

// Leaks are no crash, and globals that are put back leave what they point to.
// What malloc() cannot give is null, as it would be in the portion.
const char* __asan_default_options(void);
const char* __asan_default_options(void) {
  return "detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_"
         "return=1:handle_abort=1";
}
const char* __ubsan_default_options(void);
const char* __ubsan_default_options(void) { return "print_stacktrace=1"; }
