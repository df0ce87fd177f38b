// What is kept of ELF files, and who tries to pass off something else as it.

#include "analyzer/elf/image_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "analyzer/elf/image_archive.h"
#include "common/fd.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

const std::string kPrograms = BAILEY_ELF_PROGRAMS;

class ImageCacheTest : public testing::Test {
 protected:
  ImageCacheTest() : store_(CacheStore::Open(scratch_.At("cache")).value()) {}

  ElfImage Load(const std::string& path,
                const std::vector<std::string>& debug = {}) const {
    const ImageCache cache(store_);
    auto image = ElfImage::Load(path, debug, &cache);
    EXPECT_TRUE(image.ok()) << image.error().message;
    return image.ok() ? std::move(*image) : ElfImage();
  }
  static std::string Fresh(const std::string& path,
                           const std::vector<std::string>& debug = {}) {
    return WriteImage(ElfImage::Load(path, debug).value());
  }

  // The entries of a kind; `elf` or `elfid`.
  std::vector<std::string> Entries(const std::string& kind) const {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(scratch_.At("cache")))
      if (each.path().filename().string().starts_with(kind + "-"))
        names.push_back("cache/" + each.path().filename().string());
    return names;
  }

  const Scratch scratch_;
  const CacheStore store_;
};

// Every field, through the same list in both directions.
TEST_F(ImageCacheTest, WhatComesBackIsWhatWasMade) {
  for (const char* name :
       {"libpatterns.so", "liborigins.so", "hello_static", "data_callbacks",
        "data_callbacks_fixed", "awkward_tables_static"}) {
    const std::string path = kPrograms + "/" + name;
    const std::string fresh = Fresh(path);
    EXPECT_EQ(WriteImage(Load(path)), fresh) << name;
    ASSERT_FALSE(Entries("elf").empty()) << name;
    EXPECT_EQ(WriteImage(Load(path)), fresh) << name;
  }
}

// An entry that answers something else shows that it is the entry that is read.
TEST_F(ImageCacheTest, TheSecondTimeTheEntryAnswers) {
  const std::string path = kPrograms + "/libpatterns.so";
  const std::string copy = scratch_.At("elsewhere.so");
  fs::copy_file(path, copy);
  Load(path);
  const auto entries = Entries("elf");
  ASSERT_EQ(entries.size(), 1u);
  const auto written = fs::last_write_time(scratch_.At(entries[0]));
  fs::last_write_time(scratch_.At(entries[0]), written - std::chrono::hours(1));
  // The same content is the same file, wherever it lies.
  EXPECT_EQ(Load(copy).path(), copy);
  EXPECT_EQ(Entries("elf").size(), 1u);
  // Using it is noted; writing it anew would be another file.
  EXPECT_GT(fs::last_write_time(scratch_.At(entries[0])),
            written - std::chrono::hours(1));
}

// The attack on build ids: the same one, on other code.
TEST_F(ImageCacheTest, ABuildIdAloneIsNotBelieved) {
  const std::string path = scratch_.At("lib.so");
  fs::copy_file(kPrograms + "/libpatterns.so", path);
  const ElfImage before = Load(path);
  std::string bytes = scratch_.Read("lib.so");
  // mov $39, %eax; syscall
  const size_t at = bytes.find(std::string("\xb8\x27\0\0\0\x0f\x05", 7));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 1] = 57;
  scratch_.Write("lib.so", bytes);
  const ElfImage after = Load(path);
  EXPECT_EQ(after.build_id(), before.build_id());
  EXPECT_NE(WriteImage(after), WriteImage(before));
  EXPECT_EQ(WriteImage(after), Fresh(path));
}

TEST_F(ImageCacheTest, ADebugFileThatComesAndGoesCounts) {
  const std::string path = kPrograms + "/data_callbacks_stripped";
  const std::string debug = scratch_.At("debug");
  const std::string without = Fresh(path, {debug});
  EXPECT_EQ(WriteImage(Load(path, {debug})), without);
  fs::copy(kPrograms + "/debug", debug, fs::copy_options::recursive);
  const std::string with = Fresh(path, {debug});
  ASSERT_NE(with, without);
  EXPECT_EQ(WriteImage(Load(path, {debug})), with);
  EXPECT_EQ(WriteImage(Load(path, {debug})), with);
  fs::remove_all(debug);
  EXPECT_EQ(WriteImage(Load(path, {debug})), without);
}

