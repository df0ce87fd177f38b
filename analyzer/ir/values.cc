#include "analyzer/ir/values.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/GlobalAlias.h>
#include <llvm/IR/Instructions.h>

#include <algorithm>
#include <optional>
#include <set>

namespace bailey::analyzer {
namespace {

using llvm::APInt;
using llvm::dyn_cast;

constexpr int kDepth = 32;

struct ByValue {
  bool operator()(const APInt& a, const APInt& b) const { return a.ult(b); }
};
using IntegerSet = std::set<APInt, ByValue>;  // all of one width
using Possible = std::optional<IntegerSet>;

Possible Limited(IntegerSet set) {
  if (set.size() > kMostValues) return std::nullopt;
  return set;
}

std::optional<APInt> Apply(unsigned opcode, const APInt& a, const APInt& b) {
  switch (opcode) {
    case llvm::Instruction::Or:
      return a | b;
    case llvm::Instruction::And:
      return a & b;
    case llvm::Instruction::Xor:
      return a ^ b;
    case llvm::Instruction::Add:
      return a + b;
    case llvm::Instruction::Sub:
      return a - b;
    case llvm::Instruction::Mul:
      return a * b;
    case llvm::Instruction::Shl:
      return b.ult(a.getBitWidth()) ? std::optional(a.shl(b)) : std::nullopt;
    case llvm::Instruction::LShr:
      return b.ult(a.getBitWidth()) ? std::optional(a.lshr(b)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

class Evaluator {
 public:
  Possible Of(const llvm::Value& value, int depth) {
    if (const auto* constant = dyn_cast<llvm::ConstantInt>(&value))
      return IntegerSet{constant->getValue()};
    if (llvm::isa<llvm::ConstantPointerNull>(value))
      return IntegerSet{APInt(64, 0)};
    if (depth == 0) return std::nullopt;
    if (const auto* phi = dyn_cast<llvm::PHINode>(&value))
      return OfPhi(*phi, depth - 1);
    if (const auto* select = dyn_cast<llvm::SelectInst>(&value))
      return Join(Of(*select->getTrueValue(), depth - 1),
                  Of(*select->getFalseValue(), depth - 1));
    if (const auto* cast = dyn_cast<llvm::CastInst>(&value))
      return OfCast(*cast, depth - 1);
    if (const auto* binary = dyn_cast<llvm::BinaryOperator>(&value))
      return OfBinary(*binary, depth - 1);
    return std::nullopt;
  }

 private:
  static Possible Join(Possible a, const Possible& b) {
    if (!a || !b) return std::nullopt;
    a->insert(b->begin(), b->end());
    return Limited(std::move(*a));
  }

  // A value that comes back to itself around a loop may be anything.
  Possible OfPhi(const llvm::PHINode& phi, int depth) {
    if (!open_.insert(&phi).second) return std::nullopt;
    Possible all = IntegerSet{};
    for (const llvm::Value* incoming : phi.incoming_values())
      if (incoming != &phi && all) all = Join(all, Of(*incoming, depth));
    open_.erase(&phi);
    return all;
  }

  Possible OfCast(const llvm::CastInst& cast, int depth) {
    if (!cast.getType()->isIntegerTy()) return std::nullopt;
    const unsigned width = cast.getType()->getIntegerBitWidth();
    if (llvm::isa<llvm::ZExtInst>(cast) && cast.getSrcTy()->isIntegerTy(1))
      return IntegerSet{APInt(width, 0), APInt(width, 1)};
    const Possible source = Of(*cast.getOperand(0), depth);
    if (!source) return std::nullopt;
    IntegerSet set;
    for (const APInt& each : *source) {
      if (llvm::isa<llvm::SExtInst>(cast))
        set.insert(each.sext(width));
      else if (llvm::isa<llvm::ZExtInst, llvm::TruncInst, llvm::PtrToIntInst>(
                   cast))
        set.insert(each.zextOrTrunc(width));
      else
        return std::nullopt;
    }
    return set;
  }

  Possible OfBinary(const llvm::BinaryOperator& binary, int depth) {
    const Possible left = Of(*binary.getOperand(0), depth);
    if (!left) return std::nullopt;
    const Possible right = Of(*binary.getOperand(1), depth);
    if (!right) return std::nullopt;
    IntegerSet set;
    for (const APInt& a : *left) {
      for (const APInt& b : *right) {
        const auto result = Apply(binary.getOpcode(), a, b);
        if (!result) return std::nullopt;
        set.insert(*result);
      }
    }
    return Limited(std::move(set));
  }

  std::set<const llvm::PHINode*> open_;
};

bool CollectCallees(const llvm::Value& callee, int depth,
                    std::set<const llvm::Value*>& seen,
                    std::vector<const llvm::Function*>& out) {
  const llvm::Value* value = callee.stripPointerCastsAndAliases();
  if (!seen.insert(value).second) return true;
  if (const auto* function = dyn_cast<llvm::Function>(value)) {
    out.push_back(function);
    return true;
  }
  if (depth == 0) return false;
  if (const auto* select = dyn_cast<llvm::SelectInst>(value))
    return CollectCallees(*select->getTrueValue(), depth - 1, seen, out) &&
           CollectCallees(*select->getFalseValue(), depth - 1, seen, out);
  if (const auto* phi = dyn_cast<llvm::PHINode>(value))
    return std::ranges::all_of(
        phi->incoming_values(), [&](const llvm::Use& incoming) {
          return CollectCallees(*incoming.get(), depth - 1, seen, out);
        });
  return false;
}

}  // namespace

ValueFact Evaluate(const llvm::Value& value) {
  ValueFact fact;
  if (value.getType()->isIntegerTy()) {
    const unsigned width = value.getType()->getIntegerBitWidth();
    if (width > 64) return fact;
    fact.width_bits = static_cast<uint8_t>(width);
  }
  const Possible possible = Evaluator().Of(value, kDepth);
  if (!possible || possible->empty()) return fact;
  fact.known = true;
  for (const APInt& each : *possible)
    fact.values.push_back(static_cast<uint64_t>(each.getSExtValue()));
  std::ranges::sort(fact.values);
  return fact;
}

std::vector<const llvm::Function*> PossibleCallees(const llvm::Value& callee) {
  std::set<const llvm::Value*> seen;
  std::vector<const llvm::Function*> out;
  if (!CollectCallees(callee, kDepth, seen, out)) return {};
  return out;
}

}  // namespace bailey::analyzer
