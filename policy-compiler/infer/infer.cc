#include "policy-compiler/infer/infer.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy-compiler/check/abstract_call.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/infer/draft.h"
#include "policy-compiler/infer/policy_text.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/verify/policy_diff.h"

namespace bailey::policy {
namespace {

// The ceiling as a policy of one portion, which any other is compared with.
Result<Policy> SinglePortion(const Policy& ceiling, const std::string& name) {
  const PortionPolicy* portion = name.empty() && ceiling.portions.size() == 1
                                     ? &ceiling.portions.front()
                                     : FindPortion(ceiling, name);
  if (portion == nullptr)
    return Fail(name.empty() ? "the ceiling has several portions"
                             : "the ceiling has no portion `" + name + "`",
                "choose one with --portion");
  Policy single = ceiling;
  single.portions = {*portion};
  single.portions.front().span = {};
  return single;
}

bool HasSwitchPoint(const Report& report) {
  return std::ranges::any_of(report.switch_points, &SwitchPoint::chosen);
}

Result<> CheckOptions(const Report& report, const InferOptions& options) {
  if (!ParseArchitecture(report.target))
    return Fail("the report is for the target `" + report.target +
                "`, which is not supported yet");
  if (!IsPolicyName(options.name))
    return Fail("`" + options.name + "` cannot be a policy's name",
                "a name has letters, digits and `_`");
  if (!IsDenial(options.otherwise))
    return Fail("an inferred policy denies what the report does not have",
                "as in `--otherwise 'errno EPERM'`");
  if (options.phase && !HasSwitchPoint(report))
    return Fail("the report has no switch point: all of it may be serving",
                "analyze the sources of a program that waits for events, or "
                "call bailey_serving() in them");
  return {};
}

Report OnlyPhase(Report report, Phase phase) {
  std::erase_if(report.capabilities, [&](const Capability& capability) {
    return capability.phase != phase;
  });
  return report;
}

bool IsLibraryName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\';
  });
}

class Inferrer {
 public:
  Inferrer(const Report& report, const InferOptions& options,
           const LibraryLookup& library, const Policy* ceiling)
      : report_(report),
        options_(options),
        library_(library),
        ceiling_(ceiling),
        target_(*ParseArchitecture(report.target)) {
    if (ceiling_ != nullptr) limits_ = ceiling_->limits;
  }

  Result<InferredPolicy> Run() {
    inferred_.unresolved = report_.unresolved.size();
    for (const std::string& name : options_.libraries)
      RETURN_IF_ERROR(ChooseLibrary(name));
    ASSIGN_OR_RETURN(const Policy base, Load({libraries_, {}}));
    DraftMaker maker(base, ceiling_, CeilingPortion(), options_, inferred_);
    for (const Capability& capability : report_.capabilities)
      RETURN_IF_ERROR(maker.Add(capability));
    RETURN_IF_ERROR(DraftServing());
    ASSIGN_OR_RETURN(
        const Policy policy,
        Load({libraries_, maker.Take()}, serving_ ? &*serving_ : nullptr));
    RETURN_IF_ERROR(CheckPermits(policy.portions.front(), inferred_));
    for (const PortionPolicy& serving : policy.portions.front().serving)
      RETURN_IF_ERROR(CheckPermits(serving, inferred_serving_));
    AddServingNotes();
    RETURN_IF_ERROR(CheckCeiling(policy));
    return std::move(inferred_);
  }

 private:
  const PortionPolicy* CeilingPortion() const {
    return ceiling_ ? &ceiling_->portions.front() : nullptr;
  }

  // What a ceiling permits while it serves.
  const PortionPolicy* ServingCeiling() const {
    const PortionPolicy* portion = CeilingPortion();
    if (portion == nullptr || portion->serving.empty()) return portion;
    return &portion->serving.front();
  }

  // Libraries permit what programs need to start: the block has none, unless
  // they stand for what is left out of it.
  Result<> DraftServing() {
    if (!options_.serving_block || !HasSwitchPoint(report_)) return {};
    serving_.emplace();
    if (options_.proved_only) serving_->libraries = libraries_;
    ASSIGN_OR_RETURN(const Policy base, Load({serving_->libraries, {}}));
    DraftMaker maker(base, ceiling_, ServingCeiling(), options_,
                     inferred_serving_);
    for (const Capability& capability : report_.capabilities)
      if (capability.phase == Phase::kServing &&
          capability.kind == CapabilityKind::kSyscall)
        RETURN_IF_ERROR(maker.Add(capability));
    serving_->rules = maker.Take();
    for (RuleDraft& rule : serving_->rules) ForgetRecords(rule);
    return {};
  }

  // Nobody could record what a second filter lets through; the first does.
  static void ForgetRecords(RuleDraft& rule) {
    constexpr std::string_view kLog = " then log;";
    rule.recorded = false;
    for (std::string& text : rule.verbatim)
      if (text.starts_with("allow ") && text.ends_with(kLog))
        text.replace(text.size() - kLog.size(), kLog.size(), ";");
  }

  void AddServingNotes() {
    if (!serving_) return;
    const auto add = [&](const std::vector<LeftOut>& from,
                         std::vector<LeftOut>& to) {
      for (const LeftOut& left : from)
        if (!IsExcepted(left.capability, inferred_))
          to.push_back({left.capability, "while it serves: " + left.reason});
    };
    add(inferred_serving_.denied, inferred_.denied);
    add(inferred_serving_.narrowed, inferred_.narrowed);
    const auto chosen =
        std::ranges::find(report_.switch_points, true, &SwitchPoint::chosen);
    inferred_.notes.push_back(fmt::format(
        "the `serving` block permits {} system calls; it comes into force when "
        "the program calls bailey_serving(), {} {}:{}",
        serving_->rules.size(),
        chosen->kind == "annotation" ? "as at"
                                     : "for which there is a place at",
        chosen->site.file, chosen->site.line));
  }

