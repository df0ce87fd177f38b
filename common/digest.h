// SHA-256 digests, which name every file that Bailey proves or runs.
//
//   std::string digest = Sha256Hex(bytes);  // 64 lower-case hex digits

#ifndef BAILEY_COMMON_DIGEST_H_
#define BAILEY_COMMON_DIGEST_H_

#include <string>
#include <string_view>

namespace bailey {

std::string Sha256Hex(std::string_view bytes);
std::string HexEncode(std::string_view bytes);

}  // namespace bailey

#endif  // BAILEY_COMMON_DIGEST_H_
