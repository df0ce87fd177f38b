// Blocks, split after each call, and loops by LLVM's analyses.
//
// ReadNodes() runs before constants are exposed, since SROA and EarlyCSE take
// away instructions at which facts stand; ReadLoops() runs after, since
// counters lie in memory before. Neither pass changes blocks (see simplify.cc).

#include "analyzer/ir/control_flow_reader.h"

#include <llvm/ADT/SCCIterator.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <iterator>

#include "analyzer/ir/simplify.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

template <class T>
void Tidy(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto rest = std::ranges::unique(values);
  values.erase(rest.begin(), rest.end());
}

const llvm::CallBase* RealCall(const llvm::Instruction& instruction) {
  const auto* call = dyn_cast<llvm::CallBase>(&instruction);
  const bool is_real = call != nullptr && (!isa<llvm::IntrinsicInst>(call) ||
                                           MayReturnTwice(*call));
  return is_real ? call : nullptr;
}

// Jumps have no facts. (Whoever adds a fact at another kind of instruction
// needs no change here.)
bool HasPosition(const llvm::Instruction& instruction) {
  return !isa<llvm::AllocaInst, llvm::BranchInst, llvm::DbgInfoIntrinsic>(
      instruction);
}

// From where nothing of the function follows, but its caller may go on.
bool Leaves(const llvm::Instruction& terminator) {
  if (isa<llvm::ReturnInst, llvm::ResumeInst>(terminator)) return true;
  if (const auto* cleanup = dyn_cast<llvm::CleanupReturnInst>(&terminator))
    return cleanup->unwindsToCaller();
  return false;
}

}  // namespace

void ControlFlowReader::ReadNodes() {
  for (const llvm::Function& function : module_)
    if (!function.isDeclaration()) ReadFunction(function);
}

void ControlFlowReader::ReadFunction(const llvm::Function& function) {
  ControlFlow& flow = flows_[&function];
  flow.function = places_.Id(function);
  flow.may_throw = !function.doesNotThrow();
  flow.may_suspend = function.isPresplitCoroutine();
  files_.clear();
  for (const llvm::BasicBlock& block : function) AddBlock(block, flow);
  for (const llvm::BasicBlock& block : function) Connect(block, flow);
  for (ControlNode& node : flow.nodes) {
    Tidy(node.positions);
    Tidy(node.successors);
    Tidy(node.unwinds);
  }
}

void ControlFlowReader::AddBlock(const llvm::BasicBlock& block,
                                 ControlFlow& flow) {
  const auto next = [&] { return static_cast<uint32_t>(flow.nodes.size()); };
  Span span{next(), next()};
  flow.nodes.emplace_back();
  for (const llvm::Instruction& instruction : block) {
    if (HasPosition(instruction)) AddPosition(instruction, flow);
    const llvm::CallBase* call = RealCall(instruction);
    if (call == nullptr) continue;
    flow.nodes.back().returns_twice = MayReturnTwice(*call);
    if (call->isTerminator()) continue;
    flow.nodes.back().successors.push_back(next());
    span.last = next();
    flow.nodes.emplace_back();
  }
  flow.nodes.back().leaves = Leaves(*block.getTerminator());
  spans_[&block] = span;
}

void ControlFlowReader::AddPosition(const llvm::Instruction& instruction,
                                    ControlFlow& flow) {
  const SourceSite site = places_.SiteOf(instruction);
  const auto [found, is_new] =
      files_.emplace(site.file, static_cast<uint32_t>(flow.files.size()));
  if (is_new) flow.files.push_back(site.file);
  flow.nodes.back().positions.push_back({found->second,
                                         static_cast<uint32_t>(site.line),
                                         static_cast<uint32_t>(site.column)});
}

void ControlFlowReader::Connect(const llvm::BasicBlock& block,
                                ControlFlow& flow) {
  ControlNode& node = flow.nodes[spans_.at(&block).last];
  for (const llvm::BasicBlock* next : llvm::successors(&block))
    node.successors.push_back(spans_.at(next).first);
  if (const auto* invoke = dyn_cast<llvm::InvokeInst>(block.getTerminator()))
    node.unwinds.push_back(spans_.at(invoke->getUnwindDest()).first);
}

std::vector<ControlFlow> ControlFlowReader::ReadLoops() {
  std::vector<ControlFlow> all;
  for (llvm::Function& function : module_) {
    const auto found = flows_.find(&function);
    if (found == flows_.end() || function.isDeclaration()) continue;
    AddLoops(function, found->second);
    all.push_back(std::move(found->second));
  }
  flows_.clear();
  spans_.clear();
  return all;
}

void ControlFlowReader::AddLoops(llvm::Function& function, ControlFlow& flow) {
  llvm::DominatorTree dominators(function);
  llvm::LoopInfo loops(dominators);
  if (!loops.empty()) {
    llvm::TargetLibraryInfoImpl known(llvm::Triple(module_.getTargetTriple()));
    llvm::TargetLibraryInfo library(known, &function);
    llvm::AssumptionCache assumptions(function);
    llvm::ScalarEvolution evolution(function, library, assumptions, dominators,
                                    loops);
    for (const llvm::Loop* loop : loops.getLoopsInPreorder())
      AddLoop(*loop, evolution, flow);
  }
  AddIrregularLoops(function, loops, flow);
}

void ControlFlowReader::AddLoop(const llvm::Loop& loop,
                                llvm::ScalarEvolution& evolution,
                                ControlFlow& flow) {
  ControlLoop out;
  out.header = spans_.at(loop.getHeader()).first;
  for (const llvm::BasicBlock* block : loop.blocks())
    for (uint32_t i = spans_.at(block).first; i <= spans_.at(block).last; ++i)
      out.nodes.push_back(i);
  Tidy(out.nodes);
  out.bounded = evolution.getSmallConstantMaxTripCount(&loop) != 0;
  out.site = SiteOfBlock(*loop.getHeader());
  flow.loops.push_back(std::move(out));
}

// What jumps make a loop of without one entry is none for LoopInfo: a cycle
// none of whose blocks is in a natural loop that holds all of it.
void ControlFlowReader::AddIrregularLoops(const llvm::Function& function,
                                          const llvm::LoopInfo& natural,
                                          ControlFlow& flow) {
  for (auto cycle = llvm::scc_begin(&function); !cycle.isAtEnd(); ++cycle) {
    if (!cycle.hasCycle()) continue;
    const llvm::Loop* loop = natural.getLoopFor(cycle->front());
    while (loop != nullptr && loop->getParentLoop() != nullptr)
      loop = loop->getParentLoop();
    if (loop != nullptr && loop->getNumBlocks() == cycle->size()) continue;
    ControlLoop out;
    for (const llvm::BasicBlock* block : *cycle)
      for (uint32_t i = spans_.at(block).first; i <= spans_.at(block).last; ++i)
        out.nodes.push_back(i);
    Tidy(out.nodes);
    out.header = out.nodes.front();
    out.site = SiteOfBlock(*cycle->back());
    flow.loops.push_back(std::move(out));
  }
}

SourceSite ControlFlowReader::SiteOfBlock(const llvm::BasicBlock& block) const {
  for (const llvm::Instruction& instruction : block)
    if (instruction.getDebugLoc() && !isa<llvm::PHINode>(instruction))
      return places_.SiteOf(instruction);
  SourceSite site = places_.SiteOfUnit();
  site.function = places_.Id(*block.getParent());
  return site;
}

}  // namespace bailey::analyzer
