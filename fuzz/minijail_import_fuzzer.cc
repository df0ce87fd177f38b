// A policy of minijail of anybody's making: the import answers or reports
// errors at places in the text, says the same twice, and what it gives loads
// without an error.
//
//   minijail_import_fuzzer -max_len=4096 fuzz/corpus/minijail_import

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/check.h"
#include "policy-compiler/formats/minijail/frequencies.h"
#include "policy-compiler/formats/minijail/import.h"

namespace bailey::policy {
namespace {

Result<UsedFile> FindFile(const std::string& path) {
  if (path == "a") return UsedFile{path, "read: 1\n"};
  return Fail("no such file");
}

// The last one may say that there are too many.
void CheckErrors(const Diagnostics& diagnostics) {
  CHECK(diagnostics.all().front().line > 0);
  for (const Diagnostic& diagnostic : diagnostics.all())
    CHECK(diagnostic.line == 0 || diagnostic.column > 0);
}

void Import(std::string_view text, const MinijailImportOptions& options) {
  const SourceText source{"fuzz", std::string(text)};
  const auto imported = ImportMinijail(source, options);
  const auto again = ImportMinijail(source, options);
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
  bailey::policy::MinijailImportOptions options;
  options.file = bailey::policy::FindFile;
  bailey::policy::Import(text, options);
  options.full_widths = true;
  options.reader = bailey::policy::MinijailReader::kCompiler;
  bailey::policy::Import(text, options);
  const auto counts = bailey::policy::ParseFrequencies(
      {"fuzz", std::string(text)}, bailey::Architecture::kX8664);
  CHECK(counts.ok() || !counts.error().message.empty());
  return 0;
}
