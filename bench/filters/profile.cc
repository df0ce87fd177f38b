#include "bench/filters/profile.h"

#include <map>

#include "common/fd.h"
#include "common/json.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::bench {
namespace {

using policy::CompareOp;

policy::CompareOp OpOf(const std::string& name) {
  static const std::map<std::string, CompareOp> kOperators = {
      {"SCMP_CMP_NE", CompareOp::kNotEqual},
      {"SCMP_CMP_LT", CompareOp::kLess},
      {"SCMP_CMP_LE", CompareOp::kLessEqual},
      {"SCMP_CMP_GT", CompareOp::kGreater},
      {"SCMP_CMP_GE", CompareOp::kGreaterEqual}};
  const auto at = kOperators.find(name);
  return at == kOperators.end() ? CompareOp::kEqual : at->second;
}

policy::Comparison OciComparison(uint32_t number, const Json& argument,
                                 ArgumentWidths widths) {
  const std::string op = argument["op"].get<std::string>();
  const int index = argument["index"].get<int>();
  const auto value = argument["value"].get<uint64_t>();
  if (op == "SCMP_CMP_MASKED_EQ") {
    return CompareArgument(number, index, widths, CompareOp::kEqual,
                           argument["valueTwo"].get<uint64_t>(), value);
  }
  return CompareArgument(number, index, widths, OpOf(op), value);
}

// The profiles here have these two.
policy::Action ActionOf(const Json& entry) {
  if (entry["action"] == "SCMP_ACT_ALLOW") return {policy::ActionKind::kAllow};
  return {policy::ActionKind::kErrno, entry["errnoRet"].get<uint16_t>()};
}

}  // namespace

policy::Comparison CompareArgument(uint32_t number, int argument,
                                   ArgumentWidths widths, CompareOp op,
                                   uint64_t value, uint64_t mask) {
  policy::Comparison comparison;
  comparison.argument = argument;
  comparison.op = op;
  const Syscall* call =
      SyscallTable::For(Architecture::kX8664).FindByNumber(number);
  if (widths == ArgumentWidths::kKernel && call != nullptr &&
      static_cast<size_t>(argument) < call->arguments.size()) {
    comparison.width_bits =
        call->arguments[static_cast<size_t>(argument)].width_bits;
  }
  const uint64_t all = ~uint64_t{0} >> (64 - comparison.width_bits);
  comparison.mask = mask & all;
  comparison.value = value & all;
  if (comparison.mask == all) comparison.mask = ~uint64_t{0};
  return comparison;
}

void AddRule(policy::Policy& policy, uint32_t number,
             const policy::Action& action,
             const std::vector<policy::Comparison>& all) {
  policy::PortionPolicy& portion = policy.portions[0];
  policy::SyscallRule rule;
  rule.number = number;
  rule.action = action;
  rule.rule =
      policy::kFirstUserRule + static_cast<uint32_t>(portion.syscalls.size());
  for (const policy::Comparison& comparison : all) {
    policy::Condition condition;
    condition.kind = policy::Condition::Kind::kCompare;
    condition.comparison = comparison;
    rule.when.operands.push_back(condition);
  }
  portion.syscalls.push_back(rule);
}

policy::Policy EmptyProfile(const std::string& name,
                            const policy::Action& otherwise) {
  policy::Policy policy;
  policy.name = name;
  policy::PortionPolicy portion;
  portion.name = "main";
  portion.otherwise = otherwise;
  policy.portions.push_back(portion);
  return policy;
}

Result<policy::Policy> LoadProfile(const std::string& name,
                                   ArgumentWidths widths) {
  const std::string path =
      std::string(BAILEY_TESTDATA) + "/seccomp/" + name + ".oci.json";
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const Json profile, ParseJson(text, path));
  policy::Policy policy = EmptyProfile(name, {policy::ActionKind::kErrno, 1});
  for (const Json& entry : profile["syscalls"]) {
    for (const Json& call_name : entry["names"]) {
      const Syscall* call = SyscallTable::For(Architecture::kX8664)
                                .FindByName(call_name.get<std::string>());
      if (call == nullptr) continue;
      std::vector<policy::Comparison> all;
      if (entry.contains("args")) {
        for (const Json& argument : entry["args"])
          all.push_back(OciComparison(call->number, argument, widths));
      }
      AddRule(policy, call->number, ActionOf(entry), all);
    }
  }
  return policy;
}

}  // namespace bailey::bench
