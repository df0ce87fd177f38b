#include "executor/start_order.h"

#include <gmock/gmock.h>

namespace bailey::executor {
namespace {

using testing::ElementsAre;

Plan PlanOf(const std::vector<std::string>& names) {
  Plan plan;
  for (const std::string& name : names) {
    PlanPortion& portion = plan.portions.emplace_back();
    portion.name = name;
    portion.holds_main = name == "main";
    portion.trusted = name.starts_with("signer");
  }
  return plan;
}

std::vector<std::string> Order(const Plan& plan) {
  std::vector<std::string> names;
  for (const PlanPortion* portion : StartOrder(plan))
    names.push_back(portion->name);
  return names;
}

TEST(StartOrderTest, MainIsLastAndTrustedFirst) {
  EXPECT_THAT(Order(PlanOf({"main", "helper", "signer", "signer2"})),
              ElementsAre("signer", "signer2", "helper", "main"));
}

TEST(StartOrderTest, AServerIsBeforeItsClients) {
  Plan plan = PlanOf({"main", "signer", "helper"});
  plan.sockets = {{"/run/a/s", "main", {"signer"}},
                  {"/run/b/s", "helper", {"main"}}};
  EXPECT_THAT(Order(plan), ElementsAre("helper", "main", "signer"));
  EXPECT_TRUE(ServersStartFirst(plan));
}

TEST(StartOrderTest, ACircleHasAllOnce) {
  Plan plan = PlanOf({"main", "signer"});
  plan.sockets = {{"/run/a/s", "main", {"signer"}},
                  {"/run/b/s", "signer", {"main"}}};
  EXPECT_THAT(Order(plan), testing::UnorderedElementsAre("main", "signer"));
  EXPECT_FALSE(ServersStartFirst(plan));
}

}  // namespace
}  // namespace bailey::executor
