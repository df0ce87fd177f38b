/* What the code that Bailey generates calls: stubs in the portion that asks,
 * glue in the portion that answers.
 *
 *   int signer_public_key(unsigned char key[static 32])       the client's stub
 *   {
 *     int bailey_result;
 *     struct bailey_crossing* bailey_m = bailey_begin(0, 2,
 * "signer_public_key"); bailey_require(bailey_m, key, "key");
 *     bailey_put(bailey_m, key, 32);
 *     bailey_call(bailey_m);
 *     bailey_get(bailey_m, &bailey_result, sizeof bailey_result);
 *     bailey_get(bailey_m, key, 32);
 *     bailey_end(bailey_m);
 *     return bailey_result;
 *   }
 *
 *   void bailey_serve_2(struct bailey_crossing* bailey_m)      the server's
 * glue
 *   {
 *     void* bailey_result = bailey_reserve(bailey_m, sizeof(int));
 *     void* room = bailey_reserve(bailey_m, 32);
 *     void* key = bailey_guard(bailey_m, bailey_take(bailey_m, 32), 32, 1,
 *                              "key");
 *     if (!bailey_ready(bailey_m)) return;
 *     bailey_enter(bailey_m);
 *     *(int*)bailey_result = (signer_public_key)(key);
 *     bailey_leave(bailey_m);
 *     memcpy(room, key, 32);
 *   }
 *
 * A message is a row of items. Both sides compute an item's place alike: the
 * next multiple of the largest power of two, at most 16, that is no larger than
 * the item; so an array in a message is aligned for its elements. Nothing in a
 * message is a length that decides where an item ends, but that of a string,
 * which is checked.
 *
 * This file is put before the program's own text, so it is C89 and includes
 * nothing: a C library header here would fix the feature macros too early.
 */
#ifndef BAILEY_RUNTIME_CROSSING_H_
#define BAILEY_RUNTIME_CROSSING_H_

