#include "mettle/report/request_log.hpp"

#include "mettle/base/exit_code.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <vector>

namespace mettle::report {
namespace {

class RequestLogTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    std::vector<int> payloads(const std::string& file) const {
        std::ifstream lines(file);
        std::vector<int> numbers;
        for (std::string line; std::getline(lines, line);)
            numbers.push_back(nlohmann::json::parse(line)["payload"]);
        return numbers;
    }
    static results::RequestRecord record(std::uint32_t number) {
        results::RequestRecord record;
        record.task = "digits";
        record.payload = number;
        return record;
    }

    std::string folder_ = ::testing::TempDir() + "/request_log_test";
    std::string path_ = folder_ + "/log.jsonl";
};

TEST_F(RequestLogTest, HasALineForEachRequestInTheirOrder) {
    RequestLog log({.path = path_});
    for (std::uint32_t number = 0; number < 5'000; ++number) log.put(record(number));
    const auto counts = log.finish();
    EXPECT_EQ(counts.written, 5'000);
    EXPECT_EQ(counts.dropped, 0);
    const auto written = payloads(path_);
    ASSERT_EQ(written.size(), 5'000);
    for (int number = 0; number < 5'000; ++number) ASSERT_EQ(written[number], number);
}

TEST_F(RequestLogTest, IsSplitIntoFilesOfWhichTheOldestGo) {
    RequestLog log({.path = path_, .rotate_bytes = 300'000, .kept_files = 2});
    for (std::uint32_t number = 0; number < 10'000; ++number) log.put(record(number));
    log.finish();
    EXPECT_TRUE(std::filesystem::exists(path_ + ".2"));
    EXPECT_FALSE(std::filesystem::exists(path_ + ".3"));
    EXPECT_LE(std::filesystem::file_size(path_ + ".1"), 300'000);
    const auto newest = payloads(path_), older = payloads(path_ + ".1");
    EXPECT_EQ(newest.back(), 9'999);
    EXPECT_EQ(older.back() + 1, newest.front());
}

TEST_F(RequestLogTest, WhatThereIsNoRoomForIsCounted) {
    RequestLog log({.path = path_, .most_waiting_bytes = 1});
    for (std::uint32_t number = 0; number < 5'000; ++number) log.put(record(number));
    const auto counts = log.finish();
    EXPECT_EQ(counts.written, 0);
    EXPECT_EQ(counts.dropped, 5'000);
}

TEST_F(RequestLogTest, AFileThatCannotBeWrittenIsSaidAtOnce) {
    EXPECT_THROW(RequestLog({.path = folder_ + "/nowhere/log.jsonl"}), StartupError);
}

}  // namespace
}  // namespace mettle::report
