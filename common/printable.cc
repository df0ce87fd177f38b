// Shows what must not reach a terminal as it is.

#include "common/printable.h"

#include <fmt/format.h>

namespace bailey {
namespace {

// `ESC [ digits and semicolons m` at the beginning, or 0.
size_t ColorLength(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const size_t end = text.find_first_not_of("0123456789;", 2);
  return end != text.npos && text[end] == 'm' ? end + 1 : 0;
}

// Of C0, DEL, or of C1: in UTF-8, or a byte of its own.
bool IsControl(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80)
    return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
  if (byte >= 0xa0) return false;
  const auto before = static_cast<unsigned char>(at > 0 ? text[at - 1] : 0);
  return before < 0x80 || before == 0xc2;
}

bool IsVisible(char byte) { return byte >= 0x20 && byte < 0x7f; }

std::string Escaped(char byte) {
  return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

}  // namespace

std::string AsciiOnly(std::string_view text) {
  std::string shown(text);
  for (char& byte : shown)
    if (!IsVisible(byte)) byte = '?';
  return shown;
}

std::string Printable(std::string_view text) {
  std::string shown;
  for (const char byte : text) {
    if (IsVisible(byte)) {
      shown += byte;
    } else {
      shown += Escaped(byte);
    }
  }
  return shown;
}

std::string WithoutControls(std::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    if (const size_t color = ColorLength(text.substr(i)); color > 0) {
      shown += text.substr(i, color);
      i += color - 1;
    } else if (IsControl(text, i)) {
      shown += Escaped(text[i]);
    } else {
      shown += text[i];
    }
  }
  return shown;
}

}  // namespace bailey
