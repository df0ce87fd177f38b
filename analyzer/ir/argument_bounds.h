// Upper bounds of numbers in terms of a function's integer arguments, from
// scalar evolution and the conditions that dominate a place. Internal to ir/.
//
//   ArgumentBounds bounds(function, analyses);
//   // memcpy(to, from, n * 4): 4 times argument 2
//   ArgumentBound most = bounds.Most(*call.getArgOperand(2), call);
//
// All bounds hold in executions that reach the place, without undefined
// behaviour, and where the bound is at most kMostExtent.

#ifndef BAILEY_ANALYZER_IR_ARGUMENT_BOUNDS_H_
#define BAILEY_ANALYZER_IR_ARGUMENT_BOUNDS_H_

#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/PassManager.h>

#include <map>
#include <vector>

#include "analyzer/ir/bound_arithmetic.h"
#include "analyzer/ir/pointer_extent.h"

namespace llvm {
class DominatorTree;
class LoopInfo;
class Loop;
class SCEV;
class SCEVAddRecExpr;
class SCEVNAryExpr;
class ScalarEvolution;
}  // namespace llvm

namespace bailey::analyzer {

class ArgumentBounds {
 public:
  ArgumentBounds(llvm::Function& function,
                 llvm::FunctionAnalysisManager& analyses);

  // Of an integer of at most 64 bits: as an unsigned number; as a signed one,
  // or 0 if that is negative; as an unsigned one, by a constant alone.
  ArgumentBound Most(const llvm::Value& value, const llvm::Instruction& at);
  ArgumentBound MostSigned(const llvm::Value& value,
                           const llvm::Instruction& at);
  ArgumentBound MostConstant(const llvm::Value& value,
                             const llvm::Instruction& at);
  // How far `pointer` lies behind `base`: not known if perhaps before it, too.
  ArgumentBound MostOffset(const llvm::Value& pointer, const llvm::Value& base,
                           const llvm::Instruction& at);
  // What `pointer` is some bytes away from.
  const llvm::Value* BaseOf(const llvm::Value& pointer);
  // Whether the argument that `of` depends on is at least `least` at a place.
  bool IsAtLeast(const ArgumentBound& of, uint64_t least,
                 const llvm::Instruction& at);

 private:
  // Holds at a place.
  struct Condition {
    llvm::CmpInst::Predicate predicate;
    const llvm::SCEV* left;
    const llvm::SCEV* right;
  };

  ArgumentBound Ask(const llvm::SCEV* number, const llvm::Instruction& at,
                    bool is_signed, bool only_constants = false);
  ArgumentBound Unsigned(const llvm::SCEV* number);
  ArgumentBound Signed(const llvm::SCEV* number);
  ArgumentBound UnsignedByForm(const llvm::SCEV* number);
  ArgumentBound SignedByForm(const llvm::SCEV* number);
  ArgumentBound OfArgument(const llvm::SCEV* number, bool as_signed);
  ArgumentBound OfSum(const llvm::SCEVNAryExpr& sum);
  ArgumentBound OfSignedSum(const llvm::SCEVNAryExpr& sum);
  ArgumentBound OfProduct(const llvm::SCEVNAryExpr& product, bool is_signed);
  ArgumentBound OfMinimum(const llvm::SCEVNAryExpr& minimum, bool is_signed);
  ArgumentBound OfMaximum(const llvm::SCEVNAryExpr& maximum, bool is_signed);
  ArgumentBound OfLoop(const llvm::SCEVAddRecExpr& series);
  ArgumentBound OfFallingLoop(const llvm::SCEVAddRecExpr& series);
  ArgumentBound Rounds(const llvm::Loop& loop);
  ArgumentBound RoundsBy(const llvm::Loop& loop, llvm::BasicBlock& leaving);
  ArgumentBound CountOf(const llvm::SCEV* count, bool is_positive);
  ArgumentBound CountAbove(const llvm::SCEVNAryExpr& maximum,
                           const llvm::SCEV* rest);
  bool IsPastTest(const llvm::Loop& loop, llvm::BasicBlock& leaving) const;
  ArgumentBound ByRange(const llvm::SCEV* number, bool is_signed);
  ArgumentBound ByConditions(const llvm::SCEV* number, bool is_signed);
  const std::vector<Condition>& Conditions();
  void AddConditions(llvm::BasicBlock& block,
                     std::vector<Condition>& conditions);
  void AddCondition(llvm::Value& condition, bool holds,
                    std::vector<Condition>& conditions);
  ArgumentBound ByComparison(llvm::CmpInst::Predicate predicate,
                             const llvm::SCEV* other, bool is_signed,
                             bool is_never_negative);
  bool IsNeverNegative(const llvm::SCEV* number);
  bool IsExtendedFromNonNegative(const llvm::SCEV* number);
  bool IsFarFromLowest(const llvm::SCEV* number);

  llvm::ScalarEvolution& scev_;
  llvm::DominatorTree& tree_;
  llvm::LoopInfo& loops_;
  const llvm::Instruction* at_ = nullptr;
  bool only_constants_ = false;
  int steps_ = 0;
  std::map<const llvm::BasicBlock*, std::vector<Condition>> conditions_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_ARGUMENT_BOUNDS_H_
