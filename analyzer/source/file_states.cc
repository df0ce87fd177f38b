#include "analyzer/source/file_states.h"

#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <utility>

#include "analyzer/cache/archive.h"
#include "common/digest.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kNanoseconds = 1'000'000'000;

char KindOf(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return 'f';
  return S_ISDIR(status.st_mode) ? 'd' : 'o';
}

FileAnswer LookOnDisk(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return {};
  FileAnswer answer;
  answer.kind = KindOf(status);
  answer.version = {
      status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size),
      status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
  return answer;
}

// A file that cannot be read is like no other: not even like itself.
std::string DigestOnDisk(const std::string& path) {
  const auto bytes = ReadFile(path);
  return bytes.ok() ? Sha256Hex(*bytes) : "unreadable";
}

}  // namespace

std::string ListingOf(const std::string& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error))
    names.insert(each->path().filename().string());
  std::string text;
  for (const std::string& name : names) text += name + '\n';
  return text;
}

std::string Fingerprint(const std::vector<FileQuestion>& questions,
                        const std::vector<FileAnswer>& answers) {
  ArchiveWriter out;
  std::map<std::pair<uint64_t, uint64_t>, size_t> first;
  for (size_t i = 0; i < questions.size() && i < answers.size(); ++i) {
    const FileAnswer& answer = answers[i];
    const size_t same =
        first.emplace(std::pair(answer.version.device, answer.version.inode), i)
            .first->second;
    out.String(questions[i].path);
    out.Number(static_cast<uint64_t>(answer.kind));
    out.Number(answer.kind == 'a' ? 0 : same);
    out.String(answer.content);
    out.String(answer.listing);
    out.String(answer.real_path);
  }
  return Sha256Hex(out.Take());
}

std::vector<FileAnswer> FileStates::Answers(
    const std::vector<FileQuestion>& questions) {
  std::vector<FileAnswer> answers;
  answers.reserve(questions.size());
  for (const FileQuestion& each : questions) answers.push_back(Answer(each));
  return answers;
}

std::string FileStates::DigestOf(const FileVersion& version,
                                 const std::function<std::string()>& compute) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = digests_.find(version);
    if (known != digests_.end()) return known->second;
  }
  std::string digest = compute();
  const std::lock_guard lock(mutex_);
  return digests_.emplace(version, std::move(digest)).first->second;
}

FileAnswer FileStates::Answer(const FileQuestion& question) {
  FileAnswer answer = Look(question.path);
  if (question.content && answer.kind == 'f')
    answer.content =
        DigestOf(answer.version, [&] { return DigestOnDisk(question.path); });
  if (question.listing) answer.listing = Listing(question.path);
  std::error_code error;
  if (question.real_path)
    answer.real_path = fs::canonical(question.path, error).string();
  return answer;
}

FileAnswer FileStates::Look(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = looks_.find(path);
    if (known != looks_.end()) return known->second;
  }
  FileAnswer answer = LookOnDisk(path);
  const std::lock_guard lock(mutex_);
  return looks_.emplace(path, std::move(answer)).first->second;
}

std::string FileStates::Listing(const std::string& folder) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = listings_.find(folder);
    if (known != listings_.end()) return known->second;
  }
  std::string listing = ListingOf(folder);
  const std::lock_guard lock(mutex_);
  return listings_.emplace(folder, std::move(listing)).first->second;
}

}  // namespace bailey::analyzer
