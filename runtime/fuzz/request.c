#define _GNU_SOURCE
#include "runtime/fuzz/request.h"

#include <string.h>

#include "runtime/handles.h"

enum { kMaxItems = 64, kUsualCount = 65, kUsualText = 64 };

static uint8_t take_byte(struct bailey_fuzz_bytes* input) {
  if (input->size == 0) return 0;
  --input->size;
  return *input->at++;
}

static void take_bytes(struct bailey_fuzz_bytes* input, void* to, size_t size) {
  const size_t there = size < input->size ? size : input->size;
  memcpy(to, input->at, there);
  memset((char*)to + there, 0, size - there);
  input->at += there;
  input->size -= there;
}

static uint32_t take_word(struct bailey_fuzz_bytes* input) {
  uint32_t word;
  take_bytes(input, &word, sizeof word);
  return word;
}

// ---- Items, placed as a stub's are (runtime/crossing.h). ----

// A request on its way, and the values that count a buffer's elements.
struct draft {
  struct bailey_fuzz_bytes* input;
  const struct bailey_fuzz_portion* portion;
  const struct bailey_fuzz_area* area;
  uint32_t size;
  uint32_t used;         // the largest that `size` was
  unsigned char* count;  // the last one in the payload, or null
  uint64_t counts[kMaxItems];
};

// Null where the area has no room: the request then lacks the item.
static unsigned char* append(struct draft* draft, uint64_t size) {
  const uint32_t place =
      bailey_crossing_place(draft->size, size, draft->area->capacity);
  if (place == UINT32_MAX) return NULL;
  memset(draft->area->payload + draft->size, 0, place - draft->size);
  draft->size = place + (uint32_t)size;
  if (draft->size > draft->used) draft->used = draft->size;
  return draft->area->payload + place;
}

static void append_input(struct draft* draft, uint64_t size) {
  unsigned char* room = append(draft, size);
  if (room != NULL) take_bytes(draft->input, room, size);
}

static void append_byte(struct draft* draft, unsigned char byte) {
  unsigned char* room = append(draft, 1);
  if (room != NULL) *room = byte;
}

static int counts_a_buffer(const struct bailey_fuzz_function* function,
                           size_t index) {
  for (size_t i = 0; i < function->item_count; ++i) {
    const struct bailey_fuzz_item* item = &function->items[i];
    if (item->kind == BAILEY_FUZZ_BUFFER && item->length == (int)index)
      return 1;
  }
  return 0;
}

// Mostly few; now and then as many as fit, or more than anybody could send.
static uint64_t choose_count(struct draft* draft) {
  const uint8_t choice = take_byte(draft->input);
  if (choice < 224) return choice % kUsualCount;
  switch (choice % 8) {
    case 0:
      return UINT64_MAX;
    case 1:
      return (uint64_t)INT64_MAX;
    case 2:
      return draft->area->capacity;
    case 3:
      return (uint64_t)INT32_MAX;
    default:
      return take_word(draft->input) % 5000;
  }
}

// Integers of up to 8 bytes are little-endian here and in the portion.
static void append_count(struct draft* draft, size_t index, uint64_t bytes) {
  unsigned char* room = append(draft, bytes);
  if (room == NULL || bytes > sizeof(uint64_t)) return;
  uint64_t count = choose_count(draft);
  memcpy(room, &count, bytes);
  draft->count = room;
  draft->counts[index] = 0;
  memcpy(&draft->counts[index], room, bytes);
}

static void append_value(struct draft* draft, uint64_t bytes) {
  const uint8_t choice = take_byte(draft->input);
  unsigned char* room = append(draft, bytes);
  if (room == NULL || bytes == 0) return;
  if (choice % 2 == 0) return take_bytes(draft->input, room, bytes);
  // 0, 1, -1, and the ends of a signed range.
  const uint8_t kind = choice / 2 % 5;
  const int has_ones = kind == 2 || kind == 3;
  memset(room, has_ones ? 0xff : 0, bytes);
  if (kind == 1) room[0] = 1;
  if (kind == 3) room[bytes - 1] = 0x7f;
  if (kind == 4) room[bytes - 1] = 0x80;
}

