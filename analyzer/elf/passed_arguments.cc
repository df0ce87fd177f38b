// Values of parameters, handed down from callers to the functions that they
// call.
#include "analyzer/elf/passed_arguments.h"

#include <algorithm>
#include <tuple>

#include "analyzer/elf/open_modes.h"
#include "common/syscalls/argument_values.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {
namespace {

// From a library's function to the system call it is seldom further.
constexpr int kMostCallers = 8;
constexpr size_t kMostWays = 64;

bool IsUsed(uint8_t used, int parameter) {
  return (used >> parameter & 1) != 0;
}

uint8_t BitOf(const MachineValue& value) {
  if (value.kind != MachineValue::Kind::kParameter ||
      value.parameter >= kFollowedParameters)
    return 0;
  return static_cast<uint8_t>(1 << value.parameter);
}

// What a model makes of a value.
PassedValue Applied(ValueFunction function, const PassedValue& to) {
  if (function == ValueFunction::kItself) return {to.value, to.function, {}};
  if (function == ValueFunction::kTemporaryFileFlags) return {{}, function, {}};
  if (to.text) {
    // With a mode that it refuses, fopen makes no call: any value is right.
    return {MachineValue::Constant(OpenFlagsOfMode(*to.text).value_or(0)),
            ValueFunction::kItself,
            {}};
  }
  const bool is_text = to.function == ValueFunction::kItself &&
                       to.value.kind == MachineValue::Kind::kParameter &&
                       to.value.width_bits == 64;
  return {is_text ? to.value : MachineValue{}, function, {}};
}

PassedValues Unknown() { return {}; }

PassedValues From(const ParameterValues& values) {
  PassedValues passed;
  for (int i = 0; i < kFollowedParameters; ++i) passed[i].value = values[i];
  return passed;
}

}  // namespace

PassedValue Substitute(const MachineValue& value, const PassedValues& actual) {
  if (value.kind != MachineValue::Kind::kParameter)
    return {value.IsPortable() ? value : MachineValue{}};
  if (value.parameter >= kFollowedParameters) return {};
  PassedValue passed = actual[value.parameter];
  ParameterValues plain;
  plain[value.parameter] = passed.value;
  // The values that functions give have 32 bits.
  if (passed.function == ValueFunction::kItself)
    passed.value = Substitute(value, plain);
  if (value.width_bits != 64) passed.text.reset();
  return passed;
}

bool IsTellingArgument(uint32_t number, size_t argument) {
  const Syscall* call =
      SyscallTable::For(Architecture::kX8664).FindByNumber(number);
  return call != nullptr && IsTelling(*call, argument);
}

// --- Which parameters matter
// ----------------------------------------------------------------------

ParameterUse::ParameterUse(const CallGraph& graph, const LinkMap& link)
    : graph_(graph), used_(graph.size(), 0) {
  AddModels(link);
  for (uint32_t node = 0; node < graph.indirect_node(); ++node)
    used_[node] = UseInSites(node);
  for (int round = 0; round < kMostCallers; ++round)
    for (uint32_t node = 0; node < graph.indirect_node(); ++node)
      used_[node] |= UseInCalls(node);
}

void ParameterUse::AddModels(const LinkMap& link) {
  for (uint32_t i = 0; i < link.images().size(); ++i) {
    const ElfImage& file = link.images()[i];
    if (file.soname() != "libc.so.6" || !strings_.Holds(file, kModelledLibrary))
      continue;
    for (const PassingModel& model : PassingModels()) {
      const auto caller = file.FindFunction(model.caller);
      const auto callee = file.FindFunction(model.callee);
      if (caller && callee)
        models_[{graph_.NodeOf(i, *caller), graph_.NodeOf(i, *callee)}] =
            &model;
    }
  }
}

const PassingModel* ParameterUse::ModelOf(uint32_t caller, uint32_t callee,
                                          int argument) const {
  const auto found = models_.find({caller, callee});
  if (found == models_.end() || found->second->argument != argument)
    return nullptr;
  return found->second;
}

std::optional<std::string> ParameterUse::TextOf(
    uint32_t node, const MachineValue& value) const {
  if (value.kind != MachineValue::Kind::kAddress) return std::nullopt;
  return strings_.At(graph_.ImageOf(node), value);
}

