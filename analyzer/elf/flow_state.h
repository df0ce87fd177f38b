// What is known of registers and the function's own stack frame at one place,
// and how one instruction changes it. Internal to analyzer/elf.
//
//   FlowState state = FlowState::AtFunctionEntry(/*entered_by_jump=*/false);
//   state.Step(instruction, file);
//   state.Argument(0);                   // what is passed in rdi
//
// A value is a small set of constants, a parameter of the function, an address
// in its frame, an imported symbol's address, or unknown. Frame slots are
// followed until the frame's address gets out of sight ("escapes"); from then
// on any call, and any store through a pointer that is not known, forgets them.

#ifndef BAILEY_ANALYZER_ELF_FLOW_STATE_H_
#define BAILEY_ANALYZER_ELF_FLOW_STATE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/instruction.h"
#include "analyzer/elf/machine_function.h"

namespace bailey::analyzer {

struct FlowValue {
  enum class Kind : uint8_t {
    kUnknown,
    kConstants,
    kParameter,
    kFrame,  // An address: constants[0] bytes from the return address's place.
    kMaybeFrame,  // Not known, but it may be an address in the frame.
    kImport       // The address of the symbol whose slot is at constants[0].
  };
  static constexpr int kMaxConstants = 4;

  Kind kind = Kind::kUnknown;
  uint8_t count = 0;  // Of constants, which are sorted.
  uint8_t width_bits = 64;
  int16_t parameter = 0;
  std::array<uint64_t, kMaxConstants> constants{};

  static FlowValue Constant(uint64_t value);
  static FlowValue Frame(int64_t offset);
  static FlowValue Parameter(int index);
  bool operator==(const FlowValue&) const = default;

  bool IsKnown() const { return kind != Kind::kUnknown; }
  bool IsFrame() const { return kind == Kind::kFrame; }
  bool MayBeFrame() const { return IsFrame() || kind == Kind::kMaybeFrame; }
  int64_t offset() const { return static_cast<int64_t>(constants[0]); }
  // As the outside sees it: one constant, a parameter, or unknown.
  MachineValue ToMachineValue() const;
};

FlowValue Join(const FlowValue& a, const FlowValue& b);
// What is left when only the low 32 bits are kept, zero-extended.
FlowValue LowHalf(const FlowValue& value);
// What is left when the low 32 bits are sign-extended.
FlowValue SignExtended(const FlowValue& value);

class FlowState {
 public:
  // A function that others jump to may be the rest of one whose frame exists
  // already, with its address escaped: what lies above the stack pointer is not
  // followed there.
  static FlowState AtFunctionEntry(bool entered_by_jump);
  static FlowState Unknown();

  // Makes this what holds on both paths; true if that changed it.
  bool JoinWith(const FlowState& other);

  // The effect of one instruction (of a call: of all that it may do).
  void Step(const Instruction& instruction, const ElfFile& file);

  const FlowValue& At(Register number) const { return registers_[number]; }
  // The n-th parameter passed by a call, or by a jump that is one.
  FlowValue Argument(int index, bool is_tail) const;
  // False when a return here would go to some pushed address.
  bool ReturnsToCaller() const;

 private:
  struct Slot {
    int64_t offset;
    uint8_t size_bytes;
    FlowValue value;
    bool operator==(const Slot&) const = default;
  };

  FlowValue AddressOf(const MemoryOperand& memory) const;
  FlowValue Load(const Instruction& instruction, const ElfFile& file) const;
  FlowValue LoadSlot(int64_t offset, int size_bytes) const;
  FlowValue Operate(const Instruction& instruction, const ElfFile& file);
  void Store(const Instruction& instruction, const FlowValue& value);
  void StoreSlot(int64_t offset, int size_bytes, const FlowValue& value);
  void Push(const FlowValue& value);
  FlowValue Pop();
  void Write(uint8_t number, const FlowValue& value);
  void StepOther(const Instruction& instruction);
  void LeaveFunction(uint16_t clobbered);
  void Hide(const FlowValue& value);
  void ForgetSlots();
  void JoinSlots(const FlowState& other);

  std::array<FlowValue, kRegisterCount> registers_;
  std::vector<Slot> slots_;  // Sorted by offset; they do not overlap.
  bool escaped_ = false;
  bool is_frame_foreign_ = false;  // From offset 0 on.
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_FLOW_STATE_H_
