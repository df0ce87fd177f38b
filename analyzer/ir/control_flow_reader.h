// Reads the ControlFlow of a module's functions. Internal to ir/.
//
//   ControlFlowReader reader(module, places);
//   reader.ReadNodes();
//   ExposeConstants(module);  // keeps the blocks
//   code.control = reader.ReadLoops();

#ifndef BAILEY_ANALYZER_IR_CONTROL_FLOW_READER_H_
#define BAILEY_ANALYZER_IR_CONTROL_FLOW_READER_H_

#include <map>
#include <string>
#include <vector>

#include "analyzer/ir/control_flow.h"
#include "analyzer/ir/global_uses.h"

namespace llvm {
class BasicBlock;
class Function;
class Instruction;
class Loop;
class LoopInfo;
class ScalarEvolution;
}  // namespace llvm

namespace bailey::analyzer {

class ControlFlowReader {
 public:
  ControlFlowReader(llvm::Module& module, const Places& places)
      : module_(module), places_(places) {}

  // On the module as it was made: every position of a fact is still there.
  void ReadNodes();
  // Empties the reader.
  std::vector<ControlFlow> ReadLoops();

 private:
  // The nodes of one block follow each other.
  struct Span {
    uint32_t first = 0;
    uint32_t last = 0;
  };

  void ReadFunction(const llvm::Function& function);
  void AddBlock(const llvm::BasicBlock& block, ControlFlow& flow);
  void AddPosition(const llvm::Instruction& instruction, ControlFlow& flow);
  void Connect(const llvm::BasicBlock& block, ControlFlow& flow);
  void AddLoops(llvm::Function& function, ControlFlow& flow);
  void AddLoop(const llvm::Loop& loop, llvm::ScalarEvolution& evolution,
               ControlFlow& flow);
  void AddIrregularLoops(const llvm::Function& function,
                         const llvm::LoopInfo& natural, ControlFlow& flow);
  SourceSite SiteOfBlock(const llvm::BasicBlock& block) const;

  llvm::Module& module_;
  const Places& places_;
  std::map<const llvm::Function*, ControlFlow> flows_;
  std::map<const llvm::BasicBlock*, Span> spans_;
  std::map<std::string, uint32_t> files_;  // of the function being read
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CONTROL_FLOW_READER_H_
