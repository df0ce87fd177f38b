// Sound where a value can change behind the analysis: a local whose address is
// taken is never read here (SROA leaves it in memory), an SSA value never
// changes, and a condition about one holds wherever its edge dominates.
#include "analyzer/ir/expression_reader.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <numeric>
#include <optional>
#include <utility>

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

constexpr int kExpressionDepth = 24;
constexpr unsigned kMostOperands = 16;

uint64_t LowBits(uint8_t width_bits) {
  return width_bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << width_bits) - 1;
}

uint8_t WidthOf(const llvm::Type& type) {
  const bool fits = type.isIntegerTy() && type.getIntegerBitWidth() <= 64;
  return fits ? static_cast<uint8_t>(type.getIntegerBitWidth()) : 64;
}

bool IsFollowed(const llvm::Type& type) {
  return type.isPointerTy() ||
         (type.isIntegerTy() && type.getIntegerBitWidth() <= 64);
}

Operation OperationOf(llvm::Instruction::BinaryOps opcode) {
  switch (opcode) {
    case llvm::Instruction::And:
      return Operation::kAnd;
    case llvm::Instruction::Or:
      return Operation::kOr;
    case llvm::Instruction::Xor:
      return Operation::kXor;
    case llvm::Instruction::Add:
      return Operation::kAdd;
    case llvm::Instruction::Sub:
      return Operation::kSubtract;
    case llvm::Instruction::Mul:
      return Operation::kMultiply;
    case llvm::Instruction::Shl:
      return Operation::kShiftLeft;
    case llvm::Instruction::LShr:
      return Operation::kShiftRight;
    case llvm::Instruction::URem:
      return Operation::kRemainder;
    default:
      return Operation::kNone;
  }
}

ValueExpression AddressOf(const llvm::GlobalVariable& global, uint64_t offset,
                          const Places& places) {
  ValueExpression made = Unknown(64);
  if (const auto text = ConstantText(global, offset)) return Text(*text);
  made.symbol = places.Id(global);
  if (made.symbol.empty()) return made;
  made.kind = ExpressionKind::kAddress;
  made.number = offset;
  return made;
}

ValueExpression AddressOf(const llvm::Function& function,
                          const Places& places) {
  ValueExpression made = Unknown(64);
  made.symbol = places.Id(function);
  if (!made.symbol.empty()) made.kind = ExpressionKind::kFunction;
  return made;
}

}  // namespace

bool IsLocalObject(const llvm::Value& value) {
  if (isa<llvm::AllocaInst>(value)) return true;
  const auto* call = dyn_cast<llvm::CallInst>(&value);
  const llvm::Function* callee = call ? call->getCalledFunction() : nullptr;
  return callee != nullptr && callee->isDeclaration() &&
         (callee->getName() == "malloc" || callee->getName() == "calloc" ||
          callee->getName() == "strdup");
}

std::optional<uint64_t> ParameterPlace(const llvm::Argument& argument) {
  uint64_t place = 0;
  for (const llvm::Argument& each : argument.getParent()->args()) {
    const llvm::Type* type = each.getType();
    if (type->isIntegerTy() && type->getIntegerBitWidth() > 64) break;
    if (type->isArrayTy()) break;
    const bool followed = !each.hasByValAttr() && IsFollowed(*type);
    if (&each == &argument)
      return followed ? std::optional(place) : std::nullopt;
    place += followed;
  }
  return std::nullopt;
}

std::optional<GlobalPlace> PlaceOf(const llvm::Value& pointer,
                                   const llvm::DataLayout& layout) {
  GlobalPlace place;
  const llvm::Value* value = &pointer;
  for (;;) {
    if (const auto* global = dyn_cast<llvm::GlobalVariable>(value)) {
      place.global = global;
      return place;
    }
    if (const auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(value);
        intrinsic != nullptr &&
        intrinsic->getIntrinsicID() == llvm::Intrinsic::threadlocal_address) {
      value = intrinsic->getArgOperand(0);
      continue;
    }
    const auto* part = dyn_cast<llvm::GEPOperator>(value);
    if (part == nullptr) return std::nullopt;
    llvm::APInt offset(64, 0);
    llvm::MapVector<llvm::Value*, llvm::APInt> indices;
    if (!part->collectOffset(layout, 64, indices, offset)) return std::nullopt;
    place.offset += offset.getZExtValue();
    for (const auto& [index, scale] : indices)
      place.stride = std::gcd(place.stride, scale.getZExtValue());
    value = part->getPointerOperand();
  }
}

