#include "analyzer/elf/function_analyzer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analyzer/elf/data_use.h"
#include "analyzer/elf/jump_table.h"
#include "analyzer/elf/value_flow.h"
#include "analyzer/elf/vtable_check.h"
#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

// The kernel's own convention: r10 stands in for rcx.
constexpr Register kSyscallArguments[] = {kRdi, kRsi, kRdx, kR10, kR8, kR9};
constexpr MemoryOperand kTopOfStack = {.is_present = true, .base = kRsp};

std::string HexName(uint64_t address) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (uint64_t rest = address; rest != 0; rest >>= 4)
    digits.insert(digits.begin(), kDigits[rest & 15]);
  return "sub_" + digits;
}

void MarkIncomplete(MachineFunction& function, const std::string& reason) {
  if (function.incomplete) return;
  function.incomplete = true;
  function.incomplete_reason = reason;
}

SyscallSite DescribeSyscall(const Instruction& instruction,
                            const FlowState& state,
                            const OriginTable& origins) {
  SyscallSite site;
  site.address = instruction.address;
  if (instruction.flow == Flow::kLegacySyscall) {
    site.unresolved_reason =
        "a 32-bit entry to the kernel (int 0x80 or sysenter)";
    return site;
  }
  for (int i = 0; i < 6; ++i)
    site.arguments[i] = ToMachineValue(state.At(kSyscallArguments[i]), origins);
  // The kernel looks at the low 32 bits of the number alone.
  const FlowValue number = LowHalf(state.At(kRax));
  if (number.kind == FlowValue::Kind::kConstants) {
    for (int i = 0; i < number.count; ++i)
      site.possible_numbers.push_back(uint32_t(number.constants[i]));
    if (number.count == 1) site.number = site.possible_numbers.front();
  } else if (number.kind == FlowValue::Kind::kParameter) {
    site.number_parameter = number.parameter;
    site.unresolved_reason = "the number is parameter " +
                             std::to_string(number.parameter) +
                             " of the function";
  } else {
    site.unresolved_reason = "the number is computed";
  }
  return site;
}

class FunctionAnalyzer {
 public:
  FunctionAnalyzer(const ElfFile& file, const CodeMap& code,
                   const ReferenceMap& references, FlowContext& context,
                   uint32_t index)
      : file_(file),
        code_(code),
        references_(references),
        context_(context),
        range_(code.ranges()[index]),
        data_use_(code, context) {
    function_.name =
        range_.name.empty() ? HexName(range_.address) : range_.name;
    function_.address = range_.address;
    function_.size = range_.end - range_.address;
  }

  MachineFunction Run() {
    tables_ = FindJumpTables(file_, code_, references_, range_);
    for (const Instruction& instruction : code_.Instructions(range_))
      ReadAddresses(instruction);
    for (uint64_t target : tables_.outside_targets) CallUnknown(target, false);
    for (uint64_t pad : range_.landing_pads)
      if (!IsOwn(pad)) CallUnknown(pad, false);
    RunFlow();
    CheckEnd();
    SortUnique(function_.takes_address_of);
    SortUnique(function_.takes_address_of_imports);
    return std::move(function_);
  }

  // Indices of call sites that stand for a call of an ifunc.
  const std::set<size_t>& resolver_sites() const { return resolver_sites_; }

 private:
  bool IsOwn(uint64_t address) const {
    return address >= range_.address && address < range_.end;
  }

  void RunFlow() {
    FlowGraph graph;
    graph.code = code_.Instructions(range_);
    graph.entered_by_jump =
        references_.IsEnteredByJump(*code_.RangeStartingAt(range_.address));
    const auto entries = references_.UnknownEntries(range_);
    graph.unknown_entries.assign(entries.begin(), entries.end());
    graph.table_jumps.assign(tables_.resolved_jumps.begin(),
                             tables_.resolved_jumps.end());
    graph.table_targets = tables_.targets;
    graph.any_instruction_may_be_entered = tables_.has_unresolved;
    std::vector<uint32_t> lost;
    context_.lost = &lost;
    RunValueFlow(
        graph, context_,
        [this](const Instruction& instruction, const FlowState& state) {
          data_use_.Visit(instruction, state);
          Visit(instruction, state);
        });
    context_.lost = nullptr;
    SortUnique(lost);
    data_use_.Finish(lost, function_);
    context_.origins.Clear();
  }

