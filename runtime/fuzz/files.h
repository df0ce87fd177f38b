// What a portion opens while it is fuzzed: the path of a credential leads to a
// dummy, and what an input leaves open is closed after it.
//
// As in escape.h, the portion's own calls of open(), openat(), fopen() (with
// their forms for large files), fdopen(), dup(), close() and fclose() come
// here. Other ways to a descriptor are not followed.

#ifndef BAILEY_RUNTIME_FUZZ_FILES_H_
#define BAILEY_RUNTIME_FUZZ_FILES_H_

// Where a credential's path leads. The strings must live on; at most 16.
void bailey_fuzz_redirect(const char* path, const char* dummy);

// Closes what the portion opened and did not close. What libFuzzer has open is
// not touched.
void bailey_fuzz_close_files(void);

#endif  // BAILEY_RUNTIME_FUZZ_FILES_H_
