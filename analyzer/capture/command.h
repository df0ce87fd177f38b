// Recognises compilers, linkers and archivers among a build's commands, and
// says what each compiled, linked or archived.
//
//   ToolKind kind = RecognizeTool({"ccache", "x86_64-linux-gnu-gcc-12", …});
//   BuildRecord record = ClassifyCommand(kind, arguments, "/src");
//
// `cc a.c b.c -o prog` becomes two compile commands and a link of their
// objects, which get names of their own (prog-a.o), as GCC names its dumps.

#ifndef BAILEY_ANALYZER_CAPTURE_COMMAND_H_
#define BAILEY_ANALYZER_CAPTURE_COMMAND_H_

#include <string>
#include <vector>

#include "analyzer/capture/build_record.h"

namespace bailey::analyzer {

enum class ToolKind { kOther, kDriver, kLinker, kArchiver };

// By the name a command was called by. Version suffixes (gcc-12), target
// prefixes (aarch64-linux-gnu-gcc) and launchers (ccache) are seen through.
ToolKind RecognizeTool(const std::vector<std::string>& arguments);

// What one command did. Empty for commands that build nothing (`cc --version`).
BuildRecord ClassifyCommand(ToolKind kind,
                            const std::vector<std::string>& arguments,
                            const std::string& directory);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CAPTURE_COMMAND_H_
