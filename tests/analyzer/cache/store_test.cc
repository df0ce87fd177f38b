#include "analyzer/cache/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

class StoreTest : public ::testing::Test {
 protected:
  std::string Folder() const { return scratch_.At("a/cache"); }

  CacheStore Open(uint64_t limit_bytes = kCacheLimitBytes) const {
    auto store = CacheStore::Open(Folder(), limit_bytes);
    EXPECT_TRUE(store.ok());
    return store.ok() ? std::move(*store) : CacheStore();
  }

  // The only entry.
  fs::path Entry() const { return fs::directory_iterator(Folder())->path(); }

  Scratch scratch_;
};

TEST_F(StoreTest, WhatWasPutIsThereForTheNextRun) {
  Open().Put("unit", "key", "value");
  EXPECT_EQ(Open().Get("unit", "key"), "value");
  EXPECT_EQ(Open().Get("unit", "other"), std::nullopt);
  EXPECT_EQ(Open().Get("library", "key"), std::nullopt);
  EXPECT_EQ(CacheStore().Get("unit", "key"), std::nullopt);
}

TEST_F(StoreTest, OnlyTheOwnerReadsAndWrites) {
  Open().Put("unit", "key", "value");
  struct stat status = {};
  ASSERT_EQ(stat(Folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(Entry().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

// The attack: an entry in a folder that others write to. It is believed while
// the folder is the user's own, and no more when it is not.
TEST_F(StoreTest, AFolderThatOthersCanWriteToIsRefused) {
  Open().Put("unit", "key", "poison");
  ASSERT_EQ(Open().Get("unit", "key"), "poison");
  for (const mode_t mode : {0770u, 0707u}) {
    ASSERT_EQ(chmod(Folder().c_str(), mode), 0);
    const auto store = CacheStore::Open(Folder());
    ASSERT_FALSE(store.ok());
    EXPECT_NE(store.error().message.find(Folder()), std::string::npos);
    EXPECT_FALSE(store.error().hint.empty());
  }
}

TEST_F(StoreTest, AFolderOfSomeoneElseIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  Open().Put("unit", "key", "poison");
  ASSERT_EQ(chown(Folder().c_str(), 1, 1), 0);
  EXPECT_FALSE(CacheStore::Open(Folder()).ok());
}

TEST_F(StoreTest, AnEntryOfSomeoneElseIsNotRead) {
  const CacheStore store = Open();
  store.Put("unit", "key", "poison");
  ASSERT_EQ(chmod(Entry().c_str(), 0666), 0);
  EXPECT_EQ(store.Get("unit", "key"), std::nullopt);
  ASSERT_EQ(chmod(Entry().c_str(), 0600), 0);
  ASSERT_EQ(store.Get("unit", "key"), "poison");
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(chown(Entry().c_str(), 1, 1), 0);
  EXPECT_EQ(store.Get("unit", "key"), std::nullopt);
}

TEST_F(StoreTest, ALinkIsNotFollowed) {
  const CacheStore store = Open();
  store.Put("unit", "key", "value");
  const fs::path entry = Entry();
  const std::string elsewhere = scratch_.At("elsewhere");
  fs::rename(entry, elsewhere);
  fs::create_symlink(elsewhere, entry);
  EXPECT_EQ(store.Get("unit", "key"), std::nullopt);
}

TEST_F(StoreTest, AnotherKeysEntryIsNotThisKeys) {
  const CacheStore store = Open();
  store.Put("unit", "key", "value");
  const fs::path entry = Entry();
  store.Put("unit", "other", "other value");
  for (const auto& each : fs::directory_iterator(Folder()))
    if (each.path() != entry)
      fs::copy_file(each.path(), entry, fs::copy_options::overwrite_existing);
  EXPECT_EQ(store.Get("unit", "key"), std::nullopt);
  EXPECT_EQ(store.Get("unit", "other"), "other value");
}

TEST_F(StoreTest, EveryCutAndEveryFlippedByteIsAbsent) {
  const CacheStore store = Open();
  store.Put("unit", "key", "value");
  const std::string name = "a/cache/" + Entry().filename().string();
  const std::string text = scratch_.Read(name);
  for (size_t i = 0; i < text.size(); ++i) {
    scratch_.Write(name, text.substr(0, i));
    EXPECT_EQ(store.Get("unit", "key"), std::nullopt) << i;
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    scratch_.Write(name, flipped);
    EXPECT_EQ(store.Get("unit", "key"), std::nullopt) << i;
  }
}

TEST_F(StoreTest, TrimKeepsWhatWasUsedLast) {
  const CacheStore store = Open(3000);
  for (const char* key : {"a", "b", "c"}) {
    store.Put("unit", key, std::string(1200, 'x'));
    // A second apart, as Trim() tells them.
    for (const auto& each : fs::directory_iterator(Folder()))
      fs::last_write_time(each,
                          fs::last_write_time(each) - std::chrono::seconds(10));
  }
  ASSERT_TRUE(store.Get("unit", "a"));
  scratch_.Write("a/cache/notes.txt", std::string(5000, 'x'));
  store.Trim();
  EXPECT_TRUE(store.Get("unit", "a"));
  EXPECT_FALSE(store.Get("unit", "b"));
  EXPECT_TRUE(store.Get("unit", "c"));
  // Whatever else is there is not ours to remove.
  EXPECT_TRUE(scratch_.Has("a/cache/notes.txt"));
}

TEST_F(StoreTest, TheFolderComesFromTheEnvironment) {
  setenv("BAILEY_CACHE", Folder().c_str(), 1);
  const auto store = CacheStore::OpenDefault();
  unsetenv("BAILEY_CACHE");
  ASSERT_TRUE(store.ok());
  store->Put("unit", "key", "value");
  EXPECT_EQ(Open().Get("unit", "key"), "value");
}

}  // namespace
}  // namespace bailey::analyzer
