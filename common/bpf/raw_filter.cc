#include "common/bpf/raw_filter.h"

#include <fmt/format.h>

#include <cstring>

namespace bailey {
namespace {

static_assert(sizeof(sock_filter) == 8);

}  // namespace

Result<BpfProgram> ParseRawFilter(std::string_view bytes,
                                  std::string_view name) {
  if (bytes.empty())
    return Fail(fmt::format("`{}` is empty: there is no filter in it", name));
  if (bytes.size() % sizeof(sock_filter) != 0) {
    return Fail(fmt::format("`{}` is no filter: it has {} bytes, and each "
                            "instruction has {}",
                            name, bytes.size(), sizeof(sock_filter)),
                "a raw filter is an array of struct sock_filter, as `bailey "
                "policy compile --emit bpf` writes it");
  }
  BpfProgram program(bytes.size() / sizeof(sock_filter));
  // SAFETY: sock_filter is the kernel's plain layout without padding, and the
  // sizes are equal.
  std::memcpy(program.data(), bytes.data(), bytes.size());
  if (const Result<> valid = ValidateBpf(program); !valid.ok()) {
    return std::unexpected(WithContext(
        fmt::format("`{}` is no filter that the kernel takes", name),
        valid.error()));
  }
  return program;
}

std::string WriteRawFilter(const BpfProgram& program) {
  // SAFETY: as above, the other way round.
  return std::string(reinterpret_cast<const char*>(program.data()),
                     program.size() * sizeof(sock_filter));
}

}  // namespace bailey
