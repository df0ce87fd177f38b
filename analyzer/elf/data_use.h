// Which data one function refers to, and which pointers it stores where.
// Internal to analyzer/elf.
//
//   DataUse use(code, context);
//   RunValueFlow(graph, context, [&](const auto& at, const auto& state) {
//     use.Visit(at, state);
//   });
//   use.Finish(lost, function);

#ifndef BAILEY_ANALYZER_ELF_DATA_USE_H_
#define BAILEY_ANALYZER_ELF_DATA_USE_H_

#include <cstdint>
#include <vector>

#include "analyzer/elf/code_map.h"
#include "analyzer/elf/flow_state.h"
#include "analyzer/elf/machine_function.h"

namespace bailey::analyzer {

class DataUse {
 public:
  // Both must outlive this.
  DataUse(const CodeMap& code, const FlowContext& context)
      : code_(code), context_(context) {}

  // An instruction, with what holds before it.
  void Visit(const Instruction& instruction, const FlowState& state);
  // Puts all into `function`. `lost`: the origins that got out of sight.
  void Finish(const std::vector<uint32_t>& lost, MachineFunction& function);

 private:
  void VisitMemory(const Instruction& instruction, const FlowState& state);
  void VisitPlace(const Instruction& instruction, const MemoryPlace& place);
  void VisitStore(const Instruction& instruction, const FlowState& state,
                  const MemoryPlace& place);
  void VisitNumbers(const Instruction& instruction);
  void Compare(const FlowValue& value);
  void Add(DataReference reference);

  const CodeMap& code_;
  const FlowContext& context_;
  bool has_escaped_ = false;
  std::vector<DataReference> references_;
  std::vector<PointerStore> stores_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_DATA_USE_H_
