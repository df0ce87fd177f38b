#include "executor/audit/needles.h"

#include <fmt/format.h>

#include <cctype>

#include "common/check.h"

namespace bailey::executor {
namespace {

std::string Hex(std::string_view bytes, bool upper) {
  std::string text;
  for (const char byte : bytes) {
    const unsigned value = static_cast<unsigned char>(byte);
    text += upper ? fmt::format("{:02X}", value) : fmt::format("{:02x}", value);
  }
  return text;
}

// The part of the encoding of `shift` unknown bytes and then `bytes` that does
// not depend on the unknown ones or on what follows.
std::string Base64At(std::string_view bytes, size_t shift, bool url_alphabet) {
  const std::string padded = std::string(shift, '\0') + std::string(bytes);
  const size_t first = (shift * 8 + 5) / 6;
  const size_t whole = padded.size() * 8 / 6;
  if (whole <= first) return "";
  return Base64(padded, url_alphabet).substr(first, whole - first);
}

}  // namespace

std::string Base64(std::string_view bytes, bool url_alphabet) {
  constexpr std::string_view kCommon =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const std::string alphabet =
      std::string(kCommon) + (url_alphabet ? "-_" : "+/");
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) {
      text += alphabet[(bits >> (count - 6)) & 63];
    }
  }
  if (count > 0) text += alphabet[(bits << (6 - count)) & 63];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::vector<Needle> MakeNeedles(std::string_view credential) {
  if (credential.ends_with('\n')) credential.remove_suffix(1);
  std::vector<Needle> needles{{"raw", std::string(credential)},
                              {"hex", Hex(credential, false)},
                              {"HEX", Hex(credential, true)}};
  for (size_t shift = 0; shift < 3; ++shift) {
    needles.push_back(
        {fmt::format("base64+{}", shift), Base64At(credential, shift, false)});
    needles.push_back({fmt::format("base64url+{}", shift),
                       Base64At(credential, shift, true)});
  }
  // An empty needle would be found everywhere.
  std::erase_if(needles, [](const Needle& n) { return n.bytes.empty(); });
  return needles;
}

void CountNeedles(std::string_view memory, std::span<const Needle> needles,
                  std::vector<uint64_t>& counts) {
  CHECK(counts.size() == needles.size());
  for (size_t i = 0; i < needles.size(); ++i) {
    for (size_t at = memory.find(needles[i].bytes);
         at != std::string_view::npos;
         at = memory.find(needles[i].bytes, at + 1)) {
      ++counts[i];
    }
  }
}

}  // namespace bailey::executor
