#include "common/documents/bundle.h"

#include <fmt/format.h>

#include <charconv>

#include "common/digest.h"
#include "common/documents/schema.h"
#include "common/fd.h"

namespace bailey {
namespace {

constexpr std::string_view kMagic = "bailey bundle 1\n";
constexpr size_t kLengthDigits = 16;
constexpr size_t kHeadBytes = kMagic.size() + kLengthDigits + 1;
constexpr std::string_view kSchema = "bailey.bundle/1";
constexpr size_t kMaxBundleBytes = size_t{1} << 30;

std::unexpected<Error> Damaged(std::string_view name, std::string_view what) {
  return Fail(fmt::format("{}: not a whole bundle: {}", name, what),
              "build it again with `bailey build`, or copy it again");
}

Result<std::string_view> ManifestOf(std::string_view bytes,
                                    std::string_view name) {
  if (!bytes.starts_with(kMagic))
    return Damaged(name, "it does not begin as one");
  if (bytes.size() < kHeadBytes) return Damaged(name, "it ends in its head");
  const std::string_view digits = bytes.substr(kMagic.size(), kLengthDigits);
  uint64_t length = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), length, 16);
  const bool whole =
      error == std::errc() && end == digits.data() + digits.size();
  if (!whole || bytes[kHeadBytes - 1] != '\n')
    return Damaged(name, "the manifest's length is malformed");
  if (length > bytes.size() - kHeadBytes)
    return Damaged(name, "it ends in its manifest");
  return bytes.substr(kHeadBytes, length);
}

// A path that cannot leave the container's root, however it is joined.
bool IsSafePath(std::string_view path) {
  if (!path.starts_with('/') || path.size() > 4096) return false;
  if (path.find('\0') != std::string_view::npos) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(part.size());
  }
  return true;
}

Json WriteEntry(const BundleFile& file, const std::string& sha256,
                uint64_t size) {
  return {
      {"portion", file.portion},    {"path", file.path}, {"mode", file.mode},
      {"program", file.is_program}, {"size", size},      {"sha256", sha256}};
}

struct ManifestEntry {
  BundleFile file;
  std::string sha256;
  uint64_t size_bytes = 0;
};

Result<ManifestEntry> ReadEntry(const JsonObject& object) {
  ManifestEntry entry;
  ASSIGN_OR_RETURN(entry.file.portion, object.String("portion"));
  ASSIGN_OR_RETURN(entry.file.path, object.String("path"));
  ASSIGN_OR_RETURN(entry.file.mode, object.Unsigned32("mode", 0777));
  ASSIGN_OR_RETURN(entry.file.is_program, object.Bool("program"));
  ASSIGN_OR_RETURN(entry.size_bytes, object.Unsigned("size"));
  ASSIGN_OR_RETURN(entry.sha256, object.String("sha256"));
  if (!IsSafePath(entry.file.path))
    return Fail(object.where() + ": path `" + entry.file.path +
                "` is not allowed");
  return entry;
}

// Hands out the files' bytes in the order in which the manifest names them.
class BlobReader {
 public:
  explicit BlobReader(std::string_view bytes) : rest_(bytes) {}

  Result<std::string_view> Next(const ManifestEntry& entry,
                                std::string_view name) {
    if (const auto known = blobs_.find(entry.sha256); known != blobs_.end()) {
      if (known->second.size() != entry.size_bytes)
        return Damaged(name, "two sizes for the digest " + entry.sha256);
      return known->second;
    }
    if (entry.size_bytes > rest_.size())
      return Damaged(name, "it ends in `" + entry.file.path + "`");
    const std::string_view blob = rest_.substr(0, entry.size_bytes);
    if (Sha256Hex(blob) != entry.sha256)
      return Damaged(name,
                     "`" + entry.file.path + "` does not have its digest");
    rest_.remove_prefix(entry.size_bytes);
    blobs_.emplace(entry.sha256, blob);
    return blob;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  std::map<std::string, std::string_view> blobs_;
};

}  // namespace

void BundleWriter::Add(BundleFile file, std::string bytes) {
  std::string digest = Sha256Hex(bytes);
  entries_.push_back({std::move(file), digest, bytes.size()});
  blobs_.emplace(std::move(digest), std::move(bytes));
}

std::string BundleWriter::Finish() const {
  const Json files = WriteList(entries_, [](const Entry& entry) {
    return WriteEntry(entry.file, entry.sha256, entry.size_bytes);
  });
  // The plan goes in as text: it was written by the one writer, and is read by
  // the one reader, limits included.
  const std::string manifest = WriteJson(
      {{"schema", kSchema}, {"plan", WritePlan(plan_)}, {"files", files}});
  std::string out = std::string(kMagic);
  out += fmt::format("{:016x}\n", manifest.size());
  out += manifest;
  std::map<std::string_view, bool> written;
  for (const Entry& entry : entries_) {
    if (written.emplace(entry.sha256, true).second)
      out += blobs_.at(entry.sha256);
  }
  return out;
}

Result<Bundle> Bundle::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, kMaxBundleBytes));
  return Parse(std::move(bytes), path);
}

Result<Bundle> Bundle::Parse(std::string bytes, std::string_view name) {
  Bundle bundle;
  bundle.storage_ = std::make_unique<const std::string>(std::move(bytes));
  const std::string_view all = *bundle.storage_;
  ASSIGN_OR_RETURN(const std::string_view manifest, ManifestOf(all, name));
  ASSIGN_OR_RETURN(const Json json, ParseJson(manifest, name));
  const JsonObject object(json, std::string(name));
  RETURN_IF_ERROR(CheckSchema(object, kSchema));
  RETURN_IF_ERROR(object.RefuseUnknown({"schema", "plan", "files"}));
  ASSIGN_OR_RETURN(const std::string plan, object.String("plan"));
  ASSIGN_OR_RETURN(bundle.plan_, ParsePlan(plan, std::string(name) + ": plan"));
  ASSIGN_OR_RETURN(const std::vector<ManifestEntry> entries,
                   ReadList<ManifestEntry>(object, "files", ReadEntry));
  BlobReader blobs(all.substr(kHeadBytes + manifest.size()));
  for (const ManifestEntry& entry : entries) {
    ASSIGN_OR_RETURN(const std::string_view blob, blobs.Next(entry, name));
    bundle.files_.push_back({entry.file, entry.sha256, blob});
  }
  if (!blobs.at_end()) return Damaged(name, "bytes follow its last file");
  bundle.digest_ = Sha256Hex(all.substr(0, kHeadBytes + manifest.size()));
  return bundle;
}

}  // namespace bailey
