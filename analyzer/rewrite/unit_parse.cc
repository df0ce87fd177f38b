#include "analyzer/rewrite/unit_parse.h"

#include <clang/Tooling/CompilationDatabase.h>
#include <clang/Tooling/Tooling.h>
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "analyzer/source/command_line.h"
#include "analyzer/source/diagnostic_collector.h"

namespace bailey::analyzer {
namespace {

namespace tooling = clang::tooling;

class OneCommand : public tooling::CompilationDatabase {
 public:
  explicit OneCommand(tooling::CompileCommand command)
      : command_(std::move(command)) {}

  std::vector<tooling::CompileCommand> getCompileCommands(
      llvm::StringRef) const override {
    return {command_};
  }

 private:
  tooling::CompileCommand command_;
};

// `text`, unless it is null, stands for what the file holds.
Result<std::unique_ptr<clang::ASTUnit>> Parse(
    const std::string& file, const std::string& directory,
    const std::vector<std::string>& command, const std::string* text,
    Diagnostics& diagnostics) {
  ASSIGN_OR_RETURN(const AdjustedCommand adjusted, AdjustCommand(command));
  const OneCommand database({directory, file, adjusted.arguments, ""});
  // A file system of its own: the tool changes the working directory in it.
  tooling::ClangTool tool(database, {file},
                          std::make_shared<clang::PCHContainerOperations>(),
                          llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>(
                              llvm::vfs::createPhysicalFileSystem().release()));
  if (text != nullptr) tool.mapVirtualFile(file, *text);
  DiagnosticCollector collector(directory, diagnostics);
  tool.setDiagnosticConsumer(&collector);
  tool.setPrintErrorMessage(false);
  std::vector<std::unique_ptr<clang::ASTUnit>> units;
  if (tool.buildASTs(units) != 0 || units.size() != 1 || !units.front()) {
    return Fail(fmt::format("`{}` does not parse", file));
  }
  return std::move(units.front());
}

}  // namespace

Result<std::unique_ptr<clang::ASTUnit>> ParseSource(const FlowUnit& unit,
                                                    Diagnostics& diagnostics) {
  return Parse(unit.file, unit.directory, unit.command, nullptr, diagnostics);
}

Result<std::unique_ptr<clang::ASTUnit>> ParseText(const BuildCommand& compile,
                                                  const std::string& text,
                                                  Diagnostics& diagnostics) {
  return Parse(compile.source, compile.directory, compile.arguments, &text,
               diagnostics);
}

}  // namespace bailey::analyzer
