#include "analyzer/ir/code_extractor.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>

#include "analyzer/ir/assembly.h"
#include "analyzer/ir/values.h"

namespace bailey::analyzer {
namespace {

constexpr char kMark[] = "bailey.call";

// The arguments as the calling convention numbers them: integers and pointers,
// of which the first six go in registers. What lies on the stack is followed
// only if nothing of another class lies there too.
std::vector<ValueFact> ArgumentsOf(const llvm::CallBase& call) {
  constexpr size_t kRegisters = 6;
  std::vector<ValueFact> facts;
  bool mixed = false;
  for (const llvm::Use& argument : call.args()) {
    const llvm::Type* type = argument->getType();
    const bool in_memory = call.isByValArgument(argument.getOperandNo());
    if (type->isIntegerTy() && type->getIntegerBitWidth() > 64) break;
    if (type->isArrayTy()) break;  // aarch64: a structure in several registers
    if (!in_memory && (type->isIntegerTy() || type->isPointerTy()))
      facts.push_back(Evaluate(*argument.get()));
    else
      mixed = true;
  }
  if (mixed && facts.size() > kRegisters) facts.resize(kRegisters);
  return facts;
}

}  // namespace

void CodeExtractor::MarkCalls() {
  for (llvm::Function& function : module_)
    for (llvm::Instruction& instruction : llvm::instructions(function))
      if (auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
          call != nullptr && !llvm::isa<llvm::IntrinsicInst>(call))
        Mark(*call);
}

void CodeExtractor::Mark(llvm::CallBase& call) {
  llvm::LLVMContext& context = module_.getContext();
  const auto number =
      llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), marked_.size());
  call.setMetadata(
      kMark, llvm::MDNode::get(context, llvm::ConstantAsMetadata::get(number)));
  marked_.push_back({places_.SiteOf(call), Targets(call)});
}

std::vector<std::string> CodeExtractor::Targets(
    const llvm::CallBase& call) const {
  std::vector<std::string> ids;
  if (call.isInlineAsm()) return ids;
  for (const llvm::Function* function :
       PossibleCallees(*call.getCalledOperand()))
    ids.push_back(places_.Id(*function));
  return ids;
}

void CodeExtractor::ReadCalls() {
  for (const llvm::Function& function : module_)
    for (const llvm::Instruction& instruction : llvm::instructions(function))
      if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction))
        Read(*call);
  ReadGone();
}

void CodeExtractor::Read(const llvm::CallBase& call) {
  const llvm::MDNode* mark = call.getMetadata(kMark);
  if (mark == nullptr) return;  // an intrinsic
  const auto* number =
      llvm::mdconst::extract<llvm::ConstantInt>(mark->getOperand(0));
  Marked& marked = marked_[number->getZExtValue()];
  marked.seen = true;
  if (call.isInlineAsm()) return ReadAssembly(call, marked.site);
  const std::vector<std::string> targets = Targets(call);
  for (const std::string& target : targets)
    AddCall(target, marked.site, ArgumentsOf(call));
  if (targets.empty()) AddUnresolved("indirect call", marked.site);
}

void CodeExtractor::ReadAssembly(const llvm::CallBase& call,
                                 const SourceSite& site) {
  const auto& assembly = *llvm::cast<llvm::InlineAsm>(call.getCalledOperand());
  const std::string text(assembly.getAsmString());
  for (const std::string& name : NamesIn(text))
    code_.assembly_names.push_back(
        {site.function, places_.IdOfName(module_, name), site});
  if (!MayLeave(code_.architecture, text)) return;
  const auto operands = PlainSyscall(code_.architecture, call);
  if (!operands || operands->number == nullptr)
    return AddUnresolved("inline assembly", site);
  AssemblySyscall fact{site.function, site, Evaluate(*operands->number), {}};
  for (const llvm::Value* argument : operands->arguments)
    fact.arguments.push_back(argument == nullptr ? ValueFact{}
                                                 : Evaluate(*argument));
  code_.syscalls.push_back(std::move(fact));
}

// A call that a pass found unreachable stays a call, of unknown arguments.
void CodeExtractor::ReadGone() {
  for (const Marked& marked : marked_) {
    if (marked.seen) continue;
    for (const std::string& target : marked.targets)
      AddCall(target, marked.site, {});
    if (marked.targets.empty())
      AddUnresolved("call in code that is never reached", marked.site);
  }
}

void CodeExtractor::AddCall(const std::string& to, const SourceSite& site,
                            std::vector<ValueFact> arguments) {
  code_.edges.push_back({EdgeKind::kCall, site.function, to, false, site});
  code_.calls.push_back({site.function, to, site, std::move(arguments)});
}

void CodeExtractor::AddUnresolved(const std::string& reason,
                                  const SourceSite& site) {
  code_.unresolved.push_back({site.function, reason, site});
}

}  // namespace bailey::analyzer
