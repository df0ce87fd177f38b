// What a compilation asked of the file system, and whether the same questions
// would be answered alike now. Internal to source/.
//
//   states.Answers(questions) == answers   // nothing that it saw has changed
//   Fingerprint(questions, answers)        // the same as a name
//
// The questions are all that Clang saw of the disk: files that it read, places
// where it looked for a header in vain, folders that it listed. So a header
// that appears earlier in the include path, or one that __has_include() did not
// find, changes the answers as an edited one does.

#ifndef BAILEY_ANALYZER_SOURCE_FILE_STATES_H_
#define BAILEY_ANALYZER_SOURCE_FILE_STATES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace bailey::analyzer {

struct FileQuestion {
  std::string path;      // absolute
  bool content = false;  // it was read: its bytes count
  bool listing = false;  // a folder whose names count
  bool real_path = false;

  bool operator==(const FileQuestion&) const = default;
};

// Which file, in which version, as far as one run need know.
struct FileVersion {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  int64_t modified = 0;  // nanoseconds

  auto operator<=>(const FileVersion&) const = default;
};

struct FileAnswer {
  char kind = 'a';  // absent, or a file, a directory, something other
  FileVersion version;
  // Where they were asked for:
  std::string content;  // a digest
  std::string listing;
  std::string real_path;
};

// A digest of questions and answers, one for each. Of versions only this
// counts: which of the paths are one and the same file.
std::string Fingerprint(const std::vector<FileQuestion>& questions,
                        const std::vector<FileAnswer>& answers);

// The names in a folder, ordered; empty if it cannot be read.
std::string ListingOf(const std::string& folder);

// Asks the disk, and remembers for one run. For several threads.
class FileStates {
 public:
  std::vector<FileAnswer> Answers(const std::vector<FileQuestion>& questions);

  // What `compute` says of that version of a file, computed once.
  std::string DigestOf(const FileVersion& version,
                       const std::function<std::string()>& compute);

 private:
  FileAnswer Answer(const FileQuestion& question);
  FileAnswer Look(const std::string& path);
  std::string Listing(const std::string& folder);

  std::mutex mutex_;
  std::map<std::string, FileAnswer> looks_;
  std::map<FileVersion, std::string> digests_;
  std::map<std::string, std::string> listings_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_FILE_STATES_H_