  void Visit(const Instruction& instruction, const FlowState& state) {
    switch (instruction.flow) {
      case Flow::kSyscall:
      case Flow::kLegacySyscall:
        function_.syscalls.push_back(
            DescribeSyscall(instruction, state, context_.origins));
        break;
      case Flow::kCall:
        CallAddress(instruction, state, instruction.immediate, false);
        break;
      case Flow::kJump:
      case Flow::kBranch:
        if (!IsOwn(instruction.immediate))
          CallAddress(instruction, state, instruction.immediate, true);
        else if (code_.InstructionAt(instruction.immediate) == nullptr)
          MarkIncomplete(function_, "a jump into the middle of an instruction");
        break;
      case Flow::kIndirectCall:
        CallIndirectly(instruction, state, false);
        break;
      case Flow::kIndirectJump:
        if (!tables_.resolved_jumps.contains(instruction.address))
          CallIndirectly(instruction, state, true);
        break;
      case Flow::kReturn:
        // `push; ret` is a jump.
        if (!state.ReturnsToCaller())
          CallValue(state.Load(kTopOfStack, context_),
                    MakeSite(instruction, state, true));
        break;
      case Flow::kUndecodable:
        MarkIncomplete(function_, "bytes that are no instruction");
        break;
      case Flow::kStop:
      case Flow::kNext:
        break;
    }
  }

  // --- Calls
  // -------------------------------------------------------------------

  void AddCall(const CodeTarget& target, CallSite site) {
    if (target.kind == CodeTarget::Kind::kImport)
      site.import = target.import;
    else
      site.function = target.function;
    if (target.kind == CodeTarget::Kind::kResolver)
      resolver_sites_.insert(function_.call_sites.size());
    function_.call_sites.push_back(std::move(site));
  }

  CallSite MakeSite(const Instruction& instruction, const FlowState& state,
                    bool is_tail) const {
    CallSite site;
    site.address = instruction.address;
    site.is_tail = is_tail;
    for (int i = 0; i < kFollowedParameters; ++i)
      site.arguments[i] =
          ToMachineValue(state.Argument(i, is_tail), context_.origins);
    return site;
  }

  void CallAddress(const Instruction& instruction, const FlowState& state,
                   uint64_t address, bool is_tail) {
    const CodeTarget target = references_.Classify(address);
    if (target.kind == CodeTarget::Kind::kNone)
      return MarkIncomplete(function_, "a call or jump to where no code is");
    AddCall(target, MakeSite(instruction, state, is_tail));
  }

  // A transfer of which only the place where it arrives is known.
  void CallUnknown(uint64_t address, bool is_tail) {
    const CodeTarget target = references_.Classify(address);
    if (target.kind == CodeTarget::Kind::kNone) return;
    CallSite site;
    site.address = range_.address;
    site.is_tail = is_tail;
    AddCall(target, std::move(site));
  }

  void CallIndirectly(const Instruction& instruction, const FlowState& state,
                      bool is_tail) {
    const CallSite site = MakeSite(instruction, state, is_tail);
    if (instruction.memory.is_present)
      return CallValue(state.Load(instruction.memory, context_), site);
    CallValue(instruction.source < kRegisterCount
                  ? state.At(Register(instruction.source))
                  : FlowValue{},
              site);
  }

  // Calls all that a pointer is known to be; what is left goes to
  // indirect_sites.
  void CallValue(const FlowValue& target, const CallSite& site) {
    IndirectSite left{site.address, site.is_tail, {}, site.arguments};
    const auto pointers = OriginsOf(target, context_.origins);
    for (const PointerOrigin& pointer : pointers)
      if (!CallKnown(pointer, site))
        left.origins.push_back(pointer.ToValueOrigin());
    if (pointers.empty()) left.origins.emplace_back();
    if (left.origins.empty()) return;
    function_.has_indirect_call = true;
    function_.indirect_sites.push_back(std::move(left));
  }

  // False if it may lead elsewhere, too.
  bool CallKnown(const PointerOrigin& pointer, const CallSite& site) {
    CodeTarget target;
    bool is_fixed = true;
    if (pointer.stage != PointerOrigin::Stage::kPlain) return false;
    switch (pointer.kind) {
      case PointerOrigin::Kind::kConstant:
        return pointer.address == 0;  // Control ends there.
      case PointerOrigin::Kind::kAddress:
        target = references_.Classify(pointer.address);
        break;
      case PointerOrigin::Kind::kSymbol:
        if (pointer.offset == 0)
          target = references_.ClassifySymbol(pointer.symbol);
        break;
      case PointerOrigin::Kind::kLoaded:
        if (pointer.place != MemoryPlace::Kind::kWord) return false;
        target = references_.ClassifySlot(pointer.address);
        is_fixed = IsFixedSlot(pointer.address, target);
        break;
      default:
        return false;
    }
    if (target.kind == CodeTarget::Kind::kNone) return false;
    AddCall(target, site);
    return is_fixed;
  }

  // A pointer that the program does not change.
  bool IsFixedSlot(uint64_t slot, const CodeTarget& target) const {
    const ElfPointer* pointer = file_.PointerAt(slot);
    return (pointer && pointer->is_got) || file_.IsReadOnlyAfterStart(slot) ||
           target.kind == CodeTarget::Kind::kResolver;
  }

  // --- Addresses
  // ---------------------------------------------------------------

