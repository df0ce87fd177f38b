// libFuzzer target: any text as a C or C++ file, through Clang and all that is
// read of its tree and its code. Facts or errors come back, never both.

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "analyzer/source/front_end.h"
#include "analyzer/source/unit_archive.h"
#include "common/check.h"

namespace {

constexpr size_t kMostBytes = 4096;

std::string MakeFolder() {
  std::string folder = "/tmp/bailey-fuzz-XXXXXX";
  CHECK(mkdtemp(folder.data()) != nullptr);
  return folder;
}

// What would read other files (/dev/zero, its own text) tells nothing of ours.
bool ReadsFiles(const std::string& text) {
  for (const char* word : {"include", "import", "embed", "incbin", "module"})
    if (text.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace

// The first byte chooses the language.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bailey::analyzer;
  static const std::string folder = MakeFolder();
  if (size == 0 || size > kMostBytes) return -1;
  // SAFETY: bytes seen as characters.
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (ReadsFiles(text)) return -1;
  const bool cxx = data[0] % 2 != 0;
  const std::string name = cxx ? "a.cc" : "a.c";
  std::ofstream(folder + "/" + name) << text;
  const UnitOutcome unit =
      ParseUnit({folder,
                 name,
                 "",
                 {cxx ? "g++" : "gcc", "-ftemplate-depth=32",
                  "-fconstexpr-steps=10000", "-c", name}},
                folder);
  if (unit.diagnostics.has_errors()) return 0;
  CHECK(!unit.facts.unit.sha256.empty());
  CHECK(ReadUnit(WriteUnit(unit.facts)).has_value());
  for (const auto& call : unit.facts.code.calls) CHECK(!call.to.empty());
  for (const auto& edge : unit.facts.code.edges)
    CHECK(!edge.to.empty() && !edge.from.empty());
  return 0;
}
