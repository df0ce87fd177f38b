/* Receipts: what the notary says about a document, on a stream.
 *
 * A document's digest, which is what gets signed, is the SHA-256 of these
 * 32-byte blocks: SHA-256 of the header ("name: value\n" for each field in
 * order), SHA-256 of the body, then for each attachment SHA-256 of its name and
 * SHA-256 of its (transformed) bytes.
 *
 *   receipt_heading(stdout, public_key);
 *   receipt_digest(&document, digest);
 *   receipt_print(stdout, &document, digest, signature);
 *   receipt_malformed(stdout, &mailbox);
 */
#ifndef NOTARY_RECEIPT_H_
#define NOTARY_RECEIPT_H_

#include <stdio.h>

#include "document.h"

/* Names the platform (from /usr/lib/os-release) and the public key. */
void receipt_heading(FILE* out, const unsigned char public_key[static 32]);

void receipt_digest(const struct document* document,
                    unsigned char digest[static 32]);

void receipt_print(FILE* out, const struct document* document,
                   const unsigned char digest[static 32],
                   const unsigned char signature[static 64]);

/* Reports why the document just read is malformed. */
void receipt_malformed(FILE* out, const struct mailbox* mailbox);

#endif /* NOTARY_RECEIPT_H_ */
