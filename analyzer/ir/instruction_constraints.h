// What one instruction says about where pointers can point. Internal to ir/.
//
//   InstructionConstraints instructions(values, facts);
//   for (const llvm::Instruction& each : …) instructions.Read(each);

#ifndef BAILEY_ANALYZER_IR_INSTRUCTION_CONSTRAINTS_H_
#define BAILEY_ANALYZER_IR_INSTRUCTION_CONSTRAINTS_H_

#include "analyzer/ir/unit_values.h"

namespace llvm {
class CallBase;
class Instruction;
class IntrinsicInst;
}  // namespace llvm

namespace bailey::analyzer {

class InstructionConstraints {
 public:
  InstructionConstraints(UnitValues& values, FunctionConstraints& facts)
      : values_(values), facts_(facts) {}

  void Read(const llvm::Instruction& instruction);

 private:
  void ReadMemory(const llvm::Instruction& instruction);
  void ReadArithmetic(const llvm::Instruction& instruction);
  void ReadCast(const llvm::Instruction& instruction);
  void ReadCall(const llvm::CallBase& call);
  void ReadAssembly(const llvm::CallBase& call);
  void ReadIntrinsic(const llvm::IntrinsicInst& call);
  void ReadVariadic(const llvm::IntrinsicInst& call);
  void CopyOperands(const llvm::Instruction& instruction, bool anywhere);
  void Escape(const llvm::Value& value);
  void Load(const llvm::Instruction& to, const llvm::Value& pointer);
  void Store(const llvm::Value& pointer, const llvm::Value& value);
  ValueNumber Of(const llvm::Value& value) { return values_.NumberOf(value); }

  UnitValues& values_;
  FunctionConstraints& facts_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_INSTRUCTION_CONSTRAINTS_H_
