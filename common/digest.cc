#include "common/digest.h"

#include <sodium.h>

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
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  // SAFETY: libsodium reads bytes as unsigned char, which may alias anything.
  crypto_hash_sha256(digest.data(),
                     reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return HexEncode(
      {reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace bailey
