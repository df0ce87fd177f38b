#include "policy-compiler/formats/minijail/frequencies.h"

#include <utility>

#include "policy-compiler/formats/minijail/expression.h"
#include "policy-compiler/formats/source_files.h"

namespace bailey::policy {
namespace {

// Sums stay far from where they would wrap.
constexpr uint64_t kMaxCount = uint64_t{1} << 48;

void ReadLine(MinijailCursor& cursor, Architecture architecture,
              std::map<uint32_t, uint64_t>& counts) {
  const auto call = ReadMinijailCall(cursor, architecture);
  if (!call || !cursor.Expect(":")) return;
  if (!cursor.AtKind(MinijailToken::Kind::kNumber)) {
    cursor.Unexpected("a count");
    return;
  }
  const MinijailToken& count = cursor.Next();
  if (count.number > kMaxCount) {
    cursor.Error(count.span(), "a count is from 0 to 2^48");
    return;
  }
  if (!cursor.AtEnd()) {
    cursor.Unexpected("the end of the line");
    return;
  }
  if (call->is_here && call->call != nullptr)
    counts[call->call->number] += count.number;
}

}  // namespace

Result<std::map<uint32_t, uint64_t>> ParseFrequencies(
    const SourceText& text, Architecture architecture) {
  SourceFiles files(text, {});
  std::map<uint32_t, uint64_t> counts;
  for (const MinijailLine& line : LexMinijail(files.main())) {
    MinijailCursor cursor(files.main(), line);
    ReadLine(cursor, architecture, counts);
  }
  if (files.sink().has_errors())
    return std::unexpected(ToError(files.sink().Finish()));
  return counts;
}

}  // namespace bailey::policy
