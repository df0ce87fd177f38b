#include "executor/audit/needles.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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

// The bytes that were found so far, last byte first: how programs keep numbers
// that a file has the other way round.
void AddReversed(std::vector<Needle>& needles) {
  const size_t count = needles.size();
  for (size_t i = 0; i < count; ++i) {
    const bool is_bytes =
        needles[i].encoding == "raw" || needles[i].encoding.starts_with("from");
    if (!is_bytes) continue;
    const std::string reversed(needles[i].bytes.rbegin(),
                               needles[i].bytes.rend());
    const std::string prefix = needles[i].encoding == "raw"
                                   ? "reversed"
                                   : needles[i].encoding + "-reversed";
    needles.push_back({prefix, reversed});
    needles.push_back({prefix + "-hex", Hex(reversed, false)});
    needles.push_back({prefix + "-HEX", Hex(reversed, true)});
  }
}

// A key file's payload: its lines of Base64 or of hexadecimal digits, each by
// itself and as what it stands for.
void AddLines(std::string_view credential, std::vector<Needle>& needles) {
  if (!credential.contains('\n')) return;
  size_t number = 0;
  while (!credential.empty()) {
    std::string_view line = credential.substr(0, credential.find('\n'));
    credential.remove_prefix(std::min(line.size() + 1, credential.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    auto bytes = FromHex(line);
    if (!bytes) bytes = FromBase64(line);
    if (!bytes) continue;
    needles.push_back({fmt::format("line{}", number), std::string(line)});
    needles.push_back({fmt::format("line{}-decoded", number), *bytes});
    needles.push_back({fmt::format("line{}-reversed", number),
                       std::string(bytes->rbegin(), bytes->rend())});
  }
}

}  // namespace

std::optional<std::string> FromHex(std::string_view text) {
  if (text.size() % 2 != 0 || text.size() < 2 * kReliableCredentialBytes) {
    return std::nullopt;
  }
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const char* end = text.data() + i + 2;
    const auto [stopped, error] =
        std::from_chars(text.data() + i, end, value, 16);
    if (error != std::errc() || stopped != end) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::optional<std::string> FromBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char digit : text) {
    if (digit == '-') digit = '+';
    if (digit == '_') digit = '/';
    const size_t value = kDigits.find(digit);
    if (value == kDigits.npos) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xff);
  }
  if (bytes.size() < kReliableCredentialBytes) return std::nullopt;
  return bytes;
}

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
  if (const auto bytes = FromHex(credential)) {
    needles.push_back({"from-hex", *bytes});
  }
  if (const auto bytes = FromBase64(credential)) {
    needles.push_back({"from-base64", *bytes});
  }
  AddReversed(needles);
  if (credential.size() == 64) {
    needles.push_back({"first-half", std::string(credential.substr(0, 32))});
  }
  AddLines(credential, needles);
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
