#include "policy-compiler/formats/kafel/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "common/check.h"
#include "policy-compiler/formats/call_regions.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/formats/kafel/names.h"
#include "policy-compiler/formats/ranked_rules.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/compare_op.h"

namespace bailey::policy {
namespace {

using Kind = Condition::Kind;

// A condition of more parts is no text that anybody could use.
constexpr size_t kMaxParts = 5'000;
constexpr size_t kMaxLine = 80;
constexpr uint32_t kFirstX32 = 0x40000000;
// The kernel's tables end below 600 on x86_64 (x32's own calls are the last),
// and below 500 elsewhere; a filter that allows by default is to outlive some
// of their growth.
constexpr uint32_t kManyNumbers = 1024;
constexpr uint32_t kSomeNumbers = 512;

std::string ActionText(const Action& action) {
  switch (action.kind) {
    case ActionKind::kAllow:
      return "ALLOW";
    case ActionKind::kLog:
      return "LOG";
    case ActionKind::kErrno:
      return fmt::format("ERRNO({})", action.errno_value);
    case ActionKind::kTrap:
      return "TRAP(0)";
    case ActionKind::kKillThread:
      return "KILL";
    case ActionKind::kKillProcess:
      return "KILL_PROCESS";
  }
  CHECK(false);
}

std::string NumberText(uint64_t value) {
  return value < 0x10000 ? std::to_string(value) : fmt::format("{:#x}", value);
}

using Names = std::vector<std::string>;

std::string TestText(const Comparison& comparison, const Names& names) {
  std::string operand = names.at(static_cast<size_t>(comparison.argument));
  if (comparison.mask != ~uint64_t{0})
    operand = fmt::format("({} & {:#x})", operand, comparison.mask);
  return fmt::format("{} {} {}", operand, OperatorText(comparison.op),
                     NumberText(comparison.value));
}

std::string ConditionWords(const Condition& condition, const Names& names);

// In halves, since Kafel counts each operator of a chain as a level, of which
// it takes 200.
std::string ListText(const Condition& condition, size_t begin, size_t end,
                     const Names& names) {
  const std::string_view symbol =
      condition.kind == Kind::kAll ? " && " : " || ";
  constexpr size_t kChain = 16;
  std::string text;
  if (end - begin > kChain) {
    const size_t middle = begin + (end - begin) / 2;
    return fmt::format("({}){}({})", ListText(condition, begin, middle, names),
                       symbol, ListText(condition, middle, end, names));
  }
  for (size_t i = begin; i < end; ++i) {
    const Condition& operand = condition.operands[i];
    const std::string part = ConditionWords(operand, names);
    if (i > begin) text += symbol;
    text += operand.kind == Kind::kCompare ? part : "(" + part + ")";
  }
  return text;
}

std::string ConditionWords(const Condition& condition, const Names& names) {
  if (condition.kind == Kind::kCompare)
    return TestText(condition.comparison, names);
  return ListText(condition, 0, condition.operands.size(), names);
}

int LastArgument(const Condition& condition) {
  int last =
      condition.kind == Kind::kCompare ? condition.comparison.argument : -1;
  for (const Condition& operand : condition.operands)
    last = std::max(last, LastArgument(operand));
  return last;
}

// As they are declared: the call's own where Kafel can read them.
Names ArgumentNames(const Syscall& call, int last) {
  Names names;
  for (int i = 0; i <= last; ++i) {
    const auto index = static_cast<size_t>(i);
    std::string name = index < call.arguments.size()
                           ? std::string(call.arguments[index].name)
                           : "";
    if (!IsKafelName(name)) name = fmt::format("word{}", i);
    names.push_back(std::move(name));
  }
  return names;
}

std::string JoinNames(const Names& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string ConditionalText(const std::string& name, const Syscall& call,
                            const Condition& when) {
  const Names names = ArgumentNames(call, LastArgument(when));
  return fmt::format("{}({}) {{ {} }}", name, JoinNames(names),
                     ConditionWords(when, names));
}

class Exporter {
 public:
  Exporter(const Policy& policy, const PortionPolicy& portion)
      : policy_(policy), portion_(portion) {}

  ExportedPolicy Run() {
    const SyscallTable& table = SyscallTable::For(policy_.architecture);
    for (const Syscall& call : table.all()) AddCall(call);
    AddUnknownNumbers(table);
    exported_.text = Text();
    return std::move(exported_);
  }

 private:
  void AddCall(const Syscall& call) {
    const std::string name = KafelCallText(policy_.architecture, call);
    std::vector<RankedRule> rules = RankedRules(portion_, call);
    size_t parts = 0;
    for (const RankedRule& rule : rules) parts += PartsOf(rule.when);
    if (parts > kMaxParts) {
      AddLoss(call, rules.front());
      rules = {{StrongestAction(portion_, call), Always(), 0}};
    }
    for (const RankedRule& rule : rules) {
      if (IsAlways(rule.when))
        blocks_[rule.action].whole.push_back(name);
      else
        blocks_[rule.action].conditional.push_back(
            ConditionalText(name, call, rule.when));
    }
    const Action unmatched = UnmatchedAction(portion_, call);
    const bool ends = !rules.empty() && IsAlways(rules.back().when);
    if (unmatched != portion_.otherwise && !ends)
      blocks_[unmatched].last.push_back(name);
  }

  void AddLoss(const Syscall& call, const RankedRule& rule) {
    exported_.losses.push_back(
        {DescribeRule(policy_, portion_, rule.rule).text,
         fmt::format("the conditions on `{}` are too large; it gets its "
                     "strongest answer for all arguments",
                     call.name)});
  }

  // What the language answers by itself and Kafel by its default.
  void AddUnknownNumbers(const SyscallTable& table) {
    if (portion_.otherwise.kind >= ActionKind::kKillThread) return;
    const bool allows = !IsDenial(portion_.otherwise);
    const uint32_t end = allows ? kManyNumbers : kSomeNumbers;
    Block& enosys = blocks_[{ActionKind::kErrno, ENOSYS}];
    for (uint32_t number = 0; number < end; ++number)
      if (table.FindByNumber(number) == nullptr)
        enosys.whole.push_back(fmt::format("SYSCALL[{}]", number));
    if (!allows || policy_.architecture != Architecture::kX8664) return;
    Block& kill = blocks_[{ActionKind::kKillProcess, 0}];
    for (uint32_t number = 0; number < kManyNumbers; ++number)
      kill.whole.push_back(fmt::format("SYSCALL[{:#x}]", kFirstX32 + number));
  }

  static std::string FiltersText(const Names& filters) {
    std::string text, line = " ";
    for (const std::string& filter : filters) {
      const bool last = &filter == &filters.back();
      const std::string next = " " + filter + (last ? "" : ",");
      if (line.size() > 1 && line.size() + next.size() > kMaxLine) {
        text += line + "\n";
        line = " ";
      }
      line += next;
    }
    return text + line + "\n";
  }

  std::string Text() const {
    std::string text;
    for (const std::string& line : ExportHead(policy_, portion_))
      text += "// " + line + "\n";
    text +=
        "// Kafel kills the thread that makes a call of another architecture, "
        "and answers\n// numbers that are not named here by the default.\n";
    std::string blocks;
    const auto add = [&](const Action& action, const Names& filters) {
      if (filters.empty()) return;
      blocks += (blocks.empty() ? "\n" : ",\n") + ActionText(action) + " {\n" +
                FiltersText(filters) + "}";
    };
    for (const auto& [action, block] : blocks_) {
      Names filters = block.whole;
      filters.insert(filters.end(), block.conditional.begin(),
                     block.conditional.end());
      add(action, filters);
    }
    for (const auto& [action, block] : blocks_) add(action, block.last);
    return text + blocks + "\n\nDEFAULT " + ActionText(portion_.otherwise) +
           "\n";
  }

  struct Block {
    Names whole;
    Names conditional;
    Names last;  // calls with an answer of their own where nothing matches
  };

  const Policy& policy_;
  const PortionPolicy& portion_;
  std::map<Action, Block, StrongestFirst> blocks_;
  ExportedPolicy exported_;
};

}  // namespace

Result<ExportedPolicy> ExportKafel(const Policy& policy,
                                   const PortionPolicy& portion) {
  return Exporter(policy, portion).Run();
}

}  // namespace bailey::policy
