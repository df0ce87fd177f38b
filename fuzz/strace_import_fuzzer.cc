// A trace of anybody's making: the import answers or refuses, says the same
// twice, and what it gives loads as a policy.
//
//   strace_import_fuzzer -max_len=16384 fuzz/corpus/strace_import

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/check.h"
#include "policy-compiler/formats/strace/import.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

void Import(const std::string& text, bool constants) {
  StraceImportOptions options;
  options.argument_constants = constants;
  const std::vector<SourceText> files = {{"fuzz.strace", text}};
  const auto imported = ImportStrace(files, options);
  const auto again = ImportStrace(files, options);
  CHECK(imported.ok() == again.ok());
  if (!imported.ok()) {
    // What strace shows is never beyond what the language can say.
    CHECK(imported.error().message.starts_with("there is no system call"));
    return;
  }
  CHECK(imported->text == again->text);
  CHECK(imported->diagnostics.has_errors() == imported->text.empty());
  if (imported->text.empty()) return;
  CHECK(LoadPolicy({"fuzz.policy", imported->text}, LibraryLookup())
            .policy.has_value());
}

}  // namespace
}  // namespace bailey::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string text(reinterpret_cast<const char*>(data), size);
  bailey::policy::Import(text, false);
  bailey::policy::Import(text, true);
  return 0;
}
