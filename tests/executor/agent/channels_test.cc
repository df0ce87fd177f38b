#include "executor/agent/channels.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include "executor/start_order.h"

namespace bailey::executor {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::Pointee;
using testing::SizeIs;

Plan TwoPortions() {
  Plan plan;
  plan.portions.resize(2);
  plan.portions[0].name = "main";
  plan.portions[0].holds_main = true;
  plan.portions[1].name = "signer";
  plan.portions[1].trusted = true;
  Crossing crossing;
  crossing.from = "main";
  crossing.to = "signer";
  plan.crossings = {crossing, crossing};
  return plan;
}

void* Map(int fd, int protection) {
  return mmap(nullptr, kChannelAreaBytes, protection, MAP_SHARED, fd, 0);
}

TEST(ChannelsTest, OneChannelAPairWithItsRoles) {
  const Plan plan = TwoPortions();
  const auto channels = Channels::Create(plan, StartOrder(plan));
  ASSERT_TRUE(channels.ok());
  ASSERT_THAT(channels->RolesOf("main"), SizeIs(1));
  EXPECT_EQ(channels->RolesOf("main")[0].role, uint32_t{BAILEY_CLIENT});
  EXPECT_EQ(channels->RolesOf("signer")[0].role, uint32_t{BAILEY_SERVER});
}

TEST(ChannelsTest, WhoAnswersReservesSlotsForAWholeMessage) {
  const Plan plan = TwoPortions();
  const auto channels = Channels::Create(plan, StartOrder(plan));
  ASSERT_TRUE(channels.ok());
  EXPECT_EQ(channels->ReservedBy("main").bytes, 0u);
  const ReservedSpace reserved = channels->ReservedBy("signer");
  EXPECT_GT(reserved.bytes, reserved.writable_bytes);
  EXPECT_GT(reserved.writable_bytes, uint64_t{kChannelAreaBytes});
}

TEST(ChannelsTest, ThePeersAreaCannotBeMappedForWriting) {
  const Plan plan = TwoPortions();
  auto channels = Channels::Create(plan, StartOrder(plan));
  ASSERT_TRUE(channels.ok());
  const auto signer = channels->DescriptorsFor("signer");
  ASSERT_TRUE(signer.ok());
  EXPECT_NE(Map((*signer)[0].from, PROT_READ | PROT_WRITE), MAP_FAILED);
  EXPECT_NE(Map((*signer)[1].from, PROT_READ), MAP_FAILED);
  EXPECT_EQ(Map((*signer)[1].from, PROT_READ | PROT_WRITE), MAP_FAILED);
}

TEST(ChannelsTest, AfterTheSealNobodyMapsTheFirstSidesAreaForWriting) {
  const Plan plan = TwoPortions();
  auto channels = Channels::Create(plan, StartOrder(plan));
  ASSERT_TRUE(channels.ok());
  const auto signer = channels->DescriptorsFor("signer");
  const int own = (*signer)[0].from;
  ASSERT_NE(Map(own, PROT_READ | PROT_WRITE), MAP_FAILED);
  ASSERT_TRUE(channels->SealFor("signer").ok());
  EXPECT_EQ(Map(own, PROT_READ | PROT_WRITE), MAP_FAILED);
  EXPECT_NE(Map(own, PROT_READ), MAP_FAILED);
  EXPECT_EQ(fcntl(own, F_ADD_SEALS, F_SEAL_WRITE), -1);
}

TEST(ChannelsTest, AnAreaKeepsItsSize) {
  const Plan plan = TwoPortions();
  auto channels = Channels::Create(plan, StartOrder(plan));
  ASSERT_TRUE(channels.ok());
  const auto main = channels->DescriptorsFor("main");
  EXPECT_EQ(ftruncate((*main)[0].from, 0), -1);
  EXPECT_EQ(ftruncate((*main)[0].from, 2 * kChannelAreaBytes), -1);
}

TEST(ChannelsTest, PortionsThatCallEachOtherAreRefused) {
  Plan plan = TwoPortions();
  std::swap(plan.crossings[1].from, plan.crossings[1].to);
  EXPECT_FALSE(Channels::Create(plan, StartOrder(plan)).ok());
}

}  // namespace
}  // namespace bailey::executor
