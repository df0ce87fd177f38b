// Numbers are added and multiplied here as integers without end, and by the
// program modulo 2^width. That is sound for upper bounds of unsigned numbers: a
// sum that wraps is below the one that does not, as long as no part of it is
// negative. Where one is, it has to be shown that the sum is not.
#include "analyzer/ir/argument_bounds.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/PatternMatch.h>

#include <algorithm>
#include <utility>

namespace bailey::analyzer {
namespace {

using llvm::CmpInst;
using llvm::SCEV;

// Questions within one question; then there is no answer.
constexpr int kMostSteps = 200;
constexpr int kMostConditions = 24;

const SCEV* OtherOf(const llvm::SCEVNAryExpr& pair, const SCEV* one) {
  return pair.getOperand(0) == one ? pair.getOperand(1) : pair.getOperand(0);
}

}  // namespace

ArgumentBounds::ArgumentBounds(llvm::Function& function,
                               llvm::FunctionAnalysisManager& analyses)
    : scev_(analyses.getResult<llvm::ScalarEvolutionAnalysis>(function)),
      tree_(analyses.getResult<llvm::DominatorTreeAnalysis>(function)),
      loops_(analyses.getResult<llvm::LoopAnalysis>(function)) {}

ArgumentBound ArgumentBounds::Ask(const SCEV* number,
                                  const llvm::Instruction& at, bool is_signed,
                                  bool only_constants) {
  at_ = &at;
  only_constants_ = only_constants;
  steps_ = 0;
  return is_signed ? Signed(number) : Unsigned(number);
}

ArgumentBound ArgumentBounds::Most(const llvm::Value& value,
                                   const llvm::Instruction& at) {
  return Ask(scev_.getSCEV(const_cast<llvm::Value*>(&value)), at, false);
}

ArgumentBound ArgumentBounds::MostSigned(const llvm::Value& value,
                                         const llvm::Instruction& at) {
  return Ask(scev_.getSCEV(const_cast<llvm::Value*>(&value)), at, true);
}

ArgumentBound ArgumentBounds::MostConstant(const llvm::Value& value,
                                           const llvm::Instruction& at) {
  return Ask(scev_.getSCEV(const_cast<llvm::Value*>(&value)), at, false, true);
}

const llvm::Value* ArgumentBounds::BaseOf(const llvm::Value& pointer) {
  const SCEV* base =
      scev_.getPointerBase(scev_.getSCEV(const_cast<llvm::Value*>(&pointer)));
  const auto* unknown = llvm::dyn_cast<llvm::SCEVUnknown>(base);
  return unknown == nullptr ? nullptr : unknown->getValue();
}

ArgumentBound ArgumentBounds::MostOffset(const llvm::Value& pointer,
                                         const llvm::Value& base,
                                         const llvm::Instruction& at) {
  if (BaseOf(pointer) != &base) return {};
  const SCEV* offset =
      scev_.getMinusSCEV(scev_.getSCEV(const_cast<llvm::Value*>(&pointer)),
                         scev_.getSCEV(const_cast<llvm::Value*>(&base)));
  if (llvm::isa<llvm::SCEVCouldNotCompute>(offset)) return {};
  return Ask(offset, at, false);
}

bool ArgumentBounds::IsAtLeast(const ArgumentBound& of, uint64_t least,
                               const llvm::Instruction& at) {
  const llvm::Value* argument =
      at.getFunction()->getArg(static_cast<unsigned>(of.argument));
  const SCEV* number = scev_.getSCEV(const_cast<llvm::Value*>(argument));
  // A number that the argument's type has not is never reached.
  const uint64_t bits = scev_.getTypeSizeInBits(number->getType());
  if (least >> (bits - 1) > (of.is_signed ? 0U : 1U)) return false;
  const SCEV* wanted = scev_.getConstant(number->getType(), least);
  return scev_.isKnownPredicateAt(
      of.is_signed ? CmpInst::ICMP_SGE : CmpInst::ICMP_UGE, number, wanted,
      &at);
}

ArgumentBound ArgumentBounds::Unsigned(const SCEV* number) {
  if (++steps_ > kMostSteps) return {};
  if (!number->getType()->isIntegerTy()) return {};
  if (ArgumentBound bound = UnsignedByForm(number); bound.is_known)
    return bound;
  if (IsNeverNegative(number))
    if (ArgumentBound bound = SignedByForm(number); bound.is_known)
      return bound;
  if (ArgumentBound bound = ByConditions(number, false); bound.is_known)
    return bound;
  return ByRange(number, false);
}

ArgumentBound ArgumentBounds::Signed(const SCEV* number) {
  if (++steps_ > kMostSteps) return {};
  if (!number->getType()->isIntegerTy()) return {};
  if (ArgumentBound bound = SignedByForm(number); bound.is_known) return bound;
  if (IsNeverNegative(number))
    if (ArgumentBound bound = UnsignedByForm(number); bound.is_known)
      return bound;
  if (ArgumentBound bound = ByConditions(number, true); bound.is_known)
    return bound;
  return ByRange(number, true);
}

bool ArgumentBounds::IsNeverNegative(const SCEV* number) {
  return scev_.isKnownNonNegative(number) ||
         scev_.isKnownPredicateAt(CmpInst::ICMP_SGE, number,
                                  scev_.getZero(number->getType()), at_) ||
         IsExtendedFromNonNegative(number);
}

// Of a narrower number, which a condition says of it.
bool ArgumentBounds::IsExtendedFromNonNegative(const SCEV* number) {
  return llvm::any_of(Conditions(), [&](const Condition& each) {
    const auto* least = llvm::dyn_cast<llvm::SCEVConstant>(each.right);
    if (least == nullptr || scev_.getTypeSizeInBits(each.left->getType()) >=
                                scev_.getTypeSizeInBits(number->getType()))
      return false;
    const bool is_never_negative =
        (each.predicate == CmpInst::ICMP_SGT && least->getAPInt().sge(-1)) ||
        (each.predicate == CmpInst::ICMP_SGE && least->getAPInt().sge(0));
    return is_never_negative &&
           scev_.getSignExtendExpr(each.left, number->getType()) == number;
  });
}

ArgumentBound ArgumentBounds::OfArgument(const SCEV* number, bool as_signed) {
  const auto* argument = llvm::dyn_cast<llvm::Argument>(
      llvm::cast<llvm::SCEVUnknown>(number)->getValue());
  if (argument == nullptr || only_constants_) return {};
  ArgumentBound bound;
  bound.is_known = true;
  bound.is_exact = true;
  bound.argument = static_cast<int>(argument->getArgNo());
  bound.is_signed = as_signed || IsNeverNegative(number);
  bound.factor = 1;
  return bound;
}

ArgumentBound ArgumentBounds::UnsignedByForm(const SCEV* number) {
  switch (number->getSCEVType()) {
    case llvm::scConstant: {
      const llvm::APInt& value =
          llvm::cast<llvm::SCEVConstant>(number)->getAPInt();
      return value.getActiveBits() > 64 ? ArgumentBound()
                                        : ConstantBound(value.getZExtValue());
    }
    case llvm::scUnknown:
      return OfArgument(number, false);
    case llvm::scZeroExtend:
      return Unsigned(llvm::cast<llvm::SCEVCastExpr>(number)->getOperand());
    case llvm::scTruncate:
      // A mask: what it leaves says more.
      if (number->getType()->getIntegerBitWidth() < 8) return {};
      return Inexact(
          Unsigned(llvm::cast<llvm::SCEVCastExpr>(number)->getOperand()));
    case llvm::scSignExtend: {
      const SCEV* narrow = llvm::cast<llvm::SCEVCastExpr>(number)->getOperand();
      return IsNeverNegative(narrow) ? Unsigned(narrow) : ArgumentBound();
    }
    case llvm::scAddExpr:
      return OfSum(*llvm::cast<llvm::SCEVAddExpr>(number));
    case llvm::scMulExpr:
      return OfProduct(*llvm::cast<llvm::SCEVMulExpr>(number), false);
    case llvm::scUDivExpr:
      return Inexact(
          Unsigned(llvm::cast<llvm::SCEVUDivExpr>(number)->getLHS()));
    case llvm::scUMinExpr:
      return OfMinimum(*llvm::cast<llvm::SCEVNAryExpr>(number), false);
    case llvm::scUMaxExpr:
      return OfMaximum(*llvm::cast<llvm::SCEVNAryExpr>(number), false);
    case llvm::scAddRecExpr:
      return OfLoop(*llvm::cast<llvm::SCEVAddRecExpr>(number));
    default:
      return {};
  }
}

ArgumentBound ArgumentBounds::SignedByForm(const SCEV* number) {
  switch (number->getSCEVType()) {
    case llvm::scConstant: {
      const llvm::APInt& value =
          llvm::cast<llvm::SCEVConstant>(number)->getAPInt();
      if (value.isNegative()) return ConstantBound(0);
      return UnsignedByForm(number);
    }
    case llvm::scUnknown:
      return OfArgument(number, true);
    case llvm::scZeroExtend:
      return UnsignedByForm(number);
    case llvm::scSignExtend:
      return Signed(llvm::cast<llvm::SCEVCastExpr>(number)->getOperand());
    case llvm::scAddExpr:
      return OfSignedSum(*llvm::cast<llvm::SCEVAddExpr>(number));
    case llvm::scMulExpr:
      return OfProduct(*llvm::cast<llvm::SCEVMulExpr>(number), true);
    case llvm::scSMinExpr:
      return OfMinimum(*llvm::cast<llvm::SCEVNAryExpr>(number), true);
    case llvm::scSMaxExpr:
      return OfMaximum(*llvm::cast<llvm::SCEVNAryExpr>(number), true);
    case llvm::scAddRecExpr: {
      // Falls without wrapping: never above where it begins.
      const auto& series = *llvm::cast<llvm::SCEVAddRecExpr>(number);
      const SCEV* step = series.getStepRecurrence(scev_);
      if (series.hasNoSignedWrap() && scev_.isKnownNegative(step))
        return Inexact(Signed(series.getStart()));
      return {};
    }
    default:
      return {};
  }
}

// With a negative part: what is left has to be at least as much.
ArgumentBound ArgumentBounds::OfSum(const llvm::SCEVNAryExpr& sum) {
  const auto* constant = llvm::dyn_cast<llvm::SCEVConstant>(sum.getOperand(0));
  if (constant != nullptr && constant->getAPInt().isNegative()) {
    const SCEV* least = scev_.getNegativeSCEV(constant);
    const SCEV* rest = scev_.getAddExpr(&sum, least);
    if (constant->getAPInt().getSignificantBits() > 32) return {};
    if (!scev_.isKnownPredicateAt(CmpInst::ICMP_UGE, rest, least, at_))
      return {};
    return MovedBy(Unsigned(rest), constant->getAPInt().getSExtValue());
  }
  ArgumentBound bound = ConstantBound(0);
  for (const SCEV* each : sum.operands()) {
    bound = SumOf(bound, Unsigned(each));
    if (!bound.is_known) return {};
  }
  return bound;
}

ArgumentBound ArgumentBounds::OfSignedSum(const llvm::SCEVNAryExpr& sum) {
  if (!sum.hasNoSignedWrap()) return {};
  ArgumentBound bound = ConstantBound(0);
  for (const SCEV* each : sum.operands()) {
    const auto* constant = llvm::dyn_cast<llvm::SCEVConstant>(each);
    if (constant != nullptr && constant->getAPInt().getSignificantBits() > 32)
      return {};
    bound = constant != nullptr
                ? MovedBy(bound, constant->getAPInt().getSExtValue())
                : SumOf(bound, Signed(each));
    if (!bound.is_known) return {};
  }
  return bound;
}

// Whether it stays above the lowest number even when it is multiplied: what
// wraps upwards becomes less, which does no harm.
bool ArgumentBounds::IsFarFromLowest(const SCEV* number) {
  return scev_.getSignedRangeMin(number).getSignificantBits() + 31 <
         scev_.getTypeSizeInBits(number->getType());
}

ArgumentBound ArgumentBounds::OfProduct(const llvm::SCEVNAryExpr& product,
                                        bool is_signed) {
  const auto* count = llvm::dyn_cast<llvm::SCEVConstant>(product.getOperand(0));
  if (count == nullptr || product.getNumOperands() != 2) return {};
  if (count->getAPInt().isNegative() || count->getAPInt().getActiveBits() > 31)
    return {};
  const SCEV* other = product.getOperand(1);
  if (is_signed && !product.hasNoSignedWrap() && !IsFarFromLowest(other))
    return {};
  return TimesOf(is_signed ? Signed(other) : Unsigned(other),
                 count->getAPInt().getZExtValue());
}

// Any of them will do; one that callers can count on is worth most.
ArgumentBound ArgumentBounds::OfMinimum(const llvm::SCEVNAryExpr& minimum,
                                        bool is_signed) {
  ArgumentBound best;
  for (const SCEV* each : minimum.operands()) {
    const ArgumentBound bound =
        Inexact(is_signed ? Signed(each) : Unsigned(each));
    if (bound.is_known && (!best.is_known || best.argument < 0)) best = bound;
  }
  return best;
}

ArgumentBound ArgumentBounds::OfMaximum(const llvm::SCEVNAryExpr& maximum,
                                        bool is_signed) {
  ArgumentBound bound = ConstantBound(0);
  for (const SCEV* each : maximum.operands())
    bound = AboveBoth(bound, is_signed ? Signed(each) : Unsigned(each));
  return Inexact(bound);
}

// A series that rises by a constant: where it begins, and what the rounds add.
ArgumentBound ArgumentBounds::OfLoop(const llvm::SCEVAddRecExpr& series) {
  const auto* step =
      llvm::dyn_cast<llvm::SCEVConstant>(series.getStepRecurrence(scev_));
  if (step == nullptr || !series.isAffine()) return {};
  if (step->getAPInt().isNegative()) return OfFallingLoop(series);
  if (step->getAPInt().getActiveBits() > 31) return {};
  const ArgumentBound start = Unsigned(series.getStart());
  if (!start.is_known) return {};
  const ArgumentBound rounds = Rounds(*series.getLoop());
  return Inexact(
      SumOf(start, TimesOf(rounds, step->getAPInt().getZExtValue())));
}

// From COUNT - 1 down by one, COUNT rounds: to 0, and no further.
ArgumentBound ArgumentBounds::OfFallingLoop(
    const llvm::SCEVAddRecExpr& series) {
  if (!series.getStepRecurrence(scev_)->isAllOnesValue()) return {};
  llvm::SmallVector<llvm::BasicBlock*, 4> leaving;
  series.getLoop()->getExitingBlocks(leaving);
  for (llvm::BasicBlock* block : leaving) {
    const SCEV* count = scev_.getExitCount(series.getLoop(), block);
    if (llvm::isa<llvm::SCEVCouldNotCompute>(count) ||
        count->getType() != series.getType())
      continue;
    if (!IsPastTest(*series.getLoop(), *block)) continue;
    const SCEV* first =
        scev_.getAddExpr(series.getStart(), scev_.getOne(series.getType()));
    if (first == count) return Inexact(MovedBy(Unsigned(count), -1));
  }
  return {};
}

// The highest number of rounds that may be complete before `at_`.
ArgumentBound ArgumentBounds::Rounds(const llvm::Loop& loop) {
  llvm::SmallVector<llvm::BasicBlock*, 4> leaving;
  loop.getExitingBlocks(leaving);
  ArgumentBound best;
  for (llvm::BasicBlock* block : leaving) {
    const ArgumentBound rounds = RoundsBy(loop, *block);
    if (!rounds.is_known) continue;
    const bool is_better = best.argument < 0 && (rounds.argument >= 0 ||
                                                 rounds.addend < best.addend);
    if (!best.is_known || is_better) best = rounds;
  }
  return best;
}

// Whether `at_` comes after the test at which a round may leave the loop.
bool ArgumentBounds::IsPastTest(const llvm::Loop& loop,
                                llvm::BasicBlock& leaving) const {
  for (llvm::BasicBlock* next : llvm::successors(&leaving))
    if (loop.contains(next) &&
        tree_.dominates(llvm::BasicBlockEdge(&leaving, next), at_->getParent()))
      return true;
  return false;
}

// In round COUNT (from 0) the loop is left here, so what is past the test is
// not reached in it.
ArgumentBound ArgumentBounds::RoundsBy(const llvm::Loop& loop,
                                       llvm::BasicBlock& leaving) {
  const SCEV* count = scev_.getExitCount(&loop, &leaving);
  if (llvm::isa<llvm::SCEVCouldNotCompute>(count)) return {};
  const bool is_past = IsPastTest(loop, leaving);
  const ArgumentBound bound = CountOf(count, is_past);
  return is_past ? MovedBy(bound, -1) : bound;
}

// A count that is known not to be 0: where it is the larger of two numbers
// after something is taken away, it is not the one that leaves 0.
ArgumentBound ArgumentBounds::CountOf(const SCEV* count, bool is_positive) {
  if (!is_positive) return Unsigned(count);
  const auto is_maximum = [](const SCEV* each) {
    return llvm::isa<llvm::SCEVSMaxExpr, llvm::SCEVUMaxExpr>(each) &&
           llvm::cast<llvm::SCEVNAryExpr>(each)->getNumOperands() == 2;
  };
  if (is_maximum(count))
    return CountAbove(*llvm::cast<llvm::SCEVNAryExpr>(count),
                      scev_.getZero(count->getType()));
  if (const auto* sum = llvm::dyn_cast<llvm::SCEVAddExpr>(count))
    for (const SCEV* each : sum->operands())
      if (is_maximum(each))
        return CountAbove(*llvm::cast<llvm::SCEVNAryExpr>(each),
                          scev_.getMinusSCEV(count, each));
  return Unsigned(count);
}

ArgumentBound ArgumentBounds::CountAbove(const llvm::SCEVNAryExpr& maximum,
                                         const SCEV* rest) {
  const SCEV* count = scev_.getAddExpr(&maximum, rest);
  for (const SCEV* least : maximum.operands()) {
    if (!scev_.getAddExpr(rest, least)->isZero()) continue;
    const SCEV* other = OtherOf(maximum, least);
    const auto* constant = llvm::dyn_cast<llvm::SCEVConstant>(least);
    if (constant == nullptr) return Unsigned(scev_.getAddExpr(rest, other));
    if (constant->getAPInt().getSignificantBits() > 32 ||
        constant->getAPInt().isNegative())
      break;
    const bool is_signed = llvm::isa<llvm::SCEVSMaxExpr>(&maximum);
    return MovedBy(is_signed ? Signed(other) : Unsigned(other),
                   -constant->getAPInt().getSExtValue());
  }
  return Unsigned(count);
}

ArgumentBound ArgumentBounds::ByRange(const SCEV* number, bool is_signed) {
  const llvm::APInt most = is_signed ? scev_.getSignedRangeMax(number)
                                     : scev_.getUnsignedRangeMax(number);
  if (is_signed && most.isNegative()) return ConstantBound(0);
  if (most.getActiveBits() > 32) return {};
  return Inexact(ConstantBound(most.getZExtValue()));
}

// What dominates `at_` also holds of these very values there: a path from where
// they are computed that went round it would reach `at_` without it.
const std::vector<ArgumentBounds::Condition>& ArgumentBounds::Conditions() {
  const auto [found, is_new] = conditions_.try_emplace(at_->getParent());
  if (!is_new) return found->second;
  const llvm::DomTreeNode* node = tree_.getNode(at_->getParent());
  for (int i = 0; node != nullptr && i < kMostConditions; ++i) {
    node = node->getIDom();
    if (node != nullptr) AddConditions(*node->getBlock(), found->second);
  }
  return found->second;
}

void ArgumentBounds::AddConditions(llvm::BasicBlock& block,
                                   std::vector<Condition>& conditions) {
  const auto* branch = llvm::dyn_cast<llvm::BranchInst>(block.getTerminator());
  if (branch == nullptr || !branch->isConditional() ||
      branch->getSuccessor(0) == branch->getSuccessor(1))
    return;
  for (const unsigned side : {0U, 1U}) {
    const llvm::BasicBlockEdge edge(&block, branch->getSuccessor(side));
    if (tree_.dominates(edge, at_->getParent()))
      AddCondition(*branch->getCondition(), side == 0, conditions);
  }
}

void ArgumentBounds::AddCondition(llvm::Value& condition, bool holds,
                                  std::vector<Condition>& conditions) {
  namespace match = llvm::PatternMatch;
  llvm::Value* a = nullptr;
  llvm::Value* b = nullptr;
  const bool is_both =
      holds ? match::match(&condition, match::m_LogicalAnd(match::m_Value(a),
                                                           match::m_Value(b)))
            : match::match(&condition, match::m_LogicalOr(match::m_Value(a),
                                                          match::m_Value(b)));
  if (is_both) {
    AddCondition(*a, holds, conditions);
    return AddCondition(*b, holds, conditions);
  }
  const auto* comparison = llvm::dyn_cast<llvm::ICmpInst>(&condition);
  if (comparison == nullptr ||
      !comparison->getOperand(0)->getType()->isIntegerTy())
    return;
  const CmpInst::Predicate predicate =
      holds ? comparison->getPredicate() : comparison->getInversePredicate();
  const SCEV* left = scev_.getSCEV(comparison->getOperand(0));
  const SCEV* right = scev_.getSCEV(comparison->getOperand(1));
  conditions.push_back({predicate, left, right});
  conditions.push_back({CmpInst::getSwappedPredicate(predicate), right, left});
}

ArgumentBound ArgumentBounds::ByConditions(const SCEV* number, bool is_signed) {
  for (const Condition& each : Conditions()) {
    if (each.left != number || each.right == number) continue;
    const ArgumentBound bound =
        ByComparison(each.predicate, each.right, is_signed,
                     is_signed || IsNeverNegative(number));
    if (bound.is_known) return bound;
  }
  return {};
}

// The number compares so with `other`.
ArgumentBound ArgumentBounds::ByComparison(CmpInst::Predicate predicate,
                                           const SCEV* other, bool is_signed,
                                           bool is_never_negative) {
  // As an unsigned number it is never less than as a signed one, or 0.
  switch (predicate) {
    case CmpInst::ICMP_ULT:
      return Inexact(MovedBy(Unsigned(other), -1));
    case CmpInst::ICMP_ULE:
      return Inexact(Unsigned(other));
    case CmpInst::ICMP_SLT:
      if (!is_never_negative) return {};
      return Inexact(MovedBy(Signed(other), -1));
    case CmpInst::ICMP_SLE:
      if (!is_never_negative) return {};
      return Inexact(Signed(other));
    case CmpInst::ICMP_EQ:
      return Inexact(is_signed ? Signed(other) : Unsigned(other));
    default:
      return {};
  }
}

}  // namespace bailey::analyzer
