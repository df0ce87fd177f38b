// Puts together what reached functions do: system calls with equal telling
// arguments are one.
#include "analyzer/elf/reach_collector.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>

namespace bailey::analyzer {
namespace {

// More sets of values of one call than this say nothing to anybody.
constexpr size_t kMostAlternatives = 24;

// Memory that may be executed and whose content is not known here.
bool MayMapCode(uint32_t number, const std::array<MachineValue, 6>& arguments) {
  if (number != SYS_mmap && number != SYS_mprotect &&
      number != SYS_pkey_mprotect)
    return false;
  const MachineValue& protection = arguments[2];
  return protection.kind != MachineValue::Kind::kConstant ||
         (protection.constant & PROT_EXEC) != 0;
}

bool IsUnknown(const ReachedSyscall& call, size_t i) {
  return call.arguments[i].kind == MachineValue::Kind::kUnknown &&
         call.functions[i] == ValueFunction::kItself;
}

bool IsSame(const ReachedSyscall& a, const ReachedSyscall& b, size_t i) {
  return a.arguments[i] == b.arguments[i] && a.functions[i] == b.functions[i];
}

// All telling arguments of `narrow` are what `wide` says.
bool Covers(const ReachedSyscall& wide, const ReachedSyscall& narrow) {
  for (size_t i = 0; i < wide.arguments.size(); ++i)
    if (IsTellingArgument(wide.number, i) && !IsUnknown(wide, i) &&
        !IsSame(wide, narrow, i))
      return false;
  return true;
}

void JoinInto(ReachedSyscall& all, const ReachedSyscall& other) {
  for (size_t i = 0; i < all.arguments.size(); ++i) {
    const bool is_same_function = all.functions[i] == other.functions[i];
    all.arguments[i] = is_same_function
                           ? Join(all.arguments[i], other.arguments[i])
                           : MachineValue{};
    if (!is_same_function) all.functions[i] = ValueFunction::kItself;
  }
}

// Without those that another one covers.
std::vector<ReachedSyscall> Alternatives(std::vector<ReachedSyscall> all) {
  // The call itself: of one place nobody knows which of several it is.
  const bool is_one = all[0].confidence == ReachConfidence::kDirect ||
                      all.size() > kMostAlternatives;
  std::vector<ReachedSyscall> kept;
  for (ReachedSyscall& each : all) {
    const auto covering =
        std::ranges::find_if(kept, [&](const ReachedSyscall& other) {
          return is_one || Covers(other, each);
        });
    if (covering != kept.end()) {
      JoinInto(*covering, each);
      continue;
    }
    for (size_t i = 0; i < kept.size();) {
      if (!Covers(each, kept[i])) {
        ++i;
        continue;
      }
      JoinInto(each, kept[i]);
      each.path = std::move(kept[i].path);
      kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
    }
    kept.push_back(std::move(each));
  }
  return kept;
}

}  // namespace

PassedValues AsPassed(const ParameterValues& values) {
  PassedValues passed;
  for (int i = 0; i < kFollowedParameters; ++i) passed[i].value = values[i];
  return passed;
}

void ReachCollector::CollectFunction(uint32_t node, ReachConfidence confidence,
                                     const GraphSearch& search) {
  const MachineFunction* function = graph_.FunctionOf(node);
  if (function == nullptr) return;
  out_.has_indirect_call |= function->has_indirect_call;
  for (const SyscallSite& site : graph_.sites(node))
    if (site.possible_numbers.empty() && !site.number_parameter)
      AddUnresolved(node, site.address, site.unresolved_reason, confidence,
                    search);
  if (function->incomplete)
    AddUnresolved(node, function->address, function->incomplete_reason,
                  confidence, search);
  for (const std::string& import : graph_.missing(node))
    AddUnresolved(node, function->address,
                  "`" + import + "` is defined by no linked file", confidence,
                  search);
}

void ReachCollector::CollectSites(uint32_t node, ReachConfidence confidence,
                                  const PassedValues& values,
                                  const GraphSearch& search) {
  for (const SyscallSite& site : graph_.sites(node)) {
    ReachedSyscall syscall;
    syscall.confidence = confidence;
    for (size_t i = 0; i < syscall.arguments.size(); ++i) {
      const PassedValue passed = Substitute(site.arguments[i], values);
      syscall.arguments[i] = passed.value;
      syscall.functions[i] = passed.function;
    }
    for (const uint32_t number : site.possible_numbers) {
      syscall.number = number;
      syscall.path = search.PathTo(node);
      AddSyscall(syscall);
      if (confidence != ReachConfidence::kDirect &&
          MayMapCode(number, syscall.arguments) &&
          maps_.emplace(node, site.address).second)
        AddUnresolved(node, site.address, "may map code that was not analyzed",
                      confidence, search);
    }
  }
}

void ReachCollector::CollectPassed(uint32_t node, ReachConfidence confidence,
                                   PassedArguments& passed,
                                   const GraphSearch& search) {
  if (graph_.sites(node).empty()) return;
  for (const PassedArguments::Way& way : passed.Of(node))
    CollectSites(node, confidence, way.values, search);
}

void ReachCollector::CollectUncalled(uint32_t node, const GraphSearch& search) {
  for (const SyscallSite& site : graph_.sites(node))
    if (site.number_parameter)
      AddUnresolved(node, site.address, site.unresolved_reason,
                    ReachConfidence::kOverApproximated, search);
}

void ReachCollector::AddSyscall(ReachedSyscall syscall) {
  std::vector<ReachedSyscall>& known =
      syscalls_[{syscall.confidence, syscall.number}];
  for (ReachedSyscall& each : known)
    if (Covers(each, syscall) && Covers(syscall, each))
      return JoinInto(each, syscall);
  known.push_back(std::move(syscall));
}

void ReachCollector::Finish() {
  for (auto& [key, all] : syscalls_)
    for (ReachedSyscall& each : Alternatives(std::move(all)))
      out_.syscalls.push_back(std::move(each));
}

void ReachCollector::AddUnresolved(uint32_t node, uint64_t address,
                                   const std::string& reason,
                                   ReachConfidence confidence,
                                   const GraphSearch& search) {
  out_.unresolved.push_back({graph_.ImageOf(node).path(), graph_.NameOf(node),
                             address, reason, confidence, search.PathTo(node)});
}

}  // namespace bailey::analyzer
