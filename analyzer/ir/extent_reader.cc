#include "analyzer/ir/extent_reader.h"

#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>
#include <llvm/IR/PatternMatch.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <llvm/Transforms/Utils/LoopSimplify.h>

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <set>

#include "analyzer/ir/argument_bounds.h"
#include "analyzer/ir/pointer_uses.h"
#include "analyzer/ir/simplify.h"

namespace bailey::analyzer {
namespace {

// Arguments are a bit each; who takes more pointers than this is not looked at.
constexpr unsigned kMostArguments = 64;

// All analyses that passes and scalar evolution ask for.
class Analyses {
 public:
  Analyses() {
    builder_.registerModuleAnalyses(modules_);
    builder_.registerCGSCCAnalyses(components_);
    builder_.registerFunctionAnalyses(functions_);
    builder_.registerLoopAnalyses(loops_);
    builder_.crossRegisterProxies(loops_, functions_, components_, modules_);
  }
  llvm::FunctionAnalysisManager& functions() { return functions_; }

 private:
  llvm::LoopAnalysisManager loops_;
  llvm::FunctionAnalysisManager functions_;
  llvm::CGSCCAnalysisManager components_;
  llvm::ModuleAnalysisManager modules_;
  llvm::PassBuilder builder_;
};

bool IsOfLocal(const llvm::Value& pointer) {
  return llvm::isa<llvm::AllocaInst>(pointer.stripInBoundsOffsets());
}

// Promises that a compiler may count on, and an attacker's arguments break:
// that loops and calls come to an end. With them a loop, or a call of a pure
// function of which nothing is used, may be dropped, and what it reads with it.
void ForgetPromises(llvm::Module& module) {
  for (llvm::Function& function : module) {
    if (function.isIntrinsic()) continue;
    function.removeFnAttr(llvm::Attribute::MustProgress);
    function.removeFnAttr(llvm::Attribute::WillReturn);
    for (llvm::Instruction& each : llvm::instructions(function)) {
      each.setMetadata(llvm::LLVMContext::MD_loop, nullptr);
      if (auto* call = llvm::dyn_cast<llvm::CallBase>(&each))
        call->removeFnAttr(llvm::Attribute::WillReturn);
    }
  }
}

// A read of which nothing is used reads all the same where nobody optimises, so
// no pass may drop it. Locals are left alone: they are to become values.
void KeepReads(llvm::Function& function) {
  for (llvm::Instruction& each : llvm::instructions(function))
    if (auto* load = llvm::dyn_cast<llvm::LoadInst>(&each))
      if (!IsOfLocal(*load->getPointerOperand())) load->setVolatile(true);
}

bool ReturnsTwice(llvm::Function& function) {
  return llvm::any_of(llvm::instructions(function), [](const auto& each) {
    const auto* call = llvm::dyn_cast<llvm::CallBase>(&each);
    return call != nullptr && MayReturnTwice(*call);
  });
}

// Locals become values, and loops what scalar evolution understands.
void Prepare(llvm::Function& function, Analyses& analyses) {
  KeepReads(function);
  if (ReturnsTwice(function)) return;
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::SROAPass(llvm::SROAOptions::PreserveCFG));
  passes.addPass(llvm::EarlyCSEPass());
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::LoopSimplifyPass());
  const llvm::PreservedAnalyses kept =
      passes.run(function, analyses.functions());
  analyses.functions().invalidate(function, kept);
}

bool IsPlain(const llvm::Argument& argument) {
  for (const auto kind :
       {llvm::Attribute::ByVal, llvm::Attribute::StructRet,
        llvm::Attribute::InAlloca, llvm::Attribute::Preallocated,
        llvm::Attribute::Nest, llvm::Attribute::ByRef})
    if (argument.hasAttribute(kind)) return false;
  return true;
}

ExtentArgument Describe(const llvm::Argument& argument) {
  ExtentArgument described;
  const llvm::Type* type = argument.getType();
  described.is_pointer = type->isPointerTy();
  if (type->isIntegerTy() && type->getIntegerBitWidth() <= 64)
    described.width_bits = static_cast<uint8_t>(type->getIntegerBitWidth());
  return described;
}