uint8_t ParameterUse::UseInSites(uint32_t node) const {
  uint8_t used = 0;
  for (const SyscallSite& site : graph_.sites(node))
    for (size_t i = 0; i < site.arguments.size(); ++i)
      if (std::ranges::any_of(site.possible_numbers, [&](uint32_t number) {
            return IsTellingArgument(number, i);
          }))
        used |= BitOf(site.arguments[i]);
  return used;
}

uint8_t ParameterUse::UseInCalls(uint32_t node) const {
  uint8_t used = 0;
  for (const CallEdge& edge : graph_.edges(node)) {
    if (edge.site == nullptr) continue;
    for (int i = 0; i < kFollowedParameters; ++i) {
      if (!IsUsed(used_[edge.target], i)) continue;
      const PassingModel* model = ModelOf(node, edge.target, i);
      if (model == nullptr)
        used |= BitOf(edge.site->arguments[i]);
      else if (model->parameter >= 0)
        used |= BitOf(MachineValue::Parameter(model->parameter));
    }
  }
  return used;
}

// --- What is passed
// ----------------------------------------------------------------------

PassedArguments::PassedArguments(const CallGraph& graph,
                                 const ParameterUse& use,
                                 const std::vector<uint32_t>& reached,
                                 const std::map<uint32_t, ParameterValues>& own,
                                 const std::vector<uint32_t>& entered)
    : use_(use), own_(own) {
  for (const uint32_t node : entered)
    if (use_.Of(node) != 0) calls_.push_back({node, node, nullptr});
  for (const uint32_t node : reached)
    for (const CallEdge& edge : graph.edges(node)) {
      // What `own` jumps to is in it.
      const bool is_own =
          edge.kind == CallEdge::Kind::kTail && own.contains(node);
      if (use_.Of(edge.target) != 0 && !is_own)
        calls_.push_back({edge.target, node, edge.site});
    }
  // Of one caller's calls too, so that the order is always the same.
  std::ranges::sort(calls_, {}, [](const Call& call) {
    return std::tuple(call.callee, call.caller,
                      call.site == nullptr ? 0 : call.site->address);
  });
}

const std::vector<PassedArguments::Way>& PassedArguments::Of(uint32_t node) {
  const auto [found, is_new] = found_.try_emplace(node);
  if (is_new) found->second = Find(node, kMostCallers);
  return found->second;
}

std::vector<PassedArguments::Way> PassedArguments::Find(uint32_t node,
                                                        int depth) {
  std::vector<Way> ways;
  const auto [first, last] =
      std::ranges::equal_range(calls_, node, {}, &Call::callee);
  for (auto call = first; call != last && ways.size() <= kMostWays; ++call)
    AddWays(*call, depth, ways);
  if (ways.empty() && !own_.contains(node)) ways.push_back({Unknown(), {}});
  if (ways.size() > kMostWays) ways = {{Unknown(), {}}};
  return ways;
}

void PassedArguments::AddWays(const Call& call, int depth,
                              std::vector<Way>& ways) {
  const auto add = [&](Way way) {
    if (std::ranges::find(ways, way.values, &Way::values) == ways.end())
      ways.push_back(std::move(way));
  };
  if (call.site == nullptr) return add({Unknown(), {}});
  const uint8_t used = use_.Of(call.callee);
  for (const PassedValues& values : ValuesOf(call.caller, depth - 1)) {
    PassedValues passed;
    for (int i = 0; i < kFollowedParameters; ++i)
      if (IsUsed(used, i)) passed[i] = Argument(call, i, values);
    add({std::move(passed), call.caller});
  }
}

std::vector<PassedValues> PassedArguments::ValuesOf(uint32_t caller,
                                                    int depth) {
  if (depth == 0 || use_.Of(caller) == 0) return {Unknown()};
  std::vector<PassedValues> all;
  if (const auto own = own_.find(caller); own != own_.end())
    all.push_back(From(own->second));
  for (Way& way : Find(caller, depth)) all.push_back(std::move(way.values));
  return all;
}

PassedValue PassedArguments::Argument(const Call& call, int argument,
                                      const PassedValues& values) const {
  if (const PassingModel* model =
          use_.ModelOf(call.caller, call.callee, argument)) {
    if (model->parameter < 0)
      return Applied(model->function,
                     {MachineValue::Constant(model->constant)});
    return Applied(model->function, values[model->parameter]);
  }
  const MachineValue& value = call.site->arguments[argument];
  PassedValue passed = Substitute(value, values);
  if (auto text = use_.TextOf(call.caller, value))
    passed.text = std::move(text);
  return passed;
}

}  // namespace bailey::analyzer
