// What there is to say of a lift: differences and the proof, as text and JSON.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/json.h"
#include "policy-compiler/lift/lift.h"
#include "policy-compiler/verify/answer_classes.h"
#include "policy-compiler/verify/witness_text.h"

namespace bailey::policy {
namespace {

Json DifferenceJson(const LiftDifference& difference,
                    Architecture architecture) {
  const AnswerDifference& example = difference.example;
  const SeccompData& data = example.witness;
  return {{"region", RegionName(example.region)},
          {"calls", difference.calls},
          {"filter", ReturnText(example.old_answer)},
          {"policy", ReturnText(example.new_answer)},
          {"relation", RelationName(CompareAnswers(example.old_answer,
                                                   example.new_answer))},
          {"and_others_alike", example.stands_for_others},
          {"reason", difference.reason},
          {"witness",
           {{"text", CallText(architecture, data)},
            {"architecture", data.architecture},
            {"number", data.number},
            {"instruction_pointer", data.instruction_pointer},
            {"arguments", data.arguments}}}};
}

}  // namespace

std::string DifferenceLine(const LiftDifference& difference,
                           Architecture architecture) {
  const AnswerDifference& example = difference.example;
  std::string text = fmt::format(
      "{}: the filter answers {}{}, the policy {}",
      PlaceText(example, difference.calls), ReturnText(example.old_answer),
      example.stands_for_others ? " (or another errno or number)" : "",
      ReturnText(example.new_answer));
  text += fmt::format(", as for {}", CallText(architecture, example.witness));
  return difference.reason.empty()
             ? text
             : text + fmt::format(" ({})", difference.reason);
}

std::string RenderLiftText(const LiftedPolicy& lifted) {
  std::string text;
  for (const LiftDifference& difference : lifted.differences)
    text += fmt::format("differs: {}\n",
                        DifferenceLine(difference, lifted.architecture));
  if (!lifted.decided)
    return text + fmt::format("not proved: {}\n", lifted.undecided_reason);
  return text +
         fmt::format("{} instructions, proved equal{} by {} in {:.3f} s\n",
                     fmt::join(lifted.instructions, " + "),
                     lifted.differences.empty() ? "" : " but for these",
                     lifted.solver, lifted.seconds);
}

std::string RenderLiftJson(const LiftedPolicy& lifted) {
  Json differences = Json::array();
  for (const LiftDifference& difference : lifted.differences)
    differences.push_back(DifferenceJson(difference, lifted.architecture));
  Json json = {{"schema", "bailey.lift/1"},
               {"policy", lifted.decided ? Json(lifted.text) : Json()},
               {"arch", ArchitectureName(lifted.architecture)},
               {"widths", lifted.widths == Widths::kFull ? "full" : "kernel"},
               {"instructions", lifted.instructions},
               {"proved", lifted.decided ? Json(true) : Json("unknown")},
               {"differences", std::move(differences)},
               {"solver", lifted.solver},
               {"seconds", lifted.seconds}};
  if (!lifted.decided) json["reason"] = lifted.undecided_reason;
  return WriteJson(json);
}

}  // namespace bailey::policy