std::optional<std::string> ConstantText(const llvm::GlobalVariable& global,
                                        uint64_t offset) {
  if (!global.isConstant() || !global.hasDefinitiveInitializer())
    return std::nullopt;
  const llvm::Constant* initial = global.getInitializer();
  if (isa<llvm::ConstantAggregateZero>(initial) &&
      initial->getType()->isArrayTy() &&
      initial->getType()->getArrayElementType()->isIntegerTy(8))
    return std::string();
  const auto* data = dyn_cast<llvm::ConstantDataArray>(initial);
  if (data == nullptr || !data->isString(8)) return std::nullopt;
  const std::string_view bytes(data->getAsString());
  if (offset >= bytes.size()) return std::nullopt;
  const size_t end = bytes.find('\0', offset);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(bytes.substr(offset, end - offset));
}

ExpressionReader::ExpressionReader(const llvm::Function& function,
                                   const Places& places)
    : function_(function), places_(places) {
  // SAFETY: the tree reads the function only; LLVM's signature lacks the const.
  dominators_.recalculate(const_cast<llvm::Function&>(function));
}

ValueExpression ExpressionReader::Read(const llvm::Value& value,
                                       const llvm::Instruction& at) {
  budget_ = kMostNodes;
  return Of(value, *at.getParent(), kExpressionDepth);
}

ValueExpression ExpressionReader::ReadConstant(const llvm::Constant& value,
                                               const Places& places) {
  if (const auto* integer = dyn_cast<llvm::ConstantInt>(&value);
      integer != nullptr && integer->getBitWidth() <= 64)
    return Constant(integer->getZExtValue(), WidthOf(*integer->getType()));
  if (isa<llvm::ConstantPointerNull>(value)) return Constant(0, 64);
  if (const auto* function = dyn_cast<llvm::Function>(&value))
    return AddressOf(*function, places);
  if (!value.getType()->isPointerTy())
    return Unknown(WidthOf(*value.getType()));
  llvm::APInt offset(64, 0);
  for (const llvm::Value* base = &value;;) {
    if (const auto* global = dyn_cast<llvm::GlobalVariable>(base))
      return AddressOf(*global, offset.getZExtValue(), places);
    const auto* part = dyn_cast<llvm::GEPOperator>(base);
    if (part == nullptr || part->getPointerOperand() == base) break;
    // INVARIANT: indices of a constant are constants, but they may be symbolic.
    llvm::APInt step(64, 0);
    const llvm::Module* module = nullptr;
    if (const auto* end = dyn_cast<llvm::GlobalVariable>(
            part->stripInBoundsConstantOffsets()))
      module = end->getParent();
    if (module == nullptr ||
        !part->accumulateConstantOffset(module->getDataLayout(), step))
      break;
    offset += step;
    base = part->getPointerOperand();
  }
  return Unknown(64);
}

ValueExpression ExpressionReader::Of(const llvm::Value& value,
                                     const llvm::BasicBlock& at, int depth) {
  const uint8_t width = WidthOf(*value.getType());
  if (depth == 0 || budget_ == 0 || !IsFollowed(*value.getType()))
    return Unknown(width);
  --budget_;
  ValueExpression made = Unbounded(value, at, depth - 1);
  if (!value.getType()->isIntegerTy() || isa<llvm::Constant>(value))
    return made;
  made = WithKnownBits(value, at, std::move(made));
  for (const Known& known : KnownAt(at)) {
    if (known.value != &value || known.mask != 0 || budget_ == 0) continue;
    --budget_;
    ValueExpression bound = Cast(known.operation, std::move(made), width);
    bound.kind = ExpressionKind::kBound;
    bound.number = known.number;
    made = std::move(bound);
  }
  return made;
}

