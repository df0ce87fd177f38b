#include "analyzer/ir/extract.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Module.h>
#include <llvm/TargetParser/Triple.h>

#include <filesystem>
#include <set>

#include "analyzer/ir/assembly.h"
#include "analyzer/ir/await_calls.h"
#include "analyzer/ir/code_extractor.h"
#include "analyzer/ir/constraint_extractor.h"
#include "analyzer/ir/control_flow_reader.h"
#include "analyzer/ir/extent_reader.h"
#include "analyzer/ir/global_facts.h"
#include "analyzer/ir/global_uses.h"
#include "analyzer/ir/global_writes.h"
#include "analyzer/ir/simplify.h"

namespace bailey::analyzer {
namespace {

// llvm.global_ctors and llvm.global_dtors: arrays of {priority, function,
// data}.
void ReadConstructors(const llvm::Module& module, const Places& places,
                      CodeFacts& code) {
  for (const char* name : {"llvm.global_ctors", "llvm.global_dtors"}) {
    const llvm::GlobalVariable* list = module.getNamedGlobal(name);
    if (list == nullptr || !list->hasInitializer()) continue;
    for (const llvm::Use& each : list->getInitializer()->operands()) {
      const llvm::Value* function = llvm::cast<llvm::ConstantStruct>(each.get())
                                        ->getOperand(1)
                                        ->stripPointerCastsAndAliases();
      const auto* global = llvm::dyn_cast<llvm::Function>(function);
      if (global == nullptr) continue;
      code.constructors.push_back(places.Id(*global));
      if (list->getName() == "llvm.global_dtors")
        code.destructors.push_back(places.Id(*global));
    }
  }
}

void ReadAliases(const llvm::Module& module, const Places& places,
                 CodeFacts& code) {
  for (const llvm::GlobalAlias& alias : module.aliases()) {
    const llvm::GlobalObject* target = alias.getAliaseeObject();
    if (target == nullptr) continue;
    code.aliases.push_back({places.Id(alias), places.Id(*target)});
  }
  // Which function an ifunc becomes is decided by its resolver, at start.
  for (const llvm::GlobalIFunc& ifunc : module.ifuncs()) {
    const llvm::Function* resolver = ifunc.getResolverFunction();
    if (resolver == nullptr) continue;
    code.constructors.push_back(places.Id(*resolver));
    code.unresolved.push_back({places.Id(*resolver),
                               "indirect function (ifunc)",
                               places.SiteOfUnit()});
  }
}

void AddHiddenCall(const llvm::Function& function, const std::string& to,
                   const Places& places, CodeFacts& code) {
  SourceSite site = places.SiteOfUnit();
  site.function = places.Id(function);
  code.edges.push_back({EdgeKind::kCall, site.function, to, false, site});
  code.calls.push_back({site.function, to, site, {}});
}

// Calls that are made when machine code is, so the module does not show them:
// of a function that checks its stack, when it finds it overwritten, and of
// one that tells a profiler when it is entered and left.
void ReadHiddenCalls(const llvm::Module& module, const Places& places,
                     CodeFacts& code) {
  for (const llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    if (function.hasFnAttribute(llvm::Attribute::StackProtect) ||
        function.hasFnAttribute(llvm::Attribute::StackProtectStrong) ||
        function.hasFnAttribute(llvm::Attribute::StackProtectReq))
      AddHiddenCall(function, "__stack_chk_fail", places, code);
    if (function.hasFnAttribute("fentry-call"))
      AddHiddenCall(function, "__fentry__", places, code);
    for (const char* name :
         {"instrument-function-entry", "instrument-function-entry-inlined",
          "instrument-function-exit", "instrument-function-exit-inlined"})
      if (const auto attribute = function.getFnAttribute(name);
          attribute.isValid())
        AddHiddenCall(function, attribute.getValueAsString().str(), places,
                      code);
  }
}

// Functions that a compiler calls without being told to: of blocks of memory,
// arithmetic on wide numbers, mathematics.
const std::set<llvm::StringRef>& CompilersFunctions() {
#define HANDLE_LIBCALL(code, name) name,
  static constexpr const char* kNames[] = {
#include <llvm/IR/RuntimeLibcalls.def>
  };
#undef HANDLE_LIBCALL
  static const auto* const kSet = [] {
    auto* set = new std::set<llvm::StringRef>{"memcmp"};
    for (const char* name : kNames)
      if (name != nullptr) set->insert(name);
    return set;
  }();
  return *kSet;
}

void Keep(const llvm::GlobalValue& value, const Places& places,
          CodeFacts& code) {
  if (value.isDeclaration() || IsCompilersOwn(value)) return;
  if (const std::string id = places.Id(value); !id.empty())
    code.kept.push_back(id);
}

// What is marked as used, or lies in a section of its own, is found by other
// means than its name: .init_array, or a linker's __start_SECTION.
void ReadKept(const llvm::Module& module, const Places& places,
              CodeFacts& code) {
  for (const char* name : {"llvm.used", "llvm.compiler.used"}) {
    const llvm::GlobalVariable* list = module.getNamedGlobal(name);
    if (list == nullptr || !list->hasInitializer()) continue;
    for (const llvm::Use& each : list->getInitializer()->operands())
      if (const auto* value = llvm::dyn_cast<llvm::GlobalValue>(
              each->stripPointerCastsAndAliases()))
        Keep(*value, places, code);
  }
  for (const llvm::GlobalVariable& global : module.globals())
    if (global.hasSection()) Keep(global, places, code);
  for (const llvm::Function& function : module)
    if (!function.hasLocalLinkage() &&
        CompilersFunctions().contains(function.getName()))
      Keep(function, places, code);
}

// Assembly at file level can do anything: define functions, rename symbols,
// put code where others run it.
void ReadModuleAssembly(const llvm::Module& module, const Places& places,
                        CodeFacts& code) {
  const std::string& text = module.getModuleInlineAsm();
  if (text.find_first_not_of(" \t\n;") == std::string::npos) return;
  const SourceSite site = places.SiteOfUnit();
  code.unresolved.push_back({"", "inline assembly at file level", site});
  for (const std::string& name : NamesIn(text))
    code.assembly_names.push_back({"", places.IdOfName(module, name), site});
}

// Of a module without a triple, as tests write them: x86_64.
Architecture ArchitectureOf(const llvm::Module& module) {
  const llvm::Triple triple(module.getTargetTriple());
  return triple.isAArch64() ? Architecture::kAarch64 : Architecture::kX8664;
}

}  // namespace

std::string NormalPath(const std::string& path) {
  const std::filesystem::path given(path);
  const std::filesystem::path normal = given.lexically_normal();
  if (path.find("..") == std::string::npos) return normal.string();
  std::error_code error;
  if (std::filesystem::equivalent(given, normal, error)) return normal.string();
  const std::filesystem::path real = std::filesystem::canonical(given, error);
  return error ? normal.string() : real.string();
}

std::string RelativeTo(const std::string& root, const std::string& path) {
  const auto relative =
      std::filesystem::path(path).lexically_relative(root).string();
  const bool below = !relative.empty() && !relative.starts_with("..");
  return below && !root.empty() ? relative : path;
}

CodeFacts ExtractCode(llvm::Module& module, const ModuleNames& names) {
  CodeFacts code;
  code.architecture = ArchitectureOf(module);
  const Places places(names);
  CallAwaitSuspend(module);
  InlineSystemWrappers(module, names);
  ReadConstructors(module, places, code);
  ReadAliases(module, places, code);
  ReadHiddenCalls(module, places, code);
  ReadKept(module, places, code);
  GlobalUses(module, places, code).Collect();
  ReadModuleAssembly(module, places, code);
  ControlFlowReader control(module, places);
  control.ReadNodes();
  CodeExtractor extractor(module, places, code);
  extractor.MarkCalls();
  code.extents = ReadExtents(module, places);
  ExposeConstants(module);
  code.control = control.ReadLoops();
  extractor.ReadCalls();
  code.constraints = ExtractConstraints(module, places, &code.data_flow);
  ReadGlobalFacts(module, places, extractor.readers(), code);
  ReadGlobalWrites(module, places, code);
  ReadReturns(module, places, extractor.readers(), code);
  return code;
}

}  // namespace bailey::analyzer
