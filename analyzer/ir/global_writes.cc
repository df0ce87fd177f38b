#include "analyzer/ir/global_writes.h"

#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <algorithm>
#include <set>
#include <string>
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
    for (const llvm::Use& use : pointer.uses()) VisitUse(use);
  }

  // A number made of it, say: by whoever has that.
  void MayWriteBy(const llvm::ConstantExpr& made) {
    if (!visited_.insert(&made).second) return;
    for (const llvm::Use& use : made.uses()) MayWrite(use);
  }

  // The function's id; empty: what uses it is in none.
  std::string UserOf(const llvm::Use& use) const {
    const auto* instruction = dyn_cast<llvm::Instruction>(use.getUser());
    return instruction ? places_.Id(*instruction->getFunction()) : "";
  }

  void MayWrite(const llvm::Use& use, bool may = true) {
    if (!may) return;
    if (const auto* made = dyn_cast<llvm::ConstantExpr>(use.getUser()))
      return MayWriteBy(*made);
    std::string writer = UserOf(use);
    if (writer.empty())
      found_.may_be_written = true;
    else if (std::ranges::find(found_.writers, writer) == found_.writers.end())
      found_.writers.push_back(std::move(writer));
  }

  void VisitUse(const llvm::Use& use) {
    const llvm::User& user = *use.getUser();
    if (isa<llvm::GEPOperator, llvm::PHINode, llvm::SelectInst,
            llvm::FreezeInst>(user))
      return Visit(user);
    if (const auto* load = dyn_cast<llvm::LoadInst>(&user)) {
      MayWrite(use, load->isVolatile() || load->isAtomic());
    } else if (const auto* call = dyn_cast<llvm::CallBase>(&user)) {
      VisitCall(*call, use);
    } else if (!isa<llvm::ICmpInst>(user)) {
      MayWrite(use);
    }
  }

  void VisitCall(const llvm::CallBase& call, const llvm::Use& use) {
    if (const auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(&call))
      return VisitIntrinsic(*intrinsic, use);
    const llvm::Function* callee = call.getCalledFunction();
    if (callee == nullptr || !call.isArgOperand(&use)) return MayWrite(use);
    const unsigned place = call.getArgOperandNo(&use);
    // Another definition may be linked in the place of this one.
    if (callee->isInterposable() && !callee->isDeclaration())
      return MayWrite(use);
    const std::string id = places_.Id(*callee);
    if (call.isByValArgument(place)) return;  // a copy is passed
    found_.passed.push_back(
        {id, static_cast<int>(place), OnlyReads(call, id, place), UserOf(use)});
  }

  void VisitIntrinsic(const llvm::IntrinsicInst& call, const llvm::Use& use) {
    if (isa<llvm::DbgInfoIntrinsic>(call) || call.isLifetimeStartOrEnd())
      return;
    const auto* copy = dyn_cast<llvm::MemTransferInst>(&call);
    const bool is_source = copy != nullptr && use.getOperandNo() == 1;
    MayWrite(use, !is_source || copy->isVolatile());
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
