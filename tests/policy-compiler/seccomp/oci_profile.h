// Policies from the OCI profiles in testdata/seccomp: real inputs for tests.
//
//   Policy policy = LoadOciProfile("docker");

#ifndef BAILEY_TESTS_POLICY_COMPILER_SECCOMP_OCI_PROFILE_H_
#define BAILEY_TESTS_POLICY_COMPILER_SECCOMP_OCI_PROFILE_H_

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "common/fd.h"
#include "common/json.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

inline Condition OciCondition(const Syscall& call, Widths widths,
                              const Json& argument) {
  static const std::map<std::string, CompareOp> kOperators = {
      {"SCMP_CMP_EQ", CompareOp::kEqual},
      {"SCMP_CMP_NE", CompareOp::kNotEqual},
      {"SCMP_CMP_LT", CompareOp::kLess},
      {"SCMP_CMP_LE", CompareOp::kLessEqual},
      {"SCMP_CMP_GT", CompareOp::kGreater},
      {"SCMP_CMP_GE", CompareOp::kGreaterEqual},
      {"SCMP_CMP_MASKED_EQ", CompareOp::kEqual}};
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  Comparison& comparison = condition.comparison;
  comparison.argument = argument["index"].get<int>();
  comparison.op = kOperators.at(argument["op"].get<std::string>());
  comparison.value = argument["value"].get<uint64_t>();
  if (argument["op"] == "SCMP_CMP_MASKED_EQ") {
    comparison.mask = comparison.value;
    comparison.value = argument["valueTwo"].get<uint64_t>();
  }
  if (widths == Widths::kKernel) {
    const SyscallArgument& read =
        call.arguments[static_cast<size_t>(comparison.argument)];
    comparison.width_bits = read.width_bits;
    comparison.is_signed = read.is_signed;
  }
  return condition;
}

// The profiles here have these two.
inline Action OciAction(const Json& entry) {
  if (entry["action"] == "SCMP_ACT_ALLOW") return {ActionKind::kAllow};
  EXPECT_EQ(entry["action"], "SCMP_ACT_ERRNO");
  return {ActionKind::kErrno, entry["errnoRet"].get<uint16_t>()};
}

// Names that the table does not know are left out.
inline Policy LoadOciProfile(const std::string& name,
                             Widths widths = Widths::kFull) {
  Policy policy;
  policy.name = name;
  PortionPolicy portion;
  portion.name = "main";
  portion.otherwise = {ActionKind::kErrno, 1};
  const std::string path =
      std::string(BAILEY_TESTDATA) + "/seccomp/" + name + ".oci.json";
  const auto text = ReadFile(path);
  EXPECT_TRUE(text.ok()) << path;
  const auto profile = ParseJson(text.value_or("{}"), path);
  EXPECT_TRUE(profile.ok()) << path;
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  for (const Json& entry : (*profile)["syscalls"]) {
    for (const Json& call_name : entry["names"]) {
      const Syscall* call = table.FindByName(call_name.get<std::string>());
      if (call == nullptr) continue;
      SyscallRule rule;
      rule.number = call->number;
      rule.action = OciAction(entry);
      rule.rule =
          kFirstUserRule + static_cast<uint32_t>(portion.syscalls.size());
      if (entry.contains("args")) {
        for (const Json& argument : entry["args"]) {
          rule.when.operands.push_back(OciCondition(*call, widths, argument));
        }
      }
      portion.syscalls.push_back(rule);
    }
  }
  policy.portions.push_back(portion);
  return policy;
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_SECCOMP_OCI_PROFILE_H_
