// NAME.bailey: the plan with the portions' programs and the libraries and
// loader they were analyzed with, each addressed by its SHA-256.
//
//   BundleWriter writer(plan);
//   writer.Add({"signer", "/lib/ld.so", 0555}, bytes);
//   RETURN_IF_ERROR(WriteFileAtomically("notary.bailey", writer.Finish()));
//
//   ASSIGN_OR_RETURN(Bundle bundle, Bundle::Open("notary.bailey"));
//   // every byte is checked by now; bundle.digest() names it
//
// Form: the magic line "bailey bundle 1\n", the manifest's length in bytes as
// 16 hex digits and a newline, the manifest (JSON: the plan, the list of files
// with portion, path, mode, size and SHA-256), then each distinct file's bytes
// in the order in which the manifest first names its digest. The bundle's
// digest is the SHA-256 of everything before the files, which the manifest pins
// in turn.

#ifndef BAILEY_COMMON_DOCUMENTS_BUNDLE_H_
#define BAILEY_COMMON_DOCUMENTS_BUNDLE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey {

// Names the unsplit program among a bundle's files: `run --audit` needs it as
// the positive control.
inline constexpr std::string_view kUnsplitPortion = "unsplit";

struct BundleFile {
  std::string portion;   // or kUnsplitPortion
  std::string path;      // absolute, inside the container
  uint32_t mode = 0444;  // permission bits
  bool is_program = false;
};

class BundleWriter {
 public:
  explicit BundleWriter(Plan plan) : plan_(std::move(plan)) {}
  void Add(BundleFile file, std::string bytes);
  // The bundle's bytes: the same input gives the same ones.
  std::string Finish() const;

 private:
  struct Entry {
    BundleFile file;
    std::string sha256;
    uint64_t size_bytes;
  };
  Plan plan_;
  std::vector<Entry> entries_;
  std::map<std::string, std::string> blobs_;  // by digest
};

class Bundle {
 public:
  struct File {
    BundleFile file;
    std::string sha256;
    std::string_view bytes;  // into the bundle's own storage
  };

  // Reads and checks everything: form, sizes, digests, plan, paths (absolute,
  // without `..`), no trailing bytes. Errors say what is wrong and where.
  static Result<Bundle> Open(const std::string& path);
  static Result<Bundle> Parse(std::string bytes, std::string_view name);

  Bundle(Bundle&&) = default;
  Bundle& operator=(Bundle&&) = default;
  Bundle(const Bundle&) = delete;

  const Plan& plan() const { return plan_; }
  const std::vector<File>& files() const { return files_; }
  const std::string& digest() const { return digest_; }  // SHA-256, hex

 private:
  Bundle() = default;
  // INVARIANT: never changed after Parse and held by pointer, so the views in
  // files_ stay valid when the bundle moves.
  std::unique_ptr<const std::string> storage_;
  std::string digest_;
  Plan plan_;
  std::vector<File> files_;
};

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_BUNDLE_H_
