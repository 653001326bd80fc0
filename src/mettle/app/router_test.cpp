#include "mettle/app/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mettle::app {
namespace {

struct RouterTest : ::testing::Test {
    RouterTest() {
        router.add("GET", "/", 1);
        router.add("GET", "/v2/models/{model}", 2);
        router.add("POST", "/v2/models/{model}/versions/{version}/infer", 3);
        router.add("GET", "/v2/models/stats", 4);
        router.add("GET", "/v2/models/{model}/stats", 5);
    }

    Router::Match find(std::string_view method, std::string_view path) {
        return router.find(method, path, params);
    }

    Router router;
    PathParams params;
};

TEST_F(RouterTest, GivesTheValuesOfNamedSegments) {
    EXPECT_EQ(find("POST", "/v2/models/digits/versions/3/infer").route, 3u);
    ASSERT_EQ(params.size(), 2u);
    EXPECT_EQ(params[0], "digits");
    EXPECT_EQ(params[1], "3");
}

TEST_F(RouterTest, ALiteralGoesBeforeANameAndBacktracks) {
    EXPECT_EQ(find("GET", "/v2/models/stats").route, 4u);
    EXPECT_EQ(find("GET", "/v2/models/stats/stats").route, 5u);
    EXPECT_EQ(params[0], "stats");
}

TEST_F(RouterTest, TellsAnUnknownPathFromAWrongMethod) {
    EXPECT_EQ(find("GET", "/v3").kind, Router::Match::Kind::no_path);
    EXPECT_EQ(find("GET", "/v2/models/").kind, Router::Match::Kind::no_path);
    EXPECT_EQ(find("GET", "/v2/models/a/b").kind, Router::Match::Kind::no_path);
    const auto match = find("POST", "/v2/models/digits");
    EXPECT_EQ(match.kind, Router::Match::Kind::wrong_method);
    EXPECT_EQ(match.allow, "GET, HEAD");
}

TEST_F(RouterTest, HeadFindsTheRouteOfGet) {
    EXPECT_EQ(find("HEAD", "/").route, 1u);
}

TEST_F(RouterTest, RefusesTheSameRouteTwice) {
    EXPECT_THROW(router.add("GET", "/v2/models/{other}", 9), std::logic_error);
    EXPECT_THROW(router.add("GET", "nowhere", 9), std::logic_error);
}

}  // namespace
}  // namespace mettle::app
