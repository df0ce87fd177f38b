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
std::vector<const llvm::Value*> ArgumentsOf(const llvm::CallBase& call) {
  constexpr size_t kRegisters = 6;
  std::vector<const llvm::Value*> facts;
  bool mixed = false;
  for (const llvm::Use& argument : call.args()) {
    const llvm::Type* type = argument->getType();
    const bool in_memory = call.isByValArgument(argument.getOperandNo());
    if (type->isIntegerTy() && type->getIntegerBitWidth() > 64) break;
    if (type->isArrayTy()) break;  // aarch64: a structure in several registers
    if (!in_memory && (type->isIntegerTy() || type->isPointerTy()))
      facts.push_back(argument.get());
    else
      mixed = true;
  }
  if (mixed && facts.size() > kRegisters) facts.resize(kRegisters);
  return facts;
}

std::vector<ValueFact> FactsOf(const std::vector<const llvm::Value*>& values) {
  std::vector<ValueFact> facts;
  for (const llvm::Value* value : values)
    facts.push_back(value == nullptr ? ValueFact{} : Evaluate(*value));
  return facts;
}

// What is known of none is left out.
std::vector<ValueExpression> ExpressionsOf(
    const std::vector<const llvm::Value*>& values, const llvm::CallBase& call,
    ExpressionReaders& readers) {
  std::vector<ValueExpression> all;
  ExpressionReader& reader = readers.Of(*call.getFunction());
  for (const llvm::Value* value : values)
    all.push_back(value == nullptr ? ValueExpression{}
                                   : reader.Read(*value, call));
  while (!all.empty() && all.back().kind == ExpressionKind::kUnknown)
    all.pop_back();
  return all;
}

}  // namespace

std::optional<int> CallNumber(const llvm::CallBase& call) {
  const llvm::MDNode* mark = call.getMetadata(kMark);
  if (mark == nullptr) return std::nullopt;
  return static_cast<int>(
      llvm::mdconst::extract<llvm::ConstantInt>(mark->getOperand(0))
          ->getZExtValue());
}

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
  const std::vector<const llvm::Value*> arguments = ArgumentsOf(call);
  for (const std::string& target : targets) {
    AddCall(target, marked.site, FactsOf(arguments));
    code_.calls.back().expressions = ExpressionsOf(arguments, call, readers_);
  }
  if (!targets.empty()) return;
  AddUnresolved("indirect call", marked.site);
  const int index = static_cast<int>(number->getZExtValue());
  code_.unresolved.back().call = index;
  code_.indirect_calls.push_back(
      {{marked.site.function, "", marked.site, FactsOf(arguments),
        ExpressionsOf(arguments, call, readers_)},
       index});
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
  std::vector<const llvm::Value*> values(operands->arguments.begin(),
                                         operands->arguments.end());
  fact.arguments = FactsOf(values);
  values.insert(values.begin(), operands->number);
  fact.expressions = ExpressionsOf(values, call, readers_);
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
