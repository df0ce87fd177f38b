// A server of one function in this very process, whose client is the test: it
// writes a request and has it answered.

#ifndef BAILEY_TESTS_RUNTIME_GUARDED_ANSWERING_H_
#define BAILEY_TESTS_RUNTIME_GUARDED_ANSWERING_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/runtime/channel/portions.h"

namespace bailey {

// In a child of its own (RunInChild): a process has one channel 0.
class Answering {
 public:
  explicit Answering(void (*serve)(bailey_crossing*))
      : service_{1, "act", serve},
        request_(areas_.Map(BAILEY_CLIENT)),
        reply_(areas_.Map(BAILEY_SERVER)) {
    areas_.Attach(0, BAILEY_SERVER);
    channel_ = bailey_channel_get(0, BAILEY_SERVER, "(test)");
  }

  // The status of the reply.
  uint32_t Send(const std::string& payload) {
    request_->function = 1;
    request_->length = static_cast<uint32_t>(payload.size());
    memcpy(PayloadOf(request_), payload.data(), payload.size());
    request_->sequence = channel_->sequence + 1;
    bailey_answer_one(channel_, request_->sequence, &service_, 1);
    return reply_->status;
  }

  std::string Reply() const {
    return std::string(PayloadOf(reply_), reply_->length);
  }

 private:
  static char* PayloadOf(bailey_area_header* area) {
    return reinterpret_cast<char*>(area) + BAILEY_HEADER_BYTES;
  }

  Areas areas_;
  bailey_service service_;
  bailey_area_header* request_;
  bailey_area_header* reply_;
  bailey_channel* channel_;
};

}  // namespace bailey

#endif  // BAILEY_TESTS_RUNTIME_GUARDED_ANSWERING_H_
