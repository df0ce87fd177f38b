#include "cli/manual_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace bailey::cli {
namespace {

// roff takes a backslash for a command, a hyphen for a typographic one, and a
// point or apostrophe at a line's start for a request.
std::string Escaped(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    const bool at_start = roff.empty() || roff.back() == '\n';
    if (at_start && (c == '.' || c == '\'')) roff += "\\&";
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else {
      roff += c;
    }
  }
  return roff;
}

std::string Head(std::string_view command, std::string_view summary) {
  std::string title = PageName(command);
  std::ranges::transform(title, title.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  return fmt::format(
      ".TH \"{}\" 1 \"\" \"{}\" \"Bailey\"\n.SH NAME\n{} \\- {}\n",
      Escaped(title), kVersion, Escaped(PageName(command)), Escaped(summary));
}

// Up to the first full stop or empty line, in one line, as a NAME section asks.
std::string Summary(std::string_view description) {
  size_t end = description.find("\n\n");
  for (size_t at = 0; at < std::min(end, description.size()); ++at) {
    const bool stops =
        description[at] == '.' &&
        (at + 1 == description.size() || description[at + 1] == ' ' ||
         description[at + 1] == '\n');
    if (stops) end = at;
  }
  std::string line(description.substr(0, end));
  std::ranges::replace(line, '\n', ' ');
  if (!line.empty()) {
    line[0] =
        static_cast<char>(std::tolower(static_cast<unsigned char>(line[0])));
  }
  return line;
}

// Indented lines are examples: kept as they are.
std::string Description(std::string_view text) {
  std::string roff;
  bool in_example = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const bool is_example = line.starts_with("  ");
    if (is_example != in_example) roff += is_example ? ".PP\n.EX\n" : ".EE\n";
    in_example = is_example;
    roff += line.empty() ? ".PP\n" : Escaped(line) + "\n";
  }
  return roff + (in_example ? ".EE\n" : "");
}

std::string Synopsis(const CLI::App& app) {
  std::string line = "[\\fIOPTION\\fR...]";
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = Escaped(option->get_name(true));
    const bool many = option->get_items_expected_max() > 1;
    const std::string part =
        fmt::format("\\fI{}\\fR{}", name, many ? "..." : "");
    line += option->get_required() ? " " + part : " [" + part + "]";
  }
  return fmt::format(".SH SYNOPSIS\n.B {}\n{}\n", Escaped(app.get_name()),
                     line);
}

std::string OptionEntry(const CLI::Option& option) {
  const bool positional = option.get_positional();
  std::string names = option.get_name(positional, !positional);
  for (size_t at = 0; (at = names.find(',', at)) != std::string::npos;
       at += 2) {
    names.replace(at, 1, ", ");
  }
  const std::string type =
      option.get_items_expected_max() == 0 ? "" : option.get_type_name();
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", Escaped(names),
                     type.empty() ? "" : " \\fI" + Escaped(type) + "\\fR",
                     Escaped(option.get_description()));
}

bool IsShown(const CLI::Option& option) { return !option.get_group().empty(); }

constexpr std::string_view kExitStatus =
    ".SH EXIT STATUS\n0: fine. 1: the answer is no. 2: bad usage, input or "
    "environment. 3: it could not be decided.\n.B bailey run\npasses the "
    "program's own status on: 125 is our own failure, 126 that a denial "
    "killed the program, 128+n signal n.\n";

}  // namespace

std::string_view AskedFor(int argc, char** argv) {
  const std::span<char*> words(argv, static_cast<size_t>(argc));
  const bool is_ours =
      std::ranges::find(words, std::string_view("--")) == words.end();
  if (words.size() < 2 || !is_ours) return {};
  const std::string_view last = words.back();
  return last == kAskComplete || last == kAskManualPage ? last : "";
}

std::string PageName(std::string_view command) {
  std::string name(command.substr(0, command.find(" -")));
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string ManualPage(const CLI::App& app) {
  std::string page = Head(app.get_name(), Summary(app.get_description())) +
                     Synopsis(app) + ".SH DESCRIPTION\n" +
                     Description(app.get_description()) + ".SH OPTIONS\n";
  for (const CLI::Option* option : app.get_options()) {
    if (IsShown(*option)) page += OptionEntry(*option);
  }
  return page + std::string(kExitStatus) + ".SH SEE ALSO\n.BR bailey (1)\n";
}

std::string ManualPage(std::string_view program, std::string_view purpose,
                       std::span<const Command> commands) {
  std::string page =
      Head(program, Summary(purpose)) +
      fmt::format(".SH SYNOPSIS\n.B {}\n\\fICOMMAND\\fR [\\fIOPTION\\fR...]\n",
                  Escaped(program)) +
      ".SH DESCRIPTION\n" + Description(purpose) + ".SH COMMANDS\n";
  for (const Command& command : commands) {
    page += fmt::format(
        ".TP\n.BR {} (1)\n{}\n",
        Escaped(PageName(fmt::format("{} {}", program, command.name))),
        Escaped(command.summary));
  }
  return page + std::string(kExitStatus);
}

std::string OptionNames(const CLI::App& app) {
  std::string names;
  for (const CLI::Option* option : app.get_options()) {
    if (!IsShown(*option)) continue;
    for (const std::string& name : option->get_lnames()) {
      names += "--" + name + "\n";
    }
  }
  return names;
}

}  // namespace bailey::cli
