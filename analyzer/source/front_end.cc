#include "analyzer/source/front_end.h"

#include <clang/AST/ASTConsumer.h>
#include <clang/AST/DeclGroup.h>
#include <clang/Basic/Stack.h>
#include <clang/CodeGen/ModuleBuilder.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendActions.h>
#include <clang/Frontend/MultiplexConsumer.h>
#include <clang/Lex/PPCallbacks.h>
#include <clang/Lex/Preprocessor.h>
#include <clang/Tooling/CompilationDatabase.h>
#include <clang/Tooling/Tooling.h>
#include <fmt/format.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/CrashRecoveryContext.h>
#include <llvm/TargetParser/Triple.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "analyzer/ir/extract.h"
#include "analyzer/source/command_line.h"
#include "analyzer/source/diagnostic_collector.h"
#include "analyzer/source/recording_file_system.h"
#include "analyzer/source/source_facts.h"
#include "analyzer/source/typed_calls.h"
#include "analyzer/source/unit_cache.h"
#include "common/digest.h"

namespace bailey::analyzer {
namespace {

namespace tooling = clang::tooling;

struct Request {
  std::string unit_name;
  std::string file;  // absolute
  std::string directory;
  std::string root;
  UnitOutcome& outcome;
  bool& depends_on_time;
};

// Sees whether the text depends on when it is compiled.
class TimeWatcher : public clang::PPCallbacks {
 public:
  explicit TimeWatcher(bool& seen) : seen_(seen) {}
  void MacroExpands(const clang::Token& name, const clang::MacroDefinition&,
                    clang::SourceRange, const clang::MacroArgs*) override {
    const llvm::StringRef text = name.getIdentifierInfo()->getName();
    seen_ |=
        text == "__DATE__" || text == "__TIME__" || text == "__TIMESTAMP__";
  }

