// The C text for passed globals that have one of a few values: functions, texts
// or numbers, of which only the place in the list crosses.
//
//   text += ChoiceAccess(passed, flow);   // end of its unit, where it is asked
//   text += ValueAccess(passed, flow);    // and where the portion answers
//
// The portion that answers has the list itself: whatever comes chooses one of
// its own functions, texts and numbers, or is malformed.

#ifndef BAILEY_ANALYZER_REWRITE_CLOSED_WRITER_H_
#define BAILEY_ANALYZER_REWRITE_CLOSED_WRITER_H_

#include <cstddef>
#include <string>

#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

inline bool IsClosed(const PassedGlobal& global) {
  return !global.values.empty();
}

// Definitions: of which value the global has, and of the value that is chosen.
// A function is of this unit or seen from it (passed_globals.h).
std::string ChoiceAccess(const PassedGlobal& global, const Flow& flow);
std::string ValueAccess(const PassedGlobal& global, const Flow& flow);

// A statement of the stub; and of the glue, for its global number `index`, its
// locals, what must stand before it, and the statement that takes it.
std::string PutChoice(const PassedGlobal& global);
std::string ChoiceLocal(const PassedGlobal& global, size_t index);
std::string DeclareChoice(const PassedGlobal& global);
std::string TakeChoice(const PassedGlobal& global, size_t index);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_CLOSED_WRITER_H_
