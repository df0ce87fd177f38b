#include "common/bpf/raw_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey {
namespace {

using testing::HasSubstr;

const BpfProgram kFilter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
                            BPF_STMT(BPF_RET | BPF_K, 0x7fff0000)};

std::string ErrorOf(std::string_view bytes) {
  const auto parsed = ParseRawFilter(bytes, "a.bpf");
  return parsed.ok() ? "" : parsed.error().message;
}

TEST(ParseRawFilter, ReadsWhatWasWritten) {
  const std::string bytes = WriteRawFilter(kFilter);
  EXPECT_EQ(bytes.size(), 16u);
  const auto parsed = ParseRawFilter(bytes, "a.bpf");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(WriteRawFilter(*parsed), bytes);
  EXPECT_EQ(parsed->at(1).k, 0x7fff0000u);
}

TEST(ParseRawFilter, SaysWhatIsWrong) {
  const std::string bytes = WriteRawFilter(kFilter);
  EXPECT_THAT(ErrorOf(""), HasSubstr("`a.bpf` is empty"));
  EXPECT_THAT(ErrorOf(bytes.substr(1)), HasSubstr("has 15 bytes"));
  EXPECT_THAT(ErrorOf(bytes.substr(0, 8)), HasSubstr("does not return"));
  EXPECT_THAT(ErrorOf(std::string(8, '\xff')), HasSubstr("instruction 0"));
}

}  // namespace
}  // namespace bailey
