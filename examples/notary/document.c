#include "document.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char kStart[] = "== document ==";
static const char kAttachment[] = "== attachment ==";
static const char kEnd[] = "== end ==";

/* ---- lines ---- */

/* Notes the first problem of a document; always false, to be returned. */
static bool fail_at(struct mailbox* mailbox, long line, const char* problem) {
  if (mailbox->problem == NULL) {
    mailbox->problem = problem;
    mailbox->problem_line = line;
  }
  return false;
}

static bool fail(struct mailbox* mailbox, const char* problem) {
  return fail_at(mailbox, mailbox->line, problem);
}

/* Reads up to the line feed; what does not fit is dropped and a problem, which
 * leaves an empty line. False at the end of the stream without a problem. */
static bool next_line(struct mailbox* mailbox) {
  if (mailbox->is_pending) {
    mailbox->is_pending = false;
    return true;
  }
  mailbox->size = 0;
  mailbox->text[0] = '\0';
  int c = getc(mailbox->stream);
  if (c == EOF) return false;
  mailbox->line++;
  size_t size = 0;
  bool fits = true, has_nul = false;
  for (; c != EOF && c != '\n'; c = getc(mailbox->stream)) {
    fits = fits && size < kMaxLine - 1;
    has_nul = has_nul || c == '\0';
    if (fits) mailbox->text[size++] = (char)c;
  }
  if (!fits) fail(mailbox, "the line is too long");
  if (has_nul) fail(mailbox, "there is a NUL byte in the line");
  mailbox->size = fits && !has_nul ? size : 0;
  mailbox->text[mailbox->size] = '\0';
  return fits && !has_nul;
}

static bool expect_line(struct mailbox* mailbox) {
  return next_line(mailbox) || fail(mailbox, "the mailbox ends too early");
}

static bool is_line(const struct mailbox* mailbox, const char* text) {
  return strcmp(mailbox->text, text) == 0;
}

/* Leaves the next `== document ==` line pending, if there is one. */
static void resynchronise(struct mailbox* mailbox) {
  while (!is_line(mailbox, kStart)) {
    const bool is_over = feof(mailbox->stream) || ferror(mailbox->stream);
    if (!next_line(mailbox) && is_over) return;
  }
  mailbox->is_pending = true;
}

/* ---- fields ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static char* trim(char* text) {
  while (is_blank(*text)) ++text;
  size_t size = strlen(text);
  while (size > 0 && is_blank(text[size - 1])) text[--size] = '\0';
  return text;
}

static bool is_name(const char* text) {
  const char* kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  return text[0] != '\0' && text[strspn(text, kLetters)] == '\0';
}

static bool add_field(struct mailbox* mailbox, struct fields* fields) {
  if (fields->count == kMaxFields) return fail(mailbox, "too many fields");
  char* colon = strchr(mailbox->text, ':');
  if (colon == NULL) return fail(mailbox, "expected `Name: value`");
  *colon = '\0';
  if (!is_name(mailbox->text)) return fail(mailbox, "not a field's name");
  struct field* field = &fields->list[fields->count++];
  field->line = mailbox->line;
  field->name = strdup(mailbox->text);
  field->value = strdup(trim(colon + 1));
  if (field->name == NULL || field->value == NULL)
    return fail(mailbox, "out of memory");
  return true;
}

/* Joins a continuation line to the last field's value with one blank. */
static bool continue_field(struct mailbox* mailbox, struct fields* fields) {
  if (fields->count == 0)
    return fail(mailbox, "a continuation line without a field");
  struct field* field = &fields->list[fields->count - 1];
  const char* more = trim(mailbox->text);
  const size_t before = strlen(field->value), size = strlen(more);
  if (before + size + 2 > kMaxLine) return fail(mailbox, "field too long");
  char* value = realloc(field->value, before + size + 2);
  if (value == NULL) return fail(mailbox, "out of memory");
  value[before] = ' ';
  memcpy(value + before + 1, more, size + 1);
  field->value = value;
  return true;
}

/* Reads fields up to the blank line. */
static bool read_fields(struct mailbox* mailbox, struct fields* fields) {
  for (;;) {
    if (!expect_line(mailbox)) return false;
    if (mailbox->size == 0) return true;
    if (is_line(mailbox, kStart))
      return fail(mailbox, "a document begins among the fields of another");
    const bool is_good = is_blank(mailbox->text[0])
                             ? continue_field(mailbox, fields)
                             : add_field(mailbox, fields);
    if (!is_good) return false;
  }
}

const struct field* fields_find(const struct fields* fields, const char* name) {
  for (int i = 0; i < fields->count; ++i)
    if (strcasecmp(fields->list[i].name, name) == 0) return &fields->list[i];
  return NULL;
}

