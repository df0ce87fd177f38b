#include "runtime/printed.h"

#include <pthread.h>
#include <stdio.h>

#include "runtime/one_thread.h"

// All streams, one behind the other by `_chain`, and the lock of that list:
// exported by glibc and as old as its binary interface, though no header
// declares them. Another C library has them not, and is asked to flush all.
extern FILE* _IO_list_all __attribute__((weak));
extern void _IO_list_lock(void) __attribute__((weak));
extern void _IO_list_unlock(void) __attribute__((weak));

// glibc's _IO_CURRENTLY_PUTTING, a part of its binary interface: the stream was
// last written to.
enum { kCurrentlyPutting = 0x800 };

// What fflush(NULL) itself asks of a stream of bytes. The buffer of one of wide
// characters cannot be looked into from here; one that is read is left alone.
//
// The stream's lock is not taken: what this thread has printed is there for it
// to see until it is written, whatever other threads do with the stream.
static int may_hold_output(const FILE* stream) {
  if (stream->_mode > 0) return (stream->_flags & kCurrentlyPutting) != 0;
  return stream->_IO_write_ptr > stream->_IO_write_base;
}

static int is_any_pending(void) {
  for (const FILE* stream = _IO_list_all; stream; stream = stream->_chain) {
    if (may_hold_output(stream)) return 1;
  }
  return 0;
}

// Never waits for a stream that has nothing to write: another thread may hold
// it for long, in a read. The list's lock comes before a stream's, as in
// fflush(NULL).
//
// A thread that is cancelled in here, where a write waits, would hold the lock
// for ever.
static void flush_those_pending(void) {
  int cancelled;
  (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelled);
  _IO_list_lock();
  for (FILE* stream = _IO_list_all; stream; stream = stream->_chain) {
    if (may_hold_output(stream)) (void)fflush(stream);
  }
  _IO_list_unlock();
  (void)pthread_setcancelstate(cancelled, NULL);
}

static int may_look(void) {
  return &_IO_list_all != NULL && _IO_list_lock != NULL &&
         _IO_list_unlock != NULL;
}

void bailey_flush_printed(void) {
  if (!may_look()) {
    (void)fflush(NULL);
  } else if (!bailey_has_one_thread()) {
    flush_those_pending();
  } else if (is_any_pending()) {
    // One thread needs no lock: nobody opens or closes a stream meanwhile.
    (void)fflush(NULL);
  }
}
