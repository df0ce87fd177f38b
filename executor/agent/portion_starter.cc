#include "executor/agent/portion_starter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "executor/agent/injected_start.h"
#include "executor/agent/landlock.h"
#include "executor/agent/runtime_messages.h"
#include "executor/agent/startup_block.h"
#include "executor/process.h"
#include "executor/start_order.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

// Where any portion may have put a link, in this run or in one before.
std::vector<std::string> WritablePlaces(const Plan& plan) {
  std::vector<std::string> places;
  for (const PlanPortion& portion : plan.portions) {
    for (const PlanFileRule& rule : portion.files) {
      if (rule.write && rule.hierarchy) places.push_back(rule.path);
    }
  }
  return places;
}

RunningPortion Running(const PlanPortion& portion, Container container) {
  return {portion.name,
          portion.holds_main,
          portion.limits.wall_ms,
          std::move(container),
          std::nullopt,
          std::nullopt,
          {},
          {},
          false,
          false,
          {}};
}

}  // namespace

Result<std::vector<RunningPortion>> PortionStarter::StartAll() {
  std::vector<RunningPortion> running;
  if (spec_.mode == RunMode::kControl) {
    ASSIGN_OR_RETURN(RunningPortion control, StartControl());
    running.push_back(std::move(control));
    return running;
  }
  const std::vector<const PlanPortion*> order = StartOrder(spec_.plan);
  if (order.size() + 1 > kIdentitiesPerInstance) {
    return Fail(fmt::format("a plan has at most {} portions",
                            kIdentitiesPerInstance - 1));
  }
  ASSIGN_OR_RETURN(Channels channels, Channels::Create(spec_.plan, order));
  ASSIGN_OR_RETURN(
      const ServedSockets sockets,
      ServedSockets::Create(spec_.plan, order, spec_.own_identities));
  for (size_t i = 0; i < order.size(); ++i) {
    ASSIGN_OR_RETURN(RunningPortion portion,
                     StartPortion(*order[i], static_cast<uint32_t>(i + 1),
                                  channels, sockets));
    running.push_back(std::move(portion));
  }
  if (spec_.mode == RunMode::kNormal) return running;
  // Only now: the first process of a container is a copy of the agent, and
  // nothing of a credential may be in a copy.
  for (size_t i = 0; i < order.size(); ++i) {
    RETURN_IF_ERROR(audit_.LookForCredentials(*order[i], running[i].scanner));
  }
  return running;
}

Result<RunningPortion> PortionStarter::StartPortion(
    const PlanPortion& portion, uint32_t identity, Channels& channels,
    const ServedSockets& sockets) {
  if (portion.unmodified) return StartUnmodified(portion, identity, sockets);
  StartExtras extras;
  ASSIGN_OR_RETURN(ContainerSetup setup,
                   BasicSetup(portion, portion.name, extras));
  RETURN_IF_ERROR(credentials_.AddTo(portion, true, setup, extras));
  RETURN_IF_ERROR(AddRuntime(portion, channels, setup, extras));
  ASSIGN_OR_RETURN(auto control, PacketPair());
  setup.descriptors.push_back({control.second.get(), BAILEY_CONTROL_FD});
  ASSIGN_OR_RETURN(Container container, Container::Start(setup, identity));
  // Ours would keep the socket open after the portion's end.
  control.second.Reset();
  RunningPortion running = Running(portion, std::move(container));
  if (MayBeLost(spec_.plan, portion)) {
    ASSIGN_OR_RETURN(running.loss_marks, channels.LossMarksOf(portion.name));
  }
  if (audit_.MustTrace(portion)) {
    ASSIGN_OR_RETURN(running.tracer,
                     audit_.Trace(portion, setup, running.container));
  } else {
    RETURN_IF_ERROR(running.container.Go());
  }
  ASSIGN_OR_RETURN(running.supervisor, FollowStart(portion, running.container,
                                                   control.first, channels));
  return running;
}