static void fields_free(struct fields* fields) {
  for (int i = 0; i < fields->count; ++i) {
    free(fields->list[i].name);
    free(fields->list[i].value);
  }
}

/* ---- bodies and attachments ---- */

static bool parse_size(const char* text, size_t* size) {
  *size = 0;
  for (const char* c = text; *c != '\0'; ++c) {
    if (*c < '0' || *c > '9') return false;
    *size = 10 * *size + (size_t)(*c - '0');
    if (*size > kMaxBytes) return false;
  }
  return *text != '\0';
}

/* Reads the block whose size that field gives, and the line feed after it. */
static bool read_block(struct mailbox* mailbox, const struct fields* fields,
                       const char* size_field, struct buffer* block) {
  const struct field* field = fields_find(fields, size_field);
  if (field == NULL) return fail(mailbox, "the block's length is missing");
  size_t size = 0;
  if (!parse_size(field->value, &size))
    return fail_at(mailbox, field->line, "not a length of at most 1 MiB");
  block->bytes = malloc(size + 1);
  if (block->bytes == NULL) return fail(mailbox, "out of memory");
  block->size = fread(block->bytes, 1, size, mailbox->stream);
  for (size_t i = 0; i < block->size; ++i)
    mailbox->line += block->bytes[i] == '\n';
  if (block->size != size) return fail(mailbox, "the mailbox ends too early");
  mailbox->line++;
  if (getc(mailbox->stream) != '\n')
    return fail(mailbox, "no line feed where the block should end");
  return true;
}

static bool transform_content(struct mailbox* mailbox,
                              struct attachment* attachment) {
  for (int i = 0; i < attachment->fields.count; ++i) {
    const struct field* field = &attachment->fields.list[i];
    if (strcasecmp(field->name, "Transform") != 0) continue;
    if (attachment->transform_count == kMaxTransforms)
      return fail_at(mailbox, field->line, "too many transforms");
    struct transform* transform =
        &attachment->transforms[attachment->transform_count++];
    const char* problem = transform_parse(field->value, transform);
    if (problem != NULL) return fail_at(mailbox, field->line, problem);
    transform_apply(transform, &attachment->content);
  }
  return true;
}

static bool read_attachment(struct mailbox* mailbox,
                            struct attachment* attachment) {
  if (!read_fields(mailbox, &attachment->fields)) return false;
  const struct field* name = fields_find(&attachment->fields, "Name");
  if (name == NULL) return fail(mailbox, "an attachment without a name");
  attachment->name = name->value;
  return read_block(mailbox, &attachment->fields, "Length",
                    &attachment->content) &&
         transform_content(mailbox, attachment);
}

static bool read_parts(struct mailbox* mailbox, struct document* document) {
  if (!read_fields(mailbox, &document->fields)) return false;
  if (fields_find(&document->fields, "From") == NULL)
    return fail(mailbox, "a document without a sender");
  if (!read_block(mailbox, &document->fields, "Content-Length",
                  &document->body))
    return false;
  for (;;) {
    if (!expect_line(mailbox)) return false;
    if (is_line(mailbox, kEnd)) return true;
    if (!is_line(mailbox, kAttachment))
      return fail(mailbox, "expected `== attachment ==` or `== end ==`");
    if (document->attachment_count == kMaxAttachments)
      return fail(mailbox, "too many attachments");
    if (!read_attachment(mailbox,
                         &document->attachments[document->attachment_count++]))
      return false;
  }
}

enum document_result document_read(struct mailbox* mailbox,
                                   struct document* document) {
  memset(document, 0, sizeof *document);
  mailbox->problem = NULL;
  do {
    if (!next_line(mailbox) && mailbox->problem == NULL) return DOCUMENT_NONE;
  } while (mailbox->size == 0 && mailbox->problem == NULL);
  document->number = ++mailbox->documents;
  if (mailbox->problem == NULL && !is_line(mailbox, kStart))
    fail(mailbox, "expected `== document ==`");
  else if (mailbox->problem == NULL && read_parts(mailbox, document))
    return DOCUMENT_GOOD;
  resynchronise(mailbox);
  return DOCUMENT_MALFORMED;
}

void document_free(struct document* document) {
  fields_free(&document->fields);
  free(document->body.bytes);
  for (int i = 0; i < document->attachment_count; ++i) {
    struct attachment* attachment = &document->attachments[i];
    fields_free(&attachment->fields);
    free(attachment->content.bytes);
    for (int j = 0; j < attachment->transform_count; ++j)
      transform_free(&attachment->transforms[j]);
  }
}
