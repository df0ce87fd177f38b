#include "analyzer/cache/tool_digest.h"

#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

TEST(ToolDigestTest, IsADigestAndStays) {
  EXPECT_EQ(ToolDigest().size(), 64u);
  EXPECT_EQ(ToolDigest(), ToolDigest());
}

}  // namespace
}  // namespace bailey::analyzer