Result<RunningPortion> PortionStarter::StartUnmodified(
    const PlanPortion& portion, uint32_t identity,
    const ServedSockets& sockets) {
  if (spec_.mode != RunMode::kNormal && spec_.plan.portions.size() == 1) {
    return Fail("an audit needs a program that was split, or several",
                "run it without --audit");
  }
  StartExtras extras;
  ASSIGN_OR_RETURN(ContainerSetup setup,
                   BasicSetup(portion, portion.name, extras));
  setup.shows_host = true;
  setup.socket_directories = sockets.DirectoriesOf(portion.name);
  RETURN_IF_ERROR(credentials_.AddTo(portion, false, setup, extras));
  ASSIGN_OR_RETURN(Container container, Container::Start(setup, identity));
  RunningPortion running = Running(portion, std::move(container));
  running.is_beside_others = spec_.plan.portions.size() > 1;
  ASSIGN_OR_RETURN(running.awaited, sockets.AwaitedBy(portion.name));
  ASSIGN_OR_RETURN(
      running.supervisor,
      StartInjected(portion, FileView(spec_.plan, portion, spec_.files),
                    LandlockAbi() > 0, running.container));
  if (audit_.MustTrace(portion)) {
    running.tracer =
        Tracer::Adopt(running.container.portion_pid(),
                      running.container.portion_pidfd(), portion.name);
  }
  if (spec_.learn) running.supervisor->Learn(MakeLearner(portion));
  return running;
}

Learner PortionStarter::MakeLearner(const PlanPortion& enforced) const {
  if (!spec_.permissive) {
    return {LearnMode::kDenying, enforced,
            FileView(spec_.plan, enforced, spec_.files)};
  }
  const Plan& policy = spec_.permissive->policy;
  const PlanPortion& studied = policy.portions.front();
  std::vector<SpecFile> files = spec_.files;
  for (SpecFile& file : files) file.portion = studied.name;
  return {LearnMode::kPermissive, studied, FileView(policy, studied, files)};
}

Result<RunningPortion> PortionStarter::StartControl() {
  PlanPortion whole;
  whole.name = std::string("unsplit");
  whole.holds_main = true;
  whole.program = spec_.unsplit_program;
  for (const PlanPortion& portion : spec_.plan.portions) {
    if (portion.holds_main) whole.limits = portion.limits;
    std::ranges::copy(portion.files, std::back_inserter(whole.files));
    std::ranges::copy(portion.rules, std::back_inserter(whole.rules));
  }
  StartExtras extras;
  ASSIGN_OR_RETURN(ContainerSetup setup, BasicSetup(whole, whole.name, extras));
  setup.wants_landlock = false;
  RETURN_IF_ERROR(credentials_.AddTo(whole, false, setup, extras));
  ASSIGN_OR_RETURN(Container container, Container::Start(setup, 1));
  RunningPortion running = Running(whole, std::move(container));
  RETURN_IF_ERROR(audit_.LookForCredentials(whole, running.scanner));
  ASSIGN_OR_RETURN(running.tracer,
                   audit_.Trace(whole, setup, running.container));
  return running;
}

Result<ContainerSetup> PortionStarter::BasicSetup(const PlanPortion& portion,
                                                  std::string_view files_of,
                                                  StartExtras& extras) {
  ContainerSetup setup;
  setup.name = portion.name;
  setup.program = portion.program;
  setup.arguments.push_back(portion.program);
  std::ranges::copy(portion.arguments, std::back_inserter(setup.arguments));
  if (portion.holds_main) {
    if (!spec_.argument_zero.empty()) setup.arguments[0] = spec_.argument_zero;
    setup.working_directory = spec_.working_directory;
    setup.environment = spec_.environment;
    std::ranges::copy(spec_.arguments, std::back_inserter(setup.arguments));
  }
  for (const SpecFile& file : spec_.files) {
    if (file.portion == files_of) setup.files.push_back(file);
  }
  if (std::ranges::find(setup.files, portion.program, &SpecFile::path) ==
      setup.files.end()) {
    return Fail(fmt::format("the bundle has no program `{}` for portion `{}`",
                            portion.program, portion.name),
                "build the bundle again");
  }
  setup.blobs_fd = descriptors_[kBlobsFd].get();
  setup.rules = portion.files;
  // A run without a credential must not find the host's file in its place.
  std::erase_if(setup.rules, [this](const PlanFileRule& rule) {
    return !rule.hierarchy && credentials_.IsOfAbsent(rule.path);
  });
  for (const PlanCredential& credential : spec_.plan.credentials) {
    if (credential.source == CredentialSource::kFile &&
        !credentials_.IsGiven(portion, credential)) {
      setup.hidden_files.push_back(credential.path);
    }
  }
  setup.rule_texts = portion.rules;
  setup.limits = portion.limits;
  setup.writable = WritablePlaces(spec_.plan);
  setup.own_identity = spec_.own_identities;
  RETURN_IF_ERROR(AddCgroups(setup));
  RETURN_IF_ERROR(AddStdio(portion.holds_main, setup, extras));
  return setup;
}