 private:
  bool& seen_;
};

Diagnostic Plain(Severity severity, const std::string& file,
                 std::string message, std::string hint = "") {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostic.file = file;
  return diagnostic;
}

std::string IdIn(const SourceFacts& source, const std::string& unit,
                 const llvm::GlobalValue& value) {
  std::string name = value.getName().str();
  if (!name.empty() && name[0] == '\1') name.erase(0, 1);
  if (const auto known = source.ids.find(name); known != source.ids.end())
    return known->second;
  if (!value.hasLocalLinkage()) return name;
  // Made by the compiler: a function that it calls by itself, or a constant.
  return llvm::isa<llvm::Function>(value) ? unit + ":" + name : "";
}

// A function without text, as C++ makes them, still is a node of the graph.
void AddGenerated(const llvm::Module& module, const ModuleNames& names,
                  UnitFacts& facts) {
  std::set<std::string> known;
  for (const FlowFunction& each : facts.functions) known.insert(each.id);
  for (const llvm::Function& function : module) {
    FlowFunction fact;
    fact.id = names.id(function);
    if (function.isDeclaration() || !known.insert(fact.id).second) continue;
    fact.name = function.getName().str();
    fact.linkage =
        function.hasLocalLinkage() ? Linkage::kInternal : Linkage::kExternal;
    fact.extent.file = facts.unit.file;
    fact.body.file = facts.unit.file;
    facts.functions.push_back(std::move(fact));
  }
}

// The same for globals, such as C++'s virtual tables: they hold addresses.
void AddGeneratedGlobals(const llvm::Module& module, const ModuleNames& names,
                         UnitFacts& facts) {
  std::set<std::string> known;
  for (const FlowGlobal& each : facts.globals) known.insert(each.id);
  for (const llvm::GlobalVariable& global : module.globals()) {
    FlowGlobal fact;
    fact.id = names.id(global);
    if (global.isDeclaration() || fact.id.empty() ||
        global.getName().starts_with("llvm.") || !known.insert(fact.id).second)
      continue;
    fact.name = global.getName().str();
    fact.is_constant = global.isConstant();
    fact.extent.file = facts.unit.file;
    facts.globals.push_back(std::move(fact));
  }
}

// Functions of system headers that turned out to be the library's are not the
// program's; neither are those that nothing used.
void DropForgotten(const llvm::Module& module, const ModuleNames& names,
                   UnitFacts& facts) {
  std::set<std::string> alive;
  for (const llvm::Function& function : module)
    if (!function.isDeclaration()) alive.insert(names.id(function));
  std::erase_if(facts.functions, [&](const FlowFunction& function) {
    return !alive.contains(function.id);
  });
}

// An address in an initializer stands where its global is declared.
void PlaceInitializers(const std::string& root, UnitFacts& facts) {
  std::map<std::string, const SourceExtent*> places;
  for (const FlowGlobal& each : facts.globals) places[each.id] = &each.extent;
  for (FlowEdge& edge : facts.code.edges) {
    const auto place = places.find(edge.from);
    if (edge.site.line != 0 || place == places.end()) continue;
    edge.site.file = RelativeTo(root, place->second->file);
    edge.site.line = place->second->line;
    edge.site.column = place->second->column;
  }
}

// What the source names and the IR does not show is read, to be safe.
void AddMentions(const SourceFacts& source, UnitFacts& facts) {
  std::set<std::pair<std::string, std::string>> known;
  for (const FlowEdge& edge : facts.code.edges)
    known.insert({edge.from, edge.to});
  std::set<std::string> functions;
  for (const FlowFunction& each : facts.functions) functions.insert(each.id);
  for (const Mention& mention : source.mentions)
    if (functions.contains(mention.function) &&
        known.insert({mention.function, mention.global}).second)
      facts.code.edges.push_back({EdgeKind::kRead, mention.function,
                                  mention.global, false, mention.site});
}

void CollectFacts(clang::ASTContext& context, llvm::Module& module,
                  const Request& request) {
  SourceFacts source =
      CollectSourceFacts(context, module, request.unit_name, request.root);
  const ModuleNames names{[&](const llvm::GlobalValue& value) {
                            return IdIn(source, request.unit_name, value);
                          },
                          [&](const llvm::Function& function) {
                            // Clang calls a header's definition of a builtin
                            // NAME.inline.
                            llvm::StringRef name = function.getName();
                            name.consume_back(".inline");
                            return source.system_functions.contains(name.str());
                          },
                          request.root, request.unit_name};
  UnitFacts& facts = request.outcome.facts;
  // Of the bytes that were parsed, not of what the file may hold by now.
  const clang::SourceManager& sources = context.getSourceManager();
  facts.unit.sha256 = Sha256Hex(sources.getBufferData(sources.getMainFileID()));
  facts.code = ExtractCode(module, names);
  TypedCalls typed = CollectTypedCalls(
      context, module, request.root, [&](const std::string& symbol) {
        const auto known = source.ids.find(symbol);
        return known == source.ids.end() ? symbol : known->second;
      });
  facts.code.prototypes = std::move(typed.prototypes);
  facts.code.named_files = std::move(typed.named_files);
  facts.functions = std::move(source.functions);
  facts.globals = std::move(source.globals);
  DropForgotten(module, names, facts);
  AddGenerated(module, names, facts);
  AddGeneratedGlobals(module, names, facts);
  PlaceInitializers(request.root, facts);
  AddMentions(source, facts);
  facts.read_files = std::move(source.read_files);
}

// 64-bit little-endian Linux, without the ABIs of 32-bit pointers.
bool IsAnalyzed(const llvm::Triple& triple) {
  const bool known = triple.getArch() == llvm::Triple::x86_64 ||
                     triple.getArch() == llvm::Triple::aarch64;
  return known && triple.isOSLinux() && !triple.isX32() &&
         triple.getEnvironment() != llvm::Triple::GNUILP32;
}

// Runs after the code generator has seen the whole unit.
class FactConsumer : public clang::ASTConsumer {
 public:
  FactConsumer(clang::CompilerInstance& compiler,
               clang::CodeGenerator& generator, const Request& request)
      : compiler_(compiler), generator_(generator), request_(request) {}

  void HandleTranslationUnit(clang::ASTContext& context) override {
    llvm::Module* module = generator_.GetModule();
    if (compiler_.getDiagnostics().hasErrorOccurred() || module == nullptr)
      return;
    const llvm::Triple triple(module->getTargetTriple());
    if (!IsAnalyzed(triple))
      return request_.outcome.diagnostics.Add(Plain(
          Severity::kError, request_.unit_name,
          fmt::format("is compiled for `{}`; only x86_64 and aarch64 Linux are "
                      "analyzed",
                      triple.str())));
    CollectFacts(context, *module, request_);
  }

