#include "analyzer/rewrite/makefile.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "common/json.h"

namespace bailey::analyzer {

Result<std::string> MakeWord(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\n') return Fail("a command of the build holds a line feed");
    if (c == '\'') {
      quoted += "'\\''";
    } else if (c == '$') {
      quoted += "$$";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// GNU make manual, "Rule Syntax": blanks are escaped, `$` doubled; the others
// have no form that works everywhere.
Result<std::string> MakeTarget(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (std::string_view("\n\t:;=%#\\*?[]~|&").contains(c)) {
      return Fail(fmt::format("`{}` cannot be named in a Makefile", path),
                  "choose another output directory or file name");
    }
    if (c == ' ') escaped += '\\';
    if (c == '$') escaped += '$';
    escaped += c;
  }
  return escaped;
}

namespace {

Result<std::string> Rule(const BuildCommand& command) {
  ASSIGN_OR_RETURN(std::string text, MakeTarget(command.output));
  text += ":";
  for (const std::string& input : command.inputs) {
    ASSIGN_OR_RETURN(const std::string target, MakeTarget(input));
    text += " " + target;
  }
  ASSIGN_OR_RETURN(const std::string directory, MakeWord(command.directory));
  ASSIGN_OR_RETURN(
      const std::string folder,
      MakeWord(std::filesystem::path(command.output).parent_path().string()));
  text += fmt::format("\n\t@mkdir -p {}\n\tcd {} &&", folder, directory);
  for (const std::string& word : command.arguments) {
    ASSIGN_OR_RETURN(const std::string quoted, MakeWord(word));
    text += " " + quoted;
  }
  return text + "\n\n";
}

}  // namespace

Result<std::string> MakefileText(const std::vector<BuildCommand>& compiles,
                                 const BuildCommand& link) {
  ASSIGN_OR_RETURN(const std::string program, MakeTarget(link.output));
  std::string text = fmt::format(
      "# Written by Bailey: builds one portion of a split program.\n"
      ".PHONY: all\nall: {}\n\n",
      program);
  ASSIGN_OR_RETURN(const std::string link_rule, Rule(link));
  text += link_rule;
  for (const BuildCommand& compile : compiles) {
    ASSIGN_OR_RETURN(const std::string rule, Rule(compile));
    text += rule;
  }
  return text;
}

std::string CompilationDatabaseText(const std::vector<BuildCommand>& compiles) {
  Json list = Json::array();
  for (const BuildCommand& compile : compiles) {
    list.push_back({{"directory", compile.directory},
                    {"arguments", compile.arguments},
                    {"file", compile.source},
                    {"output", compile.output}});
  }
  return WriteJson(list);
}

}  // namespace bailey::analyzer
