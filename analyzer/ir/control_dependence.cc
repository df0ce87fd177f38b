// Control dependence by post-dominators: from each way of a branch up the tree
// until what follows whichever way is taken.
#include "analyzer/ir/control_dependence.h"

#include <llvm/Analysis/PostDominators.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>

#include <algorithm>

namespace bailey::analyzer {
namespace {

// What decides where a terminator goes; null: nothing that is a value.
const llvm::Value* DeciderOf(const llvm::Instruction& terminator) {
  const llvm::Value* decider = nullptr;
  if (const auto* branch = llvm::dyn_cast<llvm::BranchInst>(&terminator))
    decider = branch->isConditional() ? branch->getCondition() : nullptr;
  else if (const auto* choice = llvm::dyn_cast<llvm::SwitchInst>(&terminator))
    decider = choice->getCondition();
  else if (const auto* jump = llvm::dyn_cast<llvm::IndirectBrInst>(&terminator))
    decider = jump->getAddress();
  else if (llvm::isa<llvm::InvokeInst, llvm::CallBrInst>(terminator))
    decider = &terminator;  // whether it throws
  return decider == nullptr || llvm::isa<llvm::Constant>(decider) ? nullptr
                                                                  : decider;
}

}  // namespace

ControlDependence::ControlDependence(const llvm::Function& function) {
  // SAFETY: the tree only reads the function; its interface is older than that.
  const llvm::PostDominatorTree tree(const_cast<llvm::Function&>(function));
  for (const llvm::BasicBlock& block : function) {
    const llvm::Value* decider = DeciderOf(*block.getTerminator());
    const auto* node = tree.getNode(&block);
    if (decider == nullptr || node == nullptr) continue;
    for (const llvm::BasicBlock* way : llvm::successors(&block)) {
      const auto* at = tree.getNode(way);
      for (;
           at != nullptr && at != node->getIDom() && at->getBlock() != nullptr;
           at = at->getIDom()) {
        std::vector<const llvm::Value*>& all = deciders_[at->getBlock()];
        if (std::ranges::find(all, decider) == all.end())
          all.push_back(decider);
      }
    }
  }
}

const std::vector<const llvm::Value*>& ControlDependence::DecidersOf(
    const llvm::BasicBlock& block) const {
  static const std::vector<const llvm::Value*> kNone;
  const auto found = deciders_.find(&block);
  return found == deciders_.end() ? kNone : found->second;
}

}  // namespace bailey::analyzer
