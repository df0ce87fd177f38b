#include "analyzer/flow/structure_looks.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bailey::analyzer {
namespace {

using StructureNames = std::set<std::string, std::less<>>;
using Meanings = std::map<std::string, StructureNames, std::less<>>;

// One entry of source/structure_looks.h, split at its sign.
struct Entry {
  std::string_view name;
  char sign = '\0';  // '@', '=', '#', or none
  std::string_view rest;
};

Entry Split(std::string_view text) {
  const size_t at = text.find_first_of("@=#");
  if (at == text.npos) return {text, '\0', ""};
  return {text.substr(0, at), text[at], text.substr(at + 1)};
}

class Settler {
 public:
  explicit Settler(Flow& flow) : flow_(flow) {
    for (const FlowFunction& each : flow.functions) Note(each);
    FindAmbiguous();
  }

  void Settle() {
    for (FlowFunction& function : flow_.functions) {
      StructureNames looks = ambiguous_;
      for (const std::string& each : function.looks_into) {
        const Entry entry = Split(each);
        const bool is_own = entry.sign == '@' && defined_.contains(entry.rest);
        const bool is_look = entry.sign == '@' || entry.sign == '\0';
        if (is_look && !is_own) AddNames(entry.name, looks);
      }
      function.looks_into = {looks.begin(), looks.end()};
    }
  }

 private:
  void Note(const FlowFunction& function) {
    defined_.insert(function.id);
    if (function.return_type.kind == TypeKind::kPointer &&
        function.return_type.pointee.kind == TypeKind::kStruct)
      returned_.insert(function.return_type.pointee.spelling);
    for (const std::string& each : function.looks_into) {
      const Entry entry = Split(each);
      if (entry.sign == '#')
        layouts_[std::string(entry.name)].emplace(entry.rest);
      if (entry.sign != '=') continue;
      targets_[std::string(entry.name)].emplace(entry.rest);
      others_[std::string(entry.rest)].emplace(entry.name);
    }
  }

  bool HasTwoLayouts(const std::string& structure) const {
    const auto found = layouts_.find(structure);
    return found != layouts_.end() && found->second.size() > 1;
  }

  void FindAmbiguous() {
    for (const std::string& name : returned_) {
      const auto found = targets_.find(name);
      bool is_ambiguous = HasTwoLayouts(name);
      if (found != targets_.end()) {
        is_ambiguous |= found->second.size() > 1;
        for (const std::string& each : found->second)
          is_ambiguous |= HasTwoLayouts(each);
      }
      if (is_ambiguous) ambiguous_.insert(name);
    }
  }

  void AddNames(std::string_view structure, StructureNames& looks) const {
    if (returned_.contains(structure)) looks.emplace(structure);
    const auto found = others_.find(structure);
    if (found == others_.end()) return;
    for (const std::string& each : found->second)
      if (returned_.contains(each)) looks.insert(each);
  }

  Flow& flow_;
  StructureNames defined_;    // functions
  StructureNames returned_;   // structures, as results spell them
  StructureNames ambiguous_;  // of those
  Meanings layouts_;          // by structure
  Meanings targets_;          // structures, by typedef
  Meanings others_;           // typedefs, by structure
};

}  // namespace

void SettleLooks(Flow& flow) { Settler(flow).Settle(); }

}  // namespace bailey::analyzer