 private:
  clang::CompilerInstance& compiler_;
  clang::CodeGenerator& generator_;
  const Request& request_;
};

// In C, has code made for static functions that nothing calls, since their text
// is there too. Not for those of system headers: an intrinsic that nobody calls
// may need a processor that the unit is not compiled for, which is an error.
// Stands before the generator, which asks at each declaration.
class UncalledCode : public clang::ASTConsumer {
 public:
  explicit UncalledCode(clang::CompilerInstance& compiler)
      : compiler_(compiler) {}

  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    clang::LangOptions& language = compiler_.getLangOpts();
    const clang::SourceManager& sources = compiler_.getSourceManager();
    language.EmitAllDecls =
        !language.CPlusPlus && !group.isNull() &&
        !sources.isInSystemHeader((*group.begin())->getLocation());
    return true;
  }

 private:
  clang::CompilerInstance& compiler_;
};

class UnitAction : public clang::ASTFrontendAction {
 public:
  explicit UnitAction(const Request& request) : request_(request) {}

 protected:
  // A database may say one file and compile another.
  bool BeginSourceFileAction(clang::CompilerInstance& compiler) override {
    compiler.getPreprocessor().addPPCallbacks(
        std::make_unique<TimeWatcher>(request_.depends_on_time));
    const std::string given = getCurrentFile().str();
    std::error_code error;
    if (std::filesystem::equivalent(Absolute(request_.directory, given),
                                    request_.file, error))
      return true;
    request_.outcome.diagnostics.Add(
        Plain(Severity::kError, request_.unit_name,
              fmt::format("its command compiles `{}` instead", given)));
    return false;
  }

  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(
      clang::CompilerInstance& compiler, llvm::StringRef file) override {
    PrepareOptions(compiler);
    auto generator =
        std::unique_ptr<clang::CodeGenerator>(clang::CreateLLVMCodeGen(
            compiler.getDiagnostics(), file,
            &compiler.getFileManager().getVirtualFileSystem(),
            compiler.getHeaderSearchOpts(), compiler.getPreprocessorOpts(),
            compiler.getCodeGenOpts(), context_));
    auto facts = std::make_unique<FactConsumer>(compiler, *generator, request_);
    std::vector<std::unique_ptr<clang::ASTConsumer>> consumers;
    consumers.push_back(std::make_unique<UncalledCode>(compiler));
    consumers.push_back(std::move(generator));
    consumers.push_back(std::move(facts));
    return std::make_unique<clang::MultiplexConsumer>(std::move(consumers));
  }

 private:
  // Positions on every instruction; no function kept from the passes.
  static void PrepareOptions(clang::CompilerInstance& compiler) {
    clang::CodeGenOptions& code = compiler.getCodeGenOpts();
    code.setDebugInfo(llvm::codegenoptions::DebugLineTablesOnly);
    code.DebugColumnInfo = true;
    code.DisableO0ImplyOptNone = true;
    code.CoverageMapping = false;
  }

  const Request& request_;
  llvm::LLVMContext context_;
};

class UnitActionFactory : public tooling::FrontendActionFactory {
 public:
  explicit UnitActionFactory(const Request& request) : request_(request) {}
  std::unique_ptr<clang::FrontendAction> create() override {
    return std::make_unique<UnitAction>(request_);
  }

