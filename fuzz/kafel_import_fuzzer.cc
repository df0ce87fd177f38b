// A policy of Kafel of anybody's making: the import answers or reports errors
// at places in the text, says the same twice, and what it gives loads without
// an error.
//
//   kafel_import_fuzzer -max_len=4096 fuzz/corpus/kafel_import

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/check.h"
#include "policy-compiler/formats/kafel/import.h"

namespace bailey::policy {
namespace {

Result<UsedFile> FindFile(const std::string& path) {
  if (path == "a") return UsedFile{path, "POLICY included { ALLOW { read } }"};
  return Fail("no such file");
}

// The last one may say that there are too many.
void CheckErrors(const Diagnostics& diagnostics) {
  CHECK(diagnostics.all().front().line > 0);
  for (const Diagnostic& diagnostic : diagnostics.all())
    CHECK(diagnostic.line == 0 || diagnostic.column > 0);
}

void Import(std::string_view text, const KafelImportOptions& options) {
  const SourceText source{"fuzz", std::string(text)};
  const auto imported = ImportKafel(source, options);
  const auto again = ImportKafel(source, options);
  CHECK(imported.ok() == again.ok());
  if (!imported.ok()) return;
  CHECK(imported->text == again->text);
  if (imported->diagnostics.has_errors()) {
    CHECK(imported->text.empty());
    CheckErrors(imported->diagnostics);
    return;
  }
  const ParsedPolicy parsed =
      LoadPolicy({"fuzz.policy", imported->text}, LibraryLookup());
  CHECK(parsed.policy.has_value());
}

}  // namespace
}  // namespace bailey::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  bailey::policy::KafelImportOptions options;
  options.file = bailey::policy::FindFile;
  bailey::policy::Import(text, options);
  options.full_widths = true;
  bailey::policy::Import(text, options);
  return 0;
}
