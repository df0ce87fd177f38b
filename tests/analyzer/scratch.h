// A folder that is removed with all that is in it, for tests that build things.
//
//   Scratch scratch;
//   scratch.Write("a.c", "int main(void) { return 0; }");

#ifndef BAILEY_TESTS_ANALYZER_SCRATCH_H_
#define BAILEY_TESTS_ANALYZER_SCRATCH_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bailey::analyzer {

class Scratch {
 public:
  Scratch() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "bailey-test-XXXXXX")
            .string();
    path_ = std::filesystem::canonical(mkdtemp(pattern.data()));
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path() const { return path_.string(); }
  std::string At(const std::string& name) const {
    return (path_ / name).string();
  }
  bool Has(const std::string& name) const {
    return std::filesystem::exists(path_ / name);
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  std::string Read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path_ / name).rdbuf();
    return text.str();
  }
  // Copies a folder's files.
  void Copy(const std::string& folder) const {
    std::filesystem::copy(folder, path_,
                          std::filesystem::copy_options::recursive);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_SCRATCH_H_
