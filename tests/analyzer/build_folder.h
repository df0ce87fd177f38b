// A scratch folder with a compilation database for given sources, for tests
// that analyze programs which need no build.
//
//   BuildFolder build({"/src/a.c"}, {"-O2"});
//   auto analysis = Analyze({.build_directory = build.path()});

#ifndef BAILEY_TESTS_ANALYZER_BUILD_FOLDER_H_
#define BAILEY_TESTS_ANALYZER_BUILD_FOLDER_H_

#include <string>
#include <vector>

#include "analyzer/capture/build_record.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {

class BuildFolder {
 public:
  explicit BuildFolder(const std::vector<std::string>& sources,
                       const std::vector<std::string>& options = {}) {
    BuildRecord record;
    for (const std::string& source : sources) {
      const bool cxx = source.ends_with(".cc");
      CompileEntry entry{scratch_.path(), source, "", {cxx ? "g++" : "cc"}};
      entry.arguments.insert(entry.arguments.end(), options.begin(),
                             options.end());
      entry.arguments.insert(entry.arguments.end(), {"-c", source});
      record.compiles.push_back(std::move(entry));
    }
    written_ = WriteBuildRecord(record, scratch_.path()).ok();
  }

  bool written() const { return written_; }
  std::string path() const { return scratch_.path(); }
  const Scratch& scratch() const { return scratch_; }

 private:
  Scratch scratch_;
  bool written_ = false;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_BUILD_FOLDER_H_