// The entry is made again after each of these.
TEST_F(ImageCacheTest, EntriesThatAreNotWholeAreMadeAgain) {
  const std::string path = kPrograms + "/libpatterns.so";
  const std::string fresh = WriteImage(Load(path));
  const std::string name = Entries("elf").at(0);
  const std::string good = scratch_.Read(name);
  const auto expect_made_again = [&](const std::string& what) {
    EXPECT_EQ(WriteImage(Load(path)), fresh) << what;
    EXPECT_EQ(scratch_.Read(name), good) << what;
  };
  for (const size_t size :
       {size_t{0}, size_t{20}, good.size() / 2, good.size() - 1}) {
    scratch_.Write(name, good.substr(0, size));
    expect_made_again("cut");
  }
  for (size_t at = 0; at < good.size(); at += good.size() / 40) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    scratch_.Write(name, flipped);
    expect_made_again("a flipped bit");
  }
  scratch_.Write(name, good + "x");
  expect_made_again("more behind it");
}

TEST_F(ImageCacheTest, AnotherFilesEntryIsNotUsed) {
  const std::string path = kPrograms + "/libpatterns.so";
  const std::string fresh = WriteImage(Load(path));
  const std::string name = Entries("elf").at(0);
  Load(kPrograms + "/liborigins.so");
  for (const std::string& other : Entries("elf"))
    if (other != name)
      fs::copy_file(scratch_.At(other), scratch_.At(name),
                    fs::copy_options::overwrite_existing);
  EXPECT_EQ(WriteImage(Load(path)), fresh);
}

// Poison with the right key and digest: seen to be believed from the user's own
// hand, and from no other's.
TEST_F(ImageCacheTest, AnEntryOfSomeoneElseIsNotUsed) {
  const std::string path = kPrograms + "/libpatterns.so";
  const std::string fresh = WriteImage(Load(path));
  const std::string name = Entries("elf").at(0);
  const std::string good = scratch_.Read(name);
  ElfImage empty;
  // The key stands before the last line feed ahead of the digest.
  const size_t digest = good.size() - fresh.size() - 64;
  // All that `key` is, from the header.
  const size_t first = good.find('\n') + 1;
  const size_t key = good.find('\n', first) + 1;
  store_.Put("elf", good.substr(key, digest - 1 - key), WriteImage(empty));
  ASSERT_TRUE(Load(path).functions().empty()) << "the attack does not work";
  ASSERT_EQ(chmod(scratch_.At(name).c_str(), 0666), 0);
  EXPECT_EQ(WriteImage(Load(path)), fresh);
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  store_.Put("elf", good.substr(key, digest - 1 - key), WriteImage(empty));
  ASSERT_TRUE(Load(path).functions().empty());
  ASSERT_EQ(chown(scratch_.At(name).c_str(), 1, 1), 0);
  EXPECT_EQ(WriteImage(Load(path)), fresh);
}

// What a digest does not tell: bytes that were written wrong.
TEST_F(ImageCacheTest, IndicesOutOfRangeAreRefused) {
  const std::string good =
      WriteImage(ElfImage::Load(kPrograms + "/libpatterns.so").value());
  ASSERT_TRUE(ReadImage(good));
  size_t refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 0x7f);
    const auto image = ReadImage(changed);
    if (!image) {
      ++refused;
      continue;
    }
    for (const MachineFunction& function : image->functions()) {
      for (const uint32_t each : function.takes_address_of)
        ASSERT_LT(each, image->functions().size()) << at;
      for (const CallSite& site : function.call_sites)
        ASSERT_LT(site.function.value_or(0), image->functions().size()) << at;
    }
  }
  EXPECT_GT(refused, good.size() / 100);
}

TEST_F(ImageCacheTest, WithoutAStoreNothingIsKept) {
  const CacheStore none;
  const ImageCache cache(none);
  const auto image = ElfImage::Load(kPrograms + "/libpatterns.so", {}, &cache);
  ASSERT_TRUE(image.ok());
  EXPECT_TRUE(Entries("elf").empty());
}

}  // namespace
}  // namespace bailey::analyzer
