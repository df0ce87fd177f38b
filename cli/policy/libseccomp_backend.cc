#include "cli/policy/libseccomp_backend.h"

#include "policy-compiler/libseccomp/libseccomp_filter.h"

namespace bailey::cli {

bool UsesLibseccomp(std::string_view backend) { return backend != "bailey"; }

policy::FilterTools LibseccompTools(std::string_view backend) {
  const bool binary_tree = backend == "libseccomp-tree";
  policy::FilterTools tools;
  tools.compile = [binary_tree](const policy::Policy& policy,
                                const policy::PortionPolicy& portion,
                                FilterKind, const policy::NotifyOptions&) {
    return policy::CompileWithLibseccomp(policy, portion,
                                         {.binary_tree = binary_tree});
  };
  return tools;
}

}  // namespace bailey::cli
