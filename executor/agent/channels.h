// The shared memory between portions: for each pair that has crossings, an area
// that one writes and the other only reads, and one the other way round.
//
//   ASSIGN_OR_RETURN(Channels channels, Channels::Create(plan, order));
//   channels.DescriptorsFor("signer")    // start the first side
//   RETURN_IF_ERROR(channels.SealFor("signer"));  // it has mapped its areas
//   channels.DescriptorsFor("main")      // only now
//
// INVARIANT: an area is handed to the side that starts later only after the
// earlier side's own area has F_SEAL_FUTURE_WRITE: from then on nobody can make
// a new writable mapping of it, whatever descriptor he has. The peer's area is
// handed over by a read-only descriptor in any case.

#ifndef BAILEY_EXECUTOR_AGENT_CHANNELS_H_
#define BAILEY_EXECUTOR_AGENT_CHANNELS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/plan.h"
#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container_setup.h"
#include "executor/agent/loss_mark.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {

// Of each area. A message is at most one area less its header
// (runtime/channel).
inline constexpr uint32_t kChannelAreaBytes = (1u << 20) + 4096;

// Whether the program goes on without the portion: whoever calls it knows what
// its calls give then.
bool MayBeLost(const Plan& plan, const PlanPortion& portion);

class Channels {
 public:
  // Fails if a portion has more than BAILEY_MAX_CHANNELS, or if both portions
  // of a pair call each other (a channel has one client).
  static Result<Channels> Create(const Plan& plan,
                                 const std::vector<const PlanPortion*>& order);

  // The portion's channels for its start-up block, and their descriptors. The
  // index of a channel is its place in plan.crossings' order of first mention.
  std::vector<bailey_startup_channel> RolesOf(std::string_view portion) const;
  Result<std::vector<PassedFd>> DescriptorsFor(std::string_view portion);

  // A portion that answers has slots for guarded copies (runtime/guarded.h).
  ReservedSpace ReservedBy(std::string_view portion) const;

  // For each that calls `portion`, where to tell him that it has ended. Before
  // SealFor(portion).
  Result<std::vector<LossMark>> LossMarksOf(std::string_view portion) const;

  // Seals the areas of the channels that `portion` is the first to map.
  Result<> SealFor(std::string_view portion);

 private:
  struct Channel {
    std::string client;
    std::string server;
    std::string first;  // starts, and maps, first
    UniqueFd client_area;
    UniqueFd server_area;
  };

  bool Concerns(const Channel& channel, std::string_view portion) const {
    return channel.client == portion || channel.server == portion;
  }

  std::vector<Channel> channels_;
  std::vector<UniqueFd> readers_;  // read-only descriptors that are passed
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_CHANNELS_H_
