#include "analyzer/ir/simplify.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/IntrinsicInst.h>
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

bool CallsWhatReturnsTwice(const llvm::Function& function) {
  return llvm::any_of(
      llvm::instructions(function), [](const llvm::Instruction& instruction) {
        const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
        return call != nullptr && MayReturnTwice(*call);
      });
}

// The passes on functions whose locals change only as their text says.
class ExposePass : public llvm::PassInfoMixin<ExposePass> {
 public:
  ExposePass() {
    passes_.addPass(llvm::SROAPass(llvm::SROAOptions::PreserveCFG));
    passes_.addPass(llvm::EarlyCSEPass());
  }
  llvm::PreservedAnalyses run(llvm::Function& function,
                              llvm::FunctionAnalysisManager& analyses) {
    if (CallsWhatReturnsTwice(function)) return llvm::PreservedAnalyses::all();
    return passes_.run(function, analyses);
  }

 private:
  llvm::FunctionPassManager passes_;
};

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

// In between locals may have changed in ways that control flow does not show. A
// compiler that is told that it has no builtins does not know these.
bool MayReturnTwice(const llvm::CallBase& call) {
  constexpr llvm::StringRef kNames[] = {
      "setjmp",  "_setjmp", "__setjmp", "sigsetjmp",  "__sigsetjmp",
      "savectx", "vfork",   "__vfork",  "getcontext", "swapcontext",
  };
  const llvm::Function* function = call.getCalledFunction();
  return call.hasFnAttr(llvm::Attribute::ReturnsTwice) ||
         call.getIntrinsicID() == llvm::Intrinsic::eh_sjlj_setjmp ||
         (function != nullptr &&
          llvm::is_contained(kNames, llvm::GlobalValue::dropLLVMManglingEscape(
                                         function->getName())));
}

void InlineSystemWrappers(llvm::Module& module, const ModuleNames& names) {
  KeepOwnFunctions(module, names);
  llvm::ModulePassManager passes;
  passes.addPass(llvm::AlwaysInlinerPass(/*InsertLifetime=*/false));
  Run(module, std::move(passes));
  ForgetSystemDefinitions(module, names);
}

void ExposeConstants(llvm::Module& module) {
  llvm::ModulePassManager passes;
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(ExposePass()));
  Run(module, std::move(passes));
}

}  // namespace bailey::analyzer
