#include "mettle/protocols/openapi/answer_ids.hpp"

#include <gmock/gmock.h>

namespace mettle::protocols::openapi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> paths_of(const IdRing& ring) {
    std::vector<std::string> paths;
    for (std::size_t index = 0; index < ring.size(); ++index) paths.push_back(ring.at(index));
    return paths;
}

std::vector<std::string> read(std::string_view body, int status = 200,
                              const std::string& head = "") {
    AnswerIds ids;
    IdRing ring;
    ids.read({status, "HTTP/1.1 200 OK\r\n" + head, body}, "/api/items",
             {"item_id", "itemId", "id"}, ring);
    return paths_of(ring);
}

TEST(AnswerIds, AreInTheObjectInItsListOrInAList) {
    EXPECT_THAT(read(R"({"id":5,"name":"x"})"), ElementsAre("/api/items/5"));
    EXPECT_THAT(read(R"({"id":1,"itemId":"b c/d"})"), ElementsAre("/api/items/b%20c%2Fd"));
    EXPECT_THAT(read(R"([{"id":1},{"id":18446744073709551615},{"no":3},7])"),
                ElementsAre("/api/items/1", "/api/items/18446744073709551615"));
    EXPECT_THAT(read(R"({"total":2,"tags":["a"],"items":[{"item_id":-1},{"item_id":2}]})"),
                ElementsAre("/api/items/-1", "/api/items/2"));
}

TEST(AnswerIds, AreInLocationWhereThatIsAMember) {
    EXPECT_THAT(read("", 201, "location:  /api/items/7/ \r\n"), ElementsAre("/api/items/7"));
    EXPECT_THAT(read("", 303, "Location: http://h:80/api/items/a%20b?x=1\r\n"),
                ElementsAre("/api/items/a%20b"));
    EXPECT_THAT(read(R"({"id":5})", 201, "X: 1\r\nLocation: /jobs/9\r\n"),
                ElementsAre("/api/items/5"));
    for (const char* elsewhere :
         {"/api/items/", "/api/items", "/api/items/7/parts", "/api/itemsx/7", "/api/items/..", "7",
          "http://h", "", "/api/items/\x01"})
        EXPECT_THAT(read("", 307, std::string("Location: ") + elsewhere + "\r\n"), IsEmpty())
            << elsewhere;
}

TEST(AnswerIds, AreNothingElse) {
    for (const char* body :
         {"", "no", "7", "{", R"({"id":null})", R"({"id":""})", R"({"id":".."})", R"({"id":1.5})",
          R"({"id":{"a":1}})", R"({"id":true})", R"({"owner":{"id":3}})", "[[{\"id\":1}]]"})
        EXPECT_THAT(read(body), IsEmpty()) << body;
    EXPECT_THAT(read(R"({"id":5})", 404), IsEmpty());
    EXPECT_THAT(read(R"({"id":5})", 302), IsEmpty());
    EXPECT_THAT(read(R"({"id":")" + std::string(600, 'a') + "\"}"), IsEmpty());
}

TEST(AnswerIds, OfALongListAreTheFirst) {
    std::string body = "[";
    for (int id = 0; id < 1000; ++id)
        body += (id ? R"(,{"id":)" : R"({"id":)") + std::to_string(id) + "}";
    EXPECT_EQ(read(body + "]").size(), AnswerIds::kMostOfAnswer);
}

TEST(IdRing, KeepsTheLatestEachOnce) {
    IdRing ring;
    for (int id = 0; id < 300; ++id) {
        ring.add("/" + std::to_string(id));
        ring.add("/" + std::to_string(id));
    }
    EXPECT_EQ(ring.size(), IdRing::kMost);
    EXPECT_THAT(paths_of(ring), testing::Not(testing::Contains("/43")));
    EXPECT_THAT(paths_of(ring), testing::IsSupersetOf({"/44", "/299"}));
}

TEST(IdRing, ForgetsWhatIsRemoved) {
    IdRing ring;
    for (const char* path : {"/1", "/2", "/3"}) ring.add(path);
    ring.remove(0);
    EXPECT_THAT(paths_of(ring), testing::UnorderedElementsAre("/2", "/3"));
    ring.add("/1");
    EXPECT_EQ(ring.size(), 3u);
}

}  // namespace
}  // namespace mettle::protocols::openapi
