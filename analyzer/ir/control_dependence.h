// Which decisions each block of a function hangs on. Internal to ir/.
//
//   const ControlDependence dependence(function);
//   for (const llvm::Value* each : dependence.DecidersOf(block)) …
//
// A block hangs on a branch if one way of the branch leads there for certain
// and another need not (Ferrante, Ottenstein and Warren, 1987).

#ifndef BAILEY_ANALYZER_IR_CONTROL_DEPENDENCE_H_
#define BAILEY_ANALYZER_IR_CONTROL_DEPENDENCE_H_

#include <unordered_map>
#include <vector>

namespace llvm {
class BasicBlock;
class Function;
class Value;
}  // namespace llvm

namespace bailey::analyzer {

class ControlDependence {
 public:
  explicit ControlDependence(const llvm::Function& function);

  const std::vector<const llvm::Value*>& DecidersOf(
      const llvm::BasicBlock& block) const;

 private:
  std::unordered_map<const llvm::BasicBlock*, std::vector<const llvm::Value*>>
      deciders_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CONTROL_DEPENDENCE_H_
