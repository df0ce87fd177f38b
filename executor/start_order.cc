#include "executor/start_order.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace bailey::executor {
namespace {

using Order = std::vector<const PlanPortion*>;

bool Has(const Order& order, const std::string& name) {
  return std::ranges::find(order, name, &PlanPortion::name) != order.end();
}

bool HasItsServers(const Plan& plan, const PlanPortion& portion,
                   const Order& started) {
  return std::ranges::all_of(plan.sockets, [&](const PlanSocket& socket) {
    return std::ranges::find(socket.clients, portion.name) ==
               socket.clients.end() ||
           Has(started, socket.server);
  });
}

}  // namespace

Order StartOrder(const Plan& plan) {
  Order waiting;
  for (const PlanPortion& portion : plan.portions) waiting.push_back(&portion);
  // The plan's own order decides last; its portions lie one behind the other.
  std::ranges::sort(waiting, {}, [](const PlanPortion* portion) {
    return std::tuple(portion->holds_main, !portion->trusted, portion);
  });
  Order order;
  while (!waiting.empty()) {
    auto next = std::ranges::find_if(waiting, [&](const PlanPortion* each) {
      return HasItsServers(plan, *each, order);
    });
    if (next == waiting.end()) next = waiting.begin();
    order.push_back(*next);
    waiting.erase(next);
  }
  return order;
}

bool ServersStartFirst(const Plan& plan) {
  const Order order = StartOrder(plan);
  Order before;
  for (const PlanPortion* portion : order) {
    if (!HasItsServers(plan, *portion, before)) return false;
    before.push_back(portion);
  }
  return true;
}

}  // namespace bailey::executor
