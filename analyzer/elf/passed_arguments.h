// What the functions that a search reached are called with: the values of their
// parameters, one set for each way to be called, through a few callers.
// Internal to analyzer/elf.
//
//   const ParameterUse use(graph);
//   PassedArguments passed(graph, use, reached, own);
//   for (const PassedValues& values : passed.Of(node)) …
//
// Of a function whose address something reached takes, and of one that is
// called in too many ways, nothing is known.

#ifndef BAILEY_ANALYZER_ELF_PASSED_ARGUMENTS_H_
#define BAILEY_ANALYZER_ELF_PASSED_ARGUMENTS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/image_strings.h"
#include "analyzer/elf/library_models.h"
#include "analyzer/elf/machine_value.h"

namespace bailey::analyzer {

// Portable, like what Substitute() gives.
struct PassedValue {
  MachineValue value;
  ValueFunction function = ValueFunction::kItself;  // of `value`
  // Of an address of a constant text in some file.
  std::optional<std::string> text = std::nullopt;

  bool operator==(const PassedValue&) const = default;
};

using PassedValues = std::array<PassedValue, kFollowedParameters>;

// What `value` is where the function's parameters have these values.
PassedValue Substitute(const MachineValue& value, const PassedValues& actual);

// Flags, operations and the like: other arguments of system calls are not
// followed through callers.
bool IsTellingArgument(uint32_t number, size_t argument);

// Which parameters of each function of a graph matter: those that telling
// arguments of system calls are made of, in it or in what it calls. And the
// models that hold in the graph.
class ParameterUse {
 public:
  // `graph` must outlive this.
  ParameterUse(const CallGraph& graph, const LinkMap& link);

  // A bit for each parameter.
  uint8_t Of(uint32_t node) const { return used_[node]; }
  // Null: none.
  const PassingModel* ModelOf(uint32_t caller, uint32_t callee,
                              int argument) const;
  // The text that an argument is at a call in `node`'s file.
  std::optional<std::string> TextOf(uint32_t node,
                                    const MachineValue& value) const;

 private:
  void AddModels(const LinkMap& link);
  uint8_t UseInSites(uint32_t node) const;
  uint8_t UseInCalls(uint32_t node) const;

  const CallGraph& graph_;
  std::vector<uint8_t> used_;
  std::map<std::pair<uint32_t, uint32_t>, const PassingModel*> models_;
  mutable ImageStrings strings_;
};

class PassedArguments {
 public:
  // One way to be called.
  struct Way {
    PassedValues values;
    std::optional<uint32_t> caller;  // nothing: by whom is not known
  };

  // `own`: functions that are entered with these values besides; `entered`:
  // with any. `use` and `own` must outlive this.
  PassedArguments(const CallGraph& graph, const ParameterUse& use,
                  const std::vector<uint32_t>& reached,
                  const std::map<uint32_t, ParameterValues>& own,
                  const std::vector<uint32_t>& entered);

  // Not the ways of `own`; at least one for any other node that is reached.
  const std::vector<Way>& Of(uint32_t node);

 private:
  struct Call {
    uint32_t callee = 0;
    uint32_t caller = 0;
    const CallSite* site = nullptr;  // null: by its address
  };
  using Calls = std::vector<Call>;

  std::vector<Way> Find(uint32_t node, int depth);
  void AddWays(const Call& call, int depth, std::vector<Way>& ways);
  std::vector<PassedValues> ValuesOf(uint32_t caller, int depth);
  PassedValue Argument(const Call& call, int argument,
                       const PassedValues& values) const;

  const ParameterUse& use_;
  const std::map<uint32_t, ParameterValues>& own_;
  Calls calls_;  // by callee
  std::map<uint32_t, std::vector<Way>> found_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_PASSED_ARGUMENTS_H_
