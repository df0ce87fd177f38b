// Where the agent says that a portion has ended, to another that calls it.
//
//   ASSIGN_OR_RETURN(LossMark mark, LossMark::Map(server_area));
//   ... F_SEAL_FUTURE_WRITE: nobody else can write there any more ...
//   mark.Set();  // who waits for an answer gets none, now and later
//
// The one part of a channel that a third process writes (runtime/turn.h).

#ifndef BAILEY_EXECUTOR_AGENT_LOSS_MARK_H_
#define BAILEY_EXECUTOR_AGENT_LOSS_MARK_H_

#include <memory>

#include "common/result.h"

struct bailey_area_header;

namespace bailey::executor {

class LossMark {
 public:
  // The area of the portion that answers; a forked child does not have it.
  static Result<LossMark> Map(int area_fd);

  // Once, when the owner's process has ended.
  void Set() const;

 private:
  struct Unmap {
    void operator()(bailey_area_header* header) const;
  };
  explicit LossMark(bailey_area_header* header) : header_(header) {}

  std::unique_ptr<bailey_area_header, Unmap> header_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_LOSS_MARK_H_
