// What is known of registers and the function's own stack frame at one place,
// and how one instruction changes it. Internal to analyzer/elf.
//
//   FlowState state = FlowState::AtFunctionEntry(/*entered_by_jump=*/false);
//   state.Step(instruction, context);
//   state.Argument(0, /*is_tail=*/false);   // what is passed in rdi
//
// Frame slots are followed until the frame's address gets out of sight
// ("escapes"); from then on any call, and any store through a pointer that is
// not known, forgets them.

#ifndef BAILEY_ANALYZER_ELF_FLOW_STATE_H_
#define BAILEY_ANALYZER_ELF_FLOW_STATE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/flow_value.h"
#include "analyzer/elf/instruction.h"
#include "analyzer/elf/origin_table.h"
#include "analyzer/elf/range_check.h"

namespace bailey::analyzer {

// What a step needs besides the state.
struct FlowContext {
  const ElfFile& file;
  OriginTable& origins;
  // Whether the function at an address is glibc's _IO_vtable_check, or does
  // what it does: see vtable_check.h.
  std::function<bool(uint64_t)> accepts_vtables;
  // Where the numbers of origins go that get out of sight; null: nowhere.
  std::vector<uint32_t>* lost = nullptr;
  // Bit n: register n may be read after the instruction.
  uint16_t live_after = 0xffff;
};

// A number in an instruction; at a fixed address, one that lies in the file is
// taken for an address.
FlowValue ImmediateValue(uint64_t immediate, const FlowContext& context);

// Puts what a value may be into `context.lost`.
void NoteLost(const FlowValue& value, const FlowContext& context);

class FlowState {
 public:
  // A function that others jump to may be the rest of one whose frame exists
  // already, with its address escaped: what lies above the stack pointer is not
  // followed there.
  static FlowState AtFunctionEntry(bool entered_by_jump);
  static FlowState Unknown();

  // Makes this what holds on both paths; true if that changed it.
  bool JoinWith(const FlowState& other, OriginTable& origins);
  // Notes in `context.lost` what this knows and `next`, which comes after it,
  // does not, of the registers in `live`.
  void LoseWhatIsNotIn(const FlowState& next, uint16_t live,
                       const FlowContext& context) const;

  void LoseRegisters(uint16_t which, const FlowContext& context) const;

  // The effect of one instruction (of a call: of all that it may do).
  void Step(const Instruction& instruction, const FlowContext& context);
  // What is known more on either side of a conditional branch, after its Step.
  void Branch(const Instruction& branch, bool is_taken,
              const FlowContext& context);

  const FlowValue& At(Register number) const { return registers_[number]; }
  // The n-th parameter passed by a call, or by a jump that is one.
  FlowValue Argument(int index, bool is_tail) const;
  // False when a return here would go to some pushed address.
  bool ReturnsToCaller() const;
  // What a load of 64 bits gives.
  FlowValue Load(const MemoryOperand& memory, const FlowContext& context) const;
  // Where in memory an operand may lie: never empty, of kUnknown at worst.
  FewItems<MemoryPlace> PlacesOf(const MemoryOperand& memory,
                                 const FlowContext& context) const;
  // The frame's address got out of sight.
  bool has_escaped() const { return escaped_; }
  // At the end of a block.
  void ForgetCheck() { check_ = {}; }
  bool HasCheck() const { return check_.has_flags(); }

 private:
  struct Slot {
    int64_t offset;
    uint8_t size_bytes;
    FlowValue value;
    bool operator==(const Slot&) const = default;
  };

  FlowValue AddressOf(const MemoryOperand& memory,
                      const FlowContext& context) const;
  FlowValue LoadOperand(const Instruction& instruction,
                        const FlowContext& context) const;
  FlowValue LoadSlot(int64_t offset, int size_bytes) const;
  FlowValue Operate(const Instruction& instruction, const FlowContext& context);
  FlowValue ValueOf(uint8_t number) const {
    return number < kRegisterCount ? registers_[number] : FlowValue{};
  }
  void Store(const Instruction& instruction, const FlowValue& value,
             const FlowContext& context);
  void StoreSlot(int64_t offset, int size_bytes, const FlowValue& value,
                 const FlowContext& context);
  void PutSlot(const Slot& slot);
  void Push(const FlowValue& value, const FlowContext& context);
  FlowValue Pop();
  void Write(uint8_t number, const FlowValue& value);
  void StepTransfer(const Instruction& instruction, const FlowContext& context);
  void StepOperation(const Instruction& instruction,
                     const FlowContext& context);
  void StepResult(const Instruction& instruction, const FlowContext& context);
  void StepOther(const Instruction& instruction, const FlowContext& context);
  void Compare(const Instruction& instruction, const FlowContext& context);
  void LeaveFunction(uint16_t clobbered, bool is_check,
                     const FlowContext& context);
  void AcceptRejected(OriginTable& origins);
  void Hide(const FlowValue& value, const FlowContext& context);
  void ForgetSlots(const FlowContext& context);
  void JoinSlots(const FlowState& other, OriginTable& origins);

  std::array<FlowValue, kRegisterCount> registers_;
  std::vector<Slot> slots_;  // Sorted by offset; they do not overlap.
  RangeCheck check_;         // Within a block only.
  bool escaped_ = false;
  bool is_frame_foreign_ = false;  // From offset 0 on.
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_FLOW_STATE_H_
