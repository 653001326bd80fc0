#include "mettle/payload/wrong_instance.hpp"

#include "mettle/payload/json_validator.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace mettle::payload {
namespace {

TEST(WrongInstance, IsWrongInEachWay) {
    const auto schema = parse_json_schema(R"({"type":"object","required":["n","s"],"properties":{
        "n":{"type":"number","maximum":10},"s":{"type":"string","maxLength":9}}})");
    std::set<std::string> ways;
    for (std::uint64_t index = 0; index < 60; ++index) {
        std::string how;
        const auto value = make_wrong_instance(*schema, {1, index}, how);
        ASSERT_TRUE(value);
        EXPECT_EQ(schema_flaw(*schema, *value, Direction::request), how);
        ways.insert(how);
    }
    EXPECT_TRUE(ways.contains("body: 'n' is missing"));
    EXPECT_TRUE(ways.contains("/n: a string where a number is documented"));
    EXPECT_TRUE(ways.contains("/n: above its maximum of 10"));
    EXPECT_TRUE(ways.contains("/s: longer than 9 characters"));
}

TEST(WrongInstance, SaysWhereAllIsAllowed) {
    const auto schema = parse_json_schema("{}");
    std::string how;
    const auto value = make_wrong_instance(*schema, {1, 0}, how);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().kind, Error::Kind::not_found);
}

}  // namespace
}  // namespace mettle::payload
