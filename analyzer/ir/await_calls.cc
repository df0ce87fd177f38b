#include "analyzer/ir/await_calls.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>

namespace bailey::analyzer {
namespace {

// llvm.coro.await.suspend.*(awaiter, handle, function).
constexpr unsigned kFunctionOperand = 2;

llvm::CallBase* MakeCall(llvm::CallBase& await, llvm::Function& suspend) {
  llvm::Value* arguments[] = {await.getArgOperand(0), await.getArgOperand(1)};
  if (auto* invoke = llvm::dyn_cast<llvm::InvokeInst>(&await))
    return llvm::InvokeInst::Create(
        suspend.getFunctionType(), &suspend, invoke->getNormalDest(),
        invoke->getUnwindDest(), arguments, "", await.getIterator());
  return llvm::CallInst::Create(suspend.getFunctionType(), &suspend, arguments,
                                "", await.getIterator());
}

void Replace(llvm::CallBase& await) {
  auto* suspend = llvm::dyn_cast<llvm::Function>(
      await.getArgOperand(kFunctionOperand)->stripPointerCasts());
  // Of another shape than Clang's: it stays, as a call of nobody knows what.
  if (suspend == nullptr || suspend->arg_size() != 2) return;
  llvm::CallBase* call = MakeCall(await, *suspend);
  call->setDebugLoc(await.getDebugLoc());
  if (call->getType() == await.getType()) await.replaceAllUsesWith(call);
  await.eraseFromParent();
}

void ReplaceCallsOf(llvm::Function& intrinsic) {
  for (llvm::User* user : llvm::make_early_inc_range(intrinsic.users()))
    if (auto* await = llvm::dyn_cast<llvm::CallBase>(user);
        await != nullptr && await->getCalledFunction() == &intrinsic)
      Replace(*await);
}

}  // namespace

void CallAwaitSuspend(llvm::Module& module) {
  for (llvm::Function& function : module) switch (function.getIntrinsicID()) {
      case llvm::Intrinsic::coro_await_suspend_void:
      case llvm::Intrinsic::coro_await_suspend_bool:
      case llvm::Intrinsic::coro_await_suspend_handle:
        ReplaceCallsOf(function);
        break;
      default:
        break;
    }
}

}  // namespace bailey::analyzer
