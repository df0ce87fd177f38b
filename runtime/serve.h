// The portion that answers: a loop over the requests of one client.
//
//   static const struct bailey_service services[] = {
//       {1, "signer_sign", bailey_serve_1},
//   };
//   int main(void) { return bailey_serve(services, 1); }
//
// The client is not trusted. A request that is malformed, too large, unknown or
// out of turn is answered with a status, and nothing is done for it.

#ifndef BAILEY_RUNTIME_SERVE_H_
#define BAILEY_RUNTIME_SERVE_H_

#include <stddef.h>
#include <stdint.h>

#include "runtime/crossing.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bailey_service {
  uint32_t id;  // the crossing's, in the plan
  const char* name;
  // Decodes the request, calls, and leaves the reply in the message.
  void (*serve)(struct bailey_crossing* message);
};

// Answers requests on channel 0, in their order, until the process is ended
// from outside; does not return. `table` must live as long.
int bailey_serve(const struct bailey_service* table, size_t count);

struct bailey_channel;

// One turn of that loop, without the wait: answers the request in the peer's
// area, whose number `seen` is. For generated fuzzers (runtime/fuzz).
void bailey_answer_one(struct bailey_channel* channel, uint32_t seen,
                       const struct bailey_service* table, size_t count);

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_SERVE_H_
