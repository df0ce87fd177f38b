// The facts, each with its reason.

#include "analyzer/elf/c_library_facts.h"

namespace bailey::analyzer {
namespace {

// A mutex changes its owner's priority only if it was made with
// PTHREAD_PRIO_PROTECT: no static initializer says so. One that another program
// made is in memory shared with it.
constexpr std::string_view kPriorityProtection[] = {
    "pthread_mutexattr_setprotocol", "pthread_mutexattr_setprioceiling",
    "pthread_mutex_setprioceiling", "shm_open", "shmat"};

// gettext's directory is absolute unless the program names another.
constexpr std::string_view kTextDirectory[] = {"bindtextdomain"};

constexpr ConditionalCall kCalls[] = {
    {"__pthread_tpp_change_priority", "", kPriorityProtection},
    {"__pthread_current_priority", "", kPriorityProtection},
    {"getcwd", "__dcigettext", kTextDirectory}};

constexpr std::string_view kLoaderAsProgram[] = {
    "_dl_help", "_dl_version", "_dl_print_diagnostics", "_dl_start_profile"};

}  // namespace

std::span<const ConditionalCall> ConditionalCalls() { return kCalls; }

std::span<const std::string_view> CallsOfLoaderAsProgram() {
  return kLoaderAsProgram;
}

}  // namespace bailey::analyzer
