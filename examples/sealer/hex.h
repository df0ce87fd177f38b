// Bytes as hexadecimal digits: pure helpers, for either side.
#ifndef SEALER_HEX_H_
#define SEALER_HEX_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hex {

std::string encode(const unsigned char* bytes, std::size_t size);
// Nothing if it is not digits in pairs.
std::optional<std::string> decode(std::string_view digits);

}  // namespace hex

#endif  // SEALER_HEX_H_
