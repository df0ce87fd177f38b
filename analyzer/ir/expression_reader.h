// Values of a function as expressions, and the conditions under which code
// runs that say something about them. Internal to ir/.
//
//   ExpressionReader reader(function, places);
//   ValueExpression flags = reader.Read(*call.getArgOperand(1), call);

#ifndef BAILEY_ANALYZER_IR_EXPRESSION_READER_H_
#define BAILEY_ANALYZER_IR_EXPRESSION_READER_H_

#include <llvm/IR/Dominators.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "analyzer/ir/global_uses.h"
#include "analyzer/ir/value_expression.h"

namespace bailey::analyzer {

// Memory of the function's own, which has no other name at first.
bool IsLocalObject(const llvm::Value& value);

// The number of a parameter among those that are passed as integers and
// pointers; nothing for others.
std::optional<uint64_t> ParameterPlace(const llvm::Argument& argument);

// The byte of a global that a pointer is of, or a part that `stride` and an
// index choose; nothing if the pointer is of something else.
struct GlobalPlace {
  const llvm::GlobalVariable* global = nullptr;
  uint64_t offset = 0;
  uint64_t stride = 0;
};
std::optional<GlobalPlace> PlaceOf(const llvm::Value& pointer,
                                   const llvm::DataLayout& layout);

// Bytes of a constant from `offset` to their NUL, if there is one.
std::optional<std::string> ConstantText(const llvm::GlobalVariable& global,
                                        uint64_t offset);

class ExpressionReader {
 public:
  // Both must outlive this.
  ExpressionReader(const llvm::Function& function, const Places& places);

  // What `value` is when control is at `at`.
  ValueExpression Read(const llvm::Value& value, const llvm::Instruction& at);
  // A value outside of functions.
  static ValueExpression ReadConstant(const llvm::Constant& value,
                                      const Places& places);

 private:
  struct Known {
    const llvm::Value* value = nullptr;
    Operation operation = Operation::kNone;
    uint64_t number = 0;
    // Not 0: these bits of the value are those of `number`.
    uint64_t mask = 0;
  };

  ValueExpression Of(const llvm::Value& value, const llvm::BasicBlock& at,
                     int depth);
  ValueExpression Unbounded(const llvm::Value& value,
                            const llvm::BasicBlock& at, int depth);
  ValueExpression OfPhi(const llvm::PHINode& phi, int depth);
  std::optional<ValueExpression> OfOption(const llvm::Value& with,
                                          const llvm::Value& without,
                                          const llvm::BasicBlock& at,
                                          int depth);
  std::optional<ValueExpression> OfOptionalPhi(const llvm::PHINode& phi,
                                               int depth);
  ValueExpression WithKnownBits(const llvm::Value& value,
                                const llvm::BasicBlock& at,
                                ValueExpression made);
  ValueExpression OfCast(const llvm::CastInst& cast, const llvm::BasicBlock& at,
                         int depth);
  ValueExpression OfBinary(const llvm::BinaryOperator& binary,
                           const llvm::BasicBlock& at, int depth);
  ValueExpression OfLoad(const llvm::LoadInst& load, const llvm::BasicBlock& at,
                         int depth);
  ValueExpression OfCall(const llvm::CallBase& call, const llvm::BasicBlock& at,
                         int depth);
  ValueExpression OfPointer(const llvm::Value& pointer, int depth);
  ValueExpression OfLocalPointer(const llvm::AllocaInst& local, int depth);
  ValueExpression OfBuffer(const llvm::Instruction& object, int depth);
  bool AddUses(const llvm::Value& pointer, uint64_t offset,
               ValueExpression& buffer, int depth);
  bool AddUse(const llvm::Use& use, uint64_t offset, ValueExpression& buffer,
              int depth);
  bool AddCall(const llvm::CallBase& call, unsigned operand, uint64_t offset,
               ValueExpression& buffer, int depth);
  bool AddCopy(const llvm::MemTransferInst& copy, uint64_t offset,
               ValueExpression& buffer);
  bool AddStore(const llvm::StoreInst& store, uint64_t offset,
                ValueExpression& buffer);
  const std::vector<Known>& KnownAt(const llvm::BasicBlock& block);
  static void AddBits(const llvm::Value& masked, Operation operation,
                      uint64_t number, std::vector<Known>& known);
  void AddCondition(const llvm::Value& condition, bool holds,
                    std::vector<Known>& known) const;
  void AddEdge(const llvm::BasicBlock& from, const llvm::BasicBlock& at,
               std::vector<Known>& known) const;

  const llvm::Function& function_;
  const Places& places_;
  llvm::DominatorTree dominators_;
  std::map<const llvm::BasicBlock*, std::vector<Known>> known_;
  std::map<const llvm::PHINode*, uint64_t> open_;
  std::set<const llvm::Value*> open_buffers_;
  uint64_t next_choice_ = 0;
  uint64_t budget_ = 0;
};

// True if a call of `name` only reads what its argument at `place` points to.
bool OnlyReads(const llvm::CallBase& call, std::string_view name,
               unsigned place);

// The readers of a module's functions, each made when it is first asked for.
class ExpressionReaders {
 public:
  explicit ExpressionReaders(const Places& places) : places_(places) {}
  ExpressionReader& Of(const llvm::Function& function) {
    return readers_.try_emplace(&function, function, places_).first->second;
  }

 private:
  const Places& places_;
  std::map<const llvm::Function*, ExpressionReader> readers_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_EXPRESSION_READER_H_
