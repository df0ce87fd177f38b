// What the agent needs of a bundle: its specification, and the files' bytes in
// one sealed memory file, so that what was checked here is what runs there.

#ifndef BAILEY_EXECUTOR_LAUNCH_PAYLOAD_H_
#define BAILEY_EXECUTOR_LAUNCH_PAYLOAD_H_

#include "common/documents/bundle.h"
#include "common/fd.h"
#include "common/result.h"
#include "executor/spec.h"

namespace bailey::executor {

struct Payload {
  UniqueFd spec;
  UniqueFd blobs;
};

// Fills `spec.files`, `spec.plan` and `spec.unsplit_program` from the bundle.
// For RunMode::kControl the unsplit program's files, else the portions'.
Result<Payload> MakePayload(const Bundle& bundle, InstanceSpec spec);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_PAYLOAD_H_
