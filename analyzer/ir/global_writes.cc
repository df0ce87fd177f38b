#include "analyzer/ir/global_writes.h"

#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <set>
#include <utility>

#include "analyzer/ir/expression_reader.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

class WriteFinder {
 public:
  WriteFinder(const llvm::GlobalVariable& global, const Places& places)
      : global_(global), places_(places) {}

  GlobalWrites Find() {
    found_.id = places_.Id(global_);
    found_.may_be_written =
        global_.hasSection() || global_.hasImplicitSection() ||
        global_.isThreadLocal() || global_.hasWeakAnyLinkage() ||
        global_.hasExternalWeakLinkage() || global_.isExternallyInitialized();
    Visit(global_);
    return std::move(found_);
  }

 private:
  // The pointer, or one derived from it.
  void Visit(const llvm::Value& pointer) {
    if (!visited_.insert(&pointer).second) return;
    for (const llvm::Use& use : pointer.uses()) {
      if (found_.may_be_written) return;
      VisitUse(use);
    }
  }

  void VisitUse(const llvm::Use& use) {
    const llvm::User& user = *use.getUser();
    if (isa<llvm::GEPOperator, llvm::PHINode, llvm::SelectInst,
            llvm::FreezeInst>(user))
      return Visit(user);
    if (const auto* load = dyn_cast<llvm::LoadInst>(&user)) {
      found_.may_be_written |= load->isVolatile() || load->isAtomic();
    } else if (const auto* call = dyn_cast<llvm::CallBase>(&user)) {
      VisitCall(*call, use);
    } else if (!isa<llvm::ICmpInst>(user)) {
      found_.may_be_written = true;
    }
  }

  void VisitCall(const llvm::CallBase& call, const llvm::Use& use) {
    if (const auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(&call))
      return VisitIntrinsic(*intrinsic, use);
    const llvm::Function* callee = call.getCalledFunction();
    if (callee == nullptr || !call.isArgOperand(&use)) {
      found_.may_be_written = true;
      return;
    }
    const unsigned place = call.getArgOperandNo(&use);
    // Another definition may be linked in the place of this one.
    if (callee->isInterposable() && !callee->isDeclaration()) {
      found_.may_be_written = true;
      return;
    }
    const std::string id = places_.Id(*callee);
    if (call.isByValArgument(place)) return;  // a copy is passed
    found_.passed.push_back(
        {id, static_cast<int>(place), OnlyReads(call, id, place)});
  }

  void VisitIntrinsic(const llvm::IntrinsicInst& call, const llvm::Use& use) {
    if (isa<llvm::DbgInfoIntrinsic>(call) || call.isLifetimeStartOrEnd())
      return;
    const auto* copy = dyn_cast<llvm::MemTransferInst>(&call);
    const bool is_source = copy != nullptr && use.getOperandNo() == 1;
    found_.may_be_written |= !is_source || copy->isVolatile();
  }

  const llvm::GlobalVariable& global_;
  const Places& places_;
  std::set<const llvm::Value*> visited_;
  GlobalWrites found_;
};

}  // namespace

void ReadGlobalWrites(const llvm::Module& module, const Places& places,
                      CodeFacts& code) {
  for (const llvm::GlobalVariable& global : module.globals())
    // A unit that declares as const what another defines may write it by a
    // cast.
    if (!IsCompilersOwn(global) &&
        (!global.isConstant() || global.isDeclaration()) &&
        !places.Id(global).empty())
      code.global_writes.push_back(WriteFinder(global, places).Find());
}

}  // namespace bailey::analyzer
