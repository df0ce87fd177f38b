#include "executor/audit/socket_calls.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

namespace bailey::executor {
namespace {

TEST(SocketCallsTest, EachCallThatSendsDoes) {
  for (const uint64_t number :
       {SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_write, SYS_writev,
        SYS_pwritev2, SYS_sendfile})
    EXPECT_EQ(KindOfCall(number, true), CallKind::kSends) << number;
}

TEST(SocketCallsTest, EachCallThatReceivesDoes) {
  for (const uint64_t number : {SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg,
                                SYS_read, SYS_readv, SYS_preadv2})
    EXPECT_EQ(KindOfCall(number, true), CallKind::kReceives) << number;
}

TEST(SocketCallsTest, AFileIsNoSocket) {
  for (const uint64_t number : {SYS_read, SYS_readv, SYS_preadv2, SYS_write,
                                SYS_writev, SYS_pwritev2, SYS_sendfile})
    EXPECT_EQ(KindOfCall(number, false), CallKind::kOther) << number;
}

TEST(SocketCallsTest, ARingMayDoEither) {
  EXPECT_EQ(KindOfCall(SYS_io_uring_enter, false), CallKind::kBoth);
  EXPECT_EQ(KindOfCall(SYS_close, true), CallKind::kOther);
}

}  // namespace
}  // namespace bailey::executor
