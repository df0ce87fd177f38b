// A raw filter against a policy, or against another one.

#include "cli/policy/diff_filters.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "cli/policy/commands.h"
#include "cli/policy/filter_files.h"
#include "common/json.h"
#include "policy-compiler/lift/lift.h"
#include "policy-compiler/verify/answer_classes.h"
#include "policy-compiler/verify/witness_text.h"

namespace bailey::cli {
namespace {

struct Side {
  std::vector<BpfProgram> stack;
  std::optional<LoadedPolicy> policy;  // none: it is a filter
};

// None: the policy's diagnostics were printed.
Result<std::optional<Side>> ReadSide(const std::string& file) {
  Side side;
  if (IsFilterFile(file)) {
    ASSIGN_OR_RETURN(side.stack, ReadFilterStack({file}));
    return side;
  }
  side.policy = LoadPolicyFile(file);
  if (!side.policy) return std::optional<Side>();
  return side;
}

Result<policy::AnswerSide> AnswersOf(const Side& side,
                                     Architecture architecture,
                                     const std::string& portion) {
  if (!side.policy) return policy::AnswerSide{.stack = side.stack};
  ASSIGN_OR_RETURN(
      const policy::Policy* const target,
      SelectTarget(*side.policy, std::string(ArchitectureName(architecture))));
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const chosen,
                   SelectPortion(*target, portion));
  return policy::AnswerSide{.policy = target, .portion = chosen};
}

Result<std::vector<Architecture>> Targets(const FilterDiffOptions& options,
                                          const Side& before,
                                          const Side& after) {
  if (!options.architecture.empty()) {
    const auto named = ParseArchitecture(options.architecture);
    if (named) return std::vector{*named};
    return Fail("unknown architecture `" + options.architecture + "`",
                "there are x86_64 and aarch64");
  }
  const Side& speaker = after.policy ? after : before;
  if (!speaker.policy) {
    ASSIGN_OR_RETURN(const Architecture one,
                     policy::ArchitectureOf(after.stack));
    return std::vector{one};
  }
  std::vector<Architecture> targets;
  for (const policy::Policy* target : speaker.policy->Targets())
    targets.push_back(target->architecture);
  return targets;
}

struct TargetDiff {
  Architecture architecture;
  policy::AnswerDiff diff;
  std::vector<policy::AnswerClass> classes;
};

bool Exceeds(policy::Relation relation) {
  return relation == policy::Relation::kLooser ||
         relation == policy::Relation::kIncomparable;
}

struct Summary {
  policy::Relation relation = policy::Relation::kEqual;
  bool decided = true;

  bool Open() const {
    return !decided && relation != policy::Relation::kIncomparable;
  }
  std::string_view Text() const {
    return Open() ? "unknown" : policy::RelationName(relation);
  }
  int ExitCode() const {
    if (Exceeds(relation)) return kExitNo;
    return decided ? kExitFine : kExitUnknown;
  }
};

Summary Summarize(const std::vector<TargetDiff>& targets) {
  Summary summary;
  for (const TargetDiff& target : targets) {
    summary.decided = summary.decided && target.diff.decided;
    for (const policy::AnswerClass& each : target.classes)
      summary.relation = policy::Joined(summary.relation, each.relation);
  }
  return summary;
}

std::string ClassText(Architecture architecture,
                      const policy::AnswerClass& each) {
  const policy::AnswerDifference& example = each.example;
  return fmt::format(
      "{}: {}: {} -> {}, as for {}{}\n", policy::RelationName(each.relation),
      policy::PlaceText(example, each.calls),
      policy::ReturnText(example.old_answer),
      policy::ReturnText(example.new_answer),
      policy::CallText(architecture, example.witness),
      architecture == Architecture::kX8664
          ? ""
          : fmt::format(" on {}", ArchitectureName(architecture)));
}

Json ClassJson(Architecture architecture, const policy::AnswerClass& each) {
  const policy::AnswerDifference& example = each.example;
  const SeccompData& data = example.witness;
  return {{"region", policy::RegionName(example.region)},
          {"calls", each.calls},
          {"relation", policy::RelationName(each.relation)},
          {"old", policy::ReturnText(example.old_answer)},
          {"new", policy::ReturnText(example.new_answer)},
          {"and_others_alike", example.stands_for_others},
          {"arch", ArchitectureName(architecture)},
          {"witness",
           {{"text", policy::CallText(architecture, data)},
            {"architecture", data.architecture},
            {"number", data.number},
            {"instruction_pointer", data.instruction_pointer},
            {"arguments", data.arguments}}}};
}

void PrintText(const std::vector<TargetDiff>& targets, size_t max_shown) {
  size_t shown = 0, more = 0;
  for (const TargetDiff& target : targets) {
    for (const policy::AnswerClass& each : target.classes) {
      if (max_shown != 0 && shown == max_shown) {
        ++more;
        continue;
      }
      ++shown;
      fmt::print("{}", ClassText(target.architecture, each));
    }
    if (!target.diff.decided)
      fmt::print("undecided: the solver gave up ({})\n", target.diff.reason);
  }
  if (more > 0) fmt::print("and {} more; --max 0 shows all\n", more);
  fmt::print("{}\n", Summarize(targets).Text());
}

void PrintJson(const std::vector<TargetDiff>& targets, size_t max_shown) {
  Json differences = Json::array(), undecided = Json::array();
  size_t more = 0;
  for (const TargetDiff& target : targets) {
    for (const policy::AnswerClass& each : target.classes) {
      if (max_shown != 0 && differences.size() == max_shown)
        ++more;
      else
        differences.push_back(ClassJson(target.architecture, each));
    }
    if (!target.diff.decided)
      undecided.push_back({{"arch", ArchitectureName(target.architecture)},
                           {"reason", target.diff.reason}});
  }
  fmt::print("{}", WriteJson({{"schema", "bailey.filter-diff/1"},
                              {"relation", Summarize(targets).Text()},
                              {"differences", std::move(differences)},
                              {"more", more},
                              {"undecided", std::move(undecided)}}));
}

}  // namespace

Result<int> DiffFilters(const FilterDiffOptions& options) {
  ASSIGN_OR_RETURN(const std::optional<Side> before,
                   ReadSide(options.old_file));
  ASSIGN_OR_RETURN(const std::optional<Side> after, ReadSide(options.new_file));
  if (!before || !after) return kExitError;
  ASSIGN_OR_RETURN(const std::vector<Architecture> architectures,
                   Targets(options, *before, *after));
  std::vector<TargetDiff> targets;
  for (const Architecture architecture : architectures) {
    ASSIGN_OR_RETURN(const policy::AnswerSide old_side,
                     AnswersOf(*before, architecture, options.diff.portion));
    ASSIGN_OR_RETURN(const policy::AnswerSide new_side,
                     AnswersOf(*after, architecture, options.diff.portion));
    policy::AnswerDiff diff = policy::DiffAnswers(
        architecture, old_side, new_side, options.diff.timeout_ms);
    std::vector<policy::AnswerClass> classes =
        policy::ClassesOf(architecture, diff, options.diff.order);
    targets.push_back({architecture, std::move(diff), std::move(classes)});
  }
  options.format == "json" ? PrintJson(targets, options.view.max_shown)
                           : PrintText(targets, options.view.max_shown);
  return Summarize(targets).ExitCode();
}

}  // namespace bailey::cli
