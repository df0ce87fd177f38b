// Whether a function's locals may become objects of the file: only where no two
// calls of it are ever there at once. Internal to outline/.

#ifndef BAILEY_ANALYZER_OUTLINE_STATE_SAFETY_H_
#define BAILEY_ANALYZER_OUTLINE_STATE_SAFETY_H_

#include <string>

#include "common/documents/flow.h"

namespace bailey::analyzer {

// Empty: it calls itself by no way, nobody has its address, and if it is not
// `main`, the program makes no threads and handles no signals.
std::string WhyNotOnce(const Flow& flow, const FlowFunction& function);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_STATE_SAFETY_H_
