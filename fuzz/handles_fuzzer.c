// The table of handles under any sequence of giving, finding and freeing,
// against one that cannot be wrong: a number stands for its pointer while that
// lives, and for nothing otherwise.

#include "runtime/handles.c"

enum { kPlaces = 256, kTags = 2, kGiven = 512 };

static char memory[kPlaces];

static struct given {
  uint64_t number;
  unsigned place;
  uint32_t tag;
  int is_live;
} given[kGiven];
static size_t given_count;

#define REQUIRE(condition)              \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (0)

static struct given* live_at(unsigned place, uint32_t tag) {
  for (size_t i = 0; i < given_count; ++i) {
    struct given* each = &given[i];
    if (each->is_live && each->place == place && each->tag == tag) return each;
  }
  return NULL;
}

static void give(unsigned place, uint32_t tag) {
  const struct given* known = live_at(place, tag);
  if (known == NULL && given_count == kGiven) return;
  const uint64_t number = bailey_handle_of(&memory[place], tag);
  if (known != NULL) {
    REQUIRE(number == known->number);
    return;
  }
  for (size_t i = 0; i < given_count; ++i) REQUIRE(given[i].number != number);
  given[given_count++] = (struct given){number, place, tag, 1};
}

static void revoke_range(unsigned place, size_t size) {
  bailey_handles_revoke(&memory[place], size);
  const size_t end = place + (size == 0 ? 1 : size);
  for (size_t i = 0; i < given_count; ++i) {
    if (given[i].place >= place && given[i].place < end) given[i].is_live = 0;
  }
}

static void look_for(uint64_t number, uint32_t tag) {
  void* expected = NULL;
  void* pointer = memory;
  for (size_t i = 0; i < given_count; ++i) {
    const struct given* each = &given[i];
    if (each->is_live && each->number == number && each->tag == tag)
      expected = &memory[each->place];
  }
  const int is_found = bailey_handle_find(number, tag, &pointer);
  REQUIRE(is_found == (number == 0 || expected != NULL));
  REQUIRE(pointer == expected);
}

static void check_all(void) {
  unsigned live = 0;
  for (size_t i = 0; i < given_count; ++i) {
    live += (unsigned)given[i].is_live;
    look_for(given[i].number, given[i].tag);
    look_for(given[i].number, given[i].tag ^ 3);
  }
  REQUIRE(bailey_handles_live() == live);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  bailey_handles_forget();
  given_count = 0;
  for (; size >= 3; data += 3, size -= 3) {
    const uint32_t tag = BAILEY_HANDLE_TAG(1, 1 + data[0] / 4 % kTags);
    if (data[0] % 4 < 2) {
      give(data[1], tag);
    } else if (data[0] % 4 == 2) {
      revoke_range(data[1], data[2]);
    } else if (size >= 8) {
      uint64_t number;
      memcpy(&number, data, sizeof number);
      look_for(number, tag);
      // One turned bit of a number that there was.
      if (given_count > 0)
        look_for(
            given[data[1] % given_count].number ^ (UINT64_C(1) << data[2] % 64),
            tag);
    }
  }
  check_all();
  return 0;
}
