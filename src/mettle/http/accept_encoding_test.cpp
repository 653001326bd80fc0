#include "mettle/http/accept_encoding.hpp"

#include <gmock/gmock.h>

namespace mettle::http {

namespace {

TEST(AcceptEncoding, TheHeaviestIsChosen) {
    EXPECT_EQ(choose_coding("gzip"), "gzip");
    EXPECT_EQ(choose_coding("GZIP"), "gzip");
    EXPECT_EQ(choose_coding("x-gzip"), "gzip");
    EXPECT_EQ(choose_coding("deflate"), "deflate");
    EXPECT_EQ(choose_coding("gzip;q=0.5, deflate;q=0.8, zstd;q=0.1"), "deflate");
    EXPECT_EQ(choose_coding(" gzip ; Q = 0.001 "), "gzip");
    EXPECT_EQ(choose_coding("br, gzip;q=0.2"), "gzip");
}

TEST(AcceptEncoding, OfEqualOnesTheCheapest) {
    EXPECT_EQ(choose_coding("gzip, deflate, br, zstd"), "zstd");
    EXPECT_EQ(choose_coding("deflate, gzip"), "gzip");
}

TEST(AcceptEncoding, AsItIsWhereNothingElseIsLiked) {
    for (const char* header : {"", "identity", "br", "gzip;q=0", "gzip;q=0.000, br", "*;q=0",
                               "gzip;q=0.5, identity", ",,;", "identity;q=0"})
        EXPECT_EQ(choose_coding(header), "") << header;
}

TEST(AcceptEncoding, AnythingIsGzipUnlessThatIsExcluded) {
    EXPECT_EQ(choose_coding("*"), "gzip");
    EXPECT_EQ(choose_coding("*;q=0.5, deflate"), "deflate");
    EXPECT_EQ(choose_coding("gzip;q=0, *"), "");
}

TEST(AcceptEncoding, WhatIsNotOfTheGrammarIsPassedOver) {
    for (const char* header : {"gzip;q=2", "gzip;q=-1", "gzip;q=0.1234", "gzip;q=", "gzip;q",
                               "gzip;quality=1", "gzip;q=1.001", "gzip;q=x", "gzip deflate"})
        EXPECT_EQ(choose_coding(header), "") << header;
}

}  // namespace

}  // namespace mettle::http
