#include "executor/launch/payload.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <map>

#include "executor/wire.h"

namespace bailey::executor {
namespace {

Result<UniqueFd> Seal(UniqueFd memory) {
  if (fcntl(memory.get(), F_ADD_SEALS,
            F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return FailErrno("cannot seal a memory file");
  }
  return memory;
}

}  // namespace

Result<Payload> MakePayload(const Bundle& bundle, InstanceSpec spec) {
  UniqueFd blobs(memfd_create("bailey-files", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!blobs.valid()) return FailErrno("cannot make a memory file");
  spec.plan = bundle.plan();
  const bool control = spec.mode == RunMode::kControl;
  uint64_t end = 0;
  std::map<std::string, uint64_t> offsets;  // of what is in there, by digest
  for (const Bundle::File& file : bundle.files()) {
    const bool unsplit = file.file.portion == kUnsplitPortion;
    if (unsplit != control) continue;
    if (unsplit && file.file.is_program) {
      spec.unsplit_program = file.file.path;
    }
    const auto [place, is_new] = offsets.emplace(file.sha256, end);
    if (is_new) {
      RETURN_IF_ERROR(WriteAll(blobs.get(), file.bytes, "a memory file"));
      end += file.bytes.size();
    }
    spec.files.push_back({file.file.portion, file.file.path, file.file.mode,
                          place->second, file.bytes.size()});
  }
  if (control && spec.unsplit_program.empty()) {
    return Fail(
        "the bundle has no unsplit program, which an audit compares with",
        "build it again with `bailey build`");
  }
  Payload payload;
  ASSIGN_OR_RETURN(payload.blobs, Seal(std::move(blobs)));
  ASSIGN_OR_RETURN(payload.spec, SealedMemory("bailey-spec", WriteSpec(spec)));
  return payload;
}

}  // namespace bailey::executor
