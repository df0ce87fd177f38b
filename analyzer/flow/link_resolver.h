// Follows a link command's inputs down to what was compiled: through archives,
// relocatable objects and shared libraries of the same build.
//
//   LinkResolver resolver(record);
//   ProgramSelection selection = resolver.Resolve(link, {"/b/mod_auth.so"});

#ifndef BAILEY_ANALYZER_FLOW_LINK_RESOLVER_H_
#define BAILEY_ANALYZER_FLOW_LINK_RESOLVER_H_

#include <map>
#include <string>
#include <vector>

#include "analyzer/flow/selection.h"

namespace bailey::analyzer {

class LinkResolver {
 public:
  // `record` must outlive this.
  explicit LinkResolver(const BuildRecord& record);

  ProgramSelection Resolve(const LinkCommand& link,
                           const std::vector<std::string>& plugins) const;

 private:
  class Walk;

  // The command that made the file, or a file with the same bytes elsewhere.
  const LinkCommand* Find(const std::string& path) const;

  std::map<std::string, const CompileEntry*> objects_;
  std::map<std::string, const LinkCommand*> made_;  // all but programs
  std::multimap<std::string, const LinkCommand*> extracted_;  // by folder
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_LINK_RESOLVER_H_
