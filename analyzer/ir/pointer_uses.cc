#include "analyzer/ir/pointer_uses.h"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace bailey::analyzer {
namespace {

constexpr int kMostRounds = 100;

// A copy of memory, whoever makes it.
struct Copy {
  const llvm::Value* to;
  const llvm::Value* from;
  const llvm::Value* length;
};

std::optional<Copy> CopyOf(const llvm::CallBase& call) {
  if (const auto* memory = llvm::dyn_cast<llvm::AnyMemTransferInst>(&call))
    return Copy{memory->getRawDest(), memory->getRawSource(),
                memory->getLength()};
  constexpr llvm::StringRef kNames[] = {"memcpy",        "memmove",
                                        "mempcpy",       "__memcpy_chk",
                                        "__memmove_chk", "__mempcpy_chk"};
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr || call.arg_size() < 3) return std::nullopt;
  if (llvm::is_contained(kNames, callee->getName()))
    return Copy{call.getArgOperand(0), call.getArgOperand(1),
                call.getArgOperand(2)};
  if (callee->getName() == "bcopy")
    return Copy{call.getArgOperand(1), call.getArgOperand(0),
                call.getArgOperand(2)};
  return std::nullopt;
}

uint64_t BytesOf(const llvm::Value& length) {
  const auto* bytes = llvm::dyn_cast<llvm::ConstantInt>(&length);
  return bytes == nullptr ? 0 : bytes->getLimitedValue();
}

// Functions of the C library that keep what an argument points to.
int KeptArgument(llvm::StringRef function) {
  constexpr std::pair<llvm::StringRef, int> kKeepers[] = {
      {"putenv", 0},
      {"openlog", 0},
      {"setbuf", 1},
      {"setvbuf", 1},
      {"pthread_setspecific", 1},
      {"tsearch", 0}};
  for (const auto& [name, argument] : kKeepers)
    if (name == function) return argument;
  return -1;
}

bool MovesAddress(const llvm::Instruction& at) {
  if (const auto* sum = llvm::dyn_cast<llvm::BinaryOperator>(&at))
    return sum->getOpcode() == llvm::Instruction::Add ||
           sum->getOpcode() == llvm::Instruction::Or;
  return llvm::isa<llvm::BitCastInst, llvm::AddrSpaceCastInst, llvm::FreezeInst,
                   llvm::PHINode, llvm::SelectInst, llvm::PtrToIntInst,
                   llvm::IntToPtrInst, llvm::InsertValueInst,
                   llvm::ExtractValueInst>(at);
}

// Of a sum one part alone would be a place that the other is counted from,
// unless that is a constant.
bool MovesContent(const llvm::Instruction& at) {
  if (const auto* sum = llvm::dyn_cast<llvm::BinaryOperator>(&at))
    return sum->isBitwiseLogicOp() || sum->isShift() ||
           llvm::isa<llvm::ConstantInt>(sum->getOperand(1));
  return llvm::isa<llvm::CastInst, llvm::FreezeInst, llvm::PHINode,
                   llvm::SelectInst, llvm::InsertValueInst,
                   llvm::ExtractValueInst>(at) &&
         !llvm::isa<llvm::PtrToIntInst>(at);
}

void ReadStored(const llvm::Value& to, ExtentCall& read) {
  for (const llvm::Value* object : ObjectsOf(to)) {
    if (llvm::isa<llvm::AllocaInst>(object)) continue;
    const auto* argument = llvm::dyn_cast<llvm::Argument>(object);
    const int into =
        argument == nullptr ? -1 : static_cast<int>(argument->getArgNo());
    if (!llvm::is_contained(read.result_into, into))
      read.result_into.push_back(into);
  }
}

uint64_t SizeOf(llvm::Type& type, const llvm::DataLayout& layout) {
  const llvm::TypeSize size = layout.getTypeStoreSize(&type);
  return size.isScalable() ? 0 : size.getFixedValue();
}

}  // namespace

void ReadResult(const llvm::CallBase& call, ExtentCall& read) {
  llvm::SmallPtrSet<const llvm::Value*, 8> seen = {&call};
  llvm::SmallVector<const llvm::Value*, 8> open = {&call};
  while (!open.empty()) {
    for (const llvm::Use& use : open.pop_back_val()->uses()) {
      const auto& user = *llvm::cast<llvm::Instruction>(use.getUser());
      if (llvm::isa<llvm::ReturnInst>(user)) read.is_result_returned = true;
      if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&user);
          store != nullptr && store->getValueOperand() == use.get())
        ReadStored(*store->getPointerOperand(), read);
      const bool is_moved =
          MovesAddress(user) || llvm::isa<llvm::GetElementPtrInst>(user);
      if (is_moved && seen.insert(&user).second) open.push_back(&user);
    }
  }
}

PointerUses::PointerUses(llvm::Function& function, const Places& places)
    : function_(function), places_(places), layout_(function.getDataLayout()) {
  for (const llvm::Argument& each : function.args())
    if (each.getType()->isPointerTy())
      Add(addresses_, each, Origins{1} << each.getArgNo());
  for (int i = 0; is_changed_ && i < kMostRounds; ++i) {
    is_changed_ = false;
    for (const llvm::Instruction& each : llvm::instructions(function))
      Follow(each);
  }
}