Result<> PortionStarter::AddStdio(bool holds_main, ContainerSetup& setup,
                                  StartExtras& extras) {
  int input = descriptors_[kStdinFd].get();
  if (!holds_main) {
    ASSIGN_OR_RETURN(UniqueFd null, OpenFile("/dev/null", O_RDONLY));
    input = null.get();
    extras.owned.push_back(std::move(null));
  }
  setup.descriptors.push_back({input, STDIN_FILENO});
  setup.descriptors.push_back({descriptors_[kStdoutFd].get(), STDOUT_FILENO});
  setup.descriptors.push_back({descriptors_[kStderrFd].get(), STDERR_FILENO});
  return {};
}

// The entries of all portions follow one another.
Result<> PortionStarter::AddCgroups(ContainerSetup& setup) const {
  size_t first =
      kFirstCredentialFd + spec_.credentials.size() + spec_.audit_forms.size();
  for (const SpecCgroups& cgroups : spec_.cgroups) {
    const size_t end = first + cgroups.entries;
    if (end > descriptors_.size()) return Fail("no cgroup came for a portion");
    const bool ours = cgroups.portion == setup.name;
    for (; first < end; ++first) {
      if (ours) setup.cgroup_entries.push_back(descriptors_[first].get());
    }
    if (ours && cgroups.limits_memory) setup.limits.memory_bytes = 0;
  }
  return {};
}

Result<> PortionStarter::AddRuntime(const PlanPortion& portion,
                                    Channels& channels, ContainerSetup& setup,
                                    StartExtras& extras) {
  ASSIGN_OR_RETURN(const std::vector<PassedFd> areas,
                   channels.DescriptorsFor(portion.name));
  std::ranges::copy(areas, std::back_inserter(setup.descriptors));
  setup.reserved = channels.ReservedBy(portion.name);
  ASSIGN_OR_RETURN(
      UniqueFd block,
      MakeStartupBlock(portion, LandlockAbi() > 0,
                       channels.RolesOf(portion.name), extras.variables));
  setup.descriptors.push_back({block.get(), BAILEY_STARTUP_FD});
  extras.owned.push_back(std::move(block));
  return {};
}

Result<Supervisor> PortionStarter::FollowStart(const PlanPortion& portion,
                                               const Container& container,
                                               const UniqueFd& control,
                                               Channels& channels) {
  RETURN_IF_ERROR(AwaitRuntime(portion.name, control.get(), BAILEY_MAPPED));
  RETURN_IF_ERROR(channels.SealFor(portion.name));
  ASSIGN_OR_RETURN(const uint32_t number,
                   AwaitRuntime(portion.name, control.get(), BAILEY_LISTENER));
  auto supervisor =
      Supervisor::Begin(portion, FileView(spec_.plan, portion, spec_.files),
                        container.portion_pidfd(), container.portion_pid(),
                        static_cast<int>(number));
  if (!supervisor.ok()) {
    return std::unexpected(
        WithContext(fmt::format("portion `{}`", portion.name),
                    std::move(supervisor).error()));
  }
  return supervisor;
}

}  // namespace bailey::executor