#ifdef __cplusplus
extern "C" {
#endif

struct bailey_crossing;

/* Stands in for a function that this portion does not have. Says its name and
 * aborts: a call can only be a mistake of the analysis, and must not go on. */
__attribute__((noreturn)) void bailey_absent(const char* name);

/* ---- The client's side. Each of these aborts the process, with the reason on
 * stderr, where the call cannot be carried whole: what does not fit, a null
 * array, arguments that overlap, a refusal by the server. ---- */

/* Takes the channel; other threads wait until bailey_end(). `name` must live
 * until then. */
struct bailey_crossing* bailey_begin(unsigned channel, unsigned function,
                                     const char* name);
/* Appends `size` bytes. */
void bailey_put(struct bailey_crossing* message, const void* bytes,
                __SIZE_TYPE__ size);
/* Appends whether `pointer` is null; returns 0 if it is, else 1. */
int bailey_put_presence(struct bailey_crossing* message, const void* pointer);
/* The same for a buffer; aborts if it is null and its `count` is not 0. */
int bailey_put_buffer(struct bailey_crossing* message, const void* pointer,
                      unsigned long count, const char* parameter);
/* Appends presence and, if there is a text, its size and bytes up to the NUL.
 */
void bailey_put_string(struct bailey_crossing* message, const char* text);
/* Appends a place in a list of at most 255. One that is not in it aborts: the
 * global `name` has none of the values that the program's code gives it. */
void bailey_put_choice(struct bailey_crossing* message, unsigned choice,
                       unsigned count, const char* name);
/* Aborts if `pointer` is null. */
void bailey_require(struct bailey_crossing* message, const void* pointer,
                    const char* parameter);
/* Aborts if two arguments overlap of which one is written: as copies they would
 * no longer be the same bytes. */
void bailey_require_apart(struct bailey_crossing* message, const void* a,
                          __SIZE_TYPE__ a_size, const void* b,
                          __SIZE_TYPE__ b_size);
/* Flushes stdio, sends the request and waits for the reply. */
void bailey_call(struct bailey_crossing* message);
/* The same, but 0 where the portion that answers has ended, before the call or
 * in it: it may have been carried out or not. Then only bailey_give_up(). */
int bailey_try_call(struct bailey_crossing* message);
/* Ends such a call and sets errno. */
void bailey_give_up(struct bailey_crossing* message, int error);
/* The next `size` bytes of the reply. */
void bailey_get(struct bailey_crossing* message, void* bytes,
                __SIZE_TYPE__ size);
/* Checks that the reply was read to its end, wipes it, gives the channel back
 * and sets errno to the function's. */
void bailey_end(struct bailey_crossing* message);

/* ---- The server's side. Nothing here trusts the request: the first thing that
 * is wrong marks the message, every later take gives null or zeros, and
 * bailey_ready() tells. Pointers into a message live until the reply. ---- */

/* The next `size` bytes of the request in place, or null. */
void* bailey_take(struct bailey_crossing* message, __SIZE_TYPE__ size);
/* Copies the next `size` bytes to `to`, or zeros. */
void bailey_take_into(struct bailey_crossing* message, void* to,
                      __SIZE_TYPE__ size);
/* Whether the next pointer is not null. */
int bailey_take_presence(struct bailey_crossing* message);
/* The same for a buffer of `count` elements. A null one has none: else the
 * function would index from null as far as the client likes. */
int bailey_take_buffer(struct bailey_crossing* message, unsigned long count);
/* The next text, or null: because that is what was passed, or for an error. */
char* bailey_take_string(struct bailey_crossing* message);
/* The next place in a list of `count`: 0 after an error, as which one beyond it
 * counts. */
unsigned bailey_take_choice(struct bailey_crossing* message, unsigned count);
/* Room for `size` zero bytes in the reply, or null where it has none. */
void* bailey_reserve(struct bailey_crossing* message, __SIZE_TYPE__ size);
/* The same with a copy of `bytes`, which may be null after an error. */
void* bailey_reserve_copy(struct bailey_crossing* message, const void* bytes,
                          __SIZE_TYPE__ size);
/* A copy of `bytes`, or of zeros where that is null, between pages that fault
 * (runtime/guarded.h): what a function gets that may reach further than it
 * should. It ends where the pages begin, but for bytes (`element` is 1), which
 * are aligned as in a message. Wiped with the message; null after an error.
 * `parameter` is its name, for people, and lives until then. */
void* bailey_guard(struct bailey_crossing* message, const void* bytes,
                   __SIZE_TYPE__ size, __SIZE_TYPE__ element,
                   const char* parameter);
/* The same of a text, or null. */
char* bailey_guard_text(struct bailey_crossing* message, const char* text,
                        const char* parameter);
/* Whether the request was well-formed to its end and the reply has room. */
int bailey_ready(struct bailey_crossing* message);
/* Pointers that are numbers to the client (runtime/handles.h); a tag names the
 * portion and the type. The next one: null for null, and after an error. */
void* bailey_take_handle(struct bailey_crossing* message, unsigned tag);
/* That two of them are not one object, of which one may be changed or freed. */
void bailey_take_apart(struct bailey_crossing* message, const void* a,
                       const void* b);
/* Around the call of a function that gets several handles: what they stand for
 * is not given back before it returns, whatever it frees. */
void bailey_pin(struct bailey_crossing* message, const void* pointer);
void bailey_unpin(void);
/* That there is room for one more, which is asked before the call. */
void bailey_reserve_handle(struct bailey_crossing* message);
/* Writes the number of `pointer` to `room`, 8 bytes of the reply. Aborts if
 * that points into the message or to the stack: the client writes the next
 * message. */
void bailey_give_handle(struct bailey_crossing* message, void* room,
                        const void* pointer, unsigned tag);
/* Around the call: errno is the client's before it, and kept after it. */
void bailey_enter(struct bailey_crossing* message);
void bailey_leave(struct bailey_crossing* message);

/* ---- Both. ---- */

/* `count` elements of `element` bytes, in bytes. One that is `negative`, or too
 * large for any message, aborts a client and marks a server's message. */
__SIZE_TYPE__ bailey_bytes(struct bailey_crossing* message, int negative,
                           unsigned long count, __SIZE_TYPE__ element);

/* ---- C++ alone; defined where it is used (analyzer/rewrite/thrown_text.h).
 * ---- */

#ifdef __cplusplus
/* Throws what a call in another portion threw; a text names the function. */
__attribute__((noreturn)) void bailey_throw(unsigned kind, int code,
                                            const char* name);
/* In a handler: the kind of what was thrown, above 0. */
unsigned bailey_caught(int* code);
#endif

#ifdef __cplusplus
}
#endif

#endif /* BAILEY_RUNTIME_CROSSING_H_ */