 private:
  const Request& request_;
};

// A compilation database of the one command: the same file may be compiled
// twice.
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

using FileSystem = llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>;

// A file system of its own: the tool changes the working directory in it, and
// other units may be parsed at the same time.
FileSystem OwnFileSystem() {
  return FileSystem(llvm::vfs::createPhysicalFileSystem().release());
}

void RunTool(const CompileEntry& entry, std::vector<std::string> arguments,
             const FileSystem& files, const Request& request) {
  const std::string& file = request.file;
  const OneCommand database({entry.directory, file, std::move(arguments), ""});
  tooling::ClangTool tool(database, {file},
                          std::make_shared<clang::PCHContainerOperations>(),
                          files);
  DiagnosticCollector collector(request.root, request.outcome.diagnostics,
                                request.unit_name);
  tool.setDiagnosticConsumer(&collector);
  tool.setPrintErrorMessage(false);
  UnitActionFactory factory(request);
  const int failed = tool.run(&factory);
  if (failed != 0 && !request.outcome.diagnostics.has_errors())
    request.outcome.diagnostics.Add(
        Plain(Severity::kError, request.unit_name,
              "the compile command is not understood",
              "capture the build again, or compile with a plain gcc or clang"));
}

// Deeply nested sources need it; only what is used is ever backed by memory.
constexpr unsigned kStackBytes = 256U << 20;

// Clang has bugs, too: a crash in it is an error of this unit.
void RunSafely(llvm::function_ref<void()> work, const Request& request) {
  [[maybe_unused]] static const bool kEnabled = [] {
    llvm::CrashRecoveryContext::Enable();
    return true;
  }();
  llvm::CrashRecoveryContext context;
  const auto on_own_stack = [&] {
    clang::noteBottomOfStack();
    work();
  };
  if (context.RunSafelyOnThread(on_own_stack, kStackBytes)) return;
  request.outcome.diagnostics.Add(
      Plain(Severity::kError, request.unit_name,
            "clang crashed while it read this file",
            "see whether clang-19 compiles it, and simplify what it does not"));
}

// Clang ends the whole process if there is no such folder.
bool CheckPlaces(const CompileEntry& entry, const Request& request) {
  std::error_code error;
  const auto refuse = [&](const std::string& what) {
    request.outcome.diagnostics.Add(
        Plain(Severity::kError, request.unit_name,
              fmt::format("{} does not exist", what),
              "capture the build again: its record is out of date"));
    return false;
  };
  if (!std::filesystem::is_directory(entry.directory, error))
    return refuse(
        fmt::format("the folder `{}` of its command", entry.directory));
  if (!std::filesystem::exists(request.file, error))
    return refuse("the source file");
  return true;
}

void Parse(const CompileEntry& entry, std::vector<std::string> arguments,
           const FileSystem& files, const Request& request) {
  request.outcome.facts.unit = {request.file, entry.directory, entry.arguments};
  RunSafely([&] { RunTool(entry, std::move(arguments), files, request); },
            request);
}

// Only what was parsed without a word is kept, and what the time of the day
// does not change.
void ParseUnlessCached(const CompileEntry& entry,
                       std::vector<std::string> arguments, UnitCache& cache,
                       const Request& request) {
  const std::string key = UnitCache::KeyOf(entry, arguments, request.root);
  if (auto facts = cache.Find(key)) {
    request.outcome.facts = std::move(*facts);
    request.outcome.cached = true;
    return;
  }
  const auto recorder = llvm::makeIntrusiveRefCnt<RecordingFileSystem>(
      OwnFileSystem(), cache.states());
  const size_t said = request.outcome.diagnostics.all().size();
  Parse(entry, std::move(arguments), recorder, request);
  if (recorder->consistent() && !request.depends_on_time &&
      request.outcome.diagnostics.all().size() == said)
    cache.Keep(key, recorder->Questions(), recorder->Answers(),
               request.outcome.facts);
}

}  // namespace

UnitOutcome ParseUnit(const CompileEntry& entry, const std::string& root,
                      UnitCache* cache) {
  UnitOutcome outcome;
  const std::string file = Absolute(entry.directory, entry.file);
  bool depends_on_time = false;
  const Request request{
      RelativeTo(root, file), file, entry.directory, root, outcome,
      depends_on_time};
  if (!CheckPlaces(entry, request)) return outcome;
  auto adjusted = AdjustCommand(entry.arguments);
  if (!adjusted.ok()) {
    outcome.diagnostics.Add(Plain(Severity::kError, request.unit_name,
                                  adjusted.error().message,
                                  adjusted.error().hint));
    return outcome;
  }
  for (const std::string& option : adjusted->dropped)
    outcome.diagnostics.Add(
        Plain(Severity::kWarning, request.unit_name,
              fmt::format("clang does not know `{}`; it is left out", option)));
  if (cache == nullptr || !cache->enabled())
    Parse(entry, std::move(adjusted->arguments), OwnFileSystem(), request);
  else
    ParseUnlessCached(entry, std::move(adjusted->arguments), *cache, request);
  return outcome;
}

}  // namespace bailey::analyzer
