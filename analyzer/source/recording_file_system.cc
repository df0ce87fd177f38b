#include "analyzer/source/recording_file_system.h"

#include <chrono>

#include "common/digest.h"

namespace bailey::analyzer {
namespace {

namespace vfs = llvm::vfs;

// Tells the recorder what is read of it.
class RecordingFile : public vfs::File {
 public:
  RecordingFile(std::unique_ptr<vfs::File> file, std::string path,
                RecordingFileSystem& recorder)
      : file_(std::move(file)), path_(std::move(path)), recorder_(recorder) {}

  llvm::ErrorOr<vfs::Status> status() override { return file_->status(); }
  llvm::ErrorOr<std::string> getName() override { return file_->getName(); }
  std::error_code close() override { return file_->close(); }

  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> getBuffer(
      const llvm::Twine& name, int64_t size, bool needs_nul,
      bool is_volatile) override {
    const llvm::ErrorOr<vfs::Status> status = file_->status();
    auto buffer = file_->getBuffer(name, size, needs_nul, is_volatile);
    if (status && buffer)
      recorder_.SawContent(path_, *status, (*buffer)->getBuffer());
    return buffer;
  }

 private:
  std::unique_ptr<vfs::File> file_;
  const std::string path_;
  RecordingFileSystem& recorder_;
};

FileVersion VersionOf(const vfs::Status& status) {
  return {status.getUniqueID().getDevice(), status.getUniqueID().getFile(),
          status.getSize(),
          std::chrono::duration_cast<std::chrono::nanoseconds>(
              status.getLastModificationTime().time_since_epoch())
              .count()};
}

char KindOf(const vfs::Status& status) {
  if (status.isRegularFile()) return 'f';
  return status.isDirectory() ? 'd' : 'o';
}

// A folder's version changes with every file that anyone writes there.
bool SameAnswer(const FileAnswer& a, const FileAnswer& b) {
  return a.kind == b.kind && (a.kind != 'f' || a.version == b.version);
}

}  // namespace

std::string RecordingFileSystem::AbsolutePath(const llvm::Twine& path) const {
  llvm::SmallString<256> absolute;
  path.toVector(absolute);
  makeAbsolute(absolute);
  return absolute.str().str();
}

std::pair<FileQuestion, FileAnswer>& RecordingFileSystem::Saw(
    const std::string& path, const llvm::ErrorOr<vfs::Status>& status) {
  FileAnswer answer;
  if (status) {
    answer.kind = KindOf(*status);
    answer.version = VersionOf(*status);
  }
  const auto [seen, is_new] = seen_.try_emplace(path);
  auto& [question, known] = seen->second;
  if (is_new) {
    question.path = path;
    known = std::move(answer);
  } else if (!SameAnswer(known, answer)) {
    consistent_ = false;
  }
  return seen->second;
}

void RecordingFileSystem::SawContent(const std::string& path,
                                     const vfs::Status& status,
                                     llvm::StringRef bytes) {
  auto& [question, answer] = Saw(path, status);
  question.content = true;
  // What is no file has no bytes to compare with.
  consistent_ &= answer.kind == 'f';
  answer.content = states_.DigestOf(
      answer.version, [&] { return Sha256Hex({bytes.data(), bytes.size()}); });
}

llvm::ErrorOr<vfs::Status> RecordingFileSystem::status(
    const llvm::Twine& path) {
  auto status = ProxyFileSystem::status(path);
  Saw(AbsolutePath(path), status);
  return status;
}

bool RecordingFileSystem::exists(const llvm::Twine& path) {
  return static_cast<bool>(status(path));
}

llvm::ErrorOr<std::unique_ptr<vfs::File>> RecordingFileSystem::openFileForRead(
    const llvm::Twine& path) {
  auto file = ProxyFileSystem::openFileForRead(path);
  std::string absolute = AbsolutePath(path);
  if (!file) {
    Saw(absolute, ProxyFileSystem::status(path));
    return file;
  }
  Saw(absolute, (*file)->status());
  return std::make_unique<RecordingFile>(std::move(*file), std::move(absolute),
                                         *this);
}

vfs::directory_iterator RecordingFileSystem::dir_begin(
    const llvm::Twine& folder, std::error_code& error) {
  const std::string path = AbsolutePath(folder);
  auto& [question, answer] = Saw(path, ProxyFileSystem::status(folder));
  question.listing = true;
  answer.listing = ListingOf(path);
  return ProxyFileSystem::dir_begin(folder, error);
}

std::error_code RecordingFileSystem::getRealPath(
    const llvm::Twine& path, llvm::SmallVectorImpl<char>& output) {
  const std::error_code error = ProxyFileSystem::getRealPath(path, output);
  auto& [question, answer] =
      Saw(AbsolutePath(path), ProxyFileSystem::status(path));
  question.real_path = true;
  answer.real_path = error ? "" : std::string(output.begin(), output.end());
  return error;
}

std::vector<FileQuestion> RecordingFileSystem::Questions() const {
  std::vector<FileQuestion> questions;
  for (const auto& [path, seen] : seen_) questions.push_back(seen.first);
  return questions;
}

std::vector<FileAnswer> RecordingFileSystem::Answers() const {
  std::vector<FileAnswer> answers;
  for (const auto& [path, seen] : seen_) answers.push_back(seen.second);
  return answers;
}

}  // namespace bailey::analyzer
