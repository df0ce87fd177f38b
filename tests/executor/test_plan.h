// A plan of two portions around tests/executor/portions: `main`, untrusted, and
// `signer`, which has the key; and the bundle of both with the unsplit program.

#ifndef BAILEY_TESTS_EXECUTOR_TEST_PLAN_H_
#define BAILEY_TESTS_EXECUTOR_TEST_PLAN_H_

#include <string>

#include "common/documents/bundle.h"
#include "common/documents/plan.h"
#include "tests/executor/test_filters.h"

namespace bailey::executor {

inline constexpr std::string_view kTestKey = "0123456789abcdefTEST-KEY-IN-TEST";

struct TestPlan {
  TestPlan();

  Plan plan;
  std::string main_program = "executor-probe-main";  // what main's file holds
  std::string signer_program = "executor-probe-signer";
  PlanPortion& main() { return plan.portions[0]; }
  PlanPortion& signer() { return plan.portions[1]; }

  // The bundle's bytes, with this machine's loader and C library.
  std::string Bundle() const;
};

// One more untrusted portion that serves and that nobody calls.
void AddIdleServer(TestPlan& plan, const std::string& name);

// A file rule of the policy's own, with its rule.
void AddFileRule(PlanPortion& portion, const std::string& path, bool hierarchy,
                 bool write);

}  // namespace bailey::executor

#endif  // BAILEY_TESTS_EXECUTOR_TEST_PLAN_H_
