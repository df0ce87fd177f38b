// libFuzzer target: any text as /etc/nsswitch.conf. No service that comes out
// leads out of the loader's directories.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/elf/name_service.h"
#include "common/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bailey::analyzer;
  // SAFETY: uint8_t and char may alias; the view ends with this call.
  const auto services = NameServices::Parse(
      std::string_view(reinterpret_cast<const char*>(data), size));
  for (const std::string& database : AllDatabases())
    for (const std::string& service : services.ServicesFor(database))
      CHECK(ModuleOfService(service).find('/') == std::string::npos);
  return 0;
}
