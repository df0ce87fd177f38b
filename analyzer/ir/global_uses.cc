#include "analyzer/ir/global_uses.h"

#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>

#include <filesystem>

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

std::string FileOf(const llvm::DIScope& scope) {
  const std::filesystem::path name(scope.getFilename().str());
  const std::filesystem::path folder(scope.getDirectory().str());
  return NormalPath((folder / name).string());
}

// The same object under another name in the IR: a part of it, or its copy in
// this thread.
bool IsTransparent(const llvm::Instruction& user) {
  if (const auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(&user))
    return intrinsic->getIntrinsicID() == llvm::Intrinsic::threadlocal_address;
  return isa<llvm::GetElementPtrInst, llvm::BitCastInst,
             llvm::AddrSpaceCastInst, llvm::FreezeInst>(user);
}

}  // namespace

std::string Places::Id(const llvm::GlobalValue& value) const {
  return names_.id(value);
}

std::string Places::IdOfName(const llvm::Module& module,
                             const std::string& name) const {
  const llvm::GlobalValue* value = module.getNamedValue(name);
  return value == nullptr ? name : Id(*value);
}

SourceSite Places::SiteOf(const llvm::Instruction& instruction) const {
  SourceSite site = SiteOfUnit();
  site.function = Id(*instruction.getFunction());
  const llvm::DILocation* location = instruction.getDebugLoc().get();
  while (location != nullptr && location->getInlinedAt() != nullptr)
    location = location->getInlinedAt();
  if (location == nullptr) return site;
  site.file = RelativeTo(names_.root, FileOf(*location->getScope()));
  site.line = static_cast<int>(location->getLine());
  site.column = static_cast<int>(location->getColumn());
  return site;
}

bool IsCompilersOwn(const llvm::GlobalValue& value) {
  return value.getName().starts_with("llvm.");
}

void GlobalUses::Collect() {
  for (const llvm::GlobalValue& value : module_.global_values()) {
    if (IsCompilersOwn(value) || isa<llvm::GlobalAlias>(value)) continue;
    target_ = places_.Id(value);
    if (target_.empty()) continue;
    visited_.clear();
    Visit(value);
  }
}

void GlobalUses::Visit(const llvm::Value& value) {
  if (!visited_.insert(&value).second) return;
  for (const llvm::Use& use : value.uses()) VisitUse(use);
}

void GlobalUses::VisitUse(const llvm::Use& use) {
  const llvm::User* user = use.getUser();
  if (const auto* instruction = dyn_cast<llvm::Instruction>(user))
    VisitInstruction(*instruction, use);
  else if (const auto* holder = dyn_cast<llvm::GlobalVariable>(user))
    VisitInitializer(*holder);
  else if (!isa<llvm::Function>(user))  // a personality: called by the unwinder
    Visit(*user);  // a constant expression, an aggregate, another name
}

void GlobalUses::VisitInstruction(const llvm::Instruction& user,
                                  const llvm::Use& use) {
  if (IsTransparent(user)) return Visit(user);
  if (isa<llvm::LoadInst>(user)) return Add(EdgeKind::kRead, user);
  if (isa<llvm::StoreInst>(user))
    return Add(use.getOperandNo() == llvm::StoreInst::getPointerOperandIndex()
                   ? EdgeKind::kWrite
                   : EdgeKind::kAddress,
               user);
  if (isa<llvm::AtomicRMWInst, llvm::AtomicCmpXchgInst>(user) &&
      use.getOperandNo() == 0) {
    Add(EdgeKind::kRead, user);
    return Add(EdgeKind::kWrite, user);
  }
  if (isa<llvm::CallBase>(user)) return VisitCall(user, use);
  Add(EdgeKind::kAddress, user);
}

// Being called is no use of the address; a block copy reads or writes; a mark
// for the optimiser does neither.
void GlobalUses::VisitCall(const llvm::Instruction& user,
                           const llvm::Use& use) {
  const auto& call = llvm::cast<llvm::CallBase>(user);
  if (call.isCallee(&use)) return;
  if (user.isLifetimeStartOrEnd() || isa<llvm::DbgInfoIntrinsic>(user)) return;
  if (isa<llvm::AnyMemIntrinsic>(user)) {
    if (use.getOperandNo() == 0) return Add(EdgeKind::kWrite, user);
    if (isa<llvm::AnyMemTransferInst>(user) && use.getOperandNo() == 1)
      return Add(EdgeKind::kRead, user);
  }
  Add(EdgeKind::kAddress, user);
}

// An initializer without a name of its own (the image of a local array) counts
// for the functions that use it.
void GlobalUses::VisitInitializer(const llvm::GlobalVariable& holder) {
  if (IsCompilersOwn(holder)) return;
  const std::string from = places_.Id(holder);
  if (from.empty()) {
    std::set<const llvm::Value*> seen;
    return AddressIn(holder, seen);
  }
  SourceSite site = places_.SiteOfUnit();
  site.function = from;
  code_.edges.push_back({EdgeKind::kAddress, from, target_, false, site});
}

void GlobalUses::AddressIn(const llvm::Value& anonymous,
                           std::set<const llvm::Value*>& seen) {
  if (!seen.insert(&anonymous).second) return;
  for (const llvm::User* user : anonymous.users()) {
    const auto* holder = dyn_cast<llvm::GlobalVariable>(user);
    if (const auto* instruction = dyn_cast<llvm::Instruction>(user))
      Add(EdgeKind::kAddress, *instruction);
    else if (holder != nullptr && !places_.Id(*holder).empty())
      VisitInitializer(*holder);
    else
      AddressIn(*user, seen);
  }
}

void GlobalUses::Add(EdgeKind kind, const llvm::Instruction& at) {
  const SourceSite site = places_.SiteOf(at);
  code_.edges.push_back({kind, site.function, target_, false, site});
}

}  // namespace bailey::analyzer
