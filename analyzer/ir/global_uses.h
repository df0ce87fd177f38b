// Who takes the address of, reads or writes a function or global. Internal to
// ir/.
//
//   GlobalUses(module, places, code).Collect();

#ifndef BAILEY_ANALYZER_IR_GLOBAL_USES_H_
#define BAILEY_ANALYZER_IR_GLOBAL_USES_H_

#include <set>
#include <string>

#include "analyzer/ir/extract.h"

namespace llvm {
class Constant;
class GlobalVariable;
class Instruction;
class Use;
class User;
class Value;
}  // namespace llvm

namespace bailey::analyzer {

// Where an instruction stands in the source.
class Places {
 public:
  explicit Places(const ModuleNames& names) : names_(names) {}

  std::string Id(const llvm::GlobalValue& value) const;
  // The id of what assembly calls `name`: the module's own symbol, or another
  // unit's.
  std::string IdOfName(const llvm::Module& module,
                       const std::string& name) const;
  // What was inlined stands where the outermost call of it is.
  SourceSite SiteOf(const llvm::Instruction& instruction) const;
  SourceSite SiteOfUnit() const { return {names_.file, 0, 0, ""}; }

 private:
  const ModuleNames& names_;
};

// True for a variable that only the compiler reads (llvm.used, …).
bool IsCompilersOwn(const llvm::GlobalValue& value);

class GlobalUses {
 public:
  GlobalUses(llvm::Module& module, const Places& places, CodeFacts& code)
      : module_(module), places_(places), code_(code) {}

  void Collect();

 private:
  void Visit(const llvm::Value& value);
  void VisitUse(const llvm::Use& use);
  void VisitInstruction(const llvm::Instruction& user, const llvm::Use& use);
  void VisitCall(const llvm::Instruction& user, const llvm::Use& use);
  void VisitInitializer(const llvm::GlobalVariable& holder);
  void AddressIn(const llvm::Value& anonymous,
                 std::set<const llvm::Value*>& seen);
  void Add(EdgeKind kind, const llvm::Instruction& at);

  llvm::Module& module_;
  const Places& places_;
  CodeFacts& code_;
  std::string target_;                    // id of the symbol being visited
  std::set<const llvm::Value*> visited_;  // constants and derived pointers
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_GLOBAL_USES_H_
