// Bytes to instructions, by LLVM's x86 disassembler. Internal to analyzer/elf.
//
//   ASSIGN_OR_RETURN(Disassembler disassembler, Disassembler::Create());
//   Instruction next = disassembler.Decode(bytes, address);
//
// Not safe for use by several threads at once.

#ifndef BAILEY_ANALYZER_ELF_DISASSEMBLER_H_
#define BAILEY_ANALYZER_ELF_DISASSEMBLER_H_

#include <cstdint>
#include <memory>
#include <span>

#include "analyzer/elf/instruction.h"
#include "common/result.h"

namespace bailey::analyzer {

class Disassembler {
 public:
  // Fails only when this LLVM was built without its x86 target.
  static Result<Disassembler> Create();

  Disassembler(Disassembler&&) noexcept;
  Disassembler& operator=(Disassembler&&) noexcept;
  ~Disassembler();

  // The instruction at the start of `bytes`, which must not be empty. Bytes
  // that are none give one of a byte's length with Flow::kUndecodable.
  Instruction Decode(std::span<const uint8_t> bytes, uint64_t address);

 private:
  struct Llvm;
  explicit Disassembler(std::unique_ptr<Llvm> llvm);
  std::unique_ptr<Llvm> llvm_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_DISASSEMBLER_H_