// Mostly one that is live and of the right type, if there is one; else one of
// another type, one whose object is gone, null, or whatever comes.
static uint64_t choose_handle(struct draft* draft, uint32_t tag) {
  const uint8_t choice = take_byte(draft->input);
  int is_live;
  uint64_t number = 0;
  if (choice % 16 == 0) return 0;
  if (choice % 16 == 1) {
    take_bytes(draft->input, &number, sizeof number);
    return number;
  }
  const unsigned first = take_byte(draft->input);
  const unsigned used = bailey_handles_used();
  for (unsigned i = 0; i < used; ++i) {
    void* pointer;
    number = bailey_handle_nth((first + i) % used, &is_live);
    if (choice % 16 < 4) break;
    if (bailey_handle_find(number, tag, &pointer)) break;
  }
  // One turned bit is another generation, slot or portion.
  return choice % 16 == 2 ? number ^ (UINT64_C(1) << choice / 16 * 4) : number;
}

static void append_handle(struct draft* draft, uint32_t tag) {
  unsigned char* room = append(draft, sizeof(uint64_t));
  if (room == NULL) return;
  const uint64_t number = choose_handle(draft, tag);
  memcpy(room, &number, sizeof number);
}

static const char* place_of_credential(const struct draft* draft,
                                       uint8_t choice) {
  if (draft->portion->credential_count == 0) return "";
  return draft->portion->credentials[choice % draft->portion->credential_count]
      .place;
}

static void append_text(struct draft* draft, const char* text, size_t length) {
  const uint32_t size = (uint32_t)length + 1;
  unsigned char* room = append(draft, sizeof size);
  if (room == NULL) return;
  memcpy(room, &size, sizeof size);
  room = append(draft, size);
  if (room == NULL) return;
  memcpy(room, text, length);
  room[length] = '\0';
}

static void append_string(struct draft* draft) {
  const uint8_t choice = take_byte(draft->input);
  const int is_present = choice % 16 != 0 || draft->area->has_no_nulls;
  append_byte(draft, (unsigned char)is_present);
  if (!is_present) return;
  if (choice % 16 < 4) {
    const char* place = place_of_credential(draft, choice / 16);
    return append_text(draft, place, strlen(place));
  }
  char text[8 * kUsualText];
  size_t length = choice % 16 == 4 ? sizeof text : choice / 4 % kUsualText;
  if (length > draft->input->size) length = draft->input->size;
  take_bytes(draft->input, text, length);
  append_text(draft, text, strnlen(text, length));
}

static void append_buffer(struct draft* draft,
                          const struct bailey_fuzz_item* item) {
  const uint64_t count = draft->counts[item->length];
  const int is_present = count != 0 || take_byte(draft->input) % 2 == 0 ||
                         draft->area->has_no_nulls;
  append_byte(draft, (unsigned char)is_present);
  if (!is_present || !(item->flags & BAILEY_FUZZ_SENT)) return;
  if (count > draft->area->capacity / item->bytes) return;
  append_input(draft, count * item->bytes);
}

static void append_fixed(struct draft* draft,
                         const struct bailey_fuzz_item* item) {
  if (item->flags & BAILEY_FUZZ_NULLABLE) {
    const int is_present =
        take_byte(draft->input) % 8 != 0 || draft->area->has_no_nulls;
    append_byte(draft, (unsigned char)is_present);
    if (!is_present) return;
  }
  if (item->flags & BAILEY_FUZZ_SENT) append_input(draft, item->bytes);
}

static void append_pointer(struct draft* draft,
                           const struct bailey_fuzz_item* item) {
  switch (item->kind) {
    case BAILEY_FUZZ_STRING:
      return append_string(draft);
    case BAILEY_FUZZ_BUFFER:
      return append_buffer(draft, item);
    case BAILEY_FUZZ_FIXED:
      return append_fixed(draft, item);
    case BAILEY_FUZZ_VALUE:
    case BAILEY_FUZZ_HANDLE:
    case BAILEY_FUZZ_ROW:
    case BAILEY_FUZZ_OPTIONAL:
      return;  // among the values
  }
}

// A path that is there brings a function further than noise does.
static void append_place(struct draft* draft, uint8_t choice) {
  const char* place = place_of_credential(draft, choice);
  const uint64_t count = strlen(place);
  unsigned char* room = append(draft, sizeof count);
  if (room == NULL) return;
  memcpy(room, &count, sizeof count);
  room = count > 0 ? append(draft, count) : NULL;
  if (room != NULL) memcpy(room, place, count);
}

// Now and then the count says other than what follows.
static void append_row(struct draft* draft, uint64_t bytes) {
  const uint8_t choice = take_byte(draft->input);
  if (bytes == 1 && choice % 8 == 0) return append_place(draft, choice / 8);
  const uint64_t count = choose_count(draft);
  unsigned char* room = append(draft, sizeof count);
  if (room == NULL) return;
  memcpy(room, &count, sizeof count);
  draft->count = room;
  if (bytes == 0 || count > draft->area->capacity / bytes) return;
  if (count > 0) append_input(draft, count * bytes);
}

