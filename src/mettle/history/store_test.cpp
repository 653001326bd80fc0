#include "mettle/history/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace mettle::history {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class HistoryStore : public ::testing::Test {
protected:
    HistoryStore() {
        std::string name = (fs::temp_directory_path() / "mettle-store-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~HistoryStore() override { fs::remove_all(folder_); }

    Store open(Limits limits = {}) { return std::move(*Store::open(folder_ / "history", limits)); }
    fs::path index() const { return folder_ / "history" / "index.sqlite"; }

    static std::string run(int second, const std::string& model = "digits") {
        const std::string digits = std::to_string(100 + second).substr(1);
        return R"({"schema":"mettle.run/1","started":"2026-11-24T12:00:)" + digits +
               R"(Z","target":{"url":"http://h:1","model":")" + model +
               R"("},"validity":{"verdict":"VALID"}})";
    }

    fs::path folder_;
};

TEST_F(HistoryStore, KeepsWhatItIsGivenAndListsTheNewestFirst) {
    Store store = open();
    const auto first = store.add(run(1)), second = store.add(run(2));
    ASSERT_TRUE(first && second);
    EXPECT_THAT(*first, HasSubstr("20261124-120001-"));
    EXPECT_EQ(store.add(run(1)), first) << "the same result is kept once";
    const auto entries = open().list();
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].id, *second);
    EXPECT_EQ(entries[0].target, "digits at http://h:1");
    EXPECT_EQ(entries[0].verdict, "VALID");
    EXPECT_EQ(store.read(*first), run(1));
}

TEST_F(HistoryStore, FindsByBeginningAndByTag) {
    Store store = open();
    const std::string first = *store.add(run(1)), second = *store.add(run(2));
    EXPECT_EQ(store.find("20261124-120001")->front().id, first);
    EXPECT_THAT(store.find("2026").error().message, HasSubstr("beginning of 2 ids"));
    EXPECT_FALSE(store.find("nope"));
    EXPECT_FALSE(store.find("@v1"));
    ASSERT_TRUE(store.tag(second, "v1") && store.tag(first, "v1"));
    const auto tagged = *store.find("@v1");
    ASSERT_THAT(tagged, SizeIs(2));
    EXPECT_EQ(tagged[0].id, first) << "oldest first";
    ASSERT_TRUE(store.untag(first, "v1"));
    EXPECT_THAT(*store.find("@v1"), SizeIs(1));
    EXPECT_FALSE(store.untag(first, "v1"));
    for (const char* bad : {"", "../x", "a/b", ".hidden", "-x"})
        EXPECT_FALSE(store.tag(first, bad));
}

TEST_F(HistoryStore, MakesADamagedIndexAnewFromTheFiles) {
    const std::string id = *open().add(run(1));
    ASSERT_TRUE(open().tag(id, "kept"));
    for (const std::string damage : {"this is no database at all, but it is long enough", ""}) {
        std::ofstream(index(), std::ios::trunc) << damage;
        const auto entries = open().list();
        ASSERT_THAT(entries, SizeIs(1));
        EXPECT_EQ(entries[0].id, id);
        EXPECT_THAT(entries[0].tags, ElementsAre("kept"));
    }
}

TEST_F(HistoryStore, SeesWhatOthersPutInAndTakeAway) {
    Store store = open();
    const std::string id = *store.add(run(1));
    std::ofstream(store.file_of("20250101-000000-0000abcd")) << run(2);
    std::ofstream(store.file_of("20250101-000000-broken")) << "{\"schema\":";
    EXPECT_THAT(store.list(), SizeIs(3));
    fs::remove(store.file_of(id));
    const auto left = store.list();
    ASSERT_THAT(left, SizeIs(2));
    const auto broken = store.find("20250101-000000-broken");
    ASSERT_TRUE(broken);
    EXPECT_EQ(broken->front().verdict, "damaged");
}

TEST_F(HistoryStore, ThrowsTheOldestWithoutATagAwayWhenItIsFull) {
    Store store = open({.runs = 2});
    const std::string tagged = *store.add(run(1));
    ASSERT_TRUE(store.tag(tagged, "v1"));
    const std::string oldest = *store.add(run(2));
    store.add(run(3));
    store.add(run(4));
    EXPECT_FALSE(store.find(oldest));
    EXPECT_TRUE(store.find(tagged));
    EXPECT_THAT(store.list(), SizeIs(3));
}

TEST_F(HistoryStore, HandsRunsOnWithTheirTags) {
    Store store = open();
    const std::string id = *store.add(run(1));
    ASSERT_TRUE(store.tag(id, "v1") && store.tag(id, "good"));
    ASSERT_TRUE(store.export_to(folder_ / "out", store.find(id)->front()));
    Store other = std::move(*Store::open(folder_ / "other"));
    ASSERT_EQ(other.import(folder_ / "out" / (id + ".json")), id);
    EXPECT_THAT(other.list().front().tags, ElementsAre("good", "v1"));
    std::ofstream(folder_ / "no.json") << "{}";
    EXPECT_THAT(other.import(folder_ / "no.json").error().message,
                HasSubstr("no.json: its schema"));
}

TEST_F(HistoryStore, TakesResultsOfSeveralAtOnce) {
    {
        std::vector<std::jthread> writers;
        for (int writer = 0; writer < 4; ++writer) {
            writers.emplace_back([this, writer] {
                Store store = open();
                for (int turn = 0; turn < 5; ++turn)
                    EXPECT_TRUE(store.add(run(turn, "model" + std::to_string(writer))));
            });
        }
    }
    EXPECT_THAT(open().list(), SizeIs(20));
}

TEST_F(HistoryStore, SaysWhereItCannotWrite) {
    std::ofstream(folder_ / "history") << "a file where the folder should be";
    const auto store = Store::open(folder_ / "history");
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message, HasSubstr("history cannot be made"));
}

TEST(HistoryFolder, FollowsXdg) {
    const char* home = std::getenv("HOME");
    const std::string before = home == nullptr ? "" : home;
    ::setenv("XDG_DATA_HOME", "/data", 1);
    EXPECT_EQ(default_folder(), "/data/mettle");
    ::setenv("XDG_DATA_HOME", "relative", 1);
    ::setenv("HOME", "/home/ada", 1);
    EXPECT_EQ(default_folder(), "/home/ada/.local/share/mettle");
    ::unsetenv("HOME");
    EXPECT_EQ(default_folder(), "");
    ::unsetenv("XDG_DATA_HOME");
    if (home != nullptr) ::setenv("HOME", before.c_str(), 1);
}

TEST(HistoryEntry, DescribesEveryKindOfResult) {
    const auto prove = describe(
        R"({"schema":"mettle.prove/1","started":"x","verdict":"READY","target":{"url":"u\u001b[2J"}})");
    ASSERT_TRUE(prove);
    EXPECT_EQ(prove->verb, "prove");
    EXPECT_EQ(prove->verdict, "READY");
    EXPECT_EQ(prove->target, "u [2J") << "a terminal obeys what a target is called";
    EXPECT_THAT(prove->id, HasSubstr("00000000-000000-"));
    const auto compare = describe(
        R"({"schema":"mettle.compare/1","a":{"what":"old"},"b":{"what":"new"},"verdict":"pass"})");
    ASSERT_TRUE(compare);
    EXPECT_EQ(compare->target, "new against old");
    for (const char* bad : {"", "[]", "{}", "3", R"({"schema":7})", R"({"schema":"mettle.run/9"})"})
        EXPECT_FALSE(describe(bad)) << bad;
}

}  // namespace
}  // namespace mettle::history
