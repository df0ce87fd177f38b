#include "cli/unsplit_program.h"

#include <vector>

namespace bailey::cli {

std::string UnsplitProgram(const Flow& flow) {
  const std::vector<std::string>& link = flow.link_command;
  for (size_t i = 0; i + 1 < link.size(); ++i) {
    if (link[i] != "-o") continue;
    const std::string& output = link[i + 1];
    return output.starts_with('/') ? output
                                   : flow.link_directory + "/" + output;
  }
  return flow.link_directory + "/a.out";
}

}  // namespace bailey::cli
