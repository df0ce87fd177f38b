// Where a program's functions are: the .symtab of a 64-bit little-endian ELF
// file, read as untrusted input.
//
//   ASSIGN_OR_RETURN(ElfSymbols symbols, ElfSymbols::Parse(bytes));
//   if (std::optional<uint64_t> at = symbols.Function("notary_sign")) ...

#ifndef BAILEY_EXECUTOR_AUDIT_ELF_SYMBOLS_H_
#define BAILEY_EXECUTOR_AUDIT_ELF_SYMBOLS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"

namespace bailey::executor {

class ElfSymbols {
 public:
  static Result<ElfSymbols> Parse(std::string_view bytes);

  // Before relocation: the load bias is to be added.
  std::optional<uint64_t> Function(const std::string& name) const;
  uint64_t entry() const { return entry_; }

 private:
  uint64_t entry_ = 0;
  std::map<std::string, uint64_t> functions_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AUDIT_ELF_SYMBOLS_H_
