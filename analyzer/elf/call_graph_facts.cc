// Moves the calls that c_library_facts.h names to where their condition comes
// about.

#include <sys/syscall.h>

#include <algorithm>

#include "analyzer/elf/c_library_facts.h"
#include "analyzer/elf/call_graph.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kLibrary = "libc.so.6";

}  // namespace

void CallGraph::ApplyFacts() {
  for (uint32_t i = 0; i < link_.images().size(); ++i)
    if (link_.images()[i].soname() == kLibrary)
      for (const ConditionalCall& fact : ConditionalCalls()) MoveCalls(i, fact);
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
  DropCalls(image, *callee, caller);
  for (const std::string_view cause : fact.causes)
    if (const auto function = file.FindFunction(cause))
      AddAddress(NodeOf(image, *function), NodeOf(image, *callee));
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
