// A command's manual page, and what can be typed next, both from the same
// declarations as its --help.
//
//   fmt::print("{}", ManualPage(app));     // roff, section 1
//   fmt::print("{}", OptionNames(app));    // a line each
//
// Every command answers `--manual-page` and `--complete`, which are for `bailey
// manual` and for shells.

#ifndef BAILEY_CLI_MANUAL_PAGE_H_
#define BAILEY_CLI_MANUAL_PAGE_H_

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace bailey::cli {

inline constexpr std::string_view kAskManualPage = "--manual-page";
inline constexpr std::string_view kAskComplete = "--complete";

// The last word, if it is one of the two and no `--` stands before it: what is
// behind that is another program's. Else empty.
std::string_view AskedFor(int argc, char** argv);

// Of one verb; the app's name is all its words ("bailey policy eval").
std::string ManualPage(const CLI::App& app);
// Of a program that dispatches, with a line for each command.
std::string ManualPage(std::string_view program, std::string_view purpose,
                       std::span<const Command> commands);

// "bailey policy eval" -> "bailey-policy-eval"; without options.
std::string PageName(std::string_view command);

std::string OptionNames(const CLI::App& app);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_MANUAL_PAGE_H_
