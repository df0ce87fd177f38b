#include "analyzer/elf/liveness.h"

namespace bailey::analyzer {
namespace {

// 3.2.3 and the kernel's convention: parameters, the static chain, the number.
constexpr uint16_t kPassed = 1u << kRdi | 1u << kRsi | 1u << kRdx | 1u << kRcx |
                             1u << kR8 | 1u << kR9 | 1u << kR10 | 1u << kRsp;

uint16_t Bit(uint8_t number) {
  return number < kRegisterCount ? uint16_t(1u << number) : uint16_t{0};
}

// An operation that puts a new value into its destination, made from its source
// and memory alone.
bool IsPure(Operation operation) {
  switch (operation) {
    case Operation::kMove:
    case Operation::kConstant:
    case Operation::kLoadAddress:
    case Operation::kLoad:
    case Operation::kLoadSigned:
    case Operation::kPop:
    case Operation::kSignExtend:
      return true;
    default:
      return false;
  }
}

}  // namespace

uint16_t ReadBy(const Instruction& instruction) {
  const auto address = static_cast<uint16_t>(Bit(instruction.memory.base) |
                                             Bit(instruction.memory.index));
  switch (instruction.flow) {
    case Flow::kCall:
    case Flow::kIndirectCall:
    case Flow::kSyscall:
    case Flow::kLegacySyscall:
      return static_cast<uint16_t>(address | kPassed | Bit(kRax) |
                                   Bit(instruction.source));
    case Flow::kReturn:
      return kReturned;
    case Flow::kIndirectJump:
    case Flow::kUndecodable:
      return kAllRegisters;
    default:
      break;
  }
  const auto source = static_cast<uint16_t>(address | Bit(instruction.source));
  if (instruction.operation == Operation::kPop)
    return static_cast<uint16_t>(address | Bit(kRsp));
  if (IsPure(instruction.operation)) return source;
  if (instruction.operation == Operation::kStore) return source;
  if (instruction.operation == Operation::kStoreConstant) return address;
  return static_cast<uint16_t>(source | instruction.touched |
                               Bit(instruction.destination) |
                               Bit(instruction.compared));
}

uint16_t ReplacedBy(const Instruction& instruction) {
  switch (instruction.flow) {
    case Flow::kCall:
    case Flow::kIndirectCall:
    case Flow::kSyscall:
    case Flow::kLegacySyscall:
      return Bit(kRax);
    default:
      break;
  }
  return IsPure(instruction.operation) ? Bit(instruction.destination)
                                       : uint16_t{0};
}

}  // namespace bailey::analyzer
