// Moves the calls that c_library_facts.h names to where their condition comes
// about.

#include <sys/syscall.h>

#include <algorithm>

#include "analyzer/elf/c_library_facts.h"
#include "analyzer/elf/call_graph.h"

namespace bailey::analyzer {
namespace {

// The loader's table of what it tells and does for the C library.
constexpr std::string_view kLoaderRecord = "_rtld_global_ro";

bool IsWordAt(const DataObjects& data, const DataObject& object,
              int64_t offset) {
  for (uint32_t i = object.first_word; i < object.last_word; ++i)
    if (data.words()[i].slot - object.address == static_cast<uint64_t>(offset))
      return true;
  return false;
}

// Whether a call may use a word of `object`, whose address the function had and
// lost sight of.
bool MayCallThrough(const MachineFunction& function, const DataObjects& data,
                    const DataObject& object) {
  using Place = MemoryPlace::Kind;
  for (const IndirectSite& site : function.indirect_sites)
    for (const ValueOrigin& origin : site.origins) {
      if (origin.kind == ValueOrigin::Kind::kUnknown) return true;
      if (origin.kind != ValueOrigin::Kind::kLoaded) continue;
      const Place kind = origin.place.kind;
      if (kind == Place::kUnknown || kind == Place::kSymbolTable) return true;
      if (kind == Place::kField && IsWordAt(data, object, origin.place.offset))
        return true;
    }
  return false;
}

// Whether the function puts the address of `code` anywhere but into its own
// frame, or what its caller gave it.
bool Stores(const MachineFunction& function, uint64_t code) {
  using Place = MemoryPlace::Kind;
  return std::ranges::any_of(
      function.pointer_stores, [&](const PointerStore& store) {
        return store.place.kind != Place::kFrame &&
               store.place.kind != Place::kParameterField &&
               std::ranges::any_of(
                   store.origins, [&](const ValueOrigin& origin) {
                     return origin.kind == ValueOrigin::Kind::kAddress &&
                            origin.value.constant == code;
                   });
      });
}

// In all versions.
std::vector<uint32_t> Exported(const ElfImage& file, std::string_view name) {
  std::vector<uint32_t> functions;
  for (const ElfExport& each : file.ExportsNamed(name))
    functions.insert(functions.end(), each.functions.begin(),
                     each.functions.end());
  return functions;
}

}  // namespace

void CallGraph::ApplyFacts() {
  for (uint32_t i = 0; i < link_.images().size(); ++i) {
    if (!HasKnownFacts(link_.images()[i])) continue;
    for (const ConditionalCall& fact : ConditionalCalls()) MoveCalls(i, fact);
    for (const ConditionalSyscall& fact : ConditionalSyscalls())
      MoveSyscall(i, fact);
    ApplyLoaderRecord(i);
    for (const std::string_view lender : Lenders()) {
      ApplyLending(i, lender);
      if (link_.interpreter()) ApplyLending(*link_.interpreter(), lender);
    }
  }
  // The loader may be what is analyzed itself.
  const auto loader = link_.interpreter();
  if (loader && loader != link_.executable()) ApplyLoaderFacts(*loader);
}

void CallGraph::MoveCalls(uint32_t image, const ConditionalCall& fact) {
  const ElfImage& file = link_.images()[image];
  const auto callee = file.FindFunction(fact.callee);
  if (!callee) return;
  std::optional<uint32_t> caller;
  if (!fact.caller.empty()) {
    caller = file.FindFunction(fact.caller);
    if (!caller) return;
  }
  std::vector<uint32_t> causes;
  for (const std::string_view cause : fact.causes) {
    const auto function = file.FindFunction(cause);
    if (!function) return;
    causes.push_back(*function);
  }
  DropCalls(image, *callee, caller);
  for (const uint32_t cause : causes)
    AddAddress(NodeOf(image, cause), NodeOf(image, *callee));
}

// Who brings the condition about has the address of what stands for the call:
// so that is left behind for later.
void CallGraph::MoveSyscall(uint32_t image, const ConditionalSyscall& fact) {
  const ElfImage& file = link_.images()[image];
  const auto function = file.FindFunction(fact.function);
  const std::vector<uint32_t> stand_ins = Exported(file, fact.stand_in);
  if (!function || stand_ins.empty()) return;
  std::vector<uint32_t> causes;
  for (const std::string_view cause : fact.causes) {
    const std::vector<uint32_t> found = Exported(file, cause);
    if (found.empty()) return;
    causes.insert(causes.end(), found.begin(), found.end());
  }
  std::erase_if(sites_[NodeOf(image, *function)], [&](const SyscallSite& site) {
    return site.number == fact.number;
  });
  for (const uint32_t cause : causes)
    for (const uint32_t stand_in : stand_ins)
      AddAddress(NodeOf(image, cause), NodeOf(image, stand_in));
}

// The C library reads and calls what the loader's table holds at its place, and
// hands the table's address to nobody. So the words that the code is seen to
// read are all that it uses, where no other call may be one through the table.
void CallGraph::ApplyLoaderRecord(uint32_t image) {
  const auto loader = link_.interpreter();
  if (!loader) return;
  const DataObjects& data = link_.images()[*loader].data();
  const ElfImage& file = link_.images()[image];
  for (uint32_t i = 0; i < data.objects().size(); ++i) {
    const DataObject& object = data.objects()[i];
    if (object.name != kLoaderRecord) continue;
    const uint32_t record = data_.ObjectNode(*loader, i);
    for (uint32_t f = 0; f < file.functions().size(); ++f)
      if (!MayCallThrough(file.functions()[f], data, object))
        std::erase_if(edges_[NodeOf(image, f)], [&](const CallEdge& edge) {
          return edge.target == record;
        });
  }
}

// Not an address that goes to memory where others may find it.
void CallGraph::ApplyLending(uint32_t image, std::string_view lender) {
  const ElfImage& file = link_.images()[image];
  const auto index = file.FindFunction(lender);
  if (!index) return;
  for (CallEdge& edge : edges_[NodeOf(image, *index)])
    if (const MachineFunction* taken = FunctionOf(edge.target);
        taken != nullptr && edge.kind == CallEdge::Kind::kAddress &&
        &ImageOf(edge.target) == &file &&
        !Stores(file.functions()[*index], taken->address))
      edge.is_lent = true;
}

void CallGraph::DropCalls(uint32_t image, uint32_t callee,
                          std::optional<uint32_t> caller) {
  const uint32_t target = NodeOf(image, callee);
  const auto count =
      static_cast<uint32_t>(link_.images()[image].functions().size());
  for (uint32_t i = 0; i < count; ++i)
    if (!caller || i == *caller)
      std::erase_if(edges_[NodeOf(image, i)], [&](const CallEdge& edge) {
        return edge.target == target && edge.kind != CallEdge::Kind::kAddress;
      });
}

void CallGraph::ApplyLoaderFacts(uint32_t loader) {
  const ElfImage& file = link_.images()[loader];
  for (const std::string_view name : CallsOfLoaderAsProgram())
    if (const auto function = file.FindFunction(name))
      DropCalls(loader, *function, std::nullopt);
  // It executes a program only if it is one itself.
  for (uint32_t i = 0; i < file.functions().size(); ++i)
    std::erase_if(sites_[NodeOf(loader, i)], [](const SyscallSite& site) {
      return site.number == uint32_t{SYS_execve};
    });
}

}  // namespace bailey::analyzer
