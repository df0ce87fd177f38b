#include "executor/agent/portion_audit.h"

#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>

#include "executor/wire.h"

namespace bailey::executor {
namespace {

constexpr size_t kMaxCredentialBytes = size_t{1} << 20;

// `sign` for "signify.c:sign".
std::string NameOf(const std::string& id) {
  return id.substr(id.rfind(':') + 1);
}

}  // namespace

bool PortionAudit::MustTrace(const PlanPortion& portion) const {
  const auto lacks = [&](const std::string& name) {
    return !UsesCredential(portion, name);
  };
  if (spec_.mode == RunMode::kHolders) return !portion.credentials.empty();
  return spec_.mode == RunMode::kTraced &&
         (std::ranges::any_of(spec_.credentials, lacks) ||
          std::ranges::any_of(spec_.audit_forms, lacks));
}

bool PortionAudit::IsLookedFor(const PlanPortion& portion,
                               const std::string& credential) const {
  const bool uses = UsesCredential(portion, credential);
  return spec_.mode == RunMode::kHolders ? uses : !uses;
}

Result<> PortionAudit::LookForCredentials(const PlanPortion& portion,
                                          ProcessScanner& scanner) const {
  for (const std::string& name : spec_.credentials) {
    if (!IsLookedFor(portion, name)) continue;
    ASSIGN_OR_RETURN(const int source, given_.DescriptorOf(name));
    ASSIGN_OR_RETURN(const UniqueFd reader, ReopenForReading(source));
    ASSIGN_OR_RETURN(std::string bytes,
                     ReadAll(reader.get(), name, kMaxCredentialBytes));
    scanner.LookFor(name, bytes);
    explicit_bzero(bytes.data(), bytes.size());
  }
  RETURN_IF_ERROR(LookForForms(portion, scanner));
  return LeaveOutBundle(scanner);
}

// The bundle was made before anybody had the credentials of this run.
Result<> PortionAudit::LeaveOutBundle(ProcessScanner& scanner) const {
  ASSIGN_OR_RETURN(const UniqueFd reader,
                   ReopenForReading(descriptors_[kBlobsFd].get()));
  ASSIGN_OR_RETURN(const std::string blobs,
                   ReadAll(reader.get(), "the bundle's files"));
  scanner.LeaveOut(blobs);
  return {};
}

Result<> PortionAudit::LookForForms(const PlanPortion& portion,
                                    ProcessScanner& scanner) const {
  const size_t first = kFirstCredentialFd + spec_.credentials.size();
  for (size_t i = 0; i < spec_.audit_forms.size(); ++i) {
    const std::string& name = spec_.audit_forms[i];
    if (!IsLookedFor(portion, name)) continue;
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

Result<ElfSymbols> PortionAudit::SymbolsOf(const ContainerSetup& setup) const {
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

std::vector<std::string> PortionAudit::PointsOf(
    const PlanPortion& portion) const {
  std::vector<std::string> names;
  for (const Crossing& crossing : spec_.plan.crossings) {
    if (spec_.mode == RunMode::kControl) {
      names.push_back(crossing.name);
    } else if (crossing.from == portion.name || crossing.to == portion.name) {
      names = {"bailey_crossing_point"};
    }
  }
  return names;
}

Result<Tracer> PortionAudit::Trace(const PlanPortion& portion,
                                   const ContainerSetup& setup,
                                   Container& container) const {
  std::vector<std::string> inner;
  if (spec_.mode == RunMode::kControl) inner = TrustedFunctions();
  ASSIGN_OR_RETURN(const ElfSymbols symbols, SymbolsOf(setup));
  ASSIGN_OR_RETURN(Tracer tracer,
                   Tracer::Seize(container.portion_pid(),
                                 container.portion_pidfd(), portion.name));
  RETURN_IF_ERROR(container.Go());
  RETURN_IF_ERROR(tracer.Arm(symbols, PointsOf(portion), inner));
  return tracer;
}

// Where the control has a credential in memory, if only for a moment: careful
// programs wipe it before they leave a crossing's function.
std::vector<std::string> PortionAudit::TrustedFunctions() const {
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
