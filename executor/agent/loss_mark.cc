#include "executor/agent/loss_mark.h"

#include <sys/mman.h>

#include <cstddef>

#include "runtime/turn_end.h"

namespace bailey::executor {
namespace {

constexpr size_t kMappedBytes = 4096;

}  // namespace

Result<LossMark> LossMark::Map(int area_fd) {
  void* pages = mmap(nullptr, kMappedBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                     area_fd, 0);
  if (pages == MAP_FAILED) return FailErrno("cannot map a channel's area");
  LossMark mark(static_cast<bailey_area_header*>(pages));
  if (madvise(pages, kMappedBytes, MADV_DONTFORK) != 0) {
    return FailErrno("cannot keep a channel's area from children");
  }
  return mark;
}

void LossMark::Set() const { bailey_turn_end(header_.get()); }

void LossMark::Unmap::operator()(bailey_area_header* header) const {
  munmap(header, kMappedBytes);
}

}  // namespace bailey::executor
