/* Pointers that leave their portion as numbers. The portion that answers calls
 * has the table; its client keeps a number, passes it back, and compares it.
 *
 *   uint64_t number = bailey_handle_of(key, kTag);    // 0 for null
 *   void* key = NULL;
 *   if (!bailey_handle_find(number, kTag, &key)) ...  // never given out, of
 *                                                     // another type, dead
 *
 * A number is of one object and one type while the object lives: the same
 * pointer gives the same number, and bailey_handles_revoke() ends it, which
 * runtime/revoking_free.h calls for every block that is freed. It is never
 * given out again.
 *
 * To the client a number is in a pointer's place, so it must fault wherever it
 * is followed, with any offset that a structure or an array of one has:
 *
 *   63       62..56  55       54..48  47  46..39   38..16      15..0
 *   1        0       1        0       0   portion  generation  slot + 1
 *
 * Low addresses would not do: no more than the first 64 KiB are sure to be
 * unmapped. x86_64: a user's address has bit 63 clear, also under five-level
 * paging and LAM, which takes bits 62..48 at most for free. aarch64:
 * bits 63..56 are ignored (TBI), and bit 55 alone says that an address is the
 * kernel's. Offsets up to 2^47 change none of the two bits.
 *
 * The table is of fixed size and allocates nothing: it is asked inside free().
 */
#ifndef BAILEY_RUNTIME_HANDLES_H_
#define BAILEY_RUNTIME_HANDLES_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* So many may be live at once. */
#define BAILEY_MAX_HANDLES 32768u

/* A tag names a portion (8 bits) and a type of its own (24 bits). */
#define BAILEY_HANDLE_TAG(portion, type) \
  (((uint32_t)(portion) << 24) | ((uint32_t)(type) & 0xffffffu))

/* The number of `pointer`, new if it has none; 0 for null, and where there is
 * no room, which bailey_handles_have_room() tells before. */
uint64_t bailey_handle_of(const void* pointer, uint32_t tag);
int bailey_handles_have_room(void);
/* Whether `number` is 0 (null) or is live and of that tag; `*pointer` is what
 * it stands for. */
int bailey_handle_find(uint64_t number, uint32_t tag, void** pointer);
/* Ends each number of what lies in [block, block + size). */
void bailey_handles_revoke(const void* block, size_t size);
/* Whether there is one. While this is held, no number is given, found or ended
 * by another thread: for realloc(), which ends what lies in the old block
 * before anybody else can get that memory, but only if it succeeds. */
int bailey_handles_hold(const void* block, size_t size);
/* Ends the hold, and the numbers of the block if `is_freed`. */
void bailey_handles_release(const void* block, size_t size, int is_freed);

/* While a call lasts that got several of them, the memory of none is given
 * back: it may be freed by way of another, whose caller chose them together.
 * Their numbers end at once all the same. */
#define BAILEY_MAX_PINS 16u
/* Nothing for null; 0 where there are so many already. */
int bailey_handles_pin(const void* pointer);
unsigned bailey_handles_pinned(void);
/* Whether one that is pinned lies in the block. */
int bailey_handles_has_pin(const void* block, size_t size);
/* The same; then the block is freed when the pins are taken away. */
int bailey_handles_defer(void* block, size_t size);
void bailey_handles_unpin(void);

/* How many are live; without a lock, so that free() can ask first. */
unsigned bailey_handles_live(void);
/* For tests and fuzzers: how many slots were ever used; the number in the `n`th
 * of them, the first being 0, dead or live, or 0 if there is none; and as if no
 * number had ever been given out. */
unsigned bailey_handles_used(void);
uint64_t bailey_handle_nth(unsigned n, int* is_live);
void bailey_handles_forget(void);

#ifdef __cplusplus
}
#endif

#endif /* BAILEY_RUNTIME_HANDLES_H_ */
