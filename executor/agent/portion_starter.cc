#include "executor/agent/portion_starter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "executor/agent/injected_start.h"
#include "executor/agent/landlock.h"
#include "executor/agent/startup_block.h"
#include "executor/audit/elf_symbols.h"
#include "executor/process.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

constexpr size_t kMaxCredentialBytes = size_t{1} << 20;

std::string_view StepName(uint32_t step) {
  switch (step) {
    case BAILEY_STEP_STARTUP:
      return "reading its start-up block";
    case BAILEY_STEP_CHANNEL:
      return "mapping its channels";
    case BAILEY_STEP_CREDENTIAL:
      return "reading its credentials (an environment variable holds no NUL "
             "byte and at most 64 KiB)";
    case BAILEY_STEP_PRIVILEGES:
      return "giving up privileges";
    case BAILEY_STEP_LANDLOCK:
      return "installing Landlock";
    default:
      return "installing its filter";
  }
}

// The next message of a portion's runtime; fails if it ended instead.
Result<uint32_t> AwaitRuntime(const std::string& name, int control,
                              bailey_message_kind kind) {
  ASSIGN_OR_RETURN(const bool ready,
                   WaitReadable(control, NowMs() + kStartTimeoutMs));
  bailey_message message{};
  // SAFETY: a packet socket of our own: each write of the portion's is one
  // message, so nothing it leaves out can keep us waiting for the rest.
  const ssize_t got =
      ready ? recv(control, &message, sizeof message, MSG_TRUNC | MSG_DONTWAIT)
            : -1;
  if (got != ssize_t{sizeof message}) {
    return Fail(fmt::format("portion `{}` ended before its filter was "
                            "installed",
                            name),
                "its program must be linked with Bailey's runtime, and its "
                "libraries must be in the bundle");
  }
  if (message.kind == BAILEY_FAILED) {
    return FailErrno(fmt::format("portion `{}` failed at {}", name,
                                 StepName(message.value >> 16)),
                     static_cast<int>(message.value & 0xffff));
  }
  if (message.kind != static_cast<uint32_t>(kind)) {
    return Fail(
        fmt::format("portion `{}` does not follow the order of start", name),
        "build the bundle again with this version");
  }
  return message.value;
}

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

bool Uses(const PlanPortion& portion, const std::string& credential) {
  return std::ranges::find(portion.credentials, credential) !=
         portion.credentials.end();
}

// Of sealed memory a portion gets a descriptor of its own, at its beginning; of
// the launcher's standard input the very one.
bool IsSealed(int fd) {
  const int seals = fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_WRITE) != 0;
}

// In place of what was to be its standard input, if `number` is that.
void Place(ContainerSetup& setup, int from, int number) {
  const auto same = std::ranges::find(setup.descriptors, number, &PassedFd::to);
  if (same != setup.descriptors.end()) {
    same->from = from;
  } else {
    setup.descriptors.push_back({from, number});
  }
}

// `sign` for "signify.c:sign".
std::string NameOf(const std::string& id) {
  return id.substr(id.rfind(':') + 1);
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
  for (size_t i = 0; i < order.size(); ++i) {
    ASSIGN_OR_RETURN(
        RunningPortion portion,
        StartPortion(*order[i], static_cast<uint32_t>(i + 1), channels));
    running.push_back(std::move(portion));
  }
  if (spec_.mode != RunMode::kTraced) return running;
  // Only now: the first process of a container is a copy of the agent, and
  // nothing of a credential may be in a copy.
  for (size_t i = 0; i < order.size(); ++i) {
    RETURN_IF_ERROR(LookForCredentials(*order[i], running[i].scanner));
  }
  return running;
}

Result<RunningPortion> PortionStarter::StartPortion(const PlanPortion& portion,
                                                    uint32_t identity,
                                                    Channels& channels) {
  if (portion.unmodified) return StartUnmodified(portion, identity);
  Extras extras;
  ASSIGN_OR_RETURN(ContainerSetup setup,
                   BasicSetup(portion, portion.name, extras));
  for (const PlanCredential& credential : spec_.plan.credentials) {
    if (!Uses(portion, credential.name) || !Has(credential.name)) continue;
    RETURN_IF_ERROR(AddCredential(credential, true, setup, extras));
  }
  RETURN_IF_ERROR(AddRuntime(portion, channels, setup, extras));
  ASSIGN_OR_RETURN(auto control, PacketPair());
  setup.descriptors.push_back({control.second.get(), BAILEY_CONTROL_FD});
  ASSIGN_OR_RETURN(Container container, Container::Start(setup, identity));
  // Ours would keep the socket open after the portion's end.
  control.second.Reset();
  RunningPortion running{portion.name,
                         portion.holds_main,
                         portion.limits.wall_ms,
                         std::move(container),
                         std::nullopt,
                         std::nullopt,
                         {}};
  if (MustTrace(portion)) {
    RETURN_IF_ERROR(Trace(portion, setup, running));
  } else {
    RETURN_IF_ERROR(running.container.Go());
  }
  ASSIGN_OR_RETURN(running.supervisor, FollowStart(portion, running.container,
                                                   control.first, channels));
  return running;
}

