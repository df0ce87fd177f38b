// What stdio holds back of a program's output.
//
//   bailey_flush_printed();  // before another portion may print
//
// What was printed on one side of a crossing has to appear before what the
// other side prints. fflush(NULL) takes the lock of every stream, and so waits
// for a thread that reads from one; this looks first, and most often finds
// nothing to write.

#ifndef BAILEY_RUNTIME_PRINTED_H_
#define BAILEY_RUNTIME_PRINTED_H_

#ifdef __cplusplus
extern "C" {
#endif

// As fflush(NULL), but leaves alone what has nothing to write.
void bailey_flush_printed(void);

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_PRINTED_H_