  Result<Policy> Load(const PolicyDraft& all,
                      const PolicyDraft* serving = nullptr) {
    inferred_.text = InferredText(target_, options_, limits_, all, serving);
    ParsedPolicy parsed =
        LoadPolicy({options_.name + ".policy", inferred_.text}, library_);
    if (!parsed.policy) return std::unexpected(ToError(parsed.diagnostics));
    inferred_.diagnostics = std::move(parsed.diagnostics);
    return *std::move(parsed.policy);
  }

  // A library that permits more than the ceiling cannot be used: its calls get
  // rules of their own.
  Result<> ChooseLibrary(const std::string& name) {
    if (!IsLibraryName(name)) return Fail("unknown library `" + name + "`");
    std::vector<std::string> libraries = libraries_;
    libraries.push_back(name);
    ASSIGN_OR_RETURN(const Policy base, Load({libraries, {}}));
    if (ceiling_ == nullptr) {
      libraries_ = std::move(libraries);
      return {};
    }
    // The block for serving is not made yet: the whole is compared later.
    Policy first = *ceiling_;
    for (PortionPolicy& portion : first.portions) portion.serving.clear();
    ASSIGN_OR_RETURN(const PolicyDiff diff, Under(first, base));
    if (diff.exit_code() == 0)
      libraries_ = std::move(libraries);
    else
      inferred_.notes.push_back(fmt::format(
          "`{}` is not used: the ceiling denies {} of its calls, such as {}",
          name, diff.calls.size(), ExampleOf(diff)));
    return {};
  }

  static std::string ExampleOf(const PolicyDiff& diff) {
    for (const CallDifference& call : diff.calls) {
      if (call.witness.relation != Relation::kLooser) continue;
      const Syscall* found = SyscallTable::For(call.architecture)
                                 .FindByNumber(call.witness.data.number);
      if (found != nullptr)
        return fmt::format("`{}` ({})", found->name, call.new_rule.text);
    }
    return "what the solver could not decide";
  }

  static Result<PolicyDiff> Under(const Policy& ceiling, const Policy& policy) {
    DiffOptions options;
    options.order = ActionOrder::kPermission;
    return DiffPolicies(ceiling, policy, options);
  }

  // What is written down as left out or narrowed is not asked for.
  static bool IsExcepted(const Capability& capability,
                         const InferredPolicy& inferred) {
    const auto same = [&](const LeftOut& left) {
      return left.capability.number == capability.number &&
             left.capability.arguments == capability.arguments;
    };
    return std::ranges::any_of(inferred.denied, same) ||
           std::ranges::any_of(inferred.narrowed, same);
  }

  // Of `portion`, with what `made` says of it.
  Result<> CheckPermits(const PortionPolicy& portion,
                        const InferredPolicy& made) const {
    const bool serves = &made == &inferred_serving_;
    for (const Capability& capability : report_.capabilities) {
      if (capability.kind != CapabilityKind::kSyscall) continue;
      if (serves && capability.phase != Phase::kServing) continue;
      const bool skipped =
          options_.proved_only && capability.confidence != Confidence::kProved;
      if (skipped || IsExcepted(capability, made)) continue;
      const CallAnswer answer =
          Answer(target_, portion, capability.number, capability.arguments);
      if (answer.allowed != Certainty::kAlways)
        return Fail("the inferred policy does not permit `" + capability.name +
                    "`: this is a fault of ours");
    }
    return {};
  }

  Result<> CheckCeiling(const Policy& policy) const {
    if (ceiling_ == nullptr) return {};
    ASSIGN_OR_RETURN(const PolicyDiff diff, Under(*ceiling_, policy));
    if (diff.exit_code() == 0) return {};
    return Fail(
        "the inferred policy is not proved to stay under the ceiling:\n" +
        RenderDiffText(diff, {.ceiling = true}));
  }

  const Report& report_;
  const InferOptions& options_;
  const LibraryLookup& library_;
  const Policy* ceiling_;
  const Architecture target_;
  PlanLimits limits_;
  std::vector<std::string> libraries_;
  std::optional<PolicyDraft> serving_;  // what the block will say
  InferredPolicy inferred_;
  InferredPolicy inferred_serving_;  // its lists are those of the block
};

}  // namespace

int InferredPolicy::exit_code() const {
  const auto is_proved = [](const LeftOut& left) {
    return left.capability.confidence == Confidence::kProved;
  };
  if (!denied.empty() || std::ranges::any_of(narrowed, is_proved)) return 1;
  return narrowed.empty() ? 0 : 3;
}

Result<InferredPolicy> InferPolicy(const Report& report,
                                   const InferOptions& options,
                                   const LibraryLookup& library,
                                   const Policy* ceiling) {
  RETURN_IF_ERROR(CheckOptions(report, options));
  if (options.phase) {
    InferOptions all = options;
    all.phase = std::nullopt;
    all.serving_block = false;
    return InferPolicy(OnlyPhase(report, *options.phase), all, library,
                       ceiling);
  }
  if (ceiling == nullptr)
    return Inferrer(report, options, library, nullptr).Run();
  ASSIGN_OR_RETURN(const Policy single,
                   SinglePortion(*ceiling, options.ceiling_portion));
  return Inferrer(report, options, library, &single).Run();
}

}  // namespace bailey::policy
