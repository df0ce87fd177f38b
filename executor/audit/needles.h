// What a credential can look like in memory: its bytes, and their encodings.
//
//   std::vector<Needle> needles = MakeNeedles(key);
//   CountNeedles(memory, needles, counts);

#ifndef BAILEY_EXECUTOR_AUDIT_NEEDLES_H_
#define BAILEY_EXECUTOR_AUDIT_NEEDLES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::executor {

// Shorter ones turn up by chance: a scan for them proves nothing.
inline constexpr size_t kReliableCredentialBytes = 16;

struct Needle {
  std::string encoding;  // "raw", "hex", "HEX", "base64+0", "base64url+1", ...
  std::string bytes;
};

// The bytes that a credential written in hexadecimal digits or in Base64 stands
// for are looked for as well, and the first half of one of 64 bytes: the seed
// in an Ed25519 secret key. Of a text of several lines (PEM, signify's keys) so
// is each line that is Base64 or hexadecimal. What else a program derives from
// a credential (a hash, an expanded key) is not.
//
// Each of these as bytes is looked for backwards, too, and the whole backwards
// in hexadecimal digits.
//
// Base64 at each of the three places where a credential can begin in a longer
// text; the characters that mix its bits with a neighbour's are left out. A
// final newline, as files have it, is no part of the credential.
std::vector<Needle> MakeNeedles(std::string_view credential);

// Nothing where `text` is no such encoding of at least 16 bytes.
std::optional<std::string> FromHex(std::string_view text);
std::optional<std::string> FromBase64(std::string_view text);

std::string Base64(std::string_view bytes, bool url_alphabet);

// Adds the occurrences in `memory` to `counts`,
// one for each needle.
void CountNeedles(std::string_view memory, std::span<const Needle> needles,
                  std::vector<uint64_t>& counts);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AUDIT_NEEDLES_H_