// Of `with`, which is `without` and a constant: so that a chain of options is
// read once, and not twice for each of them.
std::optional<ValueExpression> ExpressionReader::OfOption(
    const llvm::Value& with, const llvm::Value& without,
    const llvm::BasicBlock& at, int depth) {
  constexpr uint64_t kNodes = 4;
  const auto* binary = dyn_cast<llvm::BinaryOperator>(&with);
  if (binary == nullptr || binary->getOperand(0) != &without) return {};
  const auto* number = dyn_cast<llvm::ConstantInt>(binary->getOperand(1));
  const Operation operation = OperationOf(binary->getOpcode());
  if (number == nullptr || budget_ < kNodes) return {};
  const uint8_t width = WidthOf(*with.getType());
  uint64_t nothing = 0;
  if (operation == Operation::kAnd)
    nothing = LowBits(width);
  else if (operation != Operation::kOr && operation != Operation::kAdd)
    return {};
  budget_ -= kNodes;
  ValueExpression choice = Unknown(width);
  choice.kind = ExpressionKind::kChoice;
  choice.number = next_choice_++;
  choice.operands = {Constant(number->getZExtValue(), width),
                     Constant(nothing, width)};
  return Operate(operation, Of(without, at, depth), std::move(choice));
}

ValueExpression ExpressionReader::Unbounded(const llvm::Value& value,
                                            const llvm::BasicBlock& at,
                                            int depth) {
  const uint8_t width = WidthOf(*value.getType());
  if (const auto* constant = dyn_cast<llvm::Constant>(&value))
    return ReadConstant(*constant, places_);
  if (const auto* argument = dyn_cast<llvm::Argument>(&value)) {
    const auto place = ParameterPlace(*argument);
    return place ? Parameter(*place, width) : Unknown(width);
  }
  if (const auto* phi = dyn_cast<llvm::PHINode>(&value))
    return OfPhi(*phi, depth);
  if (const auto* select = dyn_cast<llvm::SelectInst>(&value)) {
    const llvm::Value& yes = *select->getTrueValue();
    const llvm::Value& no = *select->getFalseValue();
    if (auto option = OfOption(yes, no, at, depth)) return *std::move(option);
    if (auto option = OfOption(no, yes, at, depth)) return *std::move(option);
    ValueExpression made = Unknown(width);
    made.kind = ExpressionKind::kChoice;
    made.number = next_choice_++;
    made.operands = {Of(yes, at, depth), Of(no, at, depth)};
    return made;
  }
  if (const auto* cast = dyn_cast<llvm::CastInst>(&value))
    return OfCast(*cast, at, depth);
  if (const auto* binary = dyn_cast<llvm::BinaryOperator>(&value))
    return OfBinary(*binary, at, depth);
  if (const auto* load = dyn_cast<llvm::LoadInst>(&value))
    return OfLoad(*load, at, depth);
  if (value.getType()->isPointerTy() &&
      (isa<llvm::GEPOperator>(value) || IsLocalObject(value)))
    return OfPointer(value, depth);
  if (const auto* call = dyn_cast<llvm::CallBase>(&value))
    return OfCall(*call, at, depth);
  return Unknown(width);
}

// What holds where the two ways meet holds on both.
std::optional<ValueExpression> ExpressionReader::OfOptionalPhi(
    const llvm::PHINode& phi, int depth) {
  if (phi.getNumIncomingValues() != 2) return {};
  for (const unsigned with : {0U, 1U}) {
    const llvm::Value& without = *phi.getIncomingValue(1 - with);
    const auto* made = dyn_cast<llvm::Instruction>(&without);
    if (made == nullptr || !dominators_.dominates(made, &phi)) continue;
    if (auto option = OfOption(*phi.getIncomingValue(with), without,
                               *phi.getParent(), depth))
      return option;
  }
  return {};
}

