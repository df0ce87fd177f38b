// The importers whose sources include other files: Kafel's and minijail's.

#include "cli/policy/commands.h"
#include "cli/policy/import.h"
#include "policy-compiler/formats/kafel/import.h"
#include "policy-compiler/formats/minijail/import.h"

namespace bailey::cli {
namespace {

Result<Architecture> TheArchitecture(const ImportRequest& request) {
  if (request.architectures.size() > 1)
    return Fail("this format is imported for one architecture",
                "give one --arch");
  return request.architectures.empty() ? Architecture::kX8664
                                       : request.architectures.front();
}

policy::MinijailReader ReaderOf(const std::string& word) {
  if (word == "libminijail") return policy::MinijailReader::kLibminijail;
  return word == "compiler" ? policy::MinijailReader::kCompiler
                            : policy::MinijailReader::kAuto;
}

}  // namespace

Result<policy::ImportedPolicy> ImportKafelPolicy(const ImportRequest& request) {
  policy::KafelImportOptions options;
  options.name = request.name;
  options.full_widths = request.full_widths;
  options.file = FilesFor(request.files.front().name);
  ASSIGN_OR_RETURN(options.architecture, TheArchitecture(request));
  return policy::ImportKafel(request.files.front(), options);
}

Result<policy::ImportedPolicy> ImportMinijailPolicy(
    const ImportRequest& request) {
  policy::MinijailImportOptions options;
  options.name = request.name;
  options.full_widths = request.full_widths;
  options.reader = ReaderOf(request.reader);
  options.file = FilesFor(request.files.front().name);
  ASSIGN_OR_RETURN(options.architecture, TheArchitecture(request));
  return policy::ImportMinijail(request.files.front(), options);
}

}  // namespace bailey::cli
