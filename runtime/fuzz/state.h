// The portion's own globals, as they were at its start: each input begins with
// them, so that what it does depends on nothing before it, and what it crashed
// can be done again. The sections .data and .bss of the portion's objects are
// renamed (objcopy --rename-section), so that they are one range each.
//
// What libraries keep, and thread-local variables, stay as they are.

#ifndef BAILEY_RUNTIME_FUZZ_STATE_H_
#define BAILEY_RUNTIME_FUZZ_STATE_H_

void bailey_fuzz_keep_state(void);
void bailey_fuzz_restore_state(void);

#endif  // BAILEY_RUNTIME_FUZZ_STATE_H_
