// A seccomp profile of anybody's making: the import answers or refuses, says
// the same twice, and what it gives is a policy that any call can be asked
// about.
//
//   oci_import_fuzzer -max_len=16384 fuzz/corpus/oci_import

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/check.h"
#include "policy-compiler/formats/oci/import.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

void AskAbout(const Policy& policy) {
  const PortionPolicy& portion = policy.portions.front();
  SeccompData data;
  data.architecture = SyscallTable::For(policy.architecture).audit_arch();
  for (const SyscallRule& rule : portion.syscalls) {
    data.number = rule.number;
    for (const uint64_t value : {uint64_t{0}, ~uint64_t{0}}) {
      data.arguments.fill(value);
      const Verdict verdict = Evaluate(policy.architecture, portion, data);
      CHECK(!Holds(rule.when, data) || verdict.action.kind >= rule.action.kind);
    }
  }
}

void Import(std::string_view text, const OciImportOptions& options) {
  const auto imported = ImportOciProfile(text, "fuzz", options);
  const auto again = ImportOciProfile(text, "fuzz", options);
  CHECK(imported.ok() == again.ok());
  if (!imported.ok()) return;
  CHECK(imported->text == again->text);
  CHECK(!imported->differences.empty());
  const ParsedPolicy parsed =
      LoadPolicy({"fuzz.policy", imported->text}, LibraryLookup());
  CHECK(parsed.policy.has_value());
  AskAbout(*parsed.policy);
}

}  // namespace
}  // namespace bailey::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  bailey::policy::OciImportOptions options;
  bailey::policy::Import(text, options);
  options.full_widths = true;
  options.kernel = {4, 8};
  bailey::policy::Import(text, options);
  options.architectures = {bailey::Architecture::kAarch64};
  bailey::policy::Import(text, options);
  return 0;
}
