#include "policy-compiler/formats/source_files.h"

#include <fmt/format.h>

#include <utility>

namespace bailey::policy {
namespace {

std::string Resolved(const std::string& path, const std::string& from) {
  if (path.starts_with('/')) return path;
  const size_t slash = from.rfind('/');
  return slash == std::string::npos ? path : from.substr(0, slash + 1) + path;
}

}  // namespace

std::string SourceFile::PlaceOf(size_t offset) const {
  return fmt::format("{}:{}", text.name, Locate(text.text, offset).line);
}

SourceFiles::SourceFiles(SourceText main, FileLookup lookup)
    : lookup_(std::move(lookup)), sink_(main.name), bytes_(main.text.size()) {
  files_.emplace_back(std::move(main), sink_);
}

SourceFile* SourceFiles::Include(const std::string& path, SourceSpan span,
                                 SourceFile& from) {
  const auto refuse = [&](const std::string& why) {
    from.report.Error(span, "cannot include " + Quoted(path) + ": " + why);
    return nullptr;
  };
  if (!lookup_) return refuse("no other file is read here");
  if (files_.size() >= kMaxFiles) return refuse("there are too many files");
  const std::string resolved = Resolved(path, from.text.name);
  Result<UsedFile> found = lookup_(resolved);
  if (!found.ok()) return refuse(found.error().message);
  bytes_ += found->text.size();
  if (bytes_ > kMaxBytes) return refuse("the files are too large together");
  files_.emplace_back(SourceText{resolved, std::move(found->text)}, sink_);
  return &files_.back();
}

}  // namespace bailey::policy
