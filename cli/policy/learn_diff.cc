#include "cli/policy/learn_diff.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "common/documents/plan.h"
#include "common/printable.h"
#include "common/syscalls/argument_values.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::cli {
namespace {

namespace fs = std::filesystem;

constexpr Architecture kArchitecture = Architecture::kX8664;

bool Permits(const policy::PortionPolicy& portion, const SeccompData& call) {
  const policy::ActionKind kind =
      policy::Evaluate(kArchitecture, portion, call).action.kind;
  return kind == policy::ActionKind::kAllow || kind == policy::ActionKind::kLog;
}

bool Covers(const policy::PortionPolicy& portion, const std::string& path,
            bool read, bool write) {
  bool reads = !read;
  bool writes = !write;
  for (const PlanFileRule& rule : portion.files) {
    if (!RuleCovers(rule, path)) continue;
    reads |= rule.read;
    writes |= rule.write;
  }
  return reads && writes;
}

// The offset of the brace that closes the block which `from` is before, or the
// text's size. Strings and comments are skipped.
size_t ClosingBrace(std::string_view text, size_t from) {
  int depth = 0;
  for (size_t i = from; i < text.size(); ++i) {
    const bool comment =
        text[i] == '#' || (text[i] == '/' && text.substr(i).starts_with("//"));
    if (comment) {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '"') {
      i = std::min(text.find('"', i + 1), text.size());
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return text.size();
}

// The beginning of the line of the brace that ends the portion, or the policy
// where no portion is written.
size_t PlaceForRules(const LearnInputs& inputs) {
  const std::string& text = inputs.text.text;
  const size_t block = text.find("portion " + inputs.portion->name);
  const size_t brace =
      ClosingBrace(text, block == std::string::npos ? 0 : block);
  const size_t line = text.rfind('\n', brace == 0 ? 0 : brace - 1);
  const bool alone = line != std::string::npos && brace < text.size() &&
                     text.find_first_not_of(" \t", line + 1) == brace;
  return alone ? line + 1 : brace;
}

int LineOf(std::string_view text, size_t offset) {
  return 1 + static_cast<int>(std::ranges::count(text.substr(0, offset), '\n'));
}

// A string of the policy language can hold it, and it is no pattern.
bool IsPlain(const std::string& path) {
  return std::ranges::all_of(path, [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '*' && c != '?';
  });
}

std::string CallRule(const SeccompData& data) {
  const Syscall* call =
      SyscallTable::For(kArchitecture).FindByNumber(data.number);
  if (call == nullptr) return "";
  std::string conditions;
  for (size_t i = 0; i < call->arguments.size(); ++i) {
    if (!IsTelling(*call, i)) continue;
    if (!conditions.empty()) conditions += ", ";
    conditions += fmt::format("{} == {}", call->arguments[i].name,
                              ArgumentValueText(*call, i, data.arguments[i]));
  }
  return conditions.empty()
             ? fmt::format("allow syscall {};", call->name)
             : fmt::format("allow syscall {}({});", call->name, conditions);
}

class DiffMaker {
 public:
  explicit DiffMaker(const LearnInputs& inputs)
      : inputs_(inputs), place_(PlaceForRules(inputs)) {}

  LearnDiff Make() {
    diff_.policy = inputs_.text.name;
    diff_.portion = inputs_.portion->name;
    diff_.mode = inputs_.learned.mode;
    diff_.omitted = inputs_.learned.omitted;
    diff_.insert_line = LineOf(inputs_.text.text, place_);
    for (const executor::WantedFile& file : inputs_.learned.files)
      AddFile(file);
    for (const executor::WantedCall& call : inputs_.learned.calls)
      AddCall(call);
    FindUnused();
    return std::move(diff_);
  }

 private:
  // The policy with what is proposed so far and one rule more, if it is one.
  std::optional<policy::Policy> With(const std::string& rule) const {
    SourceText text = inputs_.text;
    std::string rules;
    for (const ProposedRule& added : diff_.add) rules += added.rule + "\n";
    text.text.insert(place_, rules + rule + "\n");
    return inputs_.load(text);
  }

  void Refuse(std::string rule, uint64_t count, std::string why) {
    diff_.refused.push_back({std::move(rule), count, std::move(why)});
  }

  void AddFile(const executor::WantedFile& file) {
    std::error_code error;
    std::string path = file.path;
    const bool is_directory = fs::is_directory(path, error);
    // A new file is made in its directory, which the rule must name.
    const bool is_new = file.write && !fs::exists(path, error);
    if (is_new) path = fs::path(path).parent_path().string();
    const std::string name =
        is_directory || is_new ? (path == "/" ? "/**" : path + "/**") : path;
    for (const bool write : {false, true}) {
      if (!(write ? file.write : file.read)) continue;
      AddFileRule(
          file, path, write,
          fmt::format("allow file {} \"{}\";", write ? "write" : "read", name));
    }
  }

  void AddFileRule(const executor::WantedFile& file, const std::string& path,
                   bool write, const std::string& rule) {
    std::error_code error;
    if (!seen_.insert(rule).second) return;
    if (!IsPlain(path) || !fs::exists(path, error)) {
      return Refuse(rule, file.count, "there is no such path on this host");
    }
    if (inputs_.ceiling != nullptr &&
        !Covers(*inputs_.ceiling, path, !write, write)) {
      return Refuse(rule, file.count, "the ceiling has no rule for the path");
    }
    if (!With(rule))
      return Refuse(rule, file.count, "it is no valid rule here");
    diff_.add.push_back({rule, file.count, "no file rule covers it"});
  }

  void AddCall(const executor::WantedCall& wanted) {
    const std::string rule = CallRule(wanted.call);
    if (rule.empty()) {
      return Refuse(fmt::format("system call {}", wanted.call.number),
                    wanted.count, "no table knows its name");
    }
    // A file rule that was just proposed may have implied it.
    const std::optional<policy::Policy> before = With("");
    if (before && PermitsIn(*before, wanted.call)) return;
    if (inputs_.ceiling != nullptr && !Permits(*inputs_.ceiling, wanted.call)) {
      return Refuse(rule, wanted.count, "the ceiling denies it");
    }
    const std::optional<policy::Policy> after = With(rule);
    if (!after || !PermitsIn(*after, wanted.call)) {
      return Refuse(
          rule, wanted.count,
          fmt::format("`{}` denies it whatever is allowed", wanted.rule.text));
    }
    diff_.add.push_back(
        {rule, wanted.count, fmt::format("denied by `{}`", wanted.rule.text)});
  }

  bool PermitsIn(const policy::Policy& policy, const SeccompData& call) const {
    const policy::PortionPolicy* portion =
        FindPortion(policy, inputs_.portion->name);
    return portion != nullptr && Permits(*portion, call);
  }

  bool BelongsToPortion(uint32_t index) const {
    const policy::PortionPolicy& portion = *inputs_.portion;
    return std::ranges::any_of(portion.syscalls,
                               [&](const policy::SyscallRule& rule) {
                                 return rule.rule == index;
                               }) ||
           std::ranges::any_of(portion.files, [&](const PlanFileRule& rule) {
             return rule.rule == index;
           });
  }

  // The author's own permissions: a denial that nothing met has done its work.
  void FindUnused() {
    std::set<uint32_t> used;
    for (const executor::RuleUse& use : inputs_.learned.uses)
      used.insert(use.rule.index);
    for (const policy::RuleInfo& rule : inputs_.policy->rules) {
      if (rule.file != inputs_.text.name || used.contains(rule.index) ||
          !rule.text.starts_with("allow") || !BelongsToPortion(rule.index))
        continue;
      diff_.unused.push_back({rule.text, rule.line});
    }
  }

  const LearnInputs& inputs_;
  const size_t place_;
  std::set<std::string> seen_;
  LearnDiff diff_;
};

std::string Times(uint64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

Json RuleJson(const ProposedRule& rule) {
  return {
      {"rule", rule.rule}, {"count", rule.count}, {"because", rule.because}};
}

}  // namespace

Result<LearnDiff> MakeLearnDiff(const LearnInputs& inputs) {
  return DiffMaker(inputs).Make();
}

std::string RenderLearnText(const LearnDiff& diff) {
  const bool permissive = diff.mode == executor::LearnMode::kPermissive;
  std::string text =
      permissive ? "learned PERMISSIVELY: the ceiling was enforced, and the "
                   "policy was not\n"
                 : "learned while the policy was enforced\n";
  text += fmt::format("--- {0}\n+++ {0} (portion {1})\n", diff.policy,
                      diff.portion);
  if (!diff.add.empty())
    text += fmt::format("@@ before line {} @@\n", diff.insert_line);
  for (const ProposedRule& rule : diff.add)
    text += fmt::format("+  {}  # {}; {}\n", rule.rule, Times(rule.count),
                        rule.because);
  for (const UnusedRule& rule : diff.unused)
    text += fmt::format("@@ line {}: nothing used it @@\n-  {}\n", rule.line,
                        rule.rule);
  for (const ProposedRule& rule : diff.refused)
    text += fmt::format("not proposed: {}  # {}; {}\n", Printable(rule.rule),
                        Times(rule.count), rule.because);
  if (diff.omitted > 0)
    text += fmt::format("and {} more, beyond what is counted\n", diff.omitted);
  if (diff.add.empty() && diff.unused.empty())
    text += "nothing to add, and nothing that was not used\n";
  return text;
}

std::string RenderLearnJson(const LearnDiff& diff) {
  Json add = Json::array();
  for (const ProposedRule& rule : diff.add) add.push_back(RuleJson(rule));
  Json refused = Json::array();
  for (const ProposedRule& rule : diff.refused)
    refused.push_back(RuleJson(rule));
  Json unused = Json::array();
  for (const UnusedRule& rule : diff.unused)
    unused.push_back({{"rule", rule.rule}, {"line", rule.line}});
  return WriteJson({{"schema", "bailey.learn/1"},
                    {"policy", diff.policy},
                    {"portion", diff.portion},
                    {"mode", executor::LearnModeName(diff.mode)},
                    {"insert_before_line", diff.insert_line},
                    {"add", std::move(add)},
                    {"unused", std::move(unused)},
                    {"refused", std::move(refused)},
                    {"omitted", diff.omitted}});
}

}  // namespace bailey::cli
