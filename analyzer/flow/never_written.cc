#include "analyzer/flow/never_written.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "analyzer/flow/program.h"

namespace bailey::analyzer {
namespace {

class WriterFinder {
 public:
  explicit WriterFinder(Program& program) : program_(program) {
    for (const AliasFact& each : program.aliases)
      aliased_.insert({each.name, each.target});
    for (const FlowFunction& each : program.flow.functions)
      functions_[each.id] = &each;
  }

  void Mark() {
    if (MayRedirect(program_.flow.link_command)) return;
    FindWritten();
    for (FlowGlobal& each : program_.flow.globals)
      each.never_written = !each.is_constant && !each.is_thread_local &&
                           seen_.contains(each.id) &&
                           !written_.contains(each.id);
    MarkReaders();
  }

 private:
  // Options of a link by which another function is called than the code names.
  static bool MayRedirect(const std::vector<std::string>& link_command) {
    return std::ranges::any_of(link_command, [](const std::string& option) {
      return option.contains("-wrap") || option.contains("defsym") ||
             option.contains("-script") || option.starts_with("-T") ||
             option.contains("-Wl,-T") || option.ends_with(".ld") ||
             option.ends_with(".lds");
    });
  }

  void FindWritten() {
    written_ = aliased_;
    written_.insert(program_.also_external.begin(),
                    program_.also_external.end());
    written_.insert(program_.kept.begin(), program_.kept.end());
    written_.insert(program_.assembly_uses.begin(),
                    program_.assembly_uses.end());
    open_ = written_;
    for (const FlowEdge& each : program_.flow.edges)
      if (each.kind == EdgeKind::kWrite) written_.insert(each.to);
    for (const GlobalWrites& each : program_.global_writes) FindWriters(each);
  }

  void FindWriters(const GlobalWrites& global) {
    seen_.insert(global.id);
    if (global.may_be_written) {
      open_.insert(global.id);
      written_.insert(global.id);
    }
    for (const std::string& each : global.writers) AddWriter(each, global.id);
    for (const PassedAddress& each : global.passed)
      if (!IsOnlyRead(each)) AddWriter(each.caller, global.id);
  }

  void AddWriter(const std::string& function, const std::string& global) {
    written_.insert(global);
    if (function.empty())
      open_.insert(global);
    else
      writers_.insert({function, global});
  }

  // Who takes the address of what others may change, and hands it only to those
  // who read there.
  void MarkReaders() {
    for (FlowEdge& each : program_.flow.edges)
      each.is_only_read = each.kind == EdgeKind::kAddress &&
                          functions_.contains(each.from) &&
                          seen_.contains(each.to) && !open_.contains(each.to) &&
                          !writers_.contains({each.from, each.to});
  }

  bool IsOnlyRead(const PassedAddress& passed) const {
    if (aliased_.contains(passed.callee) ||
        program_.also_external.contains(passed.callee))
      return false;
    const auto callee = functions_.find(passed.callee);
    if (callee == functions_.end()) return passed.is_only_read;
    const auto& parameters = callee->second->parameters;
    const auto index = static_cast<size_t>(passed.argument);
    return index < parameters.size() && IsOnlyRead(parameters[index].inferred);
  }

  // However far it is followed; what is kept counts as written.
  static bool IsOnlyRead(const InferredExtent& inferred) {
    return inferred.kind != ExtentKind::kNotInferred &&
           (inferred.access == AccessMode::kReadOnly ||
            inferred.access == AccessMode::kNone);
  }

  Program& program_;
  std::set<std::string, std::less<>> aliased_;
  std::map<std::string_view, const FlowFunction*, std::less<>> functions_;
  std::set<std::string, std::less<>> seen_;  // by a unit
  std::set<std::string, std::less<>> written_;
  // What may be changed from where no function is seen to.
  std::set<std::string, std::less<>> open_;
  std::set<std::pair<std::string, std::string>> writers_;  // of a global
};

}  // namespace

void MarkNeverWritten(Program& program) { WriterFinder(program).Mark(); }

void UnmarkShared(const std::function<bool(const std::string& id)>& is_shared,
                  Flow& flow) {
  for (FlowGlobal& each : flow.globals) {
    if (each.linkage == Linkage::kInternal || !is_shared(each.id)) continue;
    each.never_written = false;
    each.values.clear();
  }
}

}  // namespace bailey::analyzer
