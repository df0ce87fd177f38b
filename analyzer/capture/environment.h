// What compilers read of the environment, made part of their commands: the
// analysis runs later, in another one.
//
//   BuildRecord record = ClassifyCommand(kind, arguments, directory);
//   AddEnvironment({{"CPATH", "/opt/include"}}, record);  // -I /opt/include

#ifndef BAILEY_ANALYZER_CAPTURE_ENVIRONMENT_H_
#define BAILEY_ANALYZER_CAPTURE_ENVIRONMENT_H_

#include <map>
#include <string>
#include <string_view>

#include "analyzer/capture/build_record.h"

namespace bailey::analyzer {

// Those variables of /proc/PID/environ that say where headers and libraries
// are.
std::map<std::string, std::string> ReadSearchPaths(std::string_view environ);

// GCC manual, "Environment Variables": CPATH is searched after all -I, the
// languages' own after all -isystem, LIBRARY_PATH after all -L.
void AddEnvironment(const std::map<std::string, std::string>& search_paths,
                    BuildRecord& record);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CAPTURE_ENVIRONMENT_H_
