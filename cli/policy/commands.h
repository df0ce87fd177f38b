// The verbs of bailey-policy, one file a command, and how they load a policy.

#ifndef BAILEY_CLI_POLICY_COMMANDS_H_
#define BAILEY_CLI_POLICY_COMMANDS_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "common/diagnostics.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/policy.h"

namespace bailey::cli {

int RunPolicyCheck(int argc, char** argv);
int RunPolicyCompile(int argc, char** argv);
int RunPolicyCredentials(int argc, char** argv);
int RunPolicyDiff(int argc, char** argv);
int RunPolicyEval(int argc, char** argv);
int RunPolicyExport(int argc, char** argv);
int RunPolicyImport(int argc, char** argv);
int RunPolicyFmt(int argc, char** argv);
int RunPolicyNarrow(int argc, char** argv);
int RunPolicyInfer(int argc, char** argv);
int RunPolicyLearn(int argc, char** argv);
int RunPolicyLift(int argc, char** argv);
int RunPolicyLint(int argc, char** argv);
int RunPolicyPlan(int argc, char** argv);
int RunPolicyPlanProgram(int argc, char** argv);
int RunPolicyPlanPrograms(int argc, char** argv);
int RunPolicyPlugins(int argc, char** argv);
int RunPolicyProve(int argc, char** argv);
int RunPolicyTest(int argc, char** argv);

inline constexpr Command kPolicyCommands[] = {
    {"eval", "what a policy answers to one system call", RunPolicyEval},
    {"compile", "a policy's filter, proved, in several forms",
     RunPolicyCompile},
    {"prove", "prove that the filters are the policy", RunPolicyProve},
    {"diff", "whether a new policy is stricter or looser than an old one",
     RunPolicyDiff},
    {"infer", "a first policy from a report", RunPolicyInfer},
    {"narrow", "a plan's filters, for what the portions' programs can do",
     RunPolicyNarrow},
    {"learn", "what `bailey run --learn` saw, as changes of its policy",
     RunPolicyLearn},
    {"lift", "a policy from a raw filter, of a file or a process",
     RunPolicyLift},
    {"import", "a policy from another tool's profile", RunPolicyImport},
    {"export", "a policy in another tool's format", RunPolicyExport},
    {"lint", "what a policy says in vain, and what goes around it",
     RunPolicyLint},
    {"test", "run a policy's own tests", RunPolicyTest},
    {"fmt", "policies in their canonical form", RunPolicyFmt},
    {"plugins", "the files that a policy lets its program load",
     RunPolicyPlugins},
    {"credentials", "the credentials that a policy names",
     RunPolicyCredentials},
    {"check", "a report against a policy (as `bailey check` runs it)",
     RunPolicyCheck},
    {"plan", "a plan from policy and flow (as `bailey build` runs it)",
     RunPolicyPlan},
    {"plan-program", "a plan for a program as it is (as `bailey run` runs it)",
     RunPolicyPlanProgram},
    {"plan-programs", "a plan for several programs as they are",
     RunPolicyPlanPrograms},
};

// The policy of a file, or nothing: then its diagnostics were printed, all of
// them. Warnings are printed either way.
struct LoadedPolicy {
  SourceText text;
  policy::Policy policy;  // for x86_64 if that is a target, else the first
  std::vector<policy::Policy> other_targets;

  // `policy` first.
  std::vector<const policy::Policy*> Targets() const;
};
std::optional<LoadedPolicy> LoadPolicyFile(const std::string& path);

// The same of a text, named by the path from which it may use others. Nothing
// is printed.
policy::ParsedPolicy LoadPolicyText(const SourceText& text);

// How the text of that name reads the files that it uses or includes: files in
// its own folder, links followed, and others that are called `.policy`.
policy::FileLookup FilesFor(const std::string& name);

// The rules of a program's start as it is (policy-compiler/language/
// loader_rules.h), for x86_64.
Result<policy::Policy> LoadLoaderRules();

// The policy for that architecture, or `policy` where none is named; an error
// lists the targets.
Result<const policy::Policy*> SelectTarget(const LoadedPolicy& loaded,
                                           const std::string& architecture);
// That one, or all where none is named.
Result<std::vector<const policy::Policy*>> SelectTargets(
    const LoadedPolicy& loaded, const std::string& architecture);

// The portion of that name, or the only one; an error lists the names.
Result<const policy::PortionPolicy*> SelectPortion(const policy::Policy& policy,
                                                   const std::string& name);

// An error where the portion has no second filter to ask about.
Result<> RequireServing(const policy::PortionPolicy& portion);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_COMMANDS_H_
