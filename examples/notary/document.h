/* Reads a mailbox: documents from strangers, one after the other.
 *
 *   == document ==
 *   From: Ada <ada@example.org>
 *   Subject: a long one goes on
 *    in a line that begins with a blank
 *   Content-Length: 6
 *
 *   hello
 *
 *   == attachment ==
 *   Name: map.bin
 *   Length: 3
 *   Transform: 0 1
 *
 *   xyz
 *   == end ==
 *
 * A body has exactly Content-Length bytes, an attachment exactly Length; a line
 * feed follows either. After something malformed, reading goes on at the next
 * `== document ==` line.
 *
 *   struct mailbox mailbox = {.stream = stdin};
 *   struct document document;
 *   while (document_read(&mailbox, &document) != DOCUMENT_NONE) {
 *     ...
 *     document_free(&document);
 *   }
 */
#ifndef NOTARY_DOCUMENT_H_
#define NOTARY_DOCUMENT_H_

#include <stdbool.h>
#include <stdio.h>

#include "buffer.h"
#include "transform.h"

enum {
  kMaxLine = 4096, /* also of a field with all its continuations */
  kMaxFields = 32,
  kMaxAttachments = 16,
  kMaxTransforms = 8,
  kMaxBytes = 1 << 20, /* of a body, and of an attachment */
};

struct field {
  char* name;
  char* value;
  long line;
};

struct fields {
  struct field list[kMaxFields];
  int count;
};

struct attachment {
  struct fields fields;
  const char* name; /* a value in `fields` */
  struct buffer content;
  struct transform transforms[kMaxTransforms];
  int transform_count;
};

struct document {
  long number; /* from 1, malformed ones included */
  struct fields fields;
  struct buffer body;
  struct attachment attachments[kMaxAttachments];
  int attachment_count;
};

struct mailbox {
  FILE* stream;
  long documents;
  long line;           /* of the current line, from 1 */
  bool is_pending;     /* the current line is to be read again */
  size_t size;         /* of the current line */
  char text[kMaxLine]; /* the current line, without its line feed */
  const char* problem; /* what is wrong with a malformed document (constant) */
  long problem_line;   /* and where */
};

enum document_result { DOCUMENT_GOOD, DOCUMENT_MALFORMED, DOCUMENT_NONE };

/* Fills in `document`, which is to be freed whatever the result is. */
enum document_result document_read(struct mailbox* mailbox,
                                   struct document* document);

void document_free(struct document* document);

/* The first field of that name (in any case), or NULL. */
const struct field* fields_find(const struct fields* fields, const char* name);

#endif /* NOTARY_DOCUMENT_H_ */