// What comes back around a loop is named by the choice that it comes back to.
ValueExpression ExpressionReader::OfPhi(const llvm::PHINode& phi, int depth) {
  ValueExpression made = Unknown(WidthOf(*phi.getType()));
  if (const auto open = open_.find(&phi); open != open_.end()) {
    made.kind = ExpressionKind::kCycle;
    made.number = open->second;
    return made;
  }
  if (phi.getNumIncomingValues() > kMostOperands) return made;
  if (auto option = OfOptionalPhi(phi, depth)) return *std::move(option);
  made.kind = ExpressionKind::kChoice;
  made.number = next_choice_++;
  open_.emplace(&phi, made.number);
  for (unsigned i = 0; i < phi.getNumIncomingValues(); ++i)
    if (phi.getIncomingValue(i) != &phi)
      made.operands.push_back(
          Of(*phi.getIncomingValue(i), *phi.getIncomingBlock(i), depth));
  open_.erase(&phi);
  return made;
}

ValueExpression ExpressionReader::OfCast(const llvm::CastInst& cast,
                                         const llvm::BasicBlock& at,
                                         int depth) {
  const uint8_t width = WidthOf(*cast.getType());
  const llvm::Value& from = *cast.getOperand(0);
  if (!IsFollowed(*from.getType())) return Unknown(width);
  if (isa<llvm::SExtInst>(cast))
    return Cast(Operation::kSignExtend, Of(from, at, depth), width);
  if (isa<llvm::ZExtInst>(cast))
    return Cast(Operation::kZeroExtend, Of(from, at, depth), width);
  if (isa<llvm::TruncInst, llvm::PtrToIntInst, llvm::IntToPtrInst>(cast))
    return Cast(width < WidthOf(*from.getType()) ? Operation::kTruncate
                                                 : Operation::kZeroExtend,
                Of(from, at, depth), width);
  return Unknown(width);
}

ValueExpression ExpressionReader::OfBinary(const llvm::BinaryOperator& binary,
                                           const llvm::BasicBlock& at,
                                           int depth) {
  const Operation operation = OperationOf(binary.getOpcode());
  if (operation == Operation::kNone) return Unknown(WidthOf(*binary.getType()));
  ValueExpression left = Of(*binary.getOperand(0), at, depth);
  return Operate(operation, std::move(left),
                 Of(*binary.getOperand(1), at, depth));
}

ValueExpression ExpressionReader::OfLoad(const llvm::LoadInst& load,
                                         const llvm::BasicBlock& at,
                                         int depth) {
  ValueExpression made = Unknown(WidthOf(*load.getType()));
  const llvm::DataLayout& layout = load.getModule()->getDataLayout();
  const llvm::Value& pointer = *load.getPointerOperand();
  if (const auto place = PlaceOf(pointer, layout)) {
    made.symbol = places_.Id(*place->global);
    if (made.symbol.empty()) return made;
    made.kind = ExpressionKind::kLoad;
    made.number = place->offset;
    made.stride = place->stride;
    return made;
  }
  if (const auto* local = dyn_cast<llvm::AllocaInst>(&pointer))
    return OfLocalPointer(*local, depth);
  if (!load.getType()->isPointerTy()) return made;
  const auto* part = dyn_cast<llvm::GEPOperator>(&pointer);
  ValueExpression base =
      Of(part ? *part->getPointerOperand() : pointer, at, depth);
  if (base.kind == ExpressionKind::kUnknown) return made;
  made.kind = ExpressionKind::kIndirect;
  made.operands = {std::move(base)};
  return made;
}

ValueExpression ExpressionReader::OfCall(const llvm::CallBase& call,
                                         const llvm::BasicBlock& at,
                                         int depth) {
  ValueExpression made = Unknown(WidthOf(*call.getType()));
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr || callee->isIntrinsic() || call.arg_size() > 12)
    return made;
  made.kind = ExpressionKind::kResult;
  made.symbol = places_.Id(*callee);
  for (const llvm::Use& argument : call.args()) {
    const llvm::Type* type = argument->getType();
    if (call.isByValArgument(call.getArgOperandNo(&argument)) ||
        !IsFollowed(*type))
      return Unknown(made.width_bits);
    made.operands.push_back(Of(*argument.get(), at, depth));
  }
  return made;
}

}  // namespace bailey::analyzer
