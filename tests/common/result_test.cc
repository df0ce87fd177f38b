#include "common/result.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "common/check.h"

namespace bailey {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0)
    return Fail("`" + std::to_string(value) + "` is odd", "double it");
  return value / 2;
}

Result<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

Result<> OnlyEven(int value) {
  RETURN_IF_ERROR(Half(value));
  return {};
}

TEST(ResultTest, CarriesAValueThroughMacros) {
  EXPECT_EQ(Quarter(12).value(), 3);
}

TEST(ResultTest, LeavesWithTheFirstError) {
  const Result<int> result = Quarter(6);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "`3` is odd");
  EXPECT_EQ(result.error().hint, "double it");
}

TEST(ResultTest, VoidResultReportsBothStates) {
  EXPECT_TRUE(OnlyEven(2).ok());
  EXPECT_FALSE(OnlyEven(3).ok());
}

TEST(ResultTest, ErrnoIsPutInWords) {
  errno = ENOENT;
  EXPECT_EQ(FailErrno("cannot open `x`").error().message,
            "cannot open `x`: No such file or directory");
}

TEST(CheckDeathTest, SaysWhereAndAborts) {
  EXPECT_DEATH(CHECK(1 + 1 == 3),
               "internal error: .*result_test.*CHECK\\(1 \\+ 1 == 3\\)");
}

}  // namespace
}  // namespace bailey
