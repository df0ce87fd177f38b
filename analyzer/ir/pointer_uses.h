// What a function is seen to do with its pointer arguments that no copy of the
// bytes behind them stands for. Internal to ir/.
//
//   PointerUses uses(function, places);
//   extents.uses = uses.Read();
//
// A pointer is followed through calculations, conversions and the function's
// locals; and what is copied from behind it, too: into locals, globals and
// memory that is reached otherwise. Seen is what stands in the code: what a
// callee does is told by what is passed to it (ExtentCall), and what happens in
// memory that is not followed is not seen.

#ifndef BAILEY_ANALYZER_IR_POINTER_USES_H_
#define BAILEY_ANALYZER_IR_POINTER_USES_H_

#include <llvm/IR/Instructions.h>

#include <cstdint>
#include <map>
#include <vector>

#include "analyzer/ir/global_uses.h"
#include "analyzer/ir/object_parts.h"
#include "analyzer/ir/pointer_extent.h"

namespace bailey::analyzer {

// Fills in is_result_returned and result_into. What the caller keeps in a local
// that stays one is not followed.
void ReadResult(const llvm::CallBase& call, ExtentCall& read);

class PointerUses {
 public:
  // Of a function with at most 64 arguments.
  PointerUses(llvm::Function& function, const Places& places);

  // Each argument's uses of each kind once.
  std::vector<ArgumentUse> Read();

  // Each pair once.
  std::vector<ArgumentCopy> Copies() const;

  // FunctionExtents::returned.
  uint64_t Returned() const;

  // PassedArgument::copies, holds_pointers and is_local of a pointer.
  uint64_t CopiesAt(const llvm::Value& pointer) const;
  bool HoldsPointersAt(const llvm::Value& pointer) const;
  static bool IsLocal(const llvm::Value& pointer);

 private:
  // Arguments, a bit each.
  using Origins = uint64_t;
  using OriginsOf = std::map<const llvm::Value*, Origins>;

  // What came into an object at one place.
  struct Copied {
    Origins from = 0;
    ObjectPart part;
    const llvm::Instruction* at = nullptr;
  };
  using Objects = std::map<const llvm::Value*, std::vector<Copied>>;

  static Origins Known(const OriginsOf& all, const llvm::Value& value);
  void Add(OriginsOf& all, const llvm::Value& value, Origins origins);
  Origins OfOperands(const OriginsOf& all, const llvm::Instruction& at) const;

  void Follow(const llvm::Instruction& at);
  void FollowLoad(const llvm::LoadInst& load);
  void FollowStore(const llvm::StoreInst& store);
  void FollowCopy(const llvm::CallBase& call);
  void AddTo(Objects& objects, const llvm::Value& to, uint64_t bytes,
             Origins from, const llvm::Instruction& at);
  Origins In(const Objects& objects, const llvm::Value& pointer,
             uint64_t bytes) const;

  void See(const llvm::Instruction& at);
  void SeeStore(const llvm::Value& value, const llvm::Value& to,
                const llvm::Instruction& at);
  void SeeKept(Origins origins, const llvm::Value& to,
               const llvm::Instruction& at);
  void SeeCall(const llvm::CallBase& call);
  void SeeDeclared();
  void Report(Origins origins, SeenUse use, const llvm::Instruction& at,
              int into = -1);

  llvm::Function& function_;
  const Places& places_;
  const llvm::DataLayout& layout_;
  OriginsOf addresses_;  // values that are, or hold, a pointer from an argument
  OriginsOf contents_;   // numbers that were read behind one
  Objects held_;         // locals in which such a pointer is
  Objects copies_;       // in which is what was read behind one
  bool is_changed_ = false;
  std::vector<ArgumentUse> uses_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_POINTER_USES_H_
