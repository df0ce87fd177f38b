// Modules that keep their functions to themselves, and those that do not: a
// module whose code is left out while others can call it would be missed.

#include "analyzer/elf/kept_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using testing::IsEmpty;

constexpr CodePlace kLoader = {0, 0};

class KeptCodeTest : public testing::Test {
 protected:
  // A module with a function `held` that its data names, and `code`.
  void Load(const std::string& code) {
    scratch_.Write("module.c",
                   "#define _GNU_SOURCE\n#include <pthread.h>\n"
                   "#include <signal.h>\n#include <stdlib.h>\n"
                   "static void held(void *p) { abort(); }\n"
                   "void (*table)(void *) = held;\n" +
                       code);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread.
    ASSERT_EQ(std::system(("cc -O1 -shared -fPIC -o " + module() + " " +
                           scratch_.At("module.c"))
                              .c_str()),
              0);
    LinkRequest request;
    request.libraries = {"libc.so.6"};
    auto link = LinkMap::Create(request);
    ASSERT_TRUE(link.ok()) << link.error().message;
    link_ = std::make_unique<LinkMap>(std::move(*link));
    ASSERT_TRUE(link_->AddLibraries({module()}).ok());
    image_ = *link_->FindImage(module());
    entries_.loads = {{kLoader, image_, /*is_by_lookup=*/true}};
  }

  std::string module() const { return scratch_.At("module.so"); }
  bool IsKept() const { return KeptCode(*link_, entries_).IsKept(image_); }

  std::vector<std::string> GivenAway() const {
    std::vector<std::string> names;
    const KeptCode kept(*link_, entries_);
    for (const CodePlace& each : kept.given_away())
      names.push_back(
          link_->images()[each.image].functions()[each.function].name);
    return names;
  }

  const Scratch scratch_;
  std::unique_ptr<LinkMap> link_;
  uint32_t image_ = 0;
  RunTimeEntries entries_;
};

TEST_F(KeptCodeTest, AModuleThatHandsOutNothingIsKept) {
  Load("void entry(void) { table(malloc(3)); }");
  EXPECT_TRUE(IsKept());
  EXPECT_THAT(GivenAway(), IsEmpty());
}

TEST_F(KeptCodeTest, WhatLaterCallersGetIsGivenAway) {
  Load(
      "static void end(void *p) {}\nstatic void forked(void) {}\n"
      "pthread_key_t key;\n"
      "void entry(void) { pthread_key_create(&key, end);\n"
      "  pthread_atfork(0, 0, forked); }");
  EXPECT_TRUE(IsKept());
  EXPECT_THAT(GivenAway(), testing::UnorderedElementsAre("end", "forked"));
}

TEST_F(KeptCodeTest, WhatNobodyCanTellIsNotKept) {
  for (const char* entry :
       {"pthread_key_create(&key, table);",
        "struct sigaction a = {0}; a.sa_handler = (void (*)(int))held; "
        "sigaction(1, &a, 0);",
        "extern void (*obstack_alloc_failed_handler)(void); "
        "obstack_alloc_failed_handler = (void (*)(void))held;"}) {
    Load(std::string("pthread_key_t key;\nvoid entry(void) {") + entry + "}");
    EXPECT_FALSE(IsKept()) << entry;
  }
}

TEST_F(KeptCodeTest, WhatOthersLoadTooIsNotKept) {
  Load("void entry(void) {}");
  EXPECT_TRUE(IsKept());
  entries_.loads.insert({kLoader, image_, /*is_by_lookup=*/false});
  EXPECT_FALSE(IsKept());
  entries_.loads.erase({kLoader, image_, false});
  entries_.always.insert(image_);
  EXPECT_FALSE(IsKept());
}

}  // namespace
}  // namespace bailey::analyzer
