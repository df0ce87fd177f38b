// The rest of expression_reader.h: what comparisons on the way to a place say
// of values there.
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>

#include <bit>
#include <utility>

#include "analyzer/ir/expression_reader.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;

uint64_t BitsBelow(uint8_t width_bits) {
  return width_bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << width_bits) - 1;
}

Operation OperationOf(llvm::CmpInst::Predicate predicate) {
  switch (predicate) {
    case llvm::CmpInst::ICMP_EQ:
      return Operation::kEqual;
    case llvm::CmpInst::ICMP_NE:
      return Operation::kNotEqual;
    case llvm::CmpInst::ICMP_ULT:
      return Operation::kLess;
    case llvm::CmpInst::ICMP_ULE:
      return Operation::kLessOrEqual;
    case llvm::CmpInst::ICMP_UGT:
      return Operation::kGreater;
    case llvm::CmpInst::ICMP_UGE:
      return Operation::kGreaterOrEqual;
    case llvm::CmpInst::ICMP_SLT:
      return Operation::kSignedLess;
    case llvm::CmpInst::ICMP_SLE:
      return Operation::kSignedLessOrEqual;
    case llvm::CmpInst::ICMP_SGT:
      return Operation::kSignedGreater;
    case llvm::CmpInst::ICMP_SGE:
      return Operation::kSignedGreaterOrEqual;
    default:
      return Operation::kNone;
  }
}

}  // namespace

// What tests of bits on the way say is put in as if the code had masked it.
ValueExpression ExpressionReader::WithKnownBits(const llvm::Value& value,
                                                const llvm::BasicBlock& at,
                                                ValueExpression made) {
  constexpr uint64_t kNodes = 4;
  const uint8_t width = made.width_bits;
  for (const Known& known : KnownAt(at)) {
    if (known.value != &value || known.mask == 0 || budget_ < kNodes) continue;
    budget_ -= kNodes;
    made = Operate(Operation::kAnd, std::move(made),
                   Constant(~known.mask & BitsBelow(width), width));
    made =
        Operate(Operation::kOr, std::move(made), Constant(known.number, width));
  }
  return made;
}

const std::vector<ExpressionReader::Known>& ExpressionReader::KnownAt(
    const llvm::BasicBlock& block) {
  const auto [found, is_new] = known_.try_emplace(&block);
  if (!is_new || !dominators_.isReachableFromEntry(&block))
    return found->second;
  constexpr int kSteps = 32;
  const auto* node = dominators_.getNode(&block);
  for (int i = 0; i < kSteps && node->getIDom() != nullptr; ++i) {
    node = node->getIDom();
    AddEdge(*node->getBlock(), block, found->second);
  }
  return found->second;
}

// What the way out of `from` says that leads to `at`, if there is only one.
void ExpressionReader::AddEdge(const llvm::BasicBlock& from,
                               const llvm::BasicBlock& at,
                               std::vector<Known>& known) const {
  const auto leads = [&](const llvm::BasicBlock* to) {
    return dominators_.dominates(llvm::BasicBlockEdge(&from, to), &at);
  };
  if (const auto* branch = dyn_cast<llvm::BranchInst>(from.getTerminator())) {
    if (branch->isUnconditional()) return;
    for (const unsigned way : {0U, 1U})
      if (leads(branch->getSuccessor(way)))
        AddCondition(*branch->getCondition(), way == 0, known);
  }
  if (const auto* choose = dyn_cast<llvm::SwitchInst>(from.getTerminator()))
    for (const auto& each : choose->cases())
      if (each.getCaseValue()->getBitWidth() <= 64 &&
          leads(each.getCaseSuccessor()))
        known.push_back({choose->getCondition(), Operation::kEqual,
                         each.getCaseValue()->getZExtValue()});
}

// Of a test of some of a value's bits.
void ExpressionReader::AddBits(const llvm::Value& masked, Operation operation,
                               uint64_t number, std::vector<Known>& known) {
  const auto* binary = dyn_cast<llvm::BinaryOperator>(&masked);
  if (binary == nullptr || binary->getOpcode() != llvm::Instruction::And)
    return;
  const auto* constant = dyn_cast<llvm::ConstantInt>(binary->getOperand(1));
  if (constant == nullptr) return;
  const uint64_t mask = constant->getZExtValue();
  // That one bit is not so means that it is the other way round.
  if (operation == Operation::kNotEqual && std::has_single_bit(mask))
    number ^= mask;
  else if (operation != Operation::kEqual)
    return;
  if (mask != 0 && (number & ~mask) == 0)
    known.push_back({binary->getOperand(0), Operation::kEqual, number, mask});
}

void ExpressionReader::AddCondition(const llvm::Value& condition, bool holds,
                                    std::vector<Known>& known) const {
  const auto* compare = dyn_cast<llvm::ICmpInst>(&condition);
  if (compare == nullptr) return;
  const llvm::Value* value = compare->getOperand(0);
  const auto* number = dyn_cast<llvm::ConstantInt>(compare->getOperand(1));
  llvm::CmpInst::Predicate predicate = compare->getPredicate();
  if (number == nullptr) {
    number = dyn_cast<llvm::ConstantInt>(value);
    value = compare->getOperand(1);
    predicate = llvm::CmpInst::getSwappedPredicate(predicate);
  }
  if (number == nullptr || number->getBitWidth() > 64) return;
  if (!holds) predicate = llvm::CmpInst::getInversePredicate(predicate);
  const Operation operation = OperationOf(predicate);
  if (operation == Operation::kNone) return;
  known.push_back({value, operation, number->getZExtValue()});
  AddBits(*value, operation, number->getZExtValue(), known);
}

}  // namespace bailey::analyzer