  void ReadAddresses(const Instruction& instruction) {
    const bool is_transfer = instruction.flow != Flow::kNext;
    if (is_transfer) return;
    if (instruction.memory.IsAbsolute()) {
      const auto address = uint64_t(instruction.memory.displacement);
      if (instruction.operation == Operation::kLoadAddress)
        TakeAddress(address);
      else if (instruction.operation != Operation::kNothing &&
               instruction.operation != Operation::kCompare &&
               instruction.operation != Operation::kCompareMemory)
        TakeSlot(address);
    }
    const bool has_constant =
        instruction.operation == Operation::kConstant ||
        instruction.operation == Operation::kStoreConstant ||
        instruction.operation == Operation::kPushConstant;
    if (has_constant && !file_.is_position_independent)
      TakeAddress(instruction.immediate);
  }

  void Take(const CodeTarget& target) {
    if (target.kind == CodeTarget::Kind::kImport)
      function_.takes_address_of_imports.push_back(target.import);
    else if (target.kind != CodeTarget::Kind::kNone)
      function_.takes_address_of.push_back(target.function);
  }

  void TakeAddress(uint64_t address) {
    // A label of its own is a target of computed jumps, no function; its start
    // may be passed on.
    if (IsOwn(address) && address != range_.address) return;
    if (file_.IsExecutable(address)) Take(references_.Classify(address));
  }

  void TakeSlot(uint64_t slot) {
    if (file_.PointerAt(slot)) Take(references_.ClassifySlot(slot));
  }

  // --- The end
  // -----------------------------------------------------------------

  // Control that goes on after the last instruction is in the next function. A
  // call that ends a function does not return: compilers leave nothing behind
  // it only then.
  void CheckEnd() {
    const auto code = code_.Instructions(range_);
    if (code.empty()) return;
    if (code.back().does_not_return) return;
    const Flow flow = code.back().flow;
    const bool may_not_return = flow == Flow::kCall ||
                                flow == Flow::kIndirectCall ||
                                flow == Flow::kSyscall;
    const bool goes_on = flow == Flow::kNext || flow == Flow::kBranch ||
                         (may_not_return && range_.is_clipped);
    if (!goes_on) return;
    if (const auto next = code_.RangeAfter(range_))
      CallUnknown(code_.ranges()[*next].address, true);
    else
      MarkIncomplete(function_, "control runs off its end");
  }

  const ElfFile& file_;
  const CodeMap& code_;
  const ReferenceMap& references_;
  FlowContext& context_;
  const CodeRange& range_;
  JumpTables tables_;
  DataUse data_use_;
  MachineFunction function_;
  std::set<size_t> resolver_sites_;
};

// Replaces the calls of resolvers by calls of all that they may choose.
void ExpandResolvers(std::vector<MachineFunction>& functions, uint32_t index,
                     const std::set<size_t>& resolver_sites) {
  std::vector<CallSite> expanded;
  MachineFunction& function = functions[index];
  for (size_t i = 0; i < function.call_sites.size(); ++i) {
    CallSite& site = function.call_sites[i];
    if (!resolver_sites.contains(i)) {
      expanded.push_back(std::move(site));
      continue;
    }
    const auto& choices = functions[*site.function].takes_address_of;
    if (choices.empty()) {
      // What the resolver itself calls may know more; the site stands for it.
      function.has_indirect_call = true;
      function.indirect_sites.push_back(
          {site.address, site.is_tail, {ValueOrigin{}}, site.arguments});
      expanded.push_back(std::move(site));
      continue;
    }
    for (uint32_t choice : choices) {
      expanded.push_back(site);
      expanded.back().function = choice;
    }
  }
  function.call_sites = std::move(expanded);
}

void Summarize(MachineFunction& function) {
  for (const CallSite& site : function.call_sites) {
    if (site.function) function.calls.push_back(*site.function);
    if (!site.import.empty()) function.imports.push_back(site.import);
  }
  SortUnique(function.calls);
  SortUnique(function.imports);
}

}  // namespace

std::vector<MachineFunction> AnalyzeFunctions(const ElfFile& file,
                                              const CodeMap& code,
                                              const ReferenceMap& references) {
  std::vector<MachineFunction> functions;
  std::vector<std::set<size_t>> resolver_sites;
  functions.reserve(code.ranges().size());
  VtableCheck check(code);
  OriginTable origins(file.is_position_independent);
  FlowContext context{file, origins, [&check](uint64_t address) {
                        return check.IsAt(address);
                      }};
  for (uint32_t i = 0; i < code.ranges().size(); ++i) {
    FunctionAnalyzer analyzer(file, code, references, context, i);
    functions.push_back(analyzer.Run());
    resolver_sites.push_back(analyzer.resolver_sites());
  }
  for (uint32_t i = 0; i < functions.size(); ++i)
    if (!resolver_sites[i].empty())
      ExpandResolvers(functions, i, resolver_sites[i]);
  for (MachineFunction& function : functions) Summarize(function);
  return functions;
}

}  // namespace bailey::analyzer