class FunctionReader {
 public:
  FunctionReader(llvm::Function& function, const Places& places,
                 Analyses& analyses)
      : function_(function),
        places_(places),
        layout_(function.getDataLayout()),
        bounds_(function, analyses.functions()),
        uses_(function, places) {}

  FunctionExtents Read() {
    extents_.id = places_.Id(function_);
    extents_.is_plain = function_.arg_size() <= kMostArguments &&
                        llvm::all_of(function_.args(), IsPlain);
    for (const llvm::Argument& each : function_.args())
      extents_.arguments.push_back(Describe(each));
    FindCertain();
    if (function_.arg_size() <= kMostArguments) {
      Follow();
      extents_.uses = uses_.Read();
      extents_.copies = uses_.Copies();
      extents_.returned = uses_.Returned();
    }
    for (const llvm::Instruction& each : llvm::instructions(function_))
      if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&each))
        ReadCall(*call);
    Absorb();
    return std::move(extents_);
  }

 private:
  // Which arguments a pointer may be derived from, a bit each.
  using Origins = uint64_t;

  Origins OriginsOf(const llvm::Value& value) const {
    const auto found = origins_.find(&value);
    return found == origins_.end() ? 0 : found->second;
  }

  // What every call does before it calls anything else.
  void FindCertain() {
    std::set<const llvm::BasicBlock*> seen;
    for (const llvm::BasicBlock* block = &function_.getEntryBlock();
         block != nullptr && seen.insert(block).second;
         block = block->getSingleSuccessor())
      for (const llvm::Instruction& each : *block) {
        certain_.insert(&each);
        if (llvm::isa<llvm::CallBase>(each) &&
            !llvm::isa<llvm::IntrinsicInst>(each))
          return;
      }
  }

  void Follow() {
    for (llvm::Argument& each : function_.args())
      if (each.getType()->isPointerTy())
        Derive(each, Origins{1} << each.getArgNo());
    while (!open_.empty()) {
      const llvm::Value* value = open_.back();
      open_.pop_back();
      for (const llvm::Use& use : value->uses()) Propagate(use, *value);
    }
    // In the order of the code, so that equal code gives equal facts.
    for (const llvm::Argument& each : function_.args()) ReadUses(each);
    for (const llvm::Instruction& each : llvm::instructions(function_))
      ReadUses(each);
  }

  void ReadUses(const llvm::Value& value) {
    const Origins origins = OriginsOf(value);
    if (origins == 0) return;
    for (const llvm::Use& use : value.uses()) ReadUse(use, origins);
  }

  void Derive(const llvm::Value& value, Origins origins) {
    Origins& known = origins_[&value];
    if ((known | origins) == known) return;
    known |= origins;
    open_.push_back(&value);
  }

  static bool IsDerivation(const llvm::User& user) {
    return llvm::isa<llvm::GetElementPtrInst, llvm::BitCastInst,
                     llvm::AddrSpaceCastInst, llvm::FreezeInst, llvm::PHINode,
                     llvm::SelectInst>(user);
  }

  void Propagate(const llvm::Use& use, const llvm::Value& value) {
    if (IsDerivation(*use.getUser())) Derive(*use.getUser(), OriginsOf(value));
  }

  void ReadUse(const llvm::Use& use, Origins origins) {
    const auto& user = *llvm::cast<llvm::Instruction>(use.getUser());
    if (IsDerivation(user)) return;
    if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&user))
      return Access(*use, user, *load->getType(), true, false);
    if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&user)) {
      if (store->getValueOperand() == use.get())
        return Give(origins, "it is stored", user);
      return Access(*use, user, *store->getValueOperand()->getType(), false,
                    true);
    }
    if (llvm::isa<llvm::ICmpInst>(user)) return ReadComparison(user, origins);
    if (llvm::isa<llvm::PtrToIntInst>(user)) return ReadNumber(user, origins);
    if (llvm::isa<llvm::CallBase>(user)) return ReadPassed(use, user, origins);
    if (llvm::isa<llvm::ReturnInst>(user))
      return Give(origins, "it is returned", user);
    if (const auto* exchange = llvm::dyn_cast<llvm::AtomicRMWInst>(&user);
        exchange != nullptr && exchange->getPointerOperand() == use.get())
      return Access(*use, user, *exchange->getType(), true, true);
    if (const auto* exchange = llvm::dyn_cast<llvm::AtomicCmpXchgInst>(&user);
        exchange != nullptr && exchange->getPointerOperand() == use.get())
      return Access(*use, user, *exchange->getNewValOperand()->getType(), true,
                    true);
    Give(origins, "it is used in a way that is not followed", user);
  }

  // Null is null in every portion; and of two pointers into one object the
  // order and the distance are the same.
  bool IsComparable(const llvm::Value& other, Origins origins) const {
    return llvm::isa<llvm::ConstantPointerNull>(other) ||
           (OriginsOf(other) == origins && std::has_single_bit(origins));
  }

  void ReadComparison(const llvm::Instruction& user, Origins origins) {
    for (const llvm::Use& each : user.operands())
      if (!IsComparable(*each, origins))
        return Give(origins, "its address is compared with another", user);
  }

  void ReadNumber(const llvm::Instruction& number, Origins origins) {
    const auto is_distance = [&](const llvm::User* user) {
      const auto* sum = llvm::dyn_cast<llvm::BinaryOperator>(user);
      return sum != nullptr && sum->getOpcode() == llvm::Instruction::Sub &&
             llvm::all_of(sum->operands(), [&](const llvm::Use& each) {
               const auto* from = llvm::dyn_cast<llvm::PtrToIntInst>(&*each);
               return from != nullptr &&
                      IsComparable(*from->getPointerOperand(), origins) &&
                      OriginsOf(*from->getPointerOperand()) != 0;
             });
    };
    if (!llvm::all_of(number.users(), is_distance))
      Give(origins, "its address is made a number", number);
  }

  // Memory functions that the compiler knows; the others stay calls.
  void ReadPassed(const llvm::Use& use, const llvm::Instruction& user,
                  Origins origins) {
    const auto& call = llvm::cast<llvm::CallBase>(user);
    if (const auto* intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(&call)) {
      if (const auto* memory = llvm::dyn_cast<llvm::AnyMemIntrinsic>(&call))
        return ReadMemory(use, *memory);
      // What they give is no address: a number that a compiler knows or not.
      if (intrinsic->getIntrinsicID() == llvm::Intrinsic::objectsize ||
          intrinsic->getIntrinsicID() == llvm::Intrinsic::is_constant)
        return;
      // One that gives the pointer back (an annotation) hides what follows.
      if (intrinsic->isAssumeLikeIntrinsic() &&
          intrinsic->getType()->isVoidTy())
        return;
      return Give(origins, "it is handed to an intrinsic", user);
    }
    if (call.isArgOperand(&use) && IsCopied(call, call.getArgOperandNo(&use)))
      return Access(*use, user,
                    *call.getParamByValType(call.getArgOperandNo(&use)), true,
                    false);
    if (!std::has_single_bit(origins))
      return Give(origins, "what is passed on may be another pointer", user);
    const bool is_named =
        call.getCalledFunction() != nullptr && call.isArgOperand(&use) &&
        !call.hasOperandBundles() && call.arg_size() <= kMostArguments;
    if (!is_named)
      Give(origins, "it is handed to code that is not known", user);
  }

  // A structure by value: the call reads all of it, and the callee has another.
  static bool IsCopied(const llvm::CallBase& call, unsigned argument) {
    return call.isByValArgument(argument);
  }

  void ReadMemory(const llvm::Use& use, const llvm::AnyMemIntrinsic& memory) {
    const bool is_target = &use == &memory.getRawDestUse();
    const int text = TextOf(*memory.getLength());
    if (!is_target && text >= 0 && use.get() == ArgumentOf(text))
      return ReachText(text, memory);
    Reach(*use, memory, MostOfSize(*memory.getLength(), memory), !is_target,
          is_target);
  }

  // No object is as large as a negative number that counts as unsigned.
  ArgumentBound MostOfSize(const llvm::Value& size,
                           const llvm::Instruction& at) {
    const ArgumentBound bound = bounds_.MostSigned(size, at);
    return bound.is_known ? bound : bounds_.Most(size, at);
  }

  void Access(const llvm::Value& pointer, const llvm::Instruction& at,
              llvm::Type& type, bool reads, bool writes) {
    if (type.isPtrOrPtrVectorTy())
      return Give(OriginsOf(pointer), "what it points to holds pointers", at);
    const llvm::TypeSize size = layout_.getTypeStoreSize(&type);
    const ArgumentBound length = size.isScalable()
                                     ? ArgumentBound()
                                     : ConstantBound(size.getFixedValue());
    Reach(pointer, at, length, reads, writes);
  }

  void Reach(const llvm::Value& pointer, const llvm::Instruction& at,
             const ArgumentBound& length, bool reads, bool writes) {
    const Origins origins = OriginsOf(pointer);
    for (int i = 0; i < static_cast<int>(kMostArguments); ++i) {
      if ((origins >> i & 1) == 0) continue;
      PointerReach reach;
      reach.argument = i;
      reach.reads = reads;
      reach.writes = writes;
      reach.is_certain = std::has_single_bit(origins) && certain_.contains(&at);
      reach.site = places_.SiteOf(at);
      const ArgumentBound offset = OffsetOf(pointer, i, at);
      reach.bound = SumOf(offset, length);
      if (!reach.bound.is_known) {
        reach.kind = ReachKind::kUnknown;
        reach.reason = ReasonOf(offset, length);
      }
      extents_.reaches.push_back(std::move(reach));
      accesses_.push_back(&at);
    }
  }

  static std::string ReasonOf(const ArgumentBound& offset,
                              const ArgumentBound& length) {
    if (!offset.is_known)
      return "it is not known how far from its beginning, or on which side of "
             "it, it is followed";
    return length.is_known ? "where it is followed to depends on two parameters"
                           : "it is not known how many bytes are copied";
  }

  ArgumentBound OffsetOf(const llvm::Value& pointer, int argument,
                         const llvm::Instruction& at) {
    if (&pointer == function_.getArg(static_cast<unsigned>(argument)))
      return ConstantBound(0);
    return bounds_.MostOffset(
        pointer, *function_.getArg(static_cast<unsigned>(argument)), at);
  }

  void ReachText(int argument, const llvm::Instruction& at) {
    PointerReach reach;
    reach.argument = argument;
    reach.kind = ReachKind::kText;
    reach.reads = true;
    reach.is_certain = certain_.contains(&at);
    reach.site = places_.SiteOf(at);
    extents_.reaches.push_back(std::move(reach));
    accesses_.push_back(&at);
  }

  const llvm::Argument* ArgumentOf(int index) const {
    return function_.getArg(static_cast<unsigned>(index));
  }

  // The argument of which a number is the text's length, with or without its
  // NUL; -1: none.
  static int TextOf(const llvm::Value& number) {
    namespace match = llvm::PatternMatch;
    const llvm::Value* length = nullptr;
    const bool has_nul = match::match(
        &number, match::m_Add(match::m_Value(length), match::m_One()));
    const auto* call =
        llvm::dyn_cast<llvm::CallBase>(has_nul ? length : &number);
    const llvm::Function* callee =
        call == nullptr ? nullptr : call->getCalledFunction();
    if (callee == nullptr || !callee->isDeclaration() ||
        callee->getName() != "strlen" || call->arg_size() != 1)
      return -1;
    const auto* text = llvm::dyn_cast<llvm::Argument>(call->getArgOperand(0));
    return text == nullptr ? -1 : static_cast<int>(text->getArgNo());
  }

  // From here on anything may be done, and later, too.
  void Give(Origins origins, const std::string& reason,
            const llvm::Instruction& at) {
    for (int i = 0; i < static_cast<int>(kMostArguments); ++i) {
      if ((origins >> i & 1) == 0) continue;
      PointerReach reach;
      reach.argument = i;
      reach.kind = ReachKind::kUnknown;
      reach.reads = true;
      reach.writes = true;
      reach.reason = reason;
      reach.site = places_.SiteOf(at);
      extents_.reaches.push_back(std::move(reach));
      accesses_.push_back(&at);
    }
  }

  // An access by a constant, where another bound depends on an argument that
  // is large enough for both.
  void Absorb() {
    for (size_t i = 0; i < extents_.reaches.size(); ++i)
      for (size_t j = 0; j < extents_.reaches.size(); ++j)
        if (Absorbs(extents_.reaches[j], extents_.reaches[i], *accesses_[i])) {
          extents_.reaches[i].bound = extents_.reaches[j].bound;
          extents_.reaches[i].bound.is_exact = false;
          break;
        }
  }

  bool Absorbs(const PointerReach& larger, const PointerReach& smaller,
               const llvm::Instruction& at) {
    const ArgumentBound& by = larger.bound;
    const ArgumentBound& bound = smaller.bound;
    if (larger.argument != smaller.argument || !by.is_known ||
        !bound.is_known || by.argument < 0 || by.factor == 0 ||
        bound.argument >= 0)
      return false;
    const int64_t missing = std::max<int64_t>(bound.addend - by.addend, 0);
    const auto factor = static_cast<int64_t>(by.factor);
    const int64_t least = (missing + factor - 1) / factor;
    return bounds_.IsAtLeast(by, static_cast<uint64_t>(least), at);
  }

  void ReadCall(const llvm::CallBase& call) {
    if (llvm::isa<llvm::IntrinsicInst>(call)) return;
    const auto* callee = llvm::dyn_cast<llvm::Function>(
        call.getCalledOperand()->stripPointerCastsAndAliases());
    if (callee == nullptr) return;
    // Called by another type than its own, arguments may be other parameters.
    const bool is_typed = call.getCalledFunction() != nullptr &&
                          call.arg_size() <= kMostArguments;
    if (is_typed && llvm::none_of(call.args(), [](const llvm::Use& each) {
          return each->getType()->isPointerTy();
        }))
      return;
    ExtentCall read;
    const auto* named =
        llvm::dyn_cast<llvm::GlobalValue>(call.getCalledOperand());
    read.to = places_.Id(named == nullptr ? *callee : *named);
    read.site = places_.SiteOf(call);
    read.is_certain = certain_.contains(&call);
    read.is_result_used = IsResultUsed(call);
    ReadResult(call, read);
    if (call.getFunctionType()->isVarArg())
      read.fixed = static_cast<int>(call.getFunctionType()->getNumParams());
    for (const llvm::Use& each : call.args())
      read.arguments.push_back(
          is_typed && !IsCopied(call, call.getArgOperandNo(&each))
              ? ReadArgument(*each, call)
              : PassedArgument());
    extents_.calls.push_back(std::move(read));
  }

  static bool IsResultUsed(const llvm::CallBase& call) {
    if (!call.getType()->isPointerTy()) return false;
    return !llvm::all_of(call.users(), [](const llvm::User* user) {
      return llvm::isa<llvm::ICmpInst>(user) &&
             llvm::any_of(user->operands(), [](const llvm::Use& each) {
               return llvm::isa<llvm::ConstantPointerNull>(each);
             });
    });
  }

  PassedArgument ReadArgument(const llvm::Value& value,
                              const llvm::CallBase& call) {
    PassedArgument argument;
    if (value.getType()->isIntegerTy() &&
        value.getType()->getIntegerBitWidth() <= 64) {
      argument.kind = PassedKind::kNumber;
      argument.most = bounds_.Most(value, call);
      argument.most_signed = bounds_.MostSigned(value, call);
      argument.most_constant = bounds_.MostConstant(value, call);
      argument.text_of = TextOf(value);
    } else if (value.getType()->isPointerTy()) {
      argument.is_local = PointerUses::IsLocal(value);
      argument.copies = uses_.CopiesAt(value);
      argument.holds_pointers = uses_.HoldsPointersAt(value);
      ReadPointer(value, call, argument);
    }
    return argument;
  }

  void ReadPointer(const llvm::Value& value, const llvm::CallBase& call,
                   PassedArgument& argument) {
    const Origins origins = OriginsOf(value);
    if (std::has_single_bit(origins)) {
      argument.kind = PassedKind::kParameter;
      argument.parameter = std::countr_zero(origins);
      argument.bytes = OffsetOf(value, argument.parameter, call);
      return;
    }
    if (origins != 0) return;
    if (llvm::isa<llvm::ConstantPointerNull>(value)) {
      argument.kind = PassedKind::kNull;
      return;
    }
    ReadObject(value, call, argument);
  }

  void ReadObject(const llvm::Value& value, const llvm::CallBase& call,
                  PassedArgument& argument) {
    const llvm::Value* base = bounds_.BaseOf(value);
    if (base == nullptr) return;
    ArgumentBound size = SizeOf(*base);
    const ArgumentBound offset = base == &value
                                     ? ConstantBound(0)
                                     : bounds_.MostOffset(value, *base, call);
    if (!size.is_known || !offset.is_known || offset.argument >= 0) return;
    size.addend -= offset.addend;
    if (size.argument < 0 && size.addend < 0) return;
    argument.kind = PassedKind::kObject;
    argument.bytes = size;
    llvm::StringRef text;
    if (!llvm::getConstantStringInfo(&value, text)) return;
    if (text.size() >= static_cast<uint64_t>(size.addend)) return;
    argument.kind = PassedKind::kText;
    if (call.getFunctionType()->isVarArg()) argument.text = text.str();
  }

  // An object's size, never more than it is.
  ArgumentBound SizeOf(const llvm::Value& base) {
    if (const auto* global = llvm::dyn_cast<llvm::GlobalVariable>(&base))
      return ConstantBound(layout_.getTypeAllocSize(global->getValueType()));
    if (const auto* local = llvm::dyn_cast<llvm::AllocaInst>(&base)) {
      const uint64_t element =
          layout_.getTypeAllocSize(local->getAllocatedType());
      return Exactly(
          TimesOf(MostOfSize(*local->getArraySize(), *local), element));
    }
    const auto* call = llvm::dyn_cast<llvm::CallInst>(&base);
    if (call == nullptr || call->getCalledFunction() == nullptr) return {};
    const llvm::StringRef name = call->getCalledFunction()->getName();
    if (!call->getCalledFunction()->isDeclaration()) return {};
    if (name == "malloc" && call->arg_size() == 1)
      return Exactly(MostOfSize(*call->getArgOperand(0), *call));
    return {};
  }

  static ArgumentBound Exactly(const ArgumentBound& bound) {
    return bound.is_exact ? bound : ArgumentBound();
  }

  llvm::Function& function_;
  const Places& places_;
  const llvm::DataLayout& layout_;
  ArgumentBounds bounds_;
  PointerUses uses_;
  FunctionExtents extents_;
  std::map<const llvm::Value*, Origins> origins_;
  std::vector<const llvm::Value*> open_;
  std::set<const llvm::Instruction*> certain_;
  std::vector<const llvm::Instruction*> accesses_;  // of each reach
};

}  // namespace

std::vector<FunctionExtents> ReadExtents(const llvm::Module& module,
                                         const Places& places) {
  const std::unique_ptr<llvm::Module> copy = llvm::CloneModule(module);
  ForgetPromises(*copy);
  Analyses analyses;
  std::vector<FunctionExtents> extents;
  for (llvm::Function& function : *copy) {
    if (function.isDeclaration()) continue;
    Prepare(function, analyses);
    extents.push_back(FunctionReader(function, places, analyses).Read());
    analyses.functions().clear(function, function.getName());
  }
  return extents;
}

}  // namespace bailey::analyzer
