// What calls mean by their types, which IR has lost: declared const parameters
// of library functions, files that C++'s streams and std::filesystem name.
// Internal to source/.
//
//   TypedCalls typed = CollectTypedCalls(context, module, root, id_of);
//   code.prototypes = std::move(typed.prototypes);

#ifndef BAILEY_ANALYZER_SOURCE_TYPED_CALLS_H_
#define BAILEY_ANALYZER_SOURCE_TYPED_CALLS_H_

#include <functional>
#include <string>
#include <vector>

#include "analyzer/ir/typed_facts.h"

namespace clang {
class ASTContext;
}
namespace llvm {
class Module;
}

namespace bailey::analyzer {

struct TypedCalls {
  std::vector<LibraryPrototype> prototypes;
  std::vector<NamedFile> named_files;
};

// `id_of`: from a symbol's name in the module to its id.
TypedCalls CollectTypedCalls(
    clang::ASTContext& context, const llvm::Module& module,
    const std::string& root,
    const std::function<std::string(const std::string&)>& id_of);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_TYPED_CALLS_H_
