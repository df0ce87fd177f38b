// A file system that writes down what is asked of it, for the cache. Internal
// to source/.
//
//   auto recorder = llvm::makeIntrusiveRefCnt<RecordingFileSystem>(disk,
//   states); … compile with it … if (recorder->consistent())
//   Keep(recorder->questions(), …answers());

#ifndef BAILEY_ANALYZER_SOURCE_RECORDING_FILE_SYSTEM_H_
#define BAILEY_ANALYZER_SOURCE_RECORDING_FILE_SYSTEM_H_

#include <llvm/Support/VirtualFileSystem.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/source/file_states.h"

namespace bailey::analyzer {

// For one thread, as Clang uses it.
class RecordingFileSystem : public llvm::vfs::ProxyFileSystem {
 public:
  // `states` must outlive this.
  RecordingFileSystem(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> disk,
                      FileStates& states)
      : ProxyFileSystem(std::move(disk)), states_(states) {}

  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine& path) override;
  bool exists(const llvm::Twine& path) override;
  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>> openFileForRead(
      const llvm::Twine& path) override;
  llvm::vfs::directory_iterator dir_begin(const llvm::Twine& folder,
                                          std::error_code& error) override;
  std::error_code getRealPath(const llvm::Twine& path,
                              llvm::SmallVectorImpl<char>& output) override;

  // False if one question got two answers: something changed meanwhile.
  bool consistent() const { return consistent_; }
  std::vector<FileQuestion> Questions() const;
  std::vector<FileAnswer> Answers() const;

  // What was read of a file that status() was asked for.
  void SawContent(const std::string& path, const llvm::vfs::Status& status,
                  llvm::StringRef bytes);

 private:
  std::string AbsolutePath(const llvm::Twine& path) const;
  std::pair<FileQuestion, FileAnswer>& Saw(
      const std::string& path, const llvm::ErrorOr<llvm::vfs::Status>& status);

  FileStates& states_;
  std::map<std::string, std::pair<FileQuestion, FileAnswer>> seen_;
  bool consistent_ = true;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_RECORDING_FILE_SYSTEM_H_
