// Instructions with absolute targets, written forward with labels, and the
// optimisations of bytecode that gVisor's pkg/bpf/optimizer.go describes.
//
//   LabelProgram code;
//   auto missed = code.NewLabel();
//   code.JumpUnless(BPF_JEQ, 41, missed);
//   code.Return(SECCOMP_RET_ALLOW);
//   code.Place(missed);
//   ...
//   Result<BpfProgram> program = code.Optimized();

#ifndef BAILEY_BENCH_RIVALS_LABEL_PROGRAM_H_
#define BAILEY_BENCH_RIVALS_LABEL_PROGRAM_H_

#include <cstdint>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"

namespace bailey::bench {

class LabelProgram {
 public:
  using Label = size_t;

  Label NewLabel();
  // What is written next has the label. Every label is placed once.
  void Place(Label label);

  void Load(uint32_t offset);
  void And(uint32_t mask);
  void Return(uint32_t k);
  void JumpTo(Label label);
  // Goes on to the next instruction otherwise.
  void JumpIf(uint16_t op, uint32_t k, Label label);
  void JumpUnless(uint16_t op, uint32_t k, Label label);

  // Fails where a conditional jump would have to go further than it can.
  Result<BpfProgram> Optimized();

 private:
  struct Instruction {
    uint16_t code;
    uint32_t k;
    // Labels until Resolve, then indices; a jump without condition uses `yes`.
    size_t yes;
    size_t no;
  };

  static bool IsJump(const Instruction& instruction);
  static bool IsAlways(const Instruction& instruction);
  static bool IsReturn(const Instruction& instruction);

  void Resolve();
  bool SkipJumpsOfConditionals();
  bool SameTargets();
  bool SkipJumpsOfJumps();
  bool JumpsToReturns();
  bool JumpsToNext();
  bool DeadCode();
  bool RedundantLoads();
  bool FewestReturns();
  bool MoveJumps(size_t from, size_t to);
  bool IsFallenInto(size_t at) const;
  // Removes what is marked; jumps to it go to what follows.
  bool Remove(const std::vector<bool>& marked);

  std::vector<Instruction> code_;
  std::vector<size_t> labels_;  // by label: the index
};

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_RIVALS_LABEL_PROGRAM_H_
