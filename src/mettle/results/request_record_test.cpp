#include "mettle/results/request_record.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mettle::results {
namespace {

RequestRecord example() {
    RequestRecord record;
    record.task = "digits";
    record.method = "POST";
    record.payload = 7;
    record.due_ns = 1'500'000'000;
    record.sent_ns = 1'500'020'000;
    record.first_byte_ns = 1'502'000'000;
    record.done_ns = 1'502'500'000;
    record.phases_ns.fill(-1);
    record.phases_ns[static_cast<std::size_t>(Phase::send_lag)] = 20'000;
    record.phases_ns[static_cast<std::size_t>(Phase::infer)] = 1'234'567;
    record.status = 200;
    record.outcome = "ok";
    record.bytes_sent = 120;
    record.bytes_received = 300;
    return record;
}

TEST(RequestRecord, IsOneLineOfJson) {
    const std::string line = to_json_line(example());
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["task"], "digits");
    EXPECT_EQ(json["payload"], 7);
    EXPECT_EQ(json["due_s"], 1.5);
    EXPECT_EQ(json["sent_s"], 1.50002);
    EXPECT_EQ(json["latency_ms"], 2.5);
    EXPECT_EQ(json["phases_ms"].size(), 2);
    EXPECT_EQ(json["phases_ms"]["send_lag"], 0.02);
    EXPECT_EQ(json["phases_ms"]["infer"], 1.2345);
    EXPECT_EQ(json["status"], 200);
    EXPECT_EQ(json["bytes_received"], 300);
}

TEST(RequestRecord, WhatNeverCameIsNull) {
    RequestRecord record = example();
    record.sent_ns = record.first_byte_ns = -1;
    const auto json = nlohmann::json::parse(to_json_line(record));
    EXPECT_TRUE(json["sent_s"].is_null());
    EXPECT_TRUE(json["first_byte_s"].is_null());
}

// A server's own words may hold quotes, control characters and bytes that are no text.
TEST(RequestRecord, AnyDetailIsValidJson) {
    RequestRecord record = example();
    record.detail = "\"a\\b\"\n\x01 \xc3\xa9 \xff\xc3 \xed\xa0\x80";
    const auto json = nlohmann::json::parse(to_json_line(record));
    EXPECT_EQ(json["detail"], "\"a\\b\"\n\x01 \u00e9 \ufffd\ufffd \ufffd\ufffd\ufffd");
}

}  // namespace
}  // namespace mettle::results
