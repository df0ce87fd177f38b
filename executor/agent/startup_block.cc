#include "executor/agent/startup_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "common/bpf/raw_filter.h"
#include "common/check.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

Result<> SetVariables(bailey_startup& startup,
                      std::span<const std::string> variables) {
  if (variables.size() > BAILEY_MAX_ENVIRONMENT_CREDENTIALS) {
    return Fail(fmt::format("more than {} environment credentials",
                            BAILEY_MAX_ENVIRONMENT_CREDENTIALS));
  }
  for (size_t i = 0; i < variables.size(); ++i) {
    if (variables[i].size() >= BAILEY_VARIABLE_BYTES) {
      return Fail(
          fmt::format("the variable `{}` has too long a name", variables[i]));
    }
    std::ranges::copy(variables[i], startup.variables[i]);
  }
  return {};
}

Result<const BpfProgram*> NotifyFilter(const PlanPortion& portion) {
  const PlanFilter* filter = FindFilter(portion, FilterKind::kNotify);
  if (filter == nullptr || filter->program.empty()) {
    return Fail(fmt::format("portion `{}` has no filter", portion.name),
                "build the bundle again: without a filter nothing runs");
  }
  RETURN_IF_ERROR(ValidateBpf(filter->program));
  return &filter->program;
}

}  // namespace

Result<UniqueFd> MakeStartupBlock(
    const PlanPortion& portion, bool has_landlock,
    std::span<const bailey_startup_channel> channels,
    std::span<const std::string> variables) {
  CHECK(channels.size() <= BAILEY_MAX_CHANNELS);
  ASSIGN_OR_RETURN(const BpfProgram* filter, NotifyFilter(portion));
  bailey_startup startup{};
  startup.magic = BAILEY_STARTUP_MAGIC;
  startup.filter_instructions = static_cast<uint32_t>(filter->size());
  if (portion.serving) {
    RETURN_IF_ERROR(ValidateBpf(portion.serving->program));
    startup.serving_instructions =
        static_cast<uint32_t>(portion.serving->program.size());
  }
  startup.has_landlock = has_landlock ? 1 : 0;
  startup.channel_count = static_cast<uint32_t>(channels.size());
  startup.environment_credential_count =
      static_cast<uint32_t>(variables.size());
  std::ranges::copy(channels, startup.channels);
  RETURN_IF_ERROR(SetVariables(startup, variables));
  std::string bytes(sizeof startup, '\0');
  std::memcpy(bytes.data(), &startup, sizeof startup);
  bytes += WriteRawFilter(*filter);
  if (portion.serving) bytes += WriteRawFilter(portion.serving->program);
  return SealedMemory("bailey-startup", bytes);
}

}  // namespace bailey::executor
