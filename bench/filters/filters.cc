// filters [--quick] [COUNT]: how long the filters of several compilers are and
// how many instructions they execute, on three published profiles and on COUNT
// generated ones (200; --quick: 4); how long compiling and proving one takes;
// and how close Bailey's come to what no filter can be below.
//
// Every filter is proved. Fails if one of Bailey's is not.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "bench/compare.h"
#include "bench/filters/generated_profile.h"
#include "bench/filters/profile.h"
#include "bench/filters/table.h"
#include "policy-compiler/libseccomp/libseccomp_filter.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::bench {
namespace {

struct Options {
  bool quick = false;
  uint64_t generated = 200;
};

struct NamedProfile {
  const char* name;
  ArgumentWidths widths;
  const char* title;
  bool quick;  // among those of --quick
};

constexpr NamedProfile kProfiles[] = {
    {"docker", ArgumentWidths::kFull, "docker, 64 bits", true},
    {"docker", ArgumentWidths::kKernel, "docker, kernel widths", false},
    {"web40", ArgumentWidths::kFull, "web40, 64 bits", false},
    {"web40", ArgumentWidths::kKernel, "web40, kernel widths", true},
    {"allow300", ArgumentWidths::kFull, "allow300", false}};

bool OursAreProved(const ProfileResult& result) {
  return result.filters[0].problem.empty() && result.filters[1].problem.empty();
}

Result<bool> CompareProfiles(const CallMix& mix, bool quick) {
  bool proved = true;
  for (const NamedProfile& profile : kProfiles) {
    if (quick && !profile.quick) continue;
    ASSIGN_OR_RETURN(policy::Policy policy,
                     LoadProfile(profile.name, profile.widths));
    policy.name = profile.title;
    ASSIGN_OR_RETURN(const ProfileResult result, ResultsOf(policy, mix));
    PrintProfile(result);
    proved &= OursAreProved(result);
  }
  return proved;
}

Result<bool> CompareGenerated(const CallMix& mix, uint64_t count) {
  std::vector<ProfileResult> results;
  bool proved = true;
  for (uint64_t seed = 0; seed < count; ++seed) {
    const policy::Policy policy = GenerateProfile(seed);
    ASSIGN_OR_RETURN(ProfileResult result,
                     ResultsOf(policy, MixUnder(policy, mix)));
    proved &= OursAreProved(result);
    results.push_back(std::move(result));
  }
  PrintSummary(results);
  return proved;
}

Result<> CompareTimes(bool quick) {
  ASSIGN_OR_RETURN(const policy::Policy docker,
                   LoadProfile("docker", ArgumentWidths::kFull));
  const policy::PortionPolicy& portion = docker.portions[0];
  const auto libseccomp = [&] {
    return policy::CompileWithLibseccomp(docker, portion, {});
  };
  const auto compile = [&] {
    return policy::CompileFilter(docker, portion, FilterKind::kPlain, {});
  };
  ASSIGN_OR_RETURN(const BpfProgram program, compile());
  const auto prove = [&] {
    return policy::ProveFilter(docker, portion, FilterKind::kPlain, {}, program,
                               0);
  };
  Compare(
      "docker's filter",
      {{"libseccomp, compile",
        [&] { return Nanoseconds([&] { (void)libseccomp(); }); }},
       {"Bailey, compile",
        [&] { return Nanoseconds([&] { (void)compile(); }); }},
       {"Bailey, proof", [&] { return Nanoseconds([&] { (void)prove(); }); }}},
      quick ? 1 : 21);
  return {};
}

Result<bool> Run(const Options& options) {
  ASSIGN_OR_RETURN(const CallMix mix, LoadCallMix());
  ASSIGN_OR_RETURN(const bool published, CompareProfiles(mix, options.quick));
  ASSIGN_OR_RETURN(const bool generated,
                   CompareGenerated(mix, options.generated));
  RETURN_IF_ERROR(CompareTimes(options.quick));
  return published && generated;
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--quick") {
      options.quick = true;
      options.generated = 4;
    } else {
      options.generated = std::strtoull(argv[i], nullptr, 10);
    }
  }
  return options;
}

int Main(int argc, char** argv) {
  const Result<bool> proved = Run(Parse(argc, argv));
  if (!proved.ok()) {
    fmt::print(stderr, "filters: {}\n", proved.error().message);
    return 2;
  }
  if (!*proved) fmt::print(stderr, "filters: one of ours is not proved\n");
  return *proved ? 0 : 1;
}

}  // namespace
}  // namespace bailey::bench

int main(int argc, char** argv) { return bailey::bench::Main(argc, argv); }
