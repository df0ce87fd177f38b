// bailey completion: what a shell needs to complete our commands and options.
//
// The scripts ask the program that is completed, so they never grow old.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "cli/commands.h"

namespace bailey::cli {
namespace {

struct Shell {
  std::string_view name;
  std::string_view script;
};

// Words that begin with what is typed; else the shell's own, file names.
constexpr Shell kShells[] = {
    {"bash", R"script(_bailey() {
  local words
  words=$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:COMP_CWORD-1}" --complete 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _bailey bailey
)script"},
    {"zsh", R"script(#compdef bailey
_bailey() {
  local -a candidates
  candidates=(${(f)"$(${words[1]} ${words[2,CURRENT-1]} --complete 2>/dev/null)"})
  compadd -a candidates
  _files
}
compdef _bailey bailey
)script"},
    {"fish", R"script(function __bailey_complete
  set -l words (commandline -opc)
  $words --complete 2>/dev/null
end
complete -c bailey -a '(__bailey_complete)'
)script"},
};

}  // namespace

int RunCompletion(int argc, char** argv) {
  CLI::App app(
      "Prints a script by which a shell completes commands and options.\n\n"
      "  bailey completion bash >/etc/bash_completion.d/bailey\n"
      "  bailey completion zsh >\"${fpath[1]}/_bailey\"\n"
      "  bailey completion fish >~/.config/fish/completions/bailey.fish",
      "bailey completion");
  std::string shell;
  app.add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  for (const Shell& each : kShells) {
    if (each.name == shell) fmt::print("{}", each.script);
  }
  return kExitFine;
}

}  // namespace bailey::cli