std::vector<ArgumentUse> PointerUses::Read() {
  if (addresses_.empty()) return {};
  for (const llvm::Instruction& each : llvm::instructions(function_)) See(each);
  SeeDeclared();
  return std::move(uses_);
}

std::vector<ArgumentCopy> PointerUses::Copies() const {
  std::vector<ArgumentCopy> copies;
  for (const llvm::Argument& into : function_.args()) {
    const auto found = copies_.find(&into);
    if (found == copies_.end()) continue;
    Origins from = 0;
    for (const Copied& each : found->second) from |= each.from;
    for (int i = 0; i < static_cast<int>(function_.arg_size()); ++i)
      if ((from >> i & 1) != 0)
        copies.push_back({i, static_cast<int>(into.getArgNo())});
  }
  return copies;
}

uint64_t PointerUses::Returned() const {
  Origins origins = 0;
  for (const llvm::Instruction& each : llvm::instructions(function_))
    if (llvm::isa<llvm::ReturnInst>(each))
      origins |= OfOperands(addresses_, each);
  return origins;
}

bool PointerUses::HoldsPointersAt(const llvm::Value& pointer) const {
  const ObjectPart part = PartAt(pointer, 0, layout_);
  const std::vector<const llvm::Value*> objects = ObjectsOf(pointer);
  for (const llvm::Value* object : objects)
    if (llvm::Type* type = DeclaredType(*object);
        type != nullptr && HoldsPointers(*type, part, layout_))
      return true;
  return std::ranges::any_of(
      llvm::instructions(function_), [&](const llvm::Instruction& each) {
        const auto* load = llvm::dyn_cast<llvm::LoadInst>(&each);
        if (load == nullptr || !load->getType()->isPtrOrPtrVectorTy())
          return false;
        const llvm::Value& from = *load->getPointerOperand();
        return ObjectsOf(from) == objects &&
               PartAt(from, SizeOf(*load->getType(), layout_), layout_)
                   .Overlaps(part);
      });
}

bool PointerUses::IsLocal(const llvm::Value& pointer) {
  return std::ranges::all_of(ObjectsOf(pointer), [](const llvm::Value* each) {
    return llvm::isa<llvm::AllocaInst>(each);
  });
}

uint64_t PointerUses::CopiesAt(const llvm::Value& pointer) const {
  Origins origins = 0;
  for (const llvm::Value* object : ObjectsOf(pointer)) {
    const auto found = copies_.find(object);
    if (found == copies_.end() || DeclaredType(*object) != nullptr) continue;
    for (const Copied& each : found->second)
      if (each.part.begin == 0) origins |= each.from;
  }
  return origins;
}

PointerUses::Origins PointerUses::Known(const OriginsOf& all,
                                        const llvm::Value& value) {
  const auto found = all.find(&value);
  return found == all.end() ? 0 : found->second;
}

void PointerUses::Add(OriginsOf& all, const llvm::Value& value,
                      Origins origins) {
  if (origins == 0) return;
  Origins& known = all[&value];
  is_changed_ |= (known | origins) != known;
  known |= origins;
}

PointerUses::Origins PointerUses::OfOperands(
    const OriginsOf& all, const llvm::Instruction& at) const {
  Origins origins = 0;
  for (const llvm::Use& each : at.operands()) origins |= Known(all, *each);
  return origins;
}

void PointerUses::Follow(const llvm::Instruction& at) {
  if (const auto* step = llvm::dyn_cast<llvm::GetElementPtrInst>(&at))
    return Add(addresses_, at, Known(addresses_, *step->getPointerOperand()));
  if (MovesAddress(at)) Add(addresses_, at, OfOperands(addresses_, at));
  if (MovesContent(at)) Add(contents_, at, OfOperands(contents_, at));
  if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&at)) FollowLoad(*load);
  if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&at))
    FollowStore(*store);
  if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&at)) FollowCopy(*call);
}

void PointerUses::FollowLoad(const llvm::LoadInst& load) {
  const llvm::Value& from = *load.getPointerOperand();
  const uint64_t bytes = SizeOf(*load.getType(), layout_);
  Add(addresses_, load, In(held_, from, bytes));
  Add(contents_, load, Known(addresses_, from) | In(copies_, from, bytes));
}

void PointerUses::FollowStore(const llvm::StoreInst& store) {
  const llvm::Value& value = *store.getValueOperand();
  const llvm::Value& to = *store.getPointerOperand();
  const uint64_t bytes = SizeOf(*value.getType(), layout_);
  if (IsLocal(to)) AddTo(held_, to, bytes, Known(addresses_, value), store);
  AddTo(copies_, to, bytes, Known(contents_, value), store);
}