Result<RunningPortion> PortionStarter::StartUnmodified(
    const PlanPortion& portion, uint32_t identity) {
  if (spec_.mode != RunMode::kNormal) {
    return Fail("an audit needs a program that was split",
                "run it without --audit");
  }
  Extras extras;
  ASSIGN_OR_RETURN(ContainerSetup setup,
                   BasicSetup(portion, portion.name, extras));
  setup.shows_host = true;
  for (const PlanCredential& credential : spec_.plan.credentials) {
    if (!Uses(portion, credential.name) || !Has(credential.name)) continue;
    RETURN_IF_ERROR(AddCredential(credential, false, setup, extras));
  }
  ASSIGN_OR_RETURN(Container container, Container::Start(setup, identity));
  RunningPortion running{portion.name,
                         portion.holds_main,
                         portion.limits.wall_ms,
                         std::move(container),
                         std::nullopt,
                         std::nullopt,
                         {}};
  ASSIGN_OR_RETURN(
      running.supervisor,
      StartInjected(portion, FileView(spec_.plan, portion, spec_.files),
                    LandlockAbi() > 0, running.container));
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
  Extras extras;
  ASSIGN_OR_RETURN(ContainerSetup setup, BasicSetup(whole, whole.name, extras));
  setup.wants_landlock = false;
  for (const PlanCredential& credential : spec_.plan.credentials) {
    if (!Has(credential.name)) continue;
    RETURN_IF_ERROR(AddCredential(credential, false, setup, extras));
  }
  ASSIGN_OR_RETURN(Container container, Container::Start(setup, 1));
  RunningPortion running{whole.name,
                         true,
                         whole.limits.wall_ms,
                         std::move(container),
                         std::nullopt,
                         std::nullopt,
                         {}};
  RETURN_IF_ERROR(LookForCredentials(whole, running.scanner));
  RETURN_IF_ERROR(Trace(whole, setup, running));
  return running;
}

