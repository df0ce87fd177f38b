// The first code of a portion: it maps the channels, reads the environment
// credentials and installs Landlock and the filter, all before any library's
// constructor (portion_abi.h states the order and the agreement with the
// agent).
//
//   cc ... portion.o -Wl,-u,bailey_portion_start libbailey-runtime.a
//
// There is nothing to call: the entry stands in .preinit_array.

#ifndef BAILEY_RUNTIME_PORTION_START_H_
#define BAILEY_RUNTIME_PORTION_START_H_

// Ends the process with BAILEY_SETUP_FAILED when any step fails; program code
// then never runs.
void bailey_portion_start(void);

#endif  // BAILEY_RUNTIME_PORTION_START_H_
