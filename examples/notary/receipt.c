#include "receipt.h"

#include <sodium.h>
#include <string.h>

#include "bytes.h"

enum { kDigestSize = crypto_hash_sha256_BYTES };

/* Copies the value of PRETTY_NAME, or leaves `name` alone. */
static void find_platform(char* name, size_t capacity) {
  FILE* file = fopen("/usr/lib/os-release", "r");
  if (file == NULL) return;
  static const char kKey[] = "PRETTY_NAME=";
  char line[256];
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, kKey, sizeof kKey - 1) != 0) continue;
    const char* value = line + sizeof kKey - 1;
    value += strspn(value, "\"'");
    snprintf(name, capacity, "%.*s", (int)strcspn(value, "\"'\n"), value);
    break;
  }
  fclose(file);
}

static void print_hex(FILE* out, const char* name, const unsigned char* bytes,
                      size_t size) {
  char text[2 * crypto_sign_BYTES + 1];
  bytes_to_hex(bytes, size, text);
  fprintf(out, "%s: %s\n", name, text);
}

/* Strangers' text: whatever a terminal might obey is printed as \xNN. */
static void print_text(FILE* out, const char* text) {
  for (; *text != '\0'; ++text) {
    if (*text >= ' ' && *text <= '~' && *text != '\\')
      fputc(*text, out);
    else
      fprintf(out, "\\x%02x", (unsigned char)*text);
  }
}

void receipt_heading(FILE* out, const unsigned char public_key[static 32]) {
  char platform[128] = "unknown platform";
  find_platform(platform, sizeof platform);
  fputs("notarized on ", out);
  print_text(out, platform);
  fputc('\n', out);
  print_hex(out, "public-key", public_key, crypto_sign_PUBLICKEYBYTES);
}

static void digest_bytes(const struct buffer* buffer, unsigned char* digest) {
  crypto_hash_sha256(digest, buffer->bytes, buffer->size);
}

static void add_text(crypto_hash_sha256_state* state, const char* text) {
  crypto_hash_sha256_update(state, (const unsigned char*)text, strlen(text));
}

static void digest_header(const struct fields* fields, unsigned char* digest) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (int i = 0; i < fields->count; ++i) {
    add_text(&state, fields->list[i].name);
    add_text(&state, ": ");
    add_text(&state, fields->list[i].value);
    add_text(&state, "\n");
  }
  crypto_hash_sha256_final(&state, digest);
}

void receipt_digest(const struct document* document,
                    unsigned char digest[static 32]) {
  crypto_hash_sha256_state state;
  unsigned char part[kDigestSize];
  crypto_hash_sha256_init(&state);
  digest_header(&document->fields, part);
  crypto_hash_sha256_update(&state, part, sizeof part);
  digest_bytes(&document->body, part);
  crypto_hash_sha256_update(&state, part, sizeof part);
  for (int i = 0; i < document->attachment_count; ++i) {
    const struct attachment* attachment = &document->attachments[i];
    crypto_hash_sha256(part, (const unsigned char*)attachment->name,
                       strlen(attachment->name));
    crypto_hash_sha256_update(&state, part, sizeof part);
    digest_bytes(&attachment->content, part);
    crypto_hash_sha256_update(&state, part, sizeof part);
  }
  crypto_hash_sha256_final(&state, digest);
}

static void print_field(FILE* out, const struct fields* fields,
                        const char* name) {
  const struct field* field = fields_find(fields, name);
  if (field == NULL) return;
  fprintf(out, "%s: ", name);
  print_text(out, field->value);
  fputc('\n', out);
}

/* A sender may say what the body's digest should be. */
static void print_claim(FILE* out, const struct document* document,
                        const unsigned char* digest) {
  const struct field* field = fields_find(&document->fields, "Digest");
  if (field == NULL) return;
  unsigned char claimed[kDigestSize];
  const bool holds = bytes_from_hex(field->value, claimed, kDigestSize) &&
                     bytes_equal(claimed, digest, kDigestSize);
  fprintf(out, "claimed-digest: %s\n", holds ? "holds" : "differs");
}

static void print_attachment(FILE* out, const struct attachment* attachment,
                             int number) {
  fprintf(out, "attachment %d: %zu bytes, ", number, attachment->content.size);
  print_text(out, attachment->name);
  fputc('\n', out);
  for (int i = 0; i < attachment->transform_count; ++i)
    fprintf(out, "transform %d: %ld\n", i + 1,
            attachment->transforms[i].result);
  unsigned char digest[kDigestSize];
  digest_bytes(&attachment->content, digest);
  print_hex(out, "attachment-sha256", digest, sizeof digest);
}

void receipt_print(FILE* out, const struct document* document,
                   const unsigned char digest[static 32],
                   const unsigned char signature[static 64]) {
  unsigned char body[kDigestSize];
  digest_bytes(&document->body, body);
  fprintf(out, "\ndocument %ld\n", document->number);
  print_field(out, &document->fields, "From");
  print_field(out, &document->fields, "Subject");
  print_field(out, &document->fields, "Date");
  fprintf(out, "body: %zu bytes\n", document->body.size);
  print_hex(out, "body-sha256", body, sizeof body);
  print_claim(out, document, body);
  for (int i = 0; i < document->attachment_count; ++i)
    print_attachment(out, &document->attachments[i], i + 1);
  print_hex(out, "digest", digest, kDigestSize);
  print_hex(out, "signature", signature, crypto_sign_BYTES);
}

void receipt_malformed(FILE* out, const struct mailbox* mailbox) {
  fprintf(out, "\ndocument %ld: line %ld: %s\n", mailbox->documents,
          mailbox->problem_line, mailbox->problem);
}