Result<ContainerSetup> PortionStarter::BasicSetup(const PlanPortion& portion,
                                                  std::string_view files_of,
                                                  Extras& extras) {
  ContainerSetup setup;
  setup.name = portion.name;
  setup.program = portion.program;
  setup.arguments.push_back(portion.program);
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
    return !rule.hierarchy && IsOfAbsent(rule.path);
  });
  for (const PlanCredential& credential : spec_.plan.credentials) {
    if (credential.source == CredentialSource::kFile &&
        !IsGiven(portion, credential)) {
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
                                  Extras& extras) {
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

bool PortionStarter::Has(const std::string& credential) const {
  return std::ranges::find(spec_.credentials, credential) !=
         spec_.credentials.end();
}

// An audit's control is the whole program, and gets all.
bool PortionStarter::IsGiven(const PlanPortion& portion,
                             const PlanCredential& credential) const {
  return Has(credential.name) &&
         (spec_.mode == RunMode::kControl || Uses(portion, credential.name));
}

bool PortionStarter::IsOfAbsent(const std::string& path) const {
  return std::ranges::any_of(
      spec_.plan.credentials, [&](const PlanCredential& credential) {
        return credential.source == CredentialSource::kFile &&
               credential.path == path && !Has(credential.name);
      });
}

Result<int> PortionStarter::CredentialFd(const std::string& name) const {
  const auto found = std::ranges::find(spec_.credentials, name);
  const size_t index = kFirstCredentialFd +
                       static_cast<size_t>(found - spec_.credentials.begin());
  if (found == spec_.credentials.end() || index >= descriptors_.size()) {
    return Fail(fmt::format("no value came for credential `{}`", name));
  }
  return descriptors_[index].get();
}

Result<> PortionStarter::AddCredential(const PlanCredential& credential,
                                       bool has_runtime, ContainerSetup& setup,
                                       Extras& extras) {
  ASSIGN_OR_RETURN(const int source, CredentialFd(credential.name));
  if (credential.source == CredentialSource::kFile) {
    setup.credential_files.push_back({credential.path, source});
    return {};
  }
  if (credential.source == CredentialSource::kEnvironment && !has_runtime) {
    // Nobody sets it up from inside, so it comes with exec.
    setup.environment_credentials.push_back({credential.variable, source});
    return {};
  }
  int number = credential.descriptor;
  if (credential.source == CredentialSource::kEnvironment) {
    number = BAILEY_CREDENTIAL_FD + static_cast<int>(extras.variables.size());
    extras.variables.push_back(credential.variable);
  } else if (number < STDIN_FILENO || number == STDOUT_FILENO ||
             number == STDERR_FILENO || number >= BAILEY_FIRST_FD - 1) {
    return Fail(fmt::format("credential `{}`: descriptor {} cannot be given to "
                            "a portion",
                            credential.name, number),
                fmt::format("use 0, or one from 3 to {}", BAILEY_FIRST_FD - 2));
  }
  if (!IsSealed(source)) {
    Place(setup, source, number);
    return {};
  }
  ASSIGN_OR_RETURN(UniqueFd reader, ReopenForReading(source));
  Place(setup, reader.get(), number);
  extras.owned.push_back(std::move(reader));
  return {};
}

Result<> PortionStarter::AddRuntime(const PlanPortion& portion,
                                    Channels& channels, ContainerSetup& setup,
                                    Extras& extras) {
  ASSIGN_OR_RETURN(const std::vector<PassedFd> areas,
                   channels.DescriptorsFor(portion.name));
  std::ranges::copy(areas, std::back_inserter(setup.descriptors));
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

bool PortionStarter::MustTrace(const PlanPortion& portion) const {
  const auto lacks = [&](const std::string& name) {
    return !Uses(portion, name);
  };
  return spec_.mode == RunMode::kTraced &&
         (std::ranges::any_of(spec_.credentials, lacks) ||
          std::ranges::any_of(spec_.audit_forms, lacks));
}

// The one place where the agent reads a credential's bytes: an audit has to
// know what it looks for. In a traced portion those that it does not use, in
// the control all.
Result<> PortionStarter::LookForCredentials(const PlanPortion& portion,
                                            ProcessScanner& scanner) {
  for (const std::string& name : spec_.credentials) {
    if (Uses(portion, name)) continue;
    ASSIGN_OR_RETURN(const int source, CredentialFd(name));
    ASSIGN_OR_RETURN(const UniqueFd reader, ReopenForReading(source));
    ASSIGN_OR_RETURN(std::string bytes,
                     ReadAll(reader.get(), name, kMaxCredentialBytes));
    scanner.LookFor(name, bytes);
    explicit_bzero(bytes.data(), bytes.size());
  }
  return LookForForms(portion, scanner);
}

Result<> PortionStarter::LookForForms(const PlanPortion& portion,
                                      ProcessScanner& scanner) {
  const size_t first = kFirstCredentialFd + spec_.credentials.size();
  for (size_t i = 0; i < spec_.audit_forms.size(); ++i) {
    const std::string& name = spec_.audit_forms[i];
    if (Uses(portion, name)) continue;
    if (first + i >= descriptors_.size()) {
      return Fail(fmt::format("no bytes came for `{}`", name));
    }
    ASSIGN_OR_RETURN(const UniqueFd reader,
                     ReopenForReading(descriptors_[first + i].get()));
    ASSIGN_OR_RETURN(std::string bytes,
                     ReadAll(reader.get(), name, kMaxCredentialBytes));
    scanner.LookFor(fmt::format("{}+{}", name, i + 1), bytes);
    explicit_bzero(bytes.data(), bytes.size());
  }
  return {};
}

Result<ElfSymbols> PortionStarter::SymbolsOf(
    const ContainerSetup& setup) const {
  const auto file =
      std::ranges::find(setup.files, setup.program, &SpecFile::path);
  std::string bytes(file->size_bytes, '\0');
  const ssize_t got = pread(setup.blobs_fd, bytes.data(), bytes.size(),
                            static_cast<off_t>(file->offset));
  if (got != static_cast<ssize_t>(bytes.size())) {
    return FailErrno("cannot read a program");
  }
  return ElfSymbols::Parse(bytes);
}

Result<> PortionStarter::Trace(const PlanPortion& portion,
                               const ContainerSetup& setup,
                               RunningPortion& running) {
  std::vector<std::string> names;
  std::vector<std::string> inner;
  if (spec_.mode == RunMode::kControl) inner = TrustedFunctions();
  for (const Crossing& crossing : spec_.plan.crossings) {
    if (spec_.mode == RunMode::kControl) {
      names.push_back(crossing.name);
    } else if (crossing.from == portion.name || crossing.to == portion.name) {
      names = {"bailey_crossing_point"};
    }
  }
  ASSIGN_OR_RETURN(const ElfSymbols symbols, SymbolsOf(setup));
  ASSIGN_OR_RETURN(
      running.tracer,
      Tracer::Seize(running.container.portion_pid(),
                    running.container.portion_pidfd(), portion.name));
  RETURN_IF_ERROR(running.container.Go());
  return running.tracer->Arm(symbols, names, inner);
}

// Where the control has a credential in memory, if only for a moment: careful
// programs wipe it before they leave a crossing's function.
std::vector<std::string> PortionStarter::TrustedFunctions() const {
  std::vector<std::string> names;
  for (const PlanPortion& portion : spec_.plan.portions) {
    if (portion.credentials.empty()) continue;
    for (const PlacedSymbol& symbol : portion.symbols) {
      const bool is_here = symbol.role == "placed" || symbol.role == "replica";
      if (symbol.kind == "function" && is_here) {
        names.push_back(NameOf(symbol.id));
      }
    }
  }
  return names;
}

}  // namespace bailey::executor
