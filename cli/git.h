// What `check --diff` asks git, read-only.
//
//   ASSIGN_OR_RETURN(const Git git, Git::Find("build"));
//   ASSIGN_OR_RETURN(std::string commit, git.Commit("HEAD~1"));
//   RETURN_IF_ERROR(git.CheckOut(commit, scratch + "/index", scratch +
//   "/tree"));

#ifndef BAILEY_CLI_GIT_H_
#define BAILEY_CLI_GIT_H_

#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::cli {

class Git {
 public:
  // The repository that holds `directory`.
  static Result<Git> Find(const std::string& directory);

  const std::string& top() const { return top_; }

  Result<std::string> Commit(const std::string& revision) const;
  // The files of a commit into the new folder `tree`; `index` is a file's name
  // to use meanwhile. Neither the repository's index nor its hooks have a part.
  Result<> CheckOut(const std::string& commit, const std::string& index,
                    const std::string& tree) const;
  // `path` is absolute or relative to the top.
  Result<bool> IsTracked(const std::string& path) const;
  Result<bool> IsIgnored(const std::string& path) const;

 private:
  explicit Git(std::string top) : top_(std::move(top)) {}

  std::vector<std::string> Command(std::vector<std::string> arguments) const;

  std::string top_;
};

}  // namespace bailey::cli

#endif  // BAILEY_CLI_GIT_H_
