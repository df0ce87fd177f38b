// Text from others (paths, names out of a program's file) for a terminal: no
// byte of it may be more than a visible character.
//
//   fmt::print(stderr, "path `{}`\n", Printable(path));      // one field
//   fmt::print(stderr, "{}\n", WithoutControls(message));    // a whole message

#ifndef BAILEY_COMMON_PRINTABLE_H_
#define BAILEY_COMMON_PRINTABLE_H_

#include <string>
#include <string_view>

namespace bailey {

// Whatever is not visible ASCII, a new line too, as `\x1b`.
std::string Printable(std::string_view text);

// The same as `?`: nothing becomes longer.
std::string AsciiOnly(std::string_view text);

// Control characters as `\x1b`. Lines, tabs, UTF-8 and colors (`ESC [ 1;31 m`)
// stay: for a message that is our own but for what it quotes.
std::string WithoutControls(std::string_view text);

}  // namespace bailey

#endif  // BAILEY_COMMON_PRINTABLE_H_
