#include "executor/agent/channels.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "executor/wire.h"
#include "runtime/guard_layout.h"

namespace bailey::executor {
namespace {

Result<UniqueFd> CreateArea() {
  UniqueFd fd(memfd_create("bailey-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid()) return FailErrno("cannot make a channel's area");
  if (ftruncate(fd.get(), kChannelAreaBytes) != 0 ||
      fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    return FailErrno("cannot size a channel's area");
  }
  return fd;
}

Result<> AddSeals(const UniqueFd& area, int seals) {
  if (fcntl(area.get(), F_ADD_SEALS, seals) != 0) {
    return FailErrno("cannot seal a channel's area");
  }
  return {};
}

}  // namespace

bool MayBeLost(const Plan& plan, const PlanPortion& portion) {
  if (portion.holds_main) return false;
  const auto ends_here = [&](const Crossing& each) {
    return each.to == portion.name && !each.failure;
  };
  return std::ranges::none_of(plan.crossings, ends_here) &&
         std::ranges::find(plan.crossings, portion.name, &Crossing::to) !=
             plan.crossings.end();
}

Result<Channels> Channels::Create(
    const Plan& plan, const std::vector<const PlanPortion*>& order) {
  Channels result;
  const auto starts = [&](const std::string& name) {
    return std::ranges::find(order, name, &PlanPortion::name);
  };
  for (const Crossing& crossing : plan.crossings) {
    const auto same =
        std::ranges::find_if(result.channels_, [&](const Channel& channel) {
          return result.Concerns(channel, crossing.from) &&
                 result.Concerns(channel, crossing.to);
        });
    if (same != result.channels_.end()) {
      if (same->client == crossing.from) continue;
      return Fail(fmt::format("portions `{}` and `{}` call each other",
                              crossing.from, crossing.to),
                  "make the calls go one way; a channel has one client");
    }
    Channel channel{crossing.from, crossing.to, "", {}, {}};
    channel.first = starts(crossing.from) < starts(crossing.to) ? crossing.from
                                                                : crossing.to;
    ASSIGN_OR_RETURN(channel.client_area, CreateArea());
    ASSIGN_OR_RETURN(channel.server_area, CreateArea());
    result.channels_.push_back(std::move(channel));
  }
  for (const PlanPortion* portion : order) {
    if (result.RolesOf(portion->name).size() > BAILEY_MAX_CHANNELS) {
      return Fail(fmt::format("portion `{}` has more than {} channels",
                              portion->name, BAILEY_MAX_CHANNELS));
    }
  }
  return result;
}

std::vector<bailey_startup_channel> Channels::RolesOf(
    std::string_view portion) const {
  std::vector<bailey_startup_channel> roles;
  for (const Channel& channel : channels_) {
    if (!Concerns(channel, portion)) continue;
    const bool client = channel.client == portion;
    roles.push_back(
        {static_cast<uint32_t>(client ? BAILEY_CLIENT : BAILEY_SERVER),
         kChannelAreaBytes});
  }
  return roles;
}

ReservedSpace Channels::ReservedBy(std::string_view portion) const {
  const bool answers = std::ranges::any_of(
      channels_, [&](const Channel& each) { return each.server == portion; });
  if (!answers) return {};
  // A little more than a message: an area's header counts as well.
  const bailey_guard_layout layout = bailey_guard_layout_of(kChannelAreaBytes);
  return {layout.bytes, layout.writable_bytes};
}

Result<std::vector<PassedFd>> Channels::DescriptorsFor(
    std::string_view portion) {
  std::vector<PassedFd> descriptors;
  int number = BAILEY_CHANNEL_FD;
  for (const Channel& channel : channels_) {
    if (!Concerns(channel, portion)) continue;
    const bool client = channel.client == portion;
    const UniqueFd& own = client ? channel.client_area : channel.server_area;
    const UniqueFd& peer = client ? channel.server_area : channel.client_area;
    ASSIGN_OR_RETURN(UniqueFd reader, ReopenForReading(peer.get()));
    descriptors.push_back({own.get(), number++});
    descriptors.push_back({reader.get(), number++});
    readers_.push_back(std::move(reader));
  }
  return descriptors;
}

Result<std::vector<LossMark>> Channels::LossMarksOf(
    std::string_view portion) const {
  std::vector<LossMark> marks;
  for (const Channel& channel : channels_) {
    if (channel.server != portion) continue;
    ASSIGN_OR_RETURN(LossMark mark, LossMark::Map(channel.server_area.get()));
    marks.push_back(std::move(mark));
  }
  return marks;
}

Result<> Channels::SealFor(std::string_view portion) {
  for (Channel& channel : channels_) {
    if (channel.first != portion) continue;
    const bool client = channel.client == portion;
    UniqueFd& own = client ? channel.client_area : channel.server_area;
    UniqueFd& peer = client ? channel.server_area : channel.client_area;
    RETURN_IF_ERROR(AddSeals(own, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL));
    RETURN_IF_ERROR(AddSeals(peer, F_SEAL_SEAL));
  }
  return {};
}

}  // namespace bailey::executor
