// An outcome for people.
//
//   std::string text = OutcomeText(outcome, /*quiet=*/false);

#ifndef BAILEY_EXECUTOR_LAUNCH_OUTCOME_TEXT_H_
#define BAILEY_EXECUTOR_LAUNCH_OUTCOME_TEXT_H_

#include <string>

#include "executor/outcome.h"

namespace bailey::executor {

// `quiet` leaves out what went well: an outcome that is fine has no text then.
std::string OutcomeText(const Outcome& outcome, bool quiet);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_OUTCOME_TEXT_H_