void PointerUses::FollowCopy(const llvm::CallBase& call) {
  const std::optional<Copy> copy = CopyOf(call);
  if (!copy) return;
  const uint64_t bytes = BytesOf(*copy->length);
  if (IsLocal(*copy->to))
    AddTo(held_, *copy->to, bytes, In(held_, *copy->from, bytes), call);
  AddTo(copies_, *copy->to, bytes,
        Known(addresses_, *copy->from) | In(copies_, *copy->from, bytes), call);
}

void PointerUses::AddTo(Objects& objects, const llvm::Value& to, uint64_t bytes,
                        Origins from, const llvm::Instruction& at) {
  if (from == 0) return;
  const ObjectPart part = PartAt(to, bytes, layout_);
  for (const llvm::Value* object : ObjectsOf(to)) {
    std::vector<Copied>& copied = objects[object];
    const auto known = std::ranges::find(copied, &at, &Copied::at);
    Copied& here = known != copied.end()
                       ? *known
                       : copied.emplace_back(Copied{0, part, &at});
    is_changed_ |= (here.from | from) != here.from;
    here.from |= from;
  }
}

PointerUses::Origins PointerUses::In(const Objects& objects,
                                     const llvm::Value& pointer,
                                     uint64_t bytes) const {
  Origins origins = 0;
  const ObjectPart part = PartAt(pointer, bytes, layout_);
  for (const llvm::Value* object : ObjectsOf(pointer)) {
    const auto found = objects.find(object);
    if (found == objects.end()) continue;
    for (const Copied& each : found->second)
      if (each.part.Overlaps(part)) origins |= each.from;
  }
  return origins;
}

void PointerUses::See(const llvm::Instruction& at) {
  if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&at);
      load != nullptr && load->getType()->isPtrOrPtrVectorTy())
    Report(Known(contents_, at), SeenUse::kHoldsPointers, at);
  if (llvm::isa<llvm::IntToPtrInst>(at))
    Report(Known(contents_, *at.getOperand(0)), SeenUse::kHoldsPointers, at);
  if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&at))
    SeeStore(*store->getValueOperand(), *store->getPointerOperand(), at);
  if (const auto* change = llvm::dyn_cast<llvm::AtomicRMWInst>(&at))
    SeeStore(*change->getValOperand(), *change->getPointerOperand(), at);
  if (const auto* change = llvm::dyn_cast<llvm::AtomicCmpXchgInst>(&at))
    SeeStore(*change->getNewValOperand(), *change->getPointerOperand(), at);
  if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&at)) SeeCall(*call);
}

void PointerUses::SeeStore(const llvm::Value& value, const llvm::Value& to,
                           const llvm::Instruction& at) {
  Report(Known(addresses_, to), SeenUse::kWritten, at);
  SeeKept(Known(addresses_, value), to, at);
}

// A local ends before the call does.
void PointerUses::SeeKept(Origins origins, const llvm::Value& to,
                          const llvm::Instruction& at) {
  if (origins == 0) return;
  for (const llvm::Value* object : ObjectsOf(to)) {
    if (llvm::isa<llvm::AllocaInst>(object)) continue;
    const auto* argument = llvm::dyn_cast<llvm::Argument>(object);
    Report(origins, SeenUse::kKept, at,
           argument == nullptr ? -1 : static_cast<int>(argument->getArgNo()));
  }
}

void PointerUses::SeeCall(const llvm::CallBase& call) {
  if (const auto* fill = llvm::dyn_cast<llvm::AnyMemSetInst>(&call))
    Report(Known(addresses_, *fill->getRawDest()), SeenUse::kWritten, call);
  if (const std::optional<Copy> copy = CopyOf(call)) {
    Report(Known(addresses_, *copy->to), SeenUse::kWritten, call);
    SeeKept(In(held_, *copy->from, BytesOf(*copy->length)), *copy->to, call);
  }
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr || !callee->isDeclaration()) return;
  const int kept = KeptArgument(callee->getName());
  if (kept < 0 || static_cast<unsigned>(kept) >= call.arg_size()) return;
  Report(Known(addresses_, *call.getArgOperand(static_cast<unsigned>(kept))),
         SeenUse::kKept, call);
}

// Bytes that were copied to where pointers are declared: whoever uses them.
void PointerUses::SeeDeclared() {
  for (const llvm::Instruction& at : llvm::instructions(function_))
    for (const auto& [object, copied] : copies_)
      for (const Copied& each : copied)
        if (llvm::Type* type = DeclaredType(*object);
            each.at == &at && type != nullptr &&
            HoldsPointers(*type, each.part, layout_))
          Report(each.from, SeenUse::kHoldsPointers, at);
}

void PointerUses::Report(Origins origins, SeenUse use,
                         const llvm::Instruction& at, int into) {
  for (int i = 0; i < static_cast<int>(function_.arg_size()); ++i) {
    const bool is_new = std::ranges::none_of(uses_, [&](const auto& each) {
      return each.argument == i && each.use == use && each.into == into;
    });
    if ((origins >> i & 1) != 0 && is_new)
      uses_.push_back({i, use, into, places_.SiteOf(at)});
  }
}

}  // namespace bailey::analyzer
