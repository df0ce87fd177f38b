// One C program whose main, or another function, is outlined: compiled and run
// as it is and as it became.
//
//   OutlineCase program("int main(void) { … }");
//   ASSERT_TRUE(program.Outline({"a", "b"})) << program.problems();
//   EXPECT_EQ(program.Run(), program.RunOutlined());
//
// What stands before the program is kPrelude: `secret_…` gives a credential,
// `tell…` is declassified.

#ifndef BAILEY_TESTS_ANALYZER_OUTLINE_OUTLINE_CASE_H_
#define BAILEY_TESTS_ANALYZER_OUTLINE_OUTLINE_CASE_H_

#include <string>
#include <vector>

#include "analyzer/outline/outline_program.h"
#include "common/documents/flow.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {

extern const char* const kOutlinePrelude;

class OutlineCase {
 public:
  explicit OutlineCase(const std::string& program,
                       const std::string& function = "main");

  // One name a part. False: problems() says why.
  bool Outline(const std::vector<std::string>& names);
  // With as many names as there are parts, up to `most`; 0: it cannot be done.
  size_t OutlineAll(size_t most);

  // Output and exit status; starts with "!" where it does not build.
  std::string Run() const { return RunText("program.c"); }
  std::string RunOutlined() const { return RunText("outlined.c"); }

  // As a crossing does it: what is only written comes in with other contents.
  std::string RunPoisoned() const { return RunText("poisoned.c"); }

  const std::string& outlined() const { return outlined_; }
  // From the function's own definition on.
  std::string Rest() const;
  const std::string& problems() const { return problems_; }
  Flow flow;

 private:
  std::string RunText(const std::string& name) const;

  Scratch scratch_;
  std::string function_;
  std::string outlined_;
  std::string problems_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_OUTLINE_OUTLINE_CASE_H_
