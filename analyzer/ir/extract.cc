#include "analyzer/ir/extract.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Module.h>

#include <filesystem>

#include "analyzer/ir/assembly.h"
#include "analyzer/ir/code_extractor.h"
#include "analyzer/ir/global_uses.h"
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
      if (const auto* global = llvm::dyn_cast<llvm::Function>(function))
        code.constructors.push_back(places.Id(*global));
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

// A function that checks its stack calls this when it finds it overwritten; the
// call is made when machine code is, so the module does not show it.
void ReadStackChecks(const llvm::Module& module, const Places& places,
                     CodeFacts& code) {
  for (const llvm::Function& function : module) {
    if (function.isDeclaration() ||
        !(function.hasFnAttribute(llvm::Attribute::StackProtect) ||
          function.hasFnAttribute(llvm::Attribute::StackProtectStrong) ||
          function.hasFnAttribute(llvm::Attribute::StackProtectReq)))
      continue;
    SourceSite site = places.SiteOfUnit();
    site.function = places.Id(function);
    code.calls.push_back({site.function, "__stack_chk_fail", site, {}});
  }
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
  const Places places(names);
  InlineSystemWrappers(module, names);
  ReadConstructors(module, places, code);
  ReadAliases(module, places, code);
  ReadStackChecks(module, places, code);
  GlobalUses(module, places, code).Collect();
  if (MayLeave(module.getModuleInlineAsm()))
    code.unresolved.push_back(
        {"", "inline assembly at file level", places.SiteOfUnit()});
  CodeExtractor extractor(module, places, code);
  extractor.MarkCalls();
  ExposeConstants(module);
  extractor.ReadCalls();
  return code;
}

}  // namespace bailey::analyzer
