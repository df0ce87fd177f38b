// The verbs of `bailey`, one file a command.

#ifndef BAILEY_CLI_COMMANDS_H_
#define BAILEY_CLI_COMMANDS_H_

#include "cli/command.h"

namespace bailey::cli {

int RunAnalyze(int argc, char** argv);
int RunBuild(int argc, char** argv);
int RunCapture(int argc, char** argv);
int RunCheck(int argc, char** argv);
int RunCompletion(int argc, char** argv);
int RunDoctor(int argc, char** argv);
int RunManual(int argc, char** argv);
int RunPolicy(int argc, char** argv);
int RunRun(int argc, char** argv);
int RunSplit(int argc, char** argv);

inline constexpr Command kBaileyCommands[] = {
    {"doctor", "what this host can enforce and run", RunDoctor},
    {"capture", "record the compile and link commands of a build", RunCapture},
    {"analyze", "find every call that needs privilege", RunAnalyze},
    {"check", "hold the code against a policy", RunCheck},
    {"policy", "evaluate, compile and prove a policy", RunPolicy},
    {"split", "write the portions' sources, ready to build", RunSplit},
    {"build", "analyze, check, compile, prove, split: a bundle", RunBuild},
    {"run", "run a bundle, or a program under a policy, once, here", RunRun},
    {"manual", "the manual pages of these commands", RunManual},
    {"completion", "completion of commands and options by a shell",
     RunCompletion},
};

}  // namespace bailey::cli

#endif  // BAILEY_CLI_COMMANDS_H_