static void append_optional(struct draft* draft, uint64_t bytes) {
  append_byte(draft, take_byte(draft->input) % 8 != 0);
  append_value(draft, bytes);
}

static void append_scalar(struct draft* draft,
                          const struct bailey_fuzz_function* function,
                          size_t index) {
  const uint64_t bytes = function->items[index].bytes;
  if (counts_a_buffer(function, index)) {
    append_count(draft, index, bytes);
  } else {
    append_value(draft, bytes);
  }
}

static void append_values(struct draft* draft,
                          const struct bailey_fuzz_function* function,
                          size_t items) {
  for (size_t i = 0; i < items; ++i) {
    const struct bailey_fuzz_item* item = &function->items[i];
    if (item->kind == BAILEY_FUZZ_HANDLE) append_handle(draft, item->tag);
    if (item->kind == BAILEY_FUZZ_ROW) append_row(draft, item->bytes);
    if (item->kind == BAILEY_FUZZ_OPTIONAL) append_optional(draft, item->bytes);
    if (item->kind == BAILEY_FUZZ_VALUE) append_scalar(draft, function, i);
  }
}

static void append_all(struct draft* draft,
                       const struct bailey_fuzz_function* function) {
  const size_t items =
      function->item_count < kMaxItems ? function->item_count : kMaxItems;
  append_values(draft, function, items);
  for (size_t i = 0; i < items; ++i) append_pointer(draft, &function->items[i]);
}

// ---- What is wrong with a request. ----

enum damage {
  kLonger,
  kShorter,
  kMore,
  kFewer,
  kLength,
  kCut,
  kTurned,
  kFunction,
  kSequence,
  kStatus,
  kNoise,
  kDamages
};

// The count says other than the buffer is.
static void add_to_count(struct draft* draft, unsigned char difference) {
  if (draft->count != NULL) {
    *draft->count = (unsigned char)(*draft->count + difference);
  }
}

static void turn(struct draft* draft) {
  if (draft->size == 0) return;
  const uint32_t place = take_word(draft->input) % draft->size;
  draft->area->payload[place] = (unsigned char)(draft->area->payload[place] +
                                                (take_byte(draft->input) | 1));
}

static uint32_t wrong_length(struct draft* draft) {
  const uint32_t capacity = draft->area->capacity;
  switch (take_byte(draft->input) % 4) {
    case 0:
      return capacity;
    case 1:
      return capacity + 1;
    case 2:
      return UINT32_MAX;
    default:
      return take_word(draft->input);
  }
}

static void make_noise(struct draft* draft) {
  draft->size = 0;
  append_input(draft, take_byte(draft->input));
  draft->area->header->length = draft->size;
  draft->area->header->error = (int32_t)take_word(draft->input);
}

static void damage(struct draft* draft, uint8_t choice) {
  struct bailey_area_header* header = draft->area->header;
  switch (choice % kDamages) {
    case kLonger:
      header->length++;
      return;
    case kShorter:
      header->length--;
      return;
    case kMore:
      return add_to_count(draft, 1);
    case kFewer:
      return add_to_count(draft, 0xff);
    case kLength:
      header->length = wrong_length(draft);
      return;
    case kCut:
      if (draft->size > 0)
        header->length = take_word(draft->input) % draft->size;
      return;
    case kTurned:
      return turn(draft);
    case kFunction:
      header->function = take_word(draft->input);
      return;
    case kSequence:
      header->sequence += take_word(draft->input);
      return;
    case kStatus:
      header->status = take_word(draft->input);
      return;
    case kNoise:
      return make_noise(draft);
  }
}

uint32_t bailey_fuzz_make(struct bailey_fuzz_bytes* input,
                          const struct bailey_fuzz_portion* portion,
                          uint32_t next, const struct bailey_fuzz_area* area) {
  struct draft draft = {input, portion, area, 0, 0, NULL, {0}};
  const uint8_t which = take_byte(input);
  const uint8_t quality = take_byte(input);
  const struct bailey_fuzz_function* function =
      &portion->functions[which % portion->function_count];
  append_all(&draft, function);
  memset(area->header, 0, sizeof *area->header);
  area->header->sequence = next;
  area->header->function = function->service.id;
  area->header->status = BAILEY_OK;
  area->header->length = draft.size;
  if (quality >= 192) damage(&draft, quality);
  return draft.used;
}
