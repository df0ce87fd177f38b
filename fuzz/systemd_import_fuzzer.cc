// A systemd unit of anybody's making: the import answers or refuses, says the
// same twice, and what it gives loads as a policy.
//
//   systemd_import_fuzzer -max_len=16384 fuzz/corpus/systemd_import

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/check.h"
#include "policy-compiler/formats/systemd/import.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

void Import(const std::string& text, const SystemdImportOptions& options) {
  const std::vector<SourceText> files = {{"fuzz.service", text}};
  const auto imported = ImportSystemdUnit(files, options);
  const auto again = ImportSystemdUnit(files, options);
  CHECK(imported.ok() == again.ok());
  if (!imported.ok()) return;
  CHECK(imported->text == again->text);
  CHECK(imported->diagnostics.has_errors() == imported->text.empty());
  if (imported->text.empty()) return;
  CHECK(!imported->differences.empty());
  CHECK(LoadPolicy({"fuzz.policy", imported->text}, LibraryLookup())
            .policy.has_value());
}

}  // namespace
}  // namespace bailey::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string text(reinterpret_cast<const char*>(data), size);
  bailey::policy::SystemdImportOptions options;
  bailey::policy::Import(text, options);
  options.full_widths = true;
  options.architecture = bailey::Architecture::kAarch64;
  bailey::policy::Import(text, options);
  return 0;
}
