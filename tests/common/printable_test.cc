#include "common/printable.h"

#include <gtest/gtest.h>

namespace bailey {
namespace {

TEST(PrintableTest, OnlyVisibleAsciiStays) {
  EXPECT_EQ(Printable("/a b~"), "/a b~");
  EXPECT_EQ(Printable("\x1b[2J\n\xc2\x9b"), "\\x1b[2J\\x0a\\xc2\\x9b");
}

TEST(WithoutControlsTest, AMessageStaysAsItIs) {
  const char* text = "\x1b[1;31merror\x1b[0m: `\xc3\x9c\xe2\x82\xac`\n\tx";
  EXPECT_EQ(WithoutControls(text), text);
}

TEST(WithoutControlsTest, NothingDrivesTheTerminal) {
  EXPECT_EQ(WithoutControls("\x1b]0;title\a\x1b[2J\r"),
            "\\x1b]0;title\\x07\\x1b[2J\\x0d");
  EXPECT_EQ(WithoutControls("\x1b[31"), "\\x1b[31");
  // CSI as one character of C1, in UTF-8 and as a byte.
  EXPECT_EQ(WithoutControls("\xc2\x9b"), "\xc2\\x9b");
  EXPECT_EQ(WithoutControls("a\x9b"), "a\\x9b");
}

}  // namespace
}  // namespace bailey
