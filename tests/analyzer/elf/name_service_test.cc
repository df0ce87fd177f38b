// Which modules nsswitch.conf means.

#include "analyzer/elf/name_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NameServiceTest, ServicesOutsideTheLibraryAreNamedInOrder) {
  const NameServices services = NameServices::Parse(
      "# comment: sss\n"
      "passwd:  files [NOTFOUND=return !UNAVAIL=continue] systemd sss # ldap\n"
      "hosts: files dns\n");
  EXPECT_THAT(services.ServicesFor("passwd"), ElementsAre("systemd", "sss"));
  EXPECT_THAT(services.ServicesFor("hosts"), IsEmpty());
}

TEST(NameServiceTest, ALineThatIsNotThereMayMeanWhatTheLibraryDoesByItself) {
  const NameServices services = NameServices::Parse("group: files systemd\n");
  EXPECT_THAT(services.ServicesFor("initgroups"), ElementsAre("systemd"));
  EXPECT_THAT(services.ServicesFor("shadow"),
              ElementsAre("compat", "nis", "nisplus"));
}

TEST(NameServiceTest, AServiceIsNoPath) {
  const NameServices services =
      NameServices::Parse("passwd: ../../tmp/evil systemd\n");
  EXPECT_THAT(services.ServicesFor("passwd"), ElementsAre("systemd"));
}

TEST(NameServiceTest, AModuleIsAskedForTheDatabaseAlone) {
  const auto is_for = [](const char* symbol, const char* database) {
    return IsModuleFunctionFor(symbol, "systemd", {database});
  };
  EXPECT_TRUE(is_for("_nss_systemd_getpwnam_r", "passwd"));
  EXPECT_FALSE(is_for("_nss_systemd_getpwnam_r", "hosts"));
  EXPECT_TRUE(is_for("_nss_systemd_initgroups_dyn", "group"));
  EXPECT_TRUE(is_for("_nss_systemd_never_heard_of", "rpc"));
  EXPECT_FALSE(is_for("_nss_other_getpwnam_r", "passwd"));
}

}  // namespace
}  // namespace bailey::analyzer
