#include "executor/agent/denial_log.h"

#include <algorithm>
#include <utility>

namespace bailey::executor {

void DenialLog::Record(Denial denial) {
  Key key{denial.portion,   denial.syscall.number, denial.rule.index,
          denial.rule.text, denial.action,         denial.path};
  if (const auto found = index_.find(key); found != index_.end()) {
    ++denials_[found->second].count;
    return;
  }
  if (denials_.size() == kMaxDenials) {
    ++dropped_;
    return;
  }
  index_.emplace(std::move(key), denials_.size());
  denials_.push_back(std::move(denial));
}

std::vector<Denial> DenialLog::Sorted() const {
  std::vector<Denial> sorted;
  // The map's order is that of the keys.
  for (const auto& [key, place] : index_) sorted.push_back(denials_[place]);
  return sorted;
}

}  // namespace bailey::executor
