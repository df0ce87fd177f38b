// The denials of a run, alike ones counted together, their number of kinds
// bounded: a portion that is denied for ever costs no memory.

#ifndef BAILEY_EXECUTOR_AGENT_DENIAL_LOG_H_
#define BAILEY_EXECUTOR_AGENT_DENIAL_LOG_H_

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "executor/outcome.h"

namespace bailey::executor {

class DenialLog {
 public:
  void Record(Denial denial);

  // As they came; and by portion, call, rule, action and path, so that equal
  // runs have equal outcomes.
  const std::vector<Denial>& denials() const { return denials_; }
  std::vector<Denial> Sorted() const;
  uint64_t dropped() const { return dropped_; }

 private:
  // portion, system call, rule's index and text, action, path
  using Key = std::tuple<std::string, uint32_t, uint32_t, std::string,
                         std::string, std::string>;

  std::vector<Denial> denials_;
  std::map<Key, size_t> index_;
  uint64_t dropped_ = 0;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_DENIAL_LOG_H_
