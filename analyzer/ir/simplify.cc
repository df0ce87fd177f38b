#include "analyzer/ir/simplify.h"

#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/IPO/AlwaysInliner.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SROA.h>

namespace bailey::analyzer {
namespace {

void Run(llvm::Module& module, llvm::ModulePassManager passes) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  passes.run(module, modules);
}

// The program's own functions keep their edges, so they are not inlined.
void KeepOwnFunctions(llvm::Module& module, const ModuleNames& names) {
  for (llvm::Function& function : module)
    if (!function.isDeclaration() && !names.is_system(function))
      function.removeFnAttr(llvm::Attribute::AlwaysInline);
}

// A system header's definition that is not the program's own copy stands for
// the library's function of that name.
void ForgetSystemDefinitions(llvm::Module& module, const ModuleNames& names) {
  for (llvm::Function& function : llvm::make_early_inc_range(module)) {
    if (function.isDeclaration() || !names.is_system(function)) continue;
    if (function.hasAvailableExternallyLinkage())
      function.deleteBody();
    else if (function.hasLocalLinkage() && function.use_empty())
      function.eraseFromParent();
  }
}

}  // namespace

void InlineSystemWrappers(llvm::Module& module, const ModuleNames& names) {
  KeepOwnFunctions(module, names);
  llvm::ModulePassManager passes;
  passes.addPass(llvm::AlwaysInlinerPass(/*InsertLifetime=*/false));
  Run(module, std::move(passes));
  ForgetSystemDefinitions(module, names);
}

void ExposeConstants(llvm::Module& module) {
  llvm::FunctionPassManager functions;
  functions.addPass(llvm::SROAPass(llvm::SROAOptions::PreserveCFG));
  functions.addPass(llvm::EarlyCSEPass());
  llvm::ModulePassManager passes;
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(functions)));
  Run(module, std::move(passes));
}

}  // namespace bailey::analyzer
