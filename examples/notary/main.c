/* notary: reads documents from strangers and signs their digests.
 *
 *   notary --key notary.key < documents.mbox > receipts.txt
 *
 * Exits with 0, with 1 when a document was malformed, with 2 when it could not
 * do its work.
 */
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bytes.h"
#include "document.h"
#include "receipt.h"
#include "signer.h"

static const char kUsage[] =
    "usage: notary [--key PATH] [--count] < MAILBOX\n"
    "Signs the documents of a mailbox and prints a receipt for each.\n"
    "  --key PATH  the Ed25519 key (default /run/secrets/notary.key)\n"
    "  --count     only count the documents; needs no key\n"
    "  --help      this text\n";

struct options {
  const char* key;
  bool count;
  bool help;
};

/* Not gettid(), which C libraries before 2.30 lack. */
static long thread_id(void) { return syscall(SYS_gettid); }

static int complain(const char* what, const char* detail) {
  fflush(stdout);
  fprintf(stderr, "notary[%ld]: %s%s\n", thread_id(), what, detail);
  return 2;
}

static const char* describe(enum signer_status status) {
  switch (status) {
    case SIGNER_READY:
      return "nothing is wrong";
    case SIGNER_NO_KEY:
      return "no key is loaded";
    case SIGNER_CANNOT_START:
      return "libsodium does not start";
    case SIGNER_CANNOT_OPEN:
      return "the key's file cannot be opened";
    case SIGNER_CANNOT_READ:
      return "the key's file cannot be read";
    case SIGNER_WRONG_SIZE:
      return "the key's file has neither 32 nor 64 bytes";
    case SIGNER_INCONSISTENT_KEY:
      return "the key's public half does not belong to its seed";
    case SIGNER_FAILED:
      return "libsodium refused";
  }
  return "unknown status";
}

static bool parse_options(int count, char** arguments,
                          struct options* options) {
  for (int i = 1; i < count; ++i) {
    if (strcmp(arguments[i], "--help") == 0) {
      options->help = true;
    } else if (strcmp(arguments[i], "--count") == 0) {
      options->count = true;
    } else if (strcmp(arguments[i], "--key") == 0 && i + 1 < count) {
      options->key = arguments[++i];
    } else {
      complain("bad usage, try --help: ", arguments[i]);
      return false;
    }
  }
  return true;
}

static int count_documents(struct mailbox* mailbox) {
  static struct document document;
  long malformed = 0;
  enum document_result result;
  while ((result = document_read(mailbox, &document)) != DOCUMENT_NONE) {
    malformed += result == DOCUMENT_MALFORMED;
    document_free(&document);
  }
  printf("%ld documents, %ld malformed\n", mailbox->documents, malformed);
  return malformed == 0 ? 0 : 1;
}

static int sign_document(const struct document* document,
                         struct signer_statistics* statistics) {
  unsigned char digest[32], signature[64];
  receipt_digest(document, digest);
  if (signer_sign(digest, signature, statistics) != 0)
    return complain("cannot sign: ", describe(signer_last_status()));
  receipt_print(stdout, document, digest, signature);
  return 0;
}

/* Signs the line that says how many documents there were. */
static int sign_summary(long documents, unsigned long issued) {
  char line[128], hex[2 * 64 + 1];
  unsigned char signature[64];
  const int size = snprintf(line, sizeof line, "%ld documents, %lu signed",
                            documents, issued);
  if (signer_sign_labelled("notary summary", (const unsigned char*)line,
                           (size_t)size, signature) != 0)
    return complain("cannot sign: ", describe(signer_last_status()));
  bytes_to_hex(signature, sizeof signature, hex);
  printf("\nsummary: %s\nsummary-signature: %s\n", line, hex);
  return 0;
}

static int notarize(struct mailbox* mailbox) {
  static struct document document;
  struct signer_statistics statistics = {0, 0};
  int status = 0;
  enum document_result result;
  while ((result = document_read(mailbox, &document)) != DOCUMENT_NONE) {
    if (result == DOCUMENT_MALFORMED) {
      receipt_malformed(stdout, mailbox);
      status = 1;
    } else if (sign_document(&document, &statistics) != 0) {
      status = 2;
    }
    document_free(&document);
    if (status == 2) return status;
  }
  if (sign_summary(mailbox->documents, statistics.issued) != 0) return 2;
  return status;
}

static int open_office(const char* key) {
  unsigned char public_key[32];
  if (signer_load_key(key) != 0 || signer_public_key(public_key) != 0)
    return complain("cannot load the key: ", describe(signer_last_status()));
  receipt_heading(stdout, public_key);
  return 0;
}

int main(int argc, char** argv) {
  struct options options = {.key = "/run/secrets/notary.key"};
  static struct mailbox mailbox;
  if (!parse_options(argc, argv, &options)) return 2;
  if (options.help) return fputs(kUsage, stdout) < 0 ? 2 : 0;
  if (sodium_init() < 0) return complain("libsodium does not start", "");
  mailbox.stream = stdin;
  int status = options.count ? 0 : open_office(options.key);
  if (status == 0)
    status = options.count ? count_documents(&mailbox) : notarize(&mailbox);
  signer_forget();
  if (ferror(stdin)) return complain("cannot read the mailbox", "");
  if (fflush(stdout) != 0) return complain("cannot write the receipts", "");
  return status;
}
