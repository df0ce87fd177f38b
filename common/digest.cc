#include "common/digest.h"

// Nettle has the processor's SHA instructions where there are any: four times
// as fast as portable code over the megabytes of a bundle.
#include <nettle/sha2.h>

#include <array>

namespace bailey {

std::string HexEncode(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_SIZE> digest;
  sha256_ctx context;
  sha256_init(&context);
  // SAFETY: Nettle reads bytes as unsigned char, which may alias anything.
  sha256_update(&context, bytes.size(),
                reinterpret_cast<const unsigned char*>(bytes.data()));
  sha256_digest(&context, digest.size(), digest.data());
  return HexEncode(
      {reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace bailey
