#define _GNU_SOURCE
#include "runtime/handles.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { kSlotBits = 16, kGenerationBits = 23, kPortionBits = 8, kNone = 0 };
#define FAULTING ((UINT64_C(1) << 63) | (UINT64_C(1) << 55))
#define LAST_GENERATION ((1u << kGenerationBits) - 1)

_Static_assert(BAILEY_MAX_HANDLES < (1u << kSlotBits), "a slot fits its bits");
_Static_assert(kSlotBits + kGenerationBits + kPortionBits == 47,
               "bit 47 and those above are the same in all numbers");

// Slots count from 1; 0 is none. A live one is a node of a treap, in the order
// of addresses, then tags: so what lies in a block is found in O(log n). A dead
// one is in the list of free ones by `left`, or retired for good when its
// generations are used up.
struct slot {
  uintptr_t address;
  uint32_t tag;
  uint32_t generation;
  uint32_t priority;
  uint16_t left;
  uint16_t right;
  uint8_t is_live;
};

static struct {
  pthread_mutex_t lock;
  _Atomic unsigned live;
  unsigned used;  // slots that ever were live
  uint16_t root;
  uint16_t first_free;
  uint32_t random;
  struct slot slots[BAILEY_MAX_HANDLES + 1];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void lock(void) { (void)pthread_mutex_lock(&table.lock); }
static void unlock(void) { (void)pthread_mutex_unlock(&table.lock); }

// A child that frees must not wait for a thread that it has not. Before the
// first number there is no reason to wait at all.
static void keep_lock_over_fork(void) {
  static atomic_flag is_kept = ATOMIC_FLAG_INIT;
  if (!atomic_flag_test_and_set(&is_kept))
    (void)pthread_atfork(lock, unlock, unlock);
}

// ---- The treap. Recursion is as deep as the tree: some 40 at the most that
// is likely. ----

static struct slot* at(uint16_t index) { return &table.slots[index]; }

// Xorshift32 (Marsaglia, 2003). That nobody can guess it is not needed: who
// makes the tree deep waits for himself.
static uint32_t next_random(void) {
  uint32_t random = table.random == 0 ? 2463534242u : table.random;
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  return table.random = random;
}

static int is_before(const struct slot* slot, uintptr_t address, uint32_t tag) {
  return slot->address < address ||
         (slot->address == address && slot->tag < tag);
}

// Into what is before (address, tag) and the rest.
static void split(uint16_t tree, uintptr_t address, uint32_t tag,
                  uint16_t* before, uint16_t* rest) {
  if (tree == kNone) {
    *before = *rest = kNone;
  } else if (is_before(at(tree), address, tag)) {
    split(at(tree)->right, address, tag, &at(tree)->right, rest);
    *before = tree;
  } else {
    split(at(tree)->left, address, tag, before, &at(tree)->left);
    *rest = tree;
  }
}

// All of `first` is before all of `second`.
static uint16_t join(uint16_t first, uint16_t second) {
  if (first == kNone) return second;
  if (second == kNone) return first;
  if (at(first)->priority > at(second)->priority) {
    at(first)->right = join(at(first)->right, second);
    return first;
  }
  at(second)->left = join(first, at(second)->left);
  return second;
}

static void insert(uint16_t index) {
  uint16_t before;
  uint16_t rest;
  split(table.root, at(index)->address, at(index)->tag, &before, &rest);
  table.root = join(join(before, index), rest);
}

// The first that is not before (address, tag), or kNone.
static uint16_t find_from(uintptr_t address, uint32_t tag) {
  uint16_t found = kNone;
  uint16_t index = table.root;
  while (index != kNone) {
    const int before = is_before(at(index), address, tag);
    if (!before) found = index;
    index = before ? at(index)->right : at(index)->left;
  }
  return found;
}

// ---- Slots. ----

static uint64_t number_of(uint16_t index) {
  const struct slot* slot = at(index);
  const uint64_t portion = slot->tag >> 24;
  return FAULTING | (portion << (kSlotBits + kGenerationBits)) |
         ((uint64_t)slot->generation << kSlotBits) | index;
}

static int has_room(void) {
  return table.first_free != kNone || table.used < BAILEY_MAX_HANDLES;
}

static uint16_t take_slot(void) {
  const uint16_t index = table.first_free;
  if (index == kNone) return (uint16_t)++table.used;
  table.first_free = at(index)->left;
  ++at(index)->generation;
  return index;
}

static void add(uint16_t index, uintptr_t address, uint32_t tag) {
  struct slot* slot = at(index);
  slot->address = address;
  slot->tag = tag;
  slot->priority = next_random();
  slot->left = slot->right = kNone;
  slot->is_live = 1;
  insert(index);
  atomic_fetch_add_explicit(&table.live, 1, memory_order_relaxed);
}

// Not to be had again once its generations are used up: a number that was given
// out must not come back.
static void end_slot(uint16_t index) {
  struct slot* slot = at(index);
  slot->is_live = 0;
  slot->left = slot->right = kNone;
  atomic_fetch_sub_explicit(&table.live, 1, memory_order_relaxed);
  if (slot->generation >= LAST_GENERATION) return;
  slot->left = table.first_free;
  table.first_free = index;
}

static void end_all(uint16_t tree) {
  if (tree == kNone) return;
  const uint16_t left = at(tree)->left;
  const uint16_t right = at(tree)->right;
  end_all(left);
  end_slot(tree);
  end_all(right);
}

// ---- What is asked. ----

uint64_t bailey_handle_of(const void* pointer, uint32_t tag) {
  const uintptr_t address = (uintptr_t)pointer;
  if (pointer == NULL) return 0;
  keep_lock_over_fork();
  lock();
  uint16_t index = find_from(address, tag);
  const int is_known =
      index != kNone && at(index)->address == address && at(index)->tag == tag;
  if (!is_known && has_room()) {
    index = take_slot();
    add(index, address, tag);
  } else if (!is_known) {
    index = kNone;
  }
  const uint64_t number = index == kNone ? 0 : number_of(index);
  unlock();
  return number;
}

int bailey_handles_have_room(void) {
  lock();
  const int room = has_room();
  unlock();
  return room;
}

int bailey_handle_find(uint64_t number, uint32_t tag, void** pointer) {
  *pointer = NULL;
  if (number == 0) return 1;
  const uint64_t index = number & ((1u << kSlotBits) - 1);
  if (index == kNone || index > BAILEY_MAX_HANDLES) return 0;
  lock();
  const struct slot* slot = at((uint16_t)index);
  const int is_found =
      slot->is_live && slot->tag == tag && number_of((uint16_t)index) == number;
  // SAFETY: it was made of a pointer, by bailey_handle_of().
  if (is_found) *pointer = (void*)slot->address;
  unlock();
  return is_found;
}

static void revoke(const void* block, size_t size) {
  const uintptr_t begin = (uintptr_t)block;
  uint16_t before;
  uint16_t inside;
  uint16_t after;
  split(table.root, begin, 0, &before, &inside);
  // A block of nothing still is an object.
  split(inside, begin + (size == 0 ? 1 : size), 0, &inside, &after);
  end_all(inside);
  table.root = join(before, after);
}

void bailey_handles_revoke(const void* block, size_t size) {
  lock();
  revoke(block, size);
  unlock();
}

int bailey_handles_hold(const void* block, size_t size) {
  const uintptr_t begin = (uintptr_t)block;
  lock();
  const uint16_t first = find_from(begin, 0);
  return first != kNone && at(first)->address - begin < (size == 0 ? 1 : size);
}

void bailey_handles_release(const void* block, size_t size, int is_freed) {
  if (is_freed) revoke(block, size);
  unlock();
}

// ---- Pins. Each block that waits has one of them in it, so that there is room
// for all. ----

static struct {
  const void* pointers[BAILEY_MAX_PINS];
  void* waiting[BAILEY_MAX_PINS];
  unsigned waiting_count;
  _Atomic unsigned count;
} pins;

static int has_pin(const void* block, size_t size) {
  const unsigned count = atomic_load(&pins.count);
  for (unsigned i = 0; i < count; ++i) {
    const uintptr_t offset = (uintptr_t)pins.pointers[i] - (uintptr_t)block;
    if (offset < (size == 0 ? 1 : size)) return 1;
  }
  return 0;
}

static int waits(const void* block) {
  for (unsigned i = 0; i < pins.waiting_count; ++i) {
    if (pins.waiting[i] == block) return 1;
  }
  return 0;
}

int bailey_handles_pin(const void* pointer) {
  if (pointer == NULL) return 1;
  lock();
  const unsigned count = atomic_load(&pins.count);
  const int has_place = count < BAILEY_MAX_PINS;
  if (has_place) {
    pins.pointers[count] = pointer;
    atomic_store(&pins.count, count + 1);
  }
  unlock();
  return has_place;
}

unsigned bailey_handles_pinned(void) {
  return atomic_load_explicit(&pins.count, memory_order_relaxed);
}

int bailey_handles_has_pin(const void* block, size_t size) {
  lock();
  const int is_pinned = has_pin(block, size);
  unlock();
  return is_pinned;
}

// What is freed twice is freed once.
int bailey_handles_defer(void* block, size_t size) {
  lock();
  const int is_pinned = has_pin(block, size);
  if (is_pinned && !waits(block) && pins.waiting_count < BAILEY_MAX_PINS) {
    pins.waiting[pins.waiting_count++] = block;
  }
  unlock();
  return is_pinned;
}

void bailey_handles_unpin(void) {
  void* waiting[BAILEY_MAX_PINS];
  lock();
  const unsigned count = pins.waiting_count;
  memcpy(waiting, pins.waiting, sizeof waiting);
  pins.waiting_count = 0;
  atomic_store(&pins.count, 0);
  unlock();
  for (unsigned i = 0; i < count; ++i) free(waiting[i]);
}

unsigned bailey_handles_live(void) {
  return atomic_load_explicit(&table.live, memory_order_relaxed);
}

unsigned bailey_handles_used(void) { return table.used; }

uint64_t bailey_handle_nth(unsigned n, int* is_live) {
  *is_live = 0;
  if (n >= table.used) return 0;
  *is_live = at((uint16_t)(n + 1))->is_live;
  return number_of((uint16_t)(n + 1));
}

void bailey_handles_forget(void) {
  lock();
  memset(table.slots, 0, (table.used + 1) * sizeof table.slots[0]);
  table.root = table.first_free = kNone;
  table.used = 0;
  atomic_store(&table.live, 0);
  unlock();
}
