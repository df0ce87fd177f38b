#include "policy-compiler/split/array_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {
namespace {

int IndexOf(const FlowFunction& function, const std::string& name) {
  const auto found =
      std::ranges::find(function.parameters, name, &FlowParameter::name);
  return found == function.parameters.end()
             ? -1
             : static_cast<int>(found - function.parameters.begin());
}

const FlowParameter& At(const FlowFunction& function, int index) {
  return function.parameters[static_cast<size_t>(index)];
}

bool IsArrayOf(const FlowFunction& function, const StringParameter& word) {
  return !word.count.empty() && IsNamed(function, word.function) &&
         !WhyNoArray(function, word);
}

}  // namespace

std::optional<std::string> WhyNoArray(const FlowFunction& function,
                                      const StringParameter& word) {
  const int array = IndexOf(function, word.parameter);
  const int count = IndexOf(function, word.count);
  for (const auto& [index, name] :
       {std::pair{array, word.parameter}, std::pair{count, word.count}})
    if (index < 0)
      return fmt::format("`{}` has no parameter `{}`", word.function, name);
  if (At(function, array).type.kind != TypeKind::kPointer)
    return fmt::format("the parameter `{}` of `{}` is no pointer",
                       word.parameter, word.function);
  if (At(function, count).type.kind != TypeKind::kInteger)
    return fmt::format("the parameter `{}` of `{}` is no integer", word.count,
                       word.function);
  return std::nullopt;
}

FlowFunction WithArrays(const FlowFunction& function,
                        const std::vector<StringParameter>& words) {
  FlowFunction said = function;
  for (const StringParameter& word : words) {
    if (!IsArrayOf(function, word)) continue;
    FlowParameter& array =
        said.parameters[static_cast<size_t>(IndexOf(function, word.parameter))];
    // The source's own word about the direction stands.
    if (array.access == AccessMode::kUnknown)
      array.access = array.type.pointee.is_const ? AccessMode::kReadOnly
                                                 : AccessMode::kReadWrite;
    array.length_parameter = IndexOf(function, word.count);
  }
  return said;
}

void GuardArrays(const FlowFunction& function,
                 const std::vector<StringParameter>& words,
                 Crossing& crossing) {
  for (const StringParameter& word : words)
    if (IsArrayOf(function, word))
      crossing
          .parameters[static_cast<size_t>(IndexOf(function, word.parameter))]
          .guarded = true;
}

}  // namespace bailey::policy
